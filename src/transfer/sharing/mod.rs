#![doc = include_str!("model.md")]

pub mod certificate;
mod estimate;
mod formulation;
mod plan;
mod problem;
mod recourse;
mod solve;

pub use estimate::{Estimate, Rounds, assess};
pub use plan::{Interval, SharingPlan};
pub use problem::{Demands, Scenarios, Sharing, SharingError, independent};
pub use recourse::{Outcome, Recourse};
pub use solve::{Settings, solve};

#[cfg(test)]
mod tests;
