//! Two-stage stochastic linear programmes with random right-hand sides.
//!
//! ```text
//! min  c x + E[Q(x, ξ)]     over A x in rows, x in bounds
//! Q(x, ξ) = min  q y        over lower(ξ) ≤ T x + W y ≤ upper(ξ), y in bounds
//! ```
//!
//! [`solve`] is the L-shaped method (Van Slyke & Wets 1969) with a trust region (Linderoth & Wright 2003): the recourse
//! programme lives in the solver, only row bounds change between scenarios, and every solve starts from the basis of
//! the one before. [`bounds`] wraps it into sample average approximation with the bounds of Mak, Morton and Wood
//! (1999) under Latin hypercube sampling.

pub mod bounds;
mod lshaped;
mod recourse;

pub use lshaped::{Answer, Settings, solve};

use super::{Col, Programme, Row};
use crate::stats::stream::{Key, Purpose, Stream, below};

/// A two-stage programme.
#[derive(Clone, Debug, Default)]
pub struct TwoStage {
    /// First stage: columns x, rows A, cost c. Linear.
    pub first: Programme,
    /// Second stage: columns y, rows W with the bounds of the expected or any other scenario, cost q. Linear.
    pub second: Programme,
    /// T: for each row of the second stage, the first-stage columns in it.
    pub linking: Vec<Vec<(usize, f64)>>,
    /// What is random; each entry independent of the others.
    pub chance: Vec<Chance>,
}

/// A random right-hand side: finite bounds of the row take the value drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    /// Row of the second stage.
    pub row: usize,
    /// Values with their probabilities, which sum to 1.
    pub outcomes: Vec<(f64, f64)>,
}

/// A realisation: one value for each [`Chance`], and its probability in the set it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Probability, or weight in a sample.
    pub weight: f64,
    /// One value for each random row.
    pub values: Vec<f64>,
}

/// How scenarios are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Independently.
    Plain,
    /// Latin hypercube: each random row takes one value from each of `n` strata of equal probability.
    LatinHypercube,
}

impl TwoStage {
    /// Number of realisations, saturating.
    pub fn realisations(&self) -> u64 {
        self.chance.iter().fold(1, |n: u64, c| n.saturating_mul(c.outcomes.len() as u64))
    }

    /// All realisations with their probabilities, the last random row changing fastest.
    pub fn enumerate(&self) -> Vec<Scenario> {
        let mut all = vec![Scenario { weight: 1.0, values: Vec::new() }];
        for chance in &self.chance {
            all = all
                .iter()
                .flat_map(|s| {
                    chance.outcomes.iter().map(|&(value, p)| {
                        let values = s.values.iter().copied().chain([value]).collect();
                        Scenario { weight: s.weight * p, values }
                    })
                })
                .collect();
        }
        all
    }

    /// The deterministic equivalent: one programme with a copy of the second stage for each scenario.
    pub fn extensive(&self, scenarios: &[Scenario]) -> Programme {
        let mut whole = self.first.clone();
        for s in scenarios {
            let second = &self.second;
            let y: Vec<Col> = (0..second.columns())
                .map(Col::at)
                .map(|c| {
                    let (lower, upper) = second.column_bounds(c);
                    whole.column(s.weight * second.cost(c), lower, upper)
                })
                .collect();
            for (r, linking) in self.linking.iter().enumerate() {
                let (mut lower, mut upper) = second.row_bounds(Row::at(r));
                if let Some(k) = self.chance.iter().position(|c| c.row == r) {
                    lower = if lower.is_finite() { s.values[k] } else { lower };
                    upper = if upper.is_finite() { s.values[k] } else { upper };
                }
                let own = second.terms(Row::at(r)).map(|(c, v)| (y[c.index()], v));
                whole.row(lower, upper, own.chain(linking.iter().map(|&(c, v)| (Col::at(c), v))));
            }
        }
        whole
    }

    /// `n` scenarios of equal weight; `batch` tells independent samples of one seed apart.
    pub fn sample(&self, n: usize, sampling: Sampling, seed: u64, batch: u32) -> Vec<Scenario> {
        let mut sample = vec![Scenario { weight: 1.0 / n as f64, values: Vec::new() }; n];
        for (k, chance) in self.chance.iter().enumerate() {
            let key = Key { seed, purpose: Purpose::Sampling, replication: batch, entity: k as u64, day: n as u32 };
            let mut stream = key.stream();
            let mut strata: Vec<usize> = (0..n).collect();
            if sampling == Sampling::LatinHypercube {
                shuffle(&mut strata, &mut stream);
            }
            for (scenario, stratum) in sample.iter_mut().zip(strata) {
                let u = match sampling {
                    Sampling::Plain => stream.unit(),
                    Sampling::LatinHypercube => (stratum as f64 + stream.unit()) / n as f64,
                };
                scenario.values.push(chance.at(u));
            }
        }
        sample
    }
}

impl Chance {
    /// The value at a point of the distribution function.
    fn at(&self, u: f64) -> f64 {
        let mut sum = 0.0;
        for &(value, p) in &self.outcomes {
            sum += p;
            if u < sum {
                return value;
            }
        }
        self.outcomes.last().map_or(0.0, |o| o.0)
    }
}

/// Fisher–Yates.
fn shuffle(items: &mut [usize], stream: &mut Stream) {
    for k in (1..items.len()).rev() {
        items.swap(k, below(stream.bits(), k as u64 + 1) as usize);
    }
}

#[cfg(test)]
mod tests;
