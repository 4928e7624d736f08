//! A ridge classifier, and two ways for it to use edges.

use super::web::Web;
use crate::stats::least_squares::{factor, solve};

/// Weight of the squared coefficients, features being of variance 1.
const RIDGE: f64 = 1.0;

/// Share of a spread label that comes from the neighbours.
const SPREAD: f64 = 0.9;

/// Rounds of spreading; what is left after them is below 0.9⁶⁰.
const ROUNDS: usize = 60;

/// The symmetric mean over neighbours and oneself: D^(−½)(A + I)D^(−½).
pub struct Smooth {
    rows: Vec<Vec<(usize, f64)>>,
}

impl Smooth {
    /// Of a graph; `itself` adds each dealer to its own neighbours.
    pub fn new(web: &Web, itself: bool) -> Self {
        let mut rows = web.neighbours();
        if itself {
            rows.iter_mut().enumerate().for_each(|(i, r)| r.push((i, 1.0)));
        }
        let degree: Vec<f64> = rows.iter().map(|r| r.iter().map(|x| x.1).sum::<f64>()).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            row.iter_mut().for_each(|x| x.1 /= (degree[i] * degree[x.0]).sqrt());
        }
        Self { rows }
    }

    fn apply(&self, x: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let width = x.first().map_or(0, Vec::len);
        self.rows
            .iter()
            .map(|row| {
                let mut sum = vec![0.0; width];
                for &(j, w) in row {
                    sum.iter_mut().zip(&x[j]).for_each(|(s, v)| *s += w * v);
                }
                sum
            })
            .collect()
    }
}

/// Features beside those of the neighbours' neighbours.
pub fn convolved(smooth: &Smooth, features: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let twice = smooth.apply(&smooth.apply(features));
    features.iter().zip(twice).map(|(own, far)| own.iter().copied().chain(far).collect()).collect()
}

/// Labels that spread from the known ones; `None` where none arrives or two are equally strong.
pub fn spread(smooth: &Smooth, labels: &[usize], classes: usize, known: &[bool]) -> Vec<Option<usize>> {
    let count = known.iter().filter(|k| **k).count().max(1) as f64;
    let mut share = vec![0.0; classes];
    labels.iter().zip(known).filter(|x| *x.1).for_each(|(l, _)| share[*l] += 1.0 / count);
    let seed = |i: usize| -> Vec<f64> {
        (0..classes).map(|c| if known[i] { f64::from(u8::from(labels[i] == c)) - share[c] } else { 0.0 }).collect()
    };
    let seeds: Vec<Vec<f64>> = (0..labels.len()).map(seed).collect();
    let mut now = seeds.clone();
    for _ in 0..ROUNDS {
        now = smooth.apply(&now);
        for (n, s) in now.iter_mut().zip(&seeds) {
            n.iter_mut().zip(s).for_each(|(n, s)| *n = SPREAD * *n + (1.0 - SPREAD) * s);
        }
    }
    now.iter().map(|row| clear(row)).collect()
}

/// The class with the greatest value, if it is clear.
fn clear(values: &[f64]) -> Option<usize> {
    let best = (0..values.len()).reduce(|a, b| if values[b] > values[a] { b } else { a })?;
    (0..values.len()).all(|c| c == best || values[c] < values[best] - 1e-12).then_some(best)
}

/// Class of every dealer by one ridge regression for each class, learnt where the label is known.
pub fn ridge(features: &[Vec<f64>], labels: &[usize], classes: usize, known: &[bool]) -> Vec<usize> {
    let rows: Vec<usize> = (0..labels.len()).filter(|&i| known[i]).collect();
    let n = rows.len() as f64;
    let width = features.first().map_or(0, Vec::len);
    let scaled: Vec<Vec<f64>> = {
        let mean: Vec<f64> = (0..width).map(|f| rows.iter().map(|&i| features[i][f]).sum::<f64>() / n).collect();
        let spread = |f: usize| rows.iter().map(|&i| (features[i][f] - mean[f]).powi(2)).sum::<f64>() / n;
        // A feature that does not vary says nothing.
        let scale: Vec<f64> =
            (0..width).map(|f| if spread(f) > 1e-20 { spread(f).sqrt().recip() } else { 0.0 }).collect();
        features.iter().map(|x| (0..width).map(|f| (x[f] - mean[f]) * scale[f]).collect()).collect()
    };
    let mut normal = vec![0.0; width * width];
    let mut right = vec![vec![0.0; width]; classes];
    let mut share = vec![0.0; classes];
    rows.iter().for_each(|&i| share[labels[i]] += 1.0 / n);
    for &i in &rows {
        let x = &scaled[i];
        for f in 0..width {
            (0..=f).for_each(|g| normal[f * width + g] += x[f] * x[g]);
            (0..classes).for_each(|c| right[c][f] += x[f] * (f64::from(u8::from(labels[i] == c)) - share[c]));
        }
    }
    (0..width).for_each(|f| normal[f * width + f] += RIDGE);
    factor(&mut normal, width);
    right.iter_mut().for_each(|weights| solve(&normal, weights));
    let score = |x: &[f64], c: usize| share[c] + x.iter().zip(&right[c]).map(|(a, b)| a * b).sum::<f64>();
    scaled
        .iter()
        .map(|x| (0..classes).reduce(|a, b| if score(x, b) > score(x, a) { b } else { a }).unwrap_or(0))
        .collect()
}
