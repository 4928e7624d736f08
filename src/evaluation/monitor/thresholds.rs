use super::Band;
use std::collections::BTreeMap;

/// Limits of the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Probability to run out.
    pub stock_out: Band,
    /// Stock coefficient (CADA: 1.5 alert, 2.5 severe).
    pub excess: Band,
    /// Likelihood of passing an age limit.
    pub ageing: f64,
    /// Age limits, days (90 over-age, 180 "stock car"; trade press).
    pub age_days: (f64, f64),
    /// Share of the stock of the wrong kind.
    pub mix: Band,
    /// Probability with which the journey should have ended.
    pub late: Band,
    /// Weeks between false alarms of the demand shift.
    pub false_alarm_weeks: f64,
    /// Tracking signal, mean absolute deviations.
    pub bias: Band,
    /// Value of a slot, share of the price.
    pub slot: Band,
    /// Distance from the fair cover, share.
    pub fairness: Band,
    /// Empty share of carriers.
    pub carrier: Band,
    /// Used share of the credit line.
    pub credit: Band,
}

impl Default for Thresholds {
    fn default() -> Self {
        let band = |amber, red| Band { amber, red };
        Self {
            stock_out: band(0.10, 0.25),
            excess: band(1.5, 2.5),
            ageing: 0.5,
            age_days: (90.0, 180.0),
            mix: band(0.25, 0.40),
            late: band(0.95, 0.99),
            false_alarm_weeks: 52.0,
            bias: band(4.0, 6.0),
            slot: band(0.01, 0.03),
            fairness: band(0.2, 0.4),
            carrier: band(0.25, 0.5),
            credit: band(0.9, 1.0),
        }
    }
}

/// Thresholds with exceptions: a model's stand before a region's, a region's before the general ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Where nothing else is said.
    pub general: Thresholds,
    /// By region position.
    pub regions: BTreeMap<usize, Thresholds>,
    /// By model position.
    pub models: BTreeMap<usize, Thresholds>,
}

impl Limits {
    /// The thresholds that hold for a region and, if the rule looks at one, a model.
    pub fn of(&self, region: usize, model: Option<usize>) -> &Thresholds {
        let by_model = model.and_then(|m| self.models.get(&m));
        by_model.or_else(|| self.regions.get(&region)).unwrap_or(&self.general)
    }
}
