//! Branch and cut over one hot linear programme whose first columns are yes/no decisions.
//!
//! An [`Oracle`] knows the problem: it separates cuts, proves bounds from the duals in its own exact arithmetic, fixes
//! what the bound decides, and finds incumbents. The loop here knows the tree: best bound first with plunging, strong
//! branching until pseudo-costs are reliable, slack rows purged.

use super::control::{End, Watch};
use crate::lp::{Basis, Col, Failure, Hot, Programme, Status};
use crate::progress::Observer;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// A row `Σ terms ≥ lower` that the linear programme lacks; `tag` is the oracle's own name for it.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The oracle's name for the row.
    pub tag: u64,
    /// Right-hand side.
    pub lower: f64,
    /// Non-zeros.
    pub terms: Vec<(u32, f64)>,
}

/// The tag of rows that were in the programme from the start.
pub const BASE: u64 = u64::MAX;

/// One solved linear programme as the oracle sees it.
pub struct View<'a> {
    /// Values of all columns.
    pub x: &'a [f64],
    /// Duals of all rows.
    pub duals: &'a [f64],
    /// Reduced costs of all columns.
    pub reduced: &'a [f64],
    /// Names of all rows.
    pub tags: &'a [u64],
    /// Lower bounds of the decisions at this node (0 or 1).
    pub lower: &'a [f64],
    /// Upper bounds of the decisions at this node (0 or 1).
    pub upper: &'a [f64],
    /// Objective of the linear programme.
    pub objective: f64,
    /// Distance from the root.
    pub depth: usize,
}

/// What the oracle proves about a node.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// A lower bound on every answer in the node.
    pub bound: f64,
    /// Whether the node holds no answer better than the incumbent.
    pub pruned: bool,
    /// Decisions that can only be no.
    pub close: Vec<u32>,
    /// Decisions that can only be yes.
    pub open: Vec<u32>,
}

/// What the loop asks of a problem.
pub trait Oracle {
    /// Rows that the point violates.
    fn separate(&mut self, view: &View, cuts: &mut Vec<Cut>);
    /// A proof from the duals.
    fn judge(&mut self, view: &View) -> Verdict;
    /// Looks for a better incumbent near the point; `whole` says that all decisions are whole.
    fn improve(&mut self, view: &View, whole: bool);
    /// Whether a bound rules out anything better than the incumbent.
    fn beaten(&self, bound: f64) -> bool;
    /// Value of the incumbent.
    fn incumbent(&self) -> f64;
    /// The value below which everything that [`Oracle::beaten`] rules out cannot lie: the incumbent's own where answers
    /// come in grains, less where nodes are dropped for the sake of a gap.
    fn proven(&self) -> f64;
    /// Priority of a decision when the tree chooses one (larger first); decisions of equal priority compete.
    fn priority(&self, _decision: usize) -> i32 {
        0
    }
}

/// How the tree search went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Proven lower bound on the optimum (the incumbent's value where everything else is ruled out).
    pub bound: f64,
    /// Nodes solved.
    pub nodes: u64,
    /// Lower bound at the root.
    pub root: f64,
    /// Why it ended.
    pub end: End,
}

/// Knobs of the loop.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Rounds of cuts at the root.
    pub root_rounds: usize,
    /// Rounds of cuts at other nodes while the point is fractional.
    pub node_rounds: usize,
    /// Trials of strong branching per node.
    pub trials: usize,
    /// Observations after which a pseudo-cost is trusted.
    pub trusted: u32,
    /// Node limit.
    pub nodes: Option<u64>,
    /// Relative gap at which the search may end.
    pub gap: f64,
    /// Feasibility tolerance of the linear programmes, where the solver's own is too coarse.
    pub tolerance: Option<f64>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { root_rounds: 500, node_rounds: 12, trials: 10, trusted: 2, nodes: None, gap: 0.0, tolerance: None }
    }
}

#[derive(Clone)]
struct Node {
    bound: f64,
    depth: usize,
    serial: u64,
    fixes: Vec<(u32, bool)>,
    basis: Option<(u64, Rc<Basis>)>,
    /// The decision that made this node, its direction, the fraction it removed and the parent's objective.
    born: Option<(u32, bool, f64, f64)>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bound.total_cmp(&self.bound).then(self.depth.cmp(&other.depth)).then(self.serial.cmp(&other.serial))
    }
}

