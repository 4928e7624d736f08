//! forecourt: the decision engine for a car maker's dealer network.
//!
//! The rooms stand here in the order of their floors: a room may use only rooms above it in this list (one test reads
//! the source and checks that). Data flows one way: tables → scenario → decisions → simulation → evaluation → report.

// Ground: quantities, positions, progress; on it linear programmes and chance.
pub mod ids;
pub mod progress;
pub mod units;

pub mod lp;

// What stands still, what is sold, what was asked for.
pub mod network;

pub mod catalogue;

pub mod demand;

// Everything one run needs.
pub mod scenario;

// What people see; files in and out.
pub mod report;

pub mod io;

pub mod cli;
