//! forecourt: the decision engine for a car maker's dealer network.
//!
//! The rooms stand here in the order of their floors: a room may use only rooms above it in this list (one test reads
//! the source and checks that). Data flows one way: tables → scenario → decisions → simulation → evaluation → report.

// Ground: quantities, positions, days, digests, progress; on it chance and linear programmes.
pub mod days;
pub mod digest;
pub mod ids;
pub mod progress;
pub mod units;

pub mod stats;

pub mod lp;

pub mod flow;

// What stands still, what is sold, what was asked for.
pub mod network;

pub mod catalogue;

pub mod demand;

// The observed market and its models.
pub mod market;

// Everything one run needs.
pub mod scenario;

// Decisions. They do not know each other.
pub mod placement;
pub mod replenishment;
pub mod routing;
pub mod transfer;

// The sampled future.
pub mod simulation;

// Plan, play a week, plan again, on demand that is given.
pub mod rolling;

// What the networks are worth.
pub mod evaluation;

// The order of the steps.
pub mod planning;

// Why a plan is as it is: steps solved again.
pub mod explain;

// The page.
pub mod report;

// Both ends: files, and scenarios that are made up.
pub mod io;

pub mod generate;

// The same for thousands of what-ifs.
pub mod study;

// Answers checked by code that shares nothing with what made them.
pub mod verify;

// The terminal.
pub mod cli;
