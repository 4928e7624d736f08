//! Methods tried on the past: forecasts as they would have been made at earlier origins, held against what came.

use super::method::{ALL, LAST_RESORT};
use super::{Choice, Options, Outlook, ordered};
use crate::demand::series::{pooled, single};
use rayon::prelude::*;

/// Fewest values of a series at its earliest origin.
const LEAST_PAST: usize = 8;
/// Most series that are tried; of longer tables every so many.
const MOST_TRIED: usize = 4_000;

/// How a method did.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Its name.
    pub method: &'static str,
    /// Share of the forecasts that it could make itself; the last value went on for the others.
    pub served: f64,
    /// Twice the mean pinball loss over the levels, in units of the series' mean step.
    pub pinball: f64,
    /// Mean absolute error of the point, in the same units (MASE with season 1).
    pub mase: f64,
    /// Symmetric mean absolute percentage error, percent.
    pub smape: f64,
    /// Mean of forecast less actual, in the same units.
    pub bias: f64,
    /// Share of the actuals between the lowest and the highest level.
    pub inside: f64,
}

/// A trial of all methods.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// Methods by rising pinball loss.
    pub scores: Vec<Score>,
    /// Positions of the series that were tried.
    pub tried: Vec<usize>,
    /// Origins of each.
    pub origins: usize,
    /// Pinball loss by method, in the order of `names`, and series that was tried; infinite where the method could not serve it.
    losses: Vec<Vec<f64>>,
    names: Vec<Choice>,
}

/// What may be chosen for a table, the pooled regression first.
pub fn candidates() -> Vec<Choice> {
    std::iter::once(Choice::Pooled).chain(ALL.into_iter().map(Choice::One)).collect()
}

/// Tries all methods at `origins` past origins, one horizon apart. `None` where no series is long enough.
pub fn backtest(series: &[Vec<f64>], options: &Options, origins: usize) -> Option<Backtest> {
    let names = candidates();
    let long = |k: usize| series[k].len() >= LEAST_PAST + options.horizon;
    let list: Vec<usize> = (0..series.len()).filter(|k| long(*k)).collect();
    if list.is_empty() {
        return None;
    }
    let list: Vec<usize> = list.iter().copied().step_by(list.len().div_ceil(MOST_TRIED)).collect();
    let mut tallies = vec![vec![Tally::default(); list.len()]; names.len()];
    for back in 1..=origins {
        // Of each series, how much is known at this origin.
        let kept = |k: usize| series[k].len().checked_sub(back * options.horizon).filter(|n| *n >= LEAST_PAST);
        let past: Vec<Vec<f64>> =
            (0..series.len()).map(|k| kept(k).map_or_else(Vec::new, |n| series[k][..n].to_vec())).collect();
        let pool = pooled::Pool::fit(&past, options);
        for (choice, tallies) in names.iter().zip(&mut tallies) {
            let judged: Vec<Option<Tally>> = list
                .par_iter()
                .map(|&k| {
                    let n = kept(k)?;
                    let (made, served) = made(*choice, pool.as_ref(), k, &past[k], options);
                    Some(Tally::of(&past[k], &series[k][n..n + options.horizon], &made, served, options))
                })
                .collect();
            tallies.iter_mut().zip(judged).for_each(|(sum, one)| sum.add(&one.unwrap_or_default()));
        }
    }
    let loss = |t: &Tally| if t.served < t.points { f64::INFINITY } else { t.pinball / t.points.max(1.0) };
    let losses = tallies.iter().map(|own| own.iter().map(loss).collect()).collect();
    let mut scores: Vec<Score> = names.iter().zip(&tallies).map(|(c, own)| score(c.name(), own)).collect();
    scores.sort_by(|a, b| a.pinball.total_cmp(&b.pinball));
    Some(Backtest { scores, tried: list, origins, losses, names })
}

/// A method's outlook of a series, and whether it could serve it.
fn made(choice: Choice, pool: Option<&pooled::Pool>, k: usize, past: &[f64], options: &Options) -> (Outlook, bool) {
    let own = match choice {
        Choice::One(method) => single::outlook(method, past, options),
        _ => pool.and_then(|p| p.outlook(k, past, options)),
    };
    let served = own.is_some();
    let (point, quantiles) = own.or_else(|| single::outlook(LAST_RESORT, past, options)).unwrap_or_default();
    (ordered(past, Outlook { method: choice.name(), point, quantiles }), served)
}

