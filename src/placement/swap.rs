//! Local search over sets of open sites by add, drop and swap (Resende & Werneck 2007): gain, loss and the sparse
//! correction `extra` are kept up to date, so that the profit of every move is known without touching clients.
//!
//! profit of opening i and closing r = gain(i) − f_i − loss(r) + f_r + extra(i, r), with, over the clients j served at
//! d1 by their first open site φ1 and at d2 by their second,
//! gain(i) = Σ_j (d1 − d_ij)⁺, loss(r) = Σ_{φ1(j) = r} (d2 − d1), extra(i, r) = Σ_{φ1(j) = r} (d2 − max(d_ij, d1))⁺.

use super::costs::{Costs, Lists};

/// Stands for the second site of a client when only one is open.
const NOBODY: u32 = u32::MAX;
/// Cost of having no second site; larger than any cost, small enough to be summed over a million clients.
const FAR: i64 = 1 << 42;

/// What is searched: costs, fixed costs of sites, and whether the number of open sites is fixed.
pub struct Setting<'a, C: Costs> {
    /// Serving costs.
    pub costs: &'a C,
    /// Cheapest sites of each client.
    pub lists: &'a Lists,
    /// Fixed cost of each site.
    pub fixed: &'a [i64],
    /// Sites that may be open.
    pub alive: &'a [bool],
    /// Sites that must stay open once they are.
    pub locked: &'a [bool],
    /// Whether the number of open sites must stay as it is.
    pub count_fixed: bool,
}

impl<C: Costs> Clone for Setting<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C: Costs> Copy for Setting<'_, C> {}

/// A set of open sites with the profit of every move.
pub struct Search<'a, C: Costs> {
    setting: Setting<'a, C>,
    open: Vec<u32>,
    is_open: Vec<bool>,
    first: Vec<(u32, i64)>,
    second: Vec<(u32, i64)>,
    gain: Vec<i64>,
    loss: Vec<i64>,
    extra: Vec<Vec<(u32, i64)>>,
    value: i64,
    affected: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    profit: i64,
    enter: Option<u32>,
    leave: Option<u32>,
}

impl<'a, C: Costs> Search<'a, C> {
    /// Starts from a set of open sites (at least one).
    pub fn new(setting: Setting<'a, C>, open: &[u32]) -> Self {
        let (m, n) = (setting.costs.sites(), setting.costs.clients());
        let mut is_open = vec![false; m];
        for &i in open {
            is_open[i as usize] = true;
        }
        let mut search = Self {
            setting,
            open: open.to_vec(),
            is_open,
            first: vec![(NOBODY, FAR); n],
            second: vec![(NOBODY, FAR); n],
            gain: vec![0; m],
            loss: vec![0; m],
            extra: vec![Vec::new(); m],
            value: open.iter().map(|&i| setting.fixed[i as usize]).sum(),
            affected: Vec::new(),
        };
        for j in 0..n {
            search.locate(j);
            search.value += search.first[j].1;
            search.account(j, 1);
        }
        search
    }

    /// Cost of the set.
    pub fn value(&self) -> i64 {
        self.value
    }

    /// The open sites, ascending.
    pub fn open(&self) -> Vec<u32> {
        let mut open = self.open.clone();
        open.sort_unstable();
        open
    }

    /// First and second open site of a client.
    fn locate(&mut self, j: usize) {
        let alone = self.setting.costs.unserved(j);
        let far = alone.unwrap_or(FAR);
        let (mut one, mut two) = ((NOBODY, far), (NOBODY, far));
        for (i, c) in self.setting.lists.of(j).iter() {
            if self.is_open[i] {
                if one.0 == NOBODY {
                    one = (i as u32, c);
                } else {
                    two = (i as u32, c);
                    break;
                }
            }
        }
        if two.0 == NOBODY && alone.is_none() && self.setting.lists.of(j).reach != i64::MAX {
            for &i in &self.open {
                let c = self.setting.costs.cost(i as usize, j);
                if i == one.0 {
                } else if (c, i) < (one.1, one.0) {
                    two = one;
                    one = (i, c);
                } else if (c, i) < (two.1, two.0) {
                    two = (i, c);
                }
            }
        }
        self.first[j] = one;
        self.second[j] = two;
    }

    /// Adds (`sign` 1) or takes back (−1) what client `j` contributes to gain, loss and extra.
    fn account(&mut self, j: usize, sign: i64) {
        let ((c1, d1), (_, d2)) = (self.first[j], self.second[j]);
        if c1 != NOBODY {
            self.loss[c1 as usize] += sign * (d2 - d1);
        }
        let list = self.setting.lists.of(j);
        for (&i, &c) in list.sites.iter().zip(&list.costs) {
            if c >= d2 {
                break;
            }
            let i = i as usize;
            if self.is_open[i] {
                continue;
            }
            let amount = if c < d1 {
                self.gain[i] += sign * (d1 - c);
                d2 - d1
            } else {
                d2 - c
            };
            if amount == 0 || c1 == NOBODY {
                continue;
            }
            let row = &mut self.extra[i];
            match row.iter_mut().position(|e| e.0 == c1) {
                Some(at) => {
                    row[at].1 += sign * amount;
                    if row[at].1 == 0 {
                        row.swap_remove(at);
                    }
                }
                None => row.push((c1, sign * amount)),
            }
        }
    }

