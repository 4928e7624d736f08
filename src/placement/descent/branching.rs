//! Which site a node splits on.

use super::Descent;
use super::climb::Climb;
use super::piece::{Fate, NONE, Piece};
use super::sharpen::Simplex;
use super::tree::{Open, Tree, given, taken};

/// Mean gain of the bound per unit of openings taken away, closed and opened.
#[derive(Clone, Copy, Default)]
pub struct PseudoCost {
    /// Sums of the gains.
    pub sum: [f64; 2],
    /// How many there were.
    pub seen: [u32; 2],
}

/// Entries of the largest piece whose linear programme is solved.
const LARGEST_PROGRAMME: usize = 1_000_000;
/// Entries below its multiplier that a client may have on average where a linear programme is worth its time.
const DENSE: usize = 32;
/// Sites to open from which on that holds: with fewer, every cut is long and a climb is faster.
const FEW: usize = 15;
/// Sites that a node tries out before it splits.
const TRIALS: usize = 5;

impl Descent<'_> {
    /// Takes the multipliers of the linear programme of a node where they are better.
    pub(super) fn sharpened(
        &mut self,
        tree: &mut Tree,
        piece: &Piece,
        climb: Climb,
        open: &Open,
        cutoff: i64,
        first: bool,
    ) -> Climb {
        if first && tree.simplex.is_none() {
            let below = |j: usize| piece.row(j).take_while(|e| e.1 < climb.v[j]).count();
            let entries: usize = (0..piece.clients.len()).map(below).sum();
            if piece.count.is_none_or(|p| p < FEW)
                || entries > DENSE * piece.clients.len()
                || piece.site.len() > LARGEST_PROGRAMME
            {
                return climb;
            }
            let place = |i: &u32| piece.sites.binary_search(i).map_or(0.0, |at| climb.opening[at]);
            let opening: Vec<f64> = tree.root.sites.iter().map(place).collect();
            tree.simplex = Simplex::new(&tree.root, &given(&tree.root, &open.v, piece, &climb.v), &opening, self.watch)
                .ok()
                .flatten();
            tree.pseudo = vec![PseudoCost::default(); tree.root.sites.len()];
        }
        let Some(mut simplex) = tree.simplex.take() else { return climb };
        let fate = tree.fates(open);
        let target = (cutoff - tree.root.constant) as f64;
        let rounds = if first { 100 } else { 12 };
        let solved = simplex.set(&fate).and_then(|()| simplex.solve(&tree.root, target, rounds, self.watch));
        let Ok(solved) = solved else { return climb };
        let climb = match solved {
            Some(v) => {
                let mut other = Climb::new(piece, taken(&tree.root, &v, piece), self.top, 0.3, 5);
                other.opening = tree.opening(piece, &simplex.y);
                if other.best.bound < climb.best.bound {
                    (other.best, other.v) = (climb.best, climb.v);
                }
                other
            }
            None => climb,
        };
        tree.simplex = Some(simplex);
        climb
    }

    /// The same with a linear programme: strong branching until pseudo-costs can be trusted.
    pub(super) fn choose_sharp(&mut self, tree: &mut Tree, small: &Piece, base: i64) -> Option<u32> {
        let mut simplex = tree.simplex.take()?;
        let place = |i: usize| tree.root.sites.binary_search(&small.sites[i]).unwrap_or(0);
        let mean = |k: usize| {
            let (sum, seen) = tree.pseudo.iter().fold((0.0, 0), |a, p| (a.0 + p.sum[k], a.1 + p.seen[k]));
            if seen == 0 { 1.0 } else { sum / f64::from(seen) }
        };
        let means = [mean(0), mean(1)];
        let rate = |p: &PseudoCost, k: usize| if p.seen[k] == 0 { means[k] } else { p.sum[k] / f64::from(p.seen[k]) };
        let worth = |no: f64, yes: f64| no.max(1e-3) * yes.max(1e-3);
        let y = simplex.y.clone();
        let mut candidates: Vec<(f64, usize, usize)> = (0..small.sites.len())
            .map(|i| (i, place(i)))
            .filter(|&(_, at)| y[at] > 1e-6 && y[at] < 1.0 - 1e-6)
            .map(|(i, at)| {
                let p = &tree.pseudo[at];
                (worth(rate(p, 0) * y[at], rate(p, 1) * (1.0 - y[at])), i, at)
            })
            .collect();
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let basis = simplex.basis();
        let (mut best, mut tried, mut vain) = (None::<(f64, usize)>, 0, 0);
        let before = simplex.objective;
        let room = (tree.cutoff.saturating_mul(self.scale) - base + 1) as f64;
        for &(guess, i, at) in &candidates {
            let mut score = guess;
            if tree.pseudo[at].seen.iter().any(|&s| s < 2) {
                if tried >= 10 || vain >= 4 {
                    break;
                }
                tried += 1;
                let sides = [Fate::Closed, Fate::Open].map(|f| simplex.probe(&tree.root, at, f, &basis));
                let [Ok(no), Ok(yes)] = sides else { break };
                let gain = [(no - before).clamp(0.0, room), (yes - before).clamp(0.0, room)];
                for (k, removed) in [y[at], 1.0 - y[at]].into_iter().enumerate() {
                    tree.pseudo[at].sum[k] += gain[k] / removed.max(1e-6);
                    tree.pseudo[at].seen[k] += 1;
                }
                score = worth(gain[0], gain[1]);
            }
            if best.is_none_or(|b| score > b.0) {
                (best, vain) = (Some((score, i)), 0);
            } else {
                vain += 1;
            }
        }
        tree.simplex = Some(simplex);
        best.map(|b| b.1 as u32)
    }

    /// The site to split on, by trying out both sides of some; `None` when the trials rule the node out.
    pub(super) fn choose(
        &mut self,
        tree: &mut Tree,
        small: &Piece,
        climb: &Climb,
        piece: &Piece,
        open: &Open,
    ) -> Option<u32> {
        let mut uses = vec![0u32; small.sites.len()];
        for j in 0..small.clients.len() {
            small.row(j).for_each(|(i, _)| uses[i] += 1);
        }
        let score = |i: usize, y: f64| (y.min(1.0 - y) + 0.02) * f64::from(uses[i]).sqrt();
        let opening = opening_of(small, piece, climb);
        let mut candidates: Vec<(f64, u32)> =
            opening.iter().enumerate().map(|(i, &y)| (score(i, y), i as u32)).collect();
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(TRIALS);
        let cutoff = tree.cutoff.saturating_mul(self.scale);
        let base = climb.best.bound;
        let mut best = (-1.0, candidates[0].1);
        for &(_, i) in &candidates {
            let gain = |fate: Fate| {
                let mut fates = vec![Fate::Free; small.sites.len()];
                fates[i as usize] = fate;
                let Some((child, _)) = small.restrict(&mut fates, |_| NONE - 1, |_| 0) else { return f64::INFINITY };
                if child.clients.is_empty() {
                    return if child.constant > cutoff { f64::INFINITY } else { (child.constant - base) as f64 };
                }
                let v = taken(&tree.root, &open.v, &child);
                let mut trial = Climb::new(&child, v, self.top, 0.3, 3);
                trial.run(&child, cutoff, 8, 0.0);
                (trial.best.bound - base).max(0) as f64
            };
            let (no, yes) = (gain(Fate::Closed), gain(Fate::Open));
            let room = (cutoff - base + 1) as f64;
            let value = (no.min(room) / room + 1e-3) * (yes.min(room) / room + 1e-3);
            if value > best.0 {
                best = (value, i);
            }
        }
        Some(best.1)
    }
}

/// Whether a piece falls into parts that are all small.
pub(super) fn falls(piece: &Piece, climb: &Climb, cutoff: i64) -> bool {
    let room = cutoff - climb.best.bound;
    let mut fate = piece.decided(&climb.best, cutoff);
    let penalty = piece.penalties(&climb.best);
    piece.restrict(&mut fate, |j| climb.v[j].saturating_add(room), |i| penalty[i]).is_some_and(|(small, _)| {
        let largest = small.parts().0.iter().map(|p| p.site.len()).max().unwrap_or(0);
        4 * largest <= small.site.len()
    })
}

/// The averaged openings of the sites that are left of a piece.
pub(super) fn opening_of(small: &Piece, piece: &Piece, climb: &Climb) -> Vec<f64> {
    let mut at = 0;
    let one = |&name: &u32| {
        while piece.sites[at] != name {
            at += 1;
        }
        climb.opening[at]
    };
    small.sites.iter().map(one).collect()
}
