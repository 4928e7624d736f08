//! The answer: tours by day with what they bring.

use crate::routing::End;

/// One stop of a tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The customer, from 0.
    pub customer: usize,
    /// Units brought.
    pub units: i64,
}

/// Tours of all days.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By day: tours, each in the order of its stops.
    pub days: Vec<Vec<Vec<Delivery>>>,
    /// Cost of driving.
    pub driving: i64,
    /// Cost of holding.
    pub holding: i64,
    /// Proven lower bound on the cost, if there is one.
    pub bound: Option<f64>,
    /// Why the search ended.
    pub end: End,
    /// Ruin-and-recreate steps done.
    pub steps: u64,
}

impl Plan {
    /// Driving and holding.
    pub fn cost(&self) -> i64 {
        self.driving + self.holding
    }
}
