//! The strong compact model: one column per site and one per pair. For tests and comparisons.

use super::Problem;
use crate::lp::{Col, Programme};
use crate::placement::costs::Costs;

/// minimise Σ c_ij x_ij with rows `served`, `open` and `count`.
pub fn compact(problem: &Problem) -> Programme {
    let costs = problem.distances();
    let (m, n) = (costs.sites(), costs.clients());
    let mut p = Programme::new();
    let y: Vec<Col> = (0..m).map(|_| p.binary(0.0)).collect();
    let x: Vec<Vec<Col>> =
        (0..n).map(|j| (0..m).map(|i| p.column(costs.cost(i, j) as f64, 0.0, 1.0)).collect()).collect();
    served(&mut p, &x);
    open(&mut p, &x, &y);
    p.equal(problem.count() as f64, y.iter().map(|&c| (c, 1.0)));
    p
}

/// Σ_i x_ij = 1 for every client.
fn served(p: &mut Programme, x: &[Vec<Col>]) {
    for row in x {
        p.equal(1.0, row.iter().map(|&c| (c, 1.0)));
    }
}

/// x_ij ≤ y_i.
fn open(p: &mut Programme, x: &[Vec<Col>], y: &[Col]) {
    for row in x {
        for (&share, &site) in row.iter().zip(y) {
            p.at_most(0.0, [(share, 1.0), (site, -1.0)]);
        }
    }
}
