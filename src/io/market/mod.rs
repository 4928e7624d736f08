//! Files of the market room: one small options file and plain tables beside it, or a table alone.

pub mod choice;
pub mod churn;
pub mod competition;
mod desk;
pub mod events;
pub mod journey;
pub mod leads;
mod options;
pub mod people;
pub mod positions;
pub mod prices;
pub mod promotions;
pub mod propensity;
pub mod relations;

/// Most rows of a table of a market.
const MOST_ROWS: usize = 5_000_000;
