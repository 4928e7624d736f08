#![doc = include_str!("model.md")]

pub mod backtest;
mod features;
pub mod method;
mod pooled;
pub mod reconcile;
mod single;
mod spread;
pub mod whole;

use method::{ALONE, LAST_RESORT, Method};
use rayon::prelude::*;

/// Which method makes a forecast.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// The pooled regression where the table carries one, else the ensemble.
    Auto,
    /// The pooled regression.
    Pooled,
    /// The method that did best on the table's own past.
    Best,
    /// Of each series, the mean of the three that did best on its own past and the table's.
    Ensemble,
    /// One method, each series alone.
    One(&'static dyn Method),
}

impl Choice {
    /// Its name, by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Pooled => "pooled",
            Self::Best => "best",
            Self::Ensemble => "ensemble",
            Self::One(method) => method.name(),
        }
    }

    /// The choice of a name.
    pub fn named(name: &str) -> Option<Self> {
        let tables = [Self::Auto, Self::Pooled, Self::Best, Self::Ensemble];
        tables.into_iter().find(|c| c.name() == name).or_else(|| method::named(name).map(Self::One))
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps of a season; 1 means none.
    pub season: usize,
    /// Steps ahead.
    pub horizon: usize,
    /// Quantiles wanted, as probabilities, ascending.
    pub levels: Vec<f64>,
    /// Who makes it.
    pub choice: Choice,
    /// Past origins at which methods are tried, where the choice asks for that.
    pub origins: usize,
}

/// What a series is expected to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// How it was made: `pooled`, `single` (alone), `still` (it never moved), `ensemble`, or a method's name.
    pub method: &'static str,
    /// The point forecast of each step (a conditional median).
    pub point: Vec<f64>,
    /// Quantiles: by level, then step.
    pub quantiles: Vec<Vec<f64>>,
}

/// Shortest series that is forecast by more than its last value.
const SHORTEST: usize = 4;

/// Forecasts every series. All values must be finite and no series empty; the answer does not depend on the number of
/// threads, and on the order of series only through the last bits of sums.
pub fn forecast(series: &[Vec<f64>], options: &Options) -> Vec<Outlook> {
    match options.choice {
        Choice::Best => {
            let tried = backtest::backtest(series, options, options.origins);
            let choice = tried.map_or(Choice::Pooled, |t| t.best());
            forecast(series, &Options { choice, ..options.clone() })
        }
        Choice::Ensemble => together(series, options),
        Choice::One(method) => series.par_iter().map(|y| alone(method, method.name(), y, options)).collect(),
        Choice::Auto | Choice::Pooled => {
            let pool = pooled::Pool::fit(series, options);
            if pool.is_none() && matches!(options.choice, Choice::Auto) {
                return together(series, options);
            }
            let one = |(k, y): (usize, &Vec<f64>)| of_pool(pool.as_ref(), k, y, options);
            series.par_iter().enumerate().map(one).collect()
        }
    }
}

/// A series of the pool, else alone.
fn of_pool(pool: Option<&pooled::Pool>, k: usize, values: &[f64], options: &Options) -> Outlook {
    if let Some(flat) = still(values, options) {
        return flat;
    }
    match pool.and_then(|p| p.outlook(k, values, options)) {
        Some((point, quantiles)) => ordered(values, Outlook { method: "pooled", point, quantiles }),
        None => alone(ALONE, "single", values, options),
    }
}

/// A series by one method, by the last value where that does not serve it.
fn alone(method: &dyn Method, name: &'static str, values: &[f64], options: &Options) -> Outlook {
    if let Some(flat) = still(values, options) {
        return flat;
    }
    let own = single::outlook(method, values, options).map(|o| (name, o));
    let made = own.or_else(|| single::outlook(LAST_RESORT, values, options).map(|o| (LAST_RESORT.name(), o)));
    let (method, (point, quantiles)) = made.unwrap_or_default();
    ordered(values, Outlook { method, point, quantiles })
}

/// The outlook of a series that is too short, or never moved.
fn still(values: &[f64], options: &Options) -> Option<Outlook> {
    let still = values.len() < SHORTEST || values.windows(2).all(|w| w[0] == w[1]);
    still.then(|| {
        let flat = vec![values.last().copied().unwrap_or(0.0); options.horizon];
        Outlook { method: "still", quantiles: vec![flat.clone(); options.levels.len()], point: flat }
    })
}

/// The mean of the outlooks of those that did best on each series.
fn together(series: &[Vec<f64>], options: &Options) -> Vec<Outlook> {
    let pool = pooled::Pool::fit(series, options);
    let Some(tried) = backtest::backtest(series, options, options.origins) else {
        return series.iter().enumerate().map(|(k, y)| of_pool(pool.as_ref(), k, y, options)).collect();
    };
    let chosen = tried.together(series, options);
    let one = |(k, few): (usize, &Vec<Choice>)| {
        let values = &series[k];
        let of = |choice: &Choice| match choice {
            Choice::One(method) => alone(*method, method.name(), values, options),
            _ => of_pool(pool.as_ref(), k, values, options),
        };
        let all: Vec<Outlook> = few.iter().map(of).collect();
        if all.is_empty() || still(values, options).is_some() {
            return of_pool(pool.as_ref(), k, values, options);
        }
        let mean = |path: &dyn Fn(&Outlook) -> &Vec<f64>| -> Vec<f64> {
            (0..options.horizon).map(|h| all.iter().map(|o| path(o)[h]).sum::<f64>() / all.len() as f64).collect()
        };
        let quantiles = (0..options.levels.len()).map(|l| mean(&|o| &o.quantiles[l])).collect();
        ordered(values, Outlook { method: "ensemble", point: mean(&|o| &o.point), quantiles })
    };
    chosen.par_iter().enumerate().map(one).collect()
}

/// Nothing below zero where nothing ever was; quantiles in order.
fn ordered(values: &[f64], mut outlook: Outlook) -> Outlook {
    let least = if values.iter().all(|&v| v >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
    for path in outlook.quantiles.iter_mut().chain([&mut outlook.point]) {
        path.iter_mut().for_each(|v| *v = v.max(least));
    }
    for k in 1..outlook.quantiles.len() {
        for h in 0..outlook.quantiles[k].len() {
            outlook.quantiles[k][h] = outlook.quantiles[k][h].max(outlook.quantiles[k - 1][h]);
        }
    }
    outlook
}

#[cfg(test)]
mod tests;
