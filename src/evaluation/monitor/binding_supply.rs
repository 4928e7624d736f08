//! Binding supply: one more build slot of a model would pay.

use super::{Band, Finding};

/// What the rule looks at: one model in one plant.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Value of one more slot in the relaxation, by week, money.
    pub slot_values: &'a [f64],
    /// Price of a car, money.
    pub price: f64,
    /// First week whose slots can still be changed.
    pub first_free: usize,
}

/// Raises the warning when the dearest slot is worth more than shares of the price (1 % amber, 3 % red by default).
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let free = facts.slot_values.iter().enumerate().skip(facts.first_free);
    let (week, &value) = free.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
    let level = band.level(value / facts.price.max(1e-9))?;
    let scarce = facts.slot_values.iter().filter(|&&v| v > 0.0).count();
    Some(Finding {
        level,
        probability: 1.0,
        money: value,
        lead_weeks: week as f64,
        text: format!("supply binds in {scarce} weeks; one more slot in week {week} is worth {value:.0}"),
        text_zh: format!("{scarce}周供应受限；第{week}周多一个排产名额值{value:.0}元"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_slot_that_can_still_be_had() {
        let band = Band { amber: 0.01, red: 0.03 };
        let facts = Facts { slot_values: &[9000.0, 0.0, 2000.0, 1500.0], price: 100_000.0, first_free: 1 };
        let found = check(&facts, band).unwrap();
        assert_eq!((found.money, found.lead_weeks), (2000.0, 2.0));
        assert!(check(&Facts { slot_values: &[0.0; 4], ..facts }, band).is_none());
        assert!(check(&Facts { first_free: 9, ..facts }, band).is_none());
    }
}
