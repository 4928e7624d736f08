//! Tables of people: columns that are known by name, and all others, which describe people.

use super::desk::{Cell, Desk, Sheet};
use crate::io::fault::{Code, shorten};
use crate::io::scenario::records::{folded, number};
use crate::market::customers::people::design::LEAST;
use crate::market::customers::people::{Feature, Table};
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
/// Money that hangs on somebody.
const MONEY: (f64, f64) = (0.0, 1e9);
/// Words for yes and for no, folded.
const YES: [&str; 4] = ["1", "yes", "true", "是"];
const NO: [&str; 4] = ["0", "no", "false", "否"];

/// The ids' column, by every name that it goes under.
pub(super) const ID: Known =
    Known { names: &["id", "customer_id", "customer", "编号", "客户", "客户编号", "客户id"], needed: true };

/// A column that is known by name.
pub(super) struct Known {
    /// Its names, folded, the first for messages.
    pub names: &'static [&'static str],
    /// Whether it must be there.
    pub needed: bool,
}

/// A table and what was seen while it was read.
#[derive(Clone, Debug)]
pub struct People<O> {
    /// The table.
    pub table: Table<O>,
    /// Columns of words most of whose cells are numbers: name, cells that are none, one of them.
    pub mixed: Vec<(String, usize, String)>,
}

/// Reads a table whose first known column is [`ID`]; a column that is not known is of numbers when all its cells that are not
/// empty are, of words otherwise. `row` makes what happened to somebody, and the money that hangs on them, of the known cells;
/// `missing` says what is absent where no column describes people. `None`, with faults, where the header does not do.
pub(super) fn read<const N: usize, O: Copy>(
    desk: &mut Desk,
    file: &Path,
    known: &[Known; N],
    missing: &str,
    row: impl Fn([Option<&Cell>; N], usize, &mut Desk) -> (O, Option<f64>),
) -> Option<People<O>> {
    let (header, sheet) = desk.whole(file, MOST_CELLS);
    let places = own(&header, &sheet, known, missing, desk)?;
    let id = places[0]?;
    if known.iter().zip(&places).any(|(k, p)| k.needed && p.is_none()) {
        return None;
    }
    let mut seen = BTreeMap::new();
    sheet.rows.iter().for_each(|r| desk.fresh(sheet.file, &r[id], &mut seen));
    let rows = sheet.rows.iter().map(|r| row(places.map(|p| p.map(|p| &r[p])), sheet.file, desk));
    let (outcomes, values) = rows.unzip();
    let (mut features, mut mixed) = (Vec::new(), Vec::new());
    for (k, head) in header.iter().enumerate().filter(|h| which(known, &h.1.text).is_none()) {
        let cells: Vec<&Cell> = sheet.rows.iter().map(|r| &r[k]).collect();
        features.push(feature(head, &cells, sheet.file, desk, &mut mixed));
    }
    let ids = sheet.rows.iter().map(|r| r[id].text.clone()).collect();
    desk.log.is_empty().then(|| People { table: Table::new(ids, outcomes, values, features), mixed })
}

/// Which of the known columns a heading names.
fn which(known: &[Known], heading: &str) -> Option<usize> {
    let heading = folded(heading);
    known.iter().position(|k| k.names.contains(&heading.as_str()))
}

/// Where the known columns stand. `None` where there is no header.
fn own<const N: usize>(
    header: &[Cell],
    sheet: &Sheet,
    known: &[Known; N],
    missing: &str,
    desk: &mut Desk,
) -> Option<[Option<usize>; N]> {
    let first = header.first()?.at;
    let mut places = [None; N];
    let mut names: HashSet<String> = HashSet::new();
    for (k, cell) in header.iter().enumerate() {
        let named = which(known, &cell.text);
        let twice = match named {
            Some(w) => places[w].replace(k).is_some(),
            None => !names.insert(folded(&cell.text)),
        };
        if cell.text.is_empty() {
            desk.fault(sheet.file, Some(cell.at), Code::Blank, "", "the column has no name", "write one");
        } else if twice {
            let name = named.map_or(cell.text.as_str(), |w| known[w].names[0]);
            let cause = format!("the column \"{}\" is there twice", shorten(name));
            desk.fault(sheet.file, Some(cell.at), Code::TwiceColumn, &cell.text, &cause, "keep one of them");
        }
    }
    for (place, column) in places.iter().zip(known) {
        if column.needed && place.is_none() {
            let cause = format!("the column \"{}\" is missing", column.names[0]);
            let help = format!("add it to the header; it may be called {}", column.names.join(", "));
            desk.fault(sheet.file, Some(first), Code::MissingColumn, "", &cause, &help);
        }
    }
    let features = header.iter().filter(|c| which(known, &c.text).is_none()).count();
    if features == 0 {
        desk.fault(sheet.file, Some(first), Code::MissingColumn, "", "no column describes people", missing);
    } else if features > MOST_FEATURES {
        let cause = format!("{features} columns describe people, more than {MOST_FEATURES}");
        desk.fault(sheet.file, Some(first), Code::TooMany, "", &cause, "leave columns out");
    }
    Some(places)
}

/// Yes, no, or `None` of an empty cell; `neither` is what a fault says, `empty` what an empty cell means.
pub(super) fn said(cell: &Cell, file: usize, desk: &mut Desk, (neither, empty): (&str, &str)) -> Option<bool> {
    let word = folded(&cell.text);
    let said = YES.contains(&word.as_str());
    if !(said || word.is_empty() || NO.contains(&word.as_str())) {
        let cause = format!("\"{}\" says neither that somebody {neither} nor that not", shorten(&cell.text));
        let help = format!("write 1, yes, true or 是; 0, no, false or 否{empty}");
        desk.fault(file, Some(cell.at), Code::Word, &cell.text, &cause, &help);
    }
    (!word.is_empty()).then_some(said)
}

/// Money that need not be known.
pub(super) fn money(cell: Option<&Cell>, file: usize, desk: &mut Desk) -> Option<f64> {
    cell.and_then(|c| optional(c, MONEY, file, desk))
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
