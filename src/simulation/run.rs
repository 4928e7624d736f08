//! Many replications on many threads; the answer does not depend on who did which.

use super::kernel::Kernel;
use super::outcome::{Outcome, Series, Summary, Tally};
use super::problem::Problem;
use super::tables::Tables;
use super::{Error, Options};
use crate::progress::Observer;
use crate::stats::sketch::Sketch;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs all replications. Every number is summed as a whole number, so the outcome has the same bytes for any number of
/// threads; only the network's total of each replication (176 bytes) is kept beyond the sums.
pub fn run(problem: &Problem, options: &Options, observer: &dyn Observer) -> Result<Outcome, Error> {
    if options.threads == Some(1) {
        observer.stage("simulate", u64::from(options.replications));
        return alone(problem, options, observer);
    }
    together(&pool(options)?, problem, options, observer)
}

/// All replications on the threads of a pool.
fn together(
    pool: &ThreadPool,
    problem: &Problem,
    options: &Options,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    observer.stage("simulate", u64::from(options.replications));
    let tables = Tables::new(problem);
    let next = AtomicU32::new(0);
    let parts = pool.broadcast(|_| work(&tables, options, &next, observer));
    let mut sum = Collected::new(&tables);
    for part in parts {
        sum.merge(part?);
    }
    sum.outcome(&tables, options)
}

/// The same for several problems, the outcomes in their order: a thread takes whole problems where there are enough of them.
pub fn run_each(problems: &[&Problem], options: &Options, observer: &dyn Observer) -> Result<Vec<Outcome>, Error> {
    let pool = pool(options)?;
    if problems.len() < pool.current_num_threads() {
        return problems.iter().map(|p| together(&pool, p, options, observer)).collect();
    }
    observer.stage("simulate", u64::from(options.replications) * problems.len() as u64);
    pool.install(|| problems.par_iter().map(|p| alone(p, options, observer)).collect())
}

/// All replications on the thread that asks.
fn alone(problem: &Problem, options: &Options, observer: &dyn Observer) -> Result<Outcome, Error> {
    let tables = Tables::new(problem);
    work(&tables, options, &AtomicU32::new(0), observer)?.outcome(&tables, options)
}

fn pool(options: &Options) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    pool.map_err(|e| Error::Threads(e.to_string()))
}

/// Takes replications from the common counter until there are none.
fn work(t: &Tables, options: &Options, next: &AtomicU32, observer: &dyn Observer) -> Result<Collected, Error> {
    let mut collected = Collected::new(t);
    let mut kernel = Kernel::new(t);
    loop {
        let k = next.fetch_add(1, Ordering::Relaxed);
        if k >= options.replications {
            return Ok(collected);
        }
        if let Err(fault) = kernel.run(options, options.first + k).map(|done| {
            if done.is_some() {
                collected.take(t, k, &kernel);
                observer.advance(1);
            }
        }) {
            // No other thread need go on.
            next.fetch_max(options.replications, Ordering::Relaxed);
            return Err(fault);
        }
        if options.stop.raised() {
            return Ok(collected);
        }
    }
}

/// Sums over replications.
struct Collected {
    network: Summary,
    regions: Vec<Summary>,
    dealers: Vec<Summary>,
    models: Vec<Summary>,
    totals: Vec<(u32, Tally)>,
    weekly: Vec<Vec<Sketch>>,
    events: u64,
}

impl Collected {
    fn new(t: &Tables) -> Self {
        Self {
            network: Summary::default(),
            regions: vec![Summary::default(); t.parts.regions],
            dealers: vec![Summary::default(); t.dealers],
            models: vec![Summary::default(); t.models],
            totals: Vec::new(),
            weekly: vec![vec![Sketch::default(); t.weeks]; Series::ALL.len()],
            events: 0,
        }
    }

    fn take(&mut self, t: &Tables, number: u32, kernel: &Kernel) {
        let network = kernel.network();
        self.network.record(&network);
        self.totals.push((number, network));
        let mut regions = kernel.unserved.clone();
        for (dealer, tally) in t.parts.dealers.iter().zip(&kernel.dealers) {
            let region = &mut regions[dealer.region as usize];
            region.0.iter_mut().zip(&tally.0).for_each(|(a, b)| *a += b);
        }
        record(&mut self.regions, &regions);
        record(&mut self.dealers, &kernel.dealers);
        record(&mut self.models, &kernel.models);
        for (w, week) in kernel.weeks.iter().enumerate() {
            for (series, value) in self.weekly.iter_mut().zip([week.customers, week.sales, week.lost, week.stock]) {
                series[w].push(value);
            }
        }
        self.events += kernel.events;
    }

    fn merge(&mut self, other: Self) {
        self.network.merge(&other.network);
        for (mine, theirs) in [
            (&mut self.regions, &other.regions),
            (&mut self.dealers, &other.dealers),
            (&mut self.models, &other.models),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| a.merge(b));
        }
        self.totals.extend(other.totals);
        for (mine, theirs) in self.weekly.iter_mut().flatten().zip(other.weekly.iter().flatten()) {
            mine.merge(theirs);
        }
        self.events += other.events;
    }

    fn outcome(mut self, t: &Tables, options: &Options) -> Result<Outcome, Error> {
        if self.totals.is_empty() && options.replications > 0 {
            return Err(Error::Interrupted);
        }
        self.totals.sort_unstable_by_key(|(number, _)| *number);
        Ok(Outcome {
            days: t.parts.days,
            replications: self.totals.len() as u32,
            stopped: self.totals.len() < options.replications as usize,
            network: self.network,
            regions: self.regions,
            dealers: self.dealers,
            models: self.models,
            numbers: self.totals.iter().map(|(number, _)| options.first + number).collect(),
            totals: self.totals.into_iter().map(|(_, tally)| tally).collect(),
            weekly: self.weekly,
            events: self.events,
        })
    }
}

fn record(summaries: &mut [Summary], tallies: &[Tally]) {
    summaries.iter_mut().zip(tallies).for_each(|(summary, tally)| summary.record(tally));
}
