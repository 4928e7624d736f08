#![doc = include_str!("model.md")]

mod features;
mod pooled;
mod single;
mod smoothing;
mod spread;

use rayon::prelude::*;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps of a season; 1 means none.
    pub season: usize,
    /// Steps ahead.
    pub horizon: usize,
    /// Quantiles wanted, as probabilities, ascending.
    pub levels: Vec<f64>,
}

/// What a series is expected to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// How it was made: `pooled`, `single` or `still`.
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
    let pool = pooled::Pool::fit(series, options);
    series
        .par_iter()
        .enumerate()
        .map(|(k, values)| {
            let still = values.len() < SHORTEST || values.windows(2).all(|w| w[0] == w[1]);
            let (method, point, quantiles) = if still {
                let last = values.last().copied().unwrap_or(0.0);
                let flat = vec![last; options.horizon];
                ("still", flat.clone(), vec![flat; options.levels.len()])
            } else if let Some((point, quantiles)) = pool.as_ref().and_then(|p| p.outlook(k, values, options)) {
                ("pooled", point, quantiles)
            } else {
                let (point, quantiles) = single::outlook(values, options);
                ("single", point, quantiles)
            };
            whole(values, Outlook { method, point, quantiles })
        })
        .collect()
}

/// Nothing below zero where nothing ever was; quantiles in order.
fn whole(values: &[f64], mut outlook: Outlook) -> Outlook {
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
