//! Late pipeline: cars on the road for longer than the lane's lead time allows for.

use super::{Band, Finding};
use crate::stats::normal;

/// What the rule looks at: one shipment.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Cars.
    pub cars: f64,
    /// Days on the road so far.
    pub days: f64,
    /// Mean lead time, days.
    pub lead_days: f64,
    /// Standard deviation of the lead time, days (assumption: a quarter of the mean).
    pub deviation_days: f64,
    /// Chance that the dealer runs out before a week more has passed.
    pub stock_out: f64,
    /// Cost of a lost sale, money per car.
    pub lost_sale: f64,
}

/// Raises the warning when so long a journey had a small chance: amber below 1 - 0.95, red below 1 - 0.99 by default.
/// The probability is that of at least one week more, given the days so far.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let later = |days: f64| 1.0 - normal::cumulative((days - facts.lead_days) / facts.deviation_days.max(1e-9));
    let level = band.level(1.0 - later(facts.days))?;
    let probability = if later(facts.days) > 1e-12 { later(facts.days + 7.0) / later(facts.days) } else { 1.0 };
    Some(Finding {
        level,
        probability,
        money: facts.cars * facts.stock_out * facts.lost_sale,
        lead_weeks: 0.0,
        text: format!(
            "{:.0} cars on the road for {:.0} days, {:.0} were planned",
            facts.cars, facts.days, facts.lead_days
        ),
        text_zh: format!("{:.0}辆在途{:.0}天，计划{:.0}天", facts.cars, facts.days, facts.lead_days),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::Level;

    #[test]
    fn late_is_late_for_the_lane() {
        let band = Band { amber: 0.95, red: 0.99 };
        let facts =
            |days| Facts { cars: 3.0, days, lead_days: 8.0, deviation_days: 2.0, stock_out: 0.5, lost_sale: 1000.0 };
        assert!(check(&facts(11.0), band).is_none());
        assert_eq!(check(&facts(11.5), band).unwrap().level, Level::Amber);
        let red = check(&facts(13.0), band).unwrap();
        assert_eq!((red.level, red.money), (Level::Red, 1500.0));
    }
}
