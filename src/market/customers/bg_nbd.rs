//! BG/NBD: a customer leaves after a purchase or never.

use super::fit::{self, Fit, FitError};
use super::{Buying, Customer, enough, grouped, hyper};
use libm::lgamma;

/// Parameters of the market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Rate of the purchase rates, time.
    pub alpha: f64,
    /// First shape of the leaving probabilities.
    pub a: f64,
    /// Second shape of the leaving probabilities.
    pub b: f64,
}

const NAMES: [&str; 4] = ["r", "alpha", "a", "b"];

impl BgNbd {
    /// From `r`, `α`, `a`, `b`.
    fn of(p: &[f64]) -> Self {
        Self { r: p[0], alpha: p[1], a: p[2], b: p[3] }
    }

    /// Fits the model to customers.
    pub fn fit(customers: &[Customer]) -> Result<(Self, Fit), FitError> {
        enough(customers)?;
        let groups = grouped(customers);
        let age = customers.iter().map(|c| c.age).sum::<f64>() / customers.len() as f64;
        let all = |p: &[f64]| groups.iter().map(|(c, n)| n * Self::of(p).log_likelihood(c)).sum::<f64>();
        let found = fit::maximise(&NAMES, &[1.0, age / 4.0, 1.0, 1.0], customers.len() as u64, all)?;
        if !fit::check(&found, all) {
            return Err(FitError::NoMaximum(NAMES[0]));
        }
        Ok((Self::of(&found.values()), found))
    }

    /// Log-likelihood of a customer.
    pub fn log_likelihood(&self, c: &Customer) -> f64 {
        let Self { r, alpha, a, b } = *self;
        let x = f64::from(c.repeats);
        let buys = lgamma(r + x) - lgamma(r) + r * alpha.ln();
        let stays = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x);
        let active = -(r + x) * (alpha + c.age).ln();
        if c.repeats == 0 {
            return buys + stays + active;
        }
        let left = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + c.recency).ln();
        buys + stays + log_sum(active, left)
    }
}

/// `ln(eᵃ + eᵇ)`.
pub(super) fn log_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high + (low - high).exp().ln_1p()
}

impl Buying for BgNbd {
    fn active(&self, c: &Customer) -> f64 {
        if c.repeats == 0 {
            return 1.0;
        }
        let Self { r, alpha, a, b } = *self;
        let x = f64::from(c.repeats);
        let odds = (r + x) * ((alpha + c.age) / (alpha + c.recency)).ln() + (a / (b + x - 1.0)).ln();
        1.0 / (1.0 + odds.exp())
    }

    fn purchases(&self, c: &Customer, time: f64) -> Option<f64> {
        // At a = 1 the formula is 0/0 with a finite limit: a is taken a hair beside it.
        let a = if (self.a - 1.0).abs() < 1e-7 { 1.0 + 1e-7 } else { self.a };
        let Self { r, alpha, b, .. } = *self;
        let x = f64::from(c.repeats);
        let z = time / (alpha + c.age + time);
        let shrink = (r + x) * ((alpha + c.age) / (alpha + c.age + time)).ln();
        let shrunk = hyper::scaled(shrink, [r + x, b + x, a + b + x - 1.0], z)?;
        let buys = (a + b + x - 1.0) / (a - 1.0) * (1.0 - shrunk);
        Some((buys * self.active(c)).max(0.0))
    }
    fn stays(&self, c: &Customer, time: f64) -> Option<f64> {
        let Self { r, alpha, a, b } = *self;
        let x = f64::from(c.repeats);
        let shrink = (r + x) * ((alpha + c.age) / (alpha + c.age + time)).ln();
        let z = time / (alpha + c.age + time);
        Some(hyper::scaled(shrink, [r + x, b + x, a + b + x], z)?.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fleet among CDNOW's customers: up to a few thousand purchases in two years, ten years ahead.
    #[test]
    fn customers_who_buy_very_often_are_told_as_well() {
        let model = BgNbd { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259 };
        let mut last = 0.0;
        for repeats in [300, 399, 400, 401, 410, 450, 800, 1_500, 5_000] {
            let c = Customer { repeats, recency: 104.0, age: 104.0, amount: None };
            let (buys, stays) = (model.purchases(&c, 520.0).unwrap(), model.stays(&c, 520.0).unwrap());
            let rate = (model.r + f64::from(repeats)) / (model.alpha + c.age);
            assert!(buys > last && buys < 520.0 * rate, "{repeats}: {buys}");
            // Purchases until a customer leaves are those of all of whom some leave on the way.
            assert!(stays > 0.0 && stays < 1.0 && buys > 520.0 * rate * stays * model.active(&c), "{repeats}: {stays}");
            last = buys;
        }
    }
}
