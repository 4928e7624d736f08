//! Recomputes coverage and root bound of an answer from the cells, in whole numbers.

use super::set::{Backup, Cover};
use super::{Plan, Problem};
use crate::ids::{Id, SiteId};
use crate::placement::costs::{Cells, Costs};

/// Checks an answer; the error says what does not hold.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    let cells = problem.cells();
    if plan.open.len() != problem.count() || !plan.open.windows(2).all(|w| w[0] < w[1]) {
        return Err(format!("{} sites are open instead of {}", plan.open.len(), problem.count()));
    }
    let mut is_open = vec![false; cells.sites()];
    for i in &plan.open {
        *is_open.get_mut(i.index()).ok_or("an open site does not exist")? = true;
    }
    let reached = |c: &usize| cells.covers(*c).iter().any(|&i| is_open[i as usize]);
    let covered: i128 = (0..cells.clients()).filter(reached).map(|c| i128::from(cells.weight(c))).sum();
    if covered != i128::from(plan.covered) {
        return Err(format!("the open sites cover {covered}, not {}", plan.covered));
    }
    if plan.bound < plan.covered as f64 {
        return Err(format!("the bound {} is below the covered weight {}", plan.bound, plan.covered));
    }
    match root_bound(problem, plan) {
        Some(bound) if bound < covered * i128::from(plan.scale) => {
            Err("the multipliers prove less than what is covered: the data changed".into())
        }
        _ => Ok(()),
    }
}

/// The upper bound that the plan's multipliers prove, times the scale: Σ (w − u) + the p largest sums of u.
pub fn root_bound(problem: &Problem, plan: &Plan) -> Option<i128> {
    let cells = problem.cells();
    if plan.multipliers.len() != cells.clients() {
        return None;
    }
    let mut earned = vec![0i128; cells.sites()];
    let mut left = 0i128;
    for (c, &u) in plan.multipliers.iter().enumerate() {
        let weight = i128::from(cells.weight(c)) * i128::from(plan.scale);
        let u = i128::from(u).clamp(0, weight);
        left += weight - u;
        for &i in cells.covers(c) {
            earned[i as usize] += u;
        }
    }
    earned.sort_unstable_by(|a, b| b.cmp(a));
    Some(left + earned[..problem.count()].iter().sum::<i128>())
}

/// Checks that sites reach every cell `times` times and cost what is said.
pub fn check_cover(cells: &Cells, cost: &[i64], times: usize, plan: &Cover) -> Result<(), String> {
    let is_open = opened(cells, &plan.open)?;
    for c in 0..cells.clients() {
        let reached = cells.covers(c).iter().filter(|&&i| is_open[i as usize]).count();
        if reached < times {
            return Err(format!("cell {c} is reached {reached} times instead of {times}"));
        }
    }
    let total: i128 = plan.open.iter().map(|i| i128::from(cost[i.index()])).sum();
    if total != i128::from(plan.cost) {
        return Err(format!("the open sites cost {total}, not {}", plan.cost));
    }
    if plan.bound > plan.cost as f64 {
        return Err(format!("the bound {} exceeds the cost {}", plan.bound, plan.cost));
    }
    Ok(())
}

/// Checks that `count` sites reach every cell, and how much weight two of them reach.
pub fn check_backup(cells: &Cells, count: usize, plan: &Backup) -> Result<(), String> {
    let is_open = opened(cells, &plan.open)?;
    if plan.open.len() != count {
        return Err(format!("{} sites are open instead of {count}", plan.open.len()));
    }
    let mut backed = 0i128;
    for c in 0..cells.clients() {
        match cells.covers(c).iter().filter(|&&i| is_open[i as usize]).count() {
            0 => return Err(format!("no open site reaches cell {c}")),
            1 => {}
            _ => backed += i128::from(cells.weight(c)),
        }
    }
    if backed != i128::from(plan.backed) {
        return Err(format!("two sites reach a weight of {backed}, not {}", plan.backed));
    }
    if plan.bound < plan.backed as f64 {
        return Err(format!("the bound {} is below the weight {}", plan.bound, plan.backed));
    }
    Ok(())
}

/// Which sites are open, if they are a set of sites.
fn opened(cells: &Cells, open: &[SiteId]) -> Result<Vec<bool>, String> {
    let mut is_open = vec![false; cells.sites()];
    for i in open {
        let place = is_open.get_mut(i.index()).ok_or("an open site does not exist")?;
        if std::mem::replace(place, true) {
            return Err("a site is named twice".into());
        }
    }
    Ok(is_open)
}
