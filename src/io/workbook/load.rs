//! From a book to the cells of its sheets, one after the other: no cell's address makes room for the cells before it.

use super::guard::{self, CELLS};
use super::{BookError, cell_name};
use crate::io::fault::{Code, Fault, shorten};
use crate::io::scenario::schema::Type;
use calamine::{DataRef, Reader, Xlsx};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Most columns that are looked at.
const COLUMNS: u32 = 1_000;

/// What a cell shows.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::io) enum Found {
    Text(String),
    Number(f64),
    Flag(bool),
    /// Year, month, day, and the hour of the day.
    Day(i16, i8, i8, f64),
    Error(String),
}

/// A row with its number from 0 and its cells, ascending by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::io) struct Row {
    pub number: u32,
    pub cells: Vec<(u32, Found)>,
}

impl Row {
    /// The cell of a column.
    pub fn at(&self, column: u32) -> Option<&Found> {
        self.cells.iter().find(|c| c.0 == column).map(|c| &c.1)
    }
}

/// A sheet without its blank rows.
#[derive(Clone, Debug, Default)]
pub(in crate::io) struct Sheet {
    pub name: String,
    pub rows: Vec<Row>,
}

/// All sheets with cells, in the book's order.
pub(in crate::io) fn book(path: &Path) -> Result<Vec<Sheet>, BookError> {
    let bytes = guard::open(path)?;
    let refuse = |cause: String| BookError::Read {
        path: path.to_path_buf(),
        cause: format!("the book is damaged: {}", shorten(&cause)),
        help: "Open it in Excel or LibreOffice, save it as .xlsx, and try again",
    };
    // A reader of a foreign format may stumble over a file that nobody has thought of: that is the file's fault here.
    match catch_unwind(AssertUnwindSafe(|| sheets(bytes))) {
        Ok(Ok(Some(sheets))) => Ok(sheets),
        Ok(Ok(None)) => Err(BookError::Read {
            path: path.to_path_buf(),
            cause: format!("the book has more than {CELLS} cells or {COLUMNS} columns"),
            help: "Keep large tables as CSV files",
        }),
        Ok(Err(e)) => Err(refuse(e.to_string())),
        Err(_) => Err(refuse("its parts contradict each other".into())),
    }
}

fn sheets(bytes: Cursor<Vec<u8>>) -> Result<Option<Vec<Sheet>>, calamine::XlsxError> {
    let mut book = Xlsx::new(bytes)?;
    let mut count = 0;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let mut sheet = Sheet { name: name.clone(), rows: Vec::new() };
        let mut reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // Charts and macros have sheets of their own, without cells.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(e),
        };
        while let Some(cell) = reader.next_cell()? {
            let (row, column) = cell.get_position();
            let Some(found) = found(cell.get_value()) else { continue };
            count += 1;
            if count > CELLS || column >= COLUMNS {
                return Ok(None);
            }
            match sheet.rows.last_mut().filter(|r| r.number == row) {
                Some(last) => last.cells.push((column, found)),
                None => sheet.rows.push(Row { number: row, cells: vec![(column, found)] }),
            }
        }
        sheet.rows.sort_by_key(|r| r.number);
        sheet.rows.dedup_by(|later, first| {
            let same = later.number == first.number;
            if same {
                first.cells.append(&mut later.cells);
            }
            same
        });
        sheet.rows.iter_mut().for_each(|r| r.cells.sort_by_key(|c| c.0));
        sheets.push(sheet);
    }
    Ok(Some(sheets))
}

fn found(value: &DataRef<'_>) -> Option<Found> {
    let text = |t: &str| (!t.trim().is_empty()).then(|| Found::Text(t.trim().to_owned()));
    match value {
        DataRef::Empty => None,
        DataRef::SharedString(t) => text(t),
        DataRef::String(t) | DataRef::DateTimeIso(t) | DataRef::DurationIso(t) => text(t),
        DataRef::Int(n) => Some(Found::Number(*n as f64)),
        DataRef::Float(x) => Some(Found::Number(*x)),
        DataRef::Bool(yes) => Some(Found::Flag(*yes)),
        DataRef::Error(e) => Some(Found::Error(e.to_string())),
        DataRef::DateTime(d) if d.as_f64() < 1.0 => Some(Found::Day(0, 0, 0, d.as_f64() * 24.0)),
        DataRef::DateTime(d) => {
            let (year, month, day, hour, minute, second, _) = d.to_ymd_hms_milli();
            let hours = f64::from(hour) + f64::from(minute) / 60.0 + f64::from(second) / 3600.0;
            Some(Found::Day(year as i16, month as i8, day as i8, hours))
        }
    }
}

/// The text that a CSV file would hold for a cell of a kind, or what is wrong with it and the way out.
pub(in crate::io) fn text_of(found: &Found, holds: Option<Type>) -> Result<String, (String, &'static str)> {
    match found {
        Found::Text(text) if text.contains(['\n', '\r']) => {
            Err(("the cell holds a line break".into(), "write it on one line"))
        }
        Found::Text(text) => Ok(text.clone()),
        Found::Number(x) if x.is_finite() => Ok((x + 0.0).to_string()),
        Found::Number(_) => Err(("the number is not finite".into(), "write a plain number")),
        Found::Flag(yes) => Ok(yes.to_string()),
        Found::Error(e) => Err((format!("the cell shows {}", shorten(e)), "mend the formula or write the value")),
        Found::Day(year, month, day, hours) => match holds {
            Some(Type::Key | Type::Reference(_) | Type::Text) => {
                Err(("Excel has turned the cell into a date".into(), "format the column as text and write it again"))
            }
            Some(Type::Hour) if *year == 0 => Ok(((hours * 1e6).round() / 1e6).to_string()),
            _ if *hours == 0.0 => Ok(format!("{year:04}-{month:02}-{day:02}")),
            _ => Ok(format!("{year:04}-{month:02}-{day:02} and {hours:.2} h")),
        },
    }
}

/// A fault of a cell.
pub(super) fn fault(book: &str, sheet: &str, (row, column): (u32, u32), cause: String, help: &str) -> Fault {
    Fault {
        code: Code::SheetCell,
        file: format!("{book}: {sheet}!{}", cell_name(row, column)),
        line: 0,
        column: 0,
        value: String::new(),
        cause,
        help: help.into(),
    }
}
