//! The law of a table: its rows with a start before their columns.

use super::logit::{self, Logit};
use super::{People, Refusal};
use crate::market::customers::people::design::{Coefficient, Design};

/// A row of the table: 1, then the columns.
pub fn row(design: &Design, table: &People, row: usize) -> Vec<f64> {
    let mut filled = vec![0.0; design.columns.len() + 1];
    fill(design, table, row, &mut filled);
    filled
}

fn fill(design: &Design, table: &People, row: usize, into: &mut [f64]) {
    into[0] = 1.0;
    design.fill(&table.features, row, &mut into[1..]);
}

/// Learns a law from rows of the table and their outcomes.
///
/// # Errors
/// [`Refusal::NoMaximum`], only where `ridge` is 0.
pub fn fit(design: &Design, table: &People, rows: &[usize], bought: &[bool], ridge: f64) -> Result<Logit, Refusal> {
    logit::fit(design.columns.len() + 1, bought, |k, into| fill(design, table, rows[k], into), ridge)
}

/// The law's weights in the units of the table, the start first: it is where all numbers are 0 and all words those that
/// others are compared with.
pub fn coefficients(design: &Design, table: &People, law: &Logit) -> Vec<Coefficient> {
    let start: Vec<f64> = std::iter::once(1.0).chain(design.columns.iter().map(|c| -c.mean / c.spread)).collect();
    let error = |k: usize| law.covariance[k + 1][k + 1].max(0.0).sqrt();
    let mut list = vec![Coefficient {
        feature: String::new(),
        word: String::new(),
        against: String::new(),
        rows: 0,
        estimate: law.log_odds(&start),
        error: law.error(&start),
    }];
    list.extend(design.coefficients(&table.features, &law.weights[1..], error));
    list
}
