//! Tables of counts, built once and asked often.

use crate::stats::poisson::{negative_binomial, probabilities};

/// Distribution function of a count.
#[derive(Clone, Debug)]
pub struct Table {
    first: usize,
    cumulated: Vec<f64>,
}

impl Table {
    /// Negative binomial of a mean and a dispersion (Poisson at 0).
    pub fn new(mean: f64, dispersion: f64) -> Self {
        let (first, masses) = match (mean > 1e-9, dispersion > 1e-9) {
            (false, _) => (0, vec![1.0]),
            (true, false) => probabilities(mean),
            (true, true) => negative_binomial(mean, dispersion),
        };
        let mut sum = 0.0;
        let cumulated = masses.iter().map(|p| {
            sum += p;
            sum
        });
        Self { first: first as usize, cumulated: cumulated.collect() }
    }

    /// P(count ≤ n).
    pub fn up_to(&self, n: usize) -> f64 {
        match n.checked_sub(self.first) {
            None => 0.0,
            Some(k) => self.cumulated.get(k).copied().unwrap_or(1.0),
        }
    }

    /// P(count > n).
    pub fn above(&self, n: usize) -> f64 {
        1.0 - self.up_to(n)
    }

    /// Smallest count that is not exceeded with probability `p`.
    pub fn quantile(&self, p: f64) -> usize {
        self.first + self.cumulated.partition_point(|&c| c < p).min(self.cumulated.len() - 1)
    }
}
