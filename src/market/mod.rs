//! The observed market and its models: what customers do and are worth, where leads go, what dealers charge each other's
//! customers, prices under limits, what a promotion brought.
//!
//! Nothing here enters the simulation yet: every answer of this room is descriptive, and says so.

pub mod choice;
pub mod competition;
pub mod customers;
pub mod lambert;
pub mod leads;
pub mod prices;
pub mod promotions;
pub mod quality;
pub mod transit;
