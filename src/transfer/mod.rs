//! Which car moves where.

pub mod flow;
pub mod sharing;
