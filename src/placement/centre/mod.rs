#![doc = include_str!("model.md")]

pub mod certificate;
mod solve;

pub use solve::{Fault, Plan, solve};
