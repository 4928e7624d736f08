//! What a given network sells and earns: every buyer goes to a store with room.

use super::flow::{Flow, Roads};
use super::{Network, Problem};
use crate::units::Money;

/// A network with its sales and money.
pub(super) struct Priced {
    /// `(store, zone, cars a year)` of the last phase, ascending.
    pub service: Vec<Vec<(usize, usize, f64)>>,
    /// Yearly profit, one-off money spread in.
    pub profit: Money,
    /// One-off money.
    pub one_off: Money,
}

/// Prices a network.
pub(super) fn price(problem: &Problem, roads: &Roads, network: &Network) -> Priced {
    let mut profit = -yearly_one_off(problem, network);
    let mut service = Vec::new();
    for phase in 0..problem.phases.len() {
        let open = network.open(problem, phase);
        let flow = Flow::new(problem, roads, phase, &open);
        profit += problem.phases[phase].weight * (flow.earned(problem, roads) - yearly_cost(problem, &open));
        service.push(flow.service(roads));
    }
    Priced { service, profit: Money::from_major(profit), one_off: one_off(problem, network) }
}

/// Fixed cost of a year.
pub(super) fn yearly_cost(problem: &Problem, open: &[Option<usize>]) -> f64 {
    problem.stores.iter().zip(open).filter_map(|(s, o)| o.map(|k| s.options[k].yearly_cost.major())).sum()
}

/// Openings, conversions and closings; a move replaces its closing and its opening.
fn one_off(problem: &Problem, network: &Network) -> Money {
    let alone: Money = (0..network.changes.len()).map(|i| problem.change_cost(i, network.changes[i])).sum();
    alone + network.moves.iter().map(|&k| problem.move_difference(k)).sum()
}

/// One-off money of a year, discounted.
pub(super) fn yearly_one_off(problem: &Problem, network: &Network) -> f64 {
    let factor = |i: usize| network.changes[i].map_or(0.0, |c| problem.phases[c.phase].discount) / problem.years;
    let alone = |i: usize| factor(i) * problem.change_cost(i, network.changes[i]).major();
    let moved = |&k: &usize| factor(problem.moves[k].from) * problem.move_difference(k).major();
    (0..network.changes.len()).map(alone).sum::<f64>() + network.moves.iter().map(moved).sum::<f64>()
}
