//! One regression for each step ahead, over all series and their past.

use super::Options;
use super::features::{Past, Shape, sums};
use super::spread::Spread;
use crate::stats::least_squares::cholesky;
use rayon::prelude::*;

/// Most training windows; longer tables are sampled at a wider stride.
const MOST_WINDOWS: usize = 16_000;
/// Steps back from which windows are taken, in seasons and at least.
const BACK_SEASONS: usize = 6;
const BACK_LEAST: usize = 300;
/// The same for the windows whose errors tell the spread: long ago, series strayed as they no longer do.
const RECENT_SEASONS: usize = 2;
const RECENT_LEAST: usize = 75;
/// Fewest windows a feature.
const WINDOWS_A_FEATURE: usize = 40;
/// Largest target, in units of the scale.
const CLIP: f64 = 60.0;
const RIDGE: f64 = 50.0;
/// Residuals below this many scales weigh alike.
const FLAT: f64 = 0.5;
const ROUNDS: usize = 6;
/// Parts of the series that are left out in turn.
const FOLDS: usize = 5;

/// A fitted table.
pub(super) struct Pool {
    shape: Shape,
    /// Coefficients by step ahead.
    coefficients: Vec<Vec<f64>>,
    spread: Spread,
}

/// A past origin of a series.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) series: usize,
    /// Values known.
    length: usize,
    /// Whether it lies in the last seasons, whose errors tell the spread.
    pub(super) recent: bool,
}

impl Pool {
    /// Fits all steps; `None` when the table has too little to pool.
    pub(super) fn fit(series: &[Vec<f64>], options: &Options) -> Option<Self> {
        let shape = Shape::new(series, options);
        let windows = windows(series, options, &shape);
        if windows.len() < WINDOWS_A_FEATURE * shape.width() {
            return None;
        }
        let sums: Vec<Vec<f64>> = series.iter().map(|s| sums(s)).collect();
        let fitted: Vec<(Vec<f64>, Vec<f64>)> = (1..=options.horizon)
            .into_par_iter()
            .map(|ahead| {
                let (x, y) = rows(series, &sums, &windows, &shape, ahead);
                regression(&x, &y, &windows, shape.width())
            })
            .collect();
        let (coefficients, residuals): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
        let spread = Spread::new(series.len(), &windows, &residuals, &options.levels);
        Some(Self { shape, coefficients, spread })
    }

