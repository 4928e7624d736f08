//! Capacitated facility location by branch and cut: the strong model with `open` rows separated when violated.

use super::transport::{self, Shares};
use super::{Fault, Plan, Problem};
use crate::ids::{Id, SiteId};
use crate::lp::{Col, Programme};
use crate::placement::branch::{BASE, Cut, Oracle, Tree, Tuning, Verdict, View};
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::Costs;
use crate::progress::Observer;
use std::collections::HashSet;

/// Smallest relative gap at which capacitated problems count as solved: their costs are divided amounts.
const SMALLEST_GAP: f64 = 1e-7;

struct Oracular<'a> {
    problem: &'a Problem,
    unit: f64,
    gap: f64,
    best: f64,
    plan: Option<(Vec<u32>, Shares)>,
    tried: HashSet<Vec<u32>>,
    calls: u64,
    watch: &'a Watch,
}

/// Solves the problem.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let watch = Watch::start(limits);
    let costs = problem.costs();
    let unit = typical(problem);
    let gap = limits.gap.max(SMALLEST_GAP);
    let mut oracle = Oracular {
        problem,
        unit,
        gap,
        best: f64::INFINITY,
        plan: None,
        tried: HashSet::new(),
        calls: 0,
        watch: &watch,
    };
    let single = problem.capacity().is_some_and(|c| c.single_source);
    let decisions = costs.sites() * if single { 1 + costs.clients() } else { 1 };
    let tuning = Tuning { nodes: limits.nodes, gap: limits.gap, ..Tuning::default() };
    observer.stage("branch and cut", 0);
    let mut tree = Tree::new(&master(problem, unit), decisions, &mut oracle, tuning, &watch, observer)?;
    let outcome = tree.run()?;
    drop(tree);
    let Some((open, shares)) = oracle.plan else {
        if outcome.end == End::Proved {
            return Ok(infeasible(outcome.nodes));
        }
        return Err(Fault::Nothing);
    };
    let fixed: f64 = open.iter().map(|&i| problem.fixed()[i as usize] as f64).sum();
    let cost = (fixed + transport::cost(problem, &shares)) / problem.scale();
    let bound = (outcome.bound / problem.scale()).min(cost);
    let whole = shares.iter().flatten().all(|s| s.1 == 1.0);
    let exact = whole.then(|| {
        let serve = shares.iter().enumerate().map(|(j, s)| costs.cost(s[0].0 as usize, j)).sum::<i64>();
        serve + open.iter().map(|&i| problem.fixed()[i as usize]).sum::<i64>()
    });
    Ok(Plan {
        open: open.iter().map(|&i| SiteId::at(i as usize)).collect(),
        served: shares
            .into_iter()
            .map(|all| all.into_iter().map(|(i, s)| (SiteId::at(i as usize), s)).collect())
            .collect(),
        cost,
        exact,
        bound,
        end: outcome.end,
        nodes: outcome.nodes,
    })
}

fn infeasible(nodes: u64) -> Plan {
    Plan {
        open: Vec::new(),
        served: Vec::new(),
        cost: f64::INFINITY,
        exact: None,
        bound: f64::INFINITY,
        end: End::Infeasible,
        nodes,
    }
}

/// A power of two near the typical serving cost, to keep the programme's numbers near one.
fn typical(problem: &Problem) -> f64 {
    let costs = problem.costs();
    let cheapest = |j: usize| costs.row(j).iter().copied().min().unwrap_or(0) as f64;
    let mean = (0..costs.clients()).map(cheapest).sum::<f64>() / costs.clients() as f64;
    let fixed = problem.fixed().iter().map(|&f| f as f64).sum::<f64>() / costs.sites() as f64;
    2f64.powi((mean.max(fixed / 100.0).max(1.0) / 8.0).log2().round() as i32)
}

/// Columns y_i, then x_ij client by client; rows `served`, `capacity` and `enough`.
fn master(problem: &Problem, unit: f64) -> Programme {
    let costs = problem.costs();
    let (m, n) = (costs.sites(), costs.clients());
    let mut p = Programme::new();
    for &f in problem.fixed() {
        p.column(f as f64 / unit, 0.0, 1.0);
    }
    for j in 0..n {
        for &c in costs.row(j) {
            p.column(c as f64 / unit, 0.0, 1.0);
        }
    }
    let x = |i: usize, j: usize| Col::at(m + j * m + i);
    for j in 0..n {
        p.equal(1.0, (0..m).map(|i| (x(i, j), 1.0)));
    }
    if let Some(capacity) = problem.capacity() {
        let scale = capacity.demand.iter().sum::<f64>() / n as f64;
        let scale = if scale > 0.0 { scale } else { 1.0 };
        for i in 0..m {
            let load = (0..n).map(|j| (x(i, j), capacity.demand[j] / scale));
            p.at_most(0.0, load.chain([(Col::at(i), -capacity.of_site[i] / scale)]));
        }
        let total = capacity.demand.iter().sum::<f64>() / scale;
        p.at_least(total, (0..m).map(|i| (Col::at(i), capacity.of_site[i] / scale)));
    }
    p
}

