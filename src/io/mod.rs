//! Files in and out.

pub mod instances;
