//! The answer: which vehicle visits which nodes in which order.

use super::control::End;
use super::measure::{Cost, Distance};

/// One vehicle's tour, without its depots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    /// The vehicle's kind.
    pub kind: usize,
    /// Nodes in the order of visits.
    pub visits: Vec<usize>,
}

/// Tours that serve every request.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The tours; none is empty.
    pub tours: Vec<Tour>,
    /// Length of all tours.
    pub distance: Distance,
    /// Fixed cost plus distance times rate.
    pub cost: Cost,
    /// Why the search ended.
    pub end: End,
    /// Ruin-and-recreate steps done.
    pub iterations: u64,
}

impl Plan {
    /// Tours, cost: what a planner compares.
    pub fn vehicles(&self) -> usize {
        self.tours.len()
    }
}
