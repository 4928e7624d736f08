//! The guaranteed-service model: where a supply chain keeps its safety stock.
//!
//! Stage `i` promises its customers delivery within `S_i` and is itself promised `SI_i = max S` of its suppliers; it bounds
//! the demand it guarantees by `μ t + k_i √t` and holds stock for the net time `SI_i + T_i - S_i`:
//! `min Σ h_i k_i √(SI_i + T_i - S_i)` subject to `S_i <= SI_i + T_i`, `SI_j >= S_i` on every arc, `S_i` at most what an
//! outside customer accepts (Simpson 1958; Graves & Willems 2000).
//!
//! With whole times, best promises are whole. Chains whose arcs form a tree (or a forest) are solved by dynamic programming
//! over the promises; other chains by branch and bound whose bound is the same dynamic programme over a spanning forest,
//! with Lagrangian prices on the arcs left out. Times that are not whole are left to branch and bound on the net times,
//! whose concave cost is replaced by its chord in a linear programme. Both are exact to the gap stated in the answer.

mod chain;
mod chords;
mod forest;
mod polish;
mod prices;

pub use chain::{Chain, Part, Stage, Supplier};

use super::PolicyError;

/// How far the search on general networks may go.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Relative gap at which the search ends.
    pub gap: f64,
    /// Nodes of the search; counted, so that the answer is repeatable.
    pub nodes: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { gap: 1e-9, nodes: 2_000_000 }
    }
}

/// Promises and the safety stock they need.
#[derive(Clone, Debug, PartialEq)]
pub struct GsmPlan {
    /// Promise of each stage to its customers, in the order of the stages.
    pub outgoing: Vec<f64>,
    /// What each stage is promised by its suppliers.
    pub incoming: Vec<f64>,
    /// Safety stock of each stage: `k √(SI + T - S)`.
    pub safety_stock: Vec<f64>,
    /// Holding cost of all safety stock per unit of time.
    pub cost: f64,
    /// Proven lower bound on the cost.
    pub bound: f64,
    /// Nodes of the search (1 for trees).
    pub nodes: usize,
}

impl GsmPlan {
    /// Whether the cost is proven best within the gap asked for.
    pub fn gap(&self) -> f64 {
        ((self.cost - self.bound) / self.cost.abs().max(1e-300)).max(0.0)
    }
}

/// Which algorithm to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The one that fits the chain.
    #[default]
    Fitting,
    /// Branch and bound over a spanning forest (whole times only).
    Prices,
    /// Branch and bound over chords.
    Chords,
}

/// What an algorithm found.
struct Found {
    outgoing: Vec<f64>,
    bound: f64,
    nodes: usize,
}

/// Finds the promises of least holding cost.
pub fn solve(chain: &Chain, effort: &Effort) -> Result<GsmPlan, PolicyError> {
    solve_by(chain, effort, Method::Fitting)
}

/// The same by a stated algorithm (for second opinions).
pub fn solve_by(chain: &Chain, effort: &Effort, method: Method) -> Result<GsmPlan, PolicyError> {
    let whole = chain.has_whole_times();
    let found = match method {
        Method::Fitting | Method::Prices if whole => prices::solve(chain, effort),
        Method::Prices => {
            return Err(PolicyError::Shape("this algorithm needs whole times: use the fitting one".into()));
        }
        _ => chords::solve(chain, effort)?,
    };
    Ok(finish(chain, found))
}

fn finish(chain: &Chain, found: Found) -> GsmPlan {
    let Found { outgoing, bound, nodes } = found;
    let incoming = chain.incoming(&outgoing);
    let net = |i: usize, lead: f64| (incoming[i] + lead - outgoing[i]).max(0.0);
    let safety_stock = chain.stages().iter().enumerate().map(|(i, s)| s.spread * net(i, s.lead).sqrt()).collect();
    let cost = chain.cost(&outgoing);
    GsmPlan { outgoing, incoming, safety_stock, cost, bound: bound.min(cost), nodes }
}

#[cfg(test)]
mod tests;
