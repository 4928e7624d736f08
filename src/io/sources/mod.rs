//! Where raw tables come from: files, workbooks and databases, each as a stream of rows of text.
//!
//! A source reads on as its rows are taken, so that a table larger than memory passes. What is wrong with the form of a row
//! (a quote that is not closed, more cells than the header) stands on the row: the taker decides, nothing is passed over.

mod blocks;
mod delimited;
mod parquet;
mod postgres;
mod sqlite;
mod workbook;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A source, as a mapping names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of separated cells, in UTF-8, UTF-16 or GB18030.
    Csv(PathBuf),
    /// A sheet of a workbook; the first one when no name is given.
    Xlsx(PathBuf, Option<String>),
    /// A Parquet file.
    Parquet(PathBuf),
    /// A query of an SQLite file.
    Sqlite(PathBuf, String),
    /// A query of a PostgreSQL server: how to connect, and what to ask.
    Postgres(String, String),
}

/// Why a source cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause} → {help}")]
pub struct SourceError {
    /// The file or server.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// The way out.
    pub help: String,
}

/// A row: its place and its cells.
pub struct Row<'r> {
    /// Line of a text file, row of a sheet or query, from 1.
    pub line: u64,
    /// Its cells, without outer blanks.
    pub cells: &'r [Cow<'r, str>],
    /// What is wrong with its form; its one cell then holds the line as it stands.
    pub flaw: Option<String>,
}

/// Takes rows one at a time; false ends the reading.
pub type Take<'t> = dyn FnMut(&Row<'_>) -> bool + 't;

/// A source whose headings have been read.
pub trait Rows: Send {
    /// The headings.
    fn header(&self) -> &[String];
    /// What was recognised: encoding and delimiter, sheet, server.
    fn note(&self) -> String;
    /// Hands over every row.
    fn each(self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError>;
}

impl Source {
    /// Opens it and reads its headings.
    pub fn open(&self) -> Result<Box<dyn Rows>, SourceError> {
        match self {
            Self::Csv(path) => delimited::open(path),
            Self::Xlsx(path, sheet) => workbook::open(path, sheet.as_deref()),
            Self::Parquet(path) => parquet::open(path),
            Self::Sqlite(path, query) => sqlite::open(path, query),
            Self::Postgres(connect, query) => postgres::open(connect, query),
        }
    }

    /// The file that holds all of it, if one does.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Csv(path) | Self::Xlsx(path, _) | Self::Parquet(path) => Some(path),
            // A database that is written to may keep its newest rows beside the file.
            Self::Sqlite(..) | Self::Postgres(..) => None,
        }
    }

    /// How people call it. Words that open a door are left out.
    pub fn label(&self) -> String {
        match self {
            Self::Csv(path) | Self::Parquet(path) | Self::Xlsx(path, None) => path.display().to_string(),
            Self::Xlsx(path, Some(sheet)) => format!("{}: {sheet}", path.display()),
            Self::Sqlite(path, query) => format!("{}: {query}", path.display()),
            Self::Postgres(connect, query) => format!("postgres {}: {query}", postgres::shown(connect)),
        }
    }
}

/// An error of a file.
fn wrong(path: &Path, cause: impl std::fmt::Display, help: &str) -> SourceError {
    SourceError { place: path.display().to_string(), cause: cause.to_string(), help: help.into() }
}

#[cfg(test)]
mod tests;
