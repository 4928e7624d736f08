//! Maximal covering from two CSV files: sites (`x,y`, maybe `id`) and points (`x,y`, maybe `demand`). Points are
//! streamed into cells, so that files of many millions of rows need little memory.

use super::text::{Decimal, Fault};
use crate::placement::covering::Collector;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Demand is kept in thousandths.
pub const DIGITS: u32 = 3;
/// Longest line that is accepted, in bytes.
const LONGEST: usize = 1 << 16;
/// Names under which a column may appear.
const X: &[&str] = &["x", "xcoord", "lon", "longitude"];
const Y: &[&str] = &["y", "ycoord", "lat", "latitude"];
const DEMAND: &[&str] = &["demand", "weight", "population", "w", "d"];
const ID: &[&str] = &["id", "name", "site", "point"];

/// Candidate sites.
#[derive(Debug)]
pub struct Sites {
    /// Names (the `id` column, or numbers from 1).
    pub names: Vec<String>,
    /// Places.
    pub places: Vec<[f64; 2]>,
}

struct Columns {
    x: usize,
    y: usize,
    demand: Option<usize>,
    id: Option<usize>,
    separator: u8,
}

struct Lines<'a> {
    file: &'a Path,
    reader: BufReader<File>,
    buffer: Vec<u8>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn open(file: &'a Path) -> Result<Self, Fault> {
        let cannot = |e| Fault { file: file.to_path_buf(), line: 0, reason: format!("cannot be read: {e}") };
        let reader = BufReader::with_capacity(1 << 20, File::open(file).map_err(cannot)?);
        Ok(Self { file, reader, buffer: Vec::new(), number: 0 })
    }
    fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault { file: self.file.to_path_buf(), line: self.number, reason: reason.into() }
    }
    /// Reads the next line that is not blank into the buffer; false at the end.
    fn next(&mut self) -> Result<bool, Fault> {
        loop {
            self.buffer.clear();
            self.number += 1;
            let limit = LONGEST as u64 + 2;
            let count = std::io::Read::take(&mut self.reader, limit)
                .read_until(b'\n', &mut self.buffer)
                .map_err(|e| self.fault(format!("cannot be read: {e}")))?;
            if count == 0 {
                return Ok(false);
            }
            if self.buffer.len() > LONGEST {
                return Err(self.fault(format!("the line is longer than {LONGEST} bytes")));
            }
            if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            while self.buffer.last().is_some_and(u8::is_ascii_whitespace) {
                self.buffer.pop();
            }
            if !self.buffer.is_empty() {
                return Ok(true);
            }
        }
    }
}

fn fields(line: &[u8], separator: u8) -> impl Iterator<Item = &str> {
    line.split(move |&b| b == separator).map(|f| {
        let text = std::str::from_utf8(f).unwrap_or("\u{fffd}").trim();
        text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
    })
}

/// Reads the header; a first line of numbers means `x,y,demand` without one, and stays in the buffer (second value).
fn header(lines: &mut Lines) -> Result<(Columns, bool), Fault> {
    if !lines.next()? {
        return Err(lines.fault("the file is empty; a header such as x,y,demand was expected"));
    }
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|s| lines.buffer.split(|b| b == s).count());
    let separator = separator.unwrap_or(b',');
    let names: Vec<String> = fields(&lines.buffer, separator).map(str::to_lowercase).collect();
    if names.len() >= 2 && names.iter().all(|n| n.parse::<f64>().is_ok()) {
        let demand = (names.len() > 2).then_some(2);
        return Ok((Columns { x: 0, y: 1, demand, id: None, separator }, true));
    }
    let known = |n: &String| [X, Y, DEMAND, ID].iter().any(|set| set.contains(&n.as_str()));
    if let Some(unknown) = names.iter().find(|n| !known(n)) {
        let shown: String = unknown.chars().take(40).collect();
        return Err(lines.fault(format!("the column \"{shown}\" is unknown; known are id, x, y and demand")));
    }
    let find = |set: &[&str]| names.iter().position(|n| set.contains(&n.as_str()));
    let x = find(X).ok_or_else(|| lines.fault("the column x is missing"))?;
    let y = find(Y).ok_or_else(|| lines.fault("the column y is missing"))?;
    Ok((Columns { x, y, demand: find(DEMAND), id: find(ID), separator }, false))
}

