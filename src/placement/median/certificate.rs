//! Recomputes cost and root bound of an answer from the data, in whole numbers.

use super::{Plan, Problem};
use crate::ids::Id;
use crate::placement::costs::Costs;

/// Checks an answer; the error says what does not hold.
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
    if let Some(bound) = root_bound(problem, plan)
        && bound > i128::from(plan.cost) * i128::from(plan.scale)
    {
        return Err("the multipliers prove more than the cost: the data changed".into());
    }
    Ok(())
}

fn cost(costs: &impl Costs, plan: &Plan) -> i128 {
    let open: Vec<usize> = plan.open.iter().map(|i| i.index()).collect();
    let nearest = |j: usize| open.iter().map(|&i| costs.cost(i, j)).min().unwrap_or(i64::MAX);
    (0..costs.clients()).map(|j| i128::from(nearest(j))).sum()
}

/// The bound that the plan's multipliers prove, times the scale: Σ v_j + the p smallest ρ_i.
pub fn root_bound(problem: &Problem, plan: &Plan) -> Option<i128> {
    let costs = problem.distances();
    if plan.multipliers.len() != costs.clients() {
        return None;
    }
    let mut rho = vec![0i128; costs.sites()];
    for (j, &v) in plan.multipliers.iter().enumerate() {
        for (i, rho) in rho.iter_mut().enumerate() {
            let slack = i128::from(costs.cost(i, j)) * i128::from(plan.scale) - i128::from(v);
            *rho += slack.min(0);
        }
    }
    rho.sort_unstable();
    let v: i128 = plan.multipliers.iter().map(|&v| i128::from(v)).sum();
    Some(v + rho[..problem.count()].iter().sum::<i128>())
}
