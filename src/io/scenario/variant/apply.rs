//! A patch, applied to the text of a table: rows it does not touch keep their bytes.

use super::parse::{Change, Patch};
use super::trace::{Origin, Traces};
use crate::io::fault::Code;
use crate::io::scenario::log::{Log, Spot};
use crate::io::scenario::names::fold;
use crate::io::scenario::records::write_cell;
use crate::io::scenario::scan::Scanner;
use crate::io::scenario::schema::{Attribute, Need, Type};
use crate::io::scenario::source::{Source, delimiter};
use crate::io::scenario::values::{Value, number, parse};

/// Changes the table's text and notes where its lines come from.
pub(super) fn apply(
    source: &mut Source,
    (table, variant): (usize, usize),
    patch: &Patch,
    traces: &mut Traces,
    log: &mut Log,
) {
    if !source.present {
        if patch.rows.is_empty() {
            return unmatched(patch, variant, "is not there", log);
        }
        // A table that the base lacks starts with the columns that the rows have.
        let given = |k: &usize| patch.rows.iter().any(|r| r.0.iter().any(|c| c.0 == *k));
        let columns: Vec<usize> = (0..patch.table.columns.len()).filter(given).collect();
        source.text =
            (columns.iter().map(|&k| patch.table.columns[k].name).collect::<Vec<_>>().join(",") + "\n").into();
        source.present = true;
    }
    let lines = traces.of(table, &source.text);
    let mut edit = Edit::new(patch, &source.text, lines);
    edit.rows();
    let touched = edit.touched;
    let (text, lines) = edit.finish();
    source.text = text.into();
    traces.put(table, lines);
    if touched == 0 && patch.rows.is_empty() {
        unmatched(patch, variant, "has no such row", log);
    }
}

fn unmatched(patch: &Patch, variant: usize, why: &str, log: &mut Log) {
    log.add(Spot { file: variant, at: Some(patch.at) }, Code::NoMatch, patch.table.name, || {
        let cause = format!("the patch changes nothing: the {} table {why}", patch.table.name);
        (cause, "correct its where, or remove it".into())
    });
}

struct Edit<'e> {
    patch: &'e Patch,
    old: &'e str,
    lines: Vec<Origin>,
    delimiter: char,
    /// Column of the schema at each position of a row.
    places: Vec<Option<usize>>,
    /// Columns that the table lacks and the patch needs.
    added: Vec<usize>,
    text: String,
    new: Vec<Origin>,
    touched: usize,
}

impl<'e> Edit<'e> {
    fn new(patch: &'e Patch, old: &'e str, lines: Vec<Origin>) -> Self {
        let mut scanner = Scanner::new(old, delimiter(old));
        let mut places = Vec::new();
        if let Some(Ok(())) = scanner.advance() {
            for cell in &scanner.cells {
                let heading = fold(&String::from_utf8_lossy(cell.bytes(old)));
                let means = |a: &Attribute| a.name == heading || a.zh.contains(&heading.as_str());
                places.push(patch.table.columns.iter().position(means));
            }
        }
        let needed = patch.changes.iter().map(|c| c.0).chain(patch.rows.iter().flat_map(|r| r.0.iter().map(|c| c.0)));
        let mut added: Vec<usize> = needed.filter(|&k| !places.contains(&Some(k))).collect();
        added.sort_unstable();
        added.dedup();
        let delimiter = char::from(delimiter(old));
        Self { patch, old, lines, delimiter, places, added, text: String::new(), new: Vec::new(), touched: 0 }
    }

    /// Goes through header and rows.
    fn rows(&mut self) {
        let mut scanner = Scanner::new(self.old, self.delimiter as u8);
        let (mut line, mut chunk) = (0, 0);
        let mut pending: Option<Vec<String>> = None;
        let mut first = true;
        loop {
            let more = scanner.advance();
            let start = if more.is_some() { scanner.start } else { self.old.len() };
            if !first || more.is_none() {
                line = self.chunk(chunk..start, line, pending.take());
            }
            chunk = start;
            match more {
                None => break,
                Some(Err(_)) => {}
                Some(Ok(())) if first => {}
                Some(Ok(())) => {
                    let text = |c: &crate::io::scenario::scan::Cell| {
                        let raw = String::from_utf8_lossy(c.bytes(self.old)).into_owned();
                        if c.doubled { raw.replace("\"\"", "\"") } else { raw }
                    };
                    pending = Some(scanner.cells.iter().map(text).collect());
                }
            }
            if first {
                // What stands before the header belongs to it.
                (first, chunk) = (false, 0);
            }
        }
        for (cells, at) in &self.patch.rows {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            let all = self.places.iter().copied().chain(self.added.iter().map(|&k| Some(k)));
            let row =
                all.map(|k| cells.iter().find(|c| Some(c.0) == k).map_or("", |c| c.1.as_str())).collect::<Vec<_>>();
            self.write(&row);
            self.new.push(Origin { line: 0, patch: Some(*at) });
        }
    }

