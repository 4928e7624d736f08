//! Every rule of the model about what may happen to the stores.

use super::plan::Plan;
use super::problem::{Problem, Sure};
use crate::verify::input::Rule;
use crate::verify::interval::Interval;

/// The first rule that a plan certainly breaks, in words; `name` gives a store's id.
pub fn broken(problem: &Problem, plan: &Plan, name: &dyn Fn(usize) -> String) -> Option<String> {
    for (i, store) in problem.stores.iter().enumerate() {
        let Some((phase, to)) = plan.changes[i] else { continue };
        if phase >= problem.phases.len() || to.is_some_and(|o| o >= store.options.len()) {
            return Some(format!("{} changes to what it cannot be", name(i)));
        }
        if to == store.open.then_some(0) {
            return Some(format!("{} changes to what it is", name(i)));
        }
        if store.rule == Rule::Forbidden && to.is_some() {
            return Some(format!("{} is forbidden and has a format", name(i)));
        }
    }
    moves(problem, plan, name).or_else(|| {
        (0..problem.phases.len())
            .find_map(|t| phase(problem, plan, t, name))
            .or_else(|| end(problem, &plan.open(problem, problem.phases.len() - 1), name))
    })
}

/// A move joins a dealer that closes and a candidate that opens as it was costed for, in one phase; each end once.
fn moves(problem: &Problem, plan: &Plan, name: &dyn Fn(usize) -> String) -> Option<String> {
    let mut ends = std::collections::BTreeSet::new();
    for &k in &plan.moves {
        let m = &problem.moves[k];
        let joins = match (plan.changes[m.from], plan.changes[m.to]) {
            (Some((p, None)), Some((q, Some(0)))) => p == q,
            _ => false,
        };
        if !joins {
            return Some(format!(
                "the move from {} to {} does not join a closing with an opening as costed, in one phase",
                name(m.from),
                name(m.to)
            ));
        }
        if !ends.insert(m.from) || !ends.insert(m.to) {
            return Some(format!("{} or {} is the end of two moves", name(m.from), name(m.to)));
        }
    }
    None
}

/// Distances, territories, counts and money of a phase.
fn phase(problem: &Problem, plan: &Plan, t: usize, name: &dyn Fn(usize) -> String) -> Option<String> {
    let open = plan.open(problem, t);
    let close = |(pair, sure): (&(usize, usize), &Sure)| {
        (*sure == Sure::Yes && open[pair.0].is_some() && open[pair.1].is_some()).then_some(*pair)
    };
    if let Some((a, b)) = problem.conflicts.iter().find_map(close) {
        return Some(format!("{} and {} are too close to each other or in a foreign territory", name(a), name(b)));
    }
    let now = |i: usize| plan.changes[i].is_some_and(|c| c.0 == t);
    let changed: Vec<usize> = (0..problem.stores.len()).filter(|&i| now(i)).collect();
    let opened = changed.iter().filter(|&&i| !problem.stores[i].open).count() as f64;
    let gone = changed.iter().filter(|&&i| plan.changes[i].is_some_and(|c| c.1.is_none())).count() as f64;
    let moved = plan.moves.iter().filter(|&&k| now(problem.moves[k].from)).count() as f64;
    if problem.max_open.is_some_and(|l| opened > l) {
        return Some(format!("{opened} stores open in phase {}, max_open is {}", t + 1, problem.max_open?));
    }
    if problem.max_close.is_some_and(|l| gone - moved > l) {
        return Some(format!("{} stores close in phase {}, max_close is {}", gone - moved, t + 1, problem.max_close?));
    }
    let spent: Interval = changed.iter().map(|&i| spent(problem, plan, i)).sum();
    match problem.budget {
        Some(budget) if spent.lo > budget.hi => {
            Some(format!("{:.2} is spent in phase {}, the budget is {:.2}", spent.lo, t + 1, budget.hi))
        }
        _ => None,
    }
}

/// What must hold once everything is done.
fn end(problem: &Problem, open: &[Option<usize>], name: &dyn Fn(usize) -> String) -> Option<String> {
    for (i, store) in problem.stores.iter().enumerate() {
        match (store.rule, open[i]) {
            (Rule::Required, None) => return Some(format!("{} is required and closed in the end", name(i))),
            (Rule::Forbidden, Some(_)) => return Some(format!("{} is forbidden and open in the end", name(i))),
            _ => {}
        }
    }
    let count = open.iter().flatten().count() as f64;
    if problem.fewest.is_some_and(|l| count < l) || problem.most.is_some_and(|l| count > l) {
        return Some(format!("{count} stores in the end: fewer than min_stores or more than max_stores"));
    }
    for (region, floor) in problem.floors.iter().filter(|f| f.1.lo > 0.0) {
        let (mut people, mut covered) = (0.0, 0.0);
        for zone in problem.zones.iter().filter(|z| z.region == *region) {
            people += zone.people;
            let near = |&(i, k): &(usize, usize)| open[i].is_some() && problem.stores[i].pulls[k].near != Sure::No;
            covered += if zone.pulls.iter().any(near) { zone.people } else { 0.0 };
        }
        if covered < floor.lo * people * (1.0 - 1e-6) {
            return Some(format!("{covered} of {people} people of {region} are covered, the floor is {:.6}", floor.lo));
        }
    }
    None
}

/// Money spent once for a store; a move is paid where it starts.
pub fn spent(problem: &Problem, plan: &Plan, i: usize) -> Interval {
    let store = &problem.stores[i];
    let moves = || plan.moves.iter().map(|&k| &problem.moves[k]);
    match plan.changes[i] {
        None => Interval::ZERO,
        Some((_, None)) => moves().find(|m| m.from == i).map_or(store.closing, |m| m.cost),
        Some((_, Some(_))) if moves().any(|m| m.to == i) => Interval::ZERO,
        Some((_, Some(o))) => store.options[o].once,
    }
}
