#![doc = include_str!("model.md")]

mod check;
pub mod plan;
pub mod problem;

pub use plan::{CarrierUse, CellPath, CostParts, OrderLine, Plan, Reason, ShadowPrices};
pub use problem::{Carrier, Cell, Data, Dealer, Error, Fixed, Lane, Mode, Model, Problem, Supply, TransferArc};

use crate::lp::Limits;

/// How much work a plan may cost.
#[derive(Clone, Debug)]
pub struct Options {
    /// Limits on work, the stop flag and, if wanted, the clock.
    pub limits: Limits,
    /// Most price rounds on storage, credit and fleets.
    pub rounds: usize,
    /// Most passes of the improvement of whole plans.
    pub passes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), rounds: 8, passes: 3 }
    }
}
