use crate::ids::SiteId;
use crate::placement::control::End;

/// The answer to a maximum-capture problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Demand captured.
    pub captured: f64,
    /// Proven upper bound on the demand that any choice captures.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

impl Plan {
    /// Relative gap between captured demand and bound.
    pub fn gap(&self) -> f64 {
        crate::placement::control::gap(self.captured, self.bound)
    }
}
