use super::{Band, Rule};
use std::collections::BTreeMap;

/// Where a limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Where nothing else is said.
    Everywhere,
    /// In a region (its position).
    Region(usize),
    /// For a model (its position).
    Model(usize),
}

/// Limits of the rules, with exceptions: a model's stand before a region's, a region's before the general ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Age limits, days (90 over-age, 180 "stock car"; trade press).
    pub age_days: (f64, f64),
    exceptions: BTreeMap<(Rule, Reach), Band>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { age_days: (90.0, 180.0), exceptions: BTreeMap::new() }
    }
}

/// The program's own limits. Ageing: the likelihood of passing an age limit, the demand shift: weeks between false
/// alarms; both have one number, which stands as amber.
pub fn built_in(rule: Rule) -> Band {
    let band = |amber, red| Band { amber, red };
    match rule {
        // Probability to run out.
        Rule::StockOut => band(0.10, 0.25),
        // Stock coefficient (CADA: 1.5 alert, 2.5 severe).
        Rule::Excess => band(1.5, 2.5),
        Rule::Ageing => band(0.5, 0.5),
        // Share of the stock of the wrong kind.
        Rule::Mix => band(0.25, 0.40),
        // Probability with which the journey should have ended.
        Rule::LatePipeline => band(0.95, 0.99),
        Rule::DemandShift => band(52.0, 52.0),
        // Tracking signal, mean absolute deviations.
        Rule::ForecastBias => band(4.0, 6.0),
        // A chance is one as soon as it pays.
        Rule::TransferChance => band(0.0, 0.0),
        // Value of a slot, share of the price.
        Rule::BindingSupply => band(0.01, 0.03),
        // Distance from the fair cover, share.
        Rule::Fairness => band(0.2, 0.4),
        // Empty share of carriers.
        Rule::CarrierLoad => band(0.25, 0.5),
        // Used share of the credit line.
        Rule::Credit => band(0.9, 1.0),
    }
}

impl Limits {
    /// Sets limits; `None` keeps what held before. A red limit below amber is raised to it.
    pub fn set(&mut self, rule: Rule, reach: Reach, amber: Option<f64>, red: Option<f64>) {
        let old = match reach {
            Reach::Everywhere => self.band(rule, None, None),
            Reach::Region(r) => self.band(rule, Some(r), None),
            Reach::Model(m) => self.band(rule, None, Some(m)),
        };
        let amber = amber.unwrap_or(old.amber);
        self.exceptions.insert((rule, reach), Band { amber, red: red.unwrap_or(old.red).max(amber) });
    }

    /// The limits of a rule in a region and, if the rule looks at one, for a model.
    pub fn band(&self, rule: Rule, region: Option<usize>, model: Option<usize>) -> Band {
        let at = |reach: Option<Reach>| reach.and_then(|r| self.exceptions.get(&(rule, r))).copied();
        at(model.map(Reach::Model))
            .or_else(|| at(region.map(Reach::Region)))
            .or_else(|| at(Some(Reach::Everywhere)))
            .unwrap_or_else(|| built_in(rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_stands_before_a_region_and_rules_do_not_mix() {
        let mut limits = Limits::default();
        limits.set(Rule::Excess, Reach::Everywhere, Some(1.2), None);
        limits.set(Rule::Excess, Reach::Region(3), Some(2.0), Some(3.0));
        limits.set(Rule::Excess, Reach::Model(7), Some(4.0), None);
        limits.set(Rule::StockOut, Reach::Region(3), None, Some(0.5));
        assert_eq!(limits.band(Rule::Excess, Some(1), Some(1)), Band { amber: 1.2, red: 2.5 });
        assert_eq!(limits.band(Rule::Excess, Some(3), Some(1)), Band { amber: 2.0, red: 3.0 });
        assert_eq!(limits.band(Rule::Excess, Some(3), Some(7)), Band { amber: 4.0, red: 4.0 });
        assert_eq!(limits.band(Rule::StockOut, Some(3), Some(7)), Band { amber: 0.1, red: 0.5 });
        assert_eq!(limits.band(Rule::Mix, None, None), built_in(Rule::Mix));
    }
}
