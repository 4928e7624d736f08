//! Excess: month-end stock over the month's sales, seasonally adjusted. CADA calls 0.8–1.2 reasonable, above 1.5 a
//! cause for alert, above 2.5 severe.

use super::{Band, Demand, Finding};

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Stock at the end of the month, cars.
    pub stock: f64,
    /// Sales of the month, cars.
    pub month_sales: f64,
    /// Season of that month and of the coming one (1 = average).
    pub season: (f64, f64),
    /// Demand of the coming month.
    pub next_month: Demand,
    /// Cost of holding a car for a month, money.
    pub holding_month: f64,
}

/// The stock coefficient at the coming month's season.
pub fn coefficient(facts: &Facts) -> f64 {
    let adjusted = facts.month_sales / facts.season.0.max(1e-9) * facts.season.1;
    if adjusted > 0.0 {
        facts.stock / adjusted
    } else if facts.stock > 0.0 {
        f64::INFINITY
    } else {
        0.0
    }
}

/// Raises the warning. Amber above 1.5, red above 2.5 by default.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let coefficient = coefficient(facts);
    let level = band.level(coefficient)?;
    let surplus = (facts.stock - band.amber * facts.next_month.mean).max(0.0);
    Some(Finding {
        level,
        // The coming month's demand may yet be high enough to justify the stock.
        probability: facts.next_month.below(facts.stock / band.amber),
        money: surplus * facts.holding_month,
        lead_weeks: 0.0,
        text: format!(
            "{:.0} cars in stock, {coefficient:.1} months of sales at the coming season; {surplus:.0} more than {:.1}",
            facts.stock, band.amber
        ),
        text_zh: format!("库存{:.0}辆，库存系数{coefficient:.1}，超出{surplus:.0}辆", facts.stock),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::Level;

    #[test]
    fn the_season_ahead_counts() {
        let band = Band { amber: 1.5, red: 2.5 };
        let facts = |season| Facts {
            stock: 20.0,
            month_sales: 10.0,
            season,
            next_month: Demand { mean: 10.0 * season.1 / season.0, dispersion: 0.018 },
            holding_month: 600.0,
        };
        assert_eq!(check(&facts((1.0, 1.0)), band).unwrap().level, Level::Amber);
        assert!(check(&facts((1.0, 1.5)), band).is_none());
        assert_eq!(check(&facts((1.15, 0.58)), band).unwrap().level, Level::Red);
    }
}
