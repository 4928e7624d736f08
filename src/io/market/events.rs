//! Event logs of a process, the process itself, and last week's status of its tasks.

use super::desk::{Cell, Column, Desk, Sheet};
use super::options::Options;
use crate::evaluation::conformance::{Case, Event, Net};
use crate::io::fault::{Code, Faults};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of a log.
const COLUMNS: &[Column] =
    &[("case_id", true), ("activity", true), ("time", true), ("dealer_id", false), ("region", false)];
/// Columns of a status file.
const STATUS: &[Column] = &[("task_id", true), ("status", true), ("note", false)];
/// Words of a status that close a task.
const CLOSED: [&str; 2] = ["done", "dismissed"];

/// A log: cases in the order of their ids.
#[derive(Debug, Default)]
pub struct EventLog {
    /// Ids of the cases.
    pub ids: Vec<String>,
    /// Dealers and regions named in the log; the first is empty.
    pub names: Vec<String>,
    /// Dealer and region that each event of each case names, by their positions in `names`.
    pub named: Vec<Vec<[u32; 2]>>,
    /// The cases.
    pub cases: Vec<Case>,
    /// What each event of each case is called in the log.
    pub words: Vec<Vec<String>>,
    /// Day of the latest event, days since 1970.
    pub latest: f64,
    /// Events.
    pub events: usize,
    /// Events left out because they came after the day of the judgement.
    pub left_out: usize,
}

impl EventLog {
    /// Dealer and region of a case: the first that its events name, empty where none does.
    pub fn first_owner(&self, case: usize) -> [&str; 2] {
        [0, 1].map(|k| self.name(self.named[case].iter().map(|n| n[k]).find(|&n| n > 0)))
    }

    /// Dealer and region of a case at one of its events: the last named there or before, empty where none is yet.
    pub fn owner(&self, case: usize, event: usize) -> [&str; 2] {
        [0, 1].map(|k| self.name(self.named[case].iter().take(event + 1).rev().map(|n| n[k]).find(|&n| n > 0)))
    }

    /// The dealer that an event itself names; empty where it names none.
    pub fn dealer_of(&self, case: usize, event: usize) -> &str {
        &self.names[self.named[case][event][0] as usize]
    }

    fn name(&self, place: Option<u32>) -> &str {
        &self.names[place.unwrap_or(0) as usize]
    }
}

/// Positions of names, in the order in which they come up.
#[derive(Default)]
struct Names<'a>(BTreeMap<&'a str, u32>);

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name).or_insert(next)
    }

    fn list(self) -> Vec<String> {
        let mut list = vec![String::new(); self.0.len()];
        self.0.into_iter().for_each(|(name, place)| name.clone_into(&mut list[place as usize]));
        list
    }
}

/// Reads a log, up to a moment where one is given; activities that the process does not have stay foreign.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path, net: &Net, until: Option<f64>) -> Result<EventLog, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, COLUMNS);
    let made = log(&sheet, net, until.unwrap_or(f64::INFINITY), &mut desk);
    let fine = desk.log.is_empty();
    desk.finish(fine.then_some(made))
}

fn log(sheet: &Sheet, net: &Net, until: f64, desk: &mut Desk) -> EventLog {
    struct Row<'a> {
        day: f64,
        row: &'a [Cell],
    }
    let mut by_case: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let mut log = EventLog { latest: f64::NEG_INFINITY, ..EventLog::default() };
    for row in &sheet.rows {
        for (cell, what) in [(&row[0], "case"), (&row[1], "activity")] {
            if cell.text.trim().is_empty() {
                desk.fault(sheet.file, Some(cell.at), Code::Blank, "", &format!("a {what} is needed here"), "write it");
            }
        }
        let Some(day) = told(desk, sheet.file, &row[2], WRITE) else { continue };
        if day > until {
            log.left_out += 1;
            continue;
        }
        log.latest = log.latest.max(day);
        log.events += 1;
        by_case.entry(row[0].text.trim()).or_default().push(Row { day, row });
    }
    let mut names = Names::default();
    names.place("");
    for (id, mut rows) in by_case {
        // Rows of the same time stay in the order of the file.
        rows.sort_by(|a, b| a.day.total_cmp(&b.day));
        log.named.push(rows.iter().map(|r| [3, 4].map(|k| names.place(r.row[k].text.trim()))).collect());
        log.ids.push(id.to_owned());
        let event = |r: &Row| Event { activity: net.activity(&r.row[1].text), day: r.day };
        log.cases.push(Case { events: rows.iter().map(event).collect() });
        log.words.push(rows.iter().map(|r| r.row[1].text.trim().to_owned()).collect());
    }
    log.names = names.list();
    log
}

/// How a time is written.
pub(super) const WRITE: &str = "write 2026-06-29 or 2026-06-29 14:05";

