#![doc = include_str!("model.md")]

pub mod certificate;
mod exact;
mod formulation;
mod needs;
mod plan;
mod problem;
mod search;
mod solve;
#[cfg(test)]
mod tests;
mod tours;

pub use plan::{Delivery, Plan};
pub use problem::{Customer, Data, Problem, Supplier};
pub use solve::solve;
