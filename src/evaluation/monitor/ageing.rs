//! Ageing: the car at FIFO position k is sold before its limit only if k customers come in time:
//! P(demand until then < k).

use super::{Band, Finding, Level, Outlook};

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Ages of the cars in stock, days, oldest first.
    pub ages_days: &'a [f64],
    /// Demand to come.
    pub outlook: Outlook<'a>,
    /// Price of a car, money.
    pub price: f64,
    /// Discount that a car over the first and over the second limit costs, shares of the price.
    pub discount: (f64, f64),
}

/// Raises the warning for cars likely to pass the first (amber, 90 days) or the second limit (red, 180 days).
pub fn check(facts: &Facts, limits: (f64, f64), likely: f64) -> Option<Finding> {
    let passing = |limit: f64| {
        let chance = |(k, &age): (usize, &f64)| {
            let weeks = (limit - age).max(0.0) / 7.0;
            (facts.outlook.over(weeks).below(k as f64 + 1.0), weeks, age)
        };
        facts.ages_days.iter().enumerate().map(chance).filter(|c| c.2 < limit && c.0 > likely).collect::<Vec<_>>()
    };
    let (first, second) = (passing(limits.0), passing(limits.1));
    let (level, limit, share, cars) = match (first.is_empty(), second.is_empty()) {
        (_, false) => (Level::Red, limits.1, facts.discount.1, second),
        (false, true) => (Level::Amber, limits.0, facts.discount.0, first),
        (true, true) => return None,
    };
    let soonest = cars.iter().map(|c| c.1).fold(f64::INFINITY, f64::min);
    Some(Finding {
        level,
        probability: cars.iter().map(|c| c.0).fold(0.0, f64::max),
        money: cars.iter().map(|c| c.0).sum::<f64>() * facts.price * share,
        lead_weeks: soonest,
        text: format!("{} of {} cars will likely stand longer than {limit:.0} days", cars.len(), facts.ages_days.len()),
        text_zh: format!("{}辆库存中有{}辆可能超过{limit:.0}天", facts.ages_days.len(), cars.len()),
    })
}

/// The likelihood above which a car counts, from a band whose amber is that likelihood.
pub fn likely(band: Band) -> f64 {
    band.amber
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_decides() {
        let facts = |ages: &'static [f64]| Facts {
            ages_days: ages,
            outlook: Outlook { weeks: &[0.5; 30], spread: &[] },
            price: 100_000.0,
            discount: (0.01, 0.05),
        };
        // 40 days left at half a car a week: 2.86 expected. Third in line: P(< 3) = .46; fourth: P(< 4) = .68.
        assert!(check(&facts(&[50.0, 50.0, 50.0]), (90.0, 180.0), 0.5).is_none());
        let found = check(&facts(&[50.0, 50.0, 50.0, 50.0]), (90.0, 180.0), 0.5).unwrap();
        assert_eq!(found.level, Level::Amber);
        assert!((found.probability - 0.68).abs() < 0.01, "{}", found.probability);
        assert_eq!(check(&facts(&[170.0, 170.0]), (90.0, 180.0), 0.5).unwrap().level, Level::Red);
    }
}
