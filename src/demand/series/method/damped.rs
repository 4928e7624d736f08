//! Holt's linear trend, damped (Gardner and McKenzie 1985), on the series less its season.

use super::{Method, season, ses};
use crate::stats::simplex::maximise;

/// Damped trend.
pub(super) struct Damped;

/// Bounds of the damping, the usual ones.
pub(super) const DAMPING: (f64, f64) = (0.8, 0.98);

impl Method for Damped {
    fn name(&self) -> &'static str {
        "damped"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        (y.len() >= 4).then(|| season::without(y, season, horizon, |plain| Some(damped(plain, horizon))))?
    }
}

/// A number between two bounds, from any number.
pub(super) fn between((low, high): (f64, f64), x: f64) -> f64 {
    low + (high - low) / (1.0 + libm::exp(-x))
}

/// What [`between`] makes a number of.
pub(super) fn outside((low, high): (f64, f64), x: f64) -> f64 {
    libm::log((x - low) / (high - x))
}

/// Least squares of the errors one step ahead: for each level, trend and damping constant the best first level and trend are
/// known (errors are linear in them).
pub(super) fn damped(y: &[f64], horizon: usize) -> Vec<f64> {
    // In units of the series' own movement, so that nothing depends on its size.
    let constants = |at: &[f64]| {
        let alpha = between(ses::BOUNDS, at[0]);
        (alpha, alpha * between((0.0, 1.0), at[1]), between(DAMPING, at[2]))
    };
    let run = |at: &[f64]| {
        let (alpha, beta, phi) = constants(at);
        // Level and trend as `constant + by first level + by first trend`.
        let (mut level, mut trend) = ([0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        let (mut aa, mut ab, mut bb, mut ay, mut by, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for &v in y {
            let step = [0, 1, 2].map(|k| level[k] + phi * trend[k]);
            let e = [v - step[0], -step[1], -step[2]];
            aa += e[1] * e[1];
            ab += e[1] * e[2];
            bb += e[2] * e[2];
            ay += e[1] * e[0];
            by += e[2] * e[0];
            yy += e[0] * e[0];
            for k in 0..3 {
                level[k] = step[k] + alpha * e[k];
                trend[k] = phi * trend[k] + beta * e[k];
            }
        }
        let determinant = aa * bb - ab * ab;
        let (first, slope) = if determinant > 1e-12 * aa * bb {
            ((ab * by - bb * ay) / determinant, (ab * ay - aa * by) / determinant)
        } else {
            (-ay / aa, 0.0)
        };
        let error = yy + first * ay + slope * by;
        let at = |s: [f64; 3]| s[0] + s[1] * first + s[2] * slope;
        (error, at(level), at(trend), phi)
    };
    let mut best: Option<(f64, Vec<f64>)> = None;
    for (alpha, beta, phi) in [(0.1, 0.1, 0.9), (0.5, 0.1, 0.9), (0.9, 0.1, 0.9)] {
        let start = [outside(ses::BOUNDS, alpha), outside((0.0, 1.0), beta), outside(DAMPING, phi)];
        let found = maximise(&start, 0.5, 1e-9, &|at: &[f64]| -run(at).0.max(f64::MIN_POSITIVE).ln());
        let error = run(&found).0;
        if best.as_ref().is_none_or(|b| error < b.0) {
            best = Some((error, found));
        }
    }
    let (_, level, trend, phi) = run(&best.map_or_else(|| vec![0.0; 3], |b| b.1));
    let (mut reach, mut power) = (0.0, 1.0);
    let ahead = |_| {
        power *= phi;
        reach += power;
        level + trend * reach
    };
    (0..horizon).map(ahead).collect()
}
