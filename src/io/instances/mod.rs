//! Readers of public benchmark formats, one file a format. Faults name the file, the line and the reason.

pub mod assign;
pub mod cfl;
pub mod hm14;
pub mod irp;
pub mod lilim;
pub mod mclp;
pub mod mps;
pub mod orlib_cap;
pub mod orlib_pmed;
pub mod orlib_scp;
pub mod smps;
pub mod solomon;
mod text;
pub mod tours;
pub mod tsplib;
pub mod ufllib;
pub mod vmi;
pub mod vrplib;

pub use text::{Fault, Text};
