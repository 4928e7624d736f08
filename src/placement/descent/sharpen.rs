//! The linear programme of a [`Piece`], for multipliers that no climb would reach: one column a site, one θ a client, and
//! the closed-form cuts θ_j ≥ D − Σ_{i: c_ij < D} (D − c_ij) y_i (see [`crate::placement::prefix`]) where they are violated.
//! Floating point only suggests: the multipliers are rounded and evaluated in whole numbers.

use super::piece::{Fate, NONE, Piece};
use crate::lp::{Basis, Col, Failure, Hot, Limits, Programme, Status};
use crate::placement::control::Watch;

/// Cut violations below this, in units of the linear programme, are left alone.
const VIOLATION: f64 = 1e-6;
struct Cuts {
    unit: f64,
    /// Client and level of every row after the first.
    levels: Vec<(u32, i64)>,
}

fn floor(piece: &Piece, j: usize) -> i64 {
    piece.cost[piece.starts[j]]
}

impl Cuts {
    fn row(&mut self, piece: &Piece, j: usize, level: i64) -> (f64, Vec<(Col, f64)>) {
        self.levels.push((j as u32, level));
        let below = piece.row(j).take_while(|e| e.1 < level);
        let mut terms: Vec<(Col, f64)> = below.map(|(i, c)| (Col::at(i), (level - c) as f64 / self.unit)).collect();
        terms.push((Col::at(piece.sites.len() + j), 1.0));
        ((level - floor(piece, j)) as f64 / self.unit, terms)
    }

    /// The level of the deepest cut of a client at a point, and its value there; beyond the last site without a cap the
    /// level is one at which too little opening costs much.
    fn deepest(&self, piece: &Piece, j: usize, y: &[f64]) -> (i64, f64) {
        let (mut sum, mut value) = (0.0, 0.0);
        let mut last = 0;
        for (i, c) in piece.row(j) {
            if sum + y[i] >= 1.0 - 1e-9 {
                return (c, value + (1.0 - sum) * c as f64);
            }
            sum += y[i];
            value += y[i] * c as f64;
            last = c;
        }
        let far = last + 4 * (last - floor(piece, j)) + (16.0 * self.unit) as i64 + 1;
        let level = if piece.cap[j] == NONE { far } else { piece.cap[j] };
        (level, value + (1.0 - sum) * level as f64)
    }

    fn multipliers(&self, piece: &Piece, duals: &[f64]) -> Vec<i64> {
        let mut v: Vec<f64> = (0..piece.clients.len()).map(|j| floor(piece, j) as f64).collect();
        for (&(j, level), &dual) in self.levels.iter().zip(&duals[1..]) {
            if dual > 0.0 {
                v[j as usize] += dual * (level - floor(piece, j as usize)) as f64;
            }
        }
        v.iter().map(|x| x.round() as i64).collect()
    }
}

/// The programme of a tree's root, alive through the whole tree: nodes only change bounds.
pub struct Simplex {
    hot: Hot,
    cuts: Cuts,
    lower: Vec<f64>,
    upper: Vec<f64>,
    idle: Vec<u16>,
    /// Openings of the sites of the root at the last optimum.
    pub y: Vec<f64>,
    /// Objective there, scaled, without the constant of the piece.
    pub objective: f64,
}

impl Simplex {
    /// Loads the programme of a piece with a count, with cuts around multipliers and openings near its optimum.
    pub fn new(piece: &Piece, v: &[i64], opening: &[f64], watch: &Watch) -> Result<Option<Self>, Failure> {
        let Some(count) = piece.count else { return Ok(None) };
        let (m, n) = (piece.sites.len(), piece.clients.len());
        let spread: i64 = (0..n).map(|j| v[j] - piece.cost[piece.starts[j]]).sum();
        let unit = (spread as f64 / n as f64 / 16.0).max(1.0).log2().round().exp2();
        let mut cuts = Cuts { unit, levels: Vec::new() };
        let mut p = Programme::new();
        for &f in &piece.fixed {
            p.column(f as f64 / unit, 0.0, 1.0);
        }
        for _ in 0..n {
            p.column(1.0, 0.0, f64::INFINITY);
        }
        p.equal(count as f64, (0..m).map(|i| (Col::at(i), 1.0)));
        for j in 0..n {
            let span = piece.starts[j]..piece.starts[j + 1];
            let at = piece.cost[span.clone()].partition_point(|&c| c < v[j]);
            let level = |k: usize| if k < span.len() { piece.cost[span.start + k] } else { piece.cap[j] };
            let mut levels = vec![level(at), level(at.saturating_sub(1)), cuts.deepest(piece, j, opening).0];
            levels.retain(|&d| d > floor(piece, j) && d != NONE);
            levels.sort_unstable();
            levels.dedup();
            for level in levels {
                let (low, terms) = cuts.row(piece, j, level);
                p.at_least(low, terms);
            }
        }
        let limits = Limits { presolve: false, seconds: watch.left(), ..Limits::default() };
        let hot = Hot::new(&p, &limits)?;
        let idle = vec![0; cuts.levels.len()];
        let (lower, upper) = (vec![0.0; m], vec![1.0; m]);
        Ok(Some(Self { hot, cuts, lower, upper, idle, y: opening.to_vec(), objective: 0.0 }))
    }

