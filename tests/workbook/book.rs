//! Books as a user would leave them: an exported one with some cells changed, and what stands in its parts.

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::io::Read;
use std::path::Path;

/// What a cell is changed to.
#[derive(Clone)]
pub enum To {
    Text(&'static str),
    Number(f64),
    /// A date by Excel's number.
    Date(f64),
    /// A formula that shows an error.
    Error(&'static str),
    Empty,
}

/// Row and column from 0 of a cell's name.
fn place(name: &str) -> (u32, u16) {
    let split = name.find(|c: char| c.is_ascii_digit()).expect("a cell has a row");
    let column = name[..split].bytes().fold(0u32, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
    (name[split..].parse::<u32>().expect("a row") - 1, column as u16)
}

/// Copies a book cell by cell with changes (sheet, cell, value); what is left of the original is its values alone.
pub fn copy_with(from: &Path, to: &Path, changes: &[(&str, &str, To)]) {
    let mut old: Xlsx<_> = open_workbook(from).expect("the book opens");
    let mut new = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for name in old.sheet_names() {
        let range = old.worksheet_range(&name).expect("a sheet");
        let (top, left) = range.start().unwrap_or_default();
        let sheet = new.add_worksheet().set_name(&name).expect("a name");
        let wanted: Vec<_> = changes.iter().filter(|c| c.0 == name).map(|c| (place(c.1), c.2.clone())).collect();
        for (row, column, value) in range.used_cells() {
            let (row, column) = (top + row as u32, (left + column as u32) as u16);
            if wanted.iter().any(|w| w.0 == (row, column)) {
                continue;
            }
            match value {
                Data::String(t) => drop(sheet.write_string(row, column, t).expect("text")),
                Data::Float(x) => drop(sheet.write_number(row, column, *x).expect("a number")),
                Data::Bool(b) => drop(sheet.write_boolean(row, column, *b).expect("a flag")),
                Data::DateTime(d) => {
                    sheet.write_number_with_format(row, column, d.as_f64(), &date).expect("a date");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        for ((row, column), to) in wanted {
            match to {
                To::Text(t) => drop(sheet.write_string(row, column, t).expect("text")),
                To::Number(x) => drop(sheet.write_number(row, column, x).expect("a number")),
                To::Date(x) => drop(sheet.write_number_with_format(row, column, x, &date).expect("a date")),
                To::Error(e) => {
                    sheet.write_formula(row, column, Formula::new("=1/0").set_result(e)).expect("a formula");
                }
                To::Empty => {}
            }
        }
    }
    new.save(to).expect("saved");
}

/// The names and bytes of a book's parts.
pub fn parts(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).expect("the book")).expect("a zip");
    (0..archive.len())
        .map(|k| {
            let mut part = archive.by_index(k).expect("a part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("unpacked");
            (part.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}
