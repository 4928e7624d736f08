//! What will be asked for: weekly demand per model and dealer with its spread.
//!
//! 1. One calendar profile for the whole network ([`season`]): month and Spring Festival, by regression.
//! 2. Each model's national series without that profile, by a [`Method`] (exponential smoothing of a kept library where
//!    the series is long enough, else its mean), then the profile put back.
//! 3. Each dealer's part of a model ([`shares`]): its own count, pulled towards what its size and region's taste say.
//! 4. Spread: national from the method's own 90 % band; per cell a negative binomial whose relative variance is
//!    measured on the past.

mod ets;
pub mod hindsight;
mod mean;
pub mod season;
pub mod shares;

pub use season::Season;

use super::History;
use crate::ids::{Grid, Id, IdVec, ModelId, RegionId, SiteId};
use jiff::civil::Date;
use rayon::prelude::*;

/// A path with its 90 % band.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Expected value of each week.
    pub mean: Vec<f64>,
    /// 5 % quantile of each week.
    pub low: Vec<f64>,
    /// 95 % quantile of each week.
    pub high: Vec<f64>,
}

/// A way of carrying a series on.
pub trait Method: Sync {
    /// Name for reports.
    fn name(&self) -> &'static str;
    /// Carries the series on for `horizon` steps; `None` when the method cannot serve this series.
    fn carry_on(&self, series: &[f64], horizon: usize) -> Option<Path>;
}

/// Past weeks whose counts give the dealers' shares.
pub const SHARE_WEEKS: usize = 26;
/// Shortest deseasonalised series that is smoothed; shorter ones are carried on at their mean.
pub const SMOOTH_WEEKS: usize = 26;

/// The forecast of one scenario.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Monday of the first forecast week.
    pub first: Date,
    /// Weeks that the method itself carried on; later weeks keep its last level, with the season.
    pub planned_weeks: usize,
    /// National demand per model: one entry a week.
    pub national: IdVec<ModelId, Path>,
    /// Method that served each model.
    pub method: IdVec<ModelId, &'static str>,
    /// Part of each dealer in each model; the parts of a model add up to one (or all are zero).
    pub share: Grid<SiteId, ModelId, f64>,
    /// Calendar profile of the forecast weeks (mean of a year is one).
    pub profile: Vec<f64>,
    /// Variance of a cell's week beyond Poisson, as a share of the squared mean.
    pub dispersion: f64,
    /// The profile behind it.
    pub season: Season,
}

impl Forecast {
    /// Expected demand of a dealer for a model in a forecast week.
    pub fn rate(&self, site: SiteId, model: ModelId, week: usize) -> f64 {
        self.share[(site, model)] * self.national[model].mean[week]
    }
    /// Number of forecast weeks.
    pub fn weeks(&self) -> usize {
        self.profile.len()
    }
    /// The Monday of a forecast week.
    pub fn monday(&self, week: usize) -> Date {
        self.first.saturating_add(jiff::Span::new().days(7 * week as i64))
    }
    /// Expected demand of the whole network over a year from the first forecast week, all models.
    pub fn yearly(&self) -> f64 {
        let weeks = self.weeks().min(52);
        let sum: f64 = self.national.values().flat_map(|p| &p.mean[..weeks]).sum();
        if weeks == 0 { 0.0 } else { sum * 365.0 / (7.0 * weeks as f64) }
    }
}

/// What a forecast is made from.
pub struct Inputs<'a> {
    /// Past sales.
    pub history: &'a History,
    /// Number of sites.
    pub sites: usize,
    /// Number of models.
    pub models: usize,
    /// Region of each site.
    pub region: &'a IdVec<SiteId, RegionId>,
    /// New year's days of the lunisolar calendar, any order.
    pub festivals: &'a [Date],
}

