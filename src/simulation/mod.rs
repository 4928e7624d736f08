#![doc = include_str!("model.md")]

pub mod cells;
mod check;
mod customers;
mod fair;
mod ground;
mod kernel;
pub mod outcome;
pub mod policy;
pub mod problem;
mod review;
mod run;
mod tables;

pub use customers::{Customer, customers};
pub use outcome::{Measure, Outcome, Series, Summary, Tally};
pub use policy::Policy;
pub use problem::{Fault, Parts, Problem};
pub use run::run;

use crate::lp::Stop;

/// How a problem is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of every draw.
    pub seed: u64,
    /// Number of replications.
    pub replications: u32,
    /// Number of the first replication (a shard of a larger run begins later).
    pub first: u32,
    /// Threads; `None` for one per core. The answer does not depend on it.
    pub threads: Option<usize>,
    /// Raised from outside to stop early.
    pub stop: Stop,
}

impl Default for Options {
    /// 200 replications from seed 1 on all cores.
    fn default() -> Self {
        Self { seed: 1, replications: 200, first: 0, threads: None, stop: Stop::new() }
    }
}

/// Why a run has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cars or customers appeared or vanished: a fault of this program.
    #[error("conservation is broken in replication {replication} on day {day}: {what}")]
    Conservation {
        /// The replication.
        replication: u32,
        /// The day.
        day: u32,
        /// Which balance, with both sides.
        what: String,
    },
    /// Stopped before one replication was done.
    #[error("stopped before one replication was done")]
    Interrupted,
    /// The machine gives no threads.
    #[error("no threads could be started: {0}")]
    Threads(String),
}

#[cfg(test)]
mod tests;
