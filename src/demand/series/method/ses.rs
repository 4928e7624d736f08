//! Simple exponential smoothing, on the series less its season.

use super::{Method, season};

/// Simple exponential smoothing.
pub(super) struct Ses;

/// Bounds of smoothing constants, the usual ones.
pub(super) const BOUNDS: (f64, f64) = (1e-4, 0.9999);

/// A fitted level.
pub(super) struct Level {
    /// The level after the last value.
    pub last: f64,
    /// The smoothing constant.
    pub alpha: f64,
}

impl Method for Ses {
    fn name(&self) -> &'static str {
        "ses"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        season::without(y, season, horizon, |plain| Some(vec![level(plain).last; horizon]))
    }
}

/// Least squares of the errors one step ahead: for each smoothing constant the best first level is known (errors are linear
/// in it); the constant by a grid and golden sections.
pub(super) fn level(y: &[f64]) -> Level {
    let run = |alpha: f64| {
        // Level `a + b · first`, error `(y − a) − b · first`.
        let (mut a, mut b) = (0.0, 1.0);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for &v in y {
            let e = v - a;
            xx += b * b;
            xy += b * e;
            yy += e * e;
            a += alpha * e;
            b *= 1.0 - alpha;
        }
        let first = xy / xx;
        (yy - first * xy, a + b * first)
    };
    let alpha = least(|alpha| run(alpha).0);
    Level { last: run(alpha).1, alpha }
}

/// The place within the bounds where a function of one smoothing constant is least.
fn least(f: impl Fn(f64) -> f64) -> f64 {
    const GRID: usize = 20;
    let at = |k: usize| BOUNDS.0 + (BOUNDS.1 - BOUNDS.0) * k as f64 / GRID as f64;
    let values: Vec<f64> = (0..=GRID).map(|k| f(at(k))).collect();
    let best = (1..=GRID).fold(0, |b, k| if values[k] < values[b] { k } else { b });
    let (mut low, mut high) = (at(best.saturating_sub(1)), at((best + 1).min(GRID)));
    let section = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..40 {
        let (a, b) = (high - section * (high - low), low + section * (high - low));
        if f(a) <= f(b) { high = b } else { low = a }
    }
    let middle = f64::midpoint(low, high);
    // An end of the bounds is never reached by sections.
    [BOUNDS.0, BOUNDS.1].into_iter().fold(middle, |b, x| if f(x) < f(b) { x } else { b })
}