/// Mean objective gain per unit of fraction removed, by direction (0 = no, 1 = yes).
#[derive(Clone, Copy, Default)]
struct PseudoCost {
    sum: [f64; 2],
    seen: [u32; 2],
}

/// The tree.
pub struct Tree<'a, O: Oracle> {
    oracle: &'a mut O,
    hot: Hot,
    decisions: usize,
    tags: Vec<u64>,
    idle: Vec<u16>,
    base: (Vec<f64>, Vec<f64>),
    lower: Vec<f64>,
    upper: Vec<f64>,
    pseudo: Vec<PseudoCost>,
    tuning: Tuning,
    watch: &'a Watch,
    observer: &'a dyn Observer,
    nodes: u64,
    serial: u64,
    generation: u64,
    node_work: u64,
    trial_work: u64,
    rows_at_root: usize,
}

enum Fate {
    Gone,
    Split(u32, f64),
    Stopped,
}

/// Fractions below this count as whole.
const WHOLE: f64 = 1e-6;

impl<'a, O: Oracle> Tree<'a, O> {
    /// Loads the master programme; its first `decisions` columns are the yes/no decisions.
    pub fn new(
        programme: &Programme,
        decisions: usize,
        oracle: &'a mut O,
        tuning: Tuning,
        watch: &'a Watch,
        observer: &'a dyn Observer,
    ) -> Result<Self, Failure> {
        let limits = crate::lp::Limits { presolve: false, seconds: watch.left(), ..crate::lp::Limits::default() };
        let mut hot = Hot::new(programme, &limits)?;
        if let Some(tolerance) = tuning.tolerance {
            hot.set_real_option("primal_feasibility_tolerance", tolerance)?;
            hot.set_real_option("dual_feasibility_tolerance", tolerance)?;
        }
        let bounds: Vec<(f64, f64)> = (0..decisions).map(|c| programme.column_bounds(Col::at(c))).collect();
        let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
        Ok(Self {
            oracle,
            hot,
            decisions,
            tags: vec![BASE; programme.rows()],
            idle: vec![0; programme.rows()],
            base: (lower.clone(), upper.clone()),
            lower,
            upper,
            pseudo: vec![PseudoCost::default(); decisions],
            tuning,
            watch,
            observer,
            nodes: 0,
            serial: 0,
            generation: 0,
            node_work: 0,
            trial_work: 0,
            rows_at_root: 0,
        })
    }

    /// Names the rows that the programme was loaded with.
    pub fn name_rows(&mut self, tags: Vec<u64>) {
        self.tags = tags;
    }

    /// Searches to the end or to a limit.
    pub fn run(&mut self) -> Result<Outcome, Failure> {
        let mut heap: BinaryHeap<Node> = BinaryHeap::new();
        let mut next =
            Some(Node { bound: f64::NEG_INFINITY, depth: 0, serial: 0, fixes: Vec::new(), basis: None, born: None });
        let mut root = f64::NEG_INFINITY;
        let mut closed = f64::INFINITY;
        loop {
            let Some(mut node) = next.take().or_else(|| heap.pop()) else {
                let bound = closed.min(self.oracle.proven());
                return Ok(Outcome { bound, nodes: self.nodes, root, end: End::Proved });
            };
            if self.oracle.beaten(node.bound) {
                continue;
            }
            let open = |n: &Node| heap.peek().map_or(n.bound, |h| h.bound.min(n.bound)).min(closed);
            let low = open(&node);
            let small = super::control::gap(self.oracle.incumbent(), low) <= self.tuning.gap;
            let ended = if small && self.tuning.gap > 0.0 {
                Some(End::Proved)
            } else if self.watch.over() {
                Some(if self.watch.left().is_some_and(|s| s <= 0.0) { End::TimeLimit } else { End::Interrupted })
            } else if self.tuning.nodes.is_some_and(|n| self.nodes >= n) {
                Some(End::WorkLimit)
            } else {
                None
            };
            if let Some(end) = ended {
                return Ok(Outcome { bound: low.min(self.oracle.proven()), nodes: self.nodes, root, end });
            }
            let fate = self.process(&mut node)?;
            if node.depth == 0 {
                root = node.bound;
                self.rows_at_root = self.tags.len();
            }
            match fate {
                Fate::Gone => {}
                Fate::Stopped => heap.push(node),
                Fate::Split(u32::MAX, _) => closed = closed.min(node.bound),
                Fate::Split(decision, value) => next = Some(self.split(&node, decision, value, &mut heap)),
            }
            if self.tags.len() > 2 * self.rows_at_root + 1000 {
                self.purge(20)?;
            }
        }
    }

