//! The strong compact model, for tests and comparisons.

use super::Problem;
use crate::lp::{Col, Programme};
use crate::placement::costs::Costs;

/// minimise Σ f_i y_i + Σ c_ij x_ij with rows `served`, `open`, `capacity` and `enough`.
pub fn compact(problem: &Problem) -> Programme {
    let (costs, unit) = (problem.costs(), 1.0 / problem.scale());
    let (m, n) = (costs.sites(), costs.clients());
    let whole = problem.capacity().is_some_and(|c| c.single_source);
    let mut p = Programme::new();
    let y: Vec<Col> = problem.fixed().iter().map(|&f| p.binary(f as f64 * unit)).collect();
    let x: Vec<Vec<Col>> = (0..n)
        .map(|j| {
            let share = |p: &mut Programme, i: usize| {
                let cost = costs.cost(i, j) as f64 * unit;
                if whole { p.binary(cost) } else { p.column(cost, 0.0, 1.0) }
            };
            (0..m).map(|i| share(&mut p, i)).collect()
        })
        .collect();
    for row in &x {
        p.equal(1.0, row.iter().map(|&c| (c, 1.0)));
        for (&share, &site) in row.iter().zip(&y) {
            p.at_most(0.0, [(share, 1.0), (site, -1.0)]);
        }
    }
    if let Some(capacity) = problem.capacity() {
        for i in 0..m {
            let load = (0..n).map(|j| (x[j][i], capacity.demand[j]));
            p.at_most(0.0, load.chain([(y[i], -capacity.of_site[i])]));
        }
        p.at_least(capacity.demand.iter().sum(), (0..m).map(|i| (y[i], capacity.of_site[i])));
    }
    p
}