fn score(method: &'static str, own: &[Tally]) -> Score {
    let mut all = Tally::default();
    own.iter().for_each(|t| all.add(t));
    let mean = |x: f64| x / all.points.max(1.0);
    Score {
        method,
        served: mean(all.served),
        pinball: mean(all.pinball),
        mase: mean(all.absolute),
        smape: mean(all.percent),
        bias: mean(all.bias),
        inside: mean(all.inside),
    }
}

/// Sums over steps ahead.
#[derive(Clone, Copy, Default)]
struct Tally {
    points: f64,
    served: f64,
    pinball: f64,
    absolute: f64,
    percent: f64,
    bias: f64,
    inside: f64,
}

impl Tally {
    fn of(past: &[f64], came: &[f64], made: &Outlook, served: bool, options: &Options) -> Self {
        let steps: f64 = past.windows(2).map(|w| (w[1] - w[0]).abs()).sum();
        // Where nothing ever moved, errors count as they are.
        let scale = if steps > 0.0 { steps / (past.len() - 1) as f64 } else { 1.0 };
        let mut sum = Self::default();
        for (h, &y) in came.iter().enumerate() {
            let point = made.point[h];
            let one = |(q, &p): (&Vec<f64>, &f64)| {
                let below = y - q[h];
                if below >= 0.0 { p * below } else { (p - 1.0) * below }
            };
            let levels = options.levels.len().max(1) as f64;
            let pinball: f64 = made.quantiles.iter().zip(&options.levels).map(one).sum::<f64>() * 2.0 / levels;
            let size = point.abs() + y.abs();
            let band = made.quantiles.first().zip(made.quantiles.last());
            sum.points += 1.0;
            sum.served += f64::from(u8::from(served));
            sum.pinball += pinball / scale;
            sum.absolute += (point - y).abs() / scale;
            sum.percent += if size > 0.0 { 200.0 * (point - y).abs() / size } else { 0.0 };
            sum.bias += (point - y) / scale;
            sum.inside += f64::from(u8::from(band.is_some_and(|(low, high)| low[h] <= y && y <= high[h])));
        }
        sum
    }

    fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.served += other.served;
        self.pinball += other.pinball;
        self.absolute += other.absolute;
        self.percent += other.percent;
        self.bias += other.bias;
        self.inside += other.inside;
    }
}

/// Methods whose outlooks are averaged.
const TOGETHER: usize = 3;
/// Weight of the table's loss beside a series' own origins.
const DRAW: f64 = 4.0;

impl Backtest {
    /// The choice with the least loss over the table, of those that could serve most of it.
    pub fn best(&self) -> Choice {
        let best = self.scores.iter().find(|s| s.served > 0.5);
        self.names.iter().copied().find(|c| best.is_some_and(|b| c.name() == b.method)).unwrap_or(Choice::Pooled)
    }

    /// Of each series of the table, the few choices with the least loss: of one that was tried its own loss, drawn towards the
    /// table's, of the others the table's; none of those that are too short.
    pub fn together(&self, series: &[Vec<f64>], options: &Options) -> Vec<Vec<Choice>> {
        // The mean over the series that a method could serve.
        let over = |own: &Vec<f64>| {
            let served: Vec<f64> = own.iter().copied().filter(|l| l.is_finite()).collect();
            if served.is_empty() { f64::INFINITY } else { served.iter().sum::<f64>() / served.len() as f64 }
        };
        let mean: Vec<f64> = self.losses.iter().map(over).collect();
        let n = self.origins as f64;
        let few = |loss: &dyn Fn(usize) -> f64| {
            let mut order: Vec<usize> = (0..self.names.len()).filter(|c| loss(*c).is_finite()).collect();
            order.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)).then(a.cmp(b)));
            order.into_iter().take(TOGETHER).map(|c| self.names[c]).collect::<Vec<_>>()
        };
        let of_table = few(&|c| mean[c]);
        let long = |y: &Vec<f64>| y.len() >= LEAST_PAST + options.horizon;
        let mut all: Vec<Vec<Choice>> =
            series.iter().map(|y| if long(y) { of_table.clone() } else { Vec::new() }).collect();
        for (t, &k) in self.tried.iter().enumerate() {
            all[k] = few(&|c| (n * self.losses[c][t] + DRAW * mean[c]) / (n + DRAW));
        }
        all
    }
}
