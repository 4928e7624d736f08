//! Files: what is read and written, and what is wrong with it.

pub mod columns;
pub mod customers;
pub mod fault;
pub mod instances;
pub mod market;
pub mod results;
pub mod scenario;
pub mod series;
pub mod sources;
pub mod warehouse;
pub mod workbook;
