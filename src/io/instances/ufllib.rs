//! UflLib "simple" files: `FILE: name`, `n m 0`, then per facility its number, its opening cost and m serving costs.

use super::text::{Decimal, Fault, Text};
use crate::placement::costs::Matrix;
use crate::placement::facility::Problem;
use std::path::Path;

/// Reads a file.
pub fn read(file: &Path) -> Result<Problem, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Problem, Fault> {
    if text.expect("FILE:")? != "FILE:" {
        return Err(text.fault("the file must begin with \"FILE:\" and its name"));
    }
    text.rest_of_line();
    let m = text.whole("the number of facilities", 1, 100_000)? as usize;
    let n = text.whole("the number of clients", 1, 1_000_000)? as usize;
    text.whole("the third number of the header", 0, 0)?;
    if m * n > 200_000_000 {
        return Err(text.fault("there are more than 200 million pairs of facility and client"));
    }
    let mut fixed = Vec::with_capacity(m);
    let mut costs = vec![Decimal::parse("0").unwrap_or_else(|| unreachable!()); m * n];
    for i in 0..m {
        text.whole("the number of a facility", i as i64 + 1, i as i64 + 1)?;
        fixed.push(money(text, "an opening cost")?);
        for j in 0..n {
            costs[j * m + i] = money(text, "a serving cost")?;
        }
    }
    text.finish()?;
    let digits = fixed.iter().chain(&costs).map(|d| d.digits()).max().unwrap_or(0);
    let scaled = |all: &[Decimal]| -> Option<Vec<i64>> { all.iter().map(|d| d.scaled(digits)).collect() };
    let (Some(fixed), Some(costs)) = (scaled(&fixed), scaled(&costs)) else {
        return Err(text.fault("the numbers have too many digits to be kept exactly"));
    };
    Problem::new(fixed, Matrix::new(m, costs), None, digits).map_err(|e| text.fault(e.to_string()))
}

fn money(text: &mut Text, what: &str) -> Result<Decimal, Fault> {
    let value = text.decimal(what)?;
    if value.real() < 0.0 || value.real() > 1e9 || value.digits() > 6 {
        return Err(text.fault(format!("{what} must lie between 0 and 1e9 with at most 6 digits after the point")));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn rows_are_facilities() {
        let p = parse(&mut text("FILE: a\n2 3 0\n1 10 1 2 3\n2 20 4 5 6\n")).unwrap();
        assert_eq!(p.fixed(), [10, 20]);
        assert_eq!(p.costs().row(1), [2, 5]);
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line) in
            [("x", 1), ("FILE: a\n2 3 1\n", 2), ("FILE: a\n1 1 0\n2 1 1\n", 3), ("FILE: a\n1 2 0\n1 1 1\n", 4)]
        {
            assert_eq!(parse(&mut text(s)).unwrap_err().line, line, "{s:?}");
        }
    }
}
