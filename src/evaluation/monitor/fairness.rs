//! Fairness: a dealer's cover further than a fifth from the fair level τ.

use super::{Band, Finding};

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Stock and cars on the way after allocation, cars.
    pub position: f64,
    /// Sales rate, cars a week.
    pub rate: f64,
    /// Fair cover τ, weeks.
    pub fair_cover: f64,
    /// Margin of a car, money.
    pub margin: f64,
}

/// Raises the warning: amber beyond ± 20 %, red beyond ± 40 % by default. One car more or fewer than fair is not
/// worth a warning, whatever its share.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let fair = facts.fair_cover * facts.rate;
    let apart = facts.position - fair;
    if fair <= 0.0 || apart.abs() <= 1.0 {
        return None;
    }
    let level = band.level(apart.abs() / fair)?;
    Some(Finding {
        level,
        probability: 1.0,
        money: apart.abs() * facts.margin,
        lead_weeks: 0.0,
        text: format!(
            "{:.0} cars where {fair:.1} would be fair ({:.0} % {})",
            facts.position,
            100.0 * apart.abs() / fair,
            if apart > 0.0 { "more" } else { "less" }
        ),
        text_zh: format!(
            "{:.0}辆，公平份额{fair:.1}辆（{}{:.0}%）",
            facts.position,
            if apart > 0.0 { "多" } else { "少" },
            100.0 * apart.abs() / fair
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_either_way() {
        let band = Band { amber: 0.2, red: 0.4 };
        let facts = |position| Facts { position, rate: 5.0, fair_cover: 4.0, margin: 10.0 };
        assert!(check(&facts(23.0), band).is_none());
        assert!(check(&facts(15.0), band).unwrap().text.contains("25 % less"));
        assert!(check(&Facts { position: 2.0, rate: 0.3, ..facts(0.0) }, band).is_none());
    }
}
