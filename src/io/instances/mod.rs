//! Readers of public benchmark formats, one file a format. Faults name the file, the line and the reason.

pub mod orlib_pmed;
pub mod tsplib;
mod text;

pub use text::{Fault, Text};
