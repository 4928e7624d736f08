//! Any network with whole times: branch and bound over a spanning forest.
//!
//! The arcs outside a spanning forest get Lagrangian prices: `λ_ij (S_i - SI_j)` with `λ >= 0` joins the cost, and the
//! dynamic programme of the forest gives a bound. The prices climb by subgradient steps of Polyak's length. A box of
//! promises is split at one priced arc and a time `t` into the three cases that `S_i <= SI_j` leaves: both at most `t`, both
//! above `t`, or `S_i <= t < SI_j` (where the arc holds by itself and needs no price). A tree needs one node.

use super::forest::{Bounds, Choice, Forest};
use super::{Chain, Effort, Found, polish};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Subgradient steps at the root and at the other nodes.
const ROOT_STEPS: usize = 300;
const NODE_STEPS: usize = 25;

struct Node {
    bound: f64,
    bounds: Bounds,
    prices: Vec<f64>,
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
pub fn solve(chain: &Chain, effort: &Effort) -> Found {
    let (kept, priced) = span(chain);
    let forest = Forest::new(chain, &kept);
    let start = vec![0.0; chain.stages().len()];
    let mut search = Search { chain, forest, priced, best: (f64::INFINITY, start.clone()), gap: effort.gap };
    polish::offer(chain, start, &mut search.best);
    search.run(effort.nodes)
}

/// Arcs (supplier, customer).
type Arcs = Vec<(usize, usize)>;

/// A spanning forest that keeps the arcs between costly stages, and the arcs left out.
fn span(chain: &Chain) -> (Arcs, Arcs) {
    let price = |i: usize| chain.stages()[i].holding * chain.stages()[i].spread;
    let mut arcs = chain.arcs().to_vec();
    arcs.sort_by(|x, y| (price(y.0) + price(y.1)).total_cmp(&(price(x.0) + price(x.1))).then(x.cmp(y)));
    let mut group: Vec<usize> = (0..chain.stages().len()).collect();
    arcs.into_iter().partition(|&(i, j)| {
        let (a, b) = (group[i], group[j]);
        group.iter_mut().filter(|g| **g == a).for_each(|g| *g = b);
        a != b
    })
}

struct Search<'a> {
    chain: &'a Chain,
    forest: Forest<'a>,
    priced: Vec<(usize, usize)>,
    best: (f64, Vec<f64>),
    gap: f64,
}

