use crate::ids::SiteId;
use crate::placement::control::End;

/// The answer to a p-median problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Sum of the costs from every client to its cheapest open site.
    pub cost: i64,
    /// Proven lower bound on the cost of any choice.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// Multipliers of the root bound, times `scale`; empty when none was proved.
    pub multipliers: Vec<i64>,
    /// What the multipliers are multiplied by.
    pub scale: i64,
}

impl Plan {
    /// Relative gap between cost and bound.
    pub fn gap(&self) -> f64 {
        crate::placement::control::gap(self.cost as f64, self.bound)
    }
}
