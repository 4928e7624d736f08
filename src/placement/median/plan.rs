use crate::ids::SiteId;
use crate::placement::control::End;
use crate::placement::descent::proof::Proof;

/// The answer to a p-median problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Sum of the costs from every client to its cheapest open site.
    pub cost: i64,
    /// Lower bound on the cost of any choice, as far as the proof can be checked.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// Why nothing costs less than the bound.
    pub proof: Option<Proof>,
    /// What the multipliers of the proof are multiplied by.
    pub scale: i64,
}

impl Plan {
    /// One multiplier a client, times `scale`: those with which the proof begins; empty without a proof over all clients.
    pub fn multipliers(&self, clients: usize) -> Vec<i64> {
        let Some(proof) = self.proof.as_ref().filter(|p| p.clients.len() == clients) else { return Vec::new() };
        let Some(first) = proof.nodes.first().and_then(|n| n.multipliers.first()) else { return Vec::new() };
        let mut all = vec![0; clients];
        for (&client, &v) in proof.clients.iter().zip(first.iter()) {
            match all.get_mut(client as usize) {
                Some(place) => *place = v,
                None => return Vec::new(),
            }
        }
        all
    }

    /// Relative gap between cost and bound.
    pub fn gap(&self) -> f64 {
        crate::placement::control::gap(self.cost as f64, self.bound)
    }
}
