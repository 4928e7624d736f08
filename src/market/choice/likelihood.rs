//! The likelihood of choices and its slope.

use super::{Choices, Form};
use rayon::prelude::*;

/// Cases summed at a time: sums are the same on any number of threads.
const CHUNK: usize = 512;

/// Choices as the search sees them: columns in their standard deviations, constants among them.
pub(super) struct Problem<'a> {
    pub choices: &'a Choices,
    pub form: Form,
    /// Columns of alternatives, by row.
    pub lower: Vec<f64>,
    pub lowers: usize,
    /// Columns of nests, by row.
    pub upper: Vec<f64>,
    pub uppers: usize,
    /// Position of each nest's `τ` among those that are sought; none of a nest whose `τ` is 1.
    pub tau: Vec<Option<usize>>,
    pub taus: usize,
}

/// Logarithm of the likelihood, and its slope.
#[derive(Clone)]
pub(super) struct Place {
    pub value: f64,
    pub slope: Vec<f64>,
}

/// A nest of a case.
struct Nest {
    place: usize,
    rows: std::ops::Range<usize>,
    /// `ln Σ e^v`.
    inclusive: f64,
    /// Mean row of the columns of alternatives.
    mean: Vec<f64>,
    /// Mean `v`.
    utility: f64,
    /// `z·γ + τ I`.
    upper: f64,
    tau: f64,
    chosen: f64,
}

