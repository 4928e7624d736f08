#![doc = include_str!("model.md")]

mod account;
pub mod allocation;
pub mod certificate;
mod check;
pub mod compact;
mod coupled;
mod fairness;
mod formulation;
mod handed;
mod limits;
mod master;
pub mod plan;
pub mod policy;
mod prices;
pub mod problem;
mod relaxation;
mod room;
mod rules;
mod runs;
mod schedule;
mod solve;
#[cfg(test)]
mod tests;
mod view;
mod whole;
pub mod worth;

pub use compact::{Shape, Whole as WholeModel};
pub use plan::{CarrierUse, CellPath, CostParts, OrderLine, Plan, Reason, ShadowPrices};
pub use problem::{
    Carrier, Cell, Data, Dealer, Error, FillGoal, Fixed, Lane, Mode, Model, Problem, Supply, TransferArc,
};
pub use rules::{assess, by_rule};
pub use solve::{Options, solve};
