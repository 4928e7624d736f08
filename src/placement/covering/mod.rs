#![doc = include_str!("model.md")]

pub mod certificate;
mod collector;
pub mod formulation;
mod plan;
mod problem;
pub mod set;
mod solve;

pub use collector::Collector;
pub use plan::Plan;
pub use problem::{Fault, Problem};
pub use solve::solve;
