//! The cells of a table's text by the schema's columns, as they stand: for whoever copies or changes tables rather than
//! reading them.

use super::log::Log;
use super::names::fold;
use super::scan::Scanner;
use super::schema::{Table, Type};
use super::source::{Source, TABLE_BYTES, delimiter};
use super::values::{Value, parse};
use std::borrow::Cow;

/// Walks through the rows of a table whose form is sound; rows and headings that are not are passed over.
pub struct Records<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    /// Position in the row of each of the schema's columns.
    places: Vec<Option<usize>>,
}

impl<'t> Records<'t> {
    /// Reads the header.
    pub fn new(table: &'static Table, text: &'t str) -> Self {
        let mut scanner = Scanner::new(text, delimiter(text));
        let mut places = vec![None; table.columns.len()];
        if let Some(Ok(())) = scanner.advance() {
            for (position, cell) in scanner.cells.iter().enumerate() {
                let heading = fold(&content(text, cell.from, cell.to, cell.doubled));
                let means = |c: &super::schema::Attribute| c.name == heading || c.zh.contains(&heading.as_str());
                if let Some(column) = table.columns.iter().position(means) {
                    places[column] = Some(position);
                }
            }
        }
        Self { text, scanner, places }
    }

    /// Goes on to the next row; false at the end.
    pub fn advance(&mut self) -> bool {
        loop {
            match self.scanner.advance() {
                None => return false,
                Some(Ok(())) => return true,
                Some(Err(_)) => {}
            }
        }
    }

    /// Whether the table has a column.
    pub fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The cell of a column (by its position in the schema); empty when the table or the row lacks it.
    pub fn cell(&self, column: usize) -> Cow<'t, str> {
        let Some(cell) = self.places[column].and_then(|p| self.scanner.cells.get(p)) else { return Cow::Borrowed("") };
        content(self.text, cell.from, cell.to, cell.doubled)
    }

    /// Byte at which the row starts.
    pub fn start(&self) -> usize {
        self.scanner.start
    }
}

/// A text as a day, when it is one.
pub fn day(text: &str) -> Option<jiff::civil::Date> {
    match parse(Type::Day, text, None) {
        Ok(Value::Day(date)) => Some(date),
        _ => None,
    }
}

/// A text as a plain finite number, when it is one.
pub fn number(text: &str) -> Option<f64> {
    super::values::number(text).ok()
}

/// The form in which ids, headings and words are compared: NFC, of one width and case.
pub fn folded(text: &str) -> String {
    fold(text)
}

/// The nearest of several names, when one is near.
pub fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    super::names::nearest(name, names)
}

/// A place of Chinese web maps (GCJ-02) on the WGS 84 ellipsoid.
pub fn straight(place: crate::network::Place) -> crate::network::Place {
    super::places::to_wgs84(place)
}

/// All cells of a CSV file by line, whatever its encoding and delimiter; or what is wrong with it.
pub fn grid(path: &std::path::Path) -> Result<Vec<(u32, Vec<String>)>, String> {
    let mut source = Source::absent("table", path.display().to_string());
    let mut log = Log::default();
    source.load(path, TABLE_BYTES, 0, &mut log);
    if !source.present {
        let faults = log.finish(std::slice::from_ref(&source));
        return Err(faults.list.first().map_or_else(|| "it is empty".to_owned(), |f| f.cause.clone()));
    }
    let text = &source.text;
    let mut scanner = Scanner::new(text, delimiter(text));
    let (mut rows, mut line, mut at) = (Vec::new(), 1, 0);
    while let Some(row) = scanner.advance() {
        line += text[at..scanner.start].matches('\n').count() as u32;
        at = scanner.start;
        if row.is_err() {
            return Err(format!("line {line} is no row of cells: look for a quote that is not closed"));
        }
        let cell = |c: &super::scan::Cell| content(text, c.from, c.to, c.doubled).into_owned();
        rows.push((line, scanner.cells.iter().map(cell).collect()));
    }
    Ok(rows)
}

fn content(text: &str, from: u32, to: u32, doubled: bool) -> Cow<'_, str> {
    let text = &text[from as usize..to as usize];
    if doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

/// Writes a cell so that it reads back as it is.
pub fn write_cell(out: &mut String, cell: &str) {
    if cell.contains([',', '"', ';', '\t', '\n', '\r']) || cell.starts_with('#') {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::scenario::schema::table;

    #[test]
    fn cells_are_found_by_name_alias_and_whatever_the_order() {
        let table = table("stock");
        let text = "数量;车型编号;site_id\n5;M1;\"D \"\"1\"\"\"\n";
        let mut records = Records::new(table, text);
        assert!(records.advance());
        let cells: Vec<_> = (0..table.columns.len()).map(|k| records.cell(k).into_owned()).collect();
        assert_eq!(cells, ["D \"1\"", "M1", "", "5"]);
        assert!(!records.has(2) && !records.advance());
    }
}
