//! Benders cuts of p-median and uncapacitated facility location in closed form (Duran-Mateluna, Ales & Elloumi 2023;
//! Fischetti, Ljubić & Sinnl 2017), as an [`Oracle`] for the tree.
//!
//! With the sites of client j ordered by cost, for every cost level D
//! θ_j ≥ D − Σ_{i: c_ij < D} (D − c_ij) y_i,
//! and at a point y the deepest one has D = the cost at which the sum of y along the list reaches 1. The duals λ of
//! the cuts of client j are a convex combination, so v_j = Σ λ D are multipliers of the assignment rows, and the bound
//! of the node is recomputed from them in whole numbers ([`super::ascent::exact`]).

use super::ascent::{Choice, decided, exact};
use super::branch::{BASE, Cut, Oracle, Verdict, View};
use super::costs::{Costs, List, Lists};
use super::swap::{Search, Setting};
use crate::lp::{Col, Programme};
use std::collections::HashSet;

/// Cut violations below this (in units of the linear programme) are left alone.
const VIOLATION: f64 = 1e-6;

/// The best set of sites so far.
#[derive(Clone, Debug)]
pub struct Best {
    /// Its cost.
    pub value: i64,
    /// The open sites, ascending.
    pub open: Vec<u32>,
}

/// The oracle: the problem on the sites that are still alive.
pub struct Prefix<'a, C: Costs> {
    costs: &'a C,
    lists: &'a mut Lists,
    fixed: &'a [i64],
    choice: Choice,
    columns: Vec<u32>,
    column_of: Vec<u32>,
    /// Cheapest cost of each client: the constant part of θ.
    floor: Vec<i64>,
    levels: Vec<(u32, i64)>,
    unit: f64,
    scale: i64,
    /// Answers must be better than the incumbent by at least this to matter.
    slack: i64,
    grain: i64,
    best: Best,
    tried: HashSet<Vec<u32>>,
    calls: u64,
}

impl<'a, C: Costs> Prefix<'a, C> {
    /// Prepares the oracle. `unit` is the size of one LP unit in cost units; `scale` multiplies whole-number bounds.
    #[expect(clippy::too_many_arguments, reason = "the pieces of one problem, borrowed apart")]
    pub fn new(
        costs: &'a C,
        lists: &'a mut Lists,
        fixed: &'a [i64],
        choice: Choice,
        best: Best,
        unit: f64,
        scale: i64,
        (slack, grain): (i64, i64),
    ) -> Self {
        let columns: Vec<u32> = (0..choice.alive.len() as u32).filter(|&i| choice.alive[i as usize]).collect();
        let mut column_of = vec![u32::MAX; choice.alive.len()];
        for (c, &i) in columns.iter().enumerate() {
            column_of[i as usize] = c as u32;
        }
        let cheapest = |(j, l): (usize, &List)| l.costs.first().copied().or(costs.unserved(j)).unwrap_or(0);
        let floor = lists.iter().enumerate().map(cheapest).collect();
        let tried = HashSet::new();
        Self {
            costs,
            lists,
            fixed,
            choice,
            columns,
            column_of,
            floor,
            levels: Vec::new(),
            unit,
            scale,
            slack,
            grain,
            best,
            tried,
            calls: 0,
        }
    }

    /// The incumbent.
    pub fn best(&self) -> &Best {
        &self.best
    }

    /// Number of decisions (sites alive).
    pub fn decisions(&self) -> usize {
        self.columns.len()
    }

    /// The master programme with a first set of cuts around multipliers `v` and the point `opening`, and their tags.
    pub fn master(&mut self, v: &[f64], opening: &[f64]) -> (Programme, Vec<u64>) {
        let mut p = Programme::new();
        for &i in &self.columns {
            let must = f64::from(u8::from(self.choice.must[i as usize]));
            p.column(self.fixed[i as usize] as f64 / self.unit, must, 1.0);
        }
        for _ in 0..self.lists.len() {
            p.column(1.0, 0.0, f64::INFINITY);
        }
        let all: Vec<(Col, f64)> = (0..self.columns.len()).map(|c| (Col::at(c), 1.0)).collect();
        match self.choice.count {
            Some(count) => p.equal(count as f64, all),
            None => p.at_least(1.0, all),
        };
        let mut tags = vec![BASE];
        for j in 0..self.lists.len() {
            let list = self.lists.of(j);
            let at = list.costs.partition_point(|&c| (c as f64) < v[j]);
            let mut levels: Vec<i64> = [at.checked_sub(1), Some(at)]
                .into_iter()
                .flatten()
                .filter_map(|k| list.costs.get(k).copied().or(self.costs.unserved(j)))
                .chain(self.deepest(j, |i| opening[i]))
                .filter(|&d| d > self.floor[j])
                .collect();
            levels.sort_unstable();
            levels.dedup();
            for level in levels {
                let cut = self.cut(j, level);
                tags.push(cut.tag);
                p.at_least(cut.lower, cut.terms.into_iter().map(|(c, a)| (Col::at(c as usize), a)));
            }
        }
        (p, tags)
    }

    /// The level at which the sum of `y` along the list of a client reaches 1, if the list gets that far.
    fn deepest(&self, j: usize, y: impl Fn(usize) -> f64) -> Option<i64> {
        let mut sum = 0.0;
        for (i, c) in self.lists.of(j).iter() {
            sum += y(i);
            if sum >= 1.0 - 1e-9 {
                return Some(c);
            }
        }
        self.costs.unserved(j)
    }

