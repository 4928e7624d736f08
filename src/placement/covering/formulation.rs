//! The compact model, for tests and comparisons.

use super::Problem;
use crate::lp::{Col, Programme};
use crate::placement::costs::Costs;

/// minimise −Σ w_c z_c with rows `reach` and `count`.
pub fn compact(problem: &Problem) -> Programme {
    let cells = problem.cells();
    let mut p = Programme::new();
    let y: Vec<Col> = (0..cells.sites()).map(|_| p.binary(0.0)).collect();
    for c in 0..cells.clients() {
        let z = p.column(-(cells.weight(c) as f64), 0.0, 1.0);
        let reach = cells.covers(c).iter().map(|&i| (y[i as usize], -1.0));
        p.at_most(0.0, reach.chain([(z, 1.0)]));
    }
    p.equal(problem.count() as f64, y.iter().map(|&c| (c, 1.0)));
    p
}
