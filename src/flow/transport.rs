//! Transport simplex for dense problems.
//!
//! `min Σ c_ij x_ij`, `Σ_j x_ij <= supply_i`, `Σ_i x_ij = demand_j`, `x >= 0`. The basis is a strongly feasible spanning tree
//! (every arc without flow points to the root), so that degenerate pivots cannot cycle; arcs outside the tree are implicit
//! in the cost table. A pivot takes the most negative reduced cost `c_ij - π_i + π_j` of one row, found in a loop over
//! plain slices that the compiler turns into vector instructions. Costs that are whole numbers are computed exactly.

use super::FlowError;
use super::tree::{NONE, Tree};

/// A dense problem; `cost` is row by row, infinite where a pair is forbidden.
#[derive(Clone, Copy, Debug)]
pub struct Transport<'a> {
    /// Units each source can give.
    pub supply: &'a [i64],
    /// Units each sink must get.
    pub demand: &'a [i64],
    /// Cost per unit, `supply.len() × demand.len()`.
    pub cost: &'a [f64],
}

/// Who supplies whom.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportPlan {
    /// Source, sink and units, sorted, units above zero.
    pub flows: Vec<(usize, usize, i64)>,
    /// Cost of the flows.
    pub cost: f64,
    /// Change of the cost per unit more at a source (0 or less).
    pub source_price: Vec<f64>,
    /// Change of the cost per unit more at a sink.
    pub sink_price: Vec<f64>,
    /// Simplex pivots.
    pub pivots: u64,
}

/// Solves the problem.
pub fn solve(problem: &Transport<'_>) -> Result<TransportPlan, FlowError> {
    check(problem)?;
    let mut simplex = Simplex::new(problem);
    simplex.run();
    simplex.plan()
}

fn check(p: &Transport<'_>) -> Result<(), FlowError> {
    let shape = |text: String| Err(FlowError::Shape(text));
    let (m, n) = (p.supply.len(), p.demand.len());
    if p.cost.len() != m * n {
        return shape(format!("{} costs for {m} sources and {n} sinks: give {} of them", p.cost.len(), m * n));
    }
    if m + n > 1 << 30 {
        return shape("the problem has more than a thousand million nodes: split it".into());
    }
    if let Some(i) = p.supply.iter().position(|&s| s < 0) {
        return shape(format!("the supply of source {i} is negative: give 0 or more"));
    }
    if let Some(j) = p.demand.iter().position(|&d| d < 0) {
        return shape(format!("the demand of sink {j} is negative: give 0 or more"));
    }
    if let Some(k) = p.cost.iter().position(|c| c.is_nan() || *c == f64::NEG_INFINITY) {
        return shape(format!("the cost from source {} to sink {} is not a number: correct it", k / n, k % n));
    }
    let total = |units: &[i64]| units.iter().try_fold(0_i64, |sum, &u| sum.checked_add(u));
    match (total(p.supply), total(p.demand)) {
        (Some(supply), Some(demand)) if supply < demand => Err(FlowError::TooLittle { supply, demand }),
        (Some(_), Some(_)) => Ok(()),
        _ => shape("the units sum up to more than 64 bits hold: count in larger units".into()),
    }
}

/// Width of the vector loops.
const LANES: usize = 8;

struct Simplex<'a> {
    problem: Transport<'a>,
    rows: usize,
    columns: usize,
    /// Node of the sink that takes what is left over; `NONE` when nothing is.
    spare: u32,
    root: u32,
    tree: Tree,
    /// Units on the arc between a node and its parent.
    flow: Vec<i64>,
    /// Sinks whose arc to the root brings units from nowhere, at a prohibitive cost.
    artificial: Vec<bool>,
    prohibitive: f64,
    tolerance: f64,
    pivots: u64,
}

impl<'a> Simplex<'a> {
    fn new(problem: &Transport<'a>) -> Self {
        let (rows, columns) = (problem.supply.len(), problem.demand.len());
        let surplus = problem.supply.iter().sum::<i64>() - problem.demand.iter().sum::<i64>();
        let spare = if surplus > 0 { (rows + columns) as u32 } else { NONE };
        let root = (rows + columns + usize::from(surplus > 0)) as u32;
        let largest = problem.cost.iter().filter(|c| c.is_finite()).fold(0.0_f64, |m, c| m.max(c.abs()));
        let mut simplex = Self {
            problem: *problem,
            rows,
            columns,
            spare,
            root,
            tree: Tree::new(root as usize + 1),
            flow: vec![0; root as usize],
            artificial: vec![false; root as usize],
            prohibitive: (largest + 1.0) * (rows + columns + 2) as f64,
            tolerance: 1e-11 * largest,
            pivots: 0,
        };
        simplex.start(surplus);
        simplex
    }

