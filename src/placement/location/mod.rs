//! The common engine of p-median and uncapacitated facility location: incumbents by swap search, bounds by the
//! Lagrangian, sites fixed by reduced cost, and what remains closed by branch and cut.

mod descend;

use crate::lp::Failure;
use crate::placement::ascent::{Choice, Volume, decided, exact};
use crate::placement::branch::{Outcome, Tree, Tuning};
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::{Costs, Lists};
use crate::placement::descent::proof::Proof;
use crate::placement::dice::Dice;
use crate::placement::prefix::{Best, Prefix};
use crate::placement::swap::{Search, Setting};
use crate::progress::Observer;
use std::rc::Rc;

/// An answer with its proof at the root.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Cost of the open sites.
    pub value: i64,
    /// The open sites, ascending.
    pub open: Vec<u32>,
    /// Proven lower bound.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// Multipliers of the root bound, times `scale`.
    pub multipliers: Vec<i64>,
    /// What the multipliers are multiplied by.
    pub scale: i64,
    /// Where the number of sites is set and sites cost nothing: the proof that nothing costs less than the bound.
    pub proof: Option<Proof>,
}

/// What the engine is given.
pub struct Task<'a, C: Costs> {
    /// Serving costs.
    pub costs: &'a C,
    /// Fixed cost of each site.
    pub fixed: &'a [i64],
    /// Exact number of open sites, if it is set.
    pub count: Option<usize>,
    /// Common divisor of all possible values: answers differ by multiples of it.
    pub grain: i64,
}

struct State<'a, 'b, C: Costs> {
    task: &'b Task<'a, C>,
    lists: Lists,
    choice: Choice,
    elite: Vec<Best>,
    scale: i64,
    slack: i64,
    gap: f64,
    root: (i128, Vec<i64>),
    /// Multipliers that decided something on the way.
    trail: Vec<Rc<Vec<i64>>>,
    /// What the tree proved.
    tree: Shown,
    contradiction: bool,
    loose: Vec<bool>,
    watch: &'b Watch,
}

/// What a tree left behind.
enum Shown {
    /// There was none.
    Nothing,
    /// More than can be kept.
    Lost,
    /// A proof.
    All(Proof),
}

/// Sets that path relinking combines.
const ELITE: usize = 6;
/// Steps of the volume algorithm between two looks at the incumbent.
const CHUNK: usize = 20;

/// Solves the problem.
pub fn solve<C: Costs>(task: &Task<C>, limits: &Limits, observer: &dyn Observer) -> Result<Answer, Failure> {
    let watch = Watch::start(limits);
    let mut state = State::new(task, limits, &watch);
    observer.stage("incumbent", 0);
    state.start();
    observer.note(&format!("first incumbent {}", state.best().value));
    observer.stage("Lagrangian", 0);
    let volume = state.ascend(observer);
    if state.closed() || watch.over() {
        return Ok(state.answer(state.root_bound(), 0, None));
    }
    state.relink();
    observer.note(&format!("incumbent {}, bound {:.1}", state.best().value, state.root_bound()));
    state.reduce();
    if state.closed() {
        return Ok(state.answer(state.root_bound(), 0, None));
    }
    if task.count.is_some() && task.fixed.iter().all(|&f| f == 0) && task.costs.unserved(0).is_none() {
        observer.stage("tree", 0);
        return Ok(state.descend_tree(limits, observer));
    }
    observer.stage("branch and cut", 0);
    state.branch(&volume, limits, observer)
}

