//! TSPLIB files with two-dimensional Euclidean points (`EUC_2D`, or `CEIL_2D` read for its points alone).

use super::text::{Fault, Text};
use std::path::Path;

/// Largest coordinate, so that squares and sums stay exact enough.
const LARGEST: f64 = 1e9;
/// Largest number of points.
const POINTS: i64 = 10_000_000;

/// Reads the points of a file, in the order of their numbers.
pub fn read(file: &Path) -> Result<Vec<[f64; 2]>, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Vec<[f64; 2]>, Fault> {
    let count = header(text)?;
    let mut points = Vec::with_capacity(count.min(1 << 20));
    for expected in 1..=count as i64 {
        let number = text.whole("the number of a point", 1, count as i64)?;
        if number != expected {
            return Err(text.fault(format!("point {number} stands where point {expected} was expected")));
        }
        let (x, y) = (text.real("x")?, text.real("y")?);
        if x.abs() > LARGEST || y.abs() > LARGEST {
            return Err(text.fault(format!("a coordinate of point {number} exceeds {LARGEST:e}")));
        }
        points.push([x, y]);
    }
    match text.word() {
        None | Some("EOF" | "-1") => Ok(points),
        Some(word) => {
            let shown: String = word.chars().take(40).collect();
            Err(text.fault(format!("the file goes on after {count} points: \"{shown}\"")))
        }
    }
}

/// Reads `KEY : value` lines up to `NODE_COORD_SECTION`; returns the number of points.
fn header(text: &mut Text) -> Result<usize, Fault> {
    let mut count = None;
    loop {
        let line = text.line();
        let Some(raw) = text.rest_of_line() else {
            return Err(text.fault("the file ends before NODE_COORD_SECTION"));
        };
        let raw = raw.trim().to_owned();
        let (key, value) = raw.split_once(':').map_or((raw.as_str(), ""), |(k, v)| (k.trim(), v.trim()));
        let fault = |reason: String| Fault { line, ..text.fault(reason) };
        match key {
            "NODE_COORD_SECTION" => break,
            "DIMENSION" => {
                let number = value.parse::<i64>().ok().filter(|n| (1..=POINTS).contains(n));
                count = Some(number.ok_or_else(|| fault(format!("DIMENSION must lie between 1 and {POINTS}")))?);
            }
            "EDGE_WEIGHT_TYPE" if !matches!(value, "EUC_2D" | "CEIL_2D") => {
                return Err(fault(format!("EDGE_WEIGHT_TYPE is {value}; only EUC_2D and CEIL_2D have usable points")));
            }
            "EDGE_WEIGHT_SECTION" | "EOF" => return Err(fault(format!("{key} stands where points were expected"))),
            _ => {}
        }
    }
    count.map(|n| n as usize).ok_or_else(|| text.fault("DIMENSION is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x.tsp"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn points_come_in_order() {
        let s = "NAME : a\nDIMENSION: 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 1.5e1 -2\n 2 0 0\nEOF\n";
        assert_eq!(parse(&mut text(s)).unwrap(), [[15.0, -2.0], [0.0, 0.0]]);
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line, word) in [
            ("DIMENSION : x\n", 1, "DIMENSION"),
            ("DIMENSION : 2\nNODE_COORD_SECTION\n1 0 0\n", 4, "ends"),
            ("DIMENSION : 2\nNODE_COORD_SECTION\n2 0 0\n", 3, "point 2"),
            ("DIMENSION : 1\nNODE_COORD_SECTION\n1 nan 0\n", 3, "finite"),
            ("DIMENSION : 1\nNODE_COORD_SECTION\n1 0 0\n2 0 0\n", 4, "goes on"),
            ("EDGE_WEIGHT_TYPE : GEO\n", 1, "GEO"),
            ("NODE_COORD_SECTION\n1 0 0\n", 2, "DIMENSION is missing"),
        ] {
            let fault = parse(&mut text(s)).unwrap_err();
            assert_eq!(fault.line, line, "{s:?}: {fault}");
            assert!(fault.reason.contains(word), "{s:?}: {fault}");
        }
    }
}
