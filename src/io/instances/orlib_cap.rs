//! OR-Library facility-location files: `m n`, m × `capacity fixed`, then per customer `demand` and the m costs of
//! serving all of it. A file may say `capacity` where the capacity is left open.

use super::text::{Decimal, Fault, Text};
use crate::placement::costs::Matrix;
use crate::placement::facility::{Capacity, Problem};
use std::path::Path;

/// Largest number of pairs of facility and customer.
const PAIRS: i64 = 200_000_000;
/// Most digits after the point that are kept.
const DIGITS: u32 = 6;

/// How to read capacities.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Ignore capacities.
    pub uncapacitated: bool,
    /// The capacity of facilities whose file leaves it open.
    pub capacity: Option<f64>,
    /// Every customer is served by one facility.
    pub single_source: bool,
}

/// Reads a file.
pub fn read(file: &Path, reading: Reading) -> Result<Problem, Fault> {
    parse(&mut Text::read(file)?, reading)
}

/// Parses a text.
pub fn parse(text: &mut Text, reading: Reading) -> Result<Problem, Fault> {
    let m = text.whole("the number of facilities", 1, 1_000_000)? as usize;
    let n = text.whole("the number of customers", 1, 10_000_000)? as usize;
    if (m as i64).saturating_mul(n as i64) > PAIRS {
        return Err(text.fault(format!("{m} facilities times {n} customers exceed {PAIRS} pairs")));
    }
    let (mut capacity, mut fixed) = (Vec::with_capacity(m), Vec::with_capacity(m));
    for _ in 0..m {
        capacity.push(one_capacity(text, reading)?);
        fixed.push(money(text, "a fixed cost")?);
    }
    let (mut demand, mut costs) = (Vec::with_capacity(n), Vec::with_capacity(m * n));
    for _ in 0..n {
        demand.push(amount(text.real("a demand")?, text, "a demand")?);
        for _ in 0..m {
            costs.push(money(text, "a serving cost")?);
        }
    }
    text.finish()?;
    let digits = fixed.iter().chain(&costs).map(|d| d.digits()).max().unwrap_or(0);
    let scaled = |all: &[Decimal]| -> Option<Vec<i64>> { all.iter().map(|d| d.scaled(digits)).collect() };
    let (Some(fixed), Some(costs)) = (scaled(&fixed), scaled(&costs)) else {
        return Err(text.fault("the numbers have too many digits to be kept exactly"));
    };
    let capacity = (!reading.uncapacitated).then_some(Capacity {
        of_site: capacity,
        demand,
        single_source: reading.single_source,
    });
    Problem::new(fixed, Matrix::new(m, costs), capacity, digits).map_err(|e| text.fault(e.to_string()))
}

fn one_capacity(text: &mut Text, reading: Reading) -> Result<f64, Fault> {
    let word = text.expect("a capacity")?.to_owned();
    if word == "capacity" {
        return match reading.capacity {
            Some(value) => Ok(value),
            None if reading.uncapacitated => Ok(0.0),
            None => Err(text.fault(
                "the file leaves the capacity open: give --capacity (8000 is the published capa1) or --uncapacitated",
            )),
        };
    }
    let value = word.parse::<f64>().ok();
    let value = value.ok_or_else(|| {
        text.fault(format!("a capacity is not a number: \"{}\"", word.chars().take(40).collect::<String>()))
    })?;
    amount(value, text, "a capacity")
}

fn amount(value: f64, text: &Text, what: &str) -> Result<f64, Fault> {
    if (0.0..=1e12).contains(&value) {
        Ok(value)
    } else {
        Err(text.fault(format!("{what} is {value}, outside 0 to 1e12")))
    }
}

fn money(text: &mut Text, what: &str) -> Result<Decimal, Fault> {
    let value = text.decimal(what)?;
    let large = value.real().abs() > 1e9 || value.digits() > DIGITS;
    if value.real() < 0.0 || large {
        return Err(
            text.fault(format!("{what} must lie between 0 and 1e9 with at most {DIGITS} digits after the point"))
        );
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x.txt"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn numbers_are_kept_exactly() {
        let p = parse(&mut text("2 1\n 5 7.50\n 6 8.\n3\n 1.125 2\n"), Reading::default()).unwrap();
        assert_eq!((p.digits(), p.fixed()), (3, &[7500, 8000][..]));
        assert_eq!(p.costs().row(0), [1125, 2000]);
        assert_eq!(p.capacity().unwrap().of_site, [5.0, 6.0]);
    }

    #[test]
    fn an_open_capacity_must_be_given() {
        let s = "1 1\n capacity 7\n3\n 1\n";
        assert!(parse(&mut text(s), Reading::default()).unwrap_err().reason.contains("--capacity"));
        let given = Reading { capacity: Some(8000.0), ..Reading::default() };
        assert_eq!(parse(&mut text(s), given).unwrap().capacity().unwrap().of_site, [8000.0]);
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line) in [
            ("2 1\n5 7\n", 3),
            ("1 1\n5 x\n", 2),
            ("1 1\n5 7\n3\n-1\n", 4),
            ("1 1\n-5 7\n3\n1\n", 2),
            ("1 1\n5 7\n3 1 9\n", 3),
            ("1 1\n2 7\n3 1\n", 4),
        ] {
            assert_eq!(parse(&mut text(s), Reading::default()).unwrap_err().line, line, "{s:?}");
        }
    }
}
