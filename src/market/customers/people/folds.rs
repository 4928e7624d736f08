//! Judging a law on rows that it has not seen.

use crate::stats::special::student;
use crate::stats::stream::{GOLDEN, mix};

/// Parts of the rows that are foretold in turn from the others.
pub const FOLDS: usize = 5;
/// Level of the one-sided test against knowing nothing of the columns.
pub const LEVEL: f64 = 0.01;

/// Parts with equal shares of both outcomes, in the order of hashed ids: the order of the rows means nothing.
pub fn folds<'a>(ids: impl Iterator<Item = &'a str>, happened: &[bool]) -> Vec<usize> {
    let mut order: Vec<(bool, u64, &str, usize)> =
        ids.zip(happened).enumerate().map(|(k, (id, b))| (*b, hash(id), id, k)).collect();
    order.sort_unstable();
    let mut folds = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, x)| folds[x.3] = place % FOLDS);
    folds
}

/// A hash of an id that no machine or version changes.
fn hash(id: &str) -> u64 {
    id.bytes().fold(GOLDEN, |h, b| mix(h ^ u64::from(b).wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// One-sided t-test: chance of so large a mean of differences if it were at most 0; 1 where they do not differ.
pub fn above_zero(differences: &[f64]) -> f64 {
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|d| (d - mean) * (d - mean)).sum();
    let error = (squares / (n * (n - 1.0))).sqrt();
    if error > 0.0 { student(-mean / error, n - 1.0) } else { 1.0 }
}