impl<'a, 'b, C: Costs> State<'a, 'b, C> {
    fn new(task: &'b Task<'a, C>, limits: &Limits, watch: &'b Watch) -> Self {
        let (m, n) = (task.costs.sites(), task.costs.clients());
        let want = task.count.map_or(m, |p| (5 * m / p.max(1)).max(40));
        let lists = Lists::new(task.costs, want);
        let largest = lists.iter().filter_map(|l| l.costs.last()).chain(task.fixed).copied().max().unwrap_or(1).max(1);
        let room = (1i64 << 58) / largest / (n.max(m) as i64 + 1);
        Self {
            task,
            lists,
            choice: Choice::free(m, task.count),
            elite: Vec::new(),
            scale: room.clamp(1, 1024),
            slack: task.grain,
            gap: limits.gap,
            root: (i128::MIN, Vec::new()),
            trail: Vec::new(),
            tree: Shown::Nothing,
            contradiction: false,
            loose: vec![false; m],
            watch,
        }
    }

    fn best(&self) -> &Best {
        &self.elite[0]
    }

    fn setting(&self) -> Setting<'_, C> {
        Setting {
            costs: self.task.costs,
            lists: &self.lists,
            fixed: self.task.fixed,
            alive: &self.choice.alive,
            locked: &self.loose,
            count_fixed: self.task.count.is_some(),
        }
    }

    fn descend(&mut self, open: &[u32]) -> i64 {
        let watch = self.watch;
        let mut search = Search::new(self.setting(), open);
        search.descend(&|| watch.over());
        let found = Best { value: search.value(), open: search.open() };
        drop(search);
        let value = found.value;
        self.keep(found);
        value
    }

    /// Keeps a set among the elite, best first, without twins.
    fn keep(&mut self, found: Best) {
        if self.elite.contains_value(&found) {
            return;
        }
        let at = self.elite.partition_point(|b| b.value <= found.value);
        self.elite.insert(at, found);
        self.elite.truncate(ELITE);
        self.slack = self.task.grain.max((self.gap * self.best().value.abs() as f64) as i64);
    }

    /// A first set: random, then local search.
    fn start(&mut self) {
        let m = self.task.costs.sites();
        let count = self.task.count.unwrap_or_else(|| (m / 8).clamp(1, m));
        let mut dice = Dice::new(1);
        let open = dice.sample(m, count);
        self.descend(&open);
    }

    /// Multipliers halfway between the first and second open site of each client.
    fn first_multipliers(&self) -> Vec<f64> {
        let mut is_open = vec![false; self.task.costs.sites()];
        for &i in &self.best().open {
            is_open[i as usize] = true;
        }
        let one = |j: usize| {
            let mut found = self.lists.of(j).iter().filter(|e| is_open[e.0]).map(|e| e.1);
            let last = self.task.costs.unserved(j).or(self.lists.of(j).costs.last().copied()).unwrap_or(0);
            let first = found.next().unwrap_or(last);
            let second = found.next().unwrap_or(if self.task.costs.unserved(j).is_some() { last } else { first });
            first as f64 + 0.5 * (second - first) as f64
        };
        (0..self.lists.len()).map(one).collect()
    }

    /// Multipliers from what the clients of the same site pay on average: over dense sites the best multiplier hardly
    /// changes from place to place, and a disc's radius is one and a half times its mean distance.
    fn even_multipliers(&self, factor: f64) -> Vec<f64> {
        let m = self.task.costs.sites();
        let mut is_open = vec![false; m];
        self.best().open.iter().for_each(|&i| is_open[i as usize] = true);
        let first = |j: usize| self.lists.of(j).iter().find(|e| is_open[e.0]);
        let served: Vec<Option<(usize, i64)>> = (0..self.lists.len()).map(first).collect();
        let (mut sum, mut count) = (vec![0.0; m], vec![0.0; m]);
        for (i, c) in served.iter().flatten() {
            sum[*i] += *c as f64;
            count[*i] += 1.0;
        }
        let last = |j: usize| self.lists.of(j).costs.last().copied().unwrap_or(0) as f64;
        let one =
            |(j, e): (usize, &Option<(usize, i64)>)| e.map_or_else(|| last(j), |(i, _)| factor * sum[i] / count[i]);
        served.iter().enumerate().map(one).collect()
    }

    /// The best of some first multipliers.
    fn first_volume(&mut self) -> Volume {
        let sites = self.task.costs.sites();
        let dense = sites >= 2000 && self.task.count.is_some_and(|p| sites >= 20 * p);
        let mut tries = vec![self.first_multipliers()];
        if self.task.count.is_some() && self.task.costs.clients() > 0 && self.task.costs.unserved(0).is_none() {
            tries.extend([1.25, 1.45, 1.7, 2.0].map(|factor| self.even_multipliers(factor)));
        }
        let target = self.best().value as f64;
        let mut best: Option<Volume> = None;
        for v in tries {
            let mut volume = Volume::new(v, sites);
            volume.step(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, target);
            if best.as_ref().is_none_or(|b| volume.bound > b.bound) {
                best = Some(volume);
            }
        }
        let mut best = best.unwrap_or_else(|| Volume::new(self.first_multipliers(), sites));
        if dense {
            best.level(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, target, self.watch);
        }
        best
    }

    fn cutoff(&self) -> i128 {
        i128::from(self.best().value - self.slack) * i128::from(self.scale)
    }

    /// Whether nothing better than the incumbent can exist: the bound says so, or what every better answer must do
    /// contradicts itself.
    fn closed(&self) -> bool {
        self.contradiction || self.root.0 > self.cutoff()
    }

    fn root_bound(&self) -> f64 {
        if self.root.1.is_empty() { f64::NEG_INFINITY } else { self.root.0 as f64 / self.scale as f64 }
    }

    /// Proves the bound of multipliers and drops the sites that it decides.
    fn prove(&mut self, v: Vec<i64>) {
        let bound = exact(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, &v, self.scale);
        let cutoff = self.cutoff();
        let (close, open) = decided(&bound, &self.choice, cutoff);
        if !close.is_empty() || !open.is_empty() {
            self.trail.push(Rc::new(v.clone()));
        }
        if bound.total > self.root.0 {
            self.root = (bound.total, v);
        }
        for &i in &open {
            self.choice.must[i as usize] = true;
        }
        for &i in &close {
            self.choice.alive[i as usize] = false;
        }
        self.contradiction |= self.choice.contradicts();
        if !close.is_empty() {
            self.lists.retain(&self.choice.alive);
        }
    }

    fn ascend(&mut self, observer: &dyn Observer) -> Volume {
        let mut volume = self.first_volume();
        let (mut round, mut last_try, mut tried) = (0, f64::NEG_INFINITY, Vec::new());
        while round < 600 && volume.factor() > 4e-3 && !self.closed() && !self.watch.over() {
            let target = self.best().value as f64;
            volume.climb(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, target, CHUNK, self.watch);
            round += CHUNK;
            if volume.bound > last_try && !volume.chosen.is_empty() && volume.chosen != tried {
                last_try = volume.bound;
                tried.clone_from(&volume.chosen);
                self.descend(&tried.clone());
            }
            let v = volume.whole(self.scale);
            self.prove(v);
            observer.note(&format!("incumbent {}, bound {:.1}", self.best().value, self.root_bound()));
        }
        volume
    }

    /// Path relinking between the elite sets, and local search from the best set between them.
    fn relink(&mut self) {
        let mut done = Vec::new();
        while !self.watch.past(0.3) {
            let usable = |b: &Best| b.open.iter().all(|&i| self.choice.alive[i as usize]);
            let pairs = (0..self.elite.len()).flat_map(|a| (0..self.elite.len()).map(move |b| (a, b)));
            let pair = pairs
                .filter(|&(a, b)| a != b && usable(&self.elite[a]) && usable(&self.elite[b]))
                .map(|(a, b)| (self.elite[a].open.clone(), self.elite[b].open.clone()))
                .find(|pair| !done.contains(pair));
            let Some((from, to)) = pair else { return };
            let mut search = Search::new(self.setting(), &from);
            let between = search.walk_to(&to);
            drop(search);
            done.push((from, to));
            if let Some((_, open)) = between {
                self.descend(&open);
            }
            if done.len() >= 12 {
                return;
            }
        }
    }

    /// Fixes sites once more with the final incumbent.
    fn reduce(&mut self) {
        if !self.root.1.is_empty() {
            let v = self.root.1.clone();
            self.prove(v);
        }
    }

    fn branch(mut self, volume: &Volume, limits: &Limits, observer: &dyn Observer) -> Result<Answer, Failure> {
        let n = self.task.costs.clients() as f64;
        let best = self.elite[0].clone();
        let unit = 2f64.powi((best.value as f64 / n / 16.0).max(1e-3).log2().round() as i32);
        let frame = Frame {
            fixed: self.task.fixed,
            choice: self.choice.clone(),
            unit,
            scale: self.scale,
            slack: (self.slack, self.task.grain),
            limits,
            watch: self.watch,
            observer,
        };
        let (found, outcome) = match self.task.costs.shrink(&self.lists, &self.choice) {
            Some((small, place)) => {
                let mut lists = Lists::new(&small, usize::MAX);
                let mut v = vec![0.0; small.clients()];
                for (&at, x) in place.iter().zip(&volume.v) {
                    if at != u32::MAX {
                        v[at as usize] += x;
                    }
                }
                observer.note(&format!("{} clients remain, {} entries", small.clients(), lists.entries()));
                frame.search(&small, &mut lists, best, &v, &volume.opening)?
            }
            None => frame.search(self.task.costs, &mut self.lists, best, &volume.v, &volume.opening)?,
        };
        self.keep(found);
        let bound = outcome.bound.max(self.root_bound());
        Ok(self.answer(bound, outcome.nodes, Some(outcome.end)))
    }

    /// Closes the books: a bound above the cutoff proves the incumbent itself when answers come in grains.
    fn answer(&self, bound: f64, nodes: u64, end: Option<End>) -> Answer {
        let best = self.best().clone();
        let done = self.closed() || end == Some(End::Proved);
        let end = match end {
            _ if done => End::Proved,
            Some(end) => end,
            None if self.watch.left().is_some_and(|s| s <= 0.0) => End::TimeLimit,
            None => End::Interrupted,
        };
        let proved = if self.slack <= self.task.grain { best.value } else { best.value - self.slack };
        let bound = if done { bound.max(proved as f64) } else { bound }.min(best.value as f64);
        Answer {
            value: best.value,
            open: best.open,
            bound,
            end,
            nodes,
            multipliers: self.root.1.clone(),
            scale: self.scale,
            proof: self.proof(bound),
        }
    }
}

