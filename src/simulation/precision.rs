//! As many replications as the answer needs.

use super::sharpen::Controls;
use super::{Error, Options, Outcome, Problem, Tally, run, run_each};
use crate::progress::Observer;
use crate::stats::interval::Interval;
use crate::stats::knockout::{Found, Rule, knockout};
use crate::stats::sequential::Precision;

/// Replicates until the 95 % interval of a figure is as narrow as asked for. `precision` counts blocks of
/// [`Options::market`] (single replications when they are plain); [`Options::replications`] is not used. The number of
/// replications follows from the seed, so the answer is repeatable.
pub fn run_to_precision(
    problem: &Problem,
    options: &Options,
    precision: &Precision,
    figure: impl Fn(&Tally) -> i64,
    observer: &dyn Observer,
) -> Result<(Outcome, Interval), Error> {
    let block = options.market.block();
    let mut so_far: Option<Outcome> = None;
    let mut interval = Interval { mean: 0.0, half: f64::INFINITY, count: 0 };
    while let Some(next) = precision.next(&interval) {
        let done = so_far.as_ref().map_or(0, |o| o.replications);
        let wanted = u32::try_from(next).unwrap_or(u32::MAX).saturating_mul(block);
        let shard = Options { first: options.first + done, replications: wanted - done, ..options.clone() };
        let outcome = run(problem, &shard, observer)?;
        let stopped = outcome.stopped;
        let all = match so_far.take() {
            None => outcome,
            Some(mut all) => {
                all.merge(outcome);
                all
            }
        };
        interval = all.blocked(&figure, block);
        observer.note(&format!("{} replications: {:.4} ± {:.4}", all.replications, interval.mean, interval.half));
        so_far = Some(all);
        if stopped {
            break;
        }
    }
    so_far.map(|outcome| (outcome, interval)).ok_or(Error::Interrupted)
}

/// How narrow the intervals of a comparison became.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Half-width asked for, as a share of the mean.
    pub relative: f64,
    /// Network cost of each problem, hundredths.
    pub cost: Vec<Interval>,
    /// Profit of each problem less that of the first, hundredths.
    pub profit: Vec<Interval>,
    /// Whether every network cost is as narrow as asked for.
    pub met: bool,
}

/// Replications before the first look: the controls take up to fifteen degrees of freedom.
const LEAST: u64 = 60;

/// Runs several problems on the same replications until the network cost of each is known to `relative` (95 % intervals
/// sharpened by [`Controls`]), at most [`Options::replications`] times. The number of replications follows from the seed.
pub fn compare(
    problems: &[Problem],
    options: &Options,
    relative: f64,
    observer: &dyn Observer,
) -> Result<(Vec<Outcome>, Reached), Error> {
    let precision = Precision { relative, least: LEAST, most: u64::from(options.replications) };
    let controls: Vec<Controls> = problems.iter().map(|p| Controls::new(p, options)).collect();
    let all: Vec<&Problem> = problems.iter().collect();
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut next = precision.next(&Interval { mean: 0.0, half: f64::INFINITY, count: 0 });
    loop {
        let done = outcomes.first().map_or(0, |o| o.replications);
        let wanted = next.map_or(done, |n| n as u32);
        let shard = Options { first: options.first + done, replications: wanted - done, ..options.clone() };
        let shards = run_each(&all, &shard, observer)?;
        if shards.iter().any(|s| s.stopped) {
            return Err(Error::Interrupted);
        }
        if outcomes.is_empty() {
            outcomes = shards;
        } else {
            outcomes.iter_mut().zip(shards).for_each(|(all, shard)| all.merge(shard));
        }
        let cost: Vec<Interval> = outcomes.iter().zip(&controls).map(|(o, c)| c.interval(o, Tally::cost)).collect();
        let widest = |a: Interval, b: &Interval| if b.relative() > a.relative() { *b } else { a };
        let worst = cost[1..].iter().fold(cost[0], widest);
        observer.note(&format!("{} replications: network cost ± {:.2} %", worst.count, 100.0 * worst.relative()));
        next = precision.next(&worst);
        if next.is_none() {
            let profit = outcomes.iter().map(|o| controls[0].difference(o, &outcomes[0], Tally::profit)).collect();
            return Ok((outcomes, Reached { relative, cost, profit, met: worst.relative() <= relative }));
        }
    }
}

/// Finds the best of several problems on the same replications by [`knockout`]: those clearly behind are not simulated
/// further. `figure` is what counts, of one replication of the problem at a position. Which replications are made follows from
/// the seed, so the answer is repeatable.
///
/// # Errors
/// [`Error::Interrupted`] when the run was stopped, and those of [`run()`].
pub fn best_of(
    problems: &[Problem],
    options: &Options,
    rule: &Rule,
    figure: impl Fn(usize, &Tally) -> f64,
    observer: &dyn Observer,
) -> Result<Found, Error> {
    knockout(problems.len(), rule, |alive, from, to| {
        observer.note(&format!("{} of {} left after {from} replications each", alive.len(), problems.len()));
        let shard = Options { first: options.first + from, replications: to - from, ..options.clone() };
        let standing: Vec<&Problem> = alive.iter().map(|&k| &problems[k]).collect();
        let outcomes = run_each(&standing, &shard, observer)?;
        if outcomes.iter().any(|o| o.stopped) {
            return Err(Error::Interrupted);
        }
        Ok(alive.iter().zip(&outcomes).map(|(&k, o)| o.totals.iter().map(|t| figure(k, t)).collect()).collect())
    })
}
