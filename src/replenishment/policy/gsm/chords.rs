//! Any network, any times: branch and bound on the net times.
//!
//! On a box `l <= x <= u` of net times the concave `√x` is at least its chord, so the chord costs give a linear programme
//! whose optimum bounds the box from below. Its vertices are promises: their true cost is an upper bound, after a local
//! search over single promises. The stage whose chord lies furthest below its cost is split. At `l` and `u` the chord is
//! exact, and best promises tend to be "all or nothing", so few splits are needed.

use super::super::PolicyError;
use super::{Chain, Effort, Found, polish};
use crate::lp::{Col, Failure, Hot, Limits, Programme, Row, Status};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A box of net times with the bound inherited from its parent.
struct Node {
    bound: f64,
    low: Vec<f32>,
    high: Vec<f32>,
    number: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    /// The heap yields the lowest bound, then the youngest node.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

/// Searches until the gap or the number of nodes is reached.
pub fn solve(chain: &Chain, effort: &Effort) -> Result<Found, PolicyError> {
    Search::new(chain)?.run(effort)
}

struct Search<'a> {
    chain: &'a Chain,
    price: Vec<f64>,
    whole: bool,
    hot: Hot,
    best: (f64, Vec<f64>),
}

fn failed(failure: &Failure) -> PolicyError {
    PolicyError::Solver(failure.to_string())
}

impl<'a> Search<'a> {
    fn new(chain: &'a Chain) -> Result<Self, PolicyError> {
        let n = chain.stages().len();
        let longest = chain.longest();
        let mut p = Programme::new();
        // Columns S_0 … S_{n-1}, SI_0 … SI_{n-1}; rows: net time of each stage, then the arcs.
        for (i, s) in chain.stages().iter().enumerate() {
            p.column(0.0, 0.0, s.max_service.min(longest[i]));
        }
        for (i, s) in chain.stages().iter().enumerate() {
            p.column(0.0, s.inbound, (longest[i] - s.lead).max(s.inbound));
        }
        for (i, s) in chain.stages().iter().enumerate() {
            p.row(-s.lead, longest[i] - s.lead, [(Col::at(n + i), 1.0), (Col::at(i), -1.0)]);
        }
        for &(i, j) in chain.arcs() {
            p.at_least(0.0, [(Col::at(n + j), 1.0), (Col::at(i), -1.0)]);
        }
        let hot = Hot::new(&p, &Limits { presolve: false, ..Limits::default() }).map_err(|e| failed(&e))?;
        let price = chain.stages().iter().map(|s| s.holding * s.spread).collect();
        let whole = chain.has_whole_times();
        Ok(Self { chain, price, whole, hot, best: (f64::INFINITY, vec![0.0; n]) })
    }

    fn run(mut self, effort: &Effort) -> Result<Found, PolicyError> {
        let n = self.price.len();
        let longest = self.chain.longest();
        self.offer(vec![0.0; n]);
        let mut open = BinaryHeap::new();
        open.push(Node { bound: 0.0, low: vec![0.0; n], high: longest.iter().map(|&m| m as f32).collect(), number: 0 });
        let mut numbers = 0;
        let mut visited = 0;
        let mut bound = 0.0_f64;
        while let Some(node) = open.pop() {
            bound = node.bound;
            if self.closed(bound, effort) {
                break;
            }
            if visited >= effort.nodes {
                return Ok(Found { outgoing: self.best.1, bound, nodes: visited });
            }
            visited += 1;
            let Some((lower, net)) = self.relax(&node)? else { continue };
            if self.closed(lower, effort) {
                continue;
            }
            let Some((stage, at)) = self.split(&node, &net) else { continue };
            for side in 0..2 {
                let mut child =
                    Node { bound: lower.max(node.bound), low: node.low.clone(), high: node.high.clone(), number: 0 };
                numbers += 1;
                child.number = numbers;
                if side == 0 {
                    child.high[stage] = at.0 as f32;
                } else {
                    child.low[stage] = at.1 as f32;
                }
                open.push(child);
            }
        }
        let bound = if open.is_empty() && !self.closed(bound, effort) { self.best.0 } else { bound };
        let proven = bound.max(self.best.0 * (1.0 - effort.gap)).min(self.best.0);
        Ok(Found { outgoing: self.best.1, bound: proven, nodes: visited })
    }

    fn closed(&self, bound: f64, effort: &Effort) -> bool {
        bound >= self.best.0 - effort.gap * self.best.0.abs() - 1e-12
    }

    /// Slope and intercept of the chord of `price √x` on a box.
    fn chord(&self, i: usize, low: f64, high: f64) -> (f64, f64) {
        let slope = if high > low { 1.0 / (low.sqrt() + high.sqrt()) } else { 0.0 };
        (self.price[i] * slope, self.price[i] * (low.sqrt() - slope * low))
    }

    /// Bound of a box and the net times that attain it; `None` when the box is empty.
    fn relax(&mut self, node: &Node) -> Result<Option<(f64, Vec<f64>)>, PolicyError> {
        let n = self.price.len();
        let mut constant = 0.0;
        let mut rows = Vec::with_capacity(n);
        for i in 0..n {
            let (low, high) = (f64::from(node.low[i]), f64::from(node.high[i]));
            let (slope, intercept) = self.chord(i, low, high);
            let lead = self.chain.stages()[i].lead;
            constant += intercept + slope * lead;
            self.hot.set_cost(Col::at(i), -slope).map_err(|e| failed(&e))?;
            self.hot.set_cost(Col::at(n + i), slope).map_err(|e| failed(&e))?;
            rows.push((Row::at(i), low - lead, high - lead));
        }
        self.hot.set_rows_bounds(&rows).map_err(|e| failed(&e))?;
        let answer = self.hot.run().map_err(|e| failed(&e))?;
        match answer.status {
            Status::Optimal => {}
            Status::Infeasible => return Ok(None),
            other => return Err(PolicyError::Solver(format!("status {other:?} on a bounded programme"))),
        }
        let mut outgoing: Vec<f64> = answer.values[..n].to_vec();
        if self.whole {
            for s in &mut outgoing {
                *s = s.round();
            }
        }
        self.offer(outgoing);
        let net = (0..n).map(|i| answer.values[n + i] + self.chain.stages()[i].lead - answer.values[i]).collect();
        Ok(Some((answer.objective + constant, net)))
    }

    /// The stage whose chord is furthest below its cost, and the ends of the two halves.
    fn split(&self, node: &Node, net: &[f64]) -> Option<(usize, (f64, f64))> {
        let gap = |i: usize| {
            let (slope, intercept) = self.chord(i, f64::from(node.low[i]), f64::from(node.high[i]));
            self.price[i] * net[i].max(0.0).sqrt() - (intercept + slope * net[i])
        };
        let stage = (0..net.len()).max_by(|&a, &b| gap(a).total_cmp(&gap(b)).then(b.cmp(&a)))?;
        let (low, high) = (f64::from(node.low[stage]), f64::from(node.high[stage]));
        if gap(stage) <= 1e-12 * self.best.0.abs() || high <= low {
            return None;
        }
        if self.whole {
            // Whole net times: the point itself goes to the side where its chord becomes exact.
            let x = net[stage].round().clamp(low, high - 1.0);
            return Some((stage, (x, x + 1.0)));
        }
        let x = net[stage].clamp(low + 0.05 * (high - low), high - 0.05 * (high - low));
        Some((stage, (x, x)))
    }

    /// Takes promises as an upper bound after a local search over single promises.
    fn offer(&mut self, outgoing: Vec<f64>) {
        polish::offer(self.chain, outgoing, &mut self.best);
    }
}
