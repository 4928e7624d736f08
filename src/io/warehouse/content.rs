//! The content in one order: what was delivered, and nothing of how it got here.

use super::schema::{Holds, RECORDED, TABLES, Table};
use super::{Store, WarehouseError, values};
use crate::days;
use crate::digest::hex;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Digests of a warehouse's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// SHA-256 of the whole dump.
    pub sha256: String,
    /// Rows and SHA-256 of every table, quarantine and repairs last.
    pub tables: Vec<(String, u64, String)>,
}

impl Store {
    /// Hands over the dump line by line, with the table each line belongs to.
    pub fn dump(&self, take: &mut dyn FnMut(&str, &str)) -> Result<(), WarehouseError> {
        let read = |take: &mut dyn FnMut(&str, &str)| -> rusqlite::Result<()> {
            let mut line = String::new();
            for table in TABLES {
                self.rows(table, &mut line, take)?;
            }
            let quarantine = "SELECT f.name, q.digest, q.reasons, q.cells FROM quarantine q JOIN feeds f ON f.id = q.feed \
                              ORDER BY f.name, q.digest";
            self.plain("quarantine", quarantine, &mut line, take)?;
            let repairs = "SELECT table_name, feed, key, column_name, before, after, reason FROM repairs \
                           ORDER BY table_name, feed, key, column_name";
            self.plain("repairs", repairs, &mut line, take)
        };
        read(take).map_err(|e| WarehouseError::sql(&self.path, e))
    }

    fn rows(&self, table: &Table, line: &mut String, take: &mut dyn FnMut(&str, &str)) -> rusqlite::Result<()> {
        let mut feeds = self.sql.prepare("SELECT id, name FROM feeds WHERE table_name = ?1 ORDER BY name")?;
        let names: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
        let query = format!(
            "SELECT key, {RECORDED}, {} FROM {} WHERE feed = ?1 ORDER BY key, {RECORDED}, digest",
            names.join(", "),
            table.name
        );
        let mut statement = self.sql.prepare(&query)?;
        let feeds: Vec<(i64, String)> =
            feeds.query_map([table.name], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, name) in feeds {
            let mut rows = statement.query([id])?;
            while let Some(row) = rows.next()? {
                line.clear();
                line.push_str(&name);
                put(line, Holds::Text, row.get_ref(0)?);
                match row.get_ref(1)? {
                    ValueRef::Integer(0) => line.push('\t'),
                    moment => put(line, Holds::Moment, moment),
                }
                for (k, column) in table.columns.iter().enumerate() {
                    put(line, column.holds, row.get_ref(k + 2)?);
                }
                take(table.name, line);
            }
        }
        Ok(())
    }

    fn plain(
        &self,
        table: &str,
        query: &str,
        line: &mut String,
        take: &mut dyn FnMut(&str, &str),
    ) -> rusqlite::Result<()> {
        let mut statement = self.sql.prepare(query)?;
        let width = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            line.clear();
            for k in 0..width {
                put(line, Holds::Whole(0, 0), row.get_ref(k)?);
            }
            take(table, line);
        }
        Ok(())
    }

    /// The digests of the dump.
    pub fn content(&self) -> Result<Content, WarehouseError> {
        let names = TABLES.iter().map(|t| t.name).chain(["quarantine", "repairs"]);
        let mut tables: Vec<(String, u64, Sha256)> = names.map(|n| (n.to_owned(), 0, Sha256::new())).collect();
        let mut at = 0;
        self.dump(&mut |table, line| {
            while tables[at].0 != table {
                at += 1;
            }
            tables[at].1 += 1;
            tables[at].2.update(line.as_bytes());
            tables[at].2.update(b"\n");
        })?;
        let told = |(name, rows, hash): (String, u64, Sha256)| (name, rows, hex(&hash.finalize()));
        let tables: Vec<(String, u64, String)> = tables.into_iter().map(told).collect();
        let mut all = Sha256::new();
        for (name, rows, hash) in &tables {
            all.update(format!("{name} {rows} {hash}\n"));
        }
        Ok(Content { sha256: hex(&all.finalize()), tables })
    }
}

/// Appends a tab and a cell; what could be taken for a tab or line break is written otherwise.
fn put(line: &mut String, holds: Holds, value: ValueRef<'_>) {
    line.push('\t');
    match (value, holds) {
        (ValueRef::Integer(n), Holds::Day) => line.push_str(&days::text(n)),
        (ValueRef::Integer(n), Holds::Moment) => line.push_str(&values::moment_text(n)),
        (ValueRef::Integer(n), Holds::Money) => {
            let sign = if n < 0 { "-" } else { "" };
            let _ = write!(line, "{sign}{}.{:02}", n.unsigned_abs() / 100, n.unsigned_abs() % 100);
        }
        (ValueRef::Integer(n), _) => {
            let _ = write!(line, "{n}");
        }
        (ValueRef::Real(x), _) => {
            let _ = write!(line, "{x:?}");
        }
        (ValueRef::Text(t), _) => {
            for letter in String::from_utf8_lossy(t).chars() {
                match letter {
                    '\t' => line.push_str("\\t"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    '\\' => line.push_str("\\\\"),
                    other => line.push(other),
                }
            }
        }
        (ValueRef::Null | ValueRef::Blob(_), _) => {}
    }
}