fn coordinate(lines: &Lines, text: Option<&str>, what: &str) -> Result<f64, Fault> {
    let text = text.ok_or_else(|| lines.fault(format!("the field {what} is missing")))?;
    let value = text.parse::<f64>().ok().filter(|v| v.abs() <= 1e12);
    value.ok_or_else(|| {
        lines.fault(format!("{what} is not a usable number: \"{}\"", text.chars().take(40).collect::<String>()))
    })
}

/// Calls `each` with the place, demand (in thousandths) and id of every row.
fn rows(file: &Path, mut each: impl FnMut([f64; 2], i64, Option<&str>)) -> Result<u64, Fault> {
    let mut lines = Lines::open(file)?;
    let (columns, mut pending) = header(&mut lines)?;
    let mut count = 0;
    while pending || lines.next()? {
        pending = false;
        let (mut x, mut y, mut demand, mut id) = (None, None, None, None);
        for (at, field) in fields(&lines.buffer, columns.separator).enumerate() {
            if at == columns.x {
                x = Some(field);
            } else if at == columns.y {
                y = Some(field);
            } else if Some(at) == columns.demand {
                demand = Some(field);
            } else if Some(at) == columns.id {
                id = Some(field);
            }
        }
        let place = [coordinate(&lines, x, "x")?, coordinate(&lines, y, "y")?];
        let demand = match (columns.demand, demand) {
            (None, _) => 1000,
            (Some(_), None) => return Err(lines.fault("the field demand is missing")),
            (Some(_), Some(text)) => {
                let value = Decimal::parse(text).and_then(|d| d.scaled(DIGITS)).filter(|d| (0..=1 << 50).contains(d));
                value.ok_or_else(|| {
                    lines.fault(format!(
                        "demand must be a number from 0 with at most {DIGITS} digits after the point: \"{}\"",
                        text.chars().take(40).collect::<String>()
                    ))
                })?
            }
        };
        count += 1;
        each(place, demand, id);
    }
    if count == 0 {
        return Err(lines.fault("the file has no row"));
    }
    Ok(count)
}

/// Reads the sites.
pub fn sites(file: &Path) -> Result<Sites, Fault> {
    let mut sites = Sites { names: Vec::new(), places: Vec::new() };
    rows(file, |place, _, id| {
        sites.places.push(place);
        sites.names.push(id.map_or_else(|| sites.places.len().to_string(), str::to_owned));
    })?;
    let mut seen = std::collections::HashSet::new();
    if let Some(at) = sites.names.iter().position(|n| !seen.insert(n)) {
        let reason = format!("the id \"{}\" appears twice", sites.names[at]);
        return Err(Fault { file: file.to_path_buf(), line: at + 2, reason });
    }
    Ok(sites)
}

/// Streams the points of a file into a collector; returns their number.
pub fn points(file: &Path, collector: &mut Collector) -> Result<u64, Fault> {
    rows(file, |place, demand, _| collector.add(place, demand))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(content: &str) -> tempfile::NamedTempFile {
        let mut f = tempfile::NamedTempFile::new().unwrap();
        f.write_all(content.as_bytes()).unwrap();
        f
    }

    #[test]
    fn headers_ids_and_separators() {
        let s = sites(file("id;X ;y\nA;1;2\nB;3;4.5\n").path()).unwrap();
        assert_eq!((s.names, s.places), (vec!["A".into(), "B".into()], vec![[1.0, 2.0], [3.0, 4.5]]));
        let s = sites(file("1,2\n3,4\n").path()).unwrap();
        assert_eq!(s.names, ["1", "2"]);
    }

    #[test]
    fn faults_name_the_line() {
        for (content, line, word) in [
            ("", 1, "empty"),
            ("x,z\n1,2\n", 1, "unknown"),
            ("x,demand\n1,2\n", 1, "column y"),
            ("x,y,demand\n1,2,3\n1,nan,3\n", 3, "usable"),
            ("x,y,demand\n1,2,-3\n", 2, "demand"),
            ("x,y,demand\n1,2\n", 2, "missing"),
            ("x,y\n", 2, "no row"),
            ("x,y\n1e999,2\n", 2, "usable"),
        ] {
            let mut c = Collector::new(vec![[0.0, 0.0]], 1.0).unwrap();
            let fault = points(file(content).path(), &mut c).unwrap_err();
            assert_eq!(fault.line, line, "{content:?}: {fault}");
            assert!(fault.reason.contains(word), "{content:?}: {fault}");
        }
    }
}
