//! A scenario as a book: options and tables as sheets that say what they hold; large tables beside it, linked by hash.

use super::draw::{self, Ids, Styles, put_text};
use super::sales::Wide;
use super::settings;
use super::{BookError, CONTENTS, ELSEWHERE, SETTINGS, unwritten};
use crate::digest::sha256;
use crate::io::results::folder::replace_file;
use crate::io::scenario::Folder;
use crate::io::scenario::records::Records;
use crate::io::scenario::schema::{TABLES, Table, VERSION};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Sheets of tables, with their rows.
    pub sheets: Vec<(&'static str, usize)>,
    /// Tables that stayed CSV files, with their rows.
    pub linked: Vec<(PathBuf, usize)>,
}

/// Writes a sound scenario as a book. A table of more than `most` cells is put beside it as a CSV file.
pub fn export(scenario: &Path, out: &Path, most: usize) -> Result<Exported, BookError> {
    let folder = Folder::open(scenario);
    let (read, _) = folder.judge()?;
    let mut book = Book::new(&folder, out, most);
    let mut bytes = book.draw(read.today).map_err(|e| failed(out, &e))?;
    for (path, text) in &book.files {
        replace_file(path, text.as_bytes()).map_err(unwritten(path))?;
    }
    let bytes = bytes.save_to_buffer().map_err(|e| failed(out, &e))?;
    replace_file(out, &bytes).map_err(unwritten(out))?;
    Ok(book.done)
}

pub(super) fn failed(out: &Path, e: &XlsxError) -> BookError {
    BookError::Write { path: out.to_path_buf(), cause: e.to_string(), help: ELSEWHERE }
}

/// A line of the contents.
struct Place {
    table: &'static Table,
    file: String,
    rows: Option<usize>,
    hash: String,
}

struct Book<'f> {
    folder: &'f Folder,
    out: &'f Path,
    most: usize,
    styles: Styles,
    ids: Ids,
    places: Vec<Place>,
    files: Vec<(PathBuf, String)>,
    done: Exported,
}

impl<'f> Book<'f> {
    fn new(folder: &'f Folder, out: &'f Path, most: usize) -> Self {
        let ids = TABLES
            .iter()
            .filter(|t| matches!(t.columns[0].holds, crate::io::scenario::schema::Type::Key))
            .filter_map(|t| Some((t.name, rows(t, folder.table(t.name)?) as u32)))
            .collect();
        let (styles, places, files) = (Styles::new(), Vec::new(), Vec::new());
        Self { folder, out, most, styles, ids, places, files, done: Exported::default() }
    }

