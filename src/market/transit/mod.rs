#![doc = include_str!("model.md")]

pub mod certificate;
pub mod clock;
pub mod eta;
#[cfg(test)]
mod fleet;
pub mod swap;
#[cfg(test)]
mod tests;
