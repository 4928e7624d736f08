//! Gamma-gamma: how much a purchase is worth.

use super::Customer;
use super::fit::{self, Fit, FitError};
use libm::lgamma;

/// Parameters of the market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    /// Shape of a customer's amounts.
    pub p: f64,
    /// Shape of the customers' rates.
    pub q: f64,
    /// Rate of the customers' rates, money.
    pub v: f64,
}

const NAMES: [&str; 3] = ["p", "q", "v"];

impl GammaGamma {
    /// From `p`, `q`, `v`.
    fn of(p: &[f64]) -> Self {
        Self { p: p[0], q: p[1], v: p[2] }
    }

    /// Fits the model to the customers that bought again for an amount above zero.
    pub fn fit(customers: &[Customer]) -> Result<(Self, Fit), FitError> {
        let paid = |c: &Customer| Some((f64::from(c.repeats), c.amount.filter(|m| *m > 0.0)?));
        let known: Vec<(f64, f64)> = customers.iter().filter(|c| c.repeats > 0).filter_map(paid).collect();
        if known.len() < 10 {
            return Err(FitError::Data(format!("{} customers have a known amount: give at least 10", known.len())));
        }
        let mean = known.iter().map(|k| k.1).sum::<f64>() / known.len() as f64;
        let all = |p: &[f64]| known.iter().map(|&(x, m)| Self::of(p).log_likelihood(x, m)).sum::<f64>();
        let found = fit::maximise(&NAMES, &[2.0, 3.0, mean], known.len() as u64, all)?;
        if !fit::check(&found, all) {
            return Err(FitError::NoMaximum(NAMES[0]));
        }
        Ok((Self::of(&found.values()), found))
    }

    /// How the amounts of a table differ between customers: nothing where fewer than ten are known, and no fit where they differ by chance
    /// only.
    ///
    /// # Errors
    /// As [`Self::fit`]; [`FitError::Data`] where amounts spread so widely that their mean does not exist.
    pub fn learnt(customers: &[Customer]) -> Result<Option<(Self, Option<Fit>)>, FitError> {
        let paid: Vec<f64> = customers.iter().filter_map(|c| c.amount).collect();
        if paid.len() < 10 {
            return Ok(None);
        }
        match Self::fit(customers) {
            Ok((g, _)) if g.q <= 1.0 => Err(FitError::Data(format!(
                "amounts spread so widely (q = {:.3}) that their mean does not exist: leave the amounts out",
                g.q
            ))),
            Ok((g, fit)) => Ok(Some((g, Some(fit)))),
            Err(FitError::NoMaximum("q" | "v")) => {
                Ok(Some((Self::alike(paid.iter().sum::<f64>() / paid.len() as f64), None)))
            }
            Err(e) => Err(e),
        }
    }

    /// The limit of large `q`: customers whose amounts differ by chance only, `mean` on average.
    pub fn alike(mean: f64) -> Self {
        const LARGE: f64 = 1e12;
        Self { p: 1.0, q: LARGE, v: mean * (LARGE - 1.0) }
    }

    /// Log-likelihood of `x` purchases of the mean amount `m`.
    pub fn log_likelihood(&self, x: f64, m: f64) -> f64 {
        let Self { p, q, v } = *self;
        let gammas = lgamma(p * x + q) - lgamma(p * x) - lgamma(q);
        gammas + q * v.ln() + (p * x - 1.0) * m.ln() + p * x * x.ln() - (p * x + q) * (v + x * m).ln()
    }

    /// Expected amount of a customer's purchase; `None` where `q <= 1` leaves none.
    pub fn amount(&self, c: &Customer) -> Option<f64> {
        let Self { p, q, v } = *self;
        let x = if c.amount.is_some() { f64::from(c.repeats) } else { 0.0 };
        (q > 1.0).then(|| (p * v + p * x * c.amount.unwrap_or(0.0)) / (p * x + q - 1.0))
    }
}
