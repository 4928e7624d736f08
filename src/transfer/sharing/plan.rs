/// Stock of each site.
#[derive(Clone, Debug, PartialEq)]
pub struct SharingPlan {
    /// Cars at each site before demand.
    pub stock: Vec<f64>,
    /// Expected cost over the scenarios (money).
    pub cost: f64,
    /// Proven lower bound over the same scenarios.
    pub bound: f64,
    /// Rounds of the L-shaped method.
    pub rounds: usize,
}

impl SharingPlan {
    /// Relative gap between cost and bound.
    pub fn gap(&self) -> f64 {
        ((self.cost - self.bound) / self.cost.abs().max(1e-12)).max(0.0)
    }
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a number lies inside.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}