/// The moment of a cell; a fault where it is none.
pub(super) fn told(desk: &mut Desk, file: usize, cell: &Cell, help: &str) -> Option<f64> {
    let day = moment(&cell.text);
    if day.is_none() {
        let cause = format!("\"{}\" is no time", crate::io::fault::shorten(&cell.text));
        desk.fault(file, Some(cell.at), Code::NotDate, &cell.text, &cause, help);
    }
    day
}

/// Days since 1970 of a date, with or without a time of day.
pub fn moment(text: &str) -> Option<f64> {
    let text = text.trim().replace('/', "-");
    let when: jiff::civil::DateTime = match text.parse::<jiff::civil::Date>() {
        Ok(date) if text.len() <= 10 => date.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse().ok()?,
    };
    let since = when.since(jiff::civil::date(1970, 1, 1).to_datetime(jiff::civil::Time::midnight())).ok()?;
    since.total((jiff::Unit::Day, jiff::SpanRelativeTo::days_are_24_hours())).ok()
}

/// Reads a process.
///
/// # Errors
/// Every fault of the file.
pub fn read_process(file: &Path) -> Result<Net, Faults> {
    let mut desk = Desk::default();
    let made = process(file, &mut desk);
    desk.finish(made)
}

fn process(file: &Path, desk: &mut Desk) -> Option<Net> {
    let options = Options::read(file, desk)?;
    options.only(&["name", "step", "limit"], desk);
    options.text("name", false, desk);
    let mut net = Net::empty();
    for step in options.tables("step", desk) {
        step.only(&["activity", "takes", "gives"], desk);
        let [activity, takes, gives] = ["activity", "takes", "gives"].map(|k| step.text(k, true, desk));
        let states = |text: &str| text.split('+').map(|s| s.trim().to_owned()).collect::<Vec<_>>();
        let (takes, gives) = (states(&takes), states(&gives));
        if activity.trim().is_empty() || takes.iter().chain(&gives).any(String::is_empty) {
            let help = "write names, several states with + between them";
            desk.fault(options.file, Some(step.place("activity")), Code::Blank, "", "a name is empty", help);
            continue;
        }
        let [takes, gives] = [&takes, &gives].map(|list| list.iter().map(String::as_str).collect::<Vec<&str>>());
        net.step(&activity, &takes, &gives);
    }
    for table in options.tables("limit", desk) {
        limit(&table, &mut net, desk);
    }
    for (state, giving, what) in [(0, false, "takes from start"), (1, true, "gives to end")] {
        if net.around(state, giving).is_empty() {
            let cause = format!("no step {what}");
            desk.fault(options.file, None, Code::MissingKey, "", &cause, "every case goes from start to end");
        }
    }
    desk.log.is_empty().then_some(net)
}

/// One limit of a process; several successors have | between them.
fn limit(table: &Options, net: &mut Net, desk: &mut Desk) {
    table.only(&["from", "to", "days"], desk);
    let [from, to] = ["from", "to"].map(|k| table.text(k, true, desk));
    let days = table.number("days", None, (0.0, 36_500.0), desk);
    let to: Vec<&str> = to.split('|').map(str::trim).collect();
    for (key, name) in std::iter::once(("from", from.trim())).chain(to.iter().map(|&name| ("to", name))) {
        let at = Some(table.place(key));
        if name.is_empty() {
            let help = "write names, several that may follow with | between them";
            desk.fault(table.file, at, Code::Blank, "", &format!("a name in {key} is empty"), help);
        } else if net.activity(name).is_none() {
            let cause = format!("no step has the activity \"{}\"", crate::io::fault::shorten(name));
            desk.fault(table.file, at, Code::UnknownId, name, &cause, "write one of the steps'");
        }
    }
    // Nothing is taken in by a name that no step has.
    if desk.log.is_empty() {
        net.limit(&from, &to, days);
    }
}

/// Reads a status file: tasks that are closed. Words are done, dismissed and open.
///
/// # Errors
/// Every fault of the file.
pub fn read_status(file: &Path) -> Result<BTreeMap<String, String>, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, STATUS);
    let mut closed = BTreeMap::new();
    for row in &sheet.rows {
        let word = row[1].text.trim().to_lowercase();
        if CLOSED.contains(&word.as_str()) {
            closed.insert(row[0].text.trim().to_owned(), word);
        } else if !word.is_empty() && word != "open" {
            let cause = format!("\"{}\" is no status", crate::io::fault::shorten(&row[1].text));
            desk.fault(sheet.file, Some(row[1].at), Code::Word, &row[1].text, &cause, "write open, done or dismissed");
        }
    }
    let fine = desk.log.is_empty();
    desk.finish(fine.then_some(closed))
}
