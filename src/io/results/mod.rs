//! The results folder: written by the program, read back by later steps and by the report.

mod between;
pub mod certificates;
pub mod decisions;
pub mod folder;
pub mod geo;
pub mod journey;
pub mod league;
pub mod lock;
pub mod memory;
pub mod monday;
pub mod outcome;
pub mod places;
pub mod previous;
pub mod provenance;
pub mod read;
pub mod read_back;
pub mod replications;
pub mod standings;
pub mod summary;
pub mod table;
pub mod tours;
pub mod warnings;

pub use folder::Stage;
pub use lock::Hold;