    /// Makes the two children; returns the one to plunge into.
    fn split(&mut self, node: &Node, decision: u32, value: f64, heap: &mut BinaryHeap<Node>) -> Node {
        let basis = (heap.len() < 4000).then(|| (self.generation, Rc::new(self.hot.basis())));
        let mut child = |yes: bool| {
            self.serial += 1;
            let mut fixes = node.fixes.clone();
            fixes.push((decision, yes));
            let removed = if yes { 1.0 - value } else { value };
            Node {
                bound: node.bound,
                depth: node.depth + 1,
                serial: self.serial,
                fixes,
                basis: basis.clone(),
                born: Some((decision, yes, removed, node.bound)),
            }
        };
        let (no, yes) = (child(false), child(true));
        let (first, second) = if value >= 0.5 { (yes, no) } else { (no, yes) };
        heap.push(second);
        first
    }

    fn load(&mut self, node: &Node) -> Result<(), Failure> {
        let (mut lower, mut upper) = self.base.clone();
        for &(d, yes) in &node.fixes {
            if yes {
                lower[d as usize] = 1.0;
            } else {
                upper[d as usize] = 0.0;
            }
        }
        for d in 0..self.decisions {
            if lower[d] != self.lower[d] || upper[d] != self.upper[d] {
                self.bounds(d, lower[d], upper[d])?;
            }
        }
        if let Some((generation, basis)) = &node.basis
            && *generation == self.generation
        {
            self.hot.set_basis(basis)?;
        }
        Ok(())
    }

    fn bounds(&mut self, d: usize, lower: f64, upper: f64) -> Result<(), Failure> {
        self.lower[d] = lower;
        self.upper[d] = upper;
        self.hot.set_column_bounds(Col::at(d), lower.min(upper), upper)
    }

    /// Solves a node: linear programmes and cuts until it is ruled out or must be split.
    fn process(&mut self, node: &mut Node) -> Result<Fate, Failure> {
        self.load(node)?;
        self.nodes += 1;
        let rounds = if node.depth == 0 { self.tuning.root_rounds } else { self.tuning.node_rounds };
        let mut round = 0;
        let mut cuts = Vec::new();
        loop {
            if (0..self.decisions).any(|d| self.lower[d] > self.upper[d]) {
                return Ok(Fate::Gone);
            }
            let solution = self.hot.run()?;
            self.node_work += solution.iterations;
            if solution.status == Status::Infeasible {
                return Ok(Fate::Gone);
            }
            if solution.status != Status::Optimal {
                return Ok(Fate::Stopped);
            }
            let view = View {
                x: &solution.values,
                duals: &solution.duals,
                reduced: &solution.reduced_costs,
                tags: &self.tags,
                lower: &self.lower,
                upper: &self.upper,
                objective: solution.objective,
                depth: node.depth,
            };
            let verdict = self.oracle.judge(&view);
            let fractional = (0..self.decisions).filter(|&d| (view.x[d] - view.x[d].round()).abs() > WHOLE).count();
            if let (0, Some((d, yes, removed, before))) = (round, node.born) {
                let gain = (verdict.bound - before).max(0.0) / removed.max(1e-6);
                let entry = &mut self.pseudo[d as usize];
                entry.sum[usize::from(yes)] += gain;
                entry.seen[usize::from(yes)] += 1;
            }
            node.bound = node.bound.max(verdict.bound);
            if verdict.pruned {
                return Ok(Fate::Gone);
            }
            self.oracle.improve(&view, fractional == 0);
            if self.oracle.beaten(node.bound) {
                return Ok(Fate::Gone);
            }
            cuts.clear();
            if round < rounds || fractional == 0 {
                self.oracle.separate(&view, &mut cuts);
            }
            if node.depth == 0 || round == 0 && self.nodes.is_multiple_of(100) {
                self.observer.note(&format!(
                    "node {} depth {} round {round}: bound {:.6}, incumbent {}, rows {}, new {}, fractional {fractional}, free {}",
                    self.nodes,
                    node.depth,
                    node.bound,
                    self.oracle.incumbent(),
                    self.tags.len(),
                    cuts.len(),
                    (0..self.decisions).filter(|&d| self.lower[d] < self.upper[d]).count()
                ));
            }
            let moved = self.fix(node, &verdict, &solution.values)?;
            round += 1;
            for (idle, dual) in self.idle.iter_mut().zip(&solution.duals) {
                *idle = if dual.abs() > 1e-12 { 0 } else { idle.saturating_add(1) };
            }
            if self.watch.over() {
                return Ok(Fate::Stopped);
            }
            if cuts.is_empty() && !moved {
                return if fractional == 0 { Ok(self.stubborn()) } else { self.choose(node, &solution.values) };
            }
            if node.depth == 0 && round % 8 == 0 {
                self.purge(6)?;
            }
            self.add(&mut cuts)?;
        }
    }