    fn row(&self, i: usize) -> &'a [f64] {
        &self.problem.cost[i * self.columns..(i + 1) * self.columns]
    }

    fn is_row(&self, node: u32) -> bool {
        (node as usize) < self.rows
    }

    /// Whether the arc between a node and its parent points up.
    fn points_up(&self, node: u32) -> bool {
        self.is_row(node) || (self.tree.parent[node as usize] == self.root && !self.artificial[node as usize])
    }

    /// Greedy start: every source serves the sinks that are cheapest for it compared with their cheapest source.
    fn start(&mut self, surplus: i64) {
        let mut least = vec![f64::INFINITY; self.columns];
        for i in 0..self.rows {
            least.iter_mut().zip(self.row(i)).for_each(|(m, &c)| *m = m.min(c));
        }
        // A sink that is served is priced out by an infinite handicap.
        let mut handicap: Vec<f64> = least.iter().map(|&m| if m.is_finite() { -m } else { 0.0 }).collect();
        let mut wanted = self.problem.demand.to_vec();
        for (h, &w) in handicap.iter_mut().zip(&wanted) {
            if w == 0 {
                *h = f64::INFINITY;
            }
        }
        let mut arcs = Vec::with_capacity(self.rows + self.columns);
        let mut left = self.problem.supply.to_vec();
        let mut order: Vec<usize> = (0..self.rows).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(left[i]), i));
        for i in order {
            while left[i] > 0 {
                let (value, j) = cheapest(self.row(i), &handicap);
                if value == f64::INFINITY {
                    break;
                }
                let units = left[i].min(wanted[j]);
                left[i] -= units;
                wanted[j] -= units;
                if wanted[j] == 0 {
                    handicap[j] = f64::INFINITY;
                }
                arcs.push((i as u32, (self.rows + j) as u32, units));
            }
        }
        let mut surplus = surplus;
        for (i, left) in left.iter_mut().enumerate() {
            let units = (*left).min(surplus);
            if units > 0 {
                arcs.push((i as u32, self.spare, units));
                *left -= units;
                surplus -= units;
            }
        }
        if wanted.iter().any(|&w| w > 0) {
            // Forbidden pairs stand in the way: start from the root alone.
            self.hang_apart();
        } else {
            self.hang(&arcs);
        }
        self.settle();
    }

    /// Every source gives to the root, every sink takes from it at a prohibitive cost.
    fn hang_apart(&mut self) {
        let given: i64 = self.problem.supply.iter().sum();
        let taken: i64 = self.problem.demand.iter().sum();
        for node in 0..self.root {
            let k = node as usize;
            self.flow[k] = if k < self.rows {
                self.problem.supply[k]
            } else if node == self.spare {
                given - taken
            } else {
                self.problem.demand[k - self.rows]
            };
            self.artificial[k] = k >= self.rows && self.flow[k] > 0;
            self.tree.attach(node, self.root);
        }
    }

    /// Hangs the components of a complete greedy flow under the root, a source on top where there is one.
    fn hang(&mut self, arcs: &[(u32, u32, i64)]) {
        let nodes = self.root as usize;
        let mut from = vec![0_u32; nodes + 2];
        for &(i, j, _) in arcs {
            from[i as usize + 2] += 1;
            from[j as usize + 2] += 1;
        }
        for k in 2..nodes + 2 {
            from[k] += from[k - 1];
        }
        let mut links = vec![(0_u32, 0_i64); 2 * arcs.len()];
        for &(i, j, units) in arcs {
            for (a, b) in [(i, j), (j, i)] {
                let place = &mut from[a as usize + 1];
                links[*place as usize] = (b, units);
                *place += 1;
            }
        }
        let mut seen = vec![false; nodes];
        let mut stack = Vec::new();
        for top in 0..self.root {
            if std::mem::replace(&mut seen[top as usize], true) {
                continue;
            }
            self.tree.attach(top, self.root);
            stack.push(top);
            while let Some(at) = stack.pop() {
                for &(to, units) in &links[from[at as usize] as usize..from[at as usize + 1] as usize] {
                    if !std::mem::replace(&mut seen[to as usize], true) {
                        self.tree.attach(to, at);
                        self.flow[to as usize] = units;
                        stack.push(to);
                    }
                }
            }
        }
    }

    /// Potentials that make every arc of the tree tight: `π_i - π_j = c_ij`.
    fn settle(&mut self) {
        let rises: Vec<f64> = (0..self.root)
            .map(|node| {
                let up = self.tree.parent[node as usize];
                match (up == self.root, self.is_row(node)) {
                    (true, _) if self.artificial[node as usize] => -self.prohibitive,
                    (true, _) => 0.0,
                    (false, true) => self.arc_cost(node, up),
                    (false, false) => -self.arc_cost(up, node),
                }
            })
            .collect();
        self.tree.settle(self.root, |node| rises[node as usize]);
    }

    fn arc_cost(&self, i: u32, j: u32) -> f64 {
        if j == self.spare { 0.0 } else { self.row(i as usize)[j as usize - self.rows] }
    }

    fn run(&mut self) {
        let mut row = 0;
        let mut clean = 0;
        while clean < self.rows {
            match self.price(row) {
                Some(column) => {
                    self.pivot(row as u32, column);
                    clean = 0;
                }
                None => clean += 1,
            }
            row = if row + 1 == self.rows { 0 } else { row + 1 };
        }
    }

    /// The sink with the most negative reduced cost in a row.
    fn price(&self, i: usize) -> Option<u32> {
        let sinks = &self.tree.potential[self.rows..self.rows + self.columns];
        let limit = self.tree.potential[i] - self.tolerance;
        let (mut value, column) = cheapest(self.row(i), sinks);
        let mut node = (self.rows + column) as u32;
        if self.spare != NONE && self.tree.potential[self.spare as usize] < value {
            value = self.tree.potential[self.spare as usize];
            node = self.spare;
        }
        (value < limit).then_some(node)
    }

    fn pivot(&mut self, i: u32, j: u32) {
        self.pivots += 1;
        let apex = self.tree.apex(i, j);
        // Units run i → j, up from j to the apex and down to i: arcs against that direction lose them. Of several that run
        // empty together the last one seen from the apex leaves, which keeps the tree strongly feasible.
        let (mut units, mut leaving, mut below_sink) = (i64::MAX, NONE, false);
        let mut at = i;
        while at != apex {
            if self.points_up(at) && self.flow[at as usize] < units {
                (units, leaving) = (self.flow[at as usize], at);
            }
            at = self.tree.parent[at as usize];
        }
        at = j;
        while at != apex {
            if !self.points_up(at) && self.flow[at as usize] <= units {
                (units, leaving, below_sink) = (self.flow[at as usize], at, true);
            }
            at = self.tree.parent[at as usize];
        }
        if units > 0 {
            self.push(i, apex, -units);
            self.push(j, apex, units);
        }
        let reduced = self.arc_cost(i, j) - self.tree.potential[i as usize] + self.tree.potential[j as usize];
        let (node, under, change) = if below_sink { (j, i, -reduced) } else { (i, j, reduced) };
        let flow = &mut self.flow;
        self.artificial[leaving as usize] = false;
        self.tree.rehang(leaving, node, under, change, |lower, upper| flow[upper as usize] = flow[lower as usize]);
        self.flow[node as usize] = units;
    }

    /// Adds units to the arcs that point up on the way to the apex and takes them from the others.
    fn push(&mut self, from: u32, apex: u32, units: i64) {
        let mut at = from;
        while at != apex {
            self.flow[at as usize] += if self.points_up(at) { units } else { -units };
            at = self.tree.parent[at as usize];
        }
    }

    /// Sinks served from nowhere. The spare sink is none of them: every source reaches it for nothing.
    fn short(&self) -> Vec<(usize, i64)> {
        (self.rows..self.rows + self.columns)
            .filter(|&c| self.artificial[c] && self.flow[c] > 0)
            .map(|c| (c - self.rows, self.flow[c]))
            .collect()
    }

    fn plan(&self) -> Result<TransportPlan, FlowError> {
        let short = self.short();
        if !short.is_empty() {
            return Err(FlowError::Unserved { short });
        }
        let mut flows = Vec::with_capacity(self.rows + self.columns);
        for node in 0..self.root {
            let (up, units) = (self.tree.parent[node as usize], self.flow[node as usize]);
            if up == self.root || units == 0 || node == self.spare || up == self.spare {
                continue;
            }
            let (i, j) = if self.is_row(node) { (node, up) } else { (up, node) };
            flows.push((i as usize, j as usize - self.rows, units));
        }
        flows.sort_unstable();
        let cost = flows.iter().map(|&(i, j, units)| units as f64 * self.row(i)[j]).sum();
        // Prices are free up to a constant: nobody pays for a source that is not exhausted.
        let potential = &self.tree.potential;
        let level = if self.spare == NONE {
            potential[..self.rows].iter().copied().fold(f64::NEG_INFINITY, f64::max)
        } else {
            potential[self.spare as usize]
        };
        Ok(TransportPlan {
            flows,
            cost,
            source_price: potential[..self.rows].iter().map(|p| p - level).collect(),
            sink_price: potential[self.rows..self.rows + self.columns].iter().map(|p| level - p).collect(),
            pivots: self.pivots,
        })
    }
}

/// Smallest `a + b` and its first position.
fn cheapest(a: &[f64], b: &[f64]) -> (f64, usize) {
    let mut least = [f64::INFINITY; LANES];
    let (chunks_a, chunks_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (rest_a, rest_b) = (chunks_a.remainder(), chunks_b.remainder());
    for (x, y) in chunks_a.zip(chunks_b) {
        for k in 0..LANES {
            let value = x[k] + y[k];
            least[k] = if value < least[k] { value } else { least[k] };
        }
    }
    let mut value = least.into_iter().fold(f64::INFINITY, f64::min);
    for (x, y) in rest_a.iter().zip(rest_b) {
        value = value.min(x + y);
    }
    if value == f64::INFINITY {
        return (value, 0);
    }
    (value, a.iter().zip(b).position(|(x, y)| x + y == value).unwrap_or(0))
}

#[cfg(test)]
mod tests;
