#![doc = include_str!("model.md")]

mod capacitated;
pub mod certificate;
pub mod formulation;
mod plan;
mod problem;
mod solve;
#[cfg(test)]
mod tests;

pub use plan::Plan;
pub use problem::{Capacity, Fault, Problem};
pub use solve::solve;
