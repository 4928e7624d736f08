//! MPS files (fixed or free form, fields split at blanks): rows, columns, right-hand sides, ranges, bounds, integers.

use super::text::{Fault, Text};
use crate::lp::{Col, Programme};
use std::collections::HashMap;
use std::path::Path;

/// A programme to be minimised, its yes/no columns first, with the names of its columns.
#[derive(Debug)]
pub struct Mps {
    /// The programme.
    pub programme: Programme,
    /// Number of yes/no columns, which come first.
    pub decisions: usize,
    /// Column names in the programme's order.
    pub names: Vec<String>,
    /// Whether the file asks to maximise (the programme's costs are negated then).
    pub maximise: bool,
    /// Constant term of the objective, in the file's own sense.
    pub constant: f64,
}

/// Bounds larger than this count as missing.
const ENDLESS: f64 = 1e20;

#[derive(Default)]
struct Draft {
    row_names: HashMap<String, usize>,
    kinds: Vec<u8>,
    rhs: Vec<f64>,
    ranges: Vec<Option<f64>>,
    objective: Option<String>,
    col_names: HashMap<String, usize>,
    names: Vec<String>,
    cost: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    whole: Vec<bool>,
    entries: Vec<Vec<(usize, f64)>>,
    constant: f64,
    maximise: bool,
}

/// Reads a file.
pub fn read(file: &Path) -> Result<Mps, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Mps, Fault> {
    let mut draft = Draft::default();
    let mut section = String::new();
    let mut marked = false;
    let mut ended = false;
    loop {
        let line = text.line();
        let Some(raw) = text.rest_of_line() else { break };
        let raw = raw.to_owned();
        if raw.trim().is_empty() || raw.starts_with('*') {
            continue;
        }
        let words: Vec<&str> = raw.split_whitespace().collect();
        let outcome = if raw.starts_with(|c: char| c.is_ascii_whitespace()) {
            draft.data(&section, &words, &mut marked)
        } else {
            section = words[0].to_uppercase();
            ended = section == "ENDATA";
            draft.section(&section, &words)
        };
        outcome.map_err(|reason| Fault { line, ..text.fault(reason) })?;
        if ended {
            break;
        }
    }
    if !ended {
        return Err(text.fault("the file ends without ENDATA"));
    }
    draft.finish().map_err(|reason| text.fault(reason))
}

fn number(word: &str) -> Result<f64, String> {
    let value = word.parse::<f64>().ok().filter(|v| !v.is_nan());
    value.ok_or_else(|| format!("not a number: \"{}\"", word.chars().take(40).collect::<String>()))
}

impl Draft {
    fn section(&mut self, section: &str, words: &[&str]) -> Result<(), String> {
        match section {
            "NAME" | "ROWS" | "COLUMNS" | "RHS" | "RANGES" | "BOUNDS" | "ENDATA" => Ok(()),
            "OBJSENSE" => {
                if let Some(word) = words.get(1) {
                    self.maximise = word.to_uppercase().starts_with("MAX");
                }
                Ok(())
            }
            other => Err(format!("the section {} is not supported", other.chars().take(40).collect::<String>())),
        }
    }

    fn data(&mut self, section: &str, words: &[&str], marked: &mut bool) -> Result<(), String> {
        match section {
            "OBJSENSE" => {
                self.maximise = words[0].to_uppercase().starts_with("MAX");
                Ok(())
            }
            "ROWS" => self.row(words),
            "COLUMNS" if words.len() >= 3 && words[1] == "'MARKER'" => {
                *marked = words[2] == "'INTORG'";
                Ok(())
            }
            "COLUMNS" => self.column(words, *marked),
            "RHS" => self.side(words, false),
            "RANGES" => self.side(words, true),
            "BOUNDS" => self.bound(words),
            _ => Err("data stand outside any section".into()),
        }
    }

    fn row(&mut self, words: &[&str]) -> Result<(), String> {
        let [kind, name] = words else { return Err("a row needs its kind and its name".into()) };
        match *kind {
            "N" => {
                self.objective.get_or_insert_with(|| (*name).to_owned());
                return Ok(());
            }
            "E" | "L" | "G" => {}
            _ => return Err(format!("the kind of a row must be N, E, L or G, not {kind}")),
        }
        if self.row_names.insert((*name).to_owned(), self.kinds.len()).is_some() {
            return Err(format!("the row {name} appears twice"));
        }
        self.kinds.push(kind.as_bytes()[0]);
        self.rhs.push(0.0);
        self.ranges.push(None);
        Ok(())
    }

    fn column(&mut self, words: &[&str], marked: bool) -> Result<(), String> {
        if words.len() != 3 && words.len() != 5 {
            return Err("a column needs its name and one or two pairs of row and number".into());
        }
        let next = self.names.len();
        let at = *self.col_names.entry(words[0].to_owned()).or_insert(next);
        if at == next {
            self.names.push(words[0].to_owned());
            self.cost.push(0.0);
            self.lower.push(0.0);
            self.upper.push(if marked { 1.0 } else { f64::INFINITY });
            self.whole.push(marked);
            self.entries.push(Vec::new());
        }
        for pair in words[1..].chunks(2) {
            let value = number(pair[1])?;
            if !value.is_finite() {
                return Err("a coefficient is not finite".into());
            }
            if Some(pair[0]) == self.objective.as_deref() {
                self.cost[at] += value;
            } else {
                let row = *self.row_names.get(pair[0]).ok_or_else(|| format!("the row {} is unknown", pair[0]))?;
                self.entries[at].push((row, value));
            }
        }
        Ok(())
    }

