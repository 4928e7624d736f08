//! The file: its tables, and what is written into them.

use super::WarehouseError;
use super::rows::Batch;
use super::schema::{Holds, TABLES, Table};
use super::values::{self, Seen};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What the head of the file says that it is: "fcwh".
const APPLICATION: i32 = 0x6663_7768;
/// Version of the tables.
const VERSION: i32 = 1;

/// A warehouse that is open.
pub struct Store {
    pub(super) path: PathBuf,
    pub(super) sql: Connection,
}

/// A file of a feed, as far as it has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FileState {
    pub id: i64,
    pub read: u64,
    pub done: bool,
}

/// What a batch changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows read.
    pub read: u64,
    /// Rows that were not there before.
    pub fresh: u64,
    /// Rows that were there already, word for word.
    pub known: u64,
    /// Rows that were refused.
    pub refused: u64,
}

impl Counts {
    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.fresh += other.fresh;
        self.known += other.known;
        self.refused += other.refused;
    }
}

impl Store {
    /// Opens a warehouse that is there.
    pub fn open(path: &Path) -> Result<Self, WarehouseError> {
        if !path.is_file() {
            let (cause, help) = ("there is no such file", "`forecourt ingest MAPPING` makes one");
            return Err(WarehouseError::new(path, cause, help));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens a warehouse, or makes one.
    pub fn open_or_create(path: &Path) -> Result<Self, WarehouseError> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|e| WarehouseError::new(path, e, "name a file in a folder that may be written"))?;
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, WarehouseError> {
        let sql = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|e| WarehouseError::sql(path, e))?;
        let store = Self { path: path.into(), sql };
        store.prepare()?;
        Ok(store)
    }

    fn prepare(&self) -> Result<(), WarehouseError> {
        let number = |pragma: &str| self.sql.query_row(&format!("PRAGMA {pragma}"), [], |r| r.get::<_, i64>(0));
        self.run("PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 2000; PRAGMA cache_size = -262144")?;
        let wrong = |e| WarehouseError::sql(&self.path, e);
        let tables = |sql: &Connection| sql.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get::<_, i64>(0));
        let (application, version) = (number("application_id").map_err(wrong)?, number("user_version").map_err(wrong)?);
        if application == i64::from(APPLICATION) && version == i64::from(VERSION) {
            return Ok(());
        }
        if application == i64::from(APPLICATION) {
            let cause = format!("it is a warehouse of version {version}, this program reads {VERSION}");
            return Err(WarehouseError::new(&self.path, cause, "use the program that wrote it, or ingest anew"));
        }
        if application != 0 || tables(&self.sql).map_err(wrong)? != 0 {
            return Err(WarehouseError::new(&self.path, "it is a database of something else", "name another file"));
        }
        let mut script = String::from("PRAGMA page_size = 8192; BEGIN IMMEDIATE;");
        script.push_str(HISTORY);
        TABLES.iter().for_each(|t| script.push_str(&declared(t)));
        script.push_str(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"));
        self.run(&script)
    }

