//! One CSV table in memory.

/// A table with a fixed header; every cell is text already.
pub struct Table {
    bytes: Vec<u8>,
    width: usize,
    rows: usize,
}

/// A table whose header is the user's own: rows of texts, numbers among them as they are.
pub fn text(rows: Vec<Vec<String>>) -> String {
    let mut bytes = Vec::new();
    for row in rows {
        for (k, cell) in row.iter().enumerate() {
            if k > 0 {
                bytes.push(b',');
            }
            if cell.parse::<f64>().is_ok_and(f64::is_finite) {
                bytes.extend(cell.as_bytes());
            } else {
                text_cell(&mut bytes, cell);
            }
        }
        bytes.push(b'\n');
    }
    String::from_utf8(bytes).expect("texts are UTF-8")
}

/// A cell of a table.
pub enum Cell<'a> {
    /// Text; neutralised against spreadsheet formulas.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A number with so many decimals.
    Number(f64, usize),
    /// Nothing known.
    Empty,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl From<u32> for Cell<'_> {
    fn from(n: u32) -> Self {
        Self::Whole(i64::from(n))
    }
}
impl From<u64> for Cell<'_> {
    fn from(n: u64) -> Self {
        Self::Whole(n as i64)
    }
}
impl From<usize> for Cell<'_> {
    fn from(n: usize) -> Self {
        Self::Whole(n as i64)
    }
}
impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Text(if yes { "true" } else { "false" })
    }
}
impl From<crate::units::Money> for Cell<'_> {
    fn from(money: crate::units::Money) -> Self {
        Self::Number(money.major(), 2)
    }
}

impl Table {
    /// A table with these column names.
    pub fn new(header: &[&str]) -> Self {
        Self { bytes: format!("{}\n", header.join(",")).into_bytes(), width: header.len(), rows: 0 }
    }

    /// Adds a row; it must have one cell a column.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        use std::io::Write;
        let mut count = 0;
        for cell in cells {
            if count > 0 {
                self.bytes.push(b',');
            }
            count += 1;
            match cell {
                Cell::Text(text) => text_cell(&mut self.bytes, text),
                Cell::Whole(n) => write!(self.bytes, "{n}").expect("memory takes all writes"),
                Cell::Number(x, decimals) => number(&mut self.bytes, x, decimals),
                Cell::Empty => {}
            }
        }
        assert_eq!(count, self.width, "a row has one cell a column");
        self.bytes.push(b'\n');
        self.rows += 1;
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The file's bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Writes a number without trailing zeros; minus zero is zero; what is not finite is left empty.
fn number(bytes: &mut Vec<u8>, x: f64, decimals: usize) {
    if !x.is_finite() {
        return;
    }
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let text = if text == "-0" { "0" } else { text };
    bytes.extend_from_slice(text.as_bytes());
}

/// Quotes where CSV needs it, and puts ' before what a spreadsheet would take for a formula.
pub fn text_cell(bytes: &mut Vec<u8>, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = text.contains([',', '"', '\n', '\r']);
    if quoted {
        bytes.push(b'"');
    }
    if formula {
        bytes.push(b'\'');
    }
    if quoted {
        bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Builds a row from values of different kinds.
#[macro_export]
#[doc(hidden)]
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { [$($crate::io::results::table::Cell::from($cell)),*] };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_formulas_are_harmless() {
        let mut t = Table::new(&["a", "b", "c"]);
        t.row([Cell::Number(1.50, 3), Cell::Number(-0.0001, 2), Cell::Number(f64::NAN, 2)]);
        t.row([Cell::Text("=1+1"), Cell::Text("say \"no\", please"), Cell::Whole(-3)]);
        let text = String::from_utf8(t.into_bytes()).unwrap();
        assert_eq!(text, "a,b,c\n1.5,0,\n'=1+1,\"say \"\"no\"\", please\",-3\n");
    }
}
