//! Swap search inside a [`Piece`]: the profits of [`crate::placement::swap`], kept up to date through the clients that the two sites
//! of a move can serve.

use super::piece::{NONE, Piece};
use crate::placement::dice::Dice;

const NOBODY: u32 = u32::MAX;
/// Moves of one local search.
const MOVES: usize = 300;

/// A set of free sites, as many as the count, with the profit of every swap.
struct Swaps<'a> {
    piece: &'a Piece,
    /// Clients by site.
    begins: Vec<usize>,
    clients: Vec<u32>,
    /// What being served by nobody costs, scaled: more than any saving elsewhere.
    far: i64,
    open: Vec<u32>,
    is_open: Vec<bool>,
    first: Vec<u32>,
    near: Vec<(i64, i64)>,
    gain: Vec<i64>,
    loss: Vec<i64>,
    extra: Vec<Vec<(u32, i64)>>,
    value: i64,
}

impl<'a> Swaps<'a> {
    fn new(piece: &'a Piece) -> Self {
        let (m, n) = (piece.sites.len(), piece.clients.len());
        let mut begins = vec![0; m + 1];
        piece.site.iter().for_each(|&i| begins[i as usize + 1] += 1);
        for i in 0..m {
            begins[i + 1] += begins[i];
        }
        let mut at = begins.clone();
        let mut clients = vec![0; piece.site.len()];
        for j in 0..n {
            for &i in &piece.site[piece.starts[j]..piece.starts[j + 1]] {
                clients[at[i as usize]] = j as u32;
                at[i as usize] += 1;
            }
        }
        let far = 2 * piece.cost.iter().copied().max().unwrap_or(0) + 1;
        Self {
            piece,
            begins,
            clients,
            far,
            open: Vec::new(),
            is_open: vec![false; m],
            first: vec![NOBODY; n],
            near: vec![(0, 0); n],
            gain: vec![0; m],
            loss: vec![0; m],
            extra: vec![Vec::new(); m],
            value: 0,
        }
    }

    fn load(&mut self, open: &[u32]) {
        self.open = open.to_vec();
        self.is_open.fill(false);
        open.iter().for_each(|&i| self.is_open[i as usize] = true);
        self.gain.fill(0);
        self.loss.fill(0);
        self.extra.iter_mut().for_each(Vec::clear);
        self.value = self.piece.constant + open.iter().map(|&i| self.piece.fixed[i as usize]).sum::<i64>();
        for j in 0..self.first.len() {
            self.locate(j);
            self.account(j, 1);
        }
    }

    /// Finds the first open site of a client and the costs of the first and the second.
    fn locate(&mut self, j: usize) {
        let piece = self.piece;
        let cap = if piece.cap[j] == NONE { self.far } else { piece.cap[j] };
        let (mut first, mut near) = (NOBODY, (cap, cap));
        for e in piece.starts[j]..piece.starts[j + 1] {
            if self.is_open[piece.site[e] as usize] {
                if first == NOBODY {
                    first = piece.site[e];
                    near.0 = piece.cost[e];
                } else {
                    near.1 = piece.cost[e];
                    break;
                }
            }
        }
        self.first[j] = first;
        self.near[j] = near;
    }

    /// Adds (1) or takes back (−1) what a client contributes.
    fn account(&mut self, j: usize, sign: i64) {
        let piece = self.piece;
        let (first, (d1, d2)) = (self.first[j], self.near[j]);
        self.value += sign * d1;
        if first != NOBODY {
            self.loss[first as usize] += sign * (d2 - d1);
        }
        for e in piece.starts[j]..piece.starts[j + 1] {
            let (i, c) = (piece.site[e] as usize, piece.cost[e]);
            if c >= d2 {
                break;
            }
            if self.is_open[i] {
                continue;
            }
            if c < d1 {
                self.gain[i] += sign * (d1 - c);
            }
            let amount = sign * (d2 - c.max(d1));
            if amount == 0 || first == NOBODY {
                continue;
            }
            let row = &mut self.extra[i];
            match row.iter().position(|e| e.0 == first) {
                Some(at) => {
                    row[at].1 += amount;
                    if row[at].1 == 0 {
                        row.swap_remove(at);
                    }
                }
                None => row.push((first, amount)),
            }
        }
    }

    /// The most profitable swap: profit, the site to open, the site to close.
    fn best(&self) -> Option<(i64, u32, u32)> {
        let price = |r: u32| self.loss[r as usize] - self.piece.fixed[r as usize];
        let (low, cheapest) = self.open.iter().map(|&r| (price(r), r)).min()?;
        let mut best: Option<(i64, u32, u32)> = None;
        for i in 0..self.is_open.len() {
            if self.is_open[i] {
                continue;
            }
            let base = self.gain[i] - self.piece.fixed[i];
            best = best.max(Some((base - low, i as u32, cheapest)));
            for &(r, e) in &self.extra[i] {
                best = best.max(Some((base - price(r) + e, i as u32, r)));
            }
        }
        best
    }

