//! Tables as text with their line numbers, and numbers as the text of a table shows them.

use super::answer::Refused;
use super::interval::Interval;
use std::collections::HashMap;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// Largest file that is read, bytes.
const MOST: u64 = 512 << 20;

/// One table.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its file name.
    pub file: String,
    columns: HashMap<String, usize>,
    /// Rows with the line they start in.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line from 1.
    pub line: u32,
    cells: Vec<String>,
}

/// All bytes of a plain file of bounded size.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Refused> {
    let refuse = |cause: String| Refused::File {
        file: path.display().to_string(),
        cause,
        help: "Give a results folder that `forecourt plan` wrote",
    };
    let about = std::fs::metadata(path).map_err(|e| refuse(e.to_string()))?;
    if !about.is_file() || about.len() > MOST {
        return Err(refuse("not a plain file of less than 512 MiB".into()));
    }
    std::fs::read(path).map_err(|e| refuse(e.to_string()))
}

/// Text without case, width and composition, as ids are compared.
pub fn folded(text: &str) -> String {
    let wide = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    };
    text.nfc().map(wide).flat_map(char::to_lowercase).collect::<String>().trim().nfc().collect()
}

impl Sheet {
    /// Reads a table; `delimiter` 0 means: the one that stands most often in the header.
    pub fn parse(file: &str, text: &str, delimiter: u8) -> Result<Self, Refused> {
        let refuse = |cause: String| Refused::File {
            file: file.into(),
            cause,
            help: "Write the folder again, or repair the file",
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let delimiter = if delimiter == 0 { sniffed(text) } else { delimiter };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut sheet = Self { file: file.to_owned(), ..Self::default() };
        let mut header = true;
        for record in reader.records() {
            let record = record.map_err(|e| refuse(e.to_string()))?;
            if record.iter().all(|c| c.trim().is_empty()) {
                continue;
            }
            if header {
                header = false;
                for (k, name) in record.iter().enumerate() {
                    if !name.trim().is_empty() && sheet.columns.insert(folded(name), k).is_some() {
                        return Err(refuse(format!("the column {name:?} is there twice")));
                    }
                }
                continue;
            }
            let line = record.position().map_or(0, |p| p.line() as u32);
            sheet.rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        if header { Err(refuse("the file has no header".into())) } else { Ok(sheet) }
    }

    /// Position of a column by any of its names.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.columns.get(*n).copied())
    }

    /// Position of a column that must be there.
    pub fn needed(&self, names: &[&str]) -> Result<usize, Refused> {
        self.column(names).ok_or_else(|| Refused::File {
            file: self.file.clone(),
            cause: format!("the column {} is missing", names[0]),
            help: "Write the folder again, or repair the file",
        })
    }
}

fn sniffed(text: &str) -> u8 {
    let header = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let count = |b: u8| header.bytes().filter(|&x| x == b).count();
    [b';', b'\t'].into_iter().fold(b',', |best, b| if count(b) > count(best) { b } else { best })
}

impl Row {
    /// The text of a cell, composed and trimmed; empty beyond the end.
    pub fn text(&self, column: usize) -> String {
        self.cells.get(column).map_or_else(String::new, |c| c.trim().nfc().collect())
    }
    /// The same without the ' that the writer puts before what a spreadsheet would take for a formula.
    pub fn shown(&self, column: usize) -> &str {
        let cell = self.cells.get(column).map_or("", String::as_str);
        match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
            _ => cell,
        }
    }
    /// A cell as a plain decimal number.
    pub fn number(&self, column: usize) -> Option<f64> {
        decimal(self.text(column).as_str())
    }
}

/// A finite decimal number.
pub fn decimal(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|x| plain && x.is_finite())
}

/// A number as the program writes it: without trailing zeros, minus zero as zero.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Whether a cell is the rounding of a value to so many decimals, written the one way the program writes it.
pub fn is_rounding(cell: &str, value: Interval, decimals: usize) -> bool {
    let Some(shown) = decimal(cell) else { return false };
    let play = 0.5 * 10f64.powi(-(decimals as i32)) + 1e-9 + 1e-13 * value.hi.abs().max(value.lo.abs());
    number(shown, decimals) == cell && value.holds(shown, play)
}

/// A value as a finding shows it.
pub fn shown(value: Interval, decimals: usize) -> String {
    format!("{:.decimals$}", value.mid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keep_their_lines_and_their_delimiter_is_seen() {
        let sheet = Sheet::parse("x.csv", "\u{feff}站点编号;Cars\n;\nD1;3\n\"D\n2\";4\nD3;5\n", 0).unwrap();
        let id = sheet.column(&["site_id", "站点编号"]).unwrap();
        let lines: Vec<_> = sheet.rows.iter().map(|r| (r.line, r.text(id))).collect();
        assert_eq!(lines, [(3, "D1".into()), (4, "D\n2".into()), (6, "D3".into())]);
        assert_eq!(sheet.rows[0].number(sheet.needed(&["cars"]).unwrap()), Some(3.0));
        assert!(sheet.needed(&["kind"]).unwrap_err().to_string().contains("column kind"));
        assert!(Sheet::parse("x.csv", "a,A\n1,2\n", 0).is_err() && Sheet::parse("x.csv", "\n\n", 0).is_err());
    }

    #[test]
    fn a_rounding_is_the_one_text_that_the_program_writes() {
        let v = Interval::point(12.34567);
        assert!(is_rounding("12.346", v, 3) && !is_rounding("12.345", v, 3) && !is_rounding("12.3460", v, 3));
        assert!(is_rounding("12", Interval::point(12.0), 3) && !is_rounding("12.0", Interval::point(12.0), 3));
        // Halfway, either neighbour may be the writer's; a third may not.
        let half = Interval::point(0.0005);
        assert!(is_rounding("0.001", half, 3) && is_rounding("0", half, 3) && !is_rounding("0.002", half, 3));
        assert!(!is_rounding("NaN", v, 3) && !is_rounding("", v, 3) && !is_rounding("1e1", Interval::point(10.0), 2));
        assert_eq!(folded("Ｄ００1A "), "d001a");
        let row = Row { line: 1, cells: vec!["'=x".into(), "'a".into()] };
        assert_eq!((row.shown(0), row.shown(1), row.shown(2)), ("=x", "'a", ""));
    }
}
