//! Where the files of one answer lie while they are read, and their faults gather.

use super::MOST_ROWS;
use crate::io::fault::{Code, Faults};
use crate::io::scenario::TABLE_BYTES;
use crate::io::scenario::log::{Log, Spot};
use crate::io::scenario::scan::{Malformed, Scanner};
use crate::io::scenario::source::{Source, delimiter};
use std::collections::BTreeMap;
use std::path::Path;

/// Files and faults.
#[derive(Default)]
pub(super) struct Desk {
    pub sources: Vec<Source>,
    pub log: Log,
}

/// A column of a table: its name and whether it must be there.
pub(super) type Column = (&'static str, bool);

/// A cell: its text and its byte.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub text: String,
    pub at: usize,
}

/// The rows of a table, a cell for every column; empty where the table or the row has none.
#[derive(Default)]
pub(super) struct Sheet {
    pub file: usize,
    pub rows: Vec<Vec<Cell>>,
}

impl Desk {
    /// Reads a file; its place among the sources.
    pub fn open(&mut self, path: &Path, most: u64) -> usize {
        let file = self.sources.len();
        let mut source = Source::absent("table", path.display().to_string());
        source.load(path, most, file, &mut self.log);
        self.sources.push(source);
        file
    }

    /// Notes a fault.
    pub fn fault(&mut self, file: usize, at: Option<usize>, code: Code, value: &str, cause: &str, help: &str) {
        self.log.add(Spot { file, at }, code, value, || (cause.to_owned(), help.to_owned()));
    }

    /// What was read, or everything that is wrong.
    pub fn finish<T>(self, made: Option<T>) -> Result<T, Faults> {
        match made {
            Some(made) if self.log.is_empty() => Ok(made),
            _ => Err(self.log.finish(&self.sources)),
        }
    }

    /// Reads a table by its header. Columns that are not asked for are faults: they would be ignored silently.
    pub fn sheet(&mut self, path: &Path, columns: &[Column]) -> Sheet {
        self.table(path, usize::MAX, |desk, file, cells| desk.header(file, cells, columns))
    }

    /// Reads all columns of a table of at most so many cells, whatever they are called: the header and the rows.
    pub fn whole(&mut self, path: &Path, most_cells: usize) -> (Vec<Cell>, Sheet) {
        let mut header = Vec::new();
        let sheet = self.table(path, most_cells, |_, _, cells| {
            header = cells.to_vec();
            (0..cells.len()).map(Some).collect()
        });
        (header, sheet)
    }

    fn table(
        &mut self,
        path: &Path,
        most_cells: usize,
        mut header: impl FnMut(&mut Self, usize, &[Cell]) -> Vec<Option<usize>>,
    ) -> Sheet {
        let file = self.open(path, TABLE_BYTES);
        let mut sheet = Sheet { file, rows: Vec::new() };
        if !self.sources[file].present {
            return sheet;
        }
        let text = self.sources[file].text.clone();
        let mut scanner = Scanner::new(&text, delimiter(&text));
        let mut places: Option<Vec<Option<usize>>> = None;
        let mut width = 0;
        while let Some(record) = scanner.advance() {
            let start = scanner.start;
            if let Err(flaw) = record {
                self.malformed(file, flaw);
                continue;
            }
            let cells: Vec<Cell> = scanner.cells.iter().map(|c| cell(&text, *c)).collect();
            let Some(places) = &places else {
                width = cells.len();
                places = Some(header(self, file, &cells));
                continue;
            };
            if cells.len() != width {
                let cause = format!("the row has {} fields, the header {width}", cells.len());
                self.fault(file, Some(start), Code::Width, "", &cause, "add or remove delimiters");
                continue;
            }
            let most = MOST_ROWS.min(most_cells / width.max(1));
            if sheet.rows.len() >= most {
                let cause = format!("more than {most} rows");
                self.fault(file, Some(start), Code::TooMany, "", &cause, "leave rows out");
                break;
            }
            let at = |p: &Option<usize>| p.map_or(Cell { text: String::new(), at: start }, |p| cells[p].clone());
            sheet.rows.push(places.iter().map(at).collect());
        }
        if sheet.rows.is_empty() && self.log.clean(file) {
            self.fault(file, None, Code::NoRows, "", "the table has no rows", "write at least one");
        }
        sheet
    }

    fn malformed(&mut self, file: usize, flaw: Malformed) {
        let (code, at, cause) = match flaw {
            Malformed::OpenQuote(at) => (Code::OpenQuote, at, "a quote is not closed on its line"),
            Malformed::StrayQuote(at, _) => (Code::StrayQuote, at, "there is text after a closing quote"),
            Malformed::LongField(at) => (Code::LongField, at, "the field is too long"),
            Malformed::Wide(at) => (Code::TooMany, at, "the row has too many fields"),
        };
        self.fault(file, Some(at), code, "", cause, "mend the row");
    }

