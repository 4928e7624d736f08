//! Files of separated cells.

use super::blocks::Blocks;
use super::{Row, Rows, SourceError, Take, wrong};
use crate::io::scenario::scan::{Cell, Malformed, Scanner};
use crate::io::scenario::source::{delimiter, delimiter_name};
use std::borrow::Cow;
use std::path::Path;

struct Delimited {
    blocks: Blocks,
    first: String,
    delimiter: u8,
    header: Vec<String>,
}

pub(super) fn open(path: &Path) -> Result<Box<dyn Rows>, SourceError> {
    let mut blocks = Blocks::open(path)?;
    let first = blocks.advance()?.unwrap_or_default();
    let delimiter = delimiter(&first);
    let mut scanner = Scanner::new(&first, delimiter);
    match scanner.advance() {
        Some(Ok(())) => {}
        Some(Err(_)) => return Err(wrong(path, "its first line is no row of headings", "look for a quote in it")),
        None => return Err(wrong(path, "it is empty", "export it with headings")),
    }
    let header = scanner.cells.iter().map(|c| content(&first, *c).into_owned()).collect();
    Ok(Box::new(Delimited { blocks, first, delimiter, header }))
}

fn content(text: &str, cell: Cell) -> Cow<'_, str> {
    let held = &text[cell.from as usize..cell.to as usize];
    if cell.doubled { Cow::Owned(held.replace("\"\"", "\"")) } else { Cow::Borrowed(held) }
}

impl Rows for Delimited {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn note(&self) -> String {
        format!("{}, {}s between cells", self.blocks.encoding(), delimiter_name(self.delimiter))
    }

    fn each(mut self: Box<Self>, take: &mut Take<'_>) -> Result<(), SourceError> {
        let mut block = std::mem::take(&mut self.first);
        let (mut line, mut headings) = (1, true);
        loop {
            line = match lines(&block, self.delimiter, self.header.len(), (line, headings), take) {
                Some(line) => line,
                None => return Ok(()),
            };
            headings = false;
            match self.blocks.advance()? {
                Some(next) => block = next,
                None => return Ok(()),
            }
        }
    }
}

/// Hands over the rows of a block; returns the number of the line after it, or nothing when no more is wanted.
fn lines(
    block: &str,
    delimiter: u8,
    width: usize,
    (mut line, mut headings): (u64, bool),
    take: &mut Take<'_>,
) -> Option<u64> {
    let mut scanner = Scanner::new(block, delimiter);
    let mut cells: Vec<Cow<'_, str>> = Vec::with_capacity(width);
    let mut at = 0;
    let breaks = |from: usize, to: usize| block.as_bytes()[from..to].iter().filter(|&&b| b == b'\n').count() as u64;
    while let Some(read) = scanner.advance() {
        line += breaks(at, scanner.start);
        at = scanner.start;
        if std::mem::take(&mut headings) {
            continue;
        }
        cells.clear();
        let mut flaw = read.err().map(malformed);
        if flaw.is_none() && scanner.cells.len() != width {
            flaw = Some(format!("it has {} cells, the headings {width}", scanner.cells.len()));
        }
        if flaw.is_some() {
            cells.push(Cow::Borrowed(block[at..].lines().next().unwrap_or_default()));
        } else {
            cells.extend(scanner.cells.iter().map(|&c| content(block, c)));
        }
        if !take(&Row { line, cells: &cells, flaw }) {
            return None;
        }
    }
    Some(line + breaks(at, block.len()))
}

fn malformed(flaw: Malformed) -> String {
    match flaw {
        Malformed::OpenQuote(_) => "a quote is not closed on its line",
        Malformed::StrayQuote(..) => "there is text after a closing quote",
        Malformed::LongField(_) => "a cell is longer than 4 KiB",
        Malformed::Wide(_) => "it has more than 1,000 cells",
    }
    .into()
}
