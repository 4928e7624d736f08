//! The numbers that steer the search.

use crate::routing::Problem;

/// Steering numbers; [`Tuning::of`] is what `solve` uses.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Average number of nodes a ruin removes.
    pub removed: f64,
    /// Longest string a ruin removes.
    pub string: f64,
    /// Chance that a string keeps nodes in its middle.
    pub split: f64,
    /// Chance that such a middle grows by one more node.
    pub middle: f64,
    /// Chance that the best place in a route is overlooked.
    pub blink: f64,
    /// First temperature, as a share of the mean arc of the first solution.
    pub hot: f64,
    /// Last temperature, likewise.
    pub cold: f64,
}

impl Tuning {
    /// The numbers for a kind of problem, found by trial: time windows make the landscape rougher.
    pub fn of(problem: &Problem) -> Self {
        if problem.timed() { Self { hot: 0.5, cold: 0.01, ..Self::default() } } else { Self::default() }
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self { removed: 10.0, string: 10.0, split: 0.5, middle: 0.01, blink: 0.01, hot: 0.3, cold: 0.003 }
    }
}
