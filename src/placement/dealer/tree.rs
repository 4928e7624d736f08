//! Branch and cut over one hot linear programme: tangents where the relaxation sells too much, nodes best bound first.

use super::alternatives::improve;
use super::flow::Roads;
use super::formulation::{Family, Formulation, Loose, SCALE};
use super::pricing::price;
use super::proof::{Decision, Node, Part, Rule};
use super::{Network, Problem, certificate};
use crate::lp::{self, Basis, Col, Failure, Hot, Limits, Solution, Status};
use crate::placement::control::{self, Watch};
use crate::progress::Observer;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// Cut rounds of the first node, and of the others.
const ROUNDS: (usize, usize) = (30, 6);
/// Largest number of nodes between two dives.
const DIVE_EVERY: u64 = 100;
/// Undecided columns of a node whose two sides are tried before one is branched on.
const TRIALS: usize = 6;

/// What a search ends with.
pub(super) struct Found {
    /// The best network with its profit, units of the currency a year.
    pub best: Option<(f64, Network)>,
    /// Upper bound on the profit as the solver sees it.
    pub bound: f64,
    pub proof: Part,
    pub nodes: u64,
    pub repeatable: bool,
}

/// A node that waits.
struct Open {
    bound: f64,
    /// Position in the tree.
    at: usize,
    fixed: Vec<(usize, bool)>,
    basis: Option<Rc<Basis>>,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.at.cmp(&self.at))
    }
}

pub(super) struct Search<'a> {
    problem: &'a Problem,
    roads: Roads,
    model: Formulation,
    hot: Hot,
    /// The same programme with its rules loosened at a price, for nodes without any plan.
    loose: Option<(Formulation, Hot)>,
    decisions: Vec<(Col, Decision)>,
    fixed: Vec<(usize, bool)>,
    tree: Vec<Node>,
    best: Option<(f64, Network)>,
    /// Profit of the last network that local search has started from.
    improved: f64,
    /// What branching has cost so far, by decision and side: money per unit of change, and how often.
    costs: Vec<[(f64, f64); 2]>,
    gap: f64,
    limits: &'a Limits,
    watch: Watch,
    repeatable: bool,
}

type Multipliers = Vec<(usize, f64)>;

impl<'a> Search<'a> {
    pub(super) fn new(problem: &'a Problem, gap: f64, limits: &'a Limits) -> Result<Self, Failure> {
        let mut model = Formulation::new(problem, None);
        model.programme.relax();
        let decisions = model.decisions();
        let hot = Hot::new(&model.programme, &Limits { presolve: false, nodes: None, ..limits.clone() })?;
        let clock =
            control::Limits { seconds: limits.seconds, stop: limits.stop.clone(), ..control::Limits::default() };
        let costs = vec![[(0.0, 0.0); 2]; decisions.len()];
        Ok(Self {
            improved: f64::NEG_INFINITY,
            costs,
            problem,
            roads: Roads::new(problem),
            model,
            hot,
            loose: None,
            decisions,
            fixed: Vec::new(),
            tree: Vec::new(),
            best: None,
            gap,
            limits,
            watch: Watch::start(&clock),
            repeatable: true,
        })
    }

