//! Intermittent demand by Syntetos and Boylan (2005): Croston's rate less its bias.

use super::{Method, croston};

/// Syntetos–Boylan approximation.
pub(super) struct Sba;

impl Method for Sba {
    fn name(&self) -> &'static str {
        "sba"
    }

    fn carry_on(&self, y: &[f64], _: usize, horizon: usize) -> Option<Vec<f64>> {
        Some(vec![(1.0 - croston::ALPHA / 2.0) * croston::rate(y)?; horizon])
    }
}