    /// Point and quantiles of a series; `None` when it is too short or stood still of late.
    pub(super) fn outlook(&self, k: usize, values: &[f64], options: &Options) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
        if values.len() < self.shape.least_past(options.season) {
            return None;
        }
        let sums = sums(values);
        let past = Past::new(&self.shape, values, &sums, values.len());
        if past.scale <= 0.0 {
            return None;
        }
        let last = values[values.len() - 1];
        let mut x = vec![0.0; self.shape.width()];
        let point: Vec<f64> = (0..options.horizon)
            .map(|h| {
                past.features(h + 1, &mut x);
                last + past.scale * dot(&x, &self.coefficients[h])
            })
            .collect();
        let at = |level: usize| {
            (0..options.horizon).map(|h| point[h] + past.scale * self.spread.quantile(k, h, level)).collect()
        };
        let quantiles = (0..options.levels.len()).map(at).collect();
        Some((point, quantiles))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Origins of all series whose whole horizon is known, latest first, at a stride that keeps their number in bounds.
fn windows(series: &[Vec<f64>], options: &Options, shape: &Shape) -> Vec<Window> {
    let back = (BACK_SEASONS * options.season).max(BACK_LEAST);
    let recent = (RECENT_SEASONS * options.season).max(RECENT_LEAST);
    let least = shape.least_past(options.season);
    let range = |s: &Vec<f64>| {
        let last = s.len().saturating_sub(options.horizon);
        (least.max(s.len().saturating_sub(back)), last)
    };
    let all: usize = series.iter().map(|s| (range(s).1 + 1).saturating_sub(range(s).0)).sum();
    let stride = all.div_ceil(MOST_WINDOWS).max(1);
    let mut list = Vec::new();
    for (k, s) in series.iter().enumerate() {
        let (first, last) = range(s);
        let mut length = last;
        while length >= first && length > 0 {
            list.push(Window { series: k, length, recent: length + recent >= s.len() });
            if length < stride {
                break;
            }
            length -= stride;
        }
    }
    list
}

/// Features and targets of every window; a window whose past stood still has target and features zero.
fn rows(
    series: &[Vec<f64>],
    sums: &[Vec<f64>],
    windows: &[Window],
    shape: &Shape,
    ahead: usize,
) -> (Vec<f64>, Vec<f64>) {
    let width = shape.width();
    let mut x = vec![0.0; windows.len() * width];
    let mut y = vec![0.0; windows.len()];
    for (row, w) in windows.iter().enumerate() {
        let values = &series[w.series];
        let past = Past::new(shape, values, &sums[w.series], w.length);
        if past.scale > 0.0 {
            past.features(ahead, &mut x[row * width..(row + 1) * width]);
            y[row] = ((values[w.length + ahead - 1] - values[w.length - 1]) / past.scale).clamp(-CLIP, CLIP);
        }
    }
    (x, y)
}

/// Least absolute deviations by iterated weights: the coefficients, and every window's residual under the fit without
/// its own part of the series.
fn regression(x: &[f64], y: &[f64], windows: &[Window], width: usize) -> (Vec<f64>, Vec<f64>) {
    let mut coefficients = vec![0.0; width];
    let mut weights = vec![1.0; y.len()];
    let mut parts = Vec::new();
    for round in 0..ROUNDS {
        if round > 0 {
            for (row, weight) in weights.iter_mut().enumerate() {
                let residual = y[row] - dot(&x[row * width..(row + 1) * width], &coefficients);
                *weight = 1.0 / residual.abs().max(FLAT);
            }
        }
        parts = (0..FOLDS).map(|_| Normal::new(width)).collect::<Vec<_>>();
        for (row, weight) in weights.iter().enumerate() {
            parts[windows[row].series % FOLDS].add(&x[row * width..(row + 1) * width], y[row], *weight);
        }
        coefficients = Normal::sum(&parts, None).solve();
    }
    let without: Vec<Vec<f64>> = (0..FOLDS).map(|k| Normal::sum(&parts, Some(k)).solve()).collect();
    let residual = |row: usize| y[row] - dot(&x[row * width..(row + 1) * width], &without[windows[row].series % FOLDS]);
    (coefficients, (0..y.len()).map(residual).collect())
}

/// Normal equations `(Σ w x xᵀ + ridge) b = Σ w y x`, lower triangle by rows.
struct Normal {
    width: usize,
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl Normal {
    fn new(width: usize) -> Self {
        Self { width, matrix: vec![0.0; width * width], right: vec![0.0; width] }
    }

    fn add(&mut self, x: &[f64], y: f64, weight: f64) {
        for i in 0..self.width {
            let f = weight * x[i];
            self.right[i] += f * y;
            let row = &mut self.matrix[i * self.width..=i * self.width + i];
            for (a, b) in row.iter_mut().zip(x) {
                *a += f * b;
            }
        }
    }

    fn sum(parts: &[Self], without: Option<usize>) -> Self {
        let mut all = Self::new(parts[0].width);
        for (k, part) in parts.iter().enumerate() {
            if Some(k) != without {
                all.matrix.iter_mut().zip(&part.matrix).for_each(|(a, b)| *a += b);
                all.right.iter_mut().zip(&part.right).for_each(|(a, b)| *a += b);
            }
        }
        all
    }

    fn solve(mut self) -> Vec<f64> {
        let n = self.width;
        for i in 0..n {
            self.matrix[i * n + i] += RIDGE;
        }
        cholesky(&mut self.matrix, &mut self.right);
        self.right
    }
}
