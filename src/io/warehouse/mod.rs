#![doc = include_str!("model.md")]

pub mod audit;
pub mod build;
mod content;
mod current;
pub mod ingest;
pub mod lag;
pub mod mapping;
mod naming;
pub mod repairs;
mod rows;
pub mod schema;
mod store;
pub mod values;

pub use content::Content;
pub use current::{Known, Record};
pub use store::{Counts, Store};

use crate::io::sources::SourceError;
use std::path::Path;

/// Why a warehouse or one of its sources cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause} → {help}")]
pub struct WarehouseError {
    /// The file or server.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// The way out.
    pub help: String,
}

impl WarehouseError {
    fn new(path: &Path, cause: impl std::fmt::Display, help: impl Into<String>) -> Self {
        Self { place: path.display().to_string(), cause: cause.to_string(), help: help.into() }
    }

    fn sql(path: &Path, e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase};
        let help = match e.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => "another program is writing to it: wait for it",
            Some(NotADatabase) => "it is no warehouse: name another file",
            Some(DatabaseCorrupt) => "it is damaged: ingest the sources into a new one",
            Some(DiskFull) => "make room on the disk and run it again: what was written stays",
            _ => "check that the file and its folder may be written",
        };
        Self::new(path, format!("SQLite says: {e}"), help)
    }
}

impl From<SourceError> for WarehouseError {
    fn from(e: SourceError) -> Self {
        Self { place: e.place, cause: e.cause, help: e.help }
    }
}

#[cfg(test)]
mod tests;
