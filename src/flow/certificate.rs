//! Checks a flow and its prices against the data alone.

use super::network::{Network, NetworkPlan};
use super::transport::{Transport, TransportPlan};

/// What the check found, recomputed from the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// Largest breach of a supply, demand, capacity or sign, in units.
    pub violation: f64,
    /// Cost of the flow.
    pub cost: f64,
    /// Lower bound on the cost of any flow that the prices prove (minus infinity when they prove none).
    pub bound: f64,
}

impl Certificate {
    /// Whether the flow is feasible and its cost is proven best to a relative tolerance.
    pub fn holds(&self, tolerance: f64) -> bool {
        self.violation == 0.0 && (self.cost - self.bound).abs() <= tolerance * self.cost.abs().max(1.0)
    }
}

/// Checks a transport plan: every demand met exactly, no supply exceeded, and the dual bound
/// `Σ s_i u_i + Σ d_j v_j` with `u <= 0`; pairs that the prices undercut lower the bound by all they could save.
pub fn transport(problem: &Transport<'_>, plan: &TransportPlan) -> Certificate {
    let columns = problem.demand.len();
    let (mut given, mut got) = (vec![0_i64; problem.supply.len()], vec![0_i64; columns]);
    let (mut cost, mut violation) = (0.0, 0_i64);
    for &(i, j, units) in &plan.flows {
        given[i] += units;
        got[j] += units;
        violation = violation.max(-units);
        cost += units as f64 * problem.cost[i * columns + j];
    }
    for (g, s) in given.iter().zip(problem.supply) {
        violation = violation.max(g - s);
    }
    for (g, d) in got.iter().zip(problem.demand) {
        violation = violation.max((g - d).abs());
    }
    let mut bound = 0.0;
    for (i, (&s, &u)) in problem.supply.iter().zip(&plan.source_price).enumerate() {
        bound += s as f64 * u.min(0.0);
        for (j, &v) in plan.sink_price.iter().enumerate() {
            let reduced = problem.cost[i * columns + j] - u.min(0.0) - v;
            if reduced < 0.0 {
                bound += reduced * s.min(problem.demand[j]) as f64;
            }
        }
    }
    bound += problem.demand.iter().zip(&plan.sink_price).map(|(&d, v)| d as f64 * v).sum::<f64>();
    Certificate { violation: violation as f64, cost, bound }
}

/// Checks a network plan: balance at every node, capacities, and the dual bound `Σ b_v π_v + Σ u_a min(0, r_a)`.
pub fn network(problem: &Network, plan: &NetworkPlan) -> Certificate {
    let mut balance = problem.balance.clone();
    let (mut cost, mut violation) = (0.0, 0_i64);
    let mut bound: f64 = problem.balance.iter().zip(&plan.price).map(|(&b, p)| b as f64 * p).sum();
    for (arc, &units) in problem.arcs.iter().zip(&plan.flow) {
        balance[arc.from] -= units;
        balance[arc.to] += units;
        cost += units as f64 * arc.cost;
        violation = violation.max(-units).max(arc.capacity.map_or(0, |c| units - c));
        let reduced = arc.cost - plan.price[arc.from] + plan.price[arc.to];
        if reduced < 0.0 {
            // Without a capacity only rounding may stand here; it counts with the largest sensible flow.
            let total: i64 = problem.balance.iter().filter(|&&b| b > 0).sum();
            bound += reduced * arc.capacity.unwrap_or(total) as f64;
        }
    }
    violation = balance.iter().fold(violation, |v, b| v.max(b.abs()));
    Certificate { violation: violation as f64, cost, bound }
}
