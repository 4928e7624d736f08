//! How far a series strays from its forecast.

use super::pooled::Window;

/// Windows of the pool that a series' own spread is drawn towards.
const DRAW: f64 = 4.0;

/// Spread of every series and the shape that all share.
pub(super) struct Spread {
    /// Mean absolute residual by step ahead and series, in units of the series' scale.
    own: Vec<Vec<f64>>,
    /// Quantiles of residuals over own spread, by step ahead and level.
    shape: Vec<Vec<f64>>,
}

impl Spread {
    /// `residuals` by step ahead and window.
    pub(super) fn new(series: usize, windows: &[Window], residuals: &[Vec<f64>], levels: &[f64]) -> Self {
        let (mut own, mut shape) = (Vec::new(), Vec::new());
        for ahead in residuals {
            let (mut sum, mut count) = (vec![0.0; series], vec![0.0; series]);
            for (w, r) in windows.iter().zip(ahead).filter(|(w, _)| w.recent) {
                sum[w.series] += r.abs();
                count[w.series] += 1.0;
            }
            let pool = sum.iter().sum::<f64>() / count.iter().sum::<f64>().max(1.0);
            let spread: Vec<f64> =
                sum.iter().zip(&count).map(|(s, n)| ((s + DRAW * pool) / (n + DRAW)).max(f64::MIN_POSITIVE)).collect();
            let mut standard: Vec<f64> =
                windows.iter().zip(ahead).filter(|(w, _)| w.recent).map(|(w, r)| r / spread[w.series]).collect();
            standard.sort_by(f64::total_cmp);
            shape.push(levels.iter().map(|&p| quantile(&standard, p)).collect());
            own.push(spread);
        }
        Self { own, shape }
    }

    /// Distance of a quantile from the point, in units of the series' scale.
    pub(super) fn quantile(&self, series: usize, step: usize, level: usize) -> f64 {
        self.own[step][series] * self.shape[step][level]
    }
}

/// Quantile of sorted values, linear between them.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}