    /// Searches until bound and best plan meet, or a limit ends it.
    pub(super) fn run(mut self, observer: &dyn Observer) -> Result<Found, Failure> {
        let mut heap = BinaryHeap::new();
        self.tree.push(Node::Leaf(Vec::new()));
        heap.push(Open { bound: f64::INFINITY, at: 0, fixed: Vec::new(), basis: None });
        let mut nodes = 0;
        let mut bound = f64::NEG_INFINITY;
        while let Some(node) = heap.pop() {
            if node.bound <= self.goal() {
                bound = bound.max(node.bound);
                break;
            }
            if nodes >= self.limits.nodes.unwrap_or(u64::MAX) || self.watch.over() {
                self.repeatable &= !self.watch.over();
                bound = bound.max(node.bound);
                break;
            }
            nodes += 1;
            let (at, before) = (node.at, node.bound);
            let closed = self.visit(node, nodes, &mut heap)?;
            let Some(closed) = closed else {
                // Ended inside a linear programme: the parent's bound holds.
                self.repeatable = false;
                bound = bound.max(before);
                break;
            };
            bound = bound.max(closed);
            if self.problem.stores.len() > 100 && (nodes == 1 || nodes % 50 == 0) {
                let profit = self.best.as_ref().map_or(f64::NEG_INFINITY, |b| b.0);
                let top = heap.peek().map_or(bound, |o| o.bound.max(bound));
                observer.note(&format!("profit {profit:.0}, bound {top:.0}, {nodes} nodes"));
            }
            debug_assert!(at < self.tree.len());
        }
        self.improve();
        let bound = heap.into_iter().map(|o| o.bound).fold(bound, f64::max);
        let proof = self.proof();
        Ok(Found { best: self.best, bound, proof, nodes, repeatable: self.repeatable })
    }

