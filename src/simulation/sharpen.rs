//! Narrower intervals from what is known: control variates with exact means.
//!
//! The market's normal series are functions of the seed, so their averages over the horizon are known for every
//! replication and have known moments; the number of possible customers has a known mean. What the regression on them
//! explains of a figure is taken off its interval ([`crate::stats::control`]).

use super::customers::market_path;
use super::outcome::{Measure, Outcome, Tally};
use super::problem::Problem;
use super::{MarketSampling, Options};
use crate::stats::control::controlled;
use crate::stats::interval::Interval;

/// Parts of the horizon that have a control of their own.
const PARTS: usize = 4;

/// Controls of the replications of a problem.
pub struct Controls {
    seed: u64,
    market: MarketSampling,
    persistence: f64,
    /// Share of each part of the horizon in the expected customers, by month.
    parts: Vec<Vec<f64>>,
    /// Share of each region in the expected customers.
    regions: Vec<f64>,
    /// Expected possible customers.
    customers: f64,
    uncertain: bool,
}

impl Controls {
    /// Controls of what `run` does under the same options.
    pub fn new(problem: &Problem, options: &Options) -> Self {
        let p = problem.parts();
        let months = p.month.last().map_or(0, |&m| usize::from(m) + 1);
        let mut by_group = vec![0.0; p.day_factor.len()];
        let mut regions = vec![0.0; p.regions];
        for (z, zone) in p.zones.iter().enumerate() {
            for (m, model) in p.models.iter().enumerate() {
                let rate = p.demand[z * p.models.len() + m];
                by_group[model.group as usize] += rate;
                regions[zone.region as usize] += rate * p.day_factor[model.group as usize].iter().sum::<f64>();
            }
        }
        let mut by_month = vec![0.0; months];
        for (rate, factors) in by_group.iter().zip(&p.day_factor) {
            for (&month, factor) in p.month.iter().zip(factors) {
                by_month[usize::from(month)] += rate * factor;
            }
        }
        let customers: f64 = by_month.iter().sum();
        let count = if p.market.persistence < 1.0 { PARTS.min(months) } else { 1 };
        let parts = (0..count)
            .map(|part| {
                let inside = |month: usize| month * count / months.max(1) == part;
                let sum: f64 = (0..months).filter(|&m| inside(m)).map(|m| by_month[m]).sum();
                (0..months).map(|m| if inside(m) && sum > 0.0 { by_month[m] / sum } else { 0.0 }).collect()
            })
            .collect();
        let all: f64 = regions.iter().sum();
        regions.iter_mut().for_each(|r| *r /= all.max(f64::MIN_POSITIVE));
        Self {
            seed: options.seed,
            market: options.market,
            persistence: p.market.persistence,
            parts,
            regions,
            customers,
            uncertain: p.market.national_sd > 0.0 || p.market.regional_sd > 0.0,
        }
    }

    /// 95 % interval of the mean of a figure.
    pub fn interval(&self, outcome: &Outcome, figure: impl Fn(&Tally) -> i64) -> Interval {
        let y: Vec<f64> = outcome.totals.iter().map(|t| figure(t) as f64).collect();
        self.of(outcome, &y)
    }

    /// 95 % interval of the mean paired difference `a − b`; both must hold the same replications.
    pub fn difference(&self, a: &Outcome, b: &Outcome, figure: impl Fn(&Tally) -> i64) -> Interval {
        let y: Vec<f64> = a.totals.iter().zip(&b.totals).map(|(a, b)| (figure(a) - figure(b)) as f64).collect();
        self.of(a, &y)
    }

    fn of(&self, outcome: &Outcome, y: &[f64]) -> Interval {
        let rows: Vec<Vec<f64>> =
            outcome.numbers.iter().zip(&outcome.totals).map(|(&number, tally)| self.row(number, tally)).collect();
        let columns: Vec<Vec<f64>> =
            (0..rows.first().map_or(0, Vec::len)).map(|k| rows.iter().map(|row| row[k]).collect()).collect();
        let controls: Vec<(&[f64], f64)> = columns.iter().map(|c| (c.as_slice(), 0.0)).collect();
        controlled(y, &controls, 0.95)
    }

    /// The controls of one replication, each of mean 0: possible customers; for each part of the horizon the national
    /// series' average and its square; the cube of the whole average, the regions' average, the average of their squares,
    /// and the product of nation and regions.
    fn row(&self, replication: u32, tally: &Tally) -> Vec<f64> {
        let asked = tally.get(Measure::Customers) + tally.get(Measure::Elsewhere);
        let mut row = vec![asked as f64 / self.customers.max(1.0) - 1.0];
        if !self.uncertain {
            return row;
        }
        let months = self.parts.first().map_or(0, Vec::len);
        let path = market_path(self.market, self.seed, replication, self.regions.len(), months, self.persistence);
        let average = |weights: &[f64], series: usize| -> f64 {
            weights.iter().enumerate().map(|(m, w)| w * path[m][series]).sum()
        };
        let count = self.parts.len() as f64;
        let whole: Vec<f64> = (0..months).map(|m| self.parts.iter().map(|p| p[m]).sum::<f64>() / count).collect();
        for part in &self.parts {
            let nation = average(part, 0);
            row.extend([nation, nation * nation - self.variance(part)]);
        }
        let nation = average(&whole, 0);
        let (mut regional, mut squares) = (0.0, -self.variance(&whole));
        for (r, share) in self.regions.iter().enumerate() {
            let x = average(&whole, r + 1);
            regional += share * x;
            squares += share * x * x;
        }
        row.extend([nation * nation * nation, regional, squares, nation * regional]);
        row
    }

    /// Variance of a weighted average of a series: Σ w_s w_t ρ^|s − t|.
    fn variance(&self, weights: &[f64]) -> f64 {
        let at = |s: usize, t: usize| weights[s] * weights[t] * self.persistence.powi(s.abs_diff(t) as i32);
        (0..weights.len()).map(|s| (0..weights.len()).map(|t| at(s, t)).sum::<f64>()).sum()
    }
}
