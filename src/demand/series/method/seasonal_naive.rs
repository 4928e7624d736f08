//! The last season goes on.

use super::Method;

/// Seasonal random walk.
pub(super) struct SeasonalNaive;

impl Method for SeasonalNaive {
    fn name(&self) -> &'static str {
        "seasonal-naive"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        let start = y.len().checked_sub(season)?;
        Some((0..horizon).map(|h| y[start + h % season]).collect())
    }
}
