//! Recomputes the cost of an answer from the data, and walks through the proof of its bound, in whole numbers.

mod remains;
mod table;
mod tree;

use super::{Plan, Problem};
use crate::ids::Id;
use crate::placement::costs::Costs;

/// Checks an answer but for its bound; the error says what does not hold.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    let costs = problem.distances();
    if plan.open.len() != problem.count() {
        return Err(format!("{} sites are open instead of {}", plan.open.len(), problem.count()));
    }
    if !plan.open.windows(2).all(|w| w[0] < w[1]) || plan.open.iter().any(|i| i.index() >= costs.sites()) {
        return Err("the open sites are not a set of sites".into());
    }
    let cost = cost(costs, plan);
    if cost != i128::from(plan.cost) {
        return Err(format!("the open sites cost {cost}, not {}", plan.cost));
    }
    if plan.bound > plan.cost as f64 {
        return Err(format!("the bound {} exceeds the cost {}", plan.bound, plan.cost));
    }
    Ok(())
}

/// The bound that the plan's proof proves: the plan's own, or what the first multipliers say where the proof falls short.
pub fn proved(problem: &Problem, plan: &Plan) -> f64 {
    let Some(proof) = &plan.proof else { return f64::NEG_INFINITY };
    let costs = problem.distances();
    let claim = proof.none as f64 + 1.0;
    match tree::check(costs, problem.count(), proof, plan.scale) {
        Ok(()) if claim >= plan.bound => plan.bound,
        Ok(()) => claim,
        Err(_) => tree::first(costs, problem.count(), proof, plan.scale).map_or(f64::NEG_INFINITY, |b| b as f64),
    }
}

fn cost(costs: &impl Costs, plan: &Plan) -> i128 {
    let open: Vec<usize> = plan.open.iter().map(|i| i.index()).collect();
    let nearest = |j: usize| open.iter().map(|&i| costs.cost(i, j)).min().unwrap_or(i64::MAX);
    (0..costs.clients()).map(|j| i128::from(nearest(j))).sum()
}
