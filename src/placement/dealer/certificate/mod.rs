//! Checks a plan against the data alone: rules, sales, money and bound, by code that shares nothing with the programme.

mod bound;

use super::{Action, Network, Plan, Problem};
use crate::network::SiteRule;
use crate::units::Money;

pub use bound::bound;

/// Rules about what may happen to the stores.
pub fn rules(problem: &Problem, network: &Network) -> Result<(), String> {
    if network.changes.len() != problem.stores.len() {
        return Err(format!("{} decisions for {} stores", network.changes.len(), problem.stores.len()));
    }
    for (i, store) in problem.stores.iter().enumerate() {
        let Some(change) = network.changes[i] else { continue };
        if change.phase >= problem.phases.len() || change.to.is_some_and(|k| k >= store.options.len()) {
            return Err(format!("store {i} has no change {change:?}"));
        }
        if change.to == store.today {
            return Err(format!("store {i} changes to what it is"));
        }
        if store.rule == SiteRule::Forbidden && change.to.is_some() {
            return Err(format!("forbidden store {i} is changed instead of closed"));
        }
    }
    moves(problem, network)?;
    for phase in 0..problem.phases.len() {
        let open = network.open(problem, phase);
        if let Some((a, b)) = problem.conflicts.iter().find(|(a, b)| open[*a].is_some() && open[*b].is_some()) {
            return Err(format!("stores {a} and {b} are too close"));
        }
        phase_limits(problem, network, phase)?;
    }
    in_the_end(problem, &network.open(problem, problem.last()))
}

fn moves(problem: &Problem, network: &Network) -> Result<(), String> {
    let (mut left, mut entered) = (vec![false; problem.stores.len()], vec![false; problem.stores.len()]);
    for &k in &network.moves {
        let m = problem.moves.get(k).ok_or_else(|| format!("no move {k}"))?;
        let (Some(out), Some(into)) = (network.changes[m.from], network.changes[m.to]) else {
            return Err(format!("move {k} between stores that do not change"));
        };
        let fits = out.to.is_none() && into.to == Some(0) && out.phase == into.phase;
        if !fits || left[m.from] || entered[m.to] {
            return Err(format!(
                "move {k} does not lead from a closed dealer to a site of its own, open in the format it was costed for"
            ));
        }
        (left[m.from], entered[m.to]) = (true, true);
    }
    Ok(())
}

/// Openings, closings and money of a phase.
fn phase_limits(problem: &Problem, network: &Network, phase: usize) -> Result<(), String> {
    let now = |i: &usize| network.changes[*i].is_some_and(|c| c.phase == phase);
    let changed = || (0..problem.stores.len()).filter(now);
    let opened = changed().filter(|&i| problem.stores[i].today.is_none()).count();
    let gone = changed().filter(|&i| network.changes[i].is_some_and(|c| c.to.is_none())).count();
    let moved = network.moves.iter().filter(|&&k| now(&problem.moves[k].from)).count();
    let closed = gone - moved;
    let over = |limit: Option<u32>, count: usize| limit.is_some_and(|l| count > l as usize);
    if over(problem.max_open, opened) || over(problem.max_close, closed) {
        return Err(format!("{opened} opened and {closed} closed in phase {phase}: over a limit"));
    }
    let spent: Money = changed().map(|i| spent(problem, network, i)).sum();
    match problem.budget {
        Some(budget) if spent > budget => Err(format!("{spent} is spent of {budget} in phase {phase}")),
        _ => Ok(()),
    }
}

/// What must hold once everything is done.
fn in_the_end(problem: &Problem, open: &[Option<usize>]) -> Result<(), String> {
    for (i, store) in problem.stores.iter().enumerate() {
        match (store.rule, open[i]) {
            (SiteRule::Required, None) => return Err(format!("required store {i} is closed")),
            (SiteRule::Forbidden, Some(_)) => return Err(format!("forbidden store {i} is open")),
            _ => {}
        }
    }
    let all = open.iter().flatten().count();
    let (fewest, most) = problem.store_count;
    if fewest.is_some_and(|l| all < l as usize) || most.is_some_and(|l| all > l as usize) {
        return Err(format!("{all} stores in the end: too few or too many"));
    }
    if problem.region_floor.iter().all(|f| f.1 <= 0.0) {
        return Ok(());
    }
    let mut near = vec![false; problem.zones.len()];
    for (store, _) in problem.stores.iter().zip(open).filter(|s| s.1.is_some()) {
        for pull in store.pulls.iter().filter(|p| p.minutes <= problem.coverage_min) {
            near[pull.zone] = true;
        }
    }
    for &(region, floor) in &problem.region_floor {
        let inside = || problem.zones.iter().zip(&near).filter(|z| z.0.region == region);
        let people: f64 = inside().map(|z| z.0.population).sum();
        let covered: f64 = inside().filter(|z| *z.1).map(|z| z.0.population).sum();
        if covered < floor * people * (1.0 - 1e-6) {
            return Err(format!("region {region:?} has {covered} of {people} people covered, floor {floor}"));
        }
    }
    Ok(())
}

