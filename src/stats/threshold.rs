//! Drawing a small whole number by inversion: exact thresholds of 64 bits behind a guide table.

use super::poisson;

/// A distribution on 0, 1, 2, …: a draw is the number of thresholds not above the random bits, so it rises with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// `above[k] = ⌊2⁶⁴ P(X ≤ k)⌋`, without the last value.
    above: Vec<u64>,
    /// First candidate for each value of the leading byte.
    guide: Vec<u32>,
    /// Added to every draw: values below have no probability.
    first: u32,
}

impl Threshold {
    /// From probabilities of 0, 1, 2, … (not negative; scaled to sum to 1).
    pub fn new(probabilities: &[f64]) -> Self {
        Self::shifted(probabilities, 0)
    }

    fn shifted(probabilities: &[f64], first: u32) -> Self {
        let total: f64 = probabilities.iter().sum();
        let last = probabilities.iter().rposition(|&p| p > 0.0).unwrap_or(0);
        let mut sum = 0.0;
        let above: Vec<u64> = probabilities[..last]
            .iter()
            .map(|p| {
                sum += p;
                (sum / total * 18_446_744_073_709_551_616.0) as u64
            })
            .collect();
        let guide = (0..256u64).map(|byte| above.partition_point(|&a| a <= byte << 56) as u32).collect();
        Self { above, guide, first }
    }

    /// Poisson with the given mean (0 < mean ≤ 10⁶), up to where the tail is below 2⁻⁶⁴.
    pub fn poisson(mean: f64) -> Self {
        let (first, p) = poisson::probabilities(mean);
        Self::shifted(&p, first)
    }

    /// Negative binomial with the given mean and dispersion `k > 0` (variance `μ + k μ²`).
    pub fn negative_binomial(mean: f64, k: f64) -> Self {
        let (first, p) = poisson::negative_binomial(mean, k);
        Self::shifted(&p, first)
    }

    /// The value that 64 random bits choose.
    #[inline]
    pub fn pick(&self, bits: u64) -> u32 {
        let mut k = self.guide[(bits >> 56) as usize] as usize;
        while k < self.above.len() && self.above[k] <= bits {
            k += 1;
        }
        self.first + k as u32
    }

    /// Largest value that can be drawn.
    pub fn largest(&self) -> u32 {
        self.first + self.above.len() as u32
    }

    /// `⌊2⁶⁴ P(X ≤ k)⌋` for k from the first value that can be drawn.
    pub fn thresholds(&self) -> &[u64] {
        &self.above
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::stream::Stream;

    #[test]
    fn draws_are_the_inverse_of_the_distribution() {
        let t = Threshold::new(&[0.25, 0.0, 0.5, 0.25, 0.0]);
        let quarter = 1u64 << 62;
        assert_eq!(
            [0, quarter - 1, quarter, 3 * quarter - 1, 3 * quarter, u64::MAX].map(|b| t.pick(b)),
            [0, 0, 2, 2, 3, 3]
        );
        assert_eq!(t.largest(), 3);
    }

    #[test]
    fn poisson_and_negative_binomial_have_their_moments() {
        let mut stream = Stream::from_hash(11);
        for (table, mean, variance) in [
            (Threshold::poisson(0.3), 0.3, 0.3),
            (Threshold::poisson(64.0), 64.0, 64.0),
            (Threshold::negative_binomial(3.0, 0.5), 3.0, 7.5),
        ] {
            let n = 400_000.0;
            let (mut s, mut q) = (0.0, 0.0);
            for _ in 0..400_000 {
                let x = f64::from(table.pick(stream.bits()));
                s += x;
                q += (x - mean) * (x - mean);
            }
            assert!((s / n - mean).abs() < 4.0 * (variance / n).sqrt(), "{mean}");
            assert!((q / n / variance - 1.0).abs() < 0.02, "{variance}");
        }
    }
}
