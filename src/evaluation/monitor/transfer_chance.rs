//! Transfer chance: a car is worth more at a taker than at a giver, by more than the move costs.

use super::{Finding, Level};

/// What the rule looks at: values of the transfer plan or of the replenishment's relaxation.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Value of a car at the giver, money.
    pub at_giver: f64,
    /// Value of a car at the taker, money.
    pub at_taker: f64,
    /// Cost of the move, lateness included, money.
    pub cost: f64,
    /// Days on the road.
    pub lead_days: f64,
    /// Share of agreed moves that take place (trade press: about nine in ten).
    pub kept: f64,
}

/// Raises the warning; red when the gain exceeds the cost of the move once more.
pub fn check(facts: &Facts) -> Option<Finding> {
    let gain = facts.at_taker - facts.at_giver - facts.cost;
    if gain <= 0.0 {
        return None;
    }
    Some(Finding {
        level: if gain > facts.cost { Level::Red } else { Level::Amber },
        probability: facts.kept,
        money: gain * facts.kept,
        lead_weeks: facts.lead_days / 7.0,
        text: format!("a car is worth {gain:.0} more here than where it stands, the move of {:.0} paid", facts.cost),
        text_zh: format!("调入一辆净值{gain:.0}元（已扣调拨费{:.0}元）", facts.cost),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_pays() {
        let facts = |at_taker| Facts { at_giver: 100.0, at_taker, cost: 300.0, lead_days: 2.0, kept: 0.9 };
        assert!(check(&facts(400.0)).is_none());
        assert_eq!(check(&facts(500.0)).unwrap().level, Level::Amber);
        assert_eq!(check(&facts(800.0)).unwrap().money, 360.0);
    }
}
