//! From the sources of a mapping into the warehouse.

use super::WarehouseError;
use super::lag::Seen;
use super::mapping::{Feed, Mapping};
use super::rows::{Batch, Reader};
use super::store::{Counts, Store};
use super::values;
use crate::digest::hex;
use crate::io::sources::{Rows, Source, SourceError};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// How to ingest.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Rows of a source in one transaction.
    pub rows: usize,
}

impl Default for How {
    fn default() -> Self {
        Self { rows: 2_000_000 }
    }
}

/// Bytes of a batch's cells from which it is written, however few its rows.
const BATCH_BYTES: usize = 256 << 20;

/// What one source brought.
#[derive(Clone, Debug)]
pub struct Brought {
    /// The feed.
    pub feed: String,
    /// Its table.
    pub table: &'static str,
    /// The source.
    pub label: String,
    /// What was recognised: encoding, delimiter.
    pub note: String,
    /// Headings that nothing reads.
    pub unused: Vec<String>,
    /// Rows of this run, or of the earlier one.
    pub counts: Counts,
    /// Rows that an earlier run, which was stopped, had written.
    pub resumed: u64,
    /// Whether the very same file was there already.
    pub again: bool,
    /// Days and lags of the rows read now.
    pub seen: Seen,
}

/// Ingests every feed, file after file. Headings of all sources are looked at before the first row is written.
pub fn ingest(store: &mut Store, mapping: &Mapping, how: How) -> Result<Vec<Brought>, Vec<WarehouseError>> {
    let mut faults = Vec::new();
    let mut plans = Vec::new();
    for feed in &mapping.feeds {
        for source in &feed.sources {
            match plan(feed, source) {
                Ok(plan) => plans.push(plan),
                Err(mut more) => faults.append(&mut more),
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    plans.into_iter().map(|plan| one(store, plan, how).map_err(|e| vec![e])).collect()
}

/// A source that is open and whose headings fit.
struct Plan<'f> {
    feed: &'f Feed,
    source: &'f Source,
    moment: Option<i64>,
    hash: String,
}

fn plan<'f>(feed: &'f Feed, source: &'f Source) -> Result<Plan<'f>, Vec<WarehouseError>> {
    let rows = source.open().map_err(|e| vec![e.into()])?;
    let label = source.label();
    let mut moment = None;
    if feed.dated_by_name {
        moment = dated(&label);
        if moment.is_none() {
            let (cause, help) = ("its name holds no day", "name it like sales_2026-06-29.csv, or give recorded a day");
            return Err(vec![WarehouseError::new(Path::new(&label), cause, help)]);
        }
    }
    Reader::new(feed, rows.header(), moment, HashSet::default()).map(drop).map_err(|lacks| {
        let fault = |(heading, help): (String, String)| {
            let cause = format!("there is no column {heading:?} (feed {:?})", feed.name);
            WarehouseError::new(Path::new(&label), cause, help)
        };
        lacks.into_iter().map(fault).collect::<Vec<_>>()
    })?;
    let hash = match source.file() {
        Some(path) => hashed(path).map_err(|e| vec![WarehouseError::new(path, e, "check that it may be read")])?,
        None => String::new(),
    };
    Ok(Plan { feed, source, moment, hash })
}

/// The first day in a file's name, in seconds since 1970.
fn dated(label: &str) -> Option<i64> {
    let name = Path::new(label).file_name()?.to_string_lossy().into_owned();
    let mut starts = name.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    let day = starts.find_map(|at| {
        let rest = &name[at..];
        [10, 8].iter().filter_map(|&n| rest.get(..n)).find_map(|text| values::day(text).ok())
    })?;
    Some(i64::from(day) * 86_400)
}

fn hashed(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

fn one(store: &mut Store, plan: Plan<'_>, how: How) -> Result<Brought, WarehouseError> {
    let (feed, source) = (plan.feed, plan.source);
    let label = source.label();
    let rows = source.open()?;
    let id = store.feed(&feed.name, feed.table)?;
    // What a query answers changes from day to day: it is read again every time, from its first row.
    let streams = plan.hash.is_empty();
    let moment = plan.moment.map_or(String::new(), |m| m.to_string());
    let mapping = format!("{}{moment}", feed.digest);
    let hash = if streams { format!("query {label}") } else { plan.hash.clone() };
    let file = store.file(id, &label, &hash, &mapping)?;
    let mut brought = Brought {
        feed: feed.name.clone(),
        table: feed.table.name,
        label,
        note: rows.note(),
        unused: Vec::new(),
        counts: Counts::default(),
        resumed: 0,
        again: false,
        seen: Seen::default(),
    };
    let held = store.quarantined(id)?;
    let reader = Reader::new(feed, rows.header(), plan.moment, held).map_err(|_| {
        WarehouseError::new(Path::new(&brought.label), "its headings have changed", "run the ingest again")
    })?;
    brought.unused = reader.unused(rows.header());
    if file.done && !streams {
        brought.again = true;
        brought.counts = store.counts(file.id)?;
        return Ok(brought);
    }
    brought.resumed = if streams { 0 } else { file.read };
    pump(store, (id, file.id), (rows, reader), how, &mut brought, feed)?;
    Ok(brought)
}

/// Reads and writes side by side.
fn pump(
    store: &mut Store,
    ids: (i64, i64),
    (rows, reader): (Box<dyn Rows>, Reader<'_>),
    how: How,
    brought: &mut Brought,
    feed: &Feed,
) -> Result<(), WarehouseError> {
    let skip = brought.resumed;
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Batch>(0);
        let reading = scope.spawn(move || read(rows, reader, skip, how, &|batch| send.send(batch).is_ok()));
        let mut result = Ok(());
        for batch in &receive {
            match store.write(feed.table, ids, &batch, false) {
                Ok(counts) => brought.counts.add(counts),
                Err(e) => {
                    result = Err(e);
                    break;
                }
            }
        }
        drop(receive);
        let ended = reading.join().unwrap_or_else(|_| {
            Err(SourceError {
                place: brought.label.clone(),
                cause: "reading broke off".into(),
                help: "report it".into(),
            })
        });
        result?;
        let (last, seen) = ended?;
        brought.seen = seen;
        brought.counts.add(store.write(feed.table, ids, &last, true)?);
        Ok(())
    })
}

/// Reads all rows, hands over full batches in order, and returns the last one.
fn read(
    rows: Box<dyn Rows>,
    mut reader: Reader<'_>,
    skip: u64,
    how: How,
    hand: &dyn Fn(Batch) -> bool,
) -> Result<(Batch, Seen), SourceError> {
    let mut batch = Batch::default();
    let mut passed = 0;
    rows.each(&mut |row| {
        if passed < skip {
            passed += 1;
            return true;
        }
        reader.take(row, &mut batch);
        if batch.len() < how.rows && batch.arena.len() < BATCH_BYTES {
            return true;
        }
        let mut full = std::mem::take(&mut batch);
        full.sort();
        hand(full)
    })?;
    batch.sort();
    Ok((batch, reader.seen))
}
