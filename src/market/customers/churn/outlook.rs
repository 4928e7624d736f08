//! Who is likely to leave, why, and whom to see first.

use super::{Churn, Customers};
use crate::market::customers::people::CONFIDENCE;
use crate::market::customers::people::design::Reason;
use crate::stats::normal::quantile;

/// What is foretold of somebody who is still there.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Position in the table.
    pub row: usize,
    /// Probability of leaving within the time ahead.
    pub chance: f64,
    /// Lower end of its interval, which counts what is not known of the weights.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether the time ahead reaches beyond what was seen of anybody.
    pub beyond: bool,
    /// Probability times the money that hangs on them, where that is known.
    pub at_risk: Option<f64>,
    /// Reasons, the largest first; none where the law is no gain.
    pub reasons: Vec<Reason>,
}

/// What is foretold of everybody who is still there: the likeliest to leave first, then the dearest, then by id. Where the law
/// is no gain, everybody has the hazard of all.
pub fn outlooks(table: &Customers, learnt: &Churn, ahead: f64) -> Vec<Outlook> {
    let open = (0..table.ids.len()).filter(|k| !table.outcomes[*k].left);
    let mut list: Vec<Outlook> = open.map(|row| foretold(table, learnt, row, ahead)).collect();
    let money = |o: &Outlook| o.at_risk.unwrap_or(f64::NEG_INFINITY);
    list.sort_by(|a, b| b.chance.total_cmp(&a.chance).then(money(b).total_cmp(&money(a))).then(a.row.cmp(&b.row)));
    list
}

fn foretold(table: &Customers, learnt: &Churn, row: usize, ahead: f64) -> Outlook {
    let until = table.outcomes[row].until;
    let gains = learnt.assessment.gains();
    let hazard = if gains { &learnt.hazard } else { &learnt.plain };
    let sum = hazard.within(until, ahead);
    let mut filled = vec![0.0; learnt.design.columns.len()];
    let (mut score, mut half, mut reasons) = (0.0, 0.0, Vec::new());
    if gains {
        learnt.design.fill(&table.features, row, &mut filled);
        score = filled.iter().zip(&learnt.law.weights).map(|(x, w)| x * w).sum();
        half = quantile(0.5 + CONFIDENCE / 2.0) * learnt.law.error(&filled);
        reasons = learnt.design.reasons(&learnt.law.weights, &filled);
    }
    let leaves = |score: f64| -libm::expm1(-sum * libm::exp(score));
    let chance = leaves(score);
    let at_risk = table.values[row].map(|v| chance * v);
    let (low, high) = (leaves(score - half), leaves(score + half));
    Outlook { row, chance, low, high, beyond: hazard.beyond(until + ahead), at_risk, reasons }
}
