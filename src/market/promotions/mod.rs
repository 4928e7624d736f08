#![doc = include_str!("model.md")]

pub mod certificate;
mod effect;
mod panel;
mod weights;

pub use effect::{Effect, Estimate, measure};
pub use panel::{Fault, Panel};

#[cfg(test)]
mod tests;