    /// Sets the bounds of the sites of the root.
    pub fn set(&mut self, fate: &[Fate]) -> Result<(), Failure> {
        for (i, f) in fate.iter().enumerate() {
            let (low, high) = match f {
                Fate::Free => (0.0, 1.0),
                Fate::Closed => (0.0, 0.0),
                Fate::Open => (1.0, 1.0),
            };
            if low != self.lower[i] || high != self.upper[i] {
                self.hot.set_column_bounds(Col::at(i), low, high)?;
                (self.lower[i], self.upper[i]) = (low, high);
            }
        }
        Ok(())
    }

    /// Adds violated cuts until there is none, `rounds` are spent, or the objective exceeds `cutoff`; returns
    /// multipliers of the clients of the root, scaled, or nothing where the programme has no optimum.
    pub fn solve(
        &mut self,
        root: &Piece,
        cutoff: f64,
        rounds: usize,
        watch: &Watch,
    ) -> Result<Option<Vec<i64>>, Failure> {
        let (m, n) = (root.sites.len(), root.clients.len());
        let mut best = None;
        for round in 0..rounds {
            let solution = self.hot.run()?;
            if solution.status != Status::Optimal {
                break;
            }
            for (idle, dual) in self.idle.iter_mut().zip(&solution.duals[1..]) {
                *idle = if dual.abs() > 1e-12 { 0 } else { idle.saturating_add(1) };
            }
            best = Some(self.cuts.multipliers(root, &solution.duals));
            let floors: i64 = (0..n).map(|j| floor(root, j)).sum();
            self.objective = solution.objective * self.cuts.unit + floors as f64;
            self.y.clear();
            self.y.extend_from_slice(&solution.values[..m]);
            if self.objective > cutoff || round + 1 == rounds || watch.over() {
                break;
            }
            let mut rows = Vec::new();
            for j in 0..n {
                let (level, value) = self.cuts.deepest(root, j, &self.y);
                let need = (value - floor(root, j) as f64) / self.cuts.unit;
                if need - solution.values[m + j] > VIOLATION * need.max(1.0) {
                    let (low, terms) = self.cuts.row(root, j, level);
                    rows.push((low, f64::INFINITY, terms));
                    self.idle.push(0);
                }
            }
            if rows.is_empty() {
                break;
            }
            self.hot.add_rows(&rows)?;
        }
        if self.idle.iter().filter(|&&idle| idle > 30).count() > n.max(self.idle.len() / 3) {
            self.purge()?;
        }
        Ok(best)
    }

    /// Deletes cuts that have long been idle.
    fn purge(&mut self) -> Result<(), Failure> {
        let gone: Vec<bool> = [false].into_iter().chain(self.idle.iter().map(|&idle| idle > 30)).collect();
        self.hot.delete_rows(&gone)?;
        let mut keep = gone[1..].iter().map(|g| !g);
        self.cuts.levels.retain(|_| keep.next().unwrap_or(true));
        self.idle.retain(|&idle| idle <= 30);
        Ok(())
    }

    /// Objective, scaled, when a site is fixed for once; infinite where nothing is left.
    pub fn probe(&mut self, root: &Piece, site: usize, fate: Fate, basis: &Basis) -> Result<f64, Failure> {
        let (low, high) = (self.lower[site], self.upper[site]);
        let side = f64::from(u8::from(fate == Fate::Open));
        self.hot.set_column_bounds(Col::at(site), side, side)?;
        let solution = self.hot.run()?;
        self.hot.set_column_bounds(Col::at(site), low, high)?;
        self.hot.set_basis(basis)?;
        let floors: i64 = (0..root.clients.len()).map(|j| floor(root, j)).sum();
        Ok(match solution.status {
            Status::Optimal => solution.objective * self.cuts.unit + floors as f64,
            Status::Infeasible => f64::INFINITY,
            _ => self.objective,
        })
    }

    /// The basis of the last run.
    pub fn basis(&self) -> Basis {
        self.hot.basis()
    }
}
