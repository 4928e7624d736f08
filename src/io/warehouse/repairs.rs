//! Repairs: rows beside the content, applied by whoever reads it, and taken back without a trace.

use super::{Store, WarehouseError};
use rusqlite::params;

/// The name that stands for the column of a row that is left out.
pub const LEAVE_OUT: &str = "(row)";

/// One repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Table of the row.
    pub table: String,
    /// Feed of the row.
    pub feed: String,
    /// Key of the row.
    pub key: String,
    /// Column whose value is read otherwise; [`LEAVE_OUT`] for the row as a whole.
    pub column: String,
    /// What stands there.
    pub before: String,
    /// What is read instead.
    pub after: String,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Applies repairs as one set; returns its number and how many were new.
    pub fn repair(&mut self, repairs: &[Repair]) -> Result<(i64, usize), WarehouseError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<(i64, usize)> {
            let work = self.sql.transaction()?;
            let number: i64 = work.query_row("SELECT coalesce(max(number), 0) + 1 FROM repairs", [], |r| r.get(0))?;
            let mut fresh = 0;
            {
                let mut insert = work.prepare(
                    "INSERT INTO repairs(number, table_name, feed, key, column_name, before, after, reason) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                )?;
                for r in repairs {
                    fresh += insert
                        .execute(params![number, r.table, r.feed, r.key, r.column, r.before, r.after, r.reason])?;
                }
            }
            work.commit()?;
            Ok((number, fresh))
        };
        write().map_err(|e| WarehouseError::sql(&path, e))
    }

    /// Takes back the last set of repairs; returns how many there were.
    pub fn undo(&mut self) -> Result<usize, WarehouseError> {
        self.sql
            .execute("DELETE FROM repairs WHERE number = (SELECT max(number) FROM repairs)", [])
            .map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// How many repairs stand.
    pub fn repairs(&self) -> Result<u64, WarehouseError> {
        self.sql
            .query_row("SELECT count(*) FROM repairs", [], |r| r.get::<_, i64>(0).map(|n| n as u64))
            .map_err(|e| WarehouseError::sql(&self.path, e))
    }
}
