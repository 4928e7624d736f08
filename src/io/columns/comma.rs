//! CSV, written as it comes.

use super::{Column, Sink, Value};
use crate::io::results::table::text_cell;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// CSV that grows.
pub struct Comma<W: Write> {
    to: BufWriter<W>,
    line: Vec<u8>,
}

impl<W: Write> Comma<W> {
    /// With its header.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn new(to: W, columns: &[Column]) -> io::Result<Self> {
        let mut this = Self { to: BufWriter::with_capacity(1 << 18, to), line: Vec::new() };
        this.write(columns.iter().map(|c| c.name.as_str()), text_cell)?;
        Ok(this)
    }

    fn write<T>(&mut self, cells: impl Iterator<Item = T>, put: impl Fn(&mut Vec<u8>, T)) -> io::Result<()> {
        self.line.clear();
        for (k, cell) in cells.enumerate() {
            if k > 0 {
                self.line.push(b',');
            }
            put(&mut self.line, cell);
        }
        self.line.push(b'\n');
        self.to.write_all(&self.line)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn put(&mut self, row: &[Value]) -> io::Result<()> {
        self.write(row.iter(), |line, cell| match cell {
            Value::Whole(n) => line.extend(n.to_string().as_bytes()),
            Value::Number(x) => line.extend(x.to_string().as_bytes()),
            Value::Text(text) => text_cell(line, text),
            Value::Empty => {}
        })
    }

    /// Writes what is still held back; what it was written to.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn end(self) -> io::Result<W> {
        self.to.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Sink for Comma<File> {
    fn add(&mut self, row: &[Value]) -> io::Result<()> {
        self.put(row)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.end()?.sync_all()
    }
}
