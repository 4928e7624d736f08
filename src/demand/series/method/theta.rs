//! Theta (Assimakopoulos and Nikolopoulos 2000) as simple smoothing with a drift of half the trend line's slope (Hyndman and
//! Billah 2003), on the series less its season.

use super::{Method, season, ses};

/// Theta.
pub(super) struct Theta;

impl Method for Theta {
    fn name(&self) -> &'static str {
        "theta"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        (y.len() >= 2).then(|| season::without(y, season, horizon, |plain| Some(theta(plain, horizon))))?
    }
}

pub(super) fn theta(y: &[f64], horizon: usize) -> Vec<f64> {
    let ses::Level { last, alpha } = ses::level(y);
    let n = y.len() as f64;
    let centre = (n - 1.0) / 2.0;
    let mean = y.iter().sum::<f64>() / n;
    let (mut up, mut down) = (0.0, 0.0);
    for (t, v) in y.iter().enumerate() {
        let d = t as f64 - centre;
        up += d * (v - mean);
        down += d * d;
    }
    let slope = if down > 0.0 { up / down } else { 0.0 };
    let start = (1.0 - libm::pow(1.0 - alpha, n)) / alpha;
    (0..horizon).map(|h| last + 0.5 * slope * (h as f64 + start)).collect()
}
