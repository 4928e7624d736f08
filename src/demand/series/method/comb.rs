//! The mean of simple smoothing, theta and damped trend, on the series less its season.

use super::{Method, damped, season, ses, theta};

/// The mean of three smoothings.
pub(super) struct Comb;

impl Method for Comb {
    fn name(&self) -> &'static str {
        "comb"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        if y.len() < 2 {
            return None;
        }
        season::without(y, season, horizon, |plain| {
            let flat = ses::level(plain).last;
            let (theta, damped) = (theta::theta(plain, horizon), damped::damped(plain, horizon));
            Some((0..horizon).map(|h| (flat + theta[h] + damped[h]) / 3.0).collect())
        })
    }
}