    /// A whole point without a violated cut that the proof does not close by itself: split on any free decision.
    fn stubborn(&self) -> Fate {
        match (0..self.decisions).find(|&d| self.lower[d] < self.upper[d]) {
            Some(d) => Fate::Split(d as u32, 0.5),
            None => Fate::Split(u32::MAX, 0.0),
        }
    }

    /// Applies what the proof decided; says whether the point at hand is cut off by it.
    fn fix(&mut self, node: &mut Node, verdict: &Verdict, x: &[f64]) -> Result<bool, Failure> {
        let mut moved = false;
        let both = verdict.close.iter().map(|&d| (d, false)).chain(verdict.open.iter().map(|&d| (d, true)));
        for (d, yes) in both {
            let k = d as usize;
            if self.lower[k] >= self.upper[k] {
                continue;
            }
            if yes {
                self.bounds(k, 1.0, self.upper[k])?;
                moved |= x[k] < 1.0 - WHOLE;
            } else {
                self.bounds(k, self.lower[k], 0.0)?;
                moved |= x[k] > WHOLE;
            }
            if node.depth == 0 {
                self.base.0[k] = self.lower[k];
                self.base.1[k] = self.upper[k];
            } else {
                node.fixes.push((d, yes));
            }
        }
        Ok(moved)
    }

    fn add(&mut self, cuts: &mut Vec<Cut>) -> Result<(), Failure> {
        if cuts.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = cuts
            .drain(..)
            .map(|cut| {
                self.tags.push(cut.tag);
                self.idle.push(0);
                (cut.lower, f64::INFINITY, cut.terms.into_iter().map(|(c, a)| (Col::at(c as usize), a)).collect())
            })
            .collect();
        self.hot.add_rows(&rows)?;
        Ok(())
    }

    /// Deletes cuts whose dual has been zero for more than `patience` runs.
    fn purge(&mut self, patience: u16) -> Result<(), Failure> {
        let gone: Vec<bool> =
            self.tags.iter().zip(&self.idle).map(|(&tag, &idle)| tag != BASE && idle > patience).collect();
        if gone.iter().filter(|&&g| g).count() * 10 < gone.len() {
            return Ok(());
        }
        self.hot.delete_rows(&gone)?;
        let mut keep = gone.iter().map(|g| !g);
        self.tags.retain(|_| keep.next().unwrap_or(true));
        let mut keep = gone.iter().map(|g| !g);
        self.idle.retain(|_| keep.next().unwrap_or(true));
        self.generation += 1;
        Ok(())
    }

    fn score(no: f64, yes: f64) -> f64 {
        no.max(1e-6) * yes.max(1e-6)
    }

