//! From the root's multipliers to the tree of [`crate::placement::descent`].

use super::{Answer, Shown, State};
use crate::placement::ascent::exact;
use crate::placement::control::{End, Limits};
use crate::placement::costs::Costs;
use crate::placement::descent::Descent;
use crate::placement::descent::piece::{Fate, NONE, Piece};
use crate::placement::descent::proof::{Node, Proof, Then};
use crate::placement::prefix::Best;
use crate::progress::Observer;
use std::rc::Rc;

/// Numbers that the proof may hold.
const PROOF: usize = 100_000_000;

impl<C: Costs> State<'_, '_, C> {
    /// What is left after the root, client by client.
    fn piece(&mut self) -> (Piece, Vec<i64>) {
        let v = self.root.1.clone();
        let room = (self.cutoff() - self.root.0) as i64;
        let m = self.task.costs.sites();
        let mut piece = Piece {
            sites: (0..m as u32).collect(),
            fixed: self.task.fixed.iter().map(|f| f * self.scale).collect(),
            starts: vec![0],
            count: self.task.count,
            ..Piece::default()
        };
        let bound = exact(self.task.costs, &mut self.lists, self.task.fixed, &self.choice, &v, self.scale);
        let alive: Vec<u32> = (0..m as u32).filter(|&i| self.choice.alive[i as usize]).collect();
        for (j, &vj) in v.iter().enumerate() {
            let limit = vj.saturating_add(room);
            let entry = |i: u32, c: i64| {
                let free = !self.choice.must[i as usize];
                let penalty = if free { bound.penalty(i as usize) } else { 0 };
                (c * self.scale).saturating_add(penalty) <= limit
            };
            let list = self.lists.of(j);
            let mut row: Vec<(i64, u32)> = if list.reach.saturating_mul(self.scale) > limit {
                list.iter().map(|(i, c)| (c, i as u32)).filter(|e| entry(e.1, e.0)).collect()
            } else {
                let all = alive.iter().map(|&i| (self.task.costs.cost(i as usize, j), i));
                all.filter(|e| entry(e.1, e.0)).collect()
            };
            row.sort_unstable();
            piece.site.extend(row.iter().map(|e| e.1));
            piece.cost.extend(row.iter().map(|e| e.0 * self.scale));
            piece.starts.push(piece.site.len());
            piece.clients.push(j as u32);
            piece.cap.push(NONE);
        }
        (piece, v)
    }

    /// Solves what is left by the tree of Lagrangian bounds.
    pub(super) fn descend_tree(mut self, limits: &Limits, observer: &dyn Observer) -> Answer {
        let (whole, v) = self.piece();
        let mut fate: Vec<Fate> = (0..whole.sites.len())
            .map(|i| match (self.choice.alive[i], self.choice.must[i]) {
                (_, true) => Fate::Open,
                (true, _) => Fate::Free,
                _ => Fate::Closed,
            })
            .collect();
        let Some((piece, kept)) = whole.restrict(&mut fate, |_| NONE - 1, |_| 0) else {
            self.contradiction = true;
            return self.answer(self.root_bound(), 0, None);
        };
        let v: Vec<i64> = kept.iter().map(|&j| v[j as usize]).collect();
        observer.note(&format!(
            "{} sites, {} clients, {} entries remain, {} opened",
            piece.sites.len(),
            piece.clients.len(),
            piece.site.len(),
            piece.opened.len()
        ));
        let mut descent = Descent {
            scale: self.scale,
            top: 4 * piece.cost.iter().copied().max().unwrap_or(1),
            nodes: 0,
            fence: limits.nodes.unwrap_or(u64::MAX),
            level: 0,
            room: PROOF,
            watch: self.watch,
            observer,
        };
        let cutoff = self.best().value - self.slack;
        let outcome = descent.search(piece, v, cutoff, true);
        let nodes = descent.nodes;
        if let Some((value, open)) = outcome.found {
            self.keep(Best { value, open });
        }
        self.tree = outcome.proof.map_or(Shown::Lost, Shown::All);
        let end = outcome
            .complete
            .then_some(End::Proved)
            .or_else(|| limits.nodes.is_some_and(|n| nodes >= n).then_some(End::WorkLimit));
        let bound = self.root_bound().max(outcome.lower as f64);
        self.answer(bound, nodes, end)
    }

    /// The proof of a bound: the root's multipliers, those that decided something on the way, and the tree.
    pub(super) fn proof(&self, bound: f64) -> Option<Proof> {
        if self.task.count.is_none() || self.root.1.is_empty() {
            return None;
        }
        let trail = self.trail.iter().rev().cloned();
        let multipliers = [Rc::new(self.root.1.clone())].into_iter().chain(trail).collect();
        let (then, bound) = match &self.tree {
            Shown::Lost => (Then::Closed, self.root_bound().min(bound)),
            Shown::All(tree) => (Then::Under(Box::new(tree.clone())), bound),
            Shown::Nothing => (Then::Closed, bound),
        };
        Some(Proof {
            none: bound.ceil() as i64 - 1,
            clients: (0..self.task.costs.clients() as u32).collect(),
            nodes: vec![Node { multipliers, then }],
        })
    }
}
