#![doc = include_str!("model.md")]

mod alternatives;
mod build;
mod causes;
pub mod certificate;
mod flow;
mod formulation;
mod network;
mod parts;
mod plan;
mod pricing;
mod problem;
pub mod proof;
mod solve;
mod tree;

pub use build::Worth;
pub use causes::{Cause, Way};
pub use network::{Change, Network};
pub use plan::{Action, Alternative, Plan, StorePlan};
pub use problem::{Fault, Move, Phase, Problem, Pull, Store, StoreOption, Zone};
pub use solve::{Failure, assess, assess_network, solve, solve_from};

#[cfg(test)]
mod tests;
