//! Intermittent demand by Teunter, Syntetos and Babai (2011): the probability of demand is smoothed in every step, so that what is
//! asked for no longer fades.

use super::{Method, croston};

/// Teunter–Syntetos–Babai.
pub(super) struct Tsb;

impl Method for Tsb {
    fn name(&self) -> &'static str {
        "tsb"
    }

    fn carry_on(&self, y: &[f64], _: usize, horizon: usize) -> Option<Vec<f64>> {
        if y.iter().any(|v| *v < 0.0) {
            return None;
        }
        let asked = croston::smoothed(y.iter().map(|v| f64::from(u8::from(*v > 0.0))))?;
        let size = croston::smoothed(y.iter().copied().filter(|v| *v > 0.0))?;
        Some(vec![asked * size; horizon])
    }
}
