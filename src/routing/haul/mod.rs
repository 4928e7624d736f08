#![doc = include_str!("model.md")]

mod baseline;
mod bound;
pub mod certificate;
mod clock;
mod judge;
mod parts;
mod plan;
mod problem;
mod solve;
#[cfg(test)]
mod tests;

pub use baseline::baseline;
pub use bound::{Bound, bound};
pub use plan::{Call, Plan, Trip};
pub use problem::{Class, Data, Freight, Problem, Yard};
pub use solve::{Effort, priced, solve};
