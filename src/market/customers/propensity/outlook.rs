//! Who is likely to buy, why, and whom to follow up first.

use super::assess::share;
use super::logit::chance;
use super::{CONFIDENCE, Propensity, Table};
use crate::stats::normal::quantile;

/// What a column adds to a row's log odds, against a row that is everywhere at the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Position of the feature.
    pub feature: usize,
    /// Log odds that it adds.
    pub adds: f64,
}

/// What is foretold of a row whose outcome is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Position in the table.
    pub row: usize,
    /// Probability of buying.
    pub chance: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability times margin, money, where that is known.
    pub expected: Option<f64>,
    /// Reasons, the largest first; none where the law is no gain.
    pub reasons: Vec<Reason>,
}

/// Log odds below which a reason is none.
const TRIFLE: f64 = 0.005;

/// What is foretold of every open row: the likeliest first, then the dearest, then by id. Where the law is no better
/// than the base rate, everybody is foretold the base rate.
pub fn outlooks(table: &Table, learnt: &Propensity) -> Vec<Outlook> {
    let foretold =
        |row: usize| if learnt.assessment.gain() { by_law(table, learnt, row) } else { by_base(learnt, row) };
    let mut list: Vec<Outlook> = table.open().into_iter().map(foretold).collect();
    list.iter_mut().for_each(|o| o.expected = table.values[o.row].map(|v| o.chance * v));
    let money = |o: &Outlook| o.expected.unwrap_or(f64::NEG_INFINITY);
    list.sort_by(|a, b| b.chance.total_cmp(&a.chance).then(money(b).total_cmp(&money(a))).then(a.row.cmp(&b.row)));
    list
}

fn by_law(table: &Table, learnt: &Propensity, row: usize) -> Outlook {
    let Propensity { design, law, .. } = learnt;
    let mut filled = vec![0.0; design.width()];
    design.fill(table, row, &mut filled);
    let (odds, error) = (law.log_odds(&filled), law.error(&filled));
    let half = quantile(0.5 + CONFIDENCE / 2.0) * error;
    let mut adds = vec![0.0; table.features.len()];
    for (k, column) in design.columns.iter().enumerate() {
        adds[column.feature] += law.weights[k + 1] * filled[k + 1];
    }
    let mut reasons: Vec<Reason> = adds
        .into_iter()
        .enumerate()
        .map(|(feature, adds)| Reason { feature, adds })
        .filter(|r| r.adds.abs() >= TRIFLE)
        .collect();
    reasons.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()).then(a.feature.cmp(&b.feature)));
    let (low, high) = (chance(odds - half), chance(odds + half));
    Outlook { row, chance: chance(odds), low, high, expected: None, reasons }
}

fn by_base(learnt: &Propensity, row: usize) -> Outlook {
    let (low, high) = share(learnt.buyers, learnt.known);
    Outlook { row, chance: learnt.base(), low, high, expected: None, reasons: Vec::new() }
}

/// Positions in the list by falling expected value; those whose value is not known come last, the likeliest first.
pub fn follow_up(list: &[Outlook]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    let money = |k: usize| list[k].expected.unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|a, b| money(*b).total_cmp(&money(*a)).then(a.cmp(b)));
    order
}
