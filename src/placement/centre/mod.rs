#![doc = include_str!("model.md")]

pub mod certificate;
mod cover;
mod solve;

pub use solve::{Fault, Plan, solve};
