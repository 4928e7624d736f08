//! Thousands of what-ifs: a base scenario, axes along which it is changed, and what every point of the design comes to.
//!
//! [`design`] reads the study's file, [`points`] lays the design out, [`task`] works a point, [`store`] keeps what was worked
//! under the hash of all that went in (so that a study goes on where it was stopped, and a changed axis works only what is new),
//! and [`report`] puts the points side by side.
//!
//! A point's customers are those of every other point with the same seed: differences between points are paired run by run.

pub mod best;
pub mod crew;
pub mod design;
pub mod page;
pub mod points;
pub mod report;
pub mod store;
pub mod tables;
pub mod task;

#[cfg(test)]
mod tests;

/// What the program computes from the same input: raised whenever an answer may change, so that no old answer is taken for a
/// new one.
pub const SEMANTICS: u32 = 3;