    /// Takes over the text of one row and what follows it up to the next; returns the next line.
    fn chunk(&mut self, range: std::ops::Range<usize>, line: usize, row: Option<Vec<String>>) -> usize {
        let old = &self.old[range];
        let count = old.matches('\n').count() + usize::from(!old.is_empty() && !old.ends_with('\n'));
        let origins = &self.lines[line.min(self.lines.len())..(line + count).min(self.lines.len())];
        let mut origins = origins.to_vec();
        let header = line == 0;
        let end = if header { header_end(old) } else { old.find(['\n', '\r']).unwrap_or(old.len()) };
        let (own, rest) = old.split_at(end);
        match row {
            Some(mut cells) if self.fits(&cells) => {
                self.touched += 1;
                if self.patch.remove {
                    origins.remove(0);
                    self.text += rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
                } else {
                    cells.resize(self.places.len().max(cells.len()) + self.added.len(), String::new());
                    self.change(&mut cells);
                    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                    self.write(&cells);
                    self.text.pop();
                    self.text += rest;
                    let first = self.patch.changes.first().map_or(self.patch.at, |c| c.2);
                    if let Some(origin) = origins.first_mut() {
                        origin.patch = Some(first);
                    }
                }
            }
            _ => {
                self.text += own;
                let columns = self.patch.table.columns;
                for &k in &self.added {
                    if !own.is_empty() {
                        self.text.push(self.delimiter);
                        self.text += if header { columns[k].name } else { "" };
                    }
                }
                self.text += rest;
            }
        }
        self.new.append(&mut origins);
        line + count
    }

    fn write(&mut self, cells: &[&str]) {
        for (k, cell) in cells.iter().enumerate() {
            if k > 0 {
                self.text.push(self.delimiter);
            }
            write_cell(&mut self.text, cell);
        }
        self.text.push('\n');
    }

    fn fits(&self, cells: &[String]) -> bool {
        if self.patch.changes.is_empty() && !self.patch.remove {
            return false;
        }
        self.patch.only.iter().all(|(column, texts)| {
            let at = self.places.iter().position(|p| *p == Some(*column));
            let cell = at.and_then(|k| cells.get(k)).map_or("", String::as_str);
            let attribute = &self.patch.table.columns[*column];
            texts.iter().any(|t| shows(attribute, cell, t))
        })
    }

    fn change(&self, cells: &mut [String]) {
        for (column, change, _) in &self.patch.changes {
            let attribute = &self.patch.table.columns[*column];
            let known = self.places.iter().position(|p| p == &Some(*column));
            let extra = || self.added.iter().position(|k| k == column).map(|k| cells.len() - self.added.len() + k);
            let Some(at) = known.or_else(extra) else { continue };
            let now = if cells[at].is_empty() { default(attribute).to_owned() } else { cells[at].clone() };
            match (change, number(&now)) {
                (Change::Set(text), _) => cells[at].clone_from(text),
                (Change::Scale(by), Ok(x)) => cells[at] = figure(attribute.holds, x * by),
                (Change::Plus(by), Ok(x)) => cells[at] = figure(attribute.holds, x + by),
                // An empty cell stays empty, and what is no number is told when the table is judged.
                _ => {}
            }
        }
    }

    fn finish(self) -> (String, Vec<Origin>) {
        let mut lines = self.new;
        lines.push(Origin { line: self.lines.last().map_or(0, |l| l.line), patch: None });
        (self.text, lines)
    }
}

/// End of the line that holds the header; blank lines may stand before it.
fn header_end(old: &str) -> usize {
    let start = old.len() - old.trim_start().len();
    old[start..].find(['\n', '\r']).map_or(old.len(), |k| start + k)
}

fn default(attribute: &Attribute) -> &'static str {
    if let Need::Default(text) = attribute.need { text } else { "" }
}

/// Whether a cell shows what a selector asks for: the same text, number, day or word.
fn shows(attribute: &Attribute, cell: &str, wanted: &str) -> bool {
    let cell = if cell.is_empty() { default(attribute) } else { cell };
    if fold(cell) == fold(wanted) {
        return true;
    }
    match attribute.holds {
        Type::Key | Type::Reference(_) | Type::Text => false,
        holds => match (parse(holds, cell, None), parse(holds, wanted, None)) {
            (Ok(a), Ok(b)) => a == b && a != Value::Empty,
            _ => false,
        },
    }
}

/// A number as its column holds it: whole ones to the nearest, money to hundredths.
fn figure(holds: Type, x: f64) -> String {
    let x = match holds {
        Type::Whole(..) => x.round(),
        Type::Money(..) => (x * 100.0).round() / 100.0,
        _ => x,
    };
    (x + 0.0).to_string()
}
