#![doc = include_str!("model.md")]

pub mod certificate;
pub mod online;
pub mod problem;
pub mod reach;
pub mod solve;
#[cfg(test)]
mod tests;
pub mod waiting;
