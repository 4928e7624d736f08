//! OR-Library set-covering files: `rows columns`, the cost of every column, then for every row how many columns cover it
//! and which.

use super::text::{Fault, Text};
use crate::placement::costs::Cells;
use std::path::Path;

/// Largest number of rows or columns.
const LARGEST: i64 = 10_000_000;

/// A set-covering instance.
#[derive(Debug)]
pub struct Scp {
    /// Rows as cells, columns as sites.
    pub cells: Cells,
    /// Cost of every column, whole.
    pub cost: Vec<i64>,
}

/// Reads a file.
pub fn read(file: &Path) -> Result<Scp, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Scp, Fault> {
    let rows = text.whole("the number of rows", 1, LARGEST)?;
    let columns = text.whole("the number of columns", 1, LARGEST)?;
    let mut cost = Vec::new();
    for _ in 0..columns {
        cost.push(text.whole("the cost of a column", 0, 1 << 40)?);
    }
    let mut cells = Cells::new(columns as usize);
    for row in 1..=rows {
        let size = text.whole("the number of columns that cover a row", 0, columns)?;
        let mut covers = Vec::new();
        for _ in 0..size {
            covers.push(text.whole("a column that covers a row", 1, columns)? as u32 - 1);
        }
        covers.sort_unstable();
        if let Some(twice) = covers.windows(2).find(|w| w[0] == w[1]) {
            return Err(text.fault(format!("row {row} names column {} twice", twice[0] + 1)));
        }
        cells.push(&covers, 1);
    }
    text.finish()?;
    Ok(Scp { cells, cost })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::costs::Costs;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x.txt"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn rows_may_break_anywhere() {
        let scp = parse(&mut text(" 2 3 \n 5 1\n 7\n 2\n 3 1 \n 1\n 2\n")).unwrap();
        assert_eq!((scp.cost, scp.cells.clients(), scp.cells.sites()), (vec![5, 1, 7], 2, 3));
        assert_eq!((scp.cells.covers(0), scp.cells.covers(1)), (&[0u32, 2][..], &[1u32][..]));
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line, word) in [
            ("", 1, "ends"),
            ("1 0\n", 1, "outside"),
            ("1 2\n3 x\n", 2, "not a number"),
            ("1 2\n3 -1\n", 2, "outside"),
            ("1 2\n3 1\n2\n1 1\n", 5, "twice"),
            ("1 2\n3 1\n3\n", 3, "outside"),
            ("1 2\n3 1\n1\n3\n", 4, "outside"),
            ("1 2\n3 1\n1\n1\n9\n", 5, "goes on"),
            ("2 2\n3 1\n1\n1\n", 5, "ends"),
        ] {
            let fault = parse(&mut text(s)).unwrap_err();
            assert!(fault.reason.contains(word), "{s:?}: {fault}");
            assert!(fault.line == line || fault.line + 1 == line, "{s:?}: {fault}");
        }
    }
}
