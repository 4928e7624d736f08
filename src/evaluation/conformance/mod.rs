#![doc = include_str!("model.md")]

mod judge;
pub mod net;
pub mod replay;

pub use judge::{Case, Conformance, Deviation, Event, Kind, Stretch, judge};
pub use net::{Limit, Net, Step};

#[cfg(test)]
mod tests;
