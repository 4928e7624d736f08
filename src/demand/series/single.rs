//! One series on its own: a season if the series shows one, and the mean of three smoothings.

use super::Options;
use super::smoothing::{damped, simple, theta};
use super::spread::quantile;

/// Past origins at which the method is tried on the series itself.
const ORIGINS: usize = 24;
/// Shortest past of such an origin.
const LEAST_PAST: usize = 8;
/// Fewest errors that show the shape of their distribution; with fewer it is taken for normal.
const FEWEST_ERRORS: usize = 12;

/// Point and quantiles.
pub(super) fn outlook(values: &[f64], options: &Options) -> (Vec<f64>, Vec<Vec<f64>>) {
    let point = carry_on(values, options.season, options.horizon);
    let errors = errors(values, options);
    let spread = |h: usize, p: f64| {
        if errors[h].len() >= FEWEST_ERRORS {
            quantile(&errors[h], p)
        } else {
            let first = &errors[0];
            let square = first.iter().map(|e| e * e).sum::<f64>() / first.len().max(1) as f64;
            crate::stats::normal::quantile(p) * (square * (h + 1) as f64).sqrt()
        }
    };
    let at = |&p: &f64| (0..options.horizon).map(|h| point[h] + spread(h, p)).collect();
    let quantiles = options.levels.iter().map(at).collect();
    (point, quantiles)
}

/// Errors of past forecasts by step ahead, sorted.
fn errors(values: &[f64], options: &Options) -> Vec<Vec<f64>> {
    let n = values.len();
    let mut errors = vec![Vec::new(); options.horizon];
    let least = LEAST_PAST.min(n - 1).max(2);
    let stride = (n - least).div_ceil(ORIGINS).max(1);
    for length in (least..n).rev().step_by(stride) {
        let steps = options.horizon.min(n - length);
        for (h, p) in carry_on(&values[..length], options.season, steps).into_iter().enumerate() {
            errors[h].push(values[length + h] - p);
        }
    }
    for e in &mut errors {
        e.sort_by(f64::total_cmp);
    }
    errors
}

/// The point forecast.
fn carry_on(values: &[f64], season: usize, horizon: usize) -> Vec<f64> {
    let profile = profile(values, season);
    let plain: Vec<f64> = values.iter().enumerate().map(|(t, v)| v - profile[t % profile.len()]).collect();
    let flat = simple(&plain);
    let (theta, damped) = (theta(&plain, horizon), damped(&plain, horizon));
    (0..horizon).map(|h| (flat + theta[h] + damped[h]) / 3.0 + profile[(values.len() + h) % profile.len()]).collect()
}

/// Additive season by position, zero-sum; a single zero when the series shows none.
fn profile(values: &[f64], season: usize) -> Vec<f64> {
    if season < 2 || values.len() < 3 * season || !seasonal(values, season) {
        return vec![0.0];
    }
    // Centred moving mean over one season, ends of an even season halved.
    let n = values.len();
    let half = season / 2;
    let trend = |t: usize| {
        let inner: f64 = values[t - half..=t + half].iter().sum();
        if season.is_multiple_of(2) {
            (inner - 0.5 * (values[t - half] + values[t + half])) / season as f64
        } else {
            inner / season as f64
        }
    };
    let (mut sum, mut count) = (vec![0.0; season], vec![0.0; season]);
    for t in half..n - half {
        sum[t % season] += values[t] - trend(t);
        count[t % season] += 1.0;
    }
    let mut profile: Vec<f64> = sum.iter().zip(&count).map(|(s, c)| if *c > 0.0 { s / c } else { 0.0 }).collect();
    let mean = profile.iter().sum::<f64>() / season as f64;
    profile.iter_mut().for_each(|p| *p -= mean);
    profile
}

/// Whether the autocorrelation at the season's lag passes a 90 % test (Bartlett's variance), as in the M competitions.
fn seasonal(values: &[f64], season: usize) -> bool {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let whole: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let correlation = |lag: usize| {
        let cross: f64 = (lag..n).map(|t| (values[t] - mean) * (values[t - lag] - mean)).sum();
        if whole > 0.0 { cross / whole } else { 0.0 }
    };
    let below: f64 = (1..season).map(|k| correlation(k).powi(2)).sum();
    correlation(season) > 1.644_853_626_951_472_2 * ((1.0 + 2.0 * below) / n as f64).sqrt()
}
