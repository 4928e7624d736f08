//! Queries of SQLite files.

use super::{Row, Rows, SourceError, Take, wrong};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

struct Sqlite {
    path: PathBuf,
    connection: Connection,
    query: String,
    header: Vec<String>,
}

pub(super) fn open(path: &Path, query: &str) -> Result<Box<dyn Rows>, SourceError> {
    let damaged = |e: rusqlite::Error| wrong(path, format!("SQLite says: {e}"), "check the file and the query");
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(damaged)?;
    // A schema written by somebody else may call nothing but plain functions.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; BEGIN").map_err(damaged)?;
    let header = {
        let statement = connection.prepare(query).map_err(damaged)?;
        if !statement.readonly() {
            return Err(wrong(path, "the query writes", "ask with SELECT"));
        }
        statement.column_names().map(|n| n.trim().to_owned()).collect()
    };
    Ok(Box::new(Sqlite { path: path.into(), connection, query: query.into(), header }))
}

impl Rows for Sqlite {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn note(&self) -> String {
        "SQLite".into()
    }

    fn each(self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError> {
        let damaged = |e: rusqlite::Error| wrong(&self.path, format!("SQLite says: {e}"), "check the file");
        let mut statement = self.connection.prepare(&self.query).map_err(damaged)?;
        let mut rows = statement.query([]).map_err(damaged)?;
        let mut line = 0;
        while let Some(row) = rows.next().map_err(damaged)? {
            line += 1;
            let mut cells: Vec<Cow<'_, str>> = Vec::with_capacity(self.header.len());
            let mut flaw = None;
            for column in 0..self.header.len() {
                cells.push(match row.get_ref(column).map_err(damaged)? {
                    ValueRef::Null => Cow::Borrowed(""),
                    ValueRef::Integer(n) => Cow::Owned(n.to_string()),
                    ValueRef::Real(x) => Cow::Owned(x.to_string()),
                    ValueRef::Text(bytes) => match String::from_utf8_lossy(bytes) {
                        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
                        Cow::Owned(text) => Cow::Owned(text),
                    },
                    ValueRef::Blob(_) => {
                        flaw = Some(format!("{} holds bytes, not a text or number", self.header[column]));
                        Cow::Borrowed("")
                    }
                });
            }
            if !take(&Row { line, cells: &cells, flaw }) {
                break;
            }
        }
        Ok(())
    }
}
