//! What was sold, and what will be asked for.

pub mod choice;
pub mod forecast;
pub mod history;
pub mod series;

pub use history::History;