impl Oracular<'_> {
    fn cutoff(&self) -> f64 {
        self.best - self.gap * self.best.abs()
    }

    /// Serves all clients from a set and keeps it if it is better.
    fn try_set(&mut self, open: Vec<u32>) -> Option<f64> {
        if open.is_empty() || !self.tried.insert(open.clone()) {
            return None;
        }
        let (cost, shares) = transport::serve(self.problem, &open).ok().flatten()?;
        let used: HashSet<u32> = shares.iter().flatten().map(|s| s.0).collect();
        let open: Vec<u32> = open.into_iter().filter(|i| used.contains(i)).collect();
        let value = cost + open.iter().map(|&i| self.problem.fixed()[i as usize] as f64).sum::<f64>();
        if value < self.best {
            self.best = value;
            self.plan = Some((open, shares));
        }
        Some(value)
    }

    /// Sites by falling y until their capacity suffices; the sites that are clearly open come along.
    fn rounded(&self, y: &[f64], threshold: f64, spare: f64) -> Vec<u32> {
        let Some(capacity) = self.problem.capacity() else { return Vec::new() };
        let total: f64 = capacity.demand.iter().sum::<f64>() * spare;
        let mut order: Vec<usize> = (0..y.len()).collect();
        order.sort_by(|&a, &b| y[b].total_cmp(&y[a]).then(a.cmp(&b)));
        let mut room = 0.0;
        let mut open = Vec::new();
        for i in order {
            if room >= total && y[i] < threshold {
                break;
            }
            room += capacity.of_site[i];
            open.push(i as u32);
        }
        open.sort_unstable();
        open
    }

    /// Drops, then swaps sites of the incumbent while that helps.
    fn polish(&mut self, y: &[f64]) {
        for _ in 0..20 {
            let Some((open, _)) = self.plan.clone() else { return };
            let before = self.best;
            for k in 0..open.len() {
                let mut fewer = open.clone();
                fewer.remove(k);
                self.try_set(fewer);
                if self.watch.past(0.5) {
                    return;
                }
            }
            let mut closed: Vec<usize> = (0..y.len()).filter(|&i| y[i] > 1e-6 && !open.contains(&(i as u32))).collect();
            closed.sort_by(|&a, &b| y[b].total_cmp(&y[a]).then(a.cmp(&b)));
            closed.truncate(8);
            for i in closed {
                let mut more = open.clone();
                more.push(i as u32);
                more.sort_unstable();
                self.try_set(more.clone());
                for k in 0..open.len().min(12) {
                    let mut other = more.clone();
                    let weakest = open.iter().copied().filter(|&o| y[o as usize] < 1.0 - 1e-6).nth(k);
                    let Some(weakest) = weakest else { break };
                    other.retain(|&o| o != weakest);
                    self.try_set(other);
                    if self.watch.past(0.5) {
                        return;
                    }
                }
            }
            if self.best >= before {
                return;
            }
        }
    }

    /// The Lagrangian bound at multipliers `v` with the decisions of a node, its reduced costs and capacity price.
    fn lagrangian(&self, v: &[f64], view: &View) -> (f64, Vec<f64>) {
        let Some(capacity) = self.problem.capacity() else { return (f64::NEG_INFINITY, Vec::new()) };
        let costs = self.problem.costs();
        let (m, n) = (costs.sites(), costs.clients());
        let single = capacity.single_source;
        let mut size: f64 = v.iter().map(|x| x.abs()).sum();
        let mut reduced: Vec<f64> = Vec::with_capacity(m);
        let mut items: Vec<(f64, f64)> = Vec::with_capacity(n);
        for i in 0..m {
            items.clear();
            let (mut earned, mut room) = (0.0, capacity.of_site[i]);
            if view.upper[i] > 0.5 {
                for j in 0..n {
                    let gain = v[j] - costs.cost(i, j) as f64;
                    let at = m + j * m + i;
                    if single && view.lower[at] > 0.5 {
                        earned += gain;
                        room -= capacity.demand[j];
                    } else if gain > 0.0 && !(single && view.upper[at] < 0.5) {
                        items.push((gain, capacity.demand[j]));
                    }
                }
            }
            let total: f64 = items.iter().map(|t| t.1).sum();
            if total > room {
                let worth = |t: &(f64, f64)| if t.1 > 0.0 { t.0 / t.1 } else { f64::INFINITY };
                items.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
            }
            for &(gain, demand) in &items {
                if demand <= room || demand == 0.0 {
                    earned += gain;
                    room -= demand;
                } else {
                    earned += gain * (room.max(0.0) / demand);
                    break;
                }
            }
            size += earned.abs();
            reduced.push(self.problem.fixed()[i] as f64 - earned);
        }
        let (bound, price) = self.knapsack(&reduced, view);
        let bound = v.iter().sum::<f64>() + bound - 1e-13 * size * 4.0;
        for (r, s) in reduced.iter_mut().zip(&capacity.of_site) {
            *r -= price * s;
        }
        (bound, reduced)
    }

    /// min Σ r_i y_i with Σ s_i y_i ≥ total demand over 0 ≤ y ≤ 1 and the node's decisions, and the row's price.
    fn knapsack(&self, reduced: &[f64], view: &View) -> (f64, f64) {
        let Some(capacity) = self.problem.capacity() else { return (f64::NEG_INFINITY, 0.0) };
        let mut need: f64 = capacity.demand.iter().sum::<f64>() * (1.0 - 1e-12);
        let mut bound = 0.0;
        let mut rest: Vec<(f64, f64)> = Vec::new();
        for (i, &r) in reduced.iter().enumerate() {
            if view.lower[i] > 0.5 || r < 0.0 && view.upper[i] > 0.5 {
                bound += r;
                need -= capacity.of_site[i];
            } else if view.upper[i] > 0.5 {
                rest.push((r, capacity.of_site[i]));
            }
        }
        let worth = |t: &(f64, f64)| if t.1 > 0.0 { t.0 / t.1 } else { f64::INFINITY };
        rest.sort_by(|a, b| worth(a).total_cmp(&worth(b)));
        let mut price = 0.0;
        for (r, s) in rest {
            if need <= 0.0 || s <= 0.0 {
                break;
            }
            price = r / s;
            bound += r * (need / s).min(1.0);
            need -= s;
        }
        if need > 0.0 {
            return (f64::INFINITY, 0.0);
        }
        (bound, price)
    }
}

