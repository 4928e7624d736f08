//! SMPS: two-stage stochastic linear programmes in three files (Birge et al. 1987; Gassmann & Schweitzer 2001).
//!
//! Read are the core (MPS, free or fixed format, names without blanks), the times of two periods in implicit order, and
//! independent discrete right-hand sides. Anything else is refused with its line.

use crate::lp::stochastic::{Chance, TwoStage};
use crate::lp::{Col, Programme};
use std::collections::{BTreeMap, HashMap};

/// Which of the three files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The core problem.
    Core,
    /// The periods.
    Time,
    /// The distributions.
    Stoch,
}

/// Why an instance cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part:?} file, line {line}: {cause}")]
pub struct SmpsFault {
    /// The file.
    pub part: Part,
    /// Line from 1.
    pub line: usize,
    /// What is wrong.
    pub cause: String,
}

/// Reads an instance from the text of its three files.
pub fn read(core: &str, time: &str, stoch: &str) -> Result<TwoStage, SmpsFault> {
    let core = Core::read(core)?;
    let (column, row) = second_period(time, &core)?;
    let mut problem = core.split(column, row)?;
    problem.chance = distributions(stoch, &core, row)?;
    Ok(problem)
}

/// A line that says something: its number, whether it opens a section, its fields.
fn lines(text: &str) -> impl Iterator<Item = (usize, bool, Vec<&str>)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('*') && !line.trim().is_empty())
        .map(|(k, line)| (k + 1, !line.starts_with([' ', '\t']), line.split_whitespace().collect()))
}

fn fault<T>(part: Part, line: usize, cause: impl Into<String>) -> Result<T, SmpsFault> {
    Err(SmpsFault { part, line, cause: cause.into() })
}

fn number(part: Part, line: usize, text: &str) -> Result<f64, SmpsFault> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => fault(part, line, format!("{text:?} is not a finite number")),
    }
}

struct CoreRow {
    name: String,
    kind: char,
    rhs: f64,
    range: Option<f64>,
    terms: Vec<(usize, f64)>,
}

struct CoreColumn {
    cost: f64,
    lower: f64,
    upper: f64,
}

#[derive(Default)]
struct Core {
    objective: Option<String>,
    free: Vec<String>,
    rows: Vec<CoreRow>,
    row_index: HashMap<String, usize>,
    columns: Vec<CoreColumn>,
    column_index: HashMap<String, usize>,
    ended: bool,
}

impl Core {
    fn read(text: &str) -> Result<Self, SmpsFault> {
        let mut core = Self::default();
        let mut section = String::new();
        let mut last = 0;
        for (line, opens, fields) in lines(text) {
            last = line;
            if opens {
                section = fields[0].to_ascii_uppercase();
                match section.as_str() {
                    "NAME" | "ROWS" | "COLUMNS" | "RHS" | "RANGES" | "BOUNDS" => {}
                    "ENDATA" => core.ended = true,
                    other => return fault(Part::Core, line, format!("the section {other} is not supported")),
                }
                continue;
            }
            match section.as_str() {
                "ROWS" => core.row(line, &fields)?,
                "COLUMNS" => core.column(line, &fields)?,
                "RHS" | "RANGES" => core.side(line, &fields, section == "RANGES")?,
                "BOUNDS" => core.bound(line, &fields)?,
                _ => return fault(Part::Core, line, "data outside of a section"),
            }
        }
        if !core.ended {
            return fault(Part::Core, last, "the file ends without ENDATA");
        }
        Ok(core)
    }

    fn row(&mut self, line: usize, fields: &[&str]) -> Result<(), SmpsFault> {
        let &[kind, name] = fields else { return fault(Part::Core, line, "a row needs a type and a name") };
        let kind = kind.to_ascii_uppercase();
        if self.row_index.contains_key(name) {
            return fault(Part::Core, line, format!("the row {name} is there twice"));
        }
        match kind.as_str() {
            "N" if self.objective.is_none() => self.objective = Some(name.to_owned()),
            "N" => self.free.push(name.to_owned()),
            "L" | "G" | "E" => {
                let kind = kind.chars().next().unwrap_or('E');
                self.row_index.insert(name.to_owned(), self.rows.len());
                self.rows.push(CoreRow { name: name.to_owned(), kind, rhs: 0.0, range: None, terms: Vec::new() });
            }
            other => return fault(Part::Core, line, format!("{other} is no row type: N, L, G or E")),
        }
        Ok(())
    }