    pub(super) fn run(&self, script: &str) -> Result<(), WarehouseError> {
        self.sql.execute_batch(script).map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// The number of a feed; an error when it fed another table before.
    pub(super) fn feed(&self, name: &str, table: &Table) -> Result<i64, WarehouseError> {
        let wrong = |e| WarehouseError::sql(&self.path, e);
        self.sql
            .execute(
                "INSERT INTO feeds(name, table_name) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, table.name],
            )
            .map_err(wrong)?;
        let (id, fed): (i64, String) = self
            .sql
            .query_row("SELECT id, table_name FROM feeds WHERE name = ?1", [name], |r| Ok((r.get(0)?, r.get(1)?)))
            .map_err(wrong)?;
        if fed == table.name {
            return Ok(id);
        }
        let cause = format!("the feed {name:?} feeds {fed} here, not {}", table.name);
        Err(WarehouseError::new(&self.path, cause, "give the new feed another name"))
    }

    /// What is known of a file of a feed, read by a mapping.
    pub(super) fn file(&self, feed: i64, label: &str, hash: &str, mapping: &str) -> Result<FileState, WarehouseError> {
        let wrong = |e| WarehouseError::sql(&self.path, e);
        self.sql
            .execute(
                "INSERT INTO files(feed, label, sha256, mapping) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![feed, label, hash, mapping],
            )
            .map_err(wrong)?;
        self.sql
            .query_row(
                "SELECT id, rows_read, done FROM files WHERE feed = ?1 AND sha256 = ?2 AND mapping = ?3",
                params![feed, hash, mapping],
                |r| Ok(FileState { id: r.get(0)?, read: r.get::<_, i64>(1)? as u64, done: r.get(2)? }),
            )
            .map_err(wrong)
    }

    /// What a file brought when it was read.
    pub(super) fn counts(&self, file: i64) -> Result<Counts, WarehouseError> {
        let whole = |r: &rusqlite::Row<'_>, k| r.get::<_, i64>(k).map(|n| n as u64);
        self.sql
            .query_row("SELECT rows_read, fresh, known, refused FROM files WHERE id = ?1", [file], |r| {
                Ok(Counts { read: whole(r, 0)?, fresh: whole(r, 1)?, known: whole(r, 2)?, refused: whole(r, 3)? })
            })
            .map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// What all files together brought so far.
    pub fn progress(&self) -> Result<Counts, WarehouseError> {
        let whole = |r: &rusqlite::Row<'_>, k| r.get::<_, i64>(k).map(|n| n as u64);
        let sums = ["rows_read", "fresh", "known", "refused"].map(|c| format!("coalesce(sum({c}), 0)")).join(", ");
        self.sql
            .query_row(&format!("SELECT {sums} FROM files"), [], |r| {
                Ok(Counts { read: whole(r, 0)?, fresh: whole(r, 1)?, known: whole(r, 2)?, refused: whole(r, 3)? })
            })
            .map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// Rows of a feed that stand in quarantine, by the digest of their cells.
    pub(super) fn quarantined(&self, feed: i64) -> Result<HashSet<i64>, WarehouseError> {
        let read = || {
            let mut statement = self.sql.prepare("SELECT digest FROM quarantine WHERE feed = ?1")?;
            statement.query_map([feed], |r| r.get(0))?.collect::<Result<HashSet<i64>, _>>()
        };
        read().map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// Writes a sorted batch, and how far its file has been read, in one transaction.
    pub(super) fn write(
        &mut self,
        table: &Table,
        (feed, file): (i64, i64),
        batch: &Batch,
        done: bool,
    ) -> Result<Counts, WarehouseError> {
        let path = self.path.clone();
        write(&mut self.sql, table, (feed, file), batch, done).map_err(|e| WarehouseError::sql(&path, e))
    }

    /// Names, tables and numbers of the feeds, by name.
    pub(super) fn feeds(&self) -> Result<Vec<(i64, String, String)>, WarehouseError> {
        let read = || {
            let mut statement = self.sql.prepare("SELECT id, name, table_name FROM feeds ORDER BY name")?;
            statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// Where the versions of a key came from: table, feed, recorded moment, file, line.
    pub fn trace(&self, table: &str, key: &str) -> Result<Vec<[String; 4]>, WarehouseError> {
        let query = format!(
            "SELECT f.name, r.recorded_at, i.label, r.line FROM {table} r JOIN feeds f ON f.id = r.feed \
             JOIN files i ON i.id = r.file WHERE r.key = ?1 ORDER BY f.name, r.recorded_at, r.digest"
        );
        let read = || {
            let mut statement = self.sql.prepare(&query)?;
            let row = |r: &rusqlite::Row<'_>| {
                let moment: i64 = r.get(1)?;
                let moment = if moment == 0 { String::new() } else { values::moment_text(moment) };
                Ok([r.get(0)?, moment, r.get(2)?, r.get::<_, i64>(3)?.to_string()])
            };
            statement.query_map([key], row)?.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|e| WarehouseError::sql(&self.path, e))
    }

    /// Whether the file is sound from end to end.
    pub fn sound(&self) -> Result<bool, WarehouseError> {
        let said: Option<String> = self
            .sql
            .query_row("PRAGMA integrity_check", [], |r| r.get(0))
            .optional()
            .map_err(|e| WarehouseError::sql(&self.path, e))?;
        Ok(said.as_deref() == Some("ok"))
    }
}

const HISTORY: &str = "
CREATE TABLE feeds(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, table_name TEXT NOT NULL) STRICT;
CREATE TABLE files(
  id INTEGER PRIMARY KEY, feed INTEGER NOT NULL REFERENCES feeds(id), label TEXT NOT NULL, sha256 TEXT NOT NULL,
  mapping TEXT NOT NULL, rows_read INTEGER NOT NULL DEFAULT 0, fresh INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
  UNIQUE(feed, sha256, mapping)) STRICT;
CREATE TABLE quarantine(
  feed INTEGER NOT NULL, digest INTEGER NOT NULL, reasons TEXT NOT NULL, cells TEXT NOT NULL,
  file INTEGER NOT NULL, line INTEGER NOT NULL, PRIMARY KEY(feed, digest)) STRICT, WITHOUT ROWID;
CREATE TABLE repairs(
  number INTEGER NOT NULL, table_name TEXT NOT NULL, feed TEXT NOT NULL, key TEXT NOT NULL, column_name TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY(table_name, feed, key, column_name)) STRICT, WITHOUT ROWID;
";

fn kind(holds: Holds) -> &'static str {
    match holds {
        Holds::Number(..) => "REAL",
        Holds::Id | Holds::Vin | Holds::Text | Holds::Word(_) => "TEXT",
        _ => "INTEGER",
    }
}

/// The table, and a view of its last versions for people: days as days, money as money.
fn declared(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|c| format!("{} {}", c.name, kind(c.holds))).collect();
    let shown = |c: &super::schema::Column| match c.holds {
        Holds::Day => format!("date(r.{0} * 86400, 'unixepoch') AS {0}", c.name),
        Holds::Money => format!("r.{0} / 100.0 AS {0}", c.name),
        _ => format!("r.{}", c.name),
    };
    let shown: Vec<String> = table.columns.iter().map(shown).collect();
    let (name, columns, shown) = (table.name, columns.join(", "), shown.join(", "));
    format!(
        "CREATE TABLE {name}(feed INTEGER NOT NULL, key TEXT NOT NULL, recorded_at INTEGER NOT NULL, \
         digest INTEGER NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, {columns}, \
         PRIMARY KEY(feed, key, recorded_at, digest)) STRICT, WITHOUT ROWID;\n\
         CREATE VIEW {name}_now AS SELECT f.name AS feed, r.key, nullif(datetime(r.recorded_at, 'unixepoch'), \
         '1970-01-01 00:00:00') AS recorded_at, {shown} FROM {name} r JOIN feeds f ON f.id = r.feed WHERE NOT EXISTS \
         (SELECT 1 FROM {name} n WHERE n.feed = r.feed AND n.key = r.key AND (n.recorded_at, n.digest) > \
         (r.recorded_at, r.digest));\n\
         CREATE VIEW {name}_versions AS SELECT f.name AS feed, r.key, nullif(datetime(r.recorded_at, 'unixepoch'), \
         '1970-01-01 00:00:00') AS valid_from, datetime(lead(r.recorded_at) OVER (PARTITION BY r.feed, r.key \
         ORDER BY r.recorded_at, r.digest), 'unixepoch') AS valid_to, {shown} FROM {name} r \
         JOIN feeds f ON f.id = r.feed;\n"
    )
}

fn write(
    sql: &mut Connection,
    table: &Table,
    (feed, file): (i64, i64),
    batch: &Batch,
    done: bool,
) -> rusqlite::Result<Counts> {
    let work = sql.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut counts = Counts { read: batch.read, ..Counts::default() };
    {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
        let marks: Vec<String> = (1..=names.len() + 6).map(|k| format!("?{k}")).collect();
        let mut insert = work.prepare(&format!(
            "INSERT INTO {}(feed, key, recorded_at, digest, file, line, {}) VALUES ({}) ON CONFLICT DO NOTHING",
            table.name,
            names.join(", "),
            marks.join(", ")
        ))?;
        insert.raw_bind_parameter(1, feed)?;
        insert.raw_bind_parameter(5, file)?;
        let mut held: HashSet<i64> = HashSet::new();
        let mut last = None;
        for row in &batch.taken {
            let key = batch.key(row);
            // Sorted rows that are alike stand side by side.
            let this = (key, row.recorded, row.digest);
            if last == Some(this) {
                counts.known += 1;
                continue;
            }
            last = Some(this);
            insert.raw_bind_parameter(2, key)?;
            insert.raw_bind_parameter(3, row.recorded)?;
            insert.raw_bind_parameter(4, row.digest)?;
            insert.raw_bind_parameter(6, row.line as i64)?;
            let mut cells = batch.cells(row);
            for k in 0..names.len() {
                match values::decode(&mut cells) {
                    Seen::Nothing => insert.raw_bind_parameter(k + 7, rusqlite::types::Null)?,
                    Seen::Whole(n) => insert.raw_bind_parameter(k + 7, n)?,
                    Seen::Real(x) => insert.raw_bind_parameter(k + 7, x)?,
                    Seen::Text(t) => insert.raw_bind_parameter(k + 7, t)?,
                }
            }
            let fresh = insert.raw_execute()? as u64;
            counts.fresh += fresh;
            counts.known += 1 - fresh;
        }
        let mut refuse = work.prepare(
            "INSERT INTO quarantine(feed, digest, reasons, cells, file, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT DO UPDATE SET reasons = excluded.reasons WHERE reasons <> excluded.reasons",
        )?;
        for row in &batch.refused {
            counts.refused += 1;
            if held.insert(row.digest) {
                refuse.execute(params![feed, row.digest, row.reasons, row.cells, file, row.line as i64])?;
            }
        }
        let mut free = work.prepare("DELETE FROM quarantine WHERE feed = ?1 AND digest = ?2")?;
        for digest in &batch.freed {
            free.execute(params![feed, digest])?;
        }
        work.execute(
            "UPDATE files SET rows_read = rows_read + ?2, fresh = fresh + ?3, known = known + ?4, refused = refused + ?5, \
             done = ?6 WHERE id = ?1",
            params![file, counts.read as i64, counts.fresh as i64, counts.known as i64, counts.refused as i64, done],
        )?;
    }
    work.commit()?;
    Ok(counts)
}
