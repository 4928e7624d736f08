//! How sure a mean is.

use super::normal::cumulative;
use super::special::student_two_sided;

/// A mean with the half-width of its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Half the width; infinite when fewer than two observations were made.
    pub half: f64,
    /// Number of observations.
    pub count: u64,
}

impl Interval {
    /// Lower end.
    pub fn low(&self) -> f64 {
        self.mean - self.half
    }
    /// Upper end.
    pub fn high(&self) -> f64 {
        self.mean + self.half
    }
    /// Whether a value lies inside.
    pub fn covers(&self, value: f64) -> bool {
        (value - self.mean).abs() <= self.half
    }
    /// Half-width as a share of the mean's size.
    pub fn relative(&self) -> f64 {
        if self.half == 0.0 { 0.0 } else { self.half / self.mean.abs() }
    }
    /// Both mean and width in another unit.
    pub fn scaled(&self, factor: f64) -> Self {
        Self { mean: self.mean * factor, half: self.half * factor.abs(), count: self.count }
    }
}

/// Lower bound (Bonferroni) on the probability that no other is better by more than `zone`, from the intervals of level
/// `level` of the differences "the best less another". What does not vary and is not behind by more than the zone is not
/// better.
pub fn none_better(differences: &[Interval], level: f64, zone: f64) -> f64 {
    let wrong = |i: &Interval| {
        let error = i.half / student_two_sided(level, (i.count.max(2) - 1) as f64);
        let apart = i.mean + zone;
        if error > 0.0 { cumulative(-apart / error) } else { f64::from(u8::from(apart < 0.0)) }
    };
    (1.0 - differences.iter().map(wrong).sum::<f64>()).max(0.0)
}

/// Exact sums of whole-number observations; joining two is free of order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    count: u64,
    sum: i128,
    squares: i128,
}

impl Moments {
    /// Takes an observation in.
    pub fn push(&mut self, value: i64) {
        self.count += 1;
        self.sum += i128::from(value);
        self.squares += i128::from(value) * i128::from(value);
    }
    /// Joins the observations of another.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }
    /// Number of observations.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// Their sum.
    pub fn sum(&self) -> i128 {
        self.sum
    }
    /// The sum of their squares.
    pub fn squares(&self) -> i128 {
        self.squares
    }
    /// Their mean, 0 when there is none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }
    /// Unbiased sample variance, `(n Σx² − (Σx)²) / (n (n − 1))`, the numerator exact where it fits 128 bits.
    pub fn variance(&self) -> f64 {
        if self.count < 2 {
            return 0.0;
        }
        let n = i128::from(self.count);
        let numerator = match (n.checked_mul(self.squares), self.sum.checked_mul(self.sum)) {
            (Some(a), Some(b)) => (a - b) as f64,
            _ => (self.count as f64) * self.squares as f64 - (self.sum as f64) * (self.sum as f64),
        };
        numerator.max(0.0) / (self.count as f64 * (self.count - 1) as f64)
    }
    /// Mean with a t-interval of two-sided confidence `level`.
    pub fn interval(&self, level: f64) -> Interval {
        let half = if self.count < 2 {
            f64::INFINITY
        } else {
            student_two_sided(level, (self.count - 1) as f64) * (self.variance() / self.count as f64).sqrt()
        };
        Interval { mean: self.mean(), half, count: self.count }
    }
}

/// Interval of the mean difference `a − b` of observations paired by position (as many pairs as the shorter has).
pub fn paired(a: impl Iterator<Item = i64>, b: impl Iterator<Item = i64>, level: f64) -> Interval {
    let mut moments = Moments::default();
    a.zip(b).for_each(|(a, b)| moments.push(a - b));
    moments.interval(level)
}

/// Interval of the mean of real observations, summed in the order given (two passes).
pub fn of_floats(values: &[f64], level: f64) -> Interval {
    let n = values.len() as f64;
    let mean = if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / n };
    let half = if values.len() < 2 {
        f64::INFINITY
    } else {
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        student_two_sided(level, n - 1.0) * (squares / (n * (n - 1.0))).sqrt()
    };
    Interval { mean, half, count: values.len() as u64 }
}

/// Interval of the share that `count` is of `of`, by inverting the score test (Wilson 1927); `z` is the two-sided normal
/// quantile. `None` of nothing.
pub fn wilson(count: f64, of: f64, z: f64) -> Option<(f64, f64)> {
    (of > 0.0).then(|| {
        let p = count / of;
        let scale = 1.0 + z * z / of;
        let middle = (p + z * z / (2.0 * of)) / scale;
        let half = z * (p * (1.0 - p) / of + z * z / (4.0 * of * of)).sqrt() / scale;
        ((middle - half).max(0.0), (middle + half).min(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[i64]) -> Moments {
        let mut m = Moments::default();
        for &v in values {
            m.push(v);
        }
        m
    }

    #[test]
    fn the_probability_of_a_right_choice() {
        let half = student_two_sided(0.95, 99.0);
        let at = |mean: f64| Interval { mean, half, count: 100 };
        // One rival three standard errors behind, one nobody can tell apart, and the same with a zone of three.
        assert!((none_better(&[at(3.0)], 0.95, 0.0) - 0.998_650_1).abs() < 1e-6);
        assert!((none_better(&[at(3.0), at(0.0)], 0.95, 0.0) - 0.498_650_1).abs() < 1e-6);
        assert!((none_better(&[at(0.0)], 0.95, 3.0) - 0.998_650_1).abs() < 1e-6);
        assert_eq!(none_better(&[], 0.95, 0.0), 1.0);
        let sure = |mean: f64| none_better(&[Interval { mean, half: 0.0, count: 9 }], 0.95, 0.0);
        assert_eq!((sure(0.0), sure(-1.0)), (1.0, 0.0));
    }

    #[test]
    fn a_small_sample_by_hand() {
        // 2, 4, 9: mean 5, variance 13, t(2) = 4.302652730.
        let m = moments(&[2, 4, 9]);
        assert_eq!((m.mean(), m.variance()), (5.0, 13.0));
        let i = m.interval(0.95);
        assert!((i.half - 4.302_652_730 * (13.0_f64 / 3.0).sqrt()).abs() < 1e-8);
        assert!((of_floats(&[2.0, 4.0, 9.0], 0.95).half - i.half).abs() < 1e-12);
        assert!(i.covers(5.0 + i.half * 0.999) && !i.covers(5.0 - i.half * 1.001));
    }

    #[test]
    fn big_money_keeps_its_variance() {
        let base = 4_000_000_000_000_000;
        assert_eq!(moments(&[base + 1, base + 2, base + 3]).variance(), 1.0);
        assert!(moments(&[7]).interval(0.95).half.is_infinite());
    }

    #[test]
    fn merging_is_free_of_order() {
        let (a, b) = (moments(&[1, 2, 3]), moments(&[10, -4]));
        let (mut ab, mut ba) = (a, b);
        ab.merge(&b);
        ba.merge(&a);
        assert_eq!(ab, ba);
        assert_eq!(ab, moments(&[10, 3, -4, 1, 2]));
    }

    #[test]
    fn pairs_cancel_what_they_share() {
        let i = paired([105, 207, 303].into_iter(), [100, 200, 300].into_iter(), 0.95);
        assert_eq!(i.mean, 5.0);
        assert!((i.half - 4.302_652_730 * (4.0_f64 / 3.0).sqrt()).abs() < 1e-8);
    }
}