    /// A bound at or below this needs no further search.
    fn goal(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |b| b.0 + self.gap * b.0.abs() + 0.005)
    }

    /// Solves a node, closes or splits it. The bound of a closed node; `None` when the solver was stopped.
    fn visit(&mut self, node: Open, nodes: u64, heap: &mut BinaryHeap<Open>) -> Result<Option<f64>, Failure> {
        self.fix(&node.fixed)?;
        if let Some(basis) = &node.basis {
            self.hot.set_basis(basis)?;
        }
        let rounds = if nodes == 1 { ROUNDS.0 } else { ROUNDS.1 };
        let Some(answer) = self.relax(rounds, true)? else { return Ok(None) };
        if !answer.has_point() {
            return self.close_without_plan(&node);
        }
        let bound = (-answer.objective * SCALE).min(node.bound);
        let multipliers = multipliers(&answer);
        self.offer(self.model.read(self.problem, &answer.values));
        self.tree[node.at] = Node::Leaf(multipliers.clone());
        if bound <= self.goal() || self.branch(&answer.values).is_none() {
            return Ok(Some(bound));
        }
        let basis = Rc::new(self.hot.basis());
        if nodes == 1 || nodes.is_multiple_of(DIVE_EVERY) {
            self.dive(&node.fixed, &answer)?;
            self.improve();
            self.complete(&answer.values)?;
            self.improve();
            if bound <= self.goal() {
                return Ok(Some(bound));
            }
            self.fix(&node.fixed)?;
        }
        let Some(on) = self.choose(&answer, &basis)? else { return Ok(None) };
        let no = self.tree.len();
        self.tree.push(Node::Leaf(multipliers.clone()));
        self.tree.push(Node::Leaf(multipliers));
        self.tree[node.at] = Node::Split { on: self.decisions[on].1, no, yes: no + 1 };
        for (at, value) in [(no, false), (no + 1, true)] {
            let mut fixed = node.fixed.clone();
            fixed.push((on, value));
            heap.push(Open { bound, at, fixed, basis: Some(Rc::clone(&basis)) });
        }
        Ok(Some(f64::NEG_INFINITY))
    }

    /// Sets the bounds of the branched columns to those of a node.
    fn fix(&mut self, wanted: &[(usize, bool)]) -> Result<(), Failure> {
        let common = self.fixed.iter().zip(wanted).take_while(|(a, b)| a == b).count();
        for &(d, _) in &self.fixed[common..] {
            self.hot.set_column_bounds(self.decisions[d].0, 0.0, 1.0)?;
        }
        for &(d, yes) in &wanted[common..] {
            let value = f64::from(u8::from(yes));
            self.hot.set_column_bounds(self.decisions[d].0, value, value)?;
        }
        self.fixed = wanted.to_vec();
        Ok(())
    }

    /// Runs the relaxation and adds tangents until none is violated or the rounds are over. `None`: stopped.
    fn relax(&mut self, rounds: usize, prune: bool) -> Result<Option<Solution>, Failure> {
        let mut last = f64::INFINITY;
        for round in 0.. {
            let mut answer = self.hot.run()?;
            if answer.status == Status::Optimal && !answer.has_point() {
                // Optimal, but not to the tolerance: worn out by many changes. Start again from the programme itself.
                self.renew()?;
                answer = self.hot.run()?;
            }
            match answer.status {
                Status::Optimal if !answer.has_point() => return Ok(None),
                Status::Optimal => {}
                Status::Infeasible | Status::Unbounded => {
                    return Ok(Some(Solution { values: Vec::new(), ..answer }));
                }
                Status::TimeLimit | Status::Interrupted | Status::WorkLimit => return Ok(None),
            }
            let bound = -answer.objective * SCALE;
            let whole = self.branch(&answer.values).is_none();
            let slow = last - bound < 1e-7 * bound.abs();
            if prune && bound <= self.goal() || !whole && (round >= rounds || slow && round > 1) || round >= 200 {
                return Ok(Some(answer));
            }
            last = bound;
            let cuts = self.cuts(&answer.values, if whole { 1e-7 } else { 1e-6 });
            if cuts.is_empty() {
                return Ok(Some(answer));
            }
            let rows: Vec<_> =
                cuts.iter().map(|&(phase, zone, at)| self.model.tangent(self.problem, phase, zone, at)).collect();
            self.hot.add_rows(&rows)?;
            for (lower, upper, terms) in rows {
                self.model.programme.row(lower, upper, terms);
            }
            self.model.rules.extend(cuts.iter().map(|&(phase, zone, at)| Rule::Tangent { phase, zone, at }));
        }
        unreachable!("the rounds end")
    }

    /// A fresh solver with every tangent so far, at the same node.
    fn renew(&mut self) -> Result<(), Failure> {
        let limits = Limits { presolve: false, nodes: None, ..self.limits.clone() };
        self.hot = Hot::new(&self.model.programme, &limits)?;
        for &(d, yes) in &self.fixed {
            let value = f64::from(u8::from(yes));
            self.hot.set_column_bounds(self.decisions[d].0, value, value)?;
        }
        Ok(())
    }

    /// Where the relaxation sells more than the summed pull wins: `(phase, zone, summed pull)`.
    fn cuts(&self, values: &[f64], slack: f64) -> Vec<(usize, usize, f64)> {
        let mut cuts = Vec::new();
        for phase in 0..self.problem.phases.len() {
            for (zone, (pull, sold)) in self.model.at_point(self.problem, phase, values).into_iter().enumerate() {
                if pull > 1e-9 && sold > self.problem.captured(phase, zone, pull) * (1.0 + slack) + slack * 1e2 {
                    cuts.push((phase, zone, pull));
                }
            }
        }
        cuts
    }

    /// The yes/no column to branch on: the most undecided one, weighted by what its store sells.
    fn branch(&self, values: &[f64]) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (d, &(col, decision)) in self.decisions.iter().enumerate() {
            let v = values[col.index()];
            let open = (v - v.round()).abs();
            if open < 1e-6 {
                continue;
            }
            let weight = match decision {
                Decision::Store { store, change } => {
                    let s = &self.problem.stores[store];
                    let cost = |k: usize| s.options[k].yearly_cost.major() + 1.0;
                    let to = change.map_or(s.today, |c| c.to);
                    to.map_or_else(|| s.today.map_or(1.0, cost), cost)
                }
                Decision::Move { .. } => 1.0,
            };
            if best.is_none_or(|b| open * weight > b.0) {
                best = Some((open * weight, d));
            }
        }
        best.map(|b| b.1)
    }

    /// The column to branch on: the one whose weaker side is thought to lower the bound most; sides that have not been
    /// seen yet are tried. `None`: stopped.
    fn choose(&mut self, answer: &Solution, basis: &Basis) -> Result<Option<usize>, Failure> {
        let mut open: Vec<(f64, usize, f64)> = Vec::new();
        for (d, &(col, _)) in self.decisions.iter().enumerate() {
            let v = answer.values[col.index()];
            if (v - v.round()).abs() >= 1e-6 {
                open.push((self.score(d, v), d, v));
            }
        }
        open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let unseen = |s: &Self, d: usize| s.costs[d].iter().any(|side| side.1 == 0.0);
        let trials: Vec<_> = open.iter().copied().filter(|o| unseen(self, o.1)).take(TRIALS).collect();
        for (_, d, v) in trials {
            let col = self.decisions[d].0;
            for (side, value) in [(0, 0.0), (1, 1.0)] {
                self.hot.set_column_bounds(col, value, value)?;
                self.hot.set_basis(basis)?;
                let trial = self.hot.run()?;
                let lost = match trial.status {
                    Status::Optimal if trial.has_point() => ((trial.objective - answer.objective) * SCALE).max(0.0),
                    Status::Optimal | Status::Infeasible | Status::Unbounded => answer.objective.abs() * SCALE,
                    _ => return Ok(None),
                };
                let cost = &mut self.costs[d][side];
                *cost = (cost.0 + lost / (v - value).abs(), cost.1 + 1.0);
            }
            self.hot.set_column_bounds(col, 0.0, 1.0)?;
        }
        let best =
            open.iter().map(|&(_, d, v)| (self.score(d, v), d)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        Ok(best.map(|b| b.1))
    }

    /// How much a branch is thought to lower the bound: the product of both sides, from what they have cost before; half
    /// a year's cost of the store where nothing is known.
    fn score(&self, d: usize, v: f64) -> f64 {
        let guess = match self.decisions[d].1 {
            Decision::Store { store, .. } => {
                let options = &self.problem.stores[store].options;
                options.iter().map(|o| o.yearly_cost.major()).fold(0.0, f64::max) * 0.05
            }
            Decision::Move { .. } => 0.0,
        };
        let side = |s: usize| {
            let (sum, count) = self.costs[d][s];
            (if count > 0.0 { sum / count } else { guess }).max(1e-3)
        };
        (side(0) * v) * (side(1) * (1.0 - v))
    }

    /// Local search from the best network, once for each.
    fn improve(&mut self) {
        if let Some((profit, network)) = self.best.clone().filter(|b| b.0 > self.improved) {
            let (_, better) = improve(self.problem, &self.roads, network);
            self.improved = profit;
            self.offer(better);
            self.improved = self.best.as_ref().map_or(profit, |b| b.0);
        }
    }

    /// Prices a network and keeps it when it is the best that obeys all rules.
    pub(super) fn offer(&mut self, mut network: Network) {
        if certificate::rules(self.problem, &network).is_err() {
            network.pair(self.problem);
            if certificate::rules(self.problem, &network).is_err() {
                return;
            }
        }
        let profit = price(self.problem, &self.roads, &network).profit.major();
        if self.best.as_ref().is_none_or(|b| profit > b.0) {
            self.best = Some((profit, network));
        }
    }

    /// Fixes what is nearly decided, again and again, until a plan or a dead end is reached.
    fn dive(&mut self, from: &[(usize, bool)], start: &Solution) -> Result<(), Failure> {
        let mut fixed = from.to_vec();
        let mut values = start.values.clone();
        for _ in 0..60 {
            let free = |d: &usize| {
                let v = values[self.decisions[*d].0.index()];
                v > 1e-6 && v < 1.0 - 1e-6
            };
            let mut open: Vec<usize> = (0..self.decisions.len()).filter(free).collect();
            if open.is_empty() {
                break;
            }
            let value = |d: usize| values[self.decisions[d].0.index()];
            open.sort_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
            let many = open.iter().filter(|&&d| value(d) > 0.8).count().max(1);
            fixed.extend(open.iter().take(many).map(|&d| (d, true)));
            self.fix(&fixed)?;
            let Some(answer) = self.relax(1, true)? else { break };
            if !answer.has_point() || -answer.objective * SCALE <= self.goal() {
                break;
            }
            values = answer.values;
            self.offer(self.model.read(self.problem, &values));
        }
        Ok(())
    }

    /// Keeps what relaxation and best network agree on and leaves the rest to the mixed-integer solver (relaxation induced
    /// neighbourhood search: Danna, Rothberg and Le Pape 2005). Its answer is only a proposal.
    fn complete(&mut self, values: &[f64]) -> Result<(), Failure> {
        let Some((_, network)) = &self.best else { return Ok(()) };
        let mut part = Formulation::new(self.problem, None);
        for rule in &self.model.rules[part.rules.len()..] {
            if let &Rule::Tangent { phase, zone, at } = rule {
                let row = part.tangent(self.problem, phase, zone, at);
                part.programme.row(row.0, row.1, row.2);
            }
        }
        for (store, choices) in part.choices.iter().enumerate() {
            for &(change, col) in choices {
                let (mine, its) = (f64::from(u8::from(network.changes[store] == change)), values[col.index()]);
                if (mine - its).abs() < 1e-6 {
                    part.programme.set_column_bounds(col, mine, mine);
                }
            }
        }
        let limits = Limits { gap: 1e-5, nodes: Some(300), ..self.limits.clone() };
        let answer = lp::solve(&part.programme, &limits)?;
        if answer.has_point() {
            self.offer(part.read(self.problem, &answer.values));
        }
        Ok(())
    }

    /// Bounds a node that has no plan by the programme whose rules may be broken at a price.
    fn close_without_plan(&mut self, node: &Open) -> Result<Option<f64>, Failure> {
        if self.loose.is_none() {
            let money: f64 = self.problem.zones.iter().map(|z| z.margin.major().max(0.0) * z.registrations).sum();
            let fixed = self.problem.stores.iter().flat_map(|s| &s.options).map(|o| o.yearly_cost.major()).sum::<f64>();
            let families = Family::ALL.into_iter().chain([Family::Move]).collect();
            let price = 10.0 * (1.0 + (money + fixed) / SCALE);
            let mut model = Formulation::new(self.problem, Some(Loose { families, price, profit: true }));
            model.programme.relax();
            let limits = Limits { presolve: false, nodes: None, ..self.limits.clone() };
            let hot = Hot::new(&model.programme, &limits)?;
            self.loose = Some((model, hot));
        }
        let (model, hot) = self.loose.as_mut().expect("it was just made");
        let decisions = model.decisions();
        for &(d, yes) in &node.fixed {
            let value = f64::from(u8::from(yes));
            hot.set_column_bounds(decisions[d].0, value, value)?;
        }
        let answer = hot.run()?;
        for &(d, _) in &node.fixed {
            hot.set_column_bounds(decisions[d].0, 0.0, 1.0)?;
        }
        if answer.status == Status::Optimal {
            // Its rows have the same names in the same order as the first rows of the model.
            self.tree[node.at] = Node::Leaf(multipliers(&answer));
        }
        Ok(Some(f64::NEG_INFINITY))
    }

    /// The tree with the rules that its leaves use.
    fn proof(&mut self) -> Part {
        let mut place = vec![usize::MAX; self.model.rules.len()];
        let mut rules = Vec::new();
        let mut nodes = std::mem::take(&mut self.tree);
        for node in &mut nodes {
            let Node::Leaf(multipliers) = node else { continue };
            for (row, multiplier) in multipliers {
                *multiplier *= match self.model.rules[*row] {
                    Rule::Budget { .. } => 1.0 / SCALE,
                    Rule::Region { .. } => 1.0 / 1000.0,
                    _ => 1.0,
                };
                if place[*row] == usize::MAX {
                    place[*row] = rules.len();
                    rules.push(self.model.rules[*row]);
                }
                *row = place[*row];
            }
        }
        Part { stores: (0..self.problem.stores.len()).collect(), rules, nodes }
    }
}

/// Multipliers above zero, money a year: an upper limit has a dual below zero, a lower one above; an equation's sign is
/// kept.
fn multipliers(answer: &Solution) -> Multipliers {
    let row = |(r, &dual): (usize, &f64)| (dual != 0.0).then_some((r, -dual * SCALE));
    answer.duals.iter().enumerate().filter_map(row).collect()
}