impl Oracle for Oracular<'_> {
    fn separate(&mut self, view: &View, cuts: &mut Vec<Cut>) {
        let costs = self.problem.costs();
        let (m, n) = (costs.sites(), costs.clients());
        for j in 0..n {
            for i in 0..m {
                let column = m + j * m + i;
                if view.x[column] > view.x[i] + 1e-6 {
                    cuts.push(Cut {
                        tag: column as u64,
                        lower: 0.0,
                        terms: vec![(i as u32, 1.0), (column as u32, -1.0)],
                    });
                }
            }
        }
    }

    fn judge(&mut self, view: &View) -> Verdict {
        let costs = self.problem.costs();
        let n = costs.clients();
        let v: Vec<f64> = view.duals[..n].iter().map(|d| d * self.unit).collect();
        debug_assert!(view.tags[..n].iter().all(|&t| t == BASE));
        let (bound, reduced) = self.lagrangian(&v, view);
        let cutoff = self.cutoff();
        if bound > cutoff {
            return Verdict { bound, pruned: true, ..Verdict::default() };
        }
        let mut verdict = Verdict { bound, ..Verdict::default() };
        for (i, &r) in reduced.iter().enumerate() {
            if view.lower[i] < view.upper[i] && bound + r.abs() > cutoff {
                if r > 0.0 { verdict.close.push(i as u32) } else { verdict.open.push(i as u32) }
            }
        }
        verdict
    }

    fn improve(&mut self, view: &View, whole: bool) {
        self.calls += 1;
        let m = self.problem.costs().sites();
        let y = &view.x[..m];
        let y_whole = y.iter().all(|v| (v - v.round()).abs() < 1e-6);
        if y_whole {
            let open = (0..m as u32).filter(|&i| y[i as usize] > 0.5).collect();
            self.try_set(open);
        }
        if whole {
            return;
        }
        if self.calls.is_power_of_two() || self.calls.is_multiple_of(25) {
            for (threshold, spare) in [(0.5, 1.0), (0.3, 1.02), (0.7, 1.0)] {
                let open = self.rounded(y, threshold, spare);
                self.try_set(open);
            }
            if self.calls >= 8 {
                self.polish(y);
            }
        }
    }

    fn beaten(&self, bound: f64) -> bool {
        bound > self.cutoff()
    }

    fn incumbent(&self) -> f64 {
        self.best
    }

    fn proven(&self) -> f64 {
        self.cutoff()
    }

    fn priority(&self, decision: usize) -> i32 {
        i32::from(decision < self.problem.costs().sites())
    }
}
