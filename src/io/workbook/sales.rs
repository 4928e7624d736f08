//! Sales as planners keep them: one row per dealer and model, one column per week.

use super::draw::{self, Styles, note, put_text};
use super::load::{Found, Sheet, fault, text_of};
use super::places::{Line, Places};
use crate::io::fault::Fault;
use crate::io::scenario::records::{Records, day, write_cell};
use crate::io::scenario::schema::{Table, Type, table};
use jiff::civil::Date;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::{BTreeSet, HashMap};

/// The long table as a wide one.
pub(super) struct Wide {
    pairs: Vec<(String, String)>,
    weeks: Vec<Date>,
    /// Row, week and figure.
    figures: Vec<(usize, Date, String)>,
}

impl Wide {
    /// Gathers the rows of a sound table; pairs keep the order in which they first appear.
    pub fn gather(text: &str) -> Self {
        let sales = table("sales");
        let at = |name| sales.position(name);
        let (site, model, week, sold) = (at("site_id"), at("model_id"), at("week_start"), at("sold_cars"));
        let mut records = Records::new(sales, text);
        let mut known: HashMap<(String, String), usize> = HashMap::new();
        let mut wide = Self { pairs: Vec::new(), weeks: Vec::new(), figures: Vec::new() };
        let mut weeks = BTreeSet::new();
        while records.advance() {
            let Some(week) = day(&records.cell(week)) else { continue };
            let pair = (records.cell(site).into_owned(), records.cell(model).into_owned());
            let row = *known.entry(pair.clone()).or_insert_with(|| {
                wide.pairs.push(pair);
                wide.pairs.len() - 1
            });
            weeks.insert(week);
            wide.figures.push((row, week, records.cell(sold).into_owned()));
        }
        wide.weeks = weeks.into_iter().collect();
        wide
    }

    /// Cells of its sheet.
    pub fn cells(&self) -> usize {
        (self.pairs.len() + 1) * (self.weeks.len() + 2)
    }

    /// Its rows.
    pub fn rows(&self) -> usize {
        self.pairs.len()
    }

    /// Weeks that it has columns for.
    pub fn weeks(&self) -> usize {
        self.weeks.len()
    }

    /// Draws the sheet; headings of ids and drop-downs are the caller's.
    pub fn draw(&self, sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
        let places: HashMap<Date, u16> = self.weeks.iter().copied().zip(2u16..).collect();
        for (&week, &column) in &places {
            sheet.write_number_with_format(0, column, draw::serial(week), &styles.week)?;
            sheet.set_column_width(column, 10.5)?;
        }
        if !self.weeks.is_empty() {
            let text = "Cars sold in the week that starts on this Monday; empty: none were";
            sheet.insert_note(0, 2, &note(text))?;
        }
        for (row, (site, model)) in (1u32..).zip(&self.pairs) {
            put_text(sheet, (row, 0), site, styles)?;
            put_text(sheet, (row, 1), model, styles)?;
        }
        let holds = Type::Whole(0, 65_535);
        for (row, week, figure) in &self.figures {
            draw::put(sheet, (*row as u32 + 1, places[week]), holds, figure, styles)?;
        }
        Ok(())
    }
}

/// Columns of weeks in a sheet's header, if there are any: then its rows are wide.
pub(super) fn week_columns(sheet: &Sheet) -> Vec<(u32, Date)> {
    let header = sheet.rows.first().map(|r| r.cells.as_slice()).unwrap_or_default();
    let date = |found: &Found| match found {
        Found::Day(y, m, d, 0.0) => Date::new(*y, *m, *d).ok(),
        Found::Text(text) => day(text),
        _ => None,
    };
    header.iter().filter_map(|(column, found)| Some((*column, date(found)?))).collect()
}

/// A wide sheet as the text of the long table.
pub(super) fn lengthen(book: &str, sheet: &Sheet, weeks: &[(u32, Date)], faults: &mut Vec<Fault>) -> (String, Places) {
    let sales: &Table = table("sales");
    let header = sheet.rows.first().cloned().unwrap_or_default();
    let mut ids = [None; 2];
    for (column, found) in &header.cells {
        if weeks.iter().any(|w| w.0 == *column) {
            continue;
        }
        let name = text_of(found, None).unwrap_or_default();
        let folded = crate::io::scenario::records::folded(&name);
        match (0..2).find(|&k| sales.columns[k].name == folded || sales.columns[k].zh.contains(&folded.as_str())) {
            Some(k) => ids[k] = Some(*column),
            None => faults.push(fault(
                book,
                &sheet.name,
                (header.number, *column),
                format!("{name:?} is neither site_id, model_id nor a week"),
                "write the week's Monday as a date, or remove the column",
            )),
        }
    }
    let mut places = Places {
        sheet: sheet.name.clone(),
        lines: vec![Line::Row(header.number)],
        columns: ids.iter().map(|c| c.unwrap_or(0)).collect(),
    };
    let mut text = sales.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(",");
    text.push('\n');
    for (k, id) in ids.iter().enumerate().filter(|i| i.1.is_none()) {
        let cause = format!("the column {} is missing", sales.columns[k].name);
        faults.push(fault(book, &sheet.name, (header.number, 0), cause, "add it"));
        debug_assert!(id.is_none());
    }
    for row in sheet.rows.iter().skip(1) {
        let mut cell = |column: Option<u32>, k: usize| {
            let Some((column, found)) = column.and_then(|c| Some((c, row.at(c)?))) else { return String::new() };
            text_of(found, Some(sales.columns[k].holds)).unwrap_or_else(|(cause, help)| {
                faults.push(fault(book, &sheet.name, (row.number, column), cause, help));
                String::new()
            })
        };
        let pair = [cell(ids[0], 0), cell(ids[1], 1)];
        for (column, week) in weeks {
            let figure = cell(Some(*column), 3);
            if figure.is_empty() {
                continue;
            }
            for id in &pair {
                write_cell(&mut text, id);
                text.push(',');
            }
            text += &format!("{week},");
            write_cell(&mut text, &figure);
            text.push('\n');
            places.lines.push(Line::Figure(row.number, *column));
        }
    }
    (text, places)
}
