//! The newsvendor and the base-stock policy: one level, reached again in every period.
//!
//! Newsvendor: `S* = F⁻¹(p / (p + h))`, cost `G(S*)`. Base stock with lead time `L` reviewed every period: the same with
//! the demand of `L + 1` periods (Snyder & Shen, sections 4.3 and 4.4).

use super::error::not_negative;
use super::{Law, PolicyError, Rates};

/// A level and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Order-up-to level.
    pub level: f64,
    /// Expected cost of a period.
    pub cost: f64,
    /// Probability that the demand over the interval is met in full.
    pub in_stock: f64,
    /// Expected units short at the end of a period.
    pub short: f64,
}

/// The best single order.
pub fn newsvendor(law: &Law, rates: Rates) -> Result<Level, PolicyError> {
    base_stock(law, rates, 0.0)
}

/// The best base-stock level under a lead time of `lead` periods, reviewed every period.
pub fn base_stock(law: &Law, rates: Rates, lead: f64) -> Result<Level, PolicyError> {
    let demand = law.over(not_negative("lead", lead)? + 1.0)?;
    let level = demand.quantile(rates.critical_ratio());
    Ok(Level {
        level,
        cost: rates.expected(&demand, level),
        in_stock: demand.cumulative(level),
        short: demand.loss(level),
    })
}

/// What a given level costs (the same demand as [`base_stock`]).
pub fn cost_of(law: &Law, rates: Rates, lead: f64, level: f64) -> Result<f64, PolicyError> {
    Ok(rates.expected(&law.over(not_negative("lead", lead)? + 1.0)?, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(law: &str, holding: f64, penalty: f64, lead: f64, level: f64, cost: f64, tolerance: f64) {
        let law: Law = law.parse().unwrap();
        let answer = base_stock(&law, Rates::new(holding, penalty).unwrap(), lead).unwrap();
        assert!((answer.level - level).abs() <= tolerance, "{law}: S {} != {level}", answer.level);
        assert!((answer.cost - cost).abs() <= tolerance, "{law}: cost {} != {cost}", answer.cost);
    }

    #[test]
    fn textbook_rows() {
        check("normal:50,8", 0.18, 0.70, 0.0, 56.603_955_927_4, 1.997_605_193_2, 5e-11);
        check("normal:50,8", 0.18, 0.70, 4.0, 264.766_894_374_2, 4.466_781_004_1, 5e-11);
        check("poisson:18", 200.0, 270.0, 0.0, 19.0, 786.088_440_935_1, 5e-11);
        check("normal:100,20", 2.0, 8.0, 0.0, 116.832_425, 55.992_384, 5e-7);
    }

    #[test]
    fn uniform_demand_has_its_closed_form() {
        // S = 200 · p/(p+h), cost = 200/2 · hp/(h+p)
        check("uniform:0,200", 1.0, 4.0, 0.0, 160.0, 80.0, 1e-10);
    }

    /// No other level costs less, for every law.
    #[test]
    fn levels_are_minima() {
        for law in
            ["normal:50,8", "poisson:2.5", "negbin:6,0.7", "uniform:10,40", "lognormal:2,0.6", "empirical:1,1,4,9.5"]
        {
            let law: Law = law.parse().unwrap();
            let rates = Rates::new(1.3, 7.0).unwrap();
            let leads: &[f64] = if matches!(law, Law::LogNormal { .. }) { &[0.0] } else { &[0.0, 2.0] };
            for &lead in leads {
                let best = base_stock(&law, rates, lead).unwrap();
                for step in [-3.0, -1.0, -0.5, 0.5, 1.0, 3.0] {
                    assert!(cost_of(&law, rates, lead, best.level + step).unwrap() >= best.cost - 1e-12, "{law}");
                }
            }
        }
    }
}
