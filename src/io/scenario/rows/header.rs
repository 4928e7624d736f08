//! The header of a table: which column stands where, and what is wrong with it.

use super::{Known, Rows};
use crate::io::fault::{Code, shorten};
use crate::io::scenario::log::{Log, Spot};
use crate::io::scenario::names::{fold, nearest};
use crate::io::scenario::scan::{Cell, Scanner};
use crate::io::scenario::schema::{Attribute, Need, Table};
use crate::io::scenario::source::{Source, delimiter};
use crate::io::scenario::values::{Value, parse};
use std::collections::HashMap;

impl<'t> Rows<'t> {
    /// Reads the header; `None` when the table cannot be read any further (faults are noted).
    pub fn open(
        table: &'static Table,
        (file, source): (usize, &'t Source),
        known: &'t Known,
        log: &mut Log,
    ) -> Option<Self> {
        if !source.present {
            return None;
        }
        let scanner = Scanner::new(&source.text, delimiter(&source.text));
        let mut rows = Self {
            table,
            file,
            text: &source.text,
            scanner,
            known,
            width: 0,
            cells: vec![None; table.columns.len()],
            defaults: table.columns.iter().map(default_value).collect(),
            memo: vec![(Cell::default(), Value::Empty); table.columns.len()],
            values: vec![Value::Empty; table.columns.len()],
            count: 0,
            partial: false,
            rounded: 0,
            keys: HashMap::new(),
        };
        rows.header(log).then_some(rows)
    }

    fn header(&mut self, log: &mut Log) -> bool {
        match self.scanner.advance() {
            Some(Ok(())) => {}
            Some(Err(malformed)) => {
                self.malformed(malformed, log);
                return false;
            }
            None => {
                // Delimiters and blanks alone: no header, though the file is not empty to the byte.
                log.add(Spot { file: self.file, at: None }, Code::EmptyFile, "", || {
                    (
                        "the file holds no header".into(),
                        "write the header and the rows; `forecourt schema` lists the columns".into(),
                    )
                });
                return false;
            }
        }
        self.width = self.scanner.cells.len();
        while self.width > 0 && self.scanner.cells[self.width - 1].from == self.scanner.cells[self.width - 1].to {
            self.width -= 1;
        }
        let mut sound = true;
        for position in 0..self.width {
            sound &= self.heading(position, log);
        }
        for (attribute, cell) in self.table.columns.iter().zip(&self.cells) {
            if sound && cell.is_none() && attribute.need == Need::Required {
                sound = false;
                log.add(self.spot_at(self.scanner.start), Code::MissingColumn, attribute.name, || {
                    (format!("the column {} is missing", attribute.name), format!("add it: {}", attribute.about))
                });
            }
        }
        sound
    }

    /// Finds the attribute of one heading.
    fn heading(&mut self, position: usize, log: &mut Log) -> bool {
        let cell = self.scanner.cells[position];
        let spot = self.spot_at(cell.from as usize);
        let raw = self.unquoted(cell);
        let name = fold(&raw);
        let raw = shorten(&raw);
        let columns = self.table.columns;
        if let Some(k) = columns.iter().position(|a| a.name == name || a.zh.contains(&name.as_str())) {
            if self.cells[k].replace(position).is_some() {
                log.add(spot, Code::TwiceColumn, &raw, || {
                    (format!("the column {} is there twice", columns[k].name), "keep one of them".into())
                });
                return false;
            }
            return true;
        }
        if let Some(right) = columns.iter().find(|a| wrong_unit(a, &name)) {
            log.add(spot, Code::Unit, &raw, || {
                let cause = format!("the column {raw:?} does not say its unit {:?}", right.unit);
                (cause, format!("convert the values if needed and name the column {}", right.name))
            });
            return false;
        }
        log.add(spot, Code::UnknownColumn, &raw, || {
            let help = match nearest(&name, columns.iter().map(|a| a.name)) {
                Some(near) => format!("did you mean {near}?"),
                None => "remove it, or give it a name that `forecourt schema` lists".into(),
            };
            (format!("unknown column {raw:?}"), help)
        });
        false
    }
}

/// The value that stands for an empty cell.
fn default_value(attribute: &Attribute) -> Value {
    match attribute.need {
        Need::Default(text) => parse(attribute.holds, text, None).unwrap_or_default(),
        _ => Value::Empty,
    }
}

/// Whether a heading means an attribute but lacks its unit or has another one.
fn wrong_unit(attribute: &Attribute, name: &str) -> bool {
    const UNITS: &[&str] = &[
        "min",
        "h",
        "s",
        "hours",
        "minutes",
        "days",
        "weeks",
        "km",
        "m",
        "miles",
        "cny",
        "rmb",
        "yuan",
        "usd",
        "eur",
        "wan",
        "kcny",
        "cars",
        "units",
        "persons",
        "people",
        "deg",
        "rad",
        "per_year",
        "per_month",
        "per_week",
        "cny_per_year",
        "cny_per_month",
        "cny_per_km",
        "cny_per_day",
        "share",
        "percent",
        "pct",
        "万元",
        "元",
    ];
    if attribute.unit.is_empty() {
        return false;
    }
    let stem = attribute.stem();
    name == stem || name.strip_prefix(stem).and_then(|n| n.strip_prefix('_')).is_some_and(|unit| UNITS.contains(&unit))
}
