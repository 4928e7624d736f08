//! Reading and writing files.

pub mod results;