/// One-off money of a store; a move is paid where it starts.
fn spent(problem: &Problem, network: &Network, i: usize) -> Money {
    let store = &problem.stores[i];
    let moves = || network.moves.iter().map(|&k| problem.moves[k]);
    match network.changes[i] {
        None => Money::ZERO,
        Some(c) => match c.to {
            None => moves().find(|m| m.from == i).map_or(store.closing_cost, |m| m.cost),
            Some(_) if moves().any(|m| m.to == i) => Money::ZERO,
            Some(k) => store.options[k].one_off,
        },
    }
}

/// Checks rules, sales, every sum of money and the bound of a plan.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    rules(problem, &plan.network())?;
    money(problem, plan)?;
    if plan.proof.parts.is_empty() {
        return Ok(());
    }
    let proved = bound(problem, &plan.proof)?;
    if plan.bound.major() < proved - 0.01 {
        return Err(format!("the proof bounds the profit by {proved}, claimed {}", plan.bound));
    }
    Ok(())
}

/// Checks sales and every sum of money of a plan, whatever the rules say about it.
pub fn money(problem: &Problem, plan: &Plan) -> Result<(), String> {
    let network = plan.network();
    same("profit", value(problem, &network, &plan.service_by_phase)?, plan.profit)?;
    let today = value(problem, &Network::today(problem), &plan.service_today_by_phase)?;
    same("profit today", today, plan.profit_today)?;
    let all: Money = (0..plan.stores.len()).map(|i| spent(problem, &network, i)).sum();
    same("one-off money", all, plan.one_off)?;
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
        let still = matches!(decision.action, Action::Keep | Action::StayClosed);
        if !right || still != decision.phase.is_none() {
            return Err(format!("store {i} is said to {:?} in phase {:?}", decision.action, decision.phase));
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
fn value(problem: &Problem, network: &Network, service: &[Vec<(usize, usize, f64)>]) -> Result<Money, String> {
    if service.len() != problem.phases.len() {
        return Err(format!("sales of {} phases out of {}", service.len(), problem.phases.len()));
    }
    let mut total = 0.0;
    for (t, (phase, service)) in problem.phases.iter().zip(service).enumerate() {
        total += phase.weight * year(problem, &network.open(problem, t), t, service)?;
    }
    for (i, change) in network.changes.iter().enumerate() {
        let once = spent(problem, network, i).major() / problem.years;
        total -= change.map_or(0.0, |c| problem.phases[c.phase].discount * once);
    }
    Ok(Money::from_major(total))
}

/// Contribution less fixed cost of a year of a phase.
fn year(
    problem: &Problem,
    open: &[Option<usize>],
    phase: usize,
    service: &[(usize, usize, f64)],
) -> Result<f64, String> {
    let mut by_store = vec![0.0; open.len()];
    let mut by_zone = vec![0.0; problem.zones.len()];
    for &(i, j, cars) in service {
        let pull = open[i].and_then(|k| problem.stores[i].pulls.iter().find(|p| p.zone == j).map(|p| p.by_option[k]));
        let limit = pull.map_or(0.0, |e| problem.captured(phase, j, e));
        if cars < 0.0 || cars > limit * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("store {i} sells {cars} cars in zone {j}, alone it could sell {limit}"));
        }
        by_store[i] += cars;
        by_zone[j] += cars;
    }
    let mut total = 0.0;
    for (i, option) in open.iter().enumerate() {
        let Some(k) = *option else { continue };
        let chosen = &problem.stores[i].options[k];
        if by_store[i] > chosen.capacity * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("store {i} sells {} cars, its capacity is {}", by_store[i], chosen.capacity));
        }
        total -= chosen.yearly_cost.major();
    }
    let attraction = problem.attraction(open);
    for (j, &sold) in by_zone.iter().enumerate() {
        let limit = problem.captured(phase, j, attraction[j]);
        if sold > limit * (1.0 + 1e-6) + 1e-6 {
            return Err(format!("zone {j} buys {sold} cars, it wants {limit}"));
        }
        total += problem.zones[j].margin.major() * sold;
    }
    Ok(total)
}
