//! Tables of people, and how their columns become numbers that a law is learnt from.
//!
//! The formulae are in the room's page under "Columns of people".

pub mod design;
pub mod folds;
mod table;

pub use table::{Cells, EMPTY, Feature, Table};

/// Fewest of the rarer outcome for each coefficient (Vittinghoff and McCulloch 2007: five to nine do with care).
pub const PER_COEFFICIENT: usize = 5;
/// Most coefficients.
pub const MOST_COEFFICIENTS: usize = 300;
/// Ridge on standardised columns: as if each coefficient came from a normal distribution with variance 1.
pub const RIDGE: f64 = 1.0;
/// Level of the two-sided intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Why nothing is learnt from the columns; each says the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// No column differs between rows.
    #[error("no column can be learnt from: {0}; give columns that differ between people")]
    Nothing(String),
    /// Too many coefficients for the rows.
    #[error(
        "{coefficients} coefficients are too many for {rare} {named}, of which each needs {PER_COEFFICIENT}: leave columns out or \
         put words together (\"{widest}\" alone takes {width}), or give a longer table"
    )]
    Thin {
        /// Coefficients.
        coefficients: usize,
        /// Rows of the rarest outcome.
        rare: usize,
        /// What they are called.
        named: &'static str,
        /// The column that takes most coefficients.
        widest: String,
        /// How many it takes.
        width: usize,
    },
    /// More coefficients than can be handled.
    #[error("{0} coefficients are more than {MOST_COEFFICIENTS}: leave columns out or put words together")]
    Wide(usize),
}
