#![doc = include_str!("model.md")]

mod account;
mod check;
mod fairness;
mod master;
pub mod plan;
pub mod problem;
mod schedule;
mod solve;
#[cfg(test)]
mod tests;
mod view;
mod whole;

pub use plan::{CarrierUse, CellPath, CostParts, OrderLine, Plan, Reason, ShadowPrices};
pub use problem::{
    Carrier, Cell, Data, Dealer, Error, FillGoal, Fixed, Lane, Mode, Model, Problem, Supply, TransferArc,
};
pub use solve::{Options, solve};
