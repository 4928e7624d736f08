//! Season and trend by loess (Cleveland et al. 1990, `stlrs` in f64): exponential smoothing of the rest, the last season put back.

use super::{Method, ets};

/// STL with exponential smoothing.
pub(super) struct Stl;

impl Method for Stl {
    fn name(&self) -> &'static str {
        "stl"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        if season < 2 || y.len() < 2 * season + 1 {
            return None;
        }
        let parts = stlrs::Stl::fit(y, season).ok()?;
        let profile = parts.seasonal();
        let plain: Vec<f64> = y.iter().zip(profile).map(|(y, s)| y - s).collect();
        let last = &profile[y.len() - season..];
        let ahead = ets::carry_on(&plain, horizon)?;
        Some(ahead.iter().enumerate().map(|(h, x)| x + last[h % season]).collect())
    }
}
