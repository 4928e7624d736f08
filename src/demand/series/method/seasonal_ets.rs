//! Exponential smoothing with a season, additive or multiplicative, with no, a straight or a damped trend, chosen by corrected
//! AIC (Hyndman, Koehler, Snyder and Grose 2002).
//!
//! The season's first values come from a classical decomposition, first level and trend from the first seasons less that;
//! smoothing constants, damping, level and trend then maximise the likelihood.

use super::Method;
use super::damped::{DAMPING, between, outside};
use super::season::moving_mean;
use super::ses::BOUNDS;
use crate::stats::simplex::maximise;

/// Seasonal exponential smoothing, chosen by itself.
pub(super) struct SeasonalEts;

#[derive(Clone, Copy, PartialEq)]
enum Trend {
    None,
    Straight,
    Damped,
}

/// A kind of model: error and season are both additive or both multiplicative.
#[derive(Clone, Copy)]
struct Kind {
    trend: Trend,
    times: bool,
}

/// Seasons that are smoothed one value at a time, at most: longer ones change too slowly to be learnt so.
const LONGEST: usize = 60;

impl Method for SeasonalEts {
    fn name(&self) -> &'static str {
        "seasonal-ets"
    }

    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>> {
        let still = y.windows(2).all(|w| w[0] == w[1]);
        if !(2..=LONGEST).contains(&season) || y.len() < 2 * season || y.len() < season + 6 || still {
            return None;
        }
        let positive = y.iter().all(|v| *v > 0.0);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for times in [false, true].into_iter().filter(|times| !times || positive) {
            let start = Start::new(y, season, times);
            for trend in [Trend::None, Trend::Straight, Trend::Damped] {
                let Some((score, path)) = fitted(y, &start, Kind { trend, times }, horizon) else { continue };
                if best.as_ref().is_none_or(|b| score < b.0) {
                    best = Some((score, path));
                }
            }
        }
        best.map(|b| b.1).filter(|path| path.iter().all(|x| x.is_finite()))
    }
}

/// Where smoothing starts.
struct Start {
    level: f64,
    slope: f64,
    season: Vec<f64>,
}

impl Start {
    fn new(y: &[f64], season: usize, times: bool) -> Self {
        let profile = profile(y, season, times);
        let plain = |t: usize| if times { y[t] / profile[t % season] } else { y[t] - profile[t % season] };
        // A line through the first seasons without their season.
        let n = (2 * season).clamp(10, y.len());
        let centre = (n as f64 - 1.0) / 2.0;
        let mean = (0..n).map(plain).sum::<f64>() / n as f64;
        let (mut up, mut down) = (0.0, 0.0);
        for t in 0..n {
            let d = t as f64 - centre;
            up += d * (plain(t) - mean);
            down += d * d;
        }
        let slope = up / down;
        Self { level: mean - slope * (centre + 1.0), slope, season: profile }
    }
}

/// The season by classical decomposition: zero-sum, or of mean one.
fn profile(y: &[f64], season: usize, times: bool) -> Vec<f64> {
    let half = season / 2;
    let (mut sum, mut count) = (vec![0.0; season], vec![0.0_f64; season]);
    let mut trend = moving_mean(y, season);
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    // With barely two seasons some positions are seen only where the moving mean is not known: the mean stands in.
    let short = trend.len() < season;
    if short {
        trend = vec![mean; y.len()];
    }
    let from = if short { 0 } else { half };
    for (k, t) in trend.iter().enumerate() {
        let own = if times { y[k + from] / t } else { y[k + from] - t };
        sum[(k + from) % season] += own;
        count[(k + from) % season] += 1.0;
    }
    let mut profile: Vec<f64> = sum.iter().zip(&count).map(|(s, c)| s / c.max(1.0)).collect();
    let middle = profile.iter().sum::<f64>() / season as f64;
    profile.iter_mut().for_each(|p| *p = if times { (*p / middle).max(0.01) } else { *p - middle });
    profile
}

