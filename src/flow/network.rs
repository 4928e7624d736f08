//! Network simplex for sparse networks with capacities.
//!
//! `min Σ c_a x_a`, `out(v) - in(v) = b_v`, `0 <= x_a <= u_a`. Strongly feasible spanning trees, block search for the entering
//! arc, one artificial arc per node at a prohibitive cost. Costs that are whole numbers are computed exactly.

use super::FlowError;
use super::tree::Tree;

/// An arc.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Node it leaves.
    pub from: usize,
    /// Node it enters.
    pub to: usize,
    /// Cost per unit.
    pub cost: f64,
    /// Most units it carries; `None` without limit.
    pub capacity: Option<i64>,
}

/// A network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Units each node gives (above zero) or takes (below zero); they sum to zero.
    pub balance: Vec<i64>,
    /// Arcs.
    pub arcs: Vec<Arc>,
}

/// What flows where.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkPlan {
    /// Units on each arc.
    pub flow: Vec<i64>,
    /// Cost of the flow.
    pub cost: f64,
    /// Price of a unit at each node: `c - π_from + π_to` is 0 or more on unused arcs, 0 or less on full ones.
    pub price: Vec<f64>,
    /// Simplex pivots.
    pub pivots: u64,
}

/// Solves the network.
pub fn solve(network: &Network) -> Result<NetworkPlan, FlowError> {
    check(network)?;
    let mut simplex = Simplex::new(network);
    simplex.run()?;
    simplex.plan(network)
}

fn check(network: &Network) -> Result<(), FlowError> {
    let shape = |text: String| Err(FlowError::Shape(text));
    let nodes = network.balance.len();
    for (k, arc) in network.arcs.iter().enumerate() {
        if arc.from >= nodes || arc.to >= nodes {
            return shape(format!(
                "arc {k} ends at a node that does not exist: nodes run from 0 to {}",
                nodes.max(1) - 1
            ));
        }
        if !arc.cost.is_finite() {
            return shape(format!("the cost of arc {k} is not a number: correct it or leave the arc out"));
        }
        if arc.capacity.is_some_and(|c| c < 0) {
            return shape(format!("the capacity of arc {k} is negative: give 0 or more"));
        }
    }
    let total = |sign: i64| {
        network
            .balance
            .iter()
            .filter(|b| b.signum() == sign)
            .try_fold(0_i64, |sum, &b| sum.checked_add(b.checked_abs()?))
    };
    match (total(1), total(-1)) {
        (Some(supply), Some(demand)) if supply < demand => Err(FlowError::TooLittle { supply, demand }),
        (Some(supply), Some(demand)) if supply > demand => {
            shape(format!("{} units are left over: add a node that takes them", supply - demand))
        }
        (Some(_), Some(_)) => Ok(()),
        _ => shape("the units sum up to more than 64 bits hold: count in larger units".into()),
    }
}

/// Stands for no limit.
const FREE: i64 = i64::MAX;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Empty,
    Tree,
    Full,
}

struct Simplex {
    from: Vec<u32>,
    to: Vec<u32>,
    cost: Vec<f64>,
    capacity: Vec<i64>,
    flow: Vec<i64>,
    state: Vec<State>,
    /// Arc between a node and its parent, and whether it points up.
    arc: Vec<u32>,
    up: Vec<bool>,
    tree: Tree,
    nodes: usize,
    real: usize,
    next: usize,
    tolerance: f64,
    pivots: u64,
}

impl Simplex {
    fn new(network: &Network) -> Self {
        let (nodes, real) = (network.balance.len(), network.arcs.len());
        let root = nodes as u32;
        let largest = network.arcs.iter().fold(0.0_f64, |m, a| m.max(a.cost.abs()));
        let mut s = Self {
            from: network.arcs.iter().map(|a| a.from as u32).collect(),
            to: network.arcs.iter().map(|a| a.to as u32).collect(),
            cost: network.arcs.iter().map(|a| a.cost).collect(),
            capacity: network.arcs.iter().map(|a| a.capacity.unwrap_or(FREE)).collect(),
            flow: vec![0; real],
            state: vec![State::Empty; real],
            arc: vec![0; nodes],
            up: vec![false; nodes],
            tree: Tree::new(nodes + 1),
            nodes,
            real,
            next: 0,
            tolerance: 1e-11 * largest,
            pivots: 0,
        };
        let prohibitive = (largest + 1.0) * (nodes + 1) as f64;
        for (v, &b) in network.balance.iter().enumerate() {
            let (from, to) = if b >= 0 { (v as u32, root) } else { (root, v as u32) };
            s.from.push(from);
            s.to.push(to);
            s.cost.push(prohibitive);
            s.capacity.push(FREE);
            s.flow.push(b.abs());
            s.state.push(State::Tree);
            s.arc[v] = (real + v) as u32;
            s.up[v] = b >= 0;
            s.tree.attach(v as u32, root);
        }
        let up = s.up.clone();
        s.tree.settle(root, |v| if up[v as usize] { prohibitive } else { -prohibitive });
        s
    }

