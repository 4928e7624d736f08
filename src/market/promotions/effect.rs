//! The estimates and their placebos.

use super::panel::Panel;
use super::weights::weights;
use crate::stats::stream::mix;
use rayon::prelude::*;

/// Draws of placebo groups when more than one unit is treated, or more controls than these.
const DRAWS: usize = 200;

/// One estimate.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Mean effect on a treated unit in a period, in the outcome's unit.
    pub effect: f64,
    /// Weights of the controls.
    pub omega: Vec<f64>,
    /// Weights of the periods before.
    pub lambda: Vec<f64>,
    /// Effects of the placebos.
    pub placebos: Vec<f64>,
}

impl Estimate {
    /// Standard deviation of the placebos around their mean.
    pub fn error(&self) -> f64 {
        let n = self.placebos.len() as f64;
        let mean = self.placebos.iter().sum::<f64>() / n;
        (self.placebos.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / n).sqrt()
    }
    /// 95 % interval.
    pub fn interval(&self) -> (f64, f64) {
        let half = 1.959_963_984_540_054 * self.error();
        (self.effect - half, self.effect + half)
    }
    /// Placebos that are at least as large, the estimate itself among them, as a share.
    pub fn rank(&self) -> f64 {
        let larger = self.placebos.iter().filter(|p| p.abs() >= self.effect.abs()).count();
        (larger + 1) as f64 / (self.placebos.len() + 1) as f64
    }
}

/// Both estimates of a panel.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Difference-in-differences.
    pub plain: Estimate,
    /// Synthetic difference-in-differences.
    pub synthetic: Estimate,
    /// Penalties of the weights: of the controls, of the periods.
    pub zeta: (f64, f64),
}

/// How the weights are found.
#[derive(Clone, Copy)]
struct Ways {
    zeta: (f64, f64),
    least: f64,
}

/// Measures a promotion; `seed` keys the placebo groups.
pub fn measure(panel: &Panel, seed: u64) -> Effect {
    let noise = panel.noise();
    let size = (panel.treated() * panel.after()) as f64;
    let ways = Ways { zeta: (size.powf(0.25) * noise, 1e-6 * noise), least: 1e-5 * noise };
    let groups = groups(panel, seed);
    let placebos: Vec<(f64, f64)> = groups
        .par_iter()
        .map(|group| {
            let placebo = panel.placebo(group);
            (plain(&placebo).effect, synthetic(&placebo, ways).effect)
        })
        .collect();
    let (mut plain, mut synthetic) = (plain(panel), synthetic(panel, ways));
    plain.placebos = placebos.iter().map(|p| p.0).collect();
    synthetic.placebos = placebos.iter().map(|p| p.1).collect();
    Effect { plain, synthetic, zeta: ways.zeta }
}

/// Groups of controls as large as the treated: each control once, or keyed draws.
fn groups(panel: &Panel, seed: u64) -> Vec<Vec<usize>> {
    let size = panel.treated();
    if size == 1 && panel.controls <= DRAWS {
        return (0..panel.controls).map(|i| vec![i]).collect();
    }
    let draw = |k: usize| {
        let key = |i: usize| mix(seed ^ mix(k as u64) ^ mix((i as u64) << 32));
        let mut order: Vec<usize> = (0..panel.controls).collect();
        order.sort_by_key(|&i| (key(i), i));
        order.truncate(size);
        order
    };
    (0..DRAWS).map(draw).collect()
}

fn plain(panel: &Panel) -> Estimate {
    let omega = vec![1.0 / panel.controls as f64; panel.controls];
    let lambda = vec![1.0 / panel.before as f64; panel.before];
    estimate(panel, omega, lambda)
}

fn synthetic(panel: &Panel, ways: Ways) -> Estimate {
    let cells = panel.collapsed();
    let lambda = weights(&cells[..panel.controls], ways.zeta.1, ways.least);
    let turned: Vec<Vec<f64>> = (0..panel.before).map(|t| cells.iter().map(|row| row[t]).collect()).collect();
    let omega = weights(&turned, ways.zeta.0, ways.least);
    estimate(panel, omega, lambda)
}

/// `(Ȳ_11 − Σ λ Ȳ_1t) − Σ ω (Ȳ_i1 − Σ λ Y_it)`.
fn estimate(panel: &Panel, omega: Vec<f64>, lambda: Vec<f64>) -> Estimate {
    let cells = panel.collapsed();
    let change = |row: &Vec<f64>| row[panel.before] - row.iter().zip(&lambda).map(|(y, l)| y * l).sum::<f64>();
    let usual: f64 = cells.iter().zip(&omega).map(|(row, w)| w * change(row)).sum();
    let effect = change(&cells[panel.controls]) - usual;
    Estimate { effect, omega, lambda, placebos: Vec::new() }
}
