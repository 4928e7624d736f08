//! From a source's rows to typed rows, or to the reasons why not.

use super::mapping::{Feed, Origin};
use super::schema::{Holds, RECORDED, Table};
use super::values::{self, Seen};
use crate::days;
use crate::io::scenario::records::{folded, near};
use crate::io::sources::Row;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashSet;

/// A taken row: bytes of its key and cells in the batch's arena, and what it is ordered by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub start: usize,
    /// Length of the key; the cells follow it.
    pub key: u32,
    pub cells: u32,
    pub recorded: i64,
    pub digest: i64,
    pub line: u64,
}

/// A refused row.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub line: u64,
    pub cells: String,
    pub reasons: String,
    pub digest: i64,
}

/// Rows of one stretch of a source.
#[derive(Default)]
pub(super) struct Batch {
    pub arena: Vec<u8>,
    pub taken: Vec<Taken>,
    pub refused: Vec<Refused>,
    /// Digests of rows that stood in quarantine and are taken now.
    pub freed: Vec<i64>,
    /// Rows of the source up to the end of this stretch.
    pub read: u64,
}

impl Batch {
    pub fn key(&self, t: &Taken) -> &str {
        std::str::from_utf8(&self.arena[t.start..t.start + t.key as usize]).unwrap_or_default()
    }

    pub fn cells(&self, t: &Taken) -> &[u8] {
        let start = t.start + t.key as usize;
        &self.arena[start..start + t.cells as usize]
    }

    pub fn len(&self) -> usize {
        self.taken.len() + self.refused.len()
    }

    /// Brings the rows into the order of their table.
    pub fn sort(&mut self) {
        use rayon::slice::ParallelSliceMut;
        let arena = &self.arena;
        let key = |t: &Taken| &arena[t.start..t.start + t.key as usize];
        self.taken.par_sort_unstable_by(|a, b| {
            (key(a), a.recorded, a.digest, a.line).cmp(&(key(b), b.recorded, b.digest, b.line))
        });
    }
}

/// A column of the table with the place of its cell in the source's rows.
struct Way<'f> {
    origin: &'f Origin,
    holds: Holds,
    name: &'static str,
    at: Option<usize>,
    required: bool,
}

/// How the rows of one source become rows of a table.
pub(super) struct Reader<'f> {
    /// One for every column of the table; none for columns that are not fed.
    ways: Vec<Option<Way<'f>>>,
    recorded: Option<Way<'f>>,
    /// The moment of every row, when it stands in the file's name.
    moment: i64,
    key: &'f [usize],
    table: &'static Table,
    /// The column whose day is when the thing happened.
    happened: Option<usize>,
    starts: Vec<usize>,
    reasons: String,
    /// Digests of rows in quarantine that a new mapping may take.
    held: HashSet<i64>,
    /// Lags and days seen.
    pub seen: super::lag::Seen,
}

impl<'f> Reader<'f> {
    /// Finds the headings; an error names those that are not there, and how the source's are called.
    pub fn new(
        feed: &'f Feed,
        header: &[String],
        moment: Option<i64>,
        held: HashSet<i64>,
    ) -> Result<Self, Vec<(String, String)>> {
        let mut lacks = Vec::new();
        let plain: Vec<String> = header.iter().map(|h| folded(h.trim())).collect();
        let mut way = |origin: &'f Origin| {
            let at = origin.heading.as_ref().map(|h| plain.iter().position(|p| *p == folded(h)));
            if let (Some(None), Some(heading)) = (at, &origin.heading) {
                let help = match near(heading, header.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean {near:?}? It has {}", header.join(", ")),
                    None => format!("it has {}", header.join(", ")),
                };
                lacks.push((heading.clone(), help));
            }
            let column = origin.column.map(|k| &feed.table.columns[k]);
            Way {
                origin,
                holds: column.map_or(Holds::Moment, |c| c.holds),
                name: column.map_or(RECORDED, |c| c.name),
                at: at.flatten(),
                required: column.is_some_and(|c| c.required),
            }
        };
        let mut ways: Vec<Option<Way>> = feed.table.columns.iter().map(|_| None).collect();
        let mut recorded = None;
        for origin in &feed.origins {
            match origin.column {
                Some(k) => ways[k] = Some(way(origin)),
                None => recorded = Some(way(origin)),
            }
        }
        if !lacks.is_empty() {
            return Err(lacks);
        }
        let happened = feed.table.happened.and_then(|h| feed.table.position(h));
        Ok(Self {
            ways,
            recorded,
            moment: moment.unwrap_or(0),
            key: &feed.key,
            table: feed.table,
            happened,
            starts: Vec::new(),
            reasons: String::new(),
            held,
            seen: super::lag::Seen::default(),
        })
    }

    /// Headings that nothing reads.
    pub fn unused(&self, header: &[String]) -> Vec<String> {
        let read = |k: usize| self.ways.iter().flatten().chain(&self.recorded).any(|w| w.at == Some(k));
        header.iter().enumerate().filter(|(k, _)| !read(*k)).map(|(_, h)| h.clone()).collect()
    }

    /// Adds a row to the batch, as taken or as refused.
    pub fn take(&mut self, row: &Row<'_>, batch: &mut Batch) {
        batch.read += 1;
        self.reasons.clear();
        if let Some(flaw) = &row.flaw {
            self.reasons.push_str(flaw);
            return refuse(row, &self.reasons, batch);
        }
        let base = batch.arena.len();
        // The cells first; the key is made of them and moved before them.
        self.starts.clear();
        for k in 0..self.ways.len() {
            self.starts.push(batch.arena.len());
            match &self.ways[k] {
                None => batch.arena.push(0),
                Some(way) => cell(way, row, &mut self.reasons, &mut batch.arena),
            }
        }
        let end = batch.arena.len();
        let mut recorded = self.moment;
        if let Some(way) = &self.recorded {
            cell(way, row, &mut self.reasons, &mut batch.arena);
            if let Seen::Whole(seconds) = values::decode(&mut &batch.arena[end..]) {
                recorded = seconds;
            }
            batch.arena.truncate(end);
        }
        if !self.reasons.is_empty() {
            batch.arena.truncate(base);
            return refuse(row, &self.reasons, batch);
        }
        if !self.held.is_empty() {
            let raw = short(&Sha256::digest(joined(row).as_bytes()));
            if self.held.remove(&raw) {
                batch.freed.push(raw);
            }
        }
        let digest = short(&Sha256::digest(&batch.arena[base..end]));
        if let Some(k) = self.happened
            && let Seen::Whole(day) = values::decode(&mut &batch.arena[self.starts[k]..])
        {
            self.seen.note(day, recorded);
        }
        for (n, &k) in self.key.iter().enumerate() {
            if n > 0 {
                batch.arena.push(b'|');
            }
            append_key(&mut batch.arena, self.starts[k], self.table.columns[k].holds);
        }
        let key = batch.arena.len() - end;
        batch.arena[base..].rotate_left(end - base);
        let (key, cells) = (key as u32, (end - base) as u32);
        batch.taken.push(Taken { start: base, key, cells, recorded, digest, line: row.line });
    }
}

