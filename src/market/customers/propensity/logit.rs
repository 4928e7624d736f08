//! Logistic regression with a ridge, by Newton's steps (iteratively reweighted least squares).

use super::super::fit::{factor, inverse, solve};
use super::Refusal;
use rayon::prelude::*;

/// Newton steps; a concave function with a maximum takes about eight.
const STEPS: usize = 60;
/// Halvings of a step that does not rise.
const HALVINGS: usize = 40;
/// Rows summed at a time: sums are the same on any number of threads.
const CHUNK: usize = 4096;
/// Log odds beyond which an unpenalised law has run away.
const FAR: f64 = 25.0;

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

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
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
    let mut here = Sums::new(&at, bought, &fill, ridge);
    let small = 1e-16 * bought.len().max(1) as f64;
    for _ in 0..STEPS {
        let moves = factor(&here.curved()).map(|l| solve(&l, &here.slope)).ok_or(Refusal::NoMaximum)?;
        let rise = dot(&moves, &here.slope);
        let Some(next) = risen(&at, &moves, &here, |w| Sums::new(w, bought, &fill, ridge)) else { break };
        (at, here) = next;
        if rise <= small {
            break;
        }
    }
    if ridge == 0.0 && here.farthest > FAR {
        return Err(Refusal::NoMaximum);
    }
    let covariance = inverse(&here.curved()).ok_or(Refusal::NoMaximum)?;
    Ok(Logit { weights: at, covariance, log_likelihood: here.likelihood })
}

/// The step, halved until the penalised likelihood does not fall; `None` where it is at the top already.
fn risen(at: &[f64], moves: &[f64], here: &Sums, sums: impl Fn(&[f64]) -> Sums) -> Option<(Vec<f64>, Sums)> {
    let slack = 1e-13 * (1.0 + here.height.abs());
    let mut share = 1.0;
    for _ in 0..HALVINGS {
        let next: Vec<f64> = at.iter().zip(moves).map(|(w, d)| w + share * d).collect();
        let there = sums(&next);
        if there.height >= here.height - slack {
            return Some((next, there));
        }
        share *= 0.5;
    }
    None
}

/// The penalised likelihood at a place, with slope and curvature.
struct Sums {
    /// Log-likelihood without the penalty.
    likelihood: f64,
    /// With it.
    height: f64,
    slope: Vec<f64>,
    /// Lower triangle of the information by rows.
    information: Vec<f64>,
    /// Largest log odds of a row, by size.
    farthest: f64,
}

impl Sums {
    fn new(at: &[f64], bought: &[bool], fill: &(impl Fn(usize, &mut [f64]) + Sync), ridge: f64) -> Self {
        let chunks = bought.len().div_ceil(CHUNK);
        let rows = |c: usize| c * CHUNK..((c + 1) * CHUNK).min(bought.len());
        let parts: Vec<Self> =
            (0..chunks).into_par_iter().map(|c| Self::of(at, rows(c).map(|k| (k, bought[k])), fill)).collect();
        let mut all = Self::zero(at.len());
        parts.iter().for_each(|p| all.add(p));
        all.penalise(at, ridge);
        all
    }

    fn zero(width: usize) -> Self {
        let information = vec![0.0; width * (width + 1) / 2];
        Self { likelihood: 0.0, height: 0.0, slope: vec![0.0; width], information, farthest: 0.0 }
    }

    fn of(at: &[f64], rows: impl Iterator<Item = (usize, bool)>, fill: &impl Fn(usize, &mut [f64])) -> Self {
        let mut sums = Self::zero(at.len());
        let mut row = vec![0.0; at.len()];
        for (k, bought) in rows {
            fill(k, &mut row);
            let x = dot(at, &row);
            let p = chance(x);
            let rest = f64::from(u8::from(bought)) - p;
            // P (1 − P) without losing digits where P is near 1.
            let weight = p * chance(-x);
            sums.likelihood -= loss(x, bought);
            sums.farthest = sums.farthest.max(x.abs());
            let mut at = 0;
            for i in 0..row.len() {
                sums.slope[i] += rest * row[i];
                let own = weight * row[i];
                for (sum, x) in sums.information[at..=at + i].iter_mut().zip(&row) {
                    *sum += own * x;
                }
                at += i + 1;
            }
        }
        sums
    }

    fn add(&mut self, other: &Self) {
        self.likelihood += other.likelihood;
        self.farthest = self.farthest.max(other.farthest);
        self.slope.iter_mut().zip(&other.slope).for_each(|(a, b)| *a += b);
        self.information.iter_mut().zip(&other.information).for_each(|(a, b)| *a += b);
    }

    fn penalise(&mut self, at: &[f64], ridge: f64) {
        self.height = self.likelihood;
        for i in 1..at.len() {
            self.height -= 0.5 * ridge * at[i] * at[i];
            self.slope[i] -= ridge * at[i];
            self.information[i * (i + 1) / 2 + i] += ridge;
        }
    }

    /// The information as a full matrix.
    fn curved(&self) -> Vec<Vec<f64>> {
        let n = self.slope.len();
        let at = |i: usize, j: usize| self.information[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
        (0..n).map(|i| (0..n).map(|j| at(i, j)).collect()).collect()
    }
}
