//! People who drove a car, with what is known of them and, where that is known, whether they bought.

use super::desk::{Cell, Desk, Sheet};
use crate::io::fault::{Code, Faults, shorten};
use crate::io::scenario::records::{folded, number};
use crate::market::customers::propensity::design::LEAST;
use crate::market::customers::propensity::{Feature, Table};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// Most cells of a table.
const MOST_CELLS: usize = 20_000_000;
/// Most columns that people are described by.
const MOST_FEATURES: usize = 200;
/// Most different words of a column that are frequent enough for a coefficient.
const MOST_WORDS: usize = 100;
/// Sizes of numbers.
const NUMBERS: (f64, f64) = (-1e12, 1e12);
/// Money of a purchase.
const MONEY: (f64, f64) = (0.0, 1e9);

/// Names under which the columns are known that say nothing of a person.
const NAMES: [(&str, &[&str]); 4] = [
    ("id", &["id", "customer_id", "customer", "编号", "客户", "客户编号", "客户id"]),
    ("bought", &["bought", "purchased", "购买", "是否购买", "成交", "是否成交"]),
    ("value_cny", &["value_cny", "毛利", "价值", "毛利元"]),
    ("date", &["date", "drive_date", "日期", "试驾日期"]),
];
const YES: [&str; 4] = ["1", "yes", "true", "是"];
const NO: [&str; 4] = ["0", "no", "false", "否"];

/// A table and what was seen while it was read.
#[derive(Clone, Debug)]
pub struct People {
    /// The table.
    pub table: Table,
    /// Columns of words most of whose cells are numbers: name, cells that are none, one of them.
    pub mixed: Vec<(String, usize, String)>,
}

/// Reads a table. A column is of numbers when all its cells that are not empty are, of words otherwise.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path) -> Result<People, Faults> {
    let mut desk = Desk::default();
    let (header, sheet) = desk.whole(file, MOST_CELLS);
    let Some([id, bought, value, _]) = own(&header, &sheet, &mut desk) else { return desk.finish(None) };
    let (Some(id), Some(bought)) = (id, bought) else { return desk.finish(None) };
    let mut seen = BTreeMap::new();
    sheet.rows.iter().for_each(|r| desk.fresh(sheet.file, &r[id], &mut seen));
    let outcomes = sheet.rows.iter().map(|r| outcome(&r[bought], sheet.file, &mut desk)).collect();
    let values = sheet.rows.iter().map(|r| value.and_then(|v| optional(&r[v], MONEY, sheet.file, &mut desk))).collect();
    let (mut features, mut mixed) = (Vec::new(), Vec::new());
    for (k, head) in header.iter().enumerate().filter(|h| known(&h.1.text).is_none()) {
        let cells: Vec<&Cell> = sheet.rows.iter().map(|r| &r[k]).collect();
        features.push(feature(head, &cells, sheet.file, &mut desk, &mut mixed));
    }
    let ids = sheet.rows.iter().map(|r| r[id].text.clone()).collect();
    let fine = desk.log.is_empty();
    desk.finish(fine.then(|| People { table: Table::new(ids, outcomes, values, features), mixed }))
}

/// Which of the known columns a heading names.
fn known(heading: &str) -> Option<usize> {
    let heading = folded(heading);
    NAMES.iter().position(|n| n.1.contains(&heading.as_str()))
}

/// Where the known columns stand. `None` where there is no header.
fn own(header: &[Cell], sheet: &Sheet, desk: &mut Desk) -> Option<[Option<usize>; 4]> {
    let first = header.first()?.at;
    let mut places = [None; 4];
    let mut names: HashSet<String> = HashSet::new();
    for (k, cell) in header.iter().enumerate() {
        let which = known(&cell.text);
        let twice = match which {
            Some(w) => places[w].replace(k).is_some(),
            None => !names.insert(folded(&cell.text)),
        };
        if cell.text.is_empty() {
            desk.fault(sheet.file, Some(cell.at), Code::Blank, "", "the column has no name", "write one");
        } else if twice {
            let name = which.map_or(cell.text.as_str(), |w| NAMES[w].0);
            let cause = format!("the column \"{}\" is there twice", shorten(name));
            desk.fault(sheet.file, Some(cell.at), Code::TwiceColumn, &cell.text, &cause, "keep one of them");
        }
    }
    for (place, (name, words)) in places.iter().zip(NAMES).take(2) {
        if place.is_none() {
            let cause = format!("the column \"{name}\" is missing");
            let help = format!("add it to the header; it may be called {}", words.join(", "));
            desk.fault(sheet.file, Some(first), Code::MissingColumn, "", &cause, &help);
        }
    }
    let features = header.iter().filter(|c| known(&c.text).is_none()).count();
    if features == 0 {
        let help = "add columns that may say who buys";
        desk.fault(sheet.file, Some(first), Code::MissingColumn, "", "no column describes people", help);
    } else if features > MOST_FEATURES {
        let cause = format!("{features} columns describe people, more than {MOST_FEATURES}");
        desk.fault(sheet.file, Some(first), Code::TooMany, "", &cause, "leave columns out");
    }
    Some(places)
}

/// Whether somebody bought; `None` while that is open.
fn outcome(cell: &Cell, file: usize, desk: &mut Desk) -> Option<bool> {
    let word = folded(&cell.text);
    let said = YES.contains(&word.as_str());
    if !(said || word.is_empty() || NO.contains(&word.as_str())) {
        let cause = format!("\"{}\" says neither that somebody bought nor that not", shorten(&cell.text));
        let help = "write 1, yes, true or 是; 0, no, false or 否; nothing while it is open";
        desk.fault(file, Some(cell.at), Code::Word, &cell.text, &cause, help);
    }
    (!word.is_empty()).then_some(said)
}

/// A number that need not be there.
fn optional(cell: &Cell, range: (f64, f64), file: usize, desk: &mut Desk) -> Option<f64> {
    (!cell.text.is_empty()).then(|| desk.number(file, cell, None, range))
}

fn feature(
    head: &Cell,
    cells: &[&Cell],
    file: usize,
    desk: &mut Desk,
    mixed: &mut Vec<(String, usize, String)>,
) -> Feature {
    let there: Vec<&&Cell> = cells.iter().filter(|c| !c.text.is_empty()).collect();
    let words: Vec<&&&Cell> = there.iter().filter(|c| number(&c.text).is_none()).collect();
    if words.is_empty() {
        let values: Vec<Option<f64>> = cells.iter().map(|c| optional(c, NUMBERS, file, desk)).collect();
        return Feature::numbers(&head.text, values);
    }
    if 2 * words.len() < there.len() {
        // The first by name: the order of the rows means nothing.
        let one = words.iter().map(|c| c.text.as_str()).min().unwrap_or_default();
        mixed.push((head.text.clone(), words.len(), shorten(one)));
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    cells.iter().for_each(|c| *counts.entry(&c.text).or_default() += 1);
    let frequent = counts.values().filter(|n| **n >= LEAST).count();
    if frequent > MOST_WORDS {
        let cause = format!(
            "the column \"{}\" has {frequent} words that are there {LEAST} times, more than {MOST_WORDS}",
            shorten(&head.text)
        );
        desk.fault(
            file,
            Some(head.at),
            Code::TooMany,
            "",
            &cause,
            "put words together, dealers to regions for example",
        );
    }
    Feature::words(&head.text, cells.iter().map(|c| c.text.as_str()))
}
