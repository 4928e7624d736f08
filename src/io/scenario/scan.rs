//! From text to records of cells. No cell here may hold a line break, so a quote that is open at the end of its line
//! is a fault of that very line and the next line is read as usual.

/// Longest field in bytes.
pub(in crate::io) const FIELD_BYTES: usize = 4096;

/// Most fields of a record.
pub(in crate::io) const FIELDS: usize = 1000;

/// A field: its bytes in the text, without quotes and outer blanks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::io) struct Cell {
    pub from: u32,
    pub to: u32,
    /// Whether it holds doubled quotes.
    pub doubled: bool,
}

impl Cell {
    pub fn bytes(self, text: &str) -> &[u8] {
        &text.as_bytes()[self.from as usize..self.to as usize]
    }
}

/// What is wrong with a record's form, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum Malformed {
    OpenQuote(usize),
    /// Where the text stands, and where the quote opened.
    StrayQuote(usize, usize),
    LongField(usize),
    /// Where the record starts.
    Wide(usize),
}

/// Walks through the records of a text.
pub(in crate::io) struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    delimiter: u8,
    /// Cells of the current record.
    pub cells: Vec<Cell>,
    /// Byte at which the current record starts.
    pub start: usize,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str, delimiter: u8) -> Self {
        Self { bytes: text.as_bytes(), at: 0, delimiter, cells: Vec::new(), start: 0 }
    }

    /// Reads the next record that is not blank; `None` at the end.
    pub fn advance(&mut self) -> Option<Result<(), Malformed>> {
        while self.at < self.bytes.len() {
            self.start = self.at;
            self.cells.clear();
            let result = self.record();
            if result.is_err() {
                self.skip_line();
                return Some(result);
            }
            if self.cells.iter().any(|c| c.to > c.from) {
                return Some(Ok(()));
            }
        }
        None
    }

    fn record(&mut self) -> Result<(), Malformed> {
        loop {
            let cell = self.cell()?;
            self.cells.push(cell);
            if self.cells.len() > FIELDS {
                return Err(Malformed::Wide(self.start));
            }
            match self.bytes.get(self.at) {
                Some(&b) if b == self.delimiter => self.at += 1,
                _ => {
                    self.end_line();
                    return Ok(());
                }
            }
        }
    }

    /// Reads one field; stops on the delimiter, line break or end after it.
    fn cell(&mut self) -> Result<Cell, Malformed> {
        self.blanks();
        if self.bytes.get(self.at) == Some(&b'"') {
            return self.quoted();
        }
        let from = self.at;
        while let Some(&b) = self.bytes.get(self.at) {
            if b == self.delimiter || b == b'\n' || b == b'\r' {
                break;
            }
            self.at += 1;
        }
        let mut to = self.at;
        while to > from && matches!(self.bytes[to - 1], b' ' | b'\t') {
            to -= 1;
        }
        if to - from > FIELD_BYTES {
            return Err(Malformed::LongField(from));
        }
        Ok(Cell { from: from as u32, to: to as u32, doubled: false })
    }

    fn quoted(&mut self) -> Result<Cell, Malformed> {
        let open = self.at;
        let mut doubled = false;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') if self.bytes.get(self.at + 1) == Some(&b'"') => {
                    doubled = true;
                    self.at += 2;
                }
                Some(b'"') => break,
                Some(b'\n' | b'\r') | None => return Err(Malformed::OpenQuote(open)),
                Some(_) => self.at += 1,
            }
        }
        let (from, to) = (open + 1, self.at);
        self.at += 1;
        let after = self.at;
        self.blanks();
        match self.bytes.get(self.at) {
            Some(&b) if b != self.delimiter && b != b'\n' && b != b'\r' => Err(Malformed::StrayQuote(after, open)),
            _ if to - from > FIELD_BYTES => Err(Malformed::LongField(open)),
            _ => Ok(trimmed(self.bytes, from, to, doubled)),
        }
    }

    fn blanks(&mut self) {
        while let Some(&b) = self.bytes.get(self.at) {
            if b == self.delimiter || !matches!(b, b' ' | b'\t') {
                break;
            }
            self.at += 1;
        }
    }

    fn end_line(&mut self) {
        if self.bytes.get(self.at) == Some(&b'\r') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        while self.bytes.get(self.at).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
            self.at += 1;
        }
        self.end_line();
    }
}

fn trimmed(bytes: &[u8], mut from: usize, mut to: usize, doubled: bool) -> Cell {
    while from < to && matches!(bytes[from], b' ' | b'\t') {
        from += 1;
    }
    while from < to && matches!(bytes[to - 1], b' ' | b'\t') {
        to -= 1;
    }
    Cell { from: from as u32, to: to as u32, doubled }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Vec<&str>, Malformed>> {
        let mut scanner = Scanner::new(text, b',');
        let mut records = Vec::new();
        while let Some(result) = scanner.advance() {
            let cells = scanner.cells.iter().map(|c| std::str::from_utf8(c.bytes(text)).unwrap()).collect();
            records.push(result.map(|()| cells));
        }
        records
    }

    #[test]
    fn cells_lose_quotes_and_blanks_and_blank_lines_vanish() {
        let text = "a, b ,\"c,d\"\r\n\n,,\n\"x\"\"y\",,z";
        assert_eq!(read(text), [Ok(vec!["a", "b", "c,d"]), Ok(vec!["x\"\"y", "", "z"])]);
    }

    #[test]
    fn an_open_quote_is_named_where_it_opens_and_costs_one_line() {
        assert_eq!(read("a,\"b\nc,d\n"), [Err(Malformed::OpenQuote(2)), Ok(vec!["c", "d"])]);
        assert_eq!(read("a,\"b\"x\nc\n"), [Err(Malformed::StrayQuote(5, 2)), Ok(vec!["c"])]);
    }

    #[test]
    fn old_line_ends_count_as_lines() {
        assert_eq!(read("a\rb\rc"), [Ok(vec!["a"]), Ok(vec!["b"]), Ok(vec!["c"])]);
    }
}
