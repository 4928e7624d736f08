//! The mean of the past, for series too short or too still to smooth.

use super::{Method, Path};

/// Carries the mean on; the band is normal with the past's own spread.
pub struct Mean;

/// 95 % quantile of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

impl Method for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn carry_on(&self, series: &[f64], horizon: usize) -> Option<Path> {
        let n = series.len().max(1) as f64;
        let mean = series.iter().sum::<f64>() / n;
        let variance = series.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let half = Z95 * (variance * (1.0 + 1.0 / n)).sqrt();
        Some(Path {
            mean: vec![mean; horizon],
            low: vec![(mean - half).max(0.0); horizon],
            high: vec![mean + half; horizon],
        })
    }
}
