//! Sheets of workbooks.

use super::{Row, Rows, SourceError, Take, wrong};
use crate::io::workbook::load::{Found, Sheet, book, text_of};
use std::borrow::Cow;
use std::path::Path;

struct Workbook {
    sheet: Sheet,
    header: Vec<String>,
    /// Columns of the headings.
    columns: Vec<u32>,
}

pub(super) fn open(path: &Path, name: Option<&str>) -> Result<Box<dyn Rows>, SourceError> {
    let sheets = book(path).map_err(|e| wrong(path, e, "mend the book, or name another"))?;
    let names = sheets.iter().map(|s| s.name.clone()).collect::<Vec<_>>().join(", ");
    let sheet = match name {
        Some(name) => sheets.into_iter().find(|s| s.name.trim() == name.trim()),
        None => sheets.into_iter().find(|s| !s.rows.is_empty()),
    };
    let Some(mut sheet) = sheet else {
        let cause = format!("there is no sheet {:?} in the book", name.unwrap_or_default());
        return Err(wrong(path, cause, &format!("it has {names}")));
    };
    if sheet.rows.is_empty() {
        return Err(wrong(path, format!("the sheet {:?} is empty", sheet.name), "export it with headings"));
    }
    let headings = sheet.rows.remove(0);
    let text = |found: &Found| text_of(found, None).unwrap_or_default();
    let header = headings.cells.iter().map(|c| text(&c.1)).collect();
    let columns = headings.cells.iter().map(|c| c.0).collect();
    Ok(Box::new(Workbook { sheet, header, columns }))
}

/// A cell as a CSV file would hold it; an hour stands after its day.
fn cell(found: &Found) -> Result<String, String> {
    match found {
        Found::Day(year, month, day, hours) if *year > 0 && *hours > 0.0 => {
            let seconds = (hours * 3600.0).round() as i64;
            let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            Ok(format!("{year:04}-{month:02}-{day:02} {h:02}:{m:02}:{s:02}"))
        }
        _ => text_of(found, None).map_err(|e| e.0),
    }
}

impl Rows for Workbook {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn note(&self) -> String {
        format!("sheet {}", self.sheet.name)
    }

    fn each(self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError> {
        for row in &self.sheet.rows {
            let mut cells: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); self.columns.len()];
            let mut flaw = None;
            for (column, found) in &row.cells {
                let text = cell(found).unwrap_or_else(|cause| {
                    flaw = Some(cause);
                    String::new()
                });
                match self.columns.iter().position(|c| c == column) {
                    Some(at) => cells[at] = Cow::Owned(text),
                    None => flaw = Some(format!("a cell stands in column {}, which has no heading", column + 1)),
                }
            }
            if !take(&Row { line: u64::from(row.number) + 1, cells: &cells, flaw }) {
                break;
            }
        }
        Ok(())
    }
}