    fn cut(&mut self, j: usize, level: i64) -> Cut {
        let tag = self.levels.len() as u64;
        self.levels.push((j as u32, level));
        let list = self.lists.of(j);
        let mut terms: Vec<(u32, f64)> = list
            .iter()
            .take_while(|e| e.1 < level)
            .map(|(i, c)| (self.column_of[i], (level - c) as f64 / self.unit))
            .collect();
        terms.push(((self.columns.len() + j) as u32, 1.0));
        Cut { tag, lower: (level - self.floor[j]) as f64 / self.unit, terms }
    }

    /// The whole-number multipliers that the duals of the cuts stand for, times the scale.
    fn multipliers(&self, view: &View) -> Vec<i64> {
        let mut v: Vec<f64> = self.floor.iter().map(|&f| f as f64).collect();
        for (&tag, &dual) in view.tags.iter().zip(view.duals) {
            if tag != BASE && dual > 0.0 {
                let (j, level) = self.levels[tag as usize];
                v[j as usize] += dual * (level - self.floor[j as usize]) as f64;
            }
        }
        v.iter().map(|x| (x * self.scale as f64).round() as i64).collect()
    }

    fn cutoff(&self) -> i128 {
        i128::from(self.best.value - self.slack) * i128::from(self.scale)
    }

    fn local(&self, view: &View) -> Choice {
        let mut choice = self.choice.clone();
        for (c, &i) in self.columns.iter().enumerate() {
            choice.alive[i as usize] = view.upper[c] > 0.5;
            choice.must[i as usize] = view.lower[c] > 0.5;
        }
        choice
    }

    /// Rounds a point to a set: the largest values first.
    fn rounded(&self, view: &View) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by(|&a, &b| view.x[b].total_cmp(&view.x[a]).then(a.cmp(&b)));
        let count = match self.choice.count {
            Some(count) => count,
            None => (view.x[..self.columns.len()].iter().sum::<f64>().round() as usize).max(1),
        };
        let mut open: Vec<u32> = order[..count.min(order.len())].iter().map(|&c| self.columns[c]).collect();
        open.sort_unstable();
        open
    }

    /// Local search from a set; keeps what is better than the incumbent.
    pub fn try_set(&mut self, open: &[u32]) {
        if open.is_empty() || !self.tried.insert(open.to_vec()) {
            return;
        }
        let setting = Setting {
            costs: self.costs,
            lists: self.lists,
            fixed: self.fixed,
            alive: &self.choice.alive,
            locked: &self.choice.must,
            count_fixed: self.choice.count.is_some(),
        };
        let mut search = Search::new(setting, open);
        search.descend(&|| false);
        if search.value() < self.best.value {
            self.best = Best { value: search.value(), open: search.open() };
        }
    }
}

impl<C: Costs> Oracle for Prefix<'_, C> {
    fn separate(&mut self, view: &View, cuts: &mut Vec<Cut>) {
        let m = self.columns.len();
        for j in 0..self.lists.len() {
            let (mut sum, mut value, mut level) = (0.0, 0.0, None);
            loop {
                for (i, c) in self.lists.of(j).iter() {
                    let y = view.x[self.column_of[i] as usize];
                    if sum + y >= 1.0 - 1e-9 {
                        level = Some(c);
                        break;
                    }
                    sum += y;
                    value += y * c as f64;
                }
                level = level.or(self.costs.unserved(j));
                if level.is_some() || self.lists.of(j).reach == i64::MAX {
                    break;
                }
                (sum, value) = (0.0, 0.0);
                let reach = self.lists.of(j).reach;
                self.lists.grow(self.costs, j, reach + 1, &self.choice.alive);
            }
            let Some(level) = level else { continue };
            let need = (value + (1.0 - sum) * level as f64 - self.floor[j] as f64) / self.unit;
            if need - view.x[m + j] > VIOLATION * need.max(1.0) {
                let cut = self.cut(j, level);
                cuts.push(cut);
            }
        }
    }

    fn judge(&mut self, view: &View) -> Verdict {
        let v = self.multipliers(view);
        let choice = self.local(view);
        let bound = exact(self.costs, self.lists, self.fixed, &choice, &v, self.scale);
        let cutoff = self.cutoff();
        let value = bound.total as f64 / self.scale as f64;
        if bound.total > cutoff {
            return Verdict { bound: value, pruned: true, ..Verdict::default() };
        }
        let (close, open) = decided(&bound, &choice, cutoff);
        let columns = |sites: Vec<u32>| sites.into_iter().map(|i| self.column_of[i as usize]).collect();
        Verdict { bound: value, pruned: false, close: columns(close), open: columns(open) }
    }

    fn improve(&mut self, view: &View, whole: bool) {
        self.calls += 1;
        if whole || view.depth == 0 || self.calls.is_multiple_of(16) {
            let open = self.rounded(view);
            self.try_set(&open);
        }
    }

    fn beaten(&self, bound: f64) -> bool {
        bound > (self.best.value - self.slack) as f64
    }

    fn incumbent(&self) -> f64 {
        self.best.value as f64
    }

    fn proven(&self) -> f64 {
        let hidden = if self.slack > self.grain { self.slack } else { 0 };
        (self.best.value - hidden) as f64
    }
}
