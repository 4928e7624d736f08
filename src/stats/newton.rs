//! Newton's steps to the top of a penalised concave likelihood.

use super::matrix::{factor, inverse, solve};

/// Steps; a concave function with a maximum takes about eight.
const STEPS: usize = 60;
/// Halvings of a step that does not rise.
const HALVINGS: usize = 40;
/// Log odds, or log hazard, beyond which an unpenalised law has run away.
const FAR: f64 = 25.0;

/// The penalised likelihood at a place, with slope and curvature.
pub struct Sums {
    /// Log-likelihood without the penalty.
    pub likelihood: f64,
    /// With it.
    height: f64,
    /// Its slope.
    pub slope: Vec<f64>,
    /// Lower triangle of the information by rows.
    pub information: Vec<f64>,
    /// Largest weighted sum of a row, by size.
    pub farthest: f64,
}

/// A top.
pub struct Top {
    /// Where it is.
    pub weights: Vec<f64>,
    /// Inverse of the penalised information there.
    pub covariance: Vec<Vec<f64>>,
    /// Log-likelihood without the penalty.
    pub likelihood: f64,
}

impl Sums {
    /// Nothing summed yet.
    pub fn zero(width: usize) -> Self {
        let information = vec![0.0; width * (width + 1) / 2];
        Self { likelihood: 0.0, height: 0.0, slope: vec![0.0; width], information, farthest: 0.0 }
    }

    /// Adds what other rows sum to.
    pub fn add(&mut self, other: &Self) {
        self.likelihood += other.likelihood;
        self.farthest = self.farthest.max(other.farthest);
        self.slope.iter_mut().zip(&other.slope).for_each(|(a, b)| *a += b);
        self.information.iter_mut().zip(&other.information).for_each(|(a, b)| *a += b);
    }

    /// With a ridge on the weights from `first` on.
    fn penalised(mut self, at: &[f64], ridge: f64, first: usize) -> Self {
        self.height = self.likelihood;
        for i in first..at.len() {
            self.height -= 0.5 * ridge * at[i] * at[i];
            self.slope[i] -= ridge * at[i];
            self.information[i * (i + 1) / 2 + i] += ridge;
        }
        self
    }

    /// The information as a full matrix.
    fn curved(&self) -> Vec<Vec<f64>> {
        let n = self.slope.len();
        let at = |i: usize, j: usize| self.information[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
        (0..n).map(|i| (0..n).map(|j| at(i, j)).collect()).collect()
    }
}

/// Adds `weight · x xᵀ` to a lower triangle by rows.
pub fn outer(triangle: &mut [f64], weight: f64, x: &[f64]) {
    let mut at = 0;
    for i in 0..x.len() {
        let own = weight * x[i];
        for (sum, x) in triangle[at..=at + i].iter_mut().zip(x) {
            *sum += own * x;
        }
        at += i + 1;
    }
}

/// Inner product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Maximises a likelihood with a ridge on the weights from `first` on, starting `at` a place; `small` is a rise that is none.
/// `None` where the ridge is 0 and the likelihood rises for ever, or columns repeat each other.
pub fn climb(at: Vec<f64>, sums: impl Fn(&[f64]) -> Sums, (ridge, first): (f64, usize), small: f64) -> Option<Top> {
    let sums = |w: &[f64]| sums(w).penalised(w, ridge, first);
    let mut here = sums(&at);
    let mut at = at;
    for _ in 0..STEPS {
        let moves = solve(&factor(&here.curved())?, &here.slope);
        let rise = dot(&moves, &here.slope);
        let Some(next) = risen(&at, &moves, &here, sums) else { break };
        (at, here) = next;
        if rise <= small {
            break;
        }
    }
    if ridge == 0.0 && here.farthest > FAR {
        return None;
    }
    Some(Top { covariance: inverse(&here.curved())?, weights: at, likelihood: here.likelihood })
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
