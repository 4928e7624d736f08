//! Better multipliers for a [`Piece`]: subgradient steps along an averaged direction (the volume algorithm of Barahona
//! and Anbil 2000), on whole numbers, so that every bound on the way is a proof.

use super::piece::{NONE, Piece, Relaxed};

/// Multipliers on their way up.
pub struct Climb {
    /// The best multipliers, scaled, by client of the piece.
    pub v: Vec<i64>,
    /// The relaxation there.
    pub best: Relaxed,
    /// Averaged openings of the relaxation: an approximate optimum of the linear programme.
    pub opening: Vec<f64>,
    trial: Relaxed,
    next: Vec<i64>,
    direction: Vec<f64>,
    slope: Vec<f64>,
    picked: Vec<bool>,
    range: Vec<(i64, i64)>,
    /// The step factor; small when little is left to gain.
    pub factor: f64,
    misses: u32,
    patience: u32,
}

impl Climb {
    /// Starts at multipliers; none will exceed `top`, scaled.
    pub fn new(piece: &Piece, mut v: Vec<i64>, top: i64, factor: f64, patience: u32) -> Self {
        let first = |j: usize| piece.cost[piece.starts[j]];
        let range: Vec<(i64, i64)> = (0..v.len())
            .map(|j| (first(j), if piece.cap[j] == NONE { top.max(first(j)) } else { piece.cap[j] }))
            .collect();
        v.iter_mut().zip(&range).for_each(|(v, r)| *v = (*v).clamp(r.0, r.1));
        let (m, n) = (piece.sites.len(), v.len());
        let mut climb = Self {
            best: Relaxed::default(),
            trial: Relaxed::default(),
            next: v.clone(),
            v,
            opening: vec![0.0; m],
            direction: vec![0.0; n],
            slope: vec![0.0; n],
            picked: vec![false; m],
            range,
            factor,
            misses: 0,
            patience,
        };
        piece.relax(&climb.v, &mut climb.best);
        std::mem::swap(&mut climb.trial, &mut climb.best);
        climb.tilt(piece);
        std::mem::swap(&mut climb.trial, &mut climb.best);
        climb.direction.clone_from(&climb.slope);
        climb.best.chosen.iter().for_each(|&i| climb.opening[i as usize] = 1.0);
        climb
    }

    /// The subgradient at `next`, where `trial` holds: how far from once every client is served.
    fn tilt(&mut self, piece: &Piece) {
        self.picked.fill(false);
        self.trial.chosen.iter().for_each(|&i| self.picked[i as usize] = true);
        for j in 0..self.next.len() {
            let v = self.next[j];
            let span = piece.starts[j]..piece.starts[j + 1];
            let mut served = 0u32;
            for (&i, &c) in piece.site[span.clone()].iter().zip(&piece.cost[span]) {
                if c >= v {
                    break;
                }
                served += u32::from(self.picked[i as usize]);
            }
            self.slope[j] = if served == 0 && v >= self.range[j].1 { 0.0 } else { 1.0 - f64::from(served) };
        }
    }

    /// One step towards `target`; says whether the bound rose.
    fn step(&mut self, piece: &Piece, target: i64) -> bool {
        let norm: f64 = self.direction.iter().map(|d| d * d).sum();
        if norm < 1e-9 {
            self.factor = 0.0;
            return false;
        }
        let bound = self.best.bound as f64;
        let aim = (1.05 * (target as f64 - bound)).max(5e-4 * bound.abs());
        let length = self.factor * aim / norm;
        for j in 0..self.v.len() {
            let (low, high) = self.range[j];
            self.next[j] = self.v[j].saturating_add((length * self.direction[j]).round() as i64).clamp(low, high);
        }
        piece.relax(&self.next, &mut self.trial);
        self.tilt(piece);
        self.average();
        if self.trial.bound > self.best.bound {
            let uphill: f64 = self.direction.iter().zip(&self.slope).map(|(d, g)| d * g).sum();
            if uphill > 0.0 {
                self.factor = (self.factor * 1.1).min(2.0);
            }
            if (self.trial.bound - self.best.bound) as f64 > 1e-6 * bound.abs() {
                self.misses = 0;
            }
            std::mem::swap(&mut self.trial, &mut self.best);
            std::mem::swap(&mut self.v, &mut self.next);
            return true;
        }
        self.misses += 1;
        if self.misses >= self.patience {
            self.factor *= 0.66;
            self.misses = 0;
        }
        false
    }

    /// Mixes the last subgradient into the direction and the last choice into the averaged openings.
    fn average(&mut self) {
        let (mut dd, mut dg, mut gg) = (0.0, 0.0, 0.0);
        for (d, g) in self.direction.iter().zip(&self.slope) {
            dd += d * d;
            dg += d * g;
            gg += g * g;
        }
        let spread = dd - 2.0 * dg + gg;
        let share = if spread > 1e-12 { ((dd - dg) / spread).clamp(0.01, 0.1) } else { 0.1 };
        self.direction.iter_mut().zip(&self.slope).for_each(|(d, g)| *d += share * (g - *d));
        self.opening.iter_mut().for_each(|y| *y *= 1.0 - share);
        self.trial.chosen.iter().for_each(|&i| self.opening[i as usize] += share);
    }

    /// Climbs until the bound exceeds `cutoff`, `rounds` are spent, or ten rounds close less than `pace` of the distance.
    pub fn run(&mut self, piece: &Piece, cutoff: i64, rounds: usize, pace: f64) {
        let target = cutoff + 1;
        let mut mark = self.best.bound;
        for round in 1..=rounds {
            if self.best.bound > cutoff || self.factor < 1e-4 {
                return;
            }
            self.step(piece, target);
            if round % 10 == 0 {
                if ((self.best.bound - mark) as f64) < pace * (target - self.best.bound) as f64 && round >= 20 {
                    return;
                }
                mark = self.best.bound;
            }
        }
    }
}
