//! Fairness: a dealer's cover further than a fifth below the fair level τ. What another dealer has above it is no trouble
//! of its own: where it is too much, that is excess.

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

/// Raises the warning: amber beyond 20 % too little, red beyond 40 % by default. One car fewer than fair is not worth a
/// warning, whatever its share.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let fair = facts.fair_cover * facts.rate;
    let short = fair - facts.position;
    if fair <= 0.0 || short <= 1.0 {
        return None;
    }
    let level = band.level(short / fair)?;
    let share = 100.0 * short / fair;
    Some(Finding {
        level,
        probability: 1.0,
        money: short * facts.margin,
        lead_weeks: 0.0,
        text: format!("{:.0} cars where {fair:.1} would be fair ({share:.0} % less)", facts.position),
        text_zh: format!("{:.0}辆，公平份额{fair:.1}辆（少{share:.0}%）", facts.position),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_below() {
        let band = Band { amber: 0.2, red: 0.4 };
        let facts = |position| Facts { position, rate: 5.0, fair_cover: 4.0, margin: 10.0 };
        assert!(check(&facts(17.0), band).is_none());
        assert!(check(&facts(60.0), band).is_none());
        assert!(check(&facts(15.0), band).unwrap().text.contains("25 % less"));
        assert!(check(&Facts { position: 2.0, rate: 0.3, ..facts(0.0) }, band).is_none());
    }
}
