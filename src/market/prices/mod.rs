#![doc = include_str!("model.md")]

pub mod certificate;
mod formulation;
pub mod markdown;
mod plan;
mod problem;
mod solve;

pub use plan::{Flag, Multipliers, Plan, Priced, flags};
pub use problem::{Fault, Offer, Pool, Problem, Region};
pub use solve::{Failure, Lacking, solve};

#[cfg(test)]
mod tests;
