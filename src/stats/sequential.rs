//! When to stop: replicate until the interval is as narrow as asked for.

use super::interval::Interval;

/// How narrow, and between which numbers of observations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// Half-width asked for, as a share of the mean's size.
    pub relative: f64,
    /// Observations before the first look; below 30 the early interval stops too readily.
    pub least: u64,
    /// Observations at most.
    pub most: u64,
}

impl Precision {
    /// Observations to make before the next look, or `None` when it is time to stop: as many as the present variance
    /// asks for with a tenth to spare, at least a tenth more than now, at most three times as many.
    pub fn next(&self, so_far: &Interval) -> Option<u64> {
        let n = so_far.count;
        if n < self.least.max(2) {
            return Some(self.least.max(2).min(self.most)).filter(|&next| next > n);
        }
        if so_far.half <= self.relative * so_far.mean.abs() || n >= self.most {
            return None;
        }
        let ratio = so_far.half / (self.relative * so_far.mean.abs());
        let wanted = 1.1 * n as f64 * ratio * ratio;
        Some((wanted.clamp(1.1 * n as f64 + 1.0, 3.0 * n as f64) as u64).min(self.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::of_floats;
    use crate::stats::normal;
    use crate::stats::stream::Stream;

    fn coverage(runs: u64, rule: impl Fn(&mut dyn FnMut(u64) -> Interval) -> Interval) -> f64 {
        let covered = (0..runs).filter(|&run| {
            let mut s = Stream::from_hash(run);
            let mut values = Vec::new();
            let mut observe = |n: u64| {
                while (values.len() as u64) < n {
                    values.push(10.0 + 4.0 * normal::quantile(s.unit()));
                }
                of_floats(&values, 0.95)
            };
            rule(&mut observe).covers(10.0)
        });
        covered.count() as f64 / runs as f64
    }

    #[test]
    fn fixed_size_intervals_cover_as_they_say() {
        let c = coverage(20_000, |observe| observe(20));
        assert!((c - 0.95).abs() < 0.005, "{c}");
    }

    #[test]
    fn sequentially_stopped_intervals_cover_nearly_as_they_say() {
        let precision = Precision { relative: 0.05, least: 30, most: 100_000 };
        let c = coverage(20_000, |observe| {
            let mut i = observe(0);
            while let Some(n) = precision.next(&i) {
                i = observe(n);
            }
            assert!(i.relative() <= 0.05);
            i
        });
        assert!(c >= 0.94, "{c}");
    }

    #[test]
    fn the_most_is_the_most() {
        let precision = Precision { relative: 1e-9, least: 30, most: 50 };
        let at = |count| precision.next(&Interval { mean: 1.0, half: 1.0, count });
        assert_eq!((at(0), at(30), at(50)), (Some(30), Some(50), None));
    }
}
