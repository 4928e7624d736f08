//! Exponential smoothing without season, error and trend chosen by corrected AIC (Hyndman and Khandakar 2008), by `augurs`.

use super::Method;
use augurs::ets::AutoETS;
use augurs::{Fit, Predict};

/// Exponential smoothing, chosen by itself.
pub(super) struct Ets;

/// Shortest series.
const LEAST: usize = 10;

impl Method for Ets {
    fn name(&self) -> &'static str {
        "ets"
    }

    fn carry_on(&self, y: &[f64], _: usize, horizon: usize) -> Option<Vec<f64>> {
        carry_on(y, horizon)
    }
}

/// A series with nothing known of its season.
pub(super) fn carry_on(y: &[f64], horizon: usize) -> Option<Vec<f64>> {
    if y.len() < LEAST {
        return None;
    }
    let (low, high) = y.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    // What moves by rounding alone has nothing to be smoothed, and the library would search for long.
    if high - low <= 1e-9 * high.abs().max(low.abs()) {
        return Some(vec![y[y.len() - 1]; horizon]);
    }
    let fitted = AutoETS::non_seasonal().fit(y).ok()?;
    let point = fitted.predict(horizon, None).ok()?.point;
    point.iter().all(|x| x.is_finite()).then_some(point)
}
