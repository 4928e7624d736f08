#![doc = include_str!("model.md")]

pub mod certificate;
mod label;
mod rules;
mod schedule;
#[cfg(test)]
mod tests;

pub use rules::{Rules, Special};
pub use schedule::{Activity, Kind, Leg, schedule};
