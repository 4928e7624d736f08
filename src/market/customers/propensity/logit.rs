//! Logistic regression with a ridge, by Newton's steps (iteratively reweighted least squares).

use super::Refusal;
use crate::stats::newton::{Sums, climb, dot, outer};
use rayon::prelude::*;

/// Rows summed at a time: sums are the same on any number of threads.
const CHUNK: usize = 4096;

/// An estimated law `P(bought) = 1 / (1 + exp(−w·x))`.
#[derive(Clone, Debug, PartialEq)]
pub struct Logit {
    /// Weights `w`, the start first.
    pub weights: Vec<f64>,
    /// Inverse of the observed information (of the penalised likelihood), as wide as the weights.
    pub covariance: Vec<Vec<f64>>,
    /// Log-likelihood of the rows, without the penalty.
    pub log_likelihood: f64,
}

impl Logit {
    /// Log odds of a row.
    pub fn log_odds(&self, row: &[f64]) -> f64 {
        dot(&self.weights, row)
    }

    /// Standard error of a row's log odds, or of any other weighted sum of the weights.
    pub fn error(&self, row: &[f64]) -> f64 {
        let sum: f64 = self.covariance.iter().zip(row).map(|(line, x)| x * dot(line, row)).sum();
        sum.max(0.0).sqrt()
    }
}

/// `1 / (1 + exp(−x))`.
pub fn chance(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + libm::exp(-x)) } else { libm::exp(x) / (1.0 + libm::exp(x)) }
}

/// `−ln P(what happened)` at the log odds `x`.
pub fn loss(x: f64, bought: bool) -> f64 {
    let against = if bought { -x } else { x };
    against.max(0.0) + libm::log1p(libm::exp(-against.abs()))
}

/// Log odds of a share strictly between 0 and 1.
pub fn log_odds(share: f64) -> f64 {
    libm::log(share / (1.0 - share))
}

/// Maximises `Σ ln P(bought_k) − ridge/2 Σ_{j>0} w_j²`. `fill` writes row `k`, `width` numbers of which the first is 1.
///
/// # Errors
/// [`Refusal::NoMaximum`] where the ridge is 0 and the likelihood rises for ever, or columns repeat each other.
pub fn fit(
    width: usize,
    bought: &[bool],
    fill: impl Fn(usize, &mut [f64]) + Sync,
    ridge: f64,
) -> Result<Logit, Refusal> {
    let buyers = bought.iter().filter(|b| **b).count() as f64;
    let mut at = vec![0.0; width];
    at[0] = log_odds((buyers + 0.5) / (bought.len() as f64 + 1.0));
    let small = 1e-16 * bought.len().max(1) as f64;
    let top = climb(at, |w| sums(w, bought, &fill), (ridge, 1), small).ok_or(Refusal::NoMaximum)?;
    Ok(Logit { weights: top.weights, covariance: top.covariance, log_likelihood: top.likelihood })
}

fn sums(at: &[f64], bought: &[bool], fill: &(impl Fn(usize, &mut [f64]) + Sync)) -> Sums {
    let chunks = bought.len().div_ceil(CHUNK);
    let rows = |c: usize| c * CHUNK..((c + 1) * CHUNK).min(bought.len());
    let parts: Vec<Sums> =
        (0..chunks).into_par_iter().map(|c| part(at, rows(c).map(|k| (k, bought[k])), fill)).collect();
    let mut all = Sums::zero(at.len());
    parts.iter().for_each(|p| all.add(p));
    all
}

fn part(at: &[f64], rows: impl Iterator<Item = (usize, bool)>, fill: &impl Fn(usize, &mut [f64])) -> Sums {
    let mut sums = Sums::zero(at.len());
    let mut row = vec![0.0; at.len()];
    for (k, bought) in rows {
        fill(k, &mut row);
        let x = dot(at, &row);
        let p = chance(x);
        let rest = f64::from(u8::from(bought)) - p;
        sums.likelihood -= loss(x, bought);
        sums.farthest = sums.farthest.max(x.abs());
        sums.slope.iter_mut().zip(&row).for_each(|(s, x)| *s += rest * x);
        // P (1 − P) without losing digits where P is near 1.
        outer(&mut sums.information, p * chance(-x), &row);
    }
    sums
}
