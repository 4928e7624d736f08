//! An SQLite file of tables, and questions to it.

use super::{Column, Kind, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file of tables.
pub struct Database {
    link: Connection,
    path: PathBuf,
}

/// What a question is answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than were asked for.
    pub more: bool,
}

fn told(error: rusqlite::Error) -> io::Error {
    io::Error::other(error)
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Database {
    /// A new file, in the place of what was there.
    ///
    /// # Errors
    /// What the system says when it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.exists() {
            std::fs::remove_file(path)?;
        }
        let link = Connection::open(path).map_err(told)?;
        // Nobody sees the file before it is finished: a half-made one is thrown away.
        link.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 16384; BEGIN")
            .map_err(told)?;
        Ok(Self { link, path: path.to_path_buf() })
    }

    /// Adds a table.
    ///
    /// # Errors
    /// When the columns' names are not all different, or the file cannot be written.
    pub fn table(&self, name: &str, columns: &[Column]) -> io::Result<()> {
        let kind = |c: &Column| match c.kind {
            Kind::Whole => "INTEGER",
            Kind::Number => "REAL",
            Kind::Text => "TEXT",
        };
        let all: Vec<String> = columns.iter().map(|c| format!("{} {}", quoted(&c.name), kind(c))).collect();
        self.link.execute_batch(&format!("CREATE TABLE {} ({})", quoted(name), all.join(", "))).map_err(told)
    }

    /// Adds a row to a table.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn add(&self, table: &str, row: &[Value]) -> io::Result<()> {
        let places = vec!["?"; row.len()].join(",");
        let mut put =
            self.link.prepare_cached(&format!("INSERT INTO {} VALUES ({places})", quoted(table))).map_err(told)?;
        put.execute(rusqlite::params_from_iter(row)).map(|_| ()).map_err(told)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        self.link.execute_batch("COMMIT").map_err(told)?;
        self.link.close().map_err(|(_, e)| told(e))?;
        File::open(&self.path)?.sync_all()
    }

    /// A finished file, to be asked.
    ///
    /// # Errors
    /// When it is not there or no such file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let link = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(told)?;
        Ok(Self { link, path: path.to_path_buf() })
    }

    /// Names and columns of the tables.
    ///
    /// # Errors
    /// When the file is no such file.
    pub fn tables(&self) -> io::Result<Vec<(String, Vec<String>)>> {
        let list = || -> rusqlite::Result<Vec<(String, Vec<String>)>> {
            let mut names = self.link.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")?;
            let names: Vec<String> = names.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
            let with = |name: String| {
                let columns = self.link.prepare(&format!("SELECT * FROM {}", quoted(&name)))?;
                let columns = columns.column_names().map(str::to_owned).collect();
                Ok((name, columns))
            };
            names.into_iter().map(with).collect()
        };
        list().map_err(told)
    }

    /// The first `most` rows that answer one SELECT.
    ///
    /// # Errors
    /// When it is no question, or one that cannot be answered; the text says where.
    pub fn ask(&mut self, question: &str, most: usize) -> io::Result<Answer> {
        let ask = || -> rusqlite::Result<Option<Answer>> {
            let mut asked = self.link.prepare(question)?;
            if asked.column_count() == 0 || !asked.readonly() {
                return Ok(None);
            }
            let columns: Vec<String> = asked.column_names().map(str::to_owned).collect();
            let (mut rows, mut answered) = (Vec::new(), asked.query([])?);
            while let Some(row) = answered.next()? {
                if rows.len() == most {
                    return Ok(Some(Answer { columns, rows, more: true }));
                }
                let cell = |k: usize| Ok::<_, rusqlite::Error>(Value::of(row.get_ref(k)?));
                rows.push((0..columns.len()).map(cell).collect::<Result<_, _>>()?);
            }
            Ok(Some(Answer { columns, rows, more: false }))
        };
        let answer = ask().map_err(told)?;
        answer.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "only a SELECT can be asked"))
    }
}

impl Value {
    fn of(cell: ValueRef<'_>) -> Self {
        match cell {
            ValueRef::Null => Self::Empty,
            ValueRef::Integer(n) => Self::Whole(n),
            ValueRef::Real(x) => Self::Number(x),
            ValueRef::Text(text) | ValueRef::Blob(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Whole(n) => (*n).into(),
            Self::Number(x) => (*x).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Empty => ToSqlOutput::Borrowed(ValueRef::Null),
        })
    }
}
