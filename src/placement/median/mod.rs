#![doc = include_str!("model.md")]

pub mod certificate;
pub mod formulation;
mod plan;
mod problem;
mod solve;

pub use plan::Plan;
pub use problem::{Distances, Fault, Problem};
pub use solve::solve;
