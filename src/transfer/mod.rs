#![doc = include_str!("model.md")]

mod check;
pub mod plan;
pub mod problem;

pub use plan::{Move, Plan, Values};
pub use problem::{Arc, Car, Cell, Data, Dealer, Error, Problem, Rules};
