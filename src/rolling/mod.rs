#![doc = include_str!("model.md")]

mod chance;
mod knowledge;
mod policy;
mod run;
mod world;

pub use chance::Table;
pub use knowledge::{Knowledge, Period};
pub use policy::{BalancedDays, BaseStock, Perfect, Planner, Vmi, Volume};
pub use run::{Broken, Ledger, Move, Seen, run};
pub use world::{Link, Model, World};

#[cfg(test)]
mod tests;
