//! A balanced panel with one block of treated cells.

/// Outcomes by unit and period; controls first, treated units last.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Names of the units.
    pub units: Vec<String>,
    /// Names of the periods, in order of time.
    pub periods: Vec<String>,
    /// Outcomes, a row for each unit.
    pub outcome: Vec<Vec<f64>>,
    /// Units that are never treated.
    pub controls: usize,
    /// Periods before.
    pub before: usize,
}

/// Why a panel cannot be measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// No cell is treated.
    #[error("nothing is treated: write 1 in the last column of the promotion's cells")]
    Untreated,
    /// Too few controls.
    #[error(
        "there are {0} units without the promotion and {1} with it: more of the former than of the latter, and at least 3, are needed"
    )]
    Controls(usize, usize),
    /// Too few periods before.
    #[error("there are {0} periods before the promotion: at least 2 are needed")]
    Before(usize),
    /// Treated cells that are no block.
    #[error(
        "{0} is not under the promotion from {1} to the end: measure promotions that start together, without the periods after they end"
    )]
    Block(String, String),
}

impl Panel {
    /// Orders units and checks that the treated cells are a block.
    pub fn new(
        units: Vec<String>,
        periods: Vec<String>,
        outcome: Vec<Vec<f64>>,
        treated: &[Vec<bool>],
    ) -> Result<Self, Vec<Fault>> {
        let Some(before) = treated.iter().filter_map(|row| row.iter().position(|&t| t)).min() else {
            return Err(vec![Fault::Untreated]);
        };
        let under: Vec<bool> = treated.iter().map(|row| row.contains(&true)).collect();
        let mut faults = Vec::new();
        for (i, row) in treated.iter().enumerate().filter(|r| under[r.0]) {
            if row.iter().enumerate().any(|(t, &on)| on != (t >= before)) {
                faults.push(Fault::Block(units[i].clone(), periods[before].clone()));
            }
        }
        let order: Vec<usize> =
            (0..units.len()).filter(|&i| !under[i]).chain((0..units.len()).filter(|&i| under[i])).collect();
        let controls = under.iter().filter(|u| !**u).count();
        if controls < 3 || controls <= units.len() - controls {
            faults.push(Fault::Controls(controls, units.len() - controls));
        }
        if before < 2 {
            faults.push(Fault::Before(before));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let units = order.iter().map(|&i| units[i].clone()).collect();
        let outcome = order.iter().map(|&i| outcome[i].clone()).collect();
        Ok(Self { units, periods, outcome, controls, before })
    }

    /// Treated units.
    pub fn treated(&self) -> usize {
        self.units.len() - self.controls
    }

    /// Periods under the promotion.
    pub fn after(&self) -> usize {
        self.periods.len() - self.before
    }

    /// Outcomes with treated units and later periods each as one mean: controls + 1 rows, periods before + 1 columns.
    pub(super) fn collapsed(&self) -> Vec<Vec<f64>> {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let short = |row: &Vec<f64>| {
            let mut cells = row[..self.before].to_vec();
            cells.push(mean(&row[self.before..]));
            cells
        };
        let mut rows: Vec<Vec<f64>> = self.outcome.iter().map(short).collect();
        let under = rows.split_off(self.controls);
        let of = |t: usize| under.iter().map(|r| r[t]).sum::<f64>() / under.len() as f64;
        rows.push((0..=self.before).map(of).collect());
        rows
    }

    /// Standard deviation of the controls' first differences before.
    pub(super) fn noise(&self) -> f64 {
        let steps: Vec<f64> = self.outcome[..self.controls]
            .iter()
            .flat_map(|row| row[..self.before].windows(2).map(|w| w[1] - w[0]))
            .collect();
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        let squares: f64 = steps.iter().map(|s| (s - mean).powi(2)).sum();
        (squares / (steps.len().max(2) - 1) as f64).sqrt()
    }

    /// The panel in which some controls stand as treated and the treated are left out.
    pub(super) fn placebo(&self, as_treated: &[usize]) -> Self {
        let rest = (0..self.controls).filter(|i| !as_treated.contains(i));
        let order: Vec<usize> = rest.chain(as_treated.iter().copied()).collect();
        Self {
            units: order.iter().map(|&i| self.units[i].clone()).collect(),
            periods: self.periods.clone(),
            outcome: order.iter().map(|&i| self.outcome[i].clone()).collect(),
            controls: order.len() - as_treated.len(),
            before: self.before,
        }
    }
}
