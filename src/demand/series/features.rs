//! What the pooled regression sees of a series at an origin.

use super::Options;

/// Windows whose means the level is compared with.
const LEVELS: [usize; 6] = [4, 8, 13, 26, 52, 104];
/// Seasons back that are looked at, always.
const NEAR: [usize; 3] = [1, 2, 3];
/// Seasons back that are looked at where the series reach so far.
const FAR: [usize; 2] = [7, 14];
/// Largest feature, in units of the scale.
const CLIP: f64 = 15.0;

/// Which features a table of series has.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    steps: usize,
    lags: Vec<usize>,
    scale_window: usize,
}

impl Shape {
    pub(super) fn new(series: &[Vec<f64>], options: &Options) -> Self {
        let season = options.season;
        let mut lags = Vec::new();
        if season > 1 {
            lags.extend(NEAR.map(|k| k * season));
            let mut lengths: Vec<usize> = series.iter().map(Vec::len).collect();
            lengths.sort_unstable();
            let reach = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
            lags.extend(FAR.map(|k| k * season).into_iter().filter(|lag| lag + season + options.horizon < reach));
        }
        Self { steps: (season + 2).clamp(8, 26), lags, scale_window: (2 * season).max(26) }
    }

    /// Number of features.
    pub(super) fn width(&self) -> usize {
        self.steps + LEVELS.len() + 2 * self.lags.len()
    }

    /// Shortest past of a training window.
    pub(super) fn least_past(&self, season: usize) -> usize {
        season.max(2) + 8
    }
}

/// A series as it was known at an origin.
pub(super) struct Past<'a> {
    shape: &'a Shape,
    values: &'a [f64],
    sums: &'a [f64],
    /// Mean absolute step of the recent past; zero when nothing moved.
    pub(super) scale: f64,
}

/// Running sums, with a leading zero.
pub(super) fn sums(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain(values.iter().map(|v| {
            sum += v;
            sum
        }))
        .collect()
}

impl<'a> Past<'a> {
    /// The first `length` values; `sums` are those of the whole series.
    pub(super) fn new(shape: &'a Shape, values: &'a [f64], sums: &'a [f64], length: usize) -> Self {
        let values = &values[..length];
        let recent = &values[length.saturating_sub(shape.scale_window + 1)..];
        let steps = recent.len().saturating_sub(1).max(1) as f64;
        let scale = recent.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / steps;
        Self { shape, values, sums, scale }
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        (self.sums[to] - self.sums[from]) / (to - from) as f64
    }

    /// Features for `ahead` steps from the origin, in units of the scale.
    pub(super) fn features(&self, ahead: usize, into: &mut [f64]) {
        let n = self.values.len();
        let last = self.values[n - 1];
        let shape = self.shape;
        into.fill(0.0);
        for k in 0..shape.steps.min(n - 1) {
            into[k] = self.values[n - 1 - k] - self.values[n - 2 - k];
        }
        let mut at = shape.steps;
        for window in LEVELS {
            if n >= window {
                into[at] = last - self.mean(n - window, n);
            }
            at += 1;
        }
        for &lag in &shape.lags {
            // The origin's twin a few seasons ago, and what came `ahead` steps after it.
            if n > lag + 2 && ahead <= lag {
                let twin = n - 1 - lag;
                let then = (twin + ahead).min(n - 1);
                into[at] = self.values[then] - self.values[twin];
                let smooth = |t: usize| self.mean(t.saturating_sub(1), (t + 2).min(n));
                into[at + 1] = smooth(then) - smooth(twin);
            }
            at += 2;
        }
        for x in into.iter_mut() {
            *x = (*x / self.scale).clamp(-CLIP, CLIP);
        }
    }
}