    fn run(&mut self) -> Result<(), FlowError> {
        let block = ((self.real as f64).sqrt() as usize).max(16);
        while let Some(entering) = self.enter(block) {
            self.pivot(entering)?;
        }
        Ok(())
    }

    /// The worst arc of the first block that has one.
    fn enter(&mut self, block: usize) -> Option<usize> {
        let (mut worst, mut found, mut left) = (self.tolerance, None, block);
        for _ in 0..self.real {
            let a = self.next;
            self.next = if a + 1 == self.real { 0 } else { a + 1 };
            let potential = &self.tree.potential;
            let reduced = self.cost[a] - potential[self.from[a] as usize] + potential[self.to[a] as usize];
            let breach = match self.state[a] {
                State::Empty => -reduced,
                State::Full => reduced,
                State::Tree => 0.0,
            };
            if breach > worst && self.capacity[a] > 0 {
                (worst, found) = (breach, Some(a));
            }
            left -= 1;
            if left == 0 {
                if found.is_some() {
                    break;
                }
                left = block;
            }
        }
        found
    }

    fn pivot(&mut self, entering: usize) -> Result<(), FlowError> {
        self.pivots += 1;
        let forward = self.state[entering] == State::Empty;
        let (from, to) = (self.from[entering], self.to[entering]);
        let (first, second) = if forward { (from, to) } else { (to, from) };
        let apex = self.tree.apex(first, second);
        // The cycle runs first → second, up to the apex and down to first; of the arcs that block it the last one seen from
        // the apex leaves.
        let room = |s: &Self, v: u32, rising: bool| {
            let a = s.arc[v as usize] as usize;
            if s.up[v as usize] != rising {
                s.flow[a]
            } else if s.capacity[a] == FREE {
                FREE
            } else {
                s.capacity[a] - s.flow[a]
            }
        };
        let (mut units, mut leaving) = (self.capacity[entering], None);
        let mut at = first;
        while at != apex {
            let r = room(self, at, false);
            if r < units {
                (units, leaving) = (r, Some((at, true)));
            }
            at = self.tree.parent[at as usize];
        }
        at = second;
        while at != apex {
            let r = room(self, at, true);
            if r <= units && r != FREE {
                (units, leaving) = (r, Some((at, false)));
            }
            at = self.tree.parent[at as usize];
        }
        if units == FREE {
            return Err(FlowError::Unbounded { arc: entering });
        }
        self.push(first, apex, false, units);
        self.push(second, apex, true, units);
        self.flow[entering] += if forward { units } else { -units };
        let Some((top, below_first)) = leaving else {
            self.state[entering] = if forward { State::Full } else { State::Empty };
            return Ok(());
        };
        let out = self.arc[top as usize] as usize;
        self.state[out] = if self.flow[out] == 0 { State::Empty } else { State::Full };
        self.state[entering] = State::Tree;
        let potential = &self.tree.potential;
        let reduced = self.cost[entering] - potential[from as usize] + potential[to as usize];
        let (node, under) = if below_first { (first, second) } else { (second, first) };
        let change = if node == from { reduced } else { -reduced };
        let (arc, up) = (&mut self.arc, &mut self.up);
        self.tree.rehang(top, node, under, change, |lower, upper| {
            arc[upper as usize] = arc[lower as usize];
            up[upper as usize] = !up[lower as usize];
        });
        self.arc[node as usize] = entering as u32;
        self.up[node as usize] = node == from;
        Ok(())
    }

    /// Sends units along the path between a node and the apex, upwards when `rising`.
    fn push(&mut self, from: u32, apex: u32, rising: bool, units: i64) {
        if units == 0 {
            return;
        }
        let mut at = from;
        while at != apex {
            let a = self.arc[at as usize] as usize;
            self.flow[a] += if self.up[at as usize] == rising { units } else { -units };
            at = self.tree.parent[at as usize];
        }
    }

    fn plan(mut self, network: &Network) -> Result<NetworkPlan, FlowError> {
        let short: Vec<(usize, i64)> = (0..self.nodes)
            .filter(|&v| network.balance[v] < 0 && self.flow[self.real + v] > 0)
            .map(|v| (v, self.flow[self.real + v]))
            .collect();
        if !short.is_empty() {
            return Err(FlowError::Unserved { short });
        }
        self.flow.truncate(self.real);
        self.tree.potential.truncate(self.nodes);
        let cost = network.arcs.iter().zip(&self.flow).map(|(a, &f)| a.cost * f as f64).sum();
        Ok(NetworkPlan { flow: self.flow, cost, price: self.tree.potential, pivots: self.pivots })
    }
}

#[cfg(test)]
mod tests;
