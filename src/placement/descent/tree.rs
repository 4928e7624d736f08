//! The search tree: best bound first, the side with the site open at once.

use super::branching::{PseudoCost, falls, opening_of};
use super::climb::Climb;
use super::piece::{Fate, NONE, Piece};
use super::polish::shake;
use super::proof::{Group, Node, Proof, Then};
use super::sharpen::Simplex;
use super::{Descent, Outcome};
use std::collections::BinaryHeap;
use std::rc::Rc;

/// A node that waits.
pub(super) struct Open {
    bound: i64,
    serial: u64,
    fates: Vec<(u32, bool)>,
    pub(super) v: Rc<Vec<i64>>,
    place: usize,
    /// The site of the root that made this node, whether it is open, what that took away, and the parent's bound.
    born: Option<(u32, bool, f64, i64)>,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bound.cmp(&self.bound).then(self.serial.cmp(&other.serial))
    }
}

/// One tree.
pub(super) struct Tree {
    pub(super) root: Piece,
    pub(super) cutoff: i64,
    found: Option<(i64, Vec<u32>)>,
    nodes: Vec<Node>,
    heap: BinaryHeap<Open>,
    serial: u64,
    kept: bool,
    fresh: bool,
    v: Vec<i64>,
    pub(super) simplex: Option<Simplex>,
    pub(super) pseudo: Vec<PseudoCost>,
}

/// What became of a node.
enum Ending {
    Gone,
    Parted(i64),
    Split(Box<Piece>, u32),
}

/// Rounds at the root of a tree, at its other nodes, and at a root that was climbed before.
const ROUNDS: (usize, usize, usize) = (400, 120, 30);
/// Entries that the random restarts at a root may look at, each time a set is tried.
const SHAKES: usize = 1_000_000;
/// Nodes of a tree with a linear programme before one of them may fall into parts.
const PATIENCE: usize = 40;

