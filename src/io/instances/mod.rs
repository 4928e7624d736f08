//! Readers of public benchmark formats, one file a format. Faults name the file, the line and the reason.

pub mod cfl;
pub mod mclp;
pub mod orlib_cap;
pub mod orlib_pmed;
pub mod tsplib;
pub mod ufllib;
pub mod vmi;
mod text;

pub use text::{Fault, Text};