    /// The most profitable move among those `enter` and `leave` allow; ties go to the larger site numbers.
    fn best(&self, enter: impl Fn(usize) -> bool, leave: impl Fn(usize) -> bool) -> Option<Move> {
        let Setting { fixed, alive, count_fixed, .. } = self.setting;
        let price = |r: u32| self.loss[r as usize] - fixed[r as usize];
        let leave = |r: usize| leave(r) && !self.setting.locked[r];
        let cheapest = self.open.iter().copied().filter(|&r| leave(r as usize)).map(|r| (price(r), r)).min();
        let mut best: Option<Move> = None;
        let mut offer = |candidate: Move| {
            if best.is_none_or(|b| candidate > b) {
                best = Some(candidate);
            }
        };
        for i in 0..self.gain.len() {
            if self.is_open[i] || !alive[i] || !enter(i) {
                continue;
            }
            let base = self.gain[i] - fixed[i];
            if !count_fixed {
                offer(Move { profit: base, enter: Some(i as u32), leave: None });
            }
            if let Some((low, r)) = cheapest {
                offer(Move { profit: base - low, enter: Some(i as u32), leave: Some(r) });
                for &(r, e) in &self.extra[i] {
                    if leave(r as usize) {
                        offer(Move { profit: base - price(r) + e, enter: Some(i as u32), leave: Some(r) });
                    }
                }
            }
        }
        if let (false, Some((low, r)), true) = (count_fixed, cheapest, self.open.len() > 1) {
            offer(Move { profit: -low, enter: None, leave: Some(r) });
        }
        best
    }

    fn apply(&mut self, step: Move) {
        let (enter, leave) = (step.enter.unwrap_or(NOBODY), step.leave.unwrap_or(NOBODY));
        let mut affected = std::mem::take(&mut self.affected);
        affected.clear();
        for j in 0..self.first.len() {
            let touched = leave != NOBODY && (self.first[j].0 == leave || self.second[j].0 == leave)
                || (enter != NOBODY && self.setting.costs.cost(enter as usize, j) < self.second[j].1);
            if touched {
                affected.push(j as u32);
                self.value -= self.first[j].1;
                self.account(j, -1);
            }
        }
        if leave != NOBODY {
            self.is_open[leave as usize] = false;
            self.open.retain(|&i| i != leave);
            self.value -= self.setting.fixed[leave as usize];
        }
        if enter != NOBODY {
            self.is_open[enter as usize] = true;
            self.open.push(enter);
            self.value += self.setting.fixed[enter as usize];
        }
        for &j in &affected {
            self.locate(j as usize);
            self.value += self.first[j as usize].1;
            self.account(j as usize, 1);
        }
        self.affected = affected;
    }

    /// Improves until no move does, or until `over` says so; returns the number of moves.
    pub fn descend(&mut self, over: &dyn Fn() -> bool) -> usize {
        let mut moves = 0;
        while let Some(step) = self.best(|_| true, |_| true) {
            if step.profit <= 0 || over() {
                break;
            }
            self.apply(step);
            moves += 1;
        }
        moves
    }

    /// Walks towards another set, best step first, and returns the best set strictly between the two ends.
    pub fn walk_to(&mut self, goal: &[u32]) -> Option<(i64, Vec<u32>)> {
        let mut wanted = vec![false; self.gain.len()];
        for &i in goal {
            wanted[i as usize] = true;
        }
        let mut best: Option<(i64, Vec<u32>)> = None;
        let distance = |s: &Self| {
            s.open.iter().filter(|&&i| !wanted[i as usize]).count()
                + goal.iter().filter(|&&i| !s.is_open[i as usize]).count()
        };
        while let Some(step) = self.best(|i| wanted[i], |r| !wanted[r]) {
            self.apply(step);
            if distance(self) <= 1 + usize::from(self.setting.count_fixed) {
                break;
            }
            if best.as_ref().is_none_or(|b| self.value < b.0) {
                best = Some((self.value, self.open()));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::costs::Matrix;
    use super::super::dice::Dice;
    use super::*;

    fn value(costs: &Matrix, fixed: &[i64], open: &[u32]) -> i64 {
        let serve: i64 =
            (0..costs.clients()).map(|j| open.iter().map(|&i| costs.cost(i as usize, j)).min().unwrap()).sum();
        serve + open.iter().map(|&i| fixed[i as usize]).sum::<i64>()
    }

    #[test]
    fn profits_are_those_of_a_recount_after_every_move() {
        for seed in 0..200 {
            let mut dice = Dice::new(seed);
            let (m, n) = (3 + dice.below(7), 1 + dice.below(12));
            let costs = Matrix::new(m, (0..m * n).map(|_| dice.below(20) as i64).collect());
            let fixed: Vec<i64> = (0..m).map(|_| dice.below(15) as i64).collect();
            let lists = Lists::new(&costs, m);
            let alive = vec![true; m];
            for count_fixed in [true, false] {
                let p = 1 + dice.below(m - 1);
                let start = dice.sample(m, p);
                let setting = Setting {
                    costs: &costs,
                    lists: &lists,
                    fixed: &fixed,
                    alive: &alive,
                    locked: &vec![false; m],
                    count_fixed,
                };
                let mut search = Search::new(setting, &start);
                assert_eq!(search.value(), value(&costs, &fixed, &start));
                for _ in 0..6 {
                    let Some(step) = search.best(|_| true, |_| true) else { break };
                    let before = search.value();
                    search.apply(step);
                    assert_eq!(search.value(), value(&costs, &fixed, &search.open()), "seed {seed}");
                    assert_eq!(before - search.value(), step.profit, "seed {seed}");
                }
            }
        }
    }
}