impl Descent<'_> {
    /// Finds the best answer that costs at most `cutoff` (not scaled), or proves that there is none. A `fresh`
    /// search takes its time at the root.
    pub fn search(&mut self, root: Piece, v: Vec<i64>, cutoff: i64, fresh: bool) -> Outcome {
        let mut tree = Tree {
            cutoff,
            found: None,
            nodes: vec![Node::default()],
            heap: BinaryHeap::new(),
            serial: 0,
            kept: self.room > 0,
            fresh,
            v: v.clone(),
            simplex: None,
            pseudo: Vec::new(),
            root,
        };
        let mut closed = i64::MAX;
        let mut next =
            Some((None, Open { bound: i64::MIN, serial: 0, fates: Vec::new(), v: Rc::new(v), place: 0, born: None }));
        while let Some((piece, mut open)) = next.take().or_else(|| tree.heap.pop().map(|o| (None, o))) {
            if self.over() {
                let lower = tree.heap.iter().map(|o| o.bound).fold(open.bound, i64::min);
                let lower = self.up(lower).min(closed).min(tree.cutoff + 1);
                tree.heap.push(open);
                return tree.outcome(lower, false);
            }
            if open.bound > tree.cutoff.saturating_mul(self.scale) {
                tree.nodes[open.place].multipliers.push(open.v.clone());
                continue;
            }
            self.nodes += 1;
            let Some(piece) = piece.or_else(|| tree.rebuilt(&open)) else { continue };
            match self.process(&mut tree, piece, &mut open) {
                Ending::Gone => {}
                Ending::Parted(lower) => closed = closed.min(lower),
                Ending::Split(piece, site) => next = Some(self.split(&mut tree, &piece, open, site)),
            }
            if self.nodes.is_multiple_of(200) {
                let best = tree.heap.peek().map_or(0, |o| self.up(o.bound));
                self.observer.note(&format!(
                    "node {}: bound {best}, cutoff {}, {} open",
                    self.nodes,
                    tree.cutoff,
                    tree.heap.len()
                ));
            }
        }
        let complete = closed == i64::MAX;
        let lower = tree.found.as_ref().map_or(tree.cutoff + 1, |f| f.0).min(closed);
        tree.outcome(lower, complete)
    }

    fn keep(&mut self, tree: &mut Tree, place: usize, v: Rc<Vec<i64>>) {
        if tree.kept {
            self.room = self.room.saturating_sub(v.len());
            tree.kept = self.room > 0;
            tree.nodes[place].multipliers.push(v);
        }
    }

    fn process(&mut self, tree: &mut Tree, mut piece: Piece, open: &mut Open) -> Ending {
        let first = open.fates.is_empty();
        let mut rounds = match (first, tree.fresh) {
            (true, true) => ROUNDS.0,
            (true, false) => ROUNDS.2,
            _ => ROUNDS.1,
        };
        loop {
            if piece.clients.is_empty() {
                tree.offer(self.scale, piece.constant, &piece, &first_sites(&piece));
                return Ending::Gone;
            }
            let v = taken(&tree.root, &open.v, &piece);
            let (factor, patience) = if first { (0.5, 8) } else { (0.3, 5) };
            let mut climb = Climb::new(&piece, v, self.top, factor, patience);
            let cutoff = tree.cutoff.saturating_mul(self.scale);
            if tree.simplex.is_none() {
                climb.run(&piece, cutoff, rounds, if first { 0.01 } else { 0.04 });
            }
            if climb.best.bound <= cutoff && self.level == 0 && !(first && falls(&piece, &climb, cutoff)) {
                climb = self.sharpened(tree, &piece, climb, open, cutoff, first);
            }
            tree.learn(open, climb.best.bound);
            open.v = Rc::new(given(&tree.root, &open.v, &piece, &climb.v));
            open.bound = open.bound.max(climb.best.bound);
            self.keep(tree, open.place, open.v.clone());
            self.improve(tree, &piece, &climb, rounds == ROUNDS.0);
            if first {
                tree.v.clone_from(&open.v);
            }
            let cutoff = tree.cutoff.saturating_mul(self.scale);
            if climb.best.bound > cutoff {
                return Ending::Gone;
            }
            let mut fate = piece.decided(&climb.best, cutoff);
            let room = cutoff - climb.best.bound;
            let penalty = piece.penalties(&climb.best);
            let Some((small, _)) = piece.restrict(&mut fate, |j| climb.v[j].saturating_add(room), |i| penalty[i])
            else {
                return Ending::Gone;
            };
            for (i, &f) in fate.iter().enumerate() {
                if f != Fate::Free {
                    open.fates.push((piece.sites[i], f == Fate::Open));
                }
            }
            let much = small.sites.len() * 10 < piece.sites.len() * 9 || small.clients.is_empty();
            if much {
                piece = small;
                rounds = 40;
                continue;
            }
            let least = if tree.simplex.is_none() || tree.nodes.len() > 2 * PATIENCE { 0.85 } else { 0.25 };
            if let Some(outcome) =
                self.parted(&small, &open.v, &opening_of(&small, &piece, &climb), tree.cutoff, &tree.root, least)
            {
                return self.gather(tree, open.place, outcome);
            }
            let sharp = self.choose_sharp(tree, &small, climb.best.bound);
            return match sharp.or_else(|| self.choose(tree, &small, &climb, &piece, open)) {
                Some(site) => Ending::Split(Box::new(small), site),
                None => Ending::Gone,
            };
        }
    }

    /// Takes over what the parts of a node brought.
    fn gather(&mut self, tree: &mut Tree, place: usize, (outcome, groups): (Outcome, Vec<Group>)) -> Ending {
        if let Some(found) = outcome.found
            && found.0 <= tree.cutoff
        {
            tree.cutoff = found.0 - 1;
            tree.found = Some(found);
        }
        tree.nodes[place].then = Then::Parts(groups);
        if outcome.complete { Ending::Gone } else { Ending::Parted(outcome.lower) }
    }

    fn improve(&mut self, tree: &mut Tree, piece: &Piece, climb: &Climb, first: bool) {
        let sharp = tree.simplex.is_some();
        if first || sharp || self.nodes.is_multiple_of(32) {
            let tries = match (first, sharp) {
                (true, _) if self.nodes == 1 => (SHAKES / piece.site.len()).clamp(6, 30),
                (true, _) => 2,
                (false, true) if self.nodes % 4 != 1 => 0,
                (false, _) => 1,
            };
            if let Some((value, open)) = shake(piece, &climb.best.chosen, &climb.opening, tries, self.nodes) {
                tree.offer(self.scale, value, piece, &open);
            }
        } else if let Some(value) = piece.value(&climb.best.chosen) {
            tree.offer(self.scale, value, piece, &climb.best.chosen);
        }
    }

    /// Makes two nodes of one; returns the one to go on with.
    fn split(&mut self, tree: &mut Tree, piece: &Piece, open: Open, site: u32) -> (Option<Piece>, Open) {
        let name = piece.sites[site as usize];
        let place = tree.nodes.len();
        tree.nodes.extend([Node::default(), Node::default()]);
        tree.nodes[open.place].then = Then::Split(name, place, place + 1);
        let mut child = |yes: bool| {
            tree.serial += 1;
            let mut fates = open.fates.clone();
            fates.push((name, yes));
            Open {
                bound: open.bound,
                serial: tree.serial,
                fates,
                v: open.v.clone(),
                place: place + usize::from(yes),
                born: None,
            }
        };
        let (mut no, mut yes) = (child(false), child(true));
        if let (Some(simplex), Ok(at)) = (&tree.simplex, tree.root.sites.binary_search(&name)) {
            let y = simplex.y[at];
            no.born = Some((at as u32, false, y, open.bound));
            yes.born = Some((at as u32, true, 1.0 - y, open.bound));
        }
        tree.heap.push(no);
        let mut fates = vec![Fate::Free; piece.sites.len()];
        fates[site as usize] = Fate::Open;
        match piece.restrict(&mut fates, |_| NONE - 1, |_| 0) {
            Some((small, _)) => (Some(small), yes),
            None => (None, yes),
        }
    }
}