impl Problem<'_> {
    /// Parameters: of alternatives, of nests, `τ`.
    pub fn width(&self) -> usize {
        self.lowers + self.uppers + self.taus
    }

    fn tau_of(&self, at: &[f64], nest: usize) -> f64 {
        self.tau[nest].map_or(1.0, |k| at[self.lowers + self.uppers + k])
    }

    /// `None` where the law is not defined.
    pub fn place(&self, at: &[f64]) -> Option<Place> {
        let parts = self.parts(|case, sum: &mut Place| self.case(at, case, sum));
        let mut all = Place { value: 0.0, slope: vec![0.0; self.width()] };
        for part in parts {
            let part = part?;
            all.value += part.value;
            all.slope.iter_mut().zip(&part.slope).for_each(|(a, b)| *a += b);
        }
        all.value.is_finite().then_some(all)
    }

    /// Sum of the outer products of the cases' slopes, by rows.
    pub fn scatter(&self, at: &[f64]) -> Vec<Vec<f64>> {
        let n = self.width();
        let mut sum = vec![vec![0.0; n]; n];
        for case in 0..self.choices.cases.len() {
            let mut own = Place { value: 0.0, slope: vec![0.0; n] };
            if self.case(at, case, &mut own).is_some() {
                for (line, a) in sum.iter_mut().zip(&own.slope) {
                    line.iter_mut().zip(&own.slope).for_each(|(s, b)| *s += a * b);
                }
            }
        }
        sum
    }

    /// Chance of every row.
    pub fn chances(&self, at: &[f64]) -> Vec<f64> {
        let mut chances = vec![0.0; self.choices.chosen.len()];
        for case in 0..self.choices.cases.len() {
            let nests = self.nests(at, case);
            let between = log_sum(nests.iter().map(|n| n.upper));
            for n in &nests {
                for k in n.rows.clone() {
                    chances[k] = libm::exp(self.utility(at, k, n.tau) - n.inclusive + n.upper - between);
                }
            }
        }
        chances
    }

    fn parts(&self, each: impl Fn(usize, &mut Place) -> Option<()> + Sync) -> Vec<Option<Place>> {
        let cases = self.choices.cases.len();
        let chunk = |c: usize| {
            let mut sum = Place { value: 0.0, slope: vec![0.0; self.width()] };
            (c * CHUNK..((c + 1) * CHUNK).min(cases)).try_for_each(|case| each(case, &mut sum))?;
            Some(sum)
        };
        (0..cases.div_ceil(CHUNK)).into_par_iter().map(chunk).collect()
    }

    fn utility(&self, at: &[f64], row: usize, tau: f64) -> f64 {
        let x = &self.lower[row * self.lowers..(row + 1) * self.lowers];
        let v: f64 = x.iter().zip(at).map(|(x, b)| x * b).sum();
        if self.form == Form::Scaled { v / tau } else { v }
    }

    fn nests(&self, at: &[f64], case: usize) -> Vec<Nest> {
        let rows = self.choices.cases[case].clone();
        let mut list = Vec::new();
        let mut start = rows.start;
        let nested = self.form != Form::Plain;
        for same in self.choices.nest[rows].chunk_by(|a, b| !nested || a == b) {
            let rows = start..start + same.len();
            start = rows.end;
            let nest = same[0];
            let tau = self.tau_of(at, nest);
            let v: Vec<f64> = rows.clone().map(|k| self.utility(at, k, tau)).collect();
            let inclusive = log_sum(v.iter().copied());
            let mut mean = vec![0.0; self.lowers];
            let mut utility = 0.0;
            for (k, v) in rows.clone().zip(&v) {
                let p = libm::exp(v - inclusive);
                utility += p * v;
                let x = &self.lower[k * self.lowers..(k + 1) * self.lowers];
                mean.iter_mut().zip(x).for_each(|(m, x)| *m += p * x);
            }
            let z = &self.upper[rows.start * self.uppers..(rows.start + 1) * self.uppers];
            let own: f64 = z.iter().zip(&at[self.lowers..]).map(|(z, g)| z * g).sum();
            let chosen = self.choices.chosen[rows.clone()].iter().sum();
            list.push(Nest { place: nest, rows, inclusive, mean, utility, upper: own + tau * inclusive, tau, chosen });
        }
        list
    }

    fn case(&self, at: &[f64], case: usize, sum: &mut Place) -> Option<()> {
        let nests = self.nests(at, case);
        if nests.iter().any(|n| self.form == Form::Scaled && n.tau <= 0.0) {
            return None;
        }
        let between = log_sum(nests.iter().map(|n| n.upper));
        let all: f64 = nests.iter().map(|n| n.chosen).sum();
        let scaled = self.form == Form::Scaled;
        for n in &nests {
            let beyond = n.chosen - all * libm::exp(n.upper - between);
            let inside = if scaled { 1.0 / n.tau } else { 1.0 };
            let mut chosen_utility = 0.0;
            for k in n.rows.clone() {
                let y = self.choices.chosen[k];
                if y == 0.0 {
                    continue;
                }
                let v = self.utility(at, k, n.tau);
                sum.value += y * (v - n.inclusive + n.upper - between);
                chosen_utility += y * v;
                let x = &self.lower[k * self.lowers..(k + 1) * self.lowers];
                sum.slope.iter_mut().zip(x).for_each(|(s, x)| *s += y * inside * x);
            }
            // Of the mean row: what was chosen inside, and what the nest was chosen beyond its chance.
            let share = if scaled { beyond } else { beyond * n.tau } - n.chosen * inside;
            sum.slope.iter_mut().zip(&n.mean).for_each(|(s, m)| *s += share * m);
            let z = &self.upper[n.rows.start * self.uppers..(n.rows.start + 1) * self.uppers];
            sum.slope[self.lowers..].iter_mut().zip(z).for_each(|(s, z)| *s += beyond * z);
            if let Some(k) = self.tau[n.place].filter(|_| self.form != Form::Plain) {
                sum.slope[self.lowers + self.uppers + k] += if scaled {
                    (n.chosen * n.utility - chosen_utility) / n.tau + beyond * (n.inclusive - n.utility)
                } else {
                    beyond * n.inclusive
                };
            }
        }
        Some(())
    }
}

/// `ln Σ e^v`.
fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
    top + libm::log(values.map(|v| libm::exp(v - top)).sum())
}
