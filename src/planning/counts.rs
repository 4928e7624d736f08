//! How many cars a cell may be asked for: Poisson, or negative binomial where the past scatters more.

use crate::stats::poisson;

/// Distribution of a count with a mean and a relative variance beyond Poisson.
pub(super) struct Count {
    first: u32,
    probabilities: Vec<f64>,
}

impl Count {
    pub(super) fn new(mean: f64, dispersion: f64) -> Self {
        let (first, probabilities) = if mean <= 1e-12 {
            (0, vec![1.0])
        } else if dispersion > 1e-6 {
            poisson::negative_binomial(mean, dispersion)
        } else {
            poisson::probabilities(mean)
        };
        Self { first, probabilities }
    }

    /// Smallest count that is not exceeded with probability `p`.
    pub(super) fn quantile(&self, p: f64) -> u32 {
        let mut sum = 0.0;
        for (k, q) in self.probabilities.iter().enumerate() {
            sum += q;
            if sum >= p {
                return self.first + k as u32;
            }
        }
        self.first + self.probabilities.len() as u32 - 1
    }

    /// `P(count ≥ k)` for `k = 1, 2 … most`.
    pub(super) fn survival(&self, most: usize) -> Vec<f64> {
        let mut left = 1.0;
        (0..most)
            .map(|k| {
                if k as u32 >= self.first {
                    left -= self.probabilities.get(k - self.first as usize).copied().unwrap_or(0.0);
                }
                left.max(0.0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn quantiles_and_tails_of_a_poisson_count() {
        // Poisson(2): P(0) = .1353, P(≤ 1) = .4060, P(≤ 2) = .6767, P(≤ 3) = .8571, P(≤ 4) = .9473.
        let c = Count::new(2.0, 0.0);
        assert_eq!((c.quantile(0.4), c.quantile(0.41), c.quantile(0.9)), (1, 2, 4));
        let tail = c.survival(3);
        assert!((tail[0] - 0.8647).abs() < 1e-4 && (tail[1] - 0.5940).abs() < 1e-4 && (tail[2] - 0.3233).abs() < 1e-4);
        assert_eq!(Count::new(0.0, 0.5).survival(2), vec![0.0, 0.0]);
        assert!(Count::new(2.0, 1.0).quantile(0.95) > Count::new(2.0, 0.0).quantile(0.95));
    }
}
