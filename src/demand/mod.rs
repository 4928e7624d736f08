//! What was sold, and what will be asked for.

pub mod choice;
pub mod forecast;
pub mod history;

pub use history::History;
