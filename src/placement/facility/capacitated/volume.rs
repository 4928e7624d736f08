use super::lagrangian::Lagrangian;
use super::{Fate, Ground};

/// The volume algorithm (Barahona & Anbil 2000) on the capacitated Lagrangian: prices that rise towards the best bound,
/// and averaged openings, which are near an optimum of the relaxation.
pub struct Volume {
    /// Stable prices.
    pub v: Vec<f64>,
    /// Their bound.
    pub bound: f64,
    /// Averaged openings.
    pub opening: Vec<f64>,
    /// Step factor; small means that little is left to gain.
    pub factor: f64,
    direction: Vec<f64>,
    misses: u32,
    /// A size of costs, for bounds near zero.
    least: f64,
}

impl Volume {
    /// Starts from prices.
    pub fn new(ground: &Ground, v: Vec<f64>, factor: f64) -> Self {
        Self {
            direction: vec![0.0; v.len()],
            v,
            bound: f64::NEG_INFINITY,
            opening: vec![0.0; ground.sites],
            factor,
            misses: 0,
            least: ground.fixed.iter().sum::<f64>() / ground.sites as f64 + 1.0,
        }
    }

    /// One step towards `target`, a value that the bound cannot pass; whether the bound rose.
    pub fn step(&mut self, lagrangian: &mut Lagrangian, fates: &[Fate], target: f64) -> bool {
        if self.bound == f64::NEG_INFINITY {
            self.bound = lagrangian.bound(&self.v, fates);
            lagrangian.differentiate();
            self.direction.clone_from(&lagrangian.missing);
            lagrangian.chosen().iter().for_each(|c| self.opening[c.0 as usize] = c.1);
            return true;
        }
        let norm: f64 = self.direction.iter().map(|d| d * d).sum();
        if norm < 1e-12 || !self.bound.is_finite() {
            self.factor = 0.0;
            return false;
        }
        let near = self.bound + 1e-3 * (self.bound.abs() + self.least);
        let aim = if target.is_finite() { target.max(near) } else { near + 0.05 * self.bound.abs() };
        let length = self.factor * (aim - self.bound) / norm;
        let v: Vec<f64> = self.v.iter().zip(&self.direction).map(|(v, d)| v + length * d).collect();
        let bound = lagrangian.bound(&v, fates);
        lagrangian.differentiate();
        let uphill = self.average(lagrangian);
        if bound > self.bound {
            if uphill > 0.0 {
                self.factor = (1.1 * self.factor).min(2.0);
            }
            if bound - self.bound > 1e-6 * bound.abs() {
                self.misses = 0;
            }
            self.v = v;
            self.bound = bound;
            return true;
        }
        self.misses += 1;
        if self.misses >= 10 {
            self.factor *= 0.66;
            self.misses = 0;
        }
        false
    }

    /// Mixes the last subgradient into the direction and the last choice into the openings; the product of the two
    /// directions before.
    fn average(&mut self, lagrangian: &Lagrangian) -> f64 {
        let (mut dd, mut dg, mut gg) = (0.0, 0.0, 0.0);
        for (d, g) in self.direction.iter().zip(&lagrangian.missing) {
            dd += d * d;
            dg += d * g;
            gg += g * g;
        }
        let spread = dd - 2.0 * dg + gg;
        let share = if spread > 1e-12 { (dd - dg) / spread } else { 0.1 }.clamp(0.01, 0.1);
        for (d, g) in self.direction.iter_mut().zip(&lagrangian.missing) {
            *d += share * (g - *d);
        }
        self.opening.iter_mut().for_each(|y| *y *= 1.0 - share);
        lagrangian.chosen().iter().for_each(|c| self.opening[c.0 as usize] += share * c.1);
        dg
    }
}
