//! The coming weeks: who sells what, which cars are where, which of them move, and what is ordered.
//!
//! These are counts of cars and sums of a few numbers: plain arithmetic of the machine, compared to the hundredth; where
//! a value lies so near to the middle of two hundredths that either may be right, both are tried, the worse for the bound.

mod bound;
mod counts;
mod goods;
mod network;
mod orders;
#[cfg(test)]
mod tests;
mod transfers;

pub use goods::Goods;
pub use network::Network;
pub use orders::{not_covered, verify as orders};
pub use transfers::{Car, read as read_transfers, verify as transfers};
