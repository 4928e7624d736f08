#![doc = include_str!("model.md")]

pub mod certificate;
mod formulation;
mod parts;
mod plan;
mod pricing;
mod problem;
mod solve;

pub use plan::{Action, Plan, StorePlan};
pub use problem::{Fault, Move, Problem, Pull, Store, StoreOption, Zone};
pub use solve::{Failure, assess, solve};

#[cfg(test)]
mod tests;
