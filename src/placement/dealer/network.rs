//! A plan as data: at most one change a store, in one phase, and the moves that pair a closing with an opening.

use super::Problem;
use crate::network::SiteRule;
use crate::units::Money;
use serde::{Deserialize, Serialize};

/// The one change of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Change {
    /// The phase at whose beginning it takes place.
    pub phase: usize,
    /// The option from then on; `None`: closed.
    pub to: Option<usize>,
}

/// What is decided for every store (`None`: it stays as it is today) and the moves taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// One entry per store.
    pub changes: Vec<Option<Change>>,
    /// Moves taken, ascending; each joins a closing and an opening of the same phase.
    pub moves: Vec<usize>,
}

impl Network {
    /// The network as it is today, for ever.
    pub fn today(problem: &Problem) -> Self {
        Self { changes: vec![None; problem.stores.len()], moves: Vec::new() }
    }

    /// The option of a store in a phase.
    pub fn option(&self, problem: &Problem, store: usize, phase: usize) -> Option<usize> {
        problem.option(store, self.changes[store], phase)
    }

    /// The option of every store in a phase.
    pub fn open(&self, problem: &Problem, phase: usize) -> Vec<Option<usize>> {
        (0..self.changes.len()).map(|i| self.option(problem, i, phase)).collect()
    }

    /// Whether a move's two ends are what it needs.
    pub(super) fn fits(&self, problem: &Problem, k: usize) -> bool {
        let m = problem.moves[k];
        match (self.changes[m.from], self.changes[m.to]) {
            (Some(a), Some(b)) => a.to.is_none() && b.to == Some(0) && a.phase == b.phase,
            _ => false,
        }
    }

    /// Pairs closings and openings, best saving first, each store at most once.
    pub(super) fn pair(&mut self, problem: &Problem) {
        let mut savings: Vec<(Money, usize)> = (0..problem.moves.len())
            .filter(|&k| self.fits(problem, k))
            .map(|k| (problem.move_difference(k), k))
            .filter(|s| s.0 < Money::ZERO)
            .collect();
        savings.sort_unstable();
        let mut used = vec![false; self.changes.len()];
        self.moves.clear();
        for (_, k) in savings {
            let m = problem.moves[k];
            if !used[m.from] && !used[m.to] {
                (used[m.from], used[m.to]) = (true, true);
                self.moves.push(k);
            }
        }
        self.moves.sort_unstable();
    }
}

impl Problem {
    /// The option of a store in a phase under a change.
    pub fn option(&self, store: usize, change: Option<Change>, phase: usize) -> Option<usize> {
        match change {
            Some(c) if c.phase <= phase => c.to,
            _ => self.stores[store].today,
        }
    }

    /// Everything that may happen to a store, staying as it is first.
    pub(super) fn choices(&self, store: usize) -> Vec<Option<Change>> {
        let s = &self.stores[store];
        let forbidden = s.rule == SiteRule::Forbidden;
        let mut all = Vec::new();
        if !forbidden || s.today.is_none() {
            all.push(None);
        }
        for phase in 0..self.phases.len() {
            if !forbidden {
                let others = (0..s.options.len()).filter(|&k| Some(k) != s.today);
                all.extend(others.map(|k| Some(Change { phase, to: Some(k) })));
            }
            if s.today.is_some() {
                all.push(Some(Change { phase, to: None }));
            }
        }
        all
    }

    /// One-off money of a change alone.
    pub(super) fn change_cost(&self, store: usize, change: Option<Change>) -> Money {
        let s = &self.stores[store];
        match change {
            None => Money::ZERO,
            Some(Change { to: Some(k), .. }) => s.options[k].one_off,
            Some(Change { to: None, .. }) => s.closing_cost,
        }
    }

    /// `v_ab − q_a − o_b`: what a move adds to a closing and an opening.
    pub(super) fn move_difference(&self, k: usize) -> Money {
        let m = self.moves[k];
        m.cost - self.stores[m.from].closing_cost - self.stores[m.to].options[0].one_off
    }
}
