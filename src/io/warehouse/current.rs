//! The rows of a table as they were known at the end of a day.

use super::schema::{Holds, RECORDED, Table};
use super::values::{self, Value};
use super::{Store, WarehouseError};
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The last day whose records are known, in days since 1970; none for all.
    pub day: Option<i64>,
    /// Whether repairs that stand are applied.
    pub repaired: bool,
}

/// A row: the last version of its key.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its feed.
    pub feed: String,
    /// Its key.
    pub key: String,
    /// When it was recorded, in seconds since 1970; 0 when its source does not say.
    pub recorded: i64,
    /// Versions of the key that are known.
    pub versions: u32,
    /// Whether another version has the same moment: which is right cannot be told.
    pub tied: bool,
    /// Its cells, in the order of the table's columns.
    pub cells: Vec<Value>,
}

impl Record {
    /// A whole number, day or amount of money.
    pub fn whole(&self, column: usize) -> Option<i64> {
        match self.cells[column] {
            Value::Whole(n) => Some(n),
            _ => None,
        }
    }

    /// A number.
    pub fn real(&self, column: usize) -> Option<f64> {
        match self.cells[column] {
            Value::Real(x) => Some(x),
            Value::Whole(n) => Some(n as f64),
            _ => None,
        }
    }

    /// A text; empty when nothing was said.
    pub fn text(&self, column: usize) -> &str {
        match &self.cells[column] {
            Value::Text(t) => t,
            _ => "",
        }
    }
}

type Repairs = BTreeMap<(String, String), Vec<(String, String)>>;

impl Store {
    /// Hands over the rows of a table, ascending by feed and key.
    pub fn records(
        &self,
        table: &'static Table,
        known: Known,
        take: &mut dyn FnMut(Record),
    ) -> Result<(), WarehouseError> {
        let repairs = if known.repaired { self.standing(table)? } else { Repairs::new() };
        let mut hand = |mut record: Record| {
            let mends = repairs.get(&(record.feed.clone(), record.key.clone()));
            for (column, value) in mends.into_iter().flatten() {
                match table.position(column) {
                    Some(k) => record.cells[k] = mended(table.columns[k].holds, value),
                    None => return,
                }
            }
            take(record);
        };
        let feeds = self.feeds()?;
        for (id, name, _) in feeds.iter().filter(|f| f.2 == table.name) {
            self.of_feed(table, (*id, name), known, &mut hand).map_err(|e| WarehouseError::sql(&self.path, e))?;
        }
        Ok(())
    }

    fn of_feed(
        &self,
        table: &Table,
        (id, name): (i64, &str),
        known: Known,
        take: &mut dyn FnMut(Record),
    ) -> rusqlite::Result<()> {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
        // What nobody dated is known from the day it happened.
        let undated = table
            .happened
            .map_or(String::new(), |day| format!(" AND ({RECORDED} <> 0 OR {day} IS NULL OR {day} <= ?3)"));
        let mut statement = self.sql.prepare(&format!(
            "SELECT key, {RECORDED}, {} FROM {} WHERE feed = ?1 AND {RECORDED} < ?2 AND ?3 IS NOT NULL{undated} \
             ORDER BY key, {RECORDED}, digest",
            names.join(", "),
            table.name
        ))?;
        let end = known.day.map_or(i64::MAX, |d| (d + 1) * 86_400).max(1);
        let mut rows = statement.query([id, end, known.day.unwrap_or(i64::MAX)])?;
        let mut last: Option<Record> = None;
        while let Some(row) = rows.next()? {
            let key = row.get_ref(0)?.as_str().unwrap_or_default();
            let recorded = row.get(1)?;
            let cells = |old: Vec<Value>| -> rusqlite::Result<Vec<Value>> {
                let mut cells = old;
                cells.clear();
                for k in 0..names.len() {
                    cells.push(value(row.get_ref(k + 2)?));
                }
                Ok(cells)
            };
            match &mut last {
                Some(same) if same.key == key => {
                    same.versions += 1;
                    same.tied = same.recorded == recorded;
                    same.recorded = recorded;
                    same.cells = cells(std::mem::take(&mut same.cells))?;
                }
                _ => {
                    let next = Record {
                        feed: name.to_owned(),
                        key: key.to_owned(),
                        recorded,
                        versions: 1,
                        tied: false,
                        cells: cells(Vec::new())?,
                    };
                    if let Some(done) = last.replace(next) {
                        take(done);
                    }
                }
            }
        }
        if let Some(done) = last {
            take(done);
        }
        Ok(())
    }

    fn standing(&self, table: &Table) -> Result<Repairs, WarehouseError> {
        let read = || -> rusqlite::Result<Repairs> {
            let mut statement =
                self.sql.prepare("SELECT feed, key, column_name, after FROM repairs WHERE table_name = ?1")?;
            let mut rows = statement.query([table.name])?;
            let mut repairs = Repairs::new();
            while let Some(row) = rows.next()? {
                repairs.entry((row.get(0)?, row.get(1)?)).or_default().push((row.get(2)?, row.get(3)?));
            }
            Ok(repairs)
        };
        read().map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// Days and lags of every feed, by name: its name, its table, what was seen of its first versions.
    pub fn lags(&self) -> Result<Vec<(String, String, super::lag::Seen)>, WarehouseError> {
        let mut all = Vec::new();
        for (id, name, table) in self.feeds()? {
            let happened = super::schema::table(&table).and_then(|t| t.happened);
            let query = match happened {
                Some(day) => {
                    format!("SELECT key, {RECORDED}, {day} FROM {table} WHERE feed = ?1 ORDER BY key, {RECORDED}")
                }
                None => String::new(),
            };
            let mut seen = super::lag::Seen::default();
            let mut read = || -> rusqlite::Result<()> {
                let mut statement = self.sql.prepare(&query)?;
                let mut rows = statement.query([id])?;
                let mut last = String::new();
                while let Some(row) = rows.next()? {
                    let key = row.get_ref(0)?.as_str().unwrap_or_default();
                    if (key != last || seen.rows == 0)
                        && let Some(day) = row.get(2)?
                    {
                        seen.note(day, row.get(1)?);
                    }
                    if key != last {
                        last.clear();
                        last.push_str(key);
                    }
                }
                Ok(())
            };
            if happened.is_some() {
                read().map_err(|e| WarehouseError::sql(&self.path, e))?;
            }
            all.push((name, table, seen));
        }
        Ok(all)
    }
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Integer(n) => Value::Whole(n),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
        ValueRef::Null | ValueRef::Blob(_) => Value::Nothing,
    }
}

/// The value that a repair gives a cell.
fn mended(holds: Holds, text: &str) -> Value {
    let mut bytes = Vec::new();
    if text.is_empty() || values::take(holds, text, 1.0, &mut bytes).is_err() {
        return Value::Nothing;
    }
    match values::decode(&mut bytes.as_slice()) {
        values::Seen::Nothing => Value::Nothing,
        values::Seen::Whole(n) => Value::Whole(n),
        values::Seen::Real(x) => Value::Real(x),
        values::Seen::Text(t) => Value::Text(t.into()),
    }
}
