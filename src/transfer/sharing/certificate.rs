//! The cost of a stock recomputed without any solver, for sites that are all linked at one cost.

use super::problem::{Scenarios, Sharing};

/// Expected cost when all sites share the same costs and every pair is linked: excess meets shortage until one is used up.
/// `None` when the sites differ (there is then no formula).
pub fn complete(problem: &Sharing, scenarios: &Scenarios, stock: &[f64]) -> Option<f64> {
    let n = problem.sites();
    let (h, p) = (problem.holding()[0], problem.penalty()[0]);
    let c = if n > 1 { problem.lane(0, 1) } else { 0.0 };
    let same = (0..n).all(|i| {
        problem.holding()[i] == h && problem.penalty()[i] == p && (0..n).all(|j| i == j || problem.lane(i, j) == c)
    });
    if !same || !c.is_finite() {
        return None;
    }
    let mut total = 0.0;
    for w in 0..scenarios.len() {
        let (mut over, mut short) = (0.0, 0.0);
        for (s, d) in stock.iter().zip(scenarios.demand(w)) {
            over += (s - d).max(0.0);
            short += (d - s).max(0.0);
        }
        let moved = f64::min(over, short);
        total += scenarios.weight(w) * (h * over + p * short - (h + p - c).max(0.0) * moved);
    }
    Some(total)
}
