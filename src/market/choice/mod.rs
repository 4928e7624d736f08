#![doc = include_str!("model.md")]

pub mod fit;
mod likelihood;
pub mod table;
#[cfg(test)]
mod tests;

pub use fit::{Estimate, Parameter, Refusal, estimate};
pub use table::{Choices, Row};

/// How nests enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// No nests.
    Plain,
    /// Utility inside a nest over its `τ`.
    Scaled,
    /// Utility inside a nest as it is.
    Unscaled,
}

/// Which law is estimated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// How nests enter.
    pub form: Form,
    /// Whether all nests have the same `τ`.
    pub same: bool,
    /// Whether every alternative but the one chosen most has a constant.
    pub constants: bool,
    /// Columns, by position, that differ between nests only; the others differ between alternatives.
    pub upper: Vec<usize>,
    /// Columns, by position, that are logarithms: elasticities are those of the numbers themselves.
    pub logs: Vec<usize>,
}
