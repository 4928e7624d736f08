//! What the two networks are worth, compared on the same customers; and what to watch.

pub mod conformance;
pub mod health;
pub mod kpi;
pub mod monitor;

pub use kpi::{Better, Kpi, NetworkFacts, by_replication, figure_names, kpis, yearly_profit};
