//! Carrier load: runs under their minimum load.

use super::{Band, Finding};

/// What the rule looks at: the runs of one carrier group in one week.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Slots loaded.
    pub slots: f64,
    /// Runs.
    pub runs: f64,
    /// Slots of one carrier.
    pub capacity: f64,
    /// Cost of one run, money.
    pub cost: f64,
    /// Weeks until they leave.
    pub weeks: f64,
}

/// Raises the warning when the empty share exceeds 25 % (amber) or 50 % (red) by default. The money is what the empty
/// slots cost.
pub fn check(facts: &Facts, band: Band) -> Option<Finding> {
    let room = facts.runs * facts.capacity;
    if room <= 0.0 {
        return None;
    }
    let empty = 1.0 - facts.slots / room;
    let level = band.level(empty)?;
    Some(Finding {
        level,
        probability: 1.0,
        money: empty * facts.runs * facts.cost,
        lead_weeks: facts.weeks,
        text: format!("{:.0} runs are {:.0} % empty", facts.runs, 100.0 * empty),
        text_zh: format!("{:.0}趟板车空载{:.0}%", facts.runs, 100.0 * empty),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_empty_runs() {
        let band = Band { amber: 0.25, red: 0.5 };
        let facts = |slots| Facts { slots, runs: 2.0, capacity: 8.0, cost: 100.0, weeks: 1.0 };
        assert!(check(&facts(12.0), band).is_none());
        assert_eq!(check(&facts(10.0), band).unwrap().money, 75.0);
        assert!(check(&Facts { runs: 0.0, ..facts(0.0) }, band).is_none());
    }
}
