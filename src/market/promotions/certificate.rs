//! An estimate recomputed as a weighted regression, and how far its weights are from the best.

use super::effect::Estimate;
use super::panel::Panel;

/// What was recomputed.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Effect as the coefficient of a weighted two-way regression.
    pub regression: f64,
    /// Difference of that to the effect told, relative.
    pub difference: f64,
    /// Largest distance of weights from the simplex.
    pub simplex: f64,
    /// Frank–Wolfe gaps of the controls' and the periods' weights, as shares of the outcome's variance before.
    pub gaps: (f64, f64),
}

impl Certificate {
    /// Whether the estimate follows from its weights.
    pub fn holds(&self) -> bool {
        self.difference <= 1e-9 && self.simplex <= 1e-9
    }
}

/// Checks an estimate.
pub fn certify(panel: &Panel, estimate: &Estimate, zeta: (f64, f64)) -> Certificate {
    let regression = regression(panel, estimate);
    let size = panel.outcome.iter().flatten().fold(1e-300, |s: f64, y| s.max(y.abs()));
    let off = |w: &[f64]| {
        let negative = w.iter().fold(0.0, |s: f64, x| s.max(-x));
        negative.max((w.iter().sum::<f64>() - 1.0).abs())
    };
    let (controls, before) = (panel.controls, panel.before);
    let late = |i: usize| panel.outcome[i][before..].iter().sum::<f64>() / panel.after() as f64;
    let under = |t: usize| panel.outcome[controls..].iter().map(|r| r[t]).sum::<f64>() / panel.treated() as f64;
    let by_control = |t: usize, i: usize| panel.outcome[i][t];
    let of_controls = gap(&estimate.omega, before, zeta.0, by_control, under);
    let of_periods = gap(&estimate.lambda, controls, zeta.1, |i, t| panel.outcome[i][t], late);
    Certificate {
        regression,
        difference: (regression - estimate.effect).abs() / size,
        simplex: off(&estimate.omega).max(off(&estimate.lambda)),
        gaps: (of_controls / variance(panel), of_periods / variance(panel)),
    }
}

fn variance(panel: &Panel) -> f64 {
    let cells: Vec<f64> = panel.outcome[..panel.controls].iter().flat_map(|r| r[..panel.before].to_vec()).collect();
    let mean = cells.iter().sum::<f64>() / cells.len() as f64;
    (cells.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / cells.len() as f64).max(1e-300)
}

/// Coefficient of treatment among unit and period effects, cells weighted by unit times period.
fn regression(panel: &Panel, estimate: &Estimate) -> f64 {
    let unit = |i: usize| estimate.omega.get(i).copied().unwrap_or(1.0 / panel.treated() as f64);
    let period = |t: usize| estimate.lambda.get(t).copied().unwrap_or(1.0 / panel.after() as f64);
    let under = |i: usize, t: usize| f64::from(i >= panel.controls && t >= panel.before);
    let (n, m) = (panel.units.len(), panel.periods.len());
    // Both kinds of weights sum to 2: product weights make demeaning exact in one pass.
    let rows = |f: &dyn Fn(usize, usize) -> f64, i: usize| (0..m).map(|t| period(t) * f(i, t)).sum::<f64>() / 2.0;
    let columns = |f: &dyn Fn(usize, usize) -> f64, t: usize| (0..n).map(|i| unit(i) * f(i, t)).sum::<f64>() / 2.0;
    let row_means: Vec<f64> = (0..n).map(|i| rows(&under, i)).collect();
    let column_means: Vec<f64> = (0..m).map(|t| columns(&under, t)).collect();
    let all = (0..n).map(|i| unit(i) * row_means[i]).sum::<f64>() / 2.0;
    let (mut with, mut own) = (0.0, 0.0);
    for i in 0..n {
        for t in 0..m {
            let rest = under(i, t) - row_means[i] - column_means[t] + all;
            with += unit(i) * period(t) * rest * panel.outcome[i][t];
            own += unit(i) * period(t) * rest * under(i, t);
        }
    }
    with / own
}

/// `∇f(x)·(x − e_best)` of `f = |A x − b|²/rows + ζ²|x|²` with an intercept.
fn gap(x: &[f64], rows: usize, zeta: f64, a: impl Fn(usize, usize) -> f64, b: impl Fn(usize) -> f64) -> f64 {
    let short: Vec<f64> =
        (0..rows).map(|r| x.iter().enumerate().map(|(k, w)| w * a(r, k)).sum::<f64>() - b(r)).collect();
    let mean = short.iter().sum::<f64>() / rows as f64;
    let slope = |k: usize| {
        let fit: f64 = (0..rows).map(|r| (short[r] - mean) * a(r, k)).sum();
        2.0 * fit / rows as f64 + 2.0 * zeta * zeta * x[k]
    };
    let slopes: Vec<f64> = (0..x.len()).map(slope).collect();
    let best = slopes.iter().copied().fold(f64::INFINITY, f64::min);
    x.iter().zip(&slopes).map(|(w, s)| w * (s - best)).sum()
}
