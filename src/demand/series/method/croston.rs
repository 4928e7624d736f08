//! Intermittent demand by Croston (1972): size and interval smoothed apart, their ratio.

use super::Method;

/// Croston.
pub(super) struct Croston;

/// Smoothing constant, the usual one.
pub(super) const ALPHA: f64 = 0.1;

impl Method for Croston {
    fn name(&self) -> &'static str {
        "croston"
    }

    fn carry_on(&self, y: &[f64], _: usize, horizon: usize) -> Option<Vec<f64>> {
        Some(vec![rate(y)?; horizon])
    }
}

/// Demand a step; `None` where some demand is negative or there is none.
pub(super) fn rate(y: &[f64]) -> Option<f64> {
    if y.iter().any(|v| *v < 0.0) {
        return None;
    }
    let places: Vec<usize> = (0..y.len()).filter(|t| y[*t] > 0.0).collect();
    let sizes = places.iter().map(|&t| y[t]);
    let intervals = places.iter().enumerate().map(|(k, &t)| (if k == 0 { t + 1 } else { t - places[k - 1] }) as f64);
    Some(smoothed(sizes)? / smoothed(intervals)?)
}

/// Simple smoothing from the first value; `None` of none.
pub(super) fn smoothed(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let first = values.next()?;
    Some(values.fold(first, |level, v| level + ALPHA * (v - level)))
}
