#![doc = include_str!("model.md")]

pub mod certificate;
mod check;
mod formulation;
pub mod plan;
pub mod problem;
pub mod sharing;
pub mod slots;
mod solve;
#[cfg(test)]
mod tests;

pub use formulation::{FlowArc, Network};
pub use plan::{Move, Plan, Values};
pub use problem::{Arc, Car, Cell, Data, Dealer, Error, Problem, Rules};
pub use solve::{Circulation, solve, solve_by_programme, solve_with};
