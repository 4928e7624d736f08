//! Choices: a row an alternative of a case.

use super::desk::{Cell, Desk};
use crate::io::fault::{Code, Faults, shorten};
use crate::io::scenario::records::folded;
use crate::market::choice::{Choices, Row};
use std::collections::HashSet;
use std::path::Path;

/// Most cells of a table.
const MOST_CELLS: usize = 20_000_000;
/// How often something can have been chosen.
const COUNTS: (f64, f64) = (0.0, 1e9);
/// Sizes of numbers.
const NUMBERS: (f64, f64) = (-1e12, 1e12);

/// Names under which the columns are known that are none of the law.
const NAMES: [(&str, &[&str]); 3] = [
    ("case", &["case", "case_id", "zone_id", "buyer", "individual", "区域", "客户", "情境"]),
    ("alternative", &["alternative", "alternative_id", "dealer_id", "site_id", "mode", "门店", "经销商", "选项"]),
    ("chosen", &["chosen", "choice", "sold", "count", "选择", "销量"]),
];

/// Which columns are what.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The column of nests.
    pub nest: Option<String>,
    /// Columns whose logarithms enter.
    pub logs: Vec<String>,
    /// Columns that do not enter.
    pub without: Vec<String>,
}

/// Reads a table of choices.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path, asked: &Columns) -> Result<Choices, Faults> {
    let mut desk = Desk::default();
    let (header, sheet) = desk.whole(file, MOST_CELLS);
    let Some(places) = header.first().map(|h| (h.at, places(&header, sheet.file, asked, &mut desk))) else {
        return desk.finish(None);
    };
    let (start, places) = places;
    if !desk.log.is_empty() {
        return desk.finish(None);
    }
    let [case, alternative, chosen] = places.known.map(Option::unwrap_or_default);
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for cells in &sheet.rows {
        for k in [Some(case), Some(alternative), places.nest].into_iter().flatten() {
            if cells[k].text.is_empty() {
                desk.fault(sheet.file, Some(cells[k].at), Code::Blank, "", "a name is needed here", "write it");
            }
        }
        if !seen.insert((cells[case].text.as_str(), cells[alternative].text.as_str())) {
            let cause = format!(
                "the case \"{}\" has \"{}\" twice",
                shorten(&cells[case].text),
                shorten(&cells[alternative].text)
            );
            desk.fault(sheet.file, Some(cells[alternative].at), Code::TwiceId, "", &cause, "keep one of the rows");
        }
        let x = places.columns.iter().map(|&(k, log)| value(&cells[k], log, sheet.file, &mut desk)).collect();
        rows.push(Row {
            case: cells[case].text.clone(),
            alternative: cells[alternative].text.clone(),
            nest: places.nest.map_or_else(String::new, |k| cells[k].text.clone()),
            chosen: count(&cells[chosen], sheet.file, &mut desk),
            x,
        });
    }
    if desk.log.is_empty() && rows.iter().all(|r| r.chosen == 0.0) {
        desk.fault(
            sheet.file,
            Some(start),
            Code::NoRows,
            "",
            "nothing is chosen in any row",
            "write 1 where something was",
        );
    }
    let fine = desk.log.is_empty();
    let names = places.columns.iter().map(|c| header[c.0].text.clone()).collect();
    desk.finish(fine.then(|| Choices::new(names, rows)))
}

/// Where columns stand.
struct Places {
    known: [Option<usize>; 3],
    nest: Option<usize>,
    /// Columns of the law, and whether their logarithm enters.
    columns: Vec<(usize, bool)>,
}

fn places(header: &[Cell], file: usize, asked: &Columns, desk: &mut Desk) -> Places {
    let mut known = [None; 3];
    let mut names: HashSet<String> = HashSet::new();
    let is = |name: &String, list: &[String]| list.iter().any(|n| folded(n) == *name);
    let (mut nest, mut columns) = (None, Vec::new());
    for (k, cell) in header.iter().enumerate() {
        let name = folded(&cell.text);
        if cell.text.is_empty() {
            desk.fault(file, Some(cell.at), Code::Blank, "", "the column has no name", "write one");
        } else if !names.insert(name.clone()) {
            let cause = format!("the column \"{}\" is there twice", shorten(&cell.text));
            desk.fault(file, Some(cell.at), Code::TwiceColumn, &cell.text, &cause, "keep one of them");
        } else if asked.nest.as_ref().is_some_and(|n| folded(n) == name) {
            nest = Some(k);
        } else if let Some(which) = NAMES.iter().position(|n| n.1.contains(&name.as_str())) {
            if known[which].replace(k).is_some() {
                let cause = format!("two columns say what the {} is", NAMES[which].0);
                desk.fault(file, Some(cell.at), Code::TwiceColumn, &cell.text, &cause, "keep one of them");
            }
        } else if !is(&name, &asked.without) {
            columns.push((k, is(&name, &asked.logs)));
        }
    }
    let first = header.first().map(|h| h.at);
    for (place, (name, words)) in known.iter().zip(NAMES) {
        if place.is_none() {
            let help = format!("add it to the header; it may be called {}", words.join(", "));
            let cause = format!("the column \"{name}\" is missing");
            desk.fault(file, first, Code::MissingColumn, "", &cause, &help);
        }
    }
    let wanted = asked.nest.iter().chain(&asked.logs).chain(&asked.without);
    for name in wanted.filter(|n| !names.contains(&folded(n))) {
        let all: Vec<&str> = header.iter().map(|h| h.text.as_str()).collect();
        let help = format!("the columns are {}", all.join(", "));
        let cause = format!("there is no column \"{}\", which was asked for", shorten(name));
        desk.fault(file, first, Code::MissingColumn, "", &cause, &help);
    }
    Places { known, nest, columns }
}

/// A number of the law, or its logarithm.
fn value(cell: &Cell, log: bool, file: usize, desk: &mut Desk) -> f64 {
    let x = desk.number(file, cell, None, NUMBERS);
    if !log || x.is_nan() {
        return x;
    }
    if x <= 0.0 {
        let help = "give a number above 0, or take the column as it is";
        desk.fault(file, Some(cell.at), Code::Range, &cell.text, "of this number there is no logarithm", help);
    }
    libm::log(x)
}

/// How often a row was chosen: a number, or yes and no.
fn count(cell: &Cell, file: usize, desk: &mut Desk) -> f64 {
    match folded(&cell.text).as_str() {
        "yes" | "true" | "是" => 1.0,
        "no" | "false" | "否" => 0.0,
        _ => desk.number(file, cell, None, COUNTS),
    }
}