    fn header(&mut self, file: usize, cells: &[Cell], columns: &[Column]) -> Vec<Option<usize>> {
        if columns[0].0.is_empty() {
            return self.by_position(file, cells, columns.len());
        }
        let mut places = vec![None; columns.len()];
        let names: Vec<&str> = columns.iter().map(|c| c.0).collect();
        for (position, cell) in cells.iter().enumerate() {
            match names.iter().position(|n| n.eq_ignore_ascii_case(&cell.text)) {
                Some(k) if places[k].is_some() => {
                    let cause = format!("the column \"{}\" is there twice", names[k]);
                    self.fault(file, Some(cell.at), Code::TwiceColumn, &cell.text, &cause, "keep one of them");
                }
                Some(k) => places[k] = Some(position),
                None => {
                    let cause = format!("unknown column \"{}\"", crate::io::fault::shorten(&cell.text));
                    let help = format!("the columns are {}", names.join(", "));
                    self.fault(file, Some(cell.at), Code::UnknownColumn, &cell.text, &cause, &help);
                }
            }
        }
        for (k, (name, required)) in columns.iter().enumerate() {
            if *required && places[k].is_none() {
                let cause = format!("the column \"{name}\" is missing");
                let at = cells.first().map(|c| c.at);
                self.fault(file, at, Code::MissingColumn, "", &cause, "add it to the header");
            }
        }
        places
    }

    /// Columns without names: the first ones, whatever the header calls them.
    fn by_position(&mut self, file: usize, cells: &[Cell], wanted: usize) -> Vec<Option<usize>> {
        if cells.len() < wanted {
            let cause = format!("the header has {} columns, {wanted} are needed", cells.len());
            let at = cells.first().map(|c| c.at);
            self.fault(file, at, Code::MissingColumn, "", &cause, "add the missing ones");
        }
        (0..wanted).map(|k| (k < cells.len()).then_some(k)).collect()
    }

    /// A number of a row within a range; the fallback when the cell is empty, a fault when there is no fallback.
    pub fn number(&mut self, file: usize, cell: &Cell, fallback: Option<f64>, range: (f64, f64)) -> f64 {
        if cell.text.is_empty() {
            return fallback.unwrap_or_else(|| {
                self.fault(file, Some(cell.at), Code::Blank, "", "a number is needed here", "write it");
                f64::NAN
            });
        }
        match crate::io::scenario::records::number(&cell.text) {
            Some(x) if x >= range.0 && x <= range.1 => x,
            Some(x) => {
                let cause = format!("{x} lies outside {} to {}", range.0, range.1);
                self.fault(file, Some(cell.at), Code::Range, &cell.text, &cause, "check the value and its unit");
                f64::NAN
            }
            None => {
                let cause = format!("\"{}\" is not a number", crate::io::fault::shorten(&cell.text));
                self.fault(
                    file,
                    Some(cell.at),
                    Code::NotNumber,
                    &cell.text,
                    &cause,
                    "write digits, with . for decimals",
                );
                f64::NAN
            }
        }
    }

    /// A name that must be there and be new.
    pub fn fresh(&mut self, file: usize, cell: &Cell, known: &mut BTreeMap<String, usize>) {
        if cell.text.is_empty() {
            return self.fault(file, Some(cell.at), Code::Blank, "", "a name is needed here", "write it");
        }
        let next = known.len();
        if known.insert(cell.text.clone(), next).is_some() {
            let cause = format!("\"{}\" is there twice", crate::io::fault::shorten(&cell.text));
            self.fault(file, Some(cell.at), Code::TwiceId, &cell.text, &cause, "give each row its own name");
        }
    }

    /// The position of a name that must be known.
    pub fn known(&mut self, file: usize, cell: &Cell, of: &str, known: &BTreeMap<String, usize>) -> Option<usize> {
        let found = known.get(&cell.text).copied();
        if found.is_none() {
            let cause = format!("unknown {of} \"{}\"", crate::io::fault::shorten(&cell.text));
            let near = crate::io::scenario::records::near(&cell.text, known.keys().map(String::as_str));
            let help = near.map_or_else(|| format!("write one of the {of}s"), |n| format!("did you mean \"{n}\"?"));
            self.fault(file, Some(cell.at), Code::UnknownId, &cell.text, &cause, &help);
        }
        found
    }
}

fn cell(text: &str, cell: crate::io::scenario::scan::Cell) -> Cell {
    let raw = &text[cell.from as usize..cell.to as usize];
    let plain = if cell.doubled { raw.replace("\"\"", "\"") } else { raw.to_owned() };
    Cell { text: plain.trim_start_matches('\u{feff}').to_owned(), at: cell.from as usize }
}
