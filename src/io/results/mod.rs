//! The results folder: written by the program, read back by the report.

pub mod read;
