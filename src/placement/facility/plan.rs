use crate::ids::SiteId;
use crate::placement::control::End;

/// The answer to a facility-location problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// For each client the sites that serve it, with the share of its demand.
    pub served: Vec<Vec<(SiteId, f64)>>,
    /// Total cost in the user's unit of money.
    pub cost: f64,
    /// Total cost in scaled whole money, where it is whole (no divided demand).
    pub exact: Option<i64>,
    /// Proven lower bound in the user's unit of money.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// Prices of serving each client that prove the root bound, in the user's unit of money; empty where there are none.
    pub multipliers: Vec<f64>,
}

impl Plan {
    /// The answer of a problem that has none.
    pub fn infeasible(nodes: u64) -> Self {
        Self {
            open: Vec::new(),
            served: Vec::new(),
            cost: f64::INFINITY,
            exact: None,
            bound: f64::INFINITY,
            end: End::Infeasible,
            nodes,
            multipliers: Vec::new(),
        }
    }

    /// Relative gap between cost and bound.
    pub fn gap(&self) -> f64 {
        crate::placement::control::gap(self.cost, self.bound)
    }
}