    fn draw(&mut self, today: jiff::civil::Date) -> Result<Workbook, XlsxError> {
        let mut book = Workbook::new();
        let (year, month, day) = (today.year() as u16, today.month() as u8, today.day() as u8);
        book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?));
        let mut sheets = Vec::new();
        for table in TABLES {
            sheets.extend(self.table(table)?);
        }
        let mut options = Worksheet::new();
        options.set_name(SETTINGS)?;
        settings::draw(&mut options, self.folder, &self.styles)?;
        book.push_worksheet(self.contents()?);
        book.push_worksheet(options);
        sheets.into_iter().for_each(|s| {
            book.push_worksheet(s);
        });
        Ok(book)
    }

    /// A table's sheet; none when it stays a file.
    fn table(&mut self, table: &'static Table) -> Result<Option<Worksheet>, XlsxError> {
        let mut place = Place { table, file: String::new(), rows: None, hash: String::new() };
        let text = self.folder.table(table.name);
        let wide = text.filter(|_| table.name == "sales").map(Wide::gather);
        let wide = wide.filter(|w| w.weeks() < 990);
        let count = text.map_or(0, |t| rows(table, t));
        let cells = wide.as_ref().map_or((count + 1) * table.columns.len(), Wide::cells);
        place.rows = text.map(|_| count);
        if let Some(text) = text.filter(|_| cells > self.most || count > 1_000_000) {
            let stem = self.out.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            place.file = format!("{stem}.{}.csv", table.name);
            place.hash = sha256(text);
            let path = self.out.with_file_name(&place.file);
            self.done.linked.push((path.clone(), count));
            self.files.push((path, text.to_owned()));
            self.places.push(place);
            return Ok(None);
        }
        let mut sheet = Worksheet::new();
        sheet.set_name(table.name)?;
        match &wide {
            Some(wide) => {
                for k in 0..2u16 {
                    draw::heading(&mut sheet, k, &table.columns[usize::from(k)], &self.styles)?;
                }
                wide.draw(&mut sheet, &self.styles)?;
                sheet.set_freeze_panes(1, 2)?;
                self.rules(&mut sheet, table, 2, wide.rows())?;
            }
            None => {
                self.rows(&mut sheet, table, text)?;
                sheet.set_freeze_panes(1, 1)?;
                self.rules(&mut sheet, table, table.columns.len(), count)?;
            }
        }
        if text.is_some() {
            self.done.sheets.push((table.name, wide.map_or(count, |w| w.rows())));
        }
        self.places.push(place);
        Ok(Some(sheet))
    }

    fn rows(&self, sheet: &mut Worksheet, table: &'static Table, text: Option<&str>) -> Result<(), XlsxError> {
        for (column, attribute) in (0u16..).zip(table.columns) {
            draw::heading(sheet, column, attribute, &self.styles)?;
        }
        let Some(text) = text else { return Ok(()) };
        let mut records = Records::new(table, text);
        let mut row = 0;
        while records.advance() {
            row += 1;
            for (k, attribute) in table.columns.iter().enumerate() {
                draw::put(sheet, (row, k as u16), attribute.holds, &records.cell(k), &self.styles)?;
            }
        }
        Ok(())
    }

    /// Drop-downs and bounds for the rows that are there and for those that will be added.
    fn rules(&self, sheet: &mut Worksheet, table: &Table, columns: usize, rows: usize) -> Result<(), XlsxError> {
        const SPARE: u32 = 1_000;
        let last = rows as u32 + SPARE;
        for (k, attribute) in (0u16..).zip(&table.columns[..columns]) {
            if let Some(rule) = draw::rule(attribute, &self.ids)? {
                sheet.add_data_validation(1, k, last, k, &rule)?;
            }
        }
        Ok(())
    }

    /// The first sheet: what is where.
    fn contents(&self) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(CONTENTS)?;
        for (k, (name, width)) in
            (0u16..).zip([("table", 14.0), ("file", 30.0), ("rows", 10.0), ("sha256", 20.0), ("about", 80.0)])
        {
            sheet.write_string_with_format(0, k, name, &self.styles.heading)?;
            sheet.set_column_width(k, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let mut row = 0;
        for place in &self.places {
            row += 1;
            put_text(&mut sheet, (row, 0), place.table.name, &self.styles)?;
            put_text(&mut sheet, (row, 1), &place.file, &self.styles)?;
            if let Some(rows) = place.rows {
                sheet.write_number_with_format(row, 2, rows as f64, &self.styles.whole)?;
            }
            put_text(&mut sheet, (row, 3), &place.hash, &self.styles)?;
            put_text(&mut sheet, (row, 4), place.table.about, &self.styles)?;
        }
        row += 1;
        let version = format!("schema {VERSION}");
        for text in [version.as_str(), HELP[0], HELP[1], HELP[2], HELP[3]] {
            row += 1;
            sheet.write_string(row, 4, text)?;
        }
        Ok(sheet)
    }
}

const HELP: [&str; 4] = [
    "Edit the sheets, then: forecourt xlsx import THIS.xlsx --out FOLDER. Every fault is told by sheet and cell.",
    "A table with a file is too large for a sheet: keep the CSV beside the book. If you change it, clear its sha256 here.",
    "修改各工作表后运行：forecourt xlsx import 本文件.xlsx --out 目录。所有错误都按工作表和单元格指出。",
    "填有文件名的表过大，未放入工作表：请将该 CSV 与本文件放在一起；如有改动，请清空此处的 sha256。",
];

fn rows(table: &'static Table, text: &str) -> usize {
    let mut records = Records::new(table, text);
    std::iter::from_fn(|| records.advance().then_some(())).count()
}