/// Corrected AIC and path of a kind of model.
fn fitted(y: &[f64], start: &Start, kind: Kind, horizon: usize) -> Option<(f64, Vec<f64>)> {
    let spread = {
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        (y.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / y.len() as f64).sqrt()
    };
    // Constants, then level and slope in units of the spread.
    let mut at = vec![outside(BOUNDS, 0.3), outside((0.0, 1.0), 0.1), 0.0];
    if kind.trend != Trend::None {
        at.extend([outside((0.0, 1.0), 0.1), 0.0]);
    }
    if kind.trend == Trend::Damped {
        at.push(outside(DAMPING, 0.95));
    }
    let read = |at: &[f64]| {
        let alpha = between(BOUNDS, at[0]);
        let gamma = (1.0 - alpha) * between((0.0, 1.0), at[1]);
        let level = start.level + spread * at[2];
        let (beta, slope) = match kind.trend {
            Trend::None => (0.0, 0.0),
            _ => (alpha * between((0.0, 1.0), at[3]), start.slope + 0.1 * spread * at[4]),
        };
        let phi = match kind.trend {
            Trend::None => 0.0,
            Trend::Straight => 1.0,
            Trend::Damped => between(DAMPING, at[5]),
        };
        Run { alpha, beta, gamma, phi, times: kind.times, level, slope, season: start.season.clone() }
    };
    let found = maximise(&at, 0.5, 1e-8, &|at: &[f64]| -read(at).through(y));
    let mut run = read(&found);
    let deviance = run.through(y);
    if !deviance.is_finite() {
        return None;
    }
    // Initial states and the variance count as parameters too.
    let k = (at.len() + start.season.len()) as f64;
    let n = y.len() as f64;
    let correction = if n > k + 1.0 { 2.0 * k * (k + 1.0) / (n - k - 1.0) } else { 2.0 * k * (k + 1.0) };
    Some((deviance + 2.0 * k + correction, run.ahead(y.len(), horizon)))
}

/// Smoothing under way.
struct Run {
    alpha: f64,
    beta: f64,
    gamma: f64,
    phi: f64,
    times: bool,
    level: f64,
    slope: f64,
    season: Vec<f64>,
}

impl Run {
    /// Goes through a series: `−2 ln` of the likelihood but for a constant; infinite where something is not defined.
    fn through(&mut self, y: &[f64]) -> f64 {
        let (mut squares, mut sizes) = (0.0, 0.0);
        let m = self.season.len();
        for (t, &v) in y.iter().enumerate() {
            let step = self.level + self.phi * self.slope;
            let s = self.season[t % m];
            let e = if self.times {
                let expected = step * s;
                if !(step > 0.0 && s > 0.0) {
                    return f64::INFINITY;
                }
                let e = (v - expected) / expected;
                sizes += libm::log(expected);
                self.level = step * (1.0 + self.alpha * e);
                self.slope = self.phi * self.slope + self.beta * step * e;
                self.season[t % m] = s * (1.0 + self.gamma * e);
                e
            } else {
                let e = v - step - s;
                self.level = step + self.alpha * e;
                self.slope = self.phi * self.slope + self.beta * e;
                self.season[t % m] = s + self.gamma * e;
                e
            };
            squares += e * e;
        }
        let n = y.len() as f64;
        let deviance = n * libm::log(squares.max(f64::MIN_POSITIVE)) + 2.0 * sizes;
        if deviance.is_nan() { f64::INFINITY } else { deviance }
    }

    fn ahead(&self, past: usize, horizon: usize) -> Vec<f64> {
        let (mut reach, mut power) = (0.0, 1.0);
        let one = |h: usize| {
            power *= self.phi;
            reach += power;
            let step = self.level + self.slope * reach;
            let s = self.season[(past + h) % self.season.len()];
            if self.times { step * s } else { step + s }
        };
        (0..horizon).map(one).collect()
    }
}