impl Search<'_> {
    fn run(mut self, limit: usize) -> Found {
        let mut open = BinaryHeap::new();
        let bounds = self.forest.bounds();
        open.push(Node { bound: 0.0, bounds, prices: vec![0.0; self.priced.len()], number: 0 });
        let (mut visited, mut numbers) = (0, 0);
        let mut proven = f64::INFINITY;
        while let Some(mut node) = open.pop() {
            if self.closed(node.bound) || visited >= limit {
                proven = node.bound;
                break;
            }
            visited += 1;
            let steps = if visited == 1 { ROOT_STEPS } else { NODE_STEPS };
            let Some(choice) = self.climb(&mut node, steps) else { continue };
            if self.closed(node.bound) {
                proven = proven.min(node.bound);
                continue;
            }
            let Some((arc, t)) = self.split(&node, &choice) else {
                // Every arc holds by itself, so the bound is the cost of this box; the choice has been offered.
                proven = proven.min(node.bound);
                continue;
            };
            for case in 0..3 {
                numbers += 1;
                if let Some(bounds) = self.part(&node.bounds, arc, t, case) {
                    open.push(Node { bound: node.bound, bounds, prices: node.prices.clone(), number: numbers });
                }
            }
        }
        let bound = proven.min(self.best.0);
        Found { outgoing: self.best.1, bound, nodes: visited }
    }

    fn closed(&self, bound: f64) -> bool {
        bound >= self.best.0 - self.gap * self.best.0.abs() - 1e-12
    }

    /// Whether the bounds alone make `S_i <= SI_j` certain.
    fn certain(&self, bounds: &Bounds, arc: usize) -> bool {
        let (i, j) = self.priced[arc];
        bounds.outgoing[i].1 <= bounds.incoming[j].0
    }

    /// Raises the bound of a node by subgradient steps; `None` when its box is empty.
    fn climb(&mut self, node: &mut Node, steps: usize) -> Option<Choice> {
        let n = self.chain.stages().len();
        let active: Vec<bool> = (0..self.priced.len()).map(|k| !self.certain(&node.bounds, k)).collect();
        let mut prices: Vec<f64> = node.prices.iter().zip(&active).map(|(p, &on)| if on { *p } else { 0.0 }).collect();
        let mut kept: Option<(f64, Vec<f64>, Choice)> = None;
        let (mut theta, mut stale) = (1.0, 0);
        for _ in 0..=steps {
            let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
            for (k, &(i, j)) in self.priced.iter().enumerate() {
                a[i] += prices[k];
                b[j] -= prices[k];
            }
            let choice = self.forest.solve(&node.bounds, &a, &b)?;
            polish::offer(self.chain, choice.outgoing.iter().map(|&s| f64::from(s)).collect(), &mut self.best);
            let gradient: Vec<f64> = self
                .priced
                .iter()
                .enumerate()
                .map(|(k, &(i, j))| {
                    let over = f64::from(choice.outgoing[i]) - f64::from(choice.incoming[j]);
                    if !active[k] || (prices[k] == 0.0 && over < 0.0) { 0.0 } else { over }
                })
                .collect();
            let value = choice.value;
            if kept.as_ref().is_none_or(|k| value > k.0 + 1e-9 * value.abs()) {
                kept = Some((value, prices.clone(), choice));
                stale = 0;
            } else {
                stale += 1;
                if stale % 4 == 0 {
                    theta *= 0.6;
                }
            }
            let norm: f64 = gradient.iter().map(|g| g * g).sum();
            if norm == 0.0 || self.closed(value) {
                break;
            }
            let step = theta * (1.001 * self.best.0 - value).max(1e-9) / norm;
            prices.iter_mut().zip(&gradient).for_each(|(p, g)| *p = (*p + step * g).max(0.0));
        }
        let (value, prices, choice) = kept?;
        node.bound = node.bound.max(value);
        node.prices = prices;
        Some(choice)
    }

    /// The arc that costs the bound most, and the time at which to split it.
    fn split(&self, node: &Node, choice: &Choice) -> Option<(usize, u16)> {
        let mut best: Option<(f64, usize, u16)> = None;
        for (k, &(i, j)) in self.priced.iter().enumerate() {
            if self.certain(&node.bounds, k) {
                continue;
            }
            let (s, si) = (choice.outgoing[i], choice.incoming[j]);
            let apart = f64::from(s.abs_diff(si));
            // A promise broken counts by the costs at stake, a slack one by its price.
            let stake = self.chain.stages()[i].holding * self.chain.stages()[i].spread;
            let weight = if s > si { apart * (node.prices[k] + 1e-3 * stake) } else { apart * node.prices[k] };
            if best.is_none_or(|b| weight > b.0) {
                best = Some((weight, k, self.middle(&node.bounds, k, s, si)));
            }
        }
        best.map(|b| (b.1, b.2))
    }

    /// A time that separates the two promises, inside the bounds of both.
    fn middle(&self, bounds: &Bounds, arc: usize, s: u16, si: u16) -> u16 {
        let (i, j) = self.priced[arc];
        let low = bounds.outgoing[i].0.min(bounds.incoming[j].0);
        let high = bounds.outgoing[i].1.max(bounds.incoming[j].1);
        s.midpoint(si).clamp(low, high.saturating_sub(1).max(low))
    }

    /// One of the three parts of a box, with what follows for the other arcs; `None` when it is empty.
    fn part(&self, bounds: &Bounds, arc: usize, t: u16, case: usize) -> Option<Bounds> {
        let (i, j) = self.priced[arc];
        let mut part = bounds.clone();
        let (out, inc) = (&mut part.outgoing[i], &mut part.incoming[j]);
        match case {
            0 => (out.1, inc.1) = (out.1.min(t), inc.1.min(t)),
            1 => (out.1, inc.0) = (out.1.min(t), inc.0.max(t + 1)),
            _ => (out.0, inc.0) = (out.0.max(t + 1), inc.0.max(t + 1)),
        }
        for &i in self.chain.order() {
            let lead = self.chain.stages()[i].lead as u16;
            for &k in self.chain.suppliers(i) {
                part.incoming[i].0 = part.incoming[i].0.max(part.outgoing[k].0);
            }
            let reach = part.incoming[i].1.saturating_add(lead);
            part.outgoing[i].1 = part.outgoing[i].1.min(reach);
            part.incoming[i].0 = part.incoming[i].0.max(part.outgoing[i].0.saturating_sub(lead));
        }
        for &(i, j) in self.chain.arcs() {
            part.outgoing[i].1 = part.outgoing[i].1.min(part.incoming[j].1);
        }
        let fits = |ranges: &[(u16, u16)]| ranges.iter().all(|r| r.0 <= r.1);
        (fits(&part.outgoing) && fits(&part.incoming)).then_some(part)
    }
}
