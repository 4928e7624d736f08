//! Who is likely to buy, why, and whom to follow up first.

use super::assess::share;
use super::logit::chance;
use super::{People, Propensity, law};
use crate::market::customers::people::CONFIDENCE;
use crate::market::customers::people::design::Reason;
use crate::stats::normal::quantile;

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

/// What is foretold of every open row: the likeliest first, then the dearest, then by id. Where the law is no better
/// than the base rate, everybody is foretold the base rate.
pub fn outlooks(table: &People, learnt: &Propensity) -> Vec<Outlook> {
    let foretold =
        |row: usize| if learnt.assessment.gain() { by_law(table, learnt, row) } else { by_base(learnt, row) };
    let mut list: Vec<Outlook> = table.open().into_iter().map(foretold).collect();
    list.iter_mut().for_each(|o| o.expected = table.values[o.row].map(|v| o.chance * v));
    let money = |o: &Outlook| o.expected.unwrap_or(f64::NEG_INFINITY);
    list.sort_by(|a, b| b.chance.total_cmp(&a.chance).then(money(b).total_cmp(&money(a))).then(a.row.cmp(&b.row)));
    list
}

fn by_law(table: &People, learnt: &Propensity, row: usize) -> Outlook {
    let filled = law::row(&learnt.design, table, row);
    let (odds, error) = (learnt.law.log_odds(&filled), learnt.law.error(&filled));
    let half = quantile(0.5 + CONFIDENCE / 2.0) * error;
    let reasons = learnt.design.reasons(&learnt.law.weights[1..], &filled[1..]);
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
