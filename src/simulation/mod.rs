#![doc = include_str!("model.md")]

pub mod cells;
mod check;
mod customers;
mod fair;
mod ground;
mod kernel;
pub mod outcome;
pub mod policy;
pub mod precision;
pub mod problem;
mod review;
mod run;
pub mod sharpen;
pub mod station;
mod tables;

pub use customers::{Customer, customers};
pub use outcome::{Measure, Outcome, Series, Summary, Tally};
pub use policy::Policy;
pub use problem::{Fault, Parts, Problem};
pub use run::{run, run_each};

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
    /// How the market factors are drawn.
    pub market: MarketSampling,
    /// Raised from outside to stop early.
    pub stop: Stop,
}

/// How the market factors of the replications are drawn. Other than plainly, replications of a block depend on each
/// other: the interval is that of [`Outcome::blocked`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MarketSampling {
    /// Independently.
    #[default]
    Plain,
    /// In pairs: the second of each mirrors the first.
    Antithetic,
    /// In blocks: national months on a scrambled Sobol net, regional months on Latin hypercubes.
    Net {
        /// Replications of a block; a power of two.
        block: u32,
    },
}

impl MarketSampling {
    /// Replications of a block.
    pub fn block(self) -> u32 {
        match self {
            Self::Plain => 1,
            Self::Antithetic => 2,
            Self::Net { block } => block.max(1),
        }
    }
}

impl Default for Options {
    /// 200 replications from seed 1 on all cores.
    fn default() -> Self {
        Self { seed: 1, replications: 200, first: 0, threads: None, market: MarketSampling::Plain, stop: Stop::new() }
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
