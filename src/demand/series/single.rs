//! One series on its own: a method's path, and how far the method strayed on the series' own past.

use super::Options;
use super::method::Method;
use super::spread::quantile;

/// Past origins at which the method is tried on the series itself.
const ORIGINS: usize = 24;
/// Shortest past of such an origin.
const LEAST_PAST: usize = 8;
/// Fewest errors that show the shape of their distribution; with fewer it is taken for normal.
const FEWEST_ERRORS: usize = 12;

/// Point and quantiles; `None` where the method cannot serve the series.
pub(super) fn outlook(method: &dyn Method, values: &[f64], options: &Options) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
    let point = method.carry_on(values, options.season, options.horizon)?;
    let errors = errors(method, values, options);
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
    Some((point, quantiles))
}

/// Errors of past forecasts by step ahead, sorted.
fn errors(method: &dyn Method, values: &[f64], options: &Options) -> Vec<Vec<f64>> {
    let n = values.len();
    let mut errors = vec![Vec::new(); options.horizon];
    let least = LEAST_PAST.min(n - 1).max(2);
    let stride = n.saturating_sub(least).div_ceil(ORIGINS).max(1);
    for length in (least..n).rev().step_by(stride) {
        let steps = options.horizon.min(n - length);
        let Some(path) = method.carry_on(&values[..length], options.season, steps) else { continue };
        for (h, p) in path.into_iter().enumerate() {
            errors[h].push(values[length + h] - p);
        }
    }
    for e in &mut errors {
        e.sort_by(f64::total_cmp);
    }
    errors
}
