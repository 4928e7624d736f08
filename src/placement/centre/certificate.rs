//! Recomputes the radius of an answer from the data.

use super::Plan;
use crate::ids::Id;
use crate::placement::costs::Costs;

/// Checks an answer; the error says what does not hold.
pub fn check(costs: &impl Costs, count: usize, plan: &Plan) -> Result<(), String> {
    if plan.open.len() != count || !plan.open.windows(2).all(|w| w[0] < w[1]) {
        return Err(format!("{} sites are open instead of {count}", plan.open.len()));
    }
    let nearest = |j: usize| plan.open.iter().map(|i| costs.cost(i.index(), j)).min().unwrap_or(i64::MAX);
    let radius = (0..costs.clients()).map(nearest).max().unwrap_or(0);
    if radius != plan.radius {
        return Err(format!("the farthest client is at {radius}, not {}", plan.radius));
    }
    if plan.bound > plan.radius {
        return Err(format!("the bound {} exceeds the radius {}", plan.bound, plan.radius));
    }
    Ok(())
}
