//! forecourt: the decision engine for a car maker's dealer network.
#![doc = ""]

pub mod ids;
pub mod lp;
pub mod progress;
pub mod units;

pub mod replenishment;
pub mod transfer;

pub mod cli;