/// Appends the value at a place of the arena to its end, as text.
fn append_key(arena: &mut Vec<u8>, at: usize, holds: Holds) {
    match arena[at] {
        1 => {
            let number = i64::from_le_bytes(arena[at + 1..at + 9].try_into().unwrap_or_default());
            let text = if holds == Holds::Day { days::text(number) } else { number.to_string() };
            arena.extend_from_slice(text.as_bytes());
        }
        2 => {
            let number = f64::from_le_bytes(arena[at + 1..at + 9].try_into().unwrap_or_default());
            arena.extend_from_slice(number.to_string().as_bytes());
        }
        3 => {
            let length = u32::from_le_bytes(arena[at + 1..at + 5].try_into().unwrap_or_default()) as usize;
            for k in at + 5..at + 5 + length {
                let byte = arena[k];
                if matches!(byte, b'|' | b'\\') {
                    arena.push(b'\\');
                }
                arena.push(byte);
            }
        }
        _ => {}
    }
}

fn cell(way: &Way<'_>, row: &Row<'_>, reasons: &mut String, out: &mut Vec<u8>) {
    let raw = way.at.and_then(|at| row.cells.get(at)).map_or("", |c| c.trim());
    let coded = if way.origin.codes.is_empty() { None } else { way.origin.codes.get(raw) };
    let text = match coded {
        Some(code) => code.as_str(),
        None if raw.is_empty() => way.origin.value.as_deref().unwrap_or_default(),
        None => raw,
    };
    if text.is_empty() {
        if way.required {
            reason(reasons, way, "it is empty");
        }
        out.push(0);
        return;
    }
    if let Err(cause) = values::take(way.holds, text, way.origin.factor, out) {
        reason(reasons, way, &cause);
        out.push(0);
    }
}

fn reason(reasons: &mut String, way: &Way<'_>, cause: &str) {
    if !reasons.is_empty() {
        reasons.push_str("; ");
    }
    reasons.push_str(way.name);
    if let Some(heading) = way.origin.heading.as_ref().filter(|h| *h != way.name) {
        reasons.push_str(&format!(" ({heading})"));
    }
    reasons.push_str(": ");
    reasons.push_str(cause);
}

fn joined(row: &Row<'_>) -> String {
    row.cells.iter().map(Cow::as_ref).collect::<Vec<_>>().join("\t")
}

fn refuse(row: &Row<'_>, reasons: &str, batch: &mut Batch) {
    const MOST: usize = 64 << 10;
    let mut cells = joined(row);
    let digest = short(&Sha256::digest(cells.as_bytes()));
    if cells.len() > MOST {
        let cut = (0..=MOST).rev().find(|&at| cells.is_char_boundary(at)).unwrap_or(0);
        cells.truncate(cut);
        cells.push('…');
    }
    batch.refused.push(Refused { line: row.line, cells, reasons: reasons.to_owned(), digest });
}

/// The first eight bytes of a hash.
fn short(hash: &[u8]) -> i64 {
    i64::from_le_bytes(hash[..8].try_into().unwrap_or_default())
}
