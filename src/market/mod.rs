//! The observed market and its models: what customers do, what they are worth, what competitors make of it.
//!
//! Nothing here enters the simulation yet: every answer of this room is descriptive, and says so.

pub mod customers;
pub mod leads;
