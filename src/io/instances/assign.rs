//! OR-Library assignment files: `n`, then `n × n` costs row by row, over as many lines as they like.

use super::text::{Decimal, Fault, Text};
use std::path::Path;

/// Largest number of rows: the table of costs has its square.
const LARGEST: i64 = 20_000;

/// An assignment instance.
#[derive(Debug)]
pub struct Assign {
    /// Rows, and as many columns.
    pub rows: usize,
    /// Costs row by row, in units of the last digit written.
    pub cost: Vec<i64>,
    /// Digits after the decimal point of the file's costs.
    pub digits: u32,
}

/// Reads a file.
pub fn read(file: &Path) -> Result<Assign, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Assign, Fault> {
    let rows = text.whole("the number of rows", 1, LARGEST)? as usize;
    let mut written: Vec<Decimal> = Vec::new();
    for _ in 0..rows * rows {
        written.push(text.decimal("a cost")?);
    }
    text.finish()?;
    let digits = written.iter().map(|c| c.digits()).max().unwrap_or(0);
    let scaled = |c: &Decimal| c.scaled(digits).filter(|c| c.abs() <= 1 << 40);
    let cost: Option<Vec<i64>> = written.iter().map(scaled).collect();
    let cost = cost.ok_or_else(|| text.fault("a cost is too large, or has too many digits, to be exact"))?;
    Ok(Assign { rows, cost, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x.txt"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn costs_may_break_anywhere_and_have_digits() {
        let file = parse(&mut text("2\n1 2.5 3\n-4\n")).unwrap();
        assert_eq!((file.rows, file.cost, file.digits), (2, vec![10, 25, 30, -40], 1));
    }

    #[test]
    fn what_is_missing_is_named_with_its_line() {
        let said = |s: &str| parse(&mut text(s)).unwrap_err().to_string();
        assert!(said("2\n1 2 3\n").contains("a cost"), "{}", said("2\n1 2 3\n"));
        assert!(said("0\n").starts_with("x.txt:1"));
        assert!(said("1\nx\n").starts_with("x.txt:2"));
        assert!(said("1\n1e30\n").contains("x.txt"));
    }
}
