#![doc = include_str!("model.md")]

pub mod certificate;
pub mod community;
pub mod contagion;
pub mod gate;
pub mod learn;
#[cfg(test)]
mod planted;
pub mod reach;
#[cfg(test)]
mod tests;
pub mod web;
