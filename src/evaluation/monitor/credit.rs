//! Credit: the share of a dealer's credit line that stands in its stock.

use super::{Band, Finding};

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Money in stock at the end of each planned week.
    pub used: &'a [f64],
    /// The line, money.
    pub line: f64,
    /// Margin earned on a unit of money in stock until it turns over.
    pub margin_share: f64,
}

/// Raises the warning above 90 % (amber) or 100 % (red) by default.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let worst = facts.used.iter().copied().fold(0.0, f64::max);
    if facts.line <= 0.0 {
        return None;
    }
    let level = band.level(worst / facts.line)?;
    let week = facts.used.iter().position(|&u| u / facts.line > band.amber).unwrap_or(0);
    Some(Finding {
        level,
        probability: 1.0,
        money: (worst - band.amber * facts.line).max(0.0) * facts.margin_share,
        lead_weeks: week as f64,
        text: format!("{:.0} % of the credit line in stock, from week {week} on", 100.0 * worst / facts.line),
        text_zh: format!("自第{week}周起库存占用授信{:.0}%", 100.0 * worst / facts.line),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::Level;

    #[test]
    fn nine_tenths() {
        let band = Band { amber: 0.9, red: 1.0 };
        let facts = |used: &'static [f64]| Facts { used, line: 1000.0, margin_share: 0.05 };
        assert!(check(&facts(&[800.0, 900.0]), band).is_none());
        let found = check(&facts(&[800.0, 950.0, 1100.0]), band).unwrap();
        assert_eq!((found.level, found.lead_weeks), (Level::Red, 1.0));
        assert!((found.money - 10.0).abs() < 1e-9);
    }
}
