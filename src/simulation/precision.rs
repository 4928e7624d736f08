//! As many replications as the answer needs.

use super::{Error, Options, Outcome, Problem, Tally, run};
use crate::progress::Observer;
use crate::stats::interval::Interval;
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