/// What the tree needs to know besides costs and lists.
struct Frame<'a> {
    fixed: &'a [i64],
    choice: Choice,
    unit: f64,
    scale: i64,
    slack: (i64, i64),
    limits: &'a Limits,
    watch: &'a Watch,
    observer: &'a dyn Observer,
}

impl Frame<'_> {
    /// Branch and cut from an incumbent, multipliers and an averaged point.
    fn search<D: Costs>(
        &self,
        costs: &D,
        lists: &mut Lists,
        best: Best,
        v: &[f64],
        opening: &[f64],
    ) -> Result<(Best, Outcome), Failure> {
        let (unit, scale, slack) = (self.unit, self.scale, self.slack);
        let mut oracle = Prefix::new(costs, lists, self.fixed, self.choice.clone(), best, unit, scale, slack);
        let (master, tags) = oracle.master(v, opening);
        let decisions = oracle.decisions();
        let tuning = Tuning { nodes: self.limits.nodes, gap: self.limits.gap, ..Tuning::default() };
        let mut tree = Tree::new(&master, decisions, &mut oracle, tuning, self.watch, self.observer)?;
        tree.name_rows(tags);
        let outcome = tree.run()?;
        drop(tree);
        Ok((oracle.best().clone(), outcome))
    }
}

trait Twins {
    fn contains_value(&self, found: &Best) -> bool;
}

impl Twins for Vec<Best> {
    fn contains_value(&self, found: &Best) -> bool {
        self.iter().any(|b| b.value == found.value && b.open == found.open)
    }
}
