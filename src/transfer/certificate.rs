//! Checks a transfer plan against the data alone: rules, amounts and optimality, in whole hundredths.

use super::plan::{Plan, Values};
use super::problem::Problem;
use crate::units::Money;
use std::collections::BTreeSet;

/// Upper bound on the objective of any set of moves, from values at the cells (linear duality): for every road
/// `at_taker - at_giver <= cost + least profit`, and then the bound is
/// Σ share·value + Σ room·value + Σ (giver's value - loss_k - share value)⁺ + Σ (gain_k - room value - taker's value)⁺.
/// `None` when the values break a road's inequality or a sign and so prove nothing.
pub fn bound(problem: &Problem, values: &Values) -> Option<Money> {
    let data = problem.data();
    let least = Money::from_minor(problem.least_profit());
    if values.share.iter().chain(&values.room).any(|&v| v < Money::ZERO) {
        return None;
    }
    let mut of_dealer = vec![Vec::new(); data.dealers.len()];
    for (c, cell) in data.cells.iter().enumerate() {
        of_dealer[cell.dealer].push(c);
    }
    for arc in data.arcs.iter().filter(|a| data.dealers[a.from].gives && data.dealers[a.to].takes) {
        for &i in of_dealer[arc.from].iter().filter(|&&i| can_give(problem, i) > 0) {
            for &j in &of_dealer[arc.to] {
                let model = data.cells[i].model;
                if model != data.cells[j].model || data.cells[j].gain.is_empty() {
                    continue;
                }
                let cost = Money::from_major(arc.cost + data.lateness[model] * arc.lead_days);
                if values.at_taker[j] - values.at_giver[i] > cost + least {
                    return None;
                }
            }
        }
    }
    let mut sum = Money::ZERO;
    for d in 0..data.dealers.len() {
        sum += values.share[d] * problem.weekly_share(d);
        match data.dealers[d].room {
            Some(room) => sum += values.room[d] * i64::from(room),
            None if values.room[d] > Money::ZERO => return None,
            None => {}
        }
    }
    for (c, cell) in data.cells.iter().enumerate() {
        for &loss in &cell.loss[..can_give(problem, c)] {
            sum += (values.at_giver[c] - Money::from_major(loss) - values.share[cell.dealer]).max(Money::ZERO);
        }
        for &gain in cell.gain.iter().filter(|_| data.dealers[cell.dealer].takes) {
            sum += (Money::from_major(gain) - values.room[cell.dealer] - values.at_taker[c]).max(Money::ZERO);
        }
    }
    Some(sum)
}

/// Cars a cell could give by consent, age and the length of its list of losses.
fn can_give(problem: &Problem, cell: usize) -> usize {
    let c = &problem.data().cells[cell];
    let consents = problem.data().dealers[c.dealer].gives;
    let youngest = problem.data().rules.youngest_days;
    if consents { c.cars.iter().filter(|car| car.age_days >= youngest).count().min(c.loss.len()) } else { 0 }
}

/// Everything wrong with a plan; empty when it keeps every rule, its amounts are right and it is proven optimal.
pub fn faults(problem: &Problem, plan: &Plan) -> Vec<String> {
    let data = problem.data();
    let mut wrong = rules(problem, plan);
    let (mut given, mut taken) = (vec![0; data.cells.len()], vec![0; data.cells.len()]);
    let mut total = Money::ZERO;
    for m in &plan.moves {
        let arc = &data.arcs[m.arc];
        let gain = data.cells[m.to].gain.get(taken[m.to]).copied();
        let loss = data.cells[m.from].loss.get(given[m.from]).copied();
        let cost = Money::from_major(arc.cost + data.lateness[data.cells[m.from].model] * arc.lead_days);
        (given[m.from], taken[m.to]) = (given[m.from] + 1, taken[m.to] + 1);
        if gain.map(Money::from_major) != Some(m.gain) || loss.map(Money::from_major) != Some(m.loss) || cost != m.cost
        {
            wrong.push(format!("car {}: the amounts are not those of the data", m.car));
        }
        if m.profit().minor() < problem.least_profit() {
            wrong.push(format!("car {}: the move does not pay", m.car));
        }
        total += m.profit();
    }
    if total != plan.profit {
        wrong.push(format!("profit {} is claimed, the moves give {total}", plan.profit));
    }
    let objective = total - Money::from_minor(problem.least_profit()) * plan.moves.len() as i64;
    match bound(problem, &plan.values) {
        None => wrong.push("the values prove no bound".into()),
        Some(b) if b != plan.bound => wrong.push(format!("bound {} is claimed, the values give {b}", plan.bound)),
        Some(b) if b < objective || (b != objective && plan.held_back.is_empty()) => {
            wrong.push(format!("objective {objective} is below the bound {b}"))
        }
        Some(_) => {}
    }
    wrong
}

/// Consent, roads, age, first in first out, weekly share and room.
fn rules(problem: &Problem, plan: &Plan) -> Vec<String> {
    let data = problem.data();
    let mut wrong = Vec::new();
    let (mut out, mut inward) = (vec![0_i64; data.dealers.len()], vec![0_i64; data.dealers.len()]);
    let mut gone = BTreeSet::new();
    for m in &plan.moves {
        let (from, to, arc) = (&data.cells[m.from], &data.cells[m.to], &data.arcs[m.arc]);
        if from.model != to.model || arc.from != from.dealer || arc.to != to.dealer {
            wrong.push(format!("car {}: the road does not join these cells", m.car));
        }
        if !data.dealers[from.dealer].gives || !data.dealers[to.dealer].takes {
            wrong.push(format!("car {}: a dealer has not consented", m.car));
        }
        if m.age_days < data.rules.youngest_days {
            wrong.push(format!("car {}: {} days old, too young", m.car, m.age_days));
        }
        if !from.cars.iter().any(|c| c.number == m.car && c.age_days == m.age_days) || !gone.insert((m.from, m.car)) {
            wrong.push(format!("car {}: not in this stock, or moved twice", m.car));
        }
        out[from.dealer] += 1;
        inward[to.dealer] += 1;
    }
    for m in &plan.moves {
        let older = |c: &super::problem::Car| c.age_days > m.age_days && !gone.contains(&(m.from, c.number));
        if data.cells[m.from].cars.iter().any(older) {
            wrong.push(format!("car {}: an older one stays behind", m.car));
        }
    }
    for d in 0..data.dealers.len() {
        if out[d] > problem.weekly_share(d) {
            wrong.push(format!("dealer {d} gives {} cars, its share is {}", out[d], problem.weekly_share(d)));
        }
        if data.dealers[d].room.is_some_and(|room| inward[d] > i64::from(room)) {
            wrong.push(format!("dealer {d} takes {} cars, more than it has room for", inward[d]));
        }
        let into = plan.moves.iter().map(|m| &data.cells[m.to]).filter(|c| c.dealer == d);
        let tied: f64 = into.map(|c| data.price[c.model]).sum();
        if data.dealers[d].credit.is_some_and(|line| tied > line + 0.01) {
            wrong.push(format!("dealer {d} takes cars for {tied}, more than its credit line pays"));
        }
        if plan.held_back.contains(&d) && data.dealers[d].credit.is_none() {
            wrong.push(format!("dealer {d} is held back by a credit line it does not have"));
        }
    }
    wrong
}
