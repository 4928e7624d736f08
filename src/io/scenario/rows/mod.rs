//! From a table's text to rows of checked values, as the schema says.

mod header;

use super::log::{Log, Spot, line_of};
use super::names::{Index, clean, fold};
use super::scan::{Cell, FIELD_BYTES, FIELDS, Malformed, Scanner};
use super::schema::{Need, Table, Type};
use super::source::{delimiter, delimiter_name};
use super::values::{Value, parse};
use crate::io::fault::Code;
use crate::units::Money;
use jiff::civil::Date;
use std::collections::HashMap;

/// The ids of the tables read so far.
#[derive(Default)]
pub(super) struct Known {
    pub zones: Index,
    pub sites: Index,
    pub formats: Index,
    pub models: Index,
}

impl Known {
    fn get(&self, holds: Type) -> Option<&Index> {
        match holds {
            Type::Reference("zones") => Some(&self.zones),
            Type::Reference("sites") => Some(&self.sites),
            Type::Reference("formats") => Some(&self.formats),
            Type::Reference("models") => Some(&self.models),
            _ => None,
        }
    }
}

/// Reads a table row by row.
pub(super) struct Rows<'t> {
    table: &'static Table,
    file: usize,
    text: &'t str,
    scanner: Scanner<'t>,
    known: &'t Known,
    width: usize,
    /// Cell of each attribute.
    cells: Vec<Option<usize>>,
    /// What stands for an empty cell of each attribute.
    defaults: Vec<Value>,
    /// The last cell of each attribute with its value: most neighbours are equal.
    memo: Vec<(Cell, Value)>,
    values: Vec<Value>,
    /// Rows read so far.
    pub count: u64,
    /// Whether a row was lost, so that its id cannot be known.
    pub partial: bool,
    /// Amounts rounded to hundredths.
    pub rounded: u64,
    keys: HashMap<String, usize>,
}