    fn swap(&mut self, enter: u32, leave: u32) {
        let column = |i: u32| self.begins[i as usize]..self.begins[i as usize + 1];
        let mut touched: Vec<u32> = self.clients[column(enter)].to_vec();
        touched.extend_from_slice(&self.clients[column(leave)]);
        touched.sort_unstable();
        touched.dedup();
        touched.iter().for_each(|&j| self.account(j as usize, -1));
        self.is_open[enter as usize] = true;
        self.is_open[leave as usize] = false;
        self.open.retain(|&i| i != leave);
        self.open.push(enter);
        self.value += self.piece.fixed[enter as usize] - self.piece.fixed[leave as usize];
        for &j in &touched {
            self.locate(j as usize);
            self.account(j as usize, 1);
        }
    }

    fn descend(&mut self) {
        for _ in 0..MOVES {
            match self.best() {
                Some((profit, enter, leave)) if profit > 0 => self.swap(enter, leave),
                _ => return,
            }
        }
    }

    /// Opens a random site near a random client and closes a random open one near it, where there are such sites.
    fn exchange(&mut self, dice: &mut Dice) {
        let j = dice.below(self.piece.clients.len());
        let row = &self.piece.site[self.piece.starts[j]..self.piece.starts[j + 1]];
        let (inside, outside): (Vec<u32>, Vec<u32>) = row.iter().partition(|&&i| self.is_open[i as usize]);
        if let (false, false) = (inside.is_empty(), outside.is_empty()) {
            let leave = inside[dice.below(inside.len())];
            self.swap(outside[dice.below(outside.len())], leave);
        }
    }

    /// Takes the set over if it serves everybody for less than the best.
    fn offer(&self, best: &mut Option<(i64, Vec<u32>)>) {
        if best.as_ref().is_none_or(|b| self.value < b.0)
            && (0..self.first.len()).all(|j| self.first[j] != NOBODY || self.piece.cap[j] != NONE)
        {
            let mut open = self.open.clone();
            open.sort_unstable();
            *best = Some((self.value, open));
        }
    }
}

/// Local search from a set; then from sets drawn near fractional openings, and from the best set with sites near a
/// random client exchanged, `tries` of each. Returns the cheapest set and its cost, scaled.
pub fn shake(piece: &Piece, start: &[u32], opening: &[f64], tries: usize, seed: u64) -> Option<(i64, Vec<u32>)> {
    let count = piece.count?;
    let mut dice = Dice::new(seed);
    let mut best = None;
    let mut swaps = Swaps::new(piece);
    swaps.load(start);
    swaps.descend();
    swaps.offer(&mut best);
    for round in 0..=tries {
        // The first set is the rounded point itself.
        let noise = if round == 0 { 0.0 } else { 0.6 };
        let mut order: Vec<(f64, u32)> =
            opening.iter().enumerate().map(|(i, &y)| (noise * dice.unit() - y, i as u32)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let open: Vec<u32> = order[..count].iter().map(|e| e.1).collect();
        swaps.load(&open);
        swaps.descend();
        swaps.offer(&mut best);
    }
    if tries > 0 {
        swaps.load(best.as_ref().map_or(start, |b| &b.1));
    }
    for _ in 0..2 * tries {
        let before = best.as_ref().map_or(i64::MAX, |b| b.0);
        for _ in 0..2 + dice.below(3) {
            swaps.exchange(&mut dice);
        }
        swaps.descend();
        swaps.offer(&mut best);
        if best.as_ref().is_none_or(|b| b.0 >= before) && swaps.value > before.saturating_add(before / 500) {
            swaps.load(best.as_ref().map_or(start, |b| &b.1));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::dice::Dice;

    #[test]
    fn no_swap_improves_what_was_polished() {
        for seed in 0..200 {
            let mut dice = Dice::new(seed);
            let (m, n) = (3 + dice.below(6), 2 + dice.below(10));
            let mut piece =
                Piece { sites: (0..m as u32).collect(), fixed: vec![0; m], starts: vec![0], ..Piece::default() };
            for j in 0..n {
                let size = 1 + dice.below(m);
                let row = dice.sample(m, size);
                let mut row: Vec<(i64, u32)> = row.into_iter().map(|i| (dice.below(30) as i64, i)).collect();
                row.sort_unstable();
                piece.site.extend(row.iter().map(|e| e.1));
                piece.cost.extend(row.iter().map(|e| e.0));
                piece.starts.push(piece.site.len());
                piece.clients.push(j as u32);
                piece.cap.push(if dice.below(2) == 0 { NONE } else { 30 });
            }
            let p = 1 + dice.below(m - 1);
            piece.count = Some(p);
            let start = dice.sample(m, p);
            let Some((value, open)) = shake(&piece, &start, &vec![0.5; m], 3, seed) else { continue };
            assert_eq!(piece.value(&open), Some(value));
            assert_eq!(open.len(), p);
            for leave in 0..p {
                for enter in (0..m as u32).filter(|i| !open.contains(i)) {
                    let mut other = open.clone();
                    other[leave] = enter;
                    assert!(piece.value(&other).is_none_or(|v| v >= value), "seed {seed}");
                }
            }
        }
    }
}
