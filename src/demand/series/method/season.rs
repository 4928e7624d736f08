//! The season of a series by classical decomposition, where the series shows one.

/// Additive season by position, zero-sum; a single zero when the series shows none.
pub(super) fn profile(values: &[f64], season: usize) -> Vec<f64> {
    if season < 2 || values.len() < 3 * season || !seasonal(values, season) {
        return vec![0.0];
    }
    let half = season / 2;
    let (mut sum, mut count) = (vec![0.0; season], vec![0.0; season]);
    for (k, trend) in moving_mean(values, season).into_iter().enumerate() {
        sum[(k + half) % season] += values[k + half] - trend;
        count[(k + half) % season] += 1.0;
    }
    let mut profile: Vec<f64> = sum.iter().zip(&count).map(|(s, c)| if *c > 0.0 { s / c } else { 0.0 }).collect();
    let mean = profile.iter().sum::<f64>() / season as f64;
    profile.iter_mut().for_each(|p| *p -= mean);
    profile
}

/// Centred moving mean over one season, ends of an even season halved; the first stands at position `season / 2`.
pub(super) fn moving_mean(values: &[f64], season: usize) -> Vec<f64> {
    let half = season / 2;
    let at = |t: usize| {
        let inner: f64 = values[t - half..=t + half].iter().sum();
        if season.is_multiple_of(2) {
            (inner - 0.5 * (values[t - half] + values[t + half])) / season as f64
        } else {
            inner / season as f64
        }
    };
    (half..values.len().saturating_sub(half)).map(at).collect()
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

/// Carries on a series less its season, and puts the season back.
pub(super) fn without(
    y: &[f64],
    season: usize,
    horizon: usize,
    carry_on: impl Fn(&[f64]) -> Option<Vec<f64>>,
) -> Option<Vec<f64>> {
    let profile = profile(y, season);
    let plain: Vec<f64> = y.iter().enumerate().map(|(t, v)| v - profile[t % profile.len()]).collect();
    let ahead = carry_on(&plain)?;
    Some((0..horizon).map(|h| ahead[h] + profile[(y.len() + h) % profile.len()]).collect())
}
