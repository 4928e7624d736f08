//! Excel workbooks: a scenario as a book that can be edited and read back, and results as a planner's book.
//!
//! A book is read cell by cell, with bounds on everything a hostile file could blow up; its tables then become the texts
//! of a scenario folder and are judged by the same code as any folder. What is wrong is told by sheet and cell.

mod company;
mod draw;
mod export;
mod found;
mod guard;
mod import;
pub(in crate::io) mod load;
mod places;
mod planner;
mod sales;
mod settings;

pub use export::{Exported, export};
pub use found::{Founding, found};
pub use guard::{BOOK_BYTES, CELLS, UNPACKED_BYTES};
pub use import::{Imported, import};
pub use planner::planner;

use crate::io::fault::Faults;
use std::path::{Path, PathBuf};

/// Most cells of a table that still goes into the book as a sheet; a larger one stays a CSV file beside it.
pub const SHEET_CELLS: usize = 1_000_000;

/// Sheet that lists the tables and where they are.
const CONTENTS: &str = "book";
/// Sheet of the options.
const SETTINGS: &str = "scenario";

/// Why a workbook was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The scenario or the book is faulty.
    #[error("{0}")]
    Faults(Faults),
    /// A file cannot be read.
    #[error("{}: {cause}. {help}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
        /// The way out.
        help: &'static str,
    },
    /// A file or folder cannot be written.
    #[error("{}: {cause}. {help}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        cause: String,
        /// The way out.
        help: &'static str,
    },
}

impl From<Faults> for BookError {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

const ELSEWHERE: &str = "Nothing was changed; choose another place with --out";

fn unwritten(path: &Path) -> impl FnOnce(std::io::Error) -> BookError {
    let path = path.to_path_buf();
    move |e| BookError::Write { path, cause: e.to_string(), help: ELSEWHERE }
}

/// The name of a cell: `C14` for row 13 and column 2, counted from 0.
pub fn cell_name(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column), row + 1)
}

fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        letters.push(b'A' + ((left - 1) % 26) as u8);
        left = (left - 1) / 26;
    }
    letters.reverse();
    String::from_utf8(letters).expect("letters")
}

#[cfg(test)]
mod tests {
    use super::cell_name;

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        let names = [
            (0, 0, "A1"),
            (13, 2, "C14"),
            (0, 25, "Z1"),
            (0, 26, "AA1"),
            (9, 701, "ZZ10"),
            (1_048_575, 16_383, "XFD1048576"),
        ];
        for (row, column, name) in names {
            assert_eq!(cell_name(row, column), name);
        }
    }
}
