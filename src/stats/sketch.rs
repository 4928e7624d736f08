//! Quantiles of whole numbers in memory that does not grow with their count.

use std::collections::BTreeMap;

/// Sub-buckets of each power of two: values below this are kept exactly, larger ones within 1/256 of their size.
const FINE: u64 = 128;

/// A histogram with buckets of equal relative width; joining two is exact and free of order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    buckets: BTreeMap<u32, u64>,
    count: u64,
}

impl Sketch {
    /// Takes a value in.
    pub fn push(&mut self, value: u64) {
        *self.buckets.entry(bucket(value)).or_insert(0) += 1;
        self.count += 1;
    }
    /// Joins the values of another.
    pub fn merge(&mut self, other: &Self) {
        for (&bucket, &count) in &other.buckets {
            *self.buckets.entry(bucket).or_insert(0) += count;
        }
        self.count += other.count;
    }
    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// The smallest value that at least the share `q` (0 to 1) of all values does not exceed; 0 when there is none.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (&bucket, &count) in &self.buckets {
            seen += count;
            if seen >= rank {
                return middle(bucket);
            }
        }
        0.0
    }
}

/// Values below 2·FINE have a bucket each; above, the leading 8 bits number the bucket.
fn bucket(value: u64) -> u32 {
    if value < 2 * FINE {
        return value as u32;
    }
    let shift = value.ilog2() - FINE.trailing_zeros();
    shift * FINE as u32 + (value >> shift) as u32
}

/// The middle of a bucket.
fn middle(bucket: u32) -> f64 {
    let fine = FINE as u32;
    if bucket < 2 * fine {
        return f64::from(bucket);
    }
    let shift = bucket / fine - 1;
    let first = u64::from(bucket - shift * fine) << shift;
    first as f64 + ((1u64 << shift) - 1) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_exact() {
        let mut s = Sketch::default();
        (1..=100).for_each(|v| s.push(v));
        assert_eq!((s.quantile(0.05), s.quantile(0.5), s.quantile(0.95)), (5.0, 50.0, 95.0));
        assert_eq!((s.quantile(0.0), s.quantile(1.0)), (1.0, 100.0));
        assert_eq!(Sketch::default().quantile(0.5), 0.0);
    }

    #[test]
    fn large_values_keep_three_digits_and_their_order() {
        let mut last = 0;
        for k in 0..40_000u64 {
            let value = k * k * 7 + k;
            let b = bucket(value);
            assert!(b >= last);
            last = b;
            assert!((middle(b) - value as f64).abs() <= value as f64 / 256.0, "{value}");
        }
    }

    #[test]
    fn merging_equals_pushing() {
        let (mut a, mut b, mut all) = (Sketch::default(), Sketch::default(), Sketch::default());
        for v in 0..1000u64 {
            if v % 3 == 0 {
                a.push(v * 11);
            } else {
                b.push(v * 11);
            }
            all.push(v * 11);
        }
        b.merge(&a);
        assert_eq!(b, all);
    }
}