    fn side(&mut self, words: &[&str], range: bool) -> Result<(), String> {
        let pairs = if words.len() % 2 == 1 { &words[1..] } else { words };
        for pair in pairs.chunks(2) {
            let value = number(pair[1])?;
            if Some(pair[0]) == self.objective.as_deref() {
                self.constant = -value;
                continue;
            }
            let row = *self.row_names.get(pair[0]).ok_or_else(|| format!("the row {} is unknown", pair[0]))?;
            if range {
                self.ranges[row] = Some(value);
            } else {
                self.rhs[row] = value;
            }
        }
        Ok(())
    }

    fn bound(&mut self, words: &[&str]) -> Result<(), String> {
        let kind = words[0];
        let bare = matches!(kind, "BV" | "FR" | "MI" | "PL");
        let tail = &words[1..];
        let (name, value) = match (bare, tail) {
            (true, [name] | [_, name] | [_, name, _]) => (*name, 0.0),
            (false, [name, value] | [_, name, value]) => (*name, number(value)?),
            _ => return Err("a bound needs its kind, its column and mostly a number".into()),
        };
        let at = *self.col_names.get(name).ok_or_else(|| format!("the column {name} is unknown"))?;
        let value = if value.abs() >= ENDLESS { value.signum() * f64::INFINITY } else { value };
        match kind {
            "UP" => self.upper[at] = value,
            "LO" => self.lower[at] = value,
            "FX" => (self.lower[at], self.upper[at]) = (value, value),
            "FR" => (self.lower[at], self.upper[at]) = (f64::NEG_INFINITY, f64::INFINITY),
            "MI" => self.lower[at] = f64::NEG_INFINITY,
            "PL" => self.upper[at] = f64::INFINITY,
            "BV" => (self.whole[at], self.lower[at], self.upper[at]) = (true, 0.0, 1.0),
            "UI" => (self.whole[at], self.upper[at]) = (true, value),
            "LI" => (self.whole[at], self.lower[at]) = (true, value),
            _ => return Err(format!("the kind of bound {kind} is not supported")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Mps, String> {
        if self.objective.is_none() {
            return Err("the file has no objective (a row of kind N)".into());
        }
        let yes_no = |c: usize| self.whole[c] && self.lower[c] >= 0.0 && self.upper[c] <= 1.0;
        if let Some(c) = (0..self.names.len()).find(|&c| self.whole[c] && !yes_no(c)) {
            return Err(format!(
                "the column {} is a whole number beyond 0 and 1, which is not supported",
                self.names[c]
            ));
        }
        if let Some(c) = (0..self.names.len()).find(|&c| self.lower[c] > self.upper[c]) {
            return Err(format!("the bounds of column {} are crossed", self.names[c]));
        }
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by_key(|&c| !self.whole[c]);
        let decisions = self.whole.iter().filter(|&&w| w).count();
        let sign = if self.maximise { -1.0 } else { 1.0 };
        let mut programme = Programme::new();
        let mut rows: Vec<Vec<(Col, f64)>> = vec![Vec::new(); self.kinds.len()];
        for &c in &order {
            let col = if self.whole[c] {
                programme.whole(sign * self.cost[c], self.lower[c], self.upper[c])
            } else {
                programme.column(sign * self.cost[c], self.lower[c], self.upper[c])
            };
            for &(row, value) in &self.entries[c] {
                rows[row].push((col, value));
            }
        }
        for (r, terms) in rows.into_iter().enumerate() {
            let (b, range) = (self.rhs[r], self.ranges[r]);
            let (lower, upper) = match (self.kinds[r], range) {
                (b'L', range) => (range.map_or(f64::NEG_INFINITY, |w| b - w.abs()), b),
                (b'G', range) => (b, range.map_or(f64::INFINITY, |w| b + w.abs())),
                (_, Some(w)) if w < 0.0 => (b + w, b),
                (_, Some(w)) => (b, b + w),
                (_, None) => (b, b),
            };
            programme.row(lower, upper, terms);
        }
        let names = order.iter().map(|&c| self.names[c].clone()).collect();
        Ok(Mps { programme, decisions, names, maximise: self.maximise, constant: self.constant })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str) -> Result<Mps, Fault> {
        parse(&mut Text::from_bytes(Path::new("x.mps"), s.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn yes_no_columns_come_first() {
        let s = "NAME t\nROWS\n N o\n L a\n G b\nCOLUMNS\n x o 1 a 2\n M 'MARKER' 'INTORG'\n y o -3 b 1\n M 'MARKER' 'INTEND'\nRHS\n R a 4\nBOUNDS\n UP B x 9\n BV B y\nENDATA\n";
        let m = read(s).unwrap();
        assert_eq!((m.decisions, m.names), (1, vec!["y".into(), "x".into()]));
        assert_eq!(m.programme.cost(Col::at(0)), -3.0);
        assert_eq!(m.programme.column_bounds(Col::at(1)), (0.0, 9.0));
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line, word) in [
            ("ROWS\n Q a\nENDATA\n", 2, "kind"),
            ("ROWS\n N o\nCOLUMNS\n x z 1\nENDATA\n", 4, "unknown"),
            ("ROWS\n N o\nCOLUMNS\n x o abc\nENDATA\n", 4, "not a number"),
            ("ROWS\n N o\n", 3, "ENDATA"),
            ("SOS\nENDATA\n", 1, "not supported"),
            ("ROWS\n N o\nCOLUMNS\n x o 1\nBOUNDS\n UP B q 1\nENDATA\n", 6, "unknown"),
        ] {
            let fault = read(s).unwrap_err();
            assert_eq!(fault.line, line, "{s:?}: {fault}");
            assert!(fault.reason.contains(word), "{s:?}: {fault}");
        }
    }
}
