#![doc = include_str!("model.md")]

pub mod certificate;
pub mod cuts;
mod plan;
mod problem;
mod solve;

pub use plan::Plan;
pub use problem::{Fault, Problem};
pub use solve::solve;
