//! Where faults gather while the files are read; their lines and columns are counted once, at the end.

use super::source::Source;
use crate::io::fault::{Code, Fault, Faults, Further, shorten};
use std::collections::HashMap;

/// A place in one of the files.
#[derive(Clone, Copy, Debug)]
pub(in crate::io) struct Spot {
    /// Position of the file among the sources.
    pub file: usize,
    /// Byte in its text; `None` for the whole file.
    pub at: Option<usize>,
}

#[derive(Clone)]
struct Raw {
    spot: Spot,
    code: Code,
    value: String,
    cause: String,
    help: String,
}

/// The faults so far.
#[derive(Clone, Default)]
pub(in crate::io) struct Log {
    raw: Vec<Raw>,
    counts: HashMap<(usize, Code), u64>,
}

impl Log {
    /// Notes a fault. Cause and help are only worked out for those that will be listed.
    pub fn add(&mut self, spot: Spot, code: Code, value: &str, words: impl FnOnce() -> (String, String)) {
        let count = self.counts.entry((spot.file, code)).or_default();
        *count += 1;
        if *count <= Faults::PER_KIND {
            let (cause, help) = words();
            self.raw.push(Raw { spot, code, value: shorten(value), cause, help });
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Whether nothing is wrong with a file so far. What several tables tell together is only judged while each is
    /// sound by itself, so that one slip is not reported twice.
    pub fn clean(&self, file: usize) -> bool {
        self.raw.iter().all(|r| r.spot.file != file)
    }

    /// All faults with their lines and columns, in order.
    pub fn finish(mut self, sources: &[Source]) -> Faults {
        self.raw.sort_by_key(|r| (r.spot.file, r.spot.at));
        let mut faults = Faults::default();
        let mut counter = Counter { file: usize::MAX, at: 0, line: 1, start: 0 };
        for raw in self.raw {
            let source = &sources[raw.spot.file];
            let (line, column) = raw.spot.at.map_or((0, 0), |at| counter.place(raw.spot.file, &source.text, at));
            let Raw { code, value, cause, help, .. } = raw;
            faults.list.push(Fault { code, file: source.label.clone(), line, column, value, cause, help });
        }
        for ((file, code), count) in self.counts {
            if count > Faults::PER_KIND {
                let further = Further { code, file: sources[file].label.clone(), count: count - Faults::PER_KIND };
                faults.further.push(further);
            }
        }
        faults.sort();
        faults
    }
}

/// Counts lines forward through a text.
struct Counter {
    file: usize,
    at: usize,
    line: u32,
    start: usize,
}

impl Counter {
    fn place(&mut self, file: usize, text: &str, at: usize) -> (u32, u32) {
        if file != self.file {
            *self = Self { file, at: 0, line: 1, start: 0 };
        }
        let bytes = text.as_bytes();
        while self.at < at.min(bytes.len()) {
            let byte = bytes[self.at];
            self.at += 1;
            if byte == b'\n' || (byte == b'\r' && bytes.get(self.at) != Some(&b'\n')) {
                self.line += 1;
                self.start = self.at;
            }
        }
        let column = text.get(self.start..self.at).map_or(1, |line| line.chars().count() + 1);
        (self.line, column as u32)
    }
}

/// The line of a byte, from 1.
pub(in crate::io) fn line_of(text: &str, at: usize) -> u32 {
    Counter { file: 0, at: 0, line: 1, start: 0 }.place(0, text, at).0
}

/// The line and column of a byte, from 1.
pub(in crate::io) fn line_and_column(text: &str, at: usize) -> (u32, u32) {
    Counter { file: 0, at: 0, line: 1, start: 0 }.place(0, text, at)
}
