//! Flows of one commodity: who supplies whom, at least cost.
//!
//! [`transport`] is a transport simplex for dense problems (every source may supply every sink), [`network`] a network
//! simplex for sparse networks with capacities, [`assignment`] matches rows to columns one to one. All three are exact and
//! integral, return prices that prove the optimum ([`certificate`] checks them) and name what is missing when there is no
//! answer.

pub mod assignment;
pub mod certificate;
pub mod network;
pub mod transport;
mod tree;

/// Why there is no flow; every text ends with what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// The tables do not fit together, or a number is not allowed.
    #[error("{0}")]
    Shape(String),
    /// There is less supply than demand.
    #[error("the supply of {supply} units does not cover the demand of {demand}: add supply or lower the demand")]
    TooLittle {
        /// Units supplied in all.
        supply: i64,
        /// Units asked for in all.
        demand: i64,
    },
    /// Some sinks cannot be served over the arcs allowed.
    #[error("{} cannot be served over the arcs allowed ({short:?}: position and units missing): \
             allow more arcs, or raise capacities or the supply that reaches them", if short.len() == 1 { "a sink" } else { "some sinks" })]
    Unserved {
        /// Sinks and the units they lack (in a network: nodes where the units missing in all would have to come in).
        short: Vec<(usize, i64)>,
    },
    /// A circle of arcs without capacity limit has a negative cost.
    #[error("the cost falls without limit along arc {arc}: give it a capacity or a cost of 0 or more")]
    Unbounded {
        /// An arc of the circle.
        arc: usize,
    },
    /// Some rows (or columns, when those are fewer) have too few partners between them.
    #[error(
        "{side} {members:?} can only be matched to {partners:?} on the other side, which are too few: allow more pairs"
    )]
    Unmatched {
        /// "rows" or "columns".
        side: &'static str,
        /// Those that compete.
        members: Vec<usize>,
        /// All partners they may take.
        partners: Vec<usize>,
    },
}
