use super::problem::SharingError;
use crate::lp::{Col, Hot, Limits, Programme, Status};

/// A linear piece below the cost of a group of scenarios: `θ_g >= value + gradient · (S - at)`.
pub struct Cut {
    pub group: usize,
    pub value: f64,
    pub gradient: Vec<f64>,
}

/// The master programme: stocks, one cost per group, the cuts so far.
pub struct Master {
    hot: Hot,
    sites: usize,
    largest: Vec<f64>,
}

impl Master {
    /// `min Σ θ_g`, `0 <= S_i <= largest_i`, `θ_g >= 0` (no cost is negative).
    pub fn new(largest: Vec<f64>, groups: usize) -> Result<Self, SharingError> {
        let mut p = Programme::new();
        for &most in &largest {
            p.column(0.0, 0.0, most);
        }
        for _ in 0..groups {
            p.column(1.0, 0.0, f64::INFINITY);
        }
        let hot = Hot::new(&p, &Limits { presolve: false, ..Limits::default() })?;
        Ok(Self { hot, sites: largest.len(), largest })
    }

    /// Adds the cuts found at a stock.
    pub fn cut(&mut self, at: &[f64], cuts: &[Cut]) -> Result<(), SharingError> {
        let rows: Vec<_> = cuts
            .iter()
            .map(|cut| {
                let level = cut.value - cut.gradient.iter().zip(at).map(|(g, s)| g * s).sum::<f64>();
                let stock = cut.gradient.iter().enumerate().map(|(i, g)| (Col::at(i), -g));
                (level, f64::INFINITY, stock.chain([(Col::at(self.sites + cut.group), 1.0)]).collect())
            })
            .collect();
        self.hot.add_rows(&rows)?;
        Ok(())
    }

    /// The least cost the cuts allow within `radius` of a stock, and where.
    pub fn solve(&mut self, centre: &[f64], radius: f64) -> Result<(f64, Vec<f64>), SharingError> {
        for (i, &c) in centre.iter().enumerate() {
            let (low, high) = ((c - radius).max(0.0), (c + radius).min(self.largest[i]));
            self.hot.set_column_bounds(Col::at(i), low, high)?;
        }
        let answer = self.hot.run()?;
        match answer.status {
            Status::Optimal => Ok((answer.objective, answer.values[..self.sites].to_vec())),
            other => Err(crate::lp::Failure::Solver(format!("status {other:?} of a bounded programme")).into()),
        }
    }
}
