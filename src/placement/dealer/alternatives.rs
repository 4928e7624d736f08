//! The next best thing to do with each store, everything else kept: an exact price of the best single change.

use super::flow::{Flow, Roads};
use super::pricing::{yearly_cost, yearly_one_off};
use super::{Action, Alternative, Change, Network, Problem, certificate};
use crate::units::Money;
use rayon::prelude::*;

/// Passes over all stores of a local search.
const ROUNDS: usize = 6;

/// One alternative per store; `None` where the rules leave no other choice.
pub(super) fn alternatives(problem: &Problem, roads: &Roads, network: &Network) -> Vec<Option<Alternative>> {
    let bases: Vec<Flow> =
        (0..problem.phases.len()).map(|t| Flow::new(problem, roads, t, &network.open(problem, t))).collect();
    let plan = profit(problem, roads, network, &bases);
    (0..problem.stores.len())
        .into_par_iter()
        .map(|i| {
            let mut best: Option<(f64, Network)> = None;
            for other in single_changes(problem, network, i) {
                if certificate::rules(problem, &other).is_err() {
                    continue;
                }
                let flows = changed(problem, roads, network, &other, &bases);
                let earned = profit(problem, roads, &other, &flows);
                if best.as_ref().is_none_or(|b| earned > b.0) {
                    best = Some((earned, other));
                }
            }
            best.map(|(earned, other)| {
                let change = other.changes[i];
                Alternative {
                    action: super::solve::action(problem, &other, i),
                    option: problem.option(i, change, problem.last()),
                    phase: change.map(|c| c.phase),
                    cost: Money::from_major(plan - earned),
                }
            })
        })
        .collect()
}

/// Takes improving single changes, store by store, until none is left or the rounds are over.
pub(super) fn improve(problem: &Problem, roads: &Roads, start: Network) -> (f64, Network) {
    let mut network = start;
    let mut flows: Vec<Flow> =
        (0..problem.phases.len()).map(|t| Flow::new(problem, roads, t, &network.open(problem, t))).collect();
    let mut best = profit(problem, roads, &network, &flows);
    for _ in 0..ROUNDS {
        let before = best;
        for i in 0..problem.stores.len() {
            for other in single_changes(problem, &network, i) {
                if certificate::rules(problem, &other).is_err() {
                    continue;
                }
                let new = changed(problem, roads, &network, &other, &flows);
                let earned = profit(problem, roads, &other, &new);
                if earned > best + 0.01 {
                    (best, network, flows) = (earned, other, new);
                    break;
                }
            }
        }
        if best <= before {
            break;
        }
    }
    (best, network)
}

/// Networks in which a store is treated differently; a move is undone at both ends, or taken to another end.
fn single_changes(problem: &Problem, network: &Network, i: usize) -> Vec<Network> {
    let undone: Vec<usize> = network.moves.iter().copied().filter(|&k| touches(problem, k, i)).collect();
    let mut base = network.clone();
    base.moves.retain(|k| !undone.contains(k));
    for &k in &undone {
        let m = problem.moves[k];
        (base.changes[m.from], base.changes[m.to]) = (None, None);
    }
    let mut all = Vec::new();
    for choice in problem.choices(i).into_iter().filter(|c| *c != network.changes[i]) {
        let mut other = base.clone();
        other.changes[i] = choice;
        all.push(other);
    }
    for phase in 0..problem.phases.len() {
        for k in (0..problem.moves.len()).filter(|&k| touches(problem, k, i) && !undone.contains(&k)) {
            let m = problem.moves[k];
            let partner = if m.from == i { m.to } else { m.from };
            let (out, into) = (Change { phase, to: None }, Change { phase, to: Some(0) });
            let free = !base.moves.iter().any(|&o| touches(problem, o, partner));
            let idle =
                base.changes[partner].is_none() || base.changes[partner] == Some(if m.from == i { into } else { out });
            if free && idle {
                let mut other = base.clone();
                (other.changes[m.from], other.changes[m.to]) = (Some(out), Some(into));
                other.moves.push(k);
                other.moves.sort_unstable();
                all.push(other);
            }
        }
    }
    all.retain(|o| o != network && !same_end(problem, o, network, i));
    all
}

fn touches(problem: &Problem, k: usize, store: usize) -> bool {
    problem.moves[k].from == store || problem.moves[k].to == store
}

/// Whether nothing about the store itself differs.
fn same_end(problem: &Problem, a: &Network, b: &Network, i: usize) -> bool {
    a.changes[i] == b.changes[i] && super::solve::action(problem, a, i) == super::solve::action(problem, b, i)
}

fn changed(problem: &Problem, roads: &Roads, from: &Network, to: &Network, bases: &[Flow]) -> Vec<Flow> {
    let differs: Vec<usize> = (0..from.changes.len()).filter(|&i| from.changes[i] != to.changes[i]).collect();
    let mut flows = bases.to_vec();
    for (t, flow) in flows.iter_mut().enumerate() {
        for &i in &differs {
            let (before, after) = (from.option(problem, i, t), to.option(problem, i, t));
            if before != after {
                flow.change(problem, roads, i, after);
            }
        }
    }
    flows
}

fn profit(problem: &Problem, roads: &Roads, network: &Network, flows: &[Flow]) -> f64 {
    let years = problem.phases.iter().zip(flows).enumerate().map(|(t, (phase, flow))| {
        phase.weight * (flow.earned(problem, roads) - yearly_cost(problem, &network.open(problem, t)))
    });
    years.sum::<f64>() - yearly_one_off(problem, network)
}

impl Alternative {
    /// Whether the store would be open in the end.
    pub fn is_open(&self) -> bool {
        !matches!(self.action, Action::Close | Action::MoveOut(_) | Action::StayClosed)
    }
}
