//! What customers are worth, in tiers, and who is about to be lost.

use super::gamma_gamma::GammaGamma;
use super::{Buying, Customer};
use rayon::prelude::*;

/// How value is counted.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Time ahead, in the unit of the table.
    pub horizon: f64,
    /// Periods that the horizon is cut into for discounting.
    pub periods: u32,
    /// Discount over one unit of time, share.
    pub discount: f64,
    /// Margin of an amount, share; 1 counts turnover.
    pub margin: f64,
    /// A customer who bought again and is active with less than this is warned of.
    pub warn_below: f64,
}

/// What is expected of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Probability of being active.
    pub active: f64,
    /// Probability of leaving within the horizon, were the customer known to be active.
    pub leaves: f64,
    /// Purchases over the horizon.
    pub purchases: f64,
    /// Amount of one; 1 where amounts are unknown.
    pub amount: f64,
    /// Discounted margin over the horizon.
    pub value: f64,
    /// The same, were the customer known to be active.
    pub value_if_active: f64,
    /// `A`, `B` or `C`.
    pub tier: char,
    /// Whether to warn.
    pub warn: bool,
}

/// Shares of all value at which tiers `A` and `B` end.
const TIERS: [f64; 2] = [0.5, 0.8];

/// What is expected of every customer; `None` where a model's series does not settle for one of them.
pub fn outlooks(
    customers: &[Customer],
    buying: &impl Buying,
    spending: Option<&GammaGamma>,
    terms: &Terms,
) -> Option<Vec<Outlook>> {
    let one = |c: &Customer| {
        let active = buying.active(c);
        let amount = spending.map_or(Some(1.0), |g| g.amount(c))?;
        let (mut value, mut before, mut all) = (0.0, 0.0, 0.0);
        for k in 1..=terms.periods.max(1) {
            let until = terms.horizon * f64::from(k) / f64::from(terms.periods.max(1));
            all = buying.purchases(c, until)?;
            value += (all - before) * terms.margin * amount / (1.0 + terms.discount).powf(until);
            before = all;
        }
        let warn = c.repeats > 0 && active < terms.warn_below;
        let value_if_active = if active > 0.0 { value / active } else { 0.0 };
        let leaves = 1.0 - buying.stays(c, terms.horizon)?;
        Some(Outlook { active, leaves, purchases: all, amount, value, value_if_active, tier: 'C', warn })
    };
    let mut found: Vec<Outlook> = customers.par_iter().map(one).collect::<Option<_>>()?;
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| found[b].value.total_cmp(&found[a].value).then(a.cmp(&b)));
    let all: f64 = order.iter().map(|&k| found[k].value).sum();
    let mut before = 0.0;
    for k in order {
        found[k].tier = match before / all.max(f64::MIN_POSITIVE) {
            share if share < TIERS[0] => 'A',
            share if share < TIERS[1] => 'B',
            _ => 'C',
        };
        before += found[k].value;
    }
    Some(found)
}
