//! Checks a plan against the data alone: rules, sales and money, by code that shares nothing with the programme.

use super::{Action, Plan, Problem};
use crate::network::SiteRule;
use crate::units::Money;

/// Rules about which stores may be open together.
pub fn rules(problem: &Problem, open: &[Option<usize>], moves: &[usize]) -> Result<(), String> {
    for (i, store) in problem.stores.iter().enumerate() {
        match (store.rule, open[i]) {
            (SiteRule::Required, None) => return Err(format!("required store {i} is closed")),
            (SiteRule::Forbidden, Some(_)) => return Err(format!("forbidden store {i} is open")),
            (_, Some(k)) if k >= store.options.len() => return Err(format!("store {i} has no option {k}")),
            _ => {}
        }
    }
    if let Some((a, b)) = problem.conflicts.iter().find(|(a, b)| open[*a].is_some() && open[*b].is_some()) {
        return Err(format!("stores {a} and {b} are too close"));
    }
    let (mut left, mut entered) = (vec![0; open.len()], vec![0; open.len()]);
    for &k in moves {
        let m = problem.moves.get(k).ok_or_else(|| format!("no move {k}"))?;
        left[m.from] += 1;
        entered[m.to] += 1;
        if open[m.from].is_some() || open[m.to] != Some(0) || left[m.from] > 1 || entered[m.to] > 1 {
            return Err(format!(
                "move {k} does not lead from a closed dealer to a site of its own, open in the format it was costed for"
            ));
        }
    }
    counts(problem, open, moves)?;
    for &(region, floor) in &problem.region_floor {
        let (mut people, mut covered) = (0.0, 0.0);
        for (j, zone) in problem.zones.iter().enumerate().filter(|z| z.1.region == region) {
            people += zone.population;
            let near = |i: usize| {
                open[i].is_some()
                    && problem.stores[i].pulls.iter().any(|p| p.zone == j && p.minutes <= problem.coverage_min)
            };
            if (0..open.len()).any(near) {
                covered += zone.population;
            }
        }
        if covered < floor * people * (1.0 - 1e-6) {
            return Err(format!("region {region:?} has {covered} of {people} people covered, floor {floor}"));
        }
    }
    Ok(())
}

fn counts(problem: &Problem, open: &[Option<usize>], moves: &[usize]) -> Result<(), String> {
    let stores = || problem.stores.iter().zip(open);
    let opened = stores().filter(|(s, o)| s.today.is_none() && o.is_some()).count() as u32;
    let gone = stores().filter(|(s, o)| s.today.is_some() && o.is_none()).count() as u32;
    let closed = gone - (moves.len() as u32).min(gone);
    let all = open.iter().flatten().count() as u32;
    let over = |limit: Option<u32>, count: u32| limit.is_some_and(|l| count > l);
    if over(problem.max_open, opened) || over(problem.max_close, closed) || over(problem.store_count.1, all) {
        return Err(format!("{opened} opened, {closed} closed, {all} stores: over a limit"));
    }
    if problem.store_count.0.is_some_and(|l| all < l) {
        return Err(format!("{all} stores are too few"));
    }
    let spent = spent(problem, open, moves);
    match problem.budget {
        Some(budget) if spent > budget => Err(format!("{spent} is spent of {budget}")),
        _ => Ok(()),
    }
}

/// One-off money of a choice.
fn spent(problem: &Problem, open: &[Option<usize>], moves: &[usize]) -> Money {
    let moves = || moves.iter().map(|&k| problem.moves[k]);
    (0..open.len())
        .map(|i| {
            let store = &problem.stores[i];
            let leaves = moves().find(|m| m.from == i);
            let enters = moves().any(|m| m.to == i);
            match (open[i], store.today) {
                (None, Some(_)) => leaves.map_or(store.closing_cost, |m| m.cost),
                (Some(_), _) if enters => Money::ZERO,
                (Some(k), _) => store.options[k].one_off,
                (None, None) => Money::ZERO,
            }
        })
        .sum()
}

/// Checks rules, sales and every sum of money of a plan.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    rules(problem, &plan.open(), &plan.moves)?;
    money(problem, plan)
}

/// Checks sales and every sum of money of a plan, whatever the rules say about it.
pub fn money(problem: &Problem, plan: &Plan) -> Result<(), String> {
    let open = plan.open();
    let profit = value(problem, &open, &plan.moves, &plan.service)?;
    same("profit", profit, plan.profit)?;
    let today = problem.today();
    same("profit today", value(problem, &today, &[], &plan.service_today)?, plan.profit_today)?;
    same("one-off money", spent(problem, &open, &plan.moves), plan.one_off)?;
    same("one-off money of the stores", plan.stores.iter().map(|s| s.one_off).sum(), plan.one_off)?;
    if plan.bound < plan.profit {
        return Err(format!("bound {} below profit {}", plan.bound, plan.profit));
    }
    for (i, (store, decision)) in problem.stores.iter().zip(&plan.stores).enumerate() {
        let right = match decision.action {
            Action::Keep => store.today.is_some() && decision.option == store.today,
            Action::Improve => store.today.is_some() && decision.option.is_some() && decision.option != store.today,
            Action::Open | Action::MoveIn(_) => store.today.is_none() && decision.option.is_some(),
            Action::Close | Action::MoveOut(_) => store.today.is_some() && decision.option.is_none(),
            Action::StayClosed => store.today.is_none() && decision.option.is_none(),
        };
        if !right {
            return Err(format!("store {i} is said to {:?}", decision.action));
        }
    }
    Ok(())
}

fn same(what: &str, found: Money, claimed: Money) -> Result<(), String> {
    let off = (found - claimed).minor().unsigned_abs();
    // One hundredth for each rounding of the parts.
    if off as f64 <= 2.0 + 1e-9 * claimed.minor().unsigned_abs() as f64 {
        Ok(())
    } else {
        Err(format!("{what} is {found}, claimed {claimed}"))
    }
}

/// Yearly profit of a network with these sales; refuses sales that the network cannot make.
fn value(
    problem: &Problem,
    open: &[Option<usize>],
    moves: &[usize],
    service: &[(usize, usize, f64)],
) -> Result<Money, String> {
    let mut by_store = vec![0.0; open.len()];
    let mut by_zone = vec![0.0; problem.zones.len()];
    for &(i, j, cars) in service {
        let pull = open[i].and_then(|k| problem.stores[i].pulls.iter().find(|p| p.zone == j).map(|p| p.by_option[k]));
        let limit = pull.map_or(0.0, |e| problem.captured(j, e));
        if cars < 0.0 || cars > limit * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("store {i} sells {cars} cars in zone {j}, alone it could sell {limit}"));
        }
        by_store[i] += cars;
        by_zone[j] += cars;
    }
    let mut total = -spent(problem, open, moves) * (1.0 / problem.years);
    for (i, option) in open.iter().enumerate() {
        let Some(k) = *option else { continue };
        let chosen = &problem.stores[i].options[k];
        if by_store[i] > chosen.capacity * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("store {i} sells {} cars, its capacity is {}", by_store[i], chosen.capacity));
        }
        total -= chosen.yearly_cost;
    }
    let attraction = problem.attraction(open);
    for (j, &sold) in by_zone.iter().enumerate() {
        let limit = problem.captured(j, attraction[j]);
        if sold > limit * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("zone {j} buys {sold} cars, it wants {limit}"));
        }
    }
    Ok(total + problem.margin * by_store.iter().sum::<f64>())
}