impl Rows<'_> {
    /// Name of the delimiter.
    pub fn delimiter(&self) -> &'static str {
        delimiter_name(delimiter(self.text))
    }

    /// Reads the next row; false at the end.
    pub fn advance(&mut self, log: &mut Log) -> bool {
        loop {
            match self.scanner.advance() {
                None => return false,
                Some(Err(malformed)) => {
                    self.partial = true;
                    self.malformed(malformed, log);
                }
                Some(Ok(())) if self.fits(log) => break,
                Some(Ok(())) => {}
            }
        }
        self.count += 1;
        if self.count > self.table.rows {
            log.add(self.row(), Code::TooMany, "", || {
                (format!("more than {} rows", self.table.rows), "leave out what is not needed".into())
            });
            return false;
        }
        for k in 0..self.table.columns.len() {
            self.values[k] = self.value(k, log);
        }
        true
    }

    fn fits(&mut self, log: &mut Log) -> bool {
        let cells = &self.scanner.cells;
        let extra = cells.iter().skip(self.width).any(|c| c.to > c.from);
        if cells.len() >= self.width && !extra {
            return true;
        }
        self.partial = true;
        let (have, need) = (self.scanner.cells.len(), self.width);
        log.add(self.row(), Code::Width, "", || {
            (
                format!("the row has {have} fields, the header {need}"),
                "add or remove delimiters; quote text that holds one".into(),
            )
        });
        false
    }

    fn value(&mut self, k: usize, log: &mut Log) -> Value {
        let Some(cell) = self.cells[k].map(|c| self.scanner.cells[c]) else { return self.defaults[k] };
        let attribute = &self.table.columns[k];
        if cell.from == cell.to {
            if attribute.need == Need::Required {
                log.add(self.spot_at(cell.from as usize), Code::Blank, "", || {
                    (format!("{} is empty", attribute.name), format!("write it: {}", attribute.about))
                });
                return Value::Bad;
            }
            return self.defaults[k];
        }
        let (last, value) = self.memo[k];
        if value != Value::Bad && last.to > last.from && last.bytes(self.text) == cell.bytes(self.text) {
            return value;
        }
        let text = &self.text[cell.from as usize..cell.to as usize];
        let undoubled = cell.doubled.then(|| text.replace("\"\"", "\""));
        let text = undoubled.as_deref().unwrap_or(text);
        let value = match parse(attribute.holds, text, self.known.get(attribute.holds)) {
            Ok(value) => value,
            Err(flaw) => {
                log.add(self.spot_at(cell.from as usize), flaw.code, text, || {
                    (format!("{}: {}", attribute.name, flaw.cause), flaw.help)
                });
                Value::Bad
            }
        };
        if let Value::Money(money) = value {
            self.rounded +=
                u64::from(text.parse::<f64>().is_ok_and(|n| (n * 100.0 - money.minor() as f64).abs() > 1e-3));
        }
        self.memo[k] = (cell, value);
        value
    }

    fn malformed(&self, malformed: Malformed, log: &mut Log) {
        match malformed {
            Malformed::OpenQuote(at) => log.add(self.spot_at(at), Code::OpenQuote, "\"", || {
                (
                    "the quote that opens here is not closed on its line".into(),
                    "close it, or double a quote that is part of the text".into(),
                )
            }),
            Malformed::StrayQuote(at, open) => log.add(self.spot_at(at), Code::StrayQuote, "", || {
                let column = self.text[self.scanner.start..open].chars().count() + 1;
                (
                    format!("text follows the quote that closes what opened at column {column}"),
                    "double a quote that is part of the text, or put a delimiter here".into(),
                )
            }),
            Malformed::Wide(at) => log.add(self.spot_at(at), Code::Width, "", || {
                (format!("the row has more than {FIELDS} fields"), "look for a missing line break".into())
            }),
            Malformed::LongField(at) => log.add(self.spot_at(at), Code::LongField, "", || {
                (
                    format!("the field is longer than {FIELD_BYTES} bytes"),
                    "shorten it; look for a missing delimiter".into(),
                )
            }),
        }
    }

    fn spot_at(&self, at: usize) -> Spot {
        Spot { file: self.file, at: Some(at) }
    }
    /// The place of the current row.
    pub fn row(&self) -> Spot {
        self.spot_at(self.scanner.start)
    }
    /// Byte at which the current row starts.
    pub fn start(&self) -> u32 {
        self.scanner.start as u32
    }
    /// The place of a column in the current row (the row's when the column is not there).
    pub fn spot(&self, column: &str) -> Spot {
        let cell = self.cells[self.table.position(column)];
        cell.map_or_else(|| self.row(), |c| self.spot_at(self.scanner.cells[c].from as usize))
    }

    fn unquoted(&self, cell: Cell) -> String {
        let text = &self.text[cell.from as usize..cell.to as usize];
        clean(&if cell.doubled { text.replace("\"\"", "\"") } else { text.to_string() })
    }

    /// The value of a column by its position in the schema.
    pub fn at(&self, column: usize) -> Value {
        self.values[column]
    }
    /// The value of a column.
    pub fn get(&self, column: &str) -> Value {
        self.values[self.table.position(column)]
    }
    /// The text of a column as it stands, whatever its kind.
    pub fn text(&self, column: &str) -> String {
        match self.cells[self.table.position(column)] {
            Some(cell) => self.unquoted(self.scanner.cells[cell]),
            None => String::new(),
        }
    }
    /// The text of a column, or another one when it is empty.
    pub fn text_or(&self, column: &str, other: &str) -> String {
        let text = self.text(column);
        if text.is_empty() { other.into() } else { text }
    }
    /// A number; 0 when there is none.
    pub fn number(&self, column: &str) -> f64 {
        match self.get(column) {
            Value::Number(n) => n,
            Value::Whole(n) => n as f64,
            _ => 0.0,
        }
    }
    /// A whole number; 0 when there is none.
    pub fn whole(&self, column: &str) -> i64 {
        if let Value::Whole(n) = self.get(column) { n } else { 0 }
    }
    /// Money; nothing when there is none.
    pub fn money(&self, column: &str) -> Money {
        if let Value::Money(m) = self.get(column) { m } else { Money::ZERO }
    }
    /// A day.
    pub fn day(&self, column: &str) -> Option<Date> {
        if let Value::Day(d) = self.get(column) { Some(d) } else { None }
    }
    /// Position of a word.
    pub fn word(&self, column: &str) -> Option<usize> {
        if let Value::Word(w) = self.get(column) { Some(w) } else { None }
    }
    /// Position of what is referred to.
    pub fn reference(&self, column: &str) -> Option<u32> {
        if let Value::Reference(r) = self.get(column) { Some(r) } else { None }
    }

    /// The id of the row's own thing, when it is sound and new.
    pub fn key(&mut self, column: &str, log: &mut Log) -> Option<String> {
        if self.get(column) != Value::Text {
            self.partial = true;
            return None;
        }
        let code = self.text(column);
        let start = self.scanner.start;
        if let Some(&first) = self.keys.get(&fold(&code)) {
            self.partial = true;
            log.add(self.spot(column), Code::TwiceId, &code, || {
                let line = line_of(self.text, first);
                (
                    format!("the id {code:?} is there already on line {line}"),
                    "ids must differ by more than case and width; rename or remove one".into(),
                )
            });
            return None;
        }
        self.keys.insert(fold(&code), start);
        Some(code)
    }
}
