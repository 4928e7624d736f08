//! Recomputes the captured demand from the data, with compensated sums.

use super::{Plan, Problem};
use crate::ids::Id;

/// Checks an answer; the error says what does not hold.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), String> {
    if plan.open.len() != problem.count() || !plan.open.windows(2).all(|w| w[0] < w[1]) {
        return Err(format!("{} sites are open instead of {}", plan.open.len(), problem.count()));
    }
    if plan.open.iter().any(|i| i.index() >= problem.sites()) {
        return Err("an open site does not exist".into());
    }
    let captured = sum((0..problem.customers()).map(|j| {
        let row = problem.row(j);
        let own = sum(plan.open.iter().map(|i| row[i.index()]));
        problem.demand(j) * own / (1.0 + own)
    }));
    if (captured - plan.captured).abs() > 1e-9 * captured.max(1.0) {
        return Err(format!("the open sites capture {captured}, not {}", plan.captured));
    }
    if plan.bound < plan.captured {
        return Err(format!("the bound {} is below the captured demand {}", plan.bound, plan.captured));
    }
    Ok(())
}

/// Neumaier's compensated sum.
fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for x in terms {
        let next = total + x;
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    total + lost
}