    /// Strong branching with pseudo-costs (reliability branching, Achterberg et al. 2005).
    fn choose(&mut self, node: &mut Node, x: &[f64]) -> Result<Fate, Failure> {
        let mean = |direction: usize, all: &[PseudoCost]| {
            let (sum, seen) = all.iter().fold((0.0, 0), |a, p| (a.0 + p.sum[direction], a.1 + p.seen[direction]));
            if seen == 0 { 1.0 } else { sum / f64::from(seen) }
        };
        let means = [mean(0, &self.pseudo), mean(1, &self.pseudo)];
        let guess = |d: usize| {
            let p = &self.pseudo[d];
            let rate = |k: usize| if p.seen[k] == 0 { means[k] } else { p.sum[k] / f64::from(p.seen[k]) };
            Self::score(rate(0) * x[d], rate(1) * (1.0 - x[d]))
        };
        let mut candidates: Vec<(i32, f64, usize)> = (0..self.decisions)
            .filter(|&d| self.lower[d] < self.upper[d] && (x[d] - x[d].round()).abs() > WHOLE)
            .map(|d| (self.oracle.priority(d), guess(d), d))
            .collect();
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        if let Some(&(top, ..)) = candidates.first() {
            candidates.retain(|c| c.0 == top);
        }
        let Some(&(_, mut best_score, mut best)) = candidates.first() else { return Ok(self.stubborn()) };
        let basis = self.hot.basis();
        let (mut tried, mut disappointed) = (0, 0);
        best_score = if self.trusts(best) { best_score } else { -1.0 };
        for &(_, _, d) in &candidates {
            if self.trusts(d) {
                let s = guess_of(&self.pseudo, &means, d, x);
                if s > best_score {
                    (best, best_score) = (d, s);
                }
                continue;
            }
            let spent = self.trial_work > self.node_work / 2 + 4000;
            if tried >= self.tuning.trials || spent && tried >= 1 || disappointed >= 4 || self.watch.over() {
                break;
            }
            tried += 1;
            let no = self.trial(d, false, node, x, &basis)?;
            let yes = self.trial(d, true, node, x, &basis)?;
            match (no, yes) {
                (None, None) => return Ok(Fate::Gone),
                (None, Some(_)) => return self.settle(node, d, true),
                (Some(_), None) => return self.settle(node, d, false),
                (Some(no), Some(yes)) => {
                    node.bound = node.bound.max(no.min(yes) + node.bound);
                    let s = Self::score(no, yes);
                    if s > best_score {
                        (best, best_score) = (d, s);
                        disappointed = 0;
                    } else {
                        disappointed += 1;
                    }
                }
            }
        }
        Ok(Fate::Split(best as u32, x[best]))
    }

    fn trusts(&self, d: usize) -> bool {
        self.pseudo[d].seen.iter().all(|&s| s >= self.tuning.trusted)
    }

    /// A decision whose other side is ruled out: fix it and solve the node again.
    fn settle(&mut self, node: &mut Node, d: usize, yes: bool) -> Result<Fate, Failure> {
        let verdict = if yes {
            Verdict { open: vec![d as u32], ..Verdict::default() }
        } else {
            Verdict { close: vec![d as u32], ..Verdict::default() }
        };
        self.fix(node, &verdict, &vec![0.5; self.decisions])?;
        node.born = None;
        self.nodes -= 1;
        self.process(node)
    }

    /// Objective gain of one side of a decision; `None` where that side is ruled out.
    fn trial(&mut self, d: usize, yes: bool, node: &Node, x: &[f64], basis: &Basis) -> Result<Option<f64>, Failure> {
        let (lower, upper) = (self.lower[d], self.upper[d]);
        let side = f64::from(u8::from(yes));
        self.bounds(d, side, side)?;
        let solution = self.hot.run()?;
        self.trial_work += solution.iterations;
        let answer = match solution.status {
            Status::Infeasible => None,
            Status::Optimal => {
                let view = View {
                    x: &solution.values,
                    duals: &solution.duals,
                    reduced: &solution.reduced_costs,
                    tags: &self.tags,
                    lower: &self.lower,
                    upper: &self.upper,
                    objective: solution.objective,
                    depth: node.depth + 1,
                };
                let verdict = self.oracle.judge(&view);
                (!verdict.pruned).then(|| (verdict.bound - node.bound).max(0.0))
            }
            _ => Some(0.0),
        };
        self.bounds(d, lower, upper)?;
        self.hot.set_basis(basis)?;
        if let Some(gain) = answer {
            let removed = if yes { 1.0 - x[d] } else { x[d] };
            self.pseudo[d].sum[usize::from(yes)] += gain / removed.max(1e-6);
            self.pseudo[d].seen[usize::from(yes)] += 1;
        }
        Ok(answer)
    }
}

fn guess_of(pseudo: &[PseudoCost], means: &[f64; 2], d: usize, x: &[f64]) -> f64 {
    let rate =
        |k: usize| if pseudo[d].seen[k] == 0 { means[k] } else { pseudo[d].sum[k] / f64::from(pseudo[d].seen[k]) };
    rate(0).mul_add(x[d], 0.0).max(1e-6) * (rate(1) * (1.0 - x[d])).max(1e-6)
}
