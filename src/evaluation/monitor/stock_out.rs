//! Stock-out: P(demand until the next order can arrive > position).

use super::{Band, Demand, Finding};

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Stock and cars on the way that arrive in time, cars.
    pub position: f64,
    /// Demand from now until the next order can arrive: lead time and review.
    pub demand: Demand,
    /// Weeks from order to arrival.
    pub lead_weeks: f64,
    /// Weeks between reviews.
    pub review_weeks: f64,
    /// Cost of a lost sale, money per car.
    pub lost_sale: f64,
}

/// Raises the warning. Amber above 0.10, red above 0.25 by default.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let span = facts.lead_weeks + facts.review_weeks;
    let demand = facts.demand;
    let probability = demand.above(facts.position);
    let level = band.level(probability)?;
    let weeks_left = if demand.mean > 0.0 { facts.position / demand.mean * span } else { f64::INFINITY };
    Some(Finding {
        level,
        probability,
        money: demand.beyond(facts.position) * facts.lost_sale,
        lead_weeks: weeks_left.min(span),
        text: format!(
            "{:.0} cars in stock and on the way against {:.1} expected in {span:.1} weeks: {:.0} % chance to run out",
            facts.position,
            demand.mean,
            100.0 * probability
        ),
        text_zh: format!(
            "库存与在途{:.0}辆，{span:.1}周内预计需求{:.1}辆，断货概率{:.0}%",
            facts.position,
            demand.mean,
            100.0 * probability
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::monitor::Level;

    #[test]
    fn both_levels_and_silence() {
        let band = Band { amber: 0.10, red: 0.25 };
        let facts = |position| Facts {
            position,
            demand: Demand { mean: 3.0, dispersion: 0.0 },
            lead_weeks: 2.0,
            review_weeks: 1.0,
            lost_sale: 100.0,
        };
        // Poisson(3): P(> 3) = .353, P(> 4) = .185, P(> 5) = .084.
        let red = check(&facts(3.0), band).unwrap();
        assert_eq!(red.level, Level::Red);
        assert!((red.probability - 0.3528).abs() < 1e-4);
        assert_eq!(check(&facts(4.0), band).unwrap().level, Level::Amber);
        assert!(check(&facts(5.0), band).is_none());
    }
}
