//! Pareto/NBD: a customer leaves at any time.

use super::bg_nbd::log_sum;
use super::fit::{self, Fit, FitError};
use super::{Buying, Customer, enough, grouped, hyper};
use libm::lgamma;

/// Parameters of the market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbd {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Rate of the purchase rates, time.
    pub alpha: f64,
    /// Shape of the leaving rates.
    pub s: f64,
    /// Rate of the leaving rates, time.
    pub beta: f64,
}

const NAMES: [&str; 4] = ["r", "alpha", "s", "beta"];

impl ParetoNbd {
    /// From `r`, `α`, `s`, `β`.
    fn of(p: &[f64]) -> Self {
        Self { r: p[0], alpha: p[1], s: p[2], beta: p[3] }
    }

    /// Fits the model to customers.
    pub fn fit(customers: &[Customer]) -> Result<(Self, Fit), FitError> {
        enough(customers)?;
        let groups = grouped(customers);
        let age = customers.iter().map(|c| c.age).sum::<f64>() / customers.len() as f64;
        let all = |p: &[f64]| groups.iter().map(|(c, n)| n * Self::of(p).log_likelihood(c)).sum::<f64>();
        let found = fit::maximise(&NAMES, &[1.0, age / 4.0, 1.0, age / 4.0], customers.len() as u64, all)?;
        if !fit::check(&found, all) {
            return Err(FitError::NoMaximum(NAMES[0]));
        }
        Ok((Self::of(&found.values()), found))
    }

    /// Log-likelihood of a customer; `-inf` where the series does not settle.
    pub fn log_likelihood(&self, c: &Customer) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let x = f64::from(c.repeats);
        let buys = lgamma(r + x) - lgamma(r) + r * alpha.ln() + s * beta.ln();
        let active = -(r + x) * (alpha + c.age).ln() - s * (beta + c.age).ln();
        let left = (s / (r + s + x)).ln() + self.log_left(c);
        if left.is_nan() { f64::NEG_INFINITY } else { buys + log_sum(active, left) }
    }

    /// `ln A₀`; not a number where the series does not settle.
    fn log_left(&self, c: &Customer) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let x = f64::from(c.repeats);
        let power = r + s + x;
        // The larger of α and β goes first, so that the argument lies between 0 and 1.
        let (large, small, second) = if alpha >= beta { (alpha, beta, s + 1.0) } else { (beta, alpha, r + x) };
        let at = |y: f64| {
            let z = (large - small) / (large + y);
            // ₂F₁(p, q; p+1; z) = (1 − z)^(1−q) ₂F₁(1, p+1−q; p+1; z): every term is positive and small.
            let series = hyper::gauss(1.0, power + 1.0 - second, power + 1.0, z)?;
            Some((1.0 - second) * (1.0 - z).ln() + series.ln() - power * (large + y).ln())
        };
        let (Some(from), Some(to)) = (at(c.recency), at(c.age)) else { return f64::NAN };
        if to >= from { f64::NEG_INFINITY } else { from + (-(to - from).exp()).ln_1p() }
    }
}

impl Buying for ParetoNbd {
    fn active(&self, c: &Customer) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let x = f64::from(c.repeats);
        let stays = (r + x) * (alpha + c.age).ln() + s * (beta + c.age).ln();
        1.0 / (1.0 + ((s / (r + s + x)).ln() + stays + self.log_left(c)).exp())
    }

    fn purchases(&self, c: &Customer, time: f64) -> Option<f64> {
        let Self { r, alpha, s, beta } = *self;
        let x = f64::from(c.repeats);
        let active = self.active(c);
        let ratio = ((beta + c.age) / (beta + c.age + time)).ln();
        // (1 − q^(s−1))/(s−1), with its limit at s = 1.
        let spent = if (s - 1.0).abs() < 1e-9 { -ratio } else { -((s - 1.0) * ratio).exp_m1() / (s - 1.0) };
        let buys = (r + x) * (beta + c.age) / (alpha + c.age) * spent;
        active.is_finite().then_some((buys * active).max(0.0))
    }
    fn stays(&self, c: &Customer, time: f64) -> Option<f64> {
        Some((self.s * ((self.beta + c.age) / (self.beta + c.age + time)).ln()).exp())
    }
}
