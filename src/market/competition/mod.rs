#![doc = include_str!("model.md")]

mod answer;
pub mod certificate;
mod problem;
pub mod ridge;
pub mod ring;
mod shares;
mod solve;

pub use answer::{DealerAnswer, Equilibrium};
pub use problem::{Catchment, Cost, Fault, Player, Segment};
pub use solve::{Method, NoEquilibrium, Start, solve};

#[cfg(test)]
mod tests;