    fn column(&mut self, line: usize, fields: &[&str]) -> Result<(), SmpsFault> {
        if fields.contains(&"'MARKER'") {
            return fault(Part::Core, line, "whole-number columns are not supported in a stochastic programme");
        }
        if fields.len() != 3 && fields.len() != 5 {
            return fault(Part::Core, line, "a column needs a name and one or two pairs of row and coefficient");
        }
        let next = self.columns.len();
        let c = *self.column_index.entry(fields[0].to_owned()).or_insert(next);
        if c == next {
            self.columns.push(CoreColumn { cost: 0.0, lower: 0.0, upper: f64::INFINITY });
        } else if c + 1 != next {
            return fault(Part::Core, line, format!("the column {} is not in one piece", fields[0]));
        }
        for pair in fields[1..].chunks(2) {
            let value = number(Part::Core, line, pair[1])?;
            if self.objective.as_deref() == Some(pair[0]) {
                self.columns[c].cost += value;
            } else if let Some(&r) = self.row_index.get(pair[0]) {
                self.rows[r].terms.push((c, value));
            } else if !self.free.iter().any(|f| f == pair[0]) {
                return fault(Part::Core, line, format!("the row {} does not exist", pair[0]));
            }
        }
        Ok(())
    }

    fn side(&mut self, line: usize, fields: &[&str], range: bool) -> Result<(), SmpsFault> {
        // The name of the set may be left out.
        for pair in fields[fields.len() % 2..].chunks(2) {
            let value = number(Part::Core, line, pair[1])?;
            if let Some(&r) = self.row_index.get(pair[0]) {
                if range {
                    self.rows[r].range = Some(value);
                } else {
                    self.rows[r].rhs = value;
                }
            } else if self.objective.as_deref() == Some(pair[0]) && value != 0.0 {
                return fault(Part::Core, line, "a constant in the objective is not supported");
            } else if self.objective.as_deref() != Some(pair[0]) && !self.free.iter().any(|f| f == pair[0]) {
                return fault(Part::Core, line, format!("the row {} does not exist", pair[0]));
            }
        }
        Ok(())
    }

    fn bound(&mut self, line: usize, fields: &[&str]) -> Result<(), SmpsFault> {
        let kind = fields[0].to_ascii_uppercase();
        let valued = matches!(kind.as_str(), "UP" | "LO" | "FX");
        let needed = 2 + usize::from(valued);
        // Type, set, column, value: the set may be left out.
        if fields.len() < needed || fields.len() > needed + 1 {
            return fault(Part::Core, line, "a bound needs a type, a column and perhaps a value");
        }
        let at = fields.len() - 1 - usize::from(valued);
        let Some(&c) = self.column_index.get(fields[at]) else {
            return fault(Part::Core, line, format!("the column {} does not exist", fields[at]));
        };
        let value = if valued { number(Part::Core, line, fields[at + 1])? } else { 0.0 };
        let column = &mut self.columns[c];
        match kind.as_str() {
            "UP" => {
                column.upper = value;
                if value < 0.0 && column.lower == 0.0 {
                    column.lower = f64::NEG_INFINITY;
                }
            }
            "LO" => column.lower = value,
            "FX" => (column.lower, column.upper) = (value, value),
            "FR" => (column.lower, column.upper) = (f64::NEG_INFINITY, f64::INFINITY),
            "MI" => column.lower = f64::NEG_INFINITY,
            "PL" => column.upper = f64::INFINITY,
            other => return fault(Part::Core, line, format!("the bound type {other} is not supported")),
        }
        if self.columns[c].lower > self.columns[c].upper {
            return fault(Part::Core, line, "the bounds cross");
        }
        Ok(())
    }

    /// Rows and columns from the given positions on make the second stage.
    fn split(&self, column: usize, row: usize) -> Result<TwoStage, SmpsFault> {
        let mut problem = TwoStage { first: Programme::new(), second: Programme::new(), ..TwoStage::default() };
        for (c, data) in self.columns.iter().enumerate() {
            let stage = if c < column { &mut problem.first } else { &mut problem.second };
            stage.column(data.cost, data.lower, data.upper);
        }
        for (r, data) in self.rows.iter().enumerate() {
            let (lower, upper) = data.bounds();
            let second = |&&(c, _): &&(usize, f64)| c >= column;
            if r < row {
                if data.terms.iter().any(|t| second(&t)) {
                    return fault(
                        Part::Time,
                        0,
                        format!("the first-stage row {} has a second-stage column", data.name),
                    );
                }
                problem.first.row(lower, upper, data.terms.iter().map(|&(c, v)| (Col::at(c), v)));
            } else {
                let own = data.terms.iter().filter(second).map(|&(c, v)| (Col::at(c - column), v));
                problem.second.row(lower, upper, own);
                problem.linking.push(data.terms.iter().filter(|t| !second(t)).copied().collect());
            }
        }
        Ok(problem)
    }
}

