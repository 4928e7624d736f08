//! The mean of the past goes on.

use super::Method;

/// Constant mean.
pub(super) struct Mean;

impl Method for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn carry_on(&self, y: &[f64], _: usize, horizon: usize) -> Option<Vec<f64>> {
        Some(vec![y.iter().sum::<f64>() / y.len() as f64; horizon])
    }
}
