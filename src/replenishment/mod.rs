//! What is sent where, and when.

pub mod policy;
