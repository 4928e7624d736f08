use crate::ids::SiteId;
use crate::placement::control::End;

/// The answer to a maximal covering problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Weight within reach of an open site.
    pub covered: i64,
    /// Proven upper bound on the weight that any choice covers.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// Multipliers u of the root bound, times `scale`; empty when none was proved.
    pub multipliers: Vec<i64>,
    /// What the multipliers are multiplied by.
    pub scale: i64,
}

impl Plan {
    /// Relative gap between covered weight and bound.
    pub fn gap(&self) -> f64 {
        crate::placement::control::gap(self.covered as f64, self.bound)
    }
}