impl Tree {
    /// The outcome, with the nodes that still wait as leaves of the proof.
    fn outcome(mut self, lower: i64, complete: bool) -> Outcome {
        let unseen = self.heap.iter().any(|o| o.bound == i64::MIN);
        for open in std::mem::take(&mut self.heap) {
            self.nodes[open.place].multipliers.push(open.v);
        }
        let proof = (self.kept && !unseen).then(|| Proof {
            none: lower - 1,
            clients: std::mem::take(&mut self.root.clients),
            nodes: self.nodes,
        });
        Outcome { lower, found: self.found, complete, proof, v: self.v }
    }

    /// Keeps an answer that is better than the cutoff; `value` is scaled.
    fn offer(&mut self, scale: i64, value: i64, piece: &Piece, open: &[u32]) {
        let value = value / scale;
        if value <= self.cutoff {
            self.cutoff = value - 1;
            self.found = Some((value, piece.names(open)));
        }
    }

    /// What has been decided at a node about the sites of the root.
    pub(super) fn fates(&self, open: &Open) -> Vec<Fate> {
        let mut fate = vec![Fate::Free; self.root.sites.len()];
        for &(name, yes) in &open.fates {
            if let Ok(i) = self.root.sites.binary_search(&name) {
                fate[i] = if yes { Fate::Open } else { Fate::Closed };
            }
        }
        fate
    }

    /// The piece of a node from the root's.
    fn rebuilt(&self, open: &Open) -> Option<Piece> {
        self.root.restrict(&mut self.fates(open), |_| NONE - 1, |_| 0).map(|r| r.0)
    }

    /// Openings of the sites of a piece out of those of the root.
    pub(super) fn opening(&self, piece: &Piece, y: &[f64]) -> Vec<f64> {
        piece.sites.iter().map(|i| self.root.sites.binary_search(i).map_or(0.0, |at| y[at])).collect()
    }

    /// Learns from the bound of a node what its birth brought.
    fn learn(&mut self, open: &mut Open, bound: i64) {
        if let Some((at, yes, removed, before)) = open.born.take() {
            let k = usize::from(yes);
            self.pseudo[at as usize].sum[k] += (bound - before).max(0) as f64 / removed.max(1e-6);
            self.pseudo[at as usize].seen[k] += 1;
        }
    }
}

/// Sites to fill the count with when nobody is left to serve.
fn first_sites(piece: &Piece) -> Vec<u32> {
    (0..piece.count.unwrap_or(0) as u32).collect()
}

/// The multipliers of the clients of a piece, out of those of the root.
pub(super) fn taken(root: &Piece, v: &[i64], piece: &Piece) -> Vec<i64> {
    let mut at = 0;
    let one = |&name: &u32| {
        while root.clients[at] != name {
            at += 1;
        }
        v[at]
    };
    piece.clients.iter().map(one).collect()
}

/// The multipliers of the root with those of a piece put in.
pub(super) fn given(root: &Piece, v: &[i64], piece: &Piece, of_piece: &[i64]) -> Vec<i64> {
    let mut all = v.to_vec();
    let mut at = 0;
    for (&name, &x) in piece.clients.iter().zip(of_piece) {
        while root.clients[at] != name {
            at += 1;
        }
        all[at] = x;
    }
    all
}