/// Forecasts `planned` weeks by method and `weeks` in all.
pub fn forecast(inputs: &Inputs, planned: usize, weeks: usize) -> Forecast {
    let history = inputs.history;
    let first = history.monday(history.weeks());
    let totals = national_series(inputs);
    let all: Vec<f64> = (0..history.weeks()).map(|w| totals.iter().map(|s| s[w]).sum()).collect();
    let season = Season::fit(&all, history.first(), inputs.festivals);
    let past: Vec<f64> = (0..history.weeks()).map(|w| season.factor(history.monday(w))).collect();
    let profile: Vec<f64> =
        (0..weeks).map(|w| season.factor(first.saturating_add(jiff::Span::new().days(7 * w as i64)))).collect();
    let carried: Vec<(Path, &'static str)> = totals
        .par_iter()
        .map(|series| {
            let plain: Vec<f64> = series.iter().zip(&past).map(|(s, f)| s / f).collect();
            let (path, name) = carry_on(&plain, planned.min(weeks).max(1));
            (with_profile(&path, &profile), name)
        })
        .collect();
    let share = shares::shares(inputs, SHARE_WEEKS.min(history.weeks()));
    let dispersion = shares::dispersion(inputs, &share, SHARE_WEEKS.min(history.weeks()));
    let (national, method) = carried.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    Forecast {
        first,
        planned_weeks: planned.min(weeks),
        national: IdVec::from_vec(national),
        method: IdVec::from_vec(method),
        share,
        profile,
        dispersion,
        season,
    }
}

/// Cars sold nationally, model by model, week by week.
fn national_series(inputs: &Inputs) -> Vec<Vec<f64>> {
    let history = inputs.history;
    (0..inputs.models)
        .into_par_iter()
        .map(|m| {
            let mut sum = vec![0.0; history.weeks()];
            for site in 0..inputs.sites {
                for (total, &sold) in sum.iter_mut().zip(history.series(SiteId::at(site), ModelId::at(m))) {
                    *total += f64::from(sold);
                }
            }
            sum
        })
        .collect()
}

fn carry_on(series: &[f64], horizon: usize) -> (Path, &'static str) {
    let smooth: &dyn Method = &ets::Ets;
    let plain: &dyn Method = &mean::Mean;
    [smooth, plain]
        .iter()
        .find_map(|m| m.carry_on(series, horizon).map(|p| (p, m.name())))
        .expect("the mean serves every series")
}

/// Puts the calendar profile back; weeks beyond the path keep its last level.
fn with_profile(path: &Path, profile: &[f64]) -> Path {
    let stretch = |values: &[f64]| -> Vec<f64> {
        let last = values.len() - 1;
        profile.iter().enumerate().map(|(w, f)| (values[w.min(last)] * f).max(0.0)).collect()
    };
    Path { mean: stretch(&path.mean), low: stretch(&path.low), high: stretch(&path.high) }
}

/// One model's figures when the last weeks are forecast from those before.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// The model.
    pub model: ModelId,
    /// Cars sold in the weeks held back.
    pub actual: f64,
    /// Cars forecast for them.
    pub forecast: f64,
    /// Sum of absolute weekly errors over sales.
    pub wape: f64,
    /// The same for the naive forecast (the same weeks a year before, or the last week).
    pub wape_naive: f64,
    /// Share of held-back weeks inside the 90 % band.
    pub inside: f64,
}

/// Holds the last `weeks` weeks back and forecasts them; `None` when the history is too short for that.
pub fn backtest(inputs: &Inputs, weeks: usize) -> Option<Vec<Backtest>> {
    let history = inputs.history;
    let kept = history.weeks().checked_sub(weeks).filter(|&k| k >= SMOOTH_WEEKS)?;
    let mut shorter = History::new(history.first(), kept, inputs.sites, inputs.models);
    for site in (0..inputs.sites).map(SiteId::at) {
        for model in (0..inputs.models).map(ModelId::at) {
            shorter.series_mut(site, model).copy_from_slice(&history.series(site, model)[..kept]);
        }
    }
    let made = forecast(&Inputs { history: &shorter, ..*inputs }, weeks, weeks);
    let totals = national_series(inputs);
    let judge = |(m, series): (usize, &Vec<f64>)| {
        let path = &made.national[ModelId::at(m)];
        let actual = &series[kept..];
        let error = |f: &dyn Fn(usize) -> f64| (0..weeks).map(|w| (actual[w] - f(w)).abs()).sum::<f64>();
        let sum: f64 = actual.iter().sum();
        let naive = |w: usize| if kept >= 52 { series[kept + w - 52] } else { series[kept - 1] };
        let inside = (0..weeks).filter(|&w| actual[w] >= path.low[w] && actual[w] <= path.high[w]).count();
        Backtest {
            model: ModelId::at(m),
            actual: sum,
            forecast: path.mean.iter().sum(),
            wape: error(&|w| path.mean[w]) / sum.max(1.0),
            wape_naive: error(&naive) / sum.max(1.0),
            inside: inside as f64 / weeks as f64,
        }
    };
    Some(totals.iter().enumerate().map(judge).collect())
}

#[cfg(test)]
mod tests;
