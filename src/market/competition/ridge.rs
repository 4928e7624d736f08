//! The ridge: pairs of correlation and travel cost that tell the same price difference between two spacings.

use super::ring::Ring;
use super::solve::{NoEquilibrium, Start, solve};

/// A point of the ridge.
#[derive(Clone, Copy, Debug)]
pub struct RidgePoint {
    /// Correlation inside the brand.
    pub rho: f64,
    /// Cost of a mile, thousands.
    pub travel: f64,
    /// Price at the wide spacing less that at the narrow one, thousands.
    pub moment: f64,
    /// Margin at the narrow and at the wide spacing, thousands.
    pub margins: [f64; 2],
}

/// Margins at two numbers of dealers.
fn margins(ring: &Ring, dealers: [usize; 2]) -> Result<[f64; 2], NoEquilibrium> {
    let mut found = [0.0; 2];
    for (margin, n) in found.iter_mut().zip(dealers) {
        *margin = solve(&Ring { dealers: n, ..ring.clone() }.segment(), &Start::Plain)?.mean_margin();
    }
    Ok(found)
}

/// For every correlation the travel cost that keeps the ring's own price difference between `dealers[0]` and
/// `dealers[1]` stores; correlations for which no travel cost up to a thousand a mile does are left out.
pub fn ridge(ring: &Ring, dealers: [usize; 2], correlations: &[f64]) -> Result<Vec<RidgePoint>, NoEquilibrium> {
    let own = margins(ring, dealers)?;
    let target = own[1] - own[0];
    let mut points = Vec::new();
    for &rho in correlations {
        let at = |travel: f64| margins(&Ring { rho, travel, ..ring.clone() }, dealers);
        let (mut low, mut high) = (0.0, ring.travel);
        let mut found = at(high)?;
        while found[1] - found[0] < target && high < 1.0 {
            (low, high) = (high, 2.0 * high);
            found = at(high)?;
        }
        if found[1] - found[0] < target {
            continue;
        }
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            found = at(middle)?;
            if found[1] - found[0] < target { low = middle } else { high = middle }
        }
        points.push(RidgePoint { rho, travel: 0.5 * (low + high), moment: found[1] - found[0], margins: found });
    }
    Ok(points)
}
