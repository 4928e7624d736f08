//! Exponential smoothing with automatic choice of error and trend (Hyndman and Khandakar 2008), by the `augurs` crate.

use super::{Method, Path, SMOOTH_WEEKS};
use augurs::ets::AutoETS;
use augurs::{Fit, Predict};

/// Non-seasonal exponential smoothing, chosen by corrected AIC.
pub struct Ets;

impl Method for Ets {
    fn name(&self) -> &'static str {
        "ets"
    }

    fn carry_on(&self, series: &[f64], horizon: usize) -> Option<Path> {
        let varies = series.windows(2).any(|w| w[0] != w[1]);
        if series.len() < SMOOTH_WEEKS || !varies {
            return None;
        }
        let fitted = AutoETS::non_seasonal().fit(series).ok()?;
        let forecast = fitted.predict(horizon, 0.9).ok()?;
        let band = forecast.intervals?;
        let finite = |v: &[f64]| v.iter().all(|x| x.is_finite());
        (finite(&forecast.point) && finite(&band.lower) && finite(&band.upper)).then_some(Path {
            mean: forecast.point,
            low: band.lower,
            high: band.upper,
        })
    }
}
