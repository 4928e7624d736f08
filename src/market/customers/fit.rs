//! Maximum likelihood in the logarithms of positive parameters.

use crate::stats::matrix::{factor, inverse, solve};
use crate::stats::simplex;

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Nothing to learn from.
    #[error("{0}")]
    Data(String),
    /// The likelihood has no maximum inside.
    #[error("the likelihood has no maximum: {0} runs away; there are too few repeat purchases for this model")]
    NoMaximum(&'static str),
    /// The search did not settle.
    #[error("the search did not settle (gradient {gradient:e} after {rounds} Newton steps)")]
    Unsettled {
        /// Largest part of the gradient, in logarithms of the parameters.
        gradient: f64,
        /// Newton steps spent.
        rounds: usize,
    },
}

/// An estimate.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Name, value and standard error of every parameter.
    pub parameters: Vec<(&'static str, f64, f64)>,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Customers that it was fitted to.
    pub customers: u64,
}

impl Fit {
    /// The values alone.
    pub fn values(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.1).collect()
    }
}

/// Logarithms that no parameter of a sensible market leaves.
const FAR: f64 = 12.0;
/// Newton steps.
const STEPS: usize = 60;
/// Width of differences, in logarithms.
const WIDTH: f64 = 1e-4;

/// Maximises `f` over positive parameters from `start`; `f` is a log-likelihood, `-inf` outside of its domain.
pub(super) fn maximise(
    names: &[&'static str],
    start: &[f64],
    customers: u64,
    f: impl Fn(&[f64]) -> f64,
) -> Result<Fit, FitError> {
    let of_logs = |y: &[f64]| f(&y.iter().map(|v| v.exp()).collect::<Vec<_>>());
    let mut at = simplex::maximise(&start.iter().map(|v| v.ln()).collect::<Vec<_>>(), 0.5, 1e-7, &of_logs);
    let scale = customers.max(1) as f64;
    let mut rounds = 0;
    loop {
        if let Some(k) = at.iter().position(|y| y.abs() > FAR) {
            return Err(FitError::NoMaximum(names[k]));
        }
        let (gradient, curvature) = derivatives(&at, &of_logs, WIDTH);
        let largest = gradient.iter().fold(0.0_f64, |m, g| m.max(g.abs())) / scale;
        if largest < 1e-9 {
            break;
        }
        if rounds == STEPS {
            // Differences cannot see less than their own rounding.
            if largest < 1e-6 {
                break;
            }
            return Err(FitError::Unsettled { gradient: largest, rounds });
        }
        rounds += 1;
        let Some(next) = step(&at, &gradient, &curvature, &of_logs) else { break };
        at = next;
    }
    let (_, curvature) = derivatives(&at, &of_logs, WIDTH);
    let information: Vec<Vec<f64>> = curvature.iter().map(|r| r.iter().map(|x| -x).collect()).collect();
    let Some(covariance) = inverse(&information) else { return Err(FitError::NoMaximum(names[0])) };
    let parameters = names
        .iter()
        .enumerate()
        .map(|(k, name)| (*name, at[k].exp(), at[k].exp() * covariance[k][k].max(0.0).sqrt()))
        .collect();
    Ok(Fit { parameters, log_likelihood: of_logs(&at), customers })
}

/// Whether an estimate is a maximum of `f`, judged by differences of another width: the largest part of the gradient per
/// customer is small and every direction curves down.
pub(super) fn check(fit: &Fit, f: impl Fn(&[f64]) -> f64) -> bool {
    let of_logs = |y: &[f64]| f(&y.iter().map(|v| v.exp()).collect::<Vec<_>>());
    let at: Vec<f64> = fit.parameters.iter().map(|p| p.1.ln()).collect();
    let (gradient, curvature) = derivatives(&at, &of_logs, 10.0 * WIDTH);
    let scale = fit.customers.max(1) as f64;
    let flat = gradient.iter().all(|g| g.abs() / scale < 1e-5);
    let down: Vec<Vec<f64>> = curvature.iter().map(|r| r.iter().map(|x| -x).collect()).collect();
    flat && factor(&down).is_some()
}

/// One Newton step with as much damping as it takes to rise.
fn step(at: &[f64], gradient: &[f64], curvature: &[Vec<f64>], f: &impl Fn(&[f64]) -> f64) -> Option<Vec<f64>> {
    let here = f(at);
    let size = curvature.iter().enumerate().fold(1e-12_f64, |m, (k, r)| m.max(r[k].abs()));
    let mut damping = 0.0;
    for _ in 0..40 {
        let mut system: Vec<Vec<f64>> = curvature.iter().map(|r| r.iter().map(|x| -x).collect()).collect();
        (0..at.len()).for_each(|k| system[k][k] += damping);
        if let Some(moves) = factor(&system).map(|l| solve(&l, gradient)) {
            let next: Vec<f64> = at.iter().zip(&moves).map(|(y, d)| y + d.clamp(-2.0, 2.0)).collect();
            if f(&next) > here {
                return Some(next);
            }
        }
        damping = if damping == 0.0 { 1e-9 * size } else { 10.0 * damping };
    }
    None
}

/// Gradient and curvature by central differences.
fn derivatives(at: &[f64], f: &impl Fn(&[f64]) -> f64, width: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = at.len();
    let moved = |changes: &[(usize, f64)]| {
        let mut y = at.to_vec();
        changes.iter().for_each(|&(k, d)| y[k] += d);
        f(&y)
    };
    let here = f(at);
    let mut gradient = vec![0.0; n];
    let mut curvature = vec![vec![0.0; n]; n];
    // Curvature loses twice as many digits: its differences are wider.
    let wide = 10.0 * width;
    for i in 0..n {
        // Two widths take the cubic term out.
        let near = (moved(&[(i, width)]) - moved(&[(i, -width)])) / (2.0 * width);
        let far = (moved(&[(i, 2.0 * width)]) - moved(&[(i, -2.0 * width)])) / (4.0 * width);
        gradient[i] = (4.0 * near - far) / 3.0;
        curvature[i][i] = (moved(&[(i, wide)]) - 2.0 * here + moved(&[(i, -wide)])) / (wide * wide);
        for j in 0..i {
            let d = |a: f64, b: f64| moved(&[(i, a * wide), (j, b * wide)]);
            let x = (d(1.0, 1.0) - d(1.0, -1.0) - d(-1.0, 1.0) + d(-1.0, -1.0)) / (4.0 * wide * wide);
            curvature[i][j] = x;
            curvature[j][i] = x;
        }
    }
    (gradient, curvature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gamma_sample_gives_its_closed_form() {
        // Exponential with rate λ: the maximum is at 1/mean, its standard error λ/√n.
        let data: Vec<f64> = (1..=400).map(|k| -(1.0 - (f64::from(k) - 0.5) / 400.0_f64).ln() / 3.0).collect();
        let f = |p: &[f64]| data.iter().map(|x| p[0].ln() - p[0] * x).sum::<f64>();
        let fit = maximise(&["λ"], &[1.0], 400, f).unwrap();
        let right = 400.0 / data.iter().sum::<f64>();
        assert!((fit.parameters[0].1 / right - 1.0).abs() < 1e-7, "{fit:?}");
        assert!((fit.parameters[0].2 / (right / 20.0) - 1.0).abs() < 1e-4, "{fit:?}");
        assert!(check(&fit, f));
        let wrong = Fit { parameters: vec![("λ", right * 1.01, 0.1)], ..fit };
        assert!(!check(&wrong, f), "a point beside the maximum is refused");
    }

    #[test]
    fn a_likelihood_that_rises_for_ever_has_no_estimate() {
        let error = maximise(&["λ"], &[1.0], 10, |p| p[0].ln()).unwrap_err();
        assert_eq!(error, FitError::NoMaximum("λ"));
    }
}