impl CoreRow {
    fn bounds(&self) -> (f64, f64) {
        match (self.kind, self.range) {
            ('L', None) => (f64::NEG_INFINITY, self.rhs),
            ('G', None) => (self.rhs, f64::INFINITY),
            ('L', Some(r)) => (self.rhs - r.abs(), self.rhs),
            ('G', Some(r)) => (self.rhs, self.rhs + r.abs()),
            (_, Some(r)) if r < 0.0 => (self.rhs + r, self.rhs),
            (_, Some(r)) => (self.rhs, self.rhs + r),
            (_, None) => (self.rhs, self.rhs),
        }
    }
}

/// First column and row of the second period.
fn second_period(text: &str, core: &Core) -> Result<(usize, usize), SmpsFault> {
    let mut periods = Vec::new();
    let mut last = 0;
    for (line, opens, fields) in lines(text) {
        last = line;
        if opens {
            continue;
        }
        let [column, row, ..] = fields[..] else { return fault(Part::Time, line, "a period needs a column and a row") };
        let Some(&c) = core.column_index.get(column) else {
            return fault(Part::Time, line, format!("the column {column} does not exist"));
        };
        let r = match core.row_index.get(row) {
            Some(&r) => r,
            // The first period may begin with the objective.
            None if core.objective.as_deref() == Some(row) => 0,
            None => return fault(Part::Time, line, format!("the row {row} does not exist")),
        };
        periods.push((c, r));
    }
    match periods[..] {
        [(0, 0), second] => Ok(second),
        [_, _] => fault(Part::Time, last, "the first period must begin with the first column and row"),
        _ => fault(Part::Time, last, format!("{} periods; two are supported", periods.len())),
    }
}

/// Independent discrete right-hand sides.
fn distributions(text: &str, core: &Core, first_row: usize) -> Result<Vec<Chance>, SmpsFault> {
    let mut section = String::new();
    let mut found: BTreeMap<usize, (Vec<(f64, f64)>, usize)> = BTreeMap::new();
    for (line, opens, fields) in lines(text) {
        if opens {
            section = fields.join(" ").to_ascii_uppercase();
            let known = ["STOCH", "ENDATA"].contains(&fields[0]) || section == "INDEP DISCRETE";
            if !known {
                return fault(Part::Stoch, line, format!("the section {section} is not supported: INDEP DISCRETE is"));
            }
            continue;
        }
        if section != "INDEP DISCRETE" {
            return fault(Part::Stoch, line, "data outside of INDEP DISCRETE");
        }
        // Right-hand side, row, value, (period,) probability.
        if fields.len() != 4 && fields.len() != 5 {
            return fault(Part::Stoch, line, "RHS, row, value and probability are needed");
        }
        if core.column_index.contains_key(fields[0]) {
            return fault(Part::Stoch, line, "random coefficients are not supported, only right-hand sides");
        }
        let Some(&row) = core.row_index.get(fields[1]).filter(|&&r| r >= first_row) else {
            return fault(Part::Stoch, line, format!("{} is no row of the second period", fields[1]));
        };
        if core.rows[row].range.is_some() {
            return fault(Part::Stoch, line, "a random row with a range is not supported");
        }
        let value = number(Part::Stoch, line, fields[2])?;
        let p = number(Part::Stoch, line, fields[fields.len() - 1])?;
        if !(0.0..=1.0).contains(&p) {
            return fault(Part::Stoch, line, format!("the probability {p} is not between 0 and 1"));
        }
        let entry = found.entry(row).or_insert((Vec::new(), 0));
        entry.0.push((value, p));
        entry.1 = line;
    }
    found
        .into_iter()
        .map(|(row, (outcomes, line))| {
            let total: f64 = outcomes.iter().map(|o| o.1).sum();
            if (total - 1.0).abs() > 1e-6 {
                let name = &core.rows[row].name;
                return fault(Part::Stoch, line, format!("the probabilities of {name} sum to {total:.6}, not to 1"));
            }
            Ok(Chance { row: row - first_row, outcomes })
        })
        .collect()
}

#[cfg(test)]
mod tests;
