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
    /// Dealer and region of each case: those of its first event that has one.
    pub owners: Vec<(String, String)>,
    /// The cases.
    pub cases: Vec<Case>,
    /// What each event of each case is called in the log.
    pub words: Vec<Vec<String>>,
    /// Day of the latest event, days since 1970.
    pub latest: f64,
    /// Events.
    pub events: usize,
}

/// Reads a log; activities that the process does not have stay foreign.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path, net: &Net) -> Result<EventLog, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, COLUMNS);
    let made = log(&sheet, net, &mut desk);
    let fine = desk.log.is_empty();
    desk.finish(fine.then_some(made))
}

fn log(sheet: &Sheet, net: &Net, desk: &mut Desk) -> EventLog {
    struct Row<'a> {
        day: f64,
        row: &'a [Cell],
    }
    let mut by_case: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let mut latest = f64::NEG_INFINITY;
    for row in &sheet.rows {
        for (cell, what) in [(&row[0], "case"), (&row[1], "activity")] {
            if cell.text.trim().is_empty() {
                desk.fault(sheet.file, Some(cell.at), Code::Blank, "", &format!("a {what} is needed here"), "write it");
            }
        }
        let Some(day) = moment(&row[2].text) else {
            let cause = format!("\"{}\" is no time", crate::io::fault::shorten(&row[2].text));
            let help = "write 2026-06-29 or 2026-06-29 14:05";
            desk.fault(sheet.file, Some(row[2].at), Code::NotDate, &row[2].text, &cause, help);
            continue;
        };
        latest = latest.max(day);
        by_case.entry(row[0].text.trim()).or_default().push(Row { day, row });
    }
    let mut log = EventLog { latest, events: sheet.rows.len(), ..EventLog::default() };
    for (id, mut rows) in by_case {
        // Rows of the same time stay in the order of the file.
        rows.sort_by(|a, b| a.day.total_cmp(&b.day));
        let first =
            |k: usize| rows.iter().map(|r| r.row[k].text.trim()).find(|t| !t.is_empty()).unwrap_or("").to_owned();
        log.owners.push((first(3), first(4)));
        log.ids.push(id.to_owned());
        let event = |r: &Row| Event { activity: net.activity(&r.row[1].text), day: r.day };
        log.cases.push(Case { events: rows.iter().map(event).collect() });
        log.words.push(rows.iter().map(|r| r.row[1].text.trim().to_owned()).collect());
    }
    log
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
    for limit in options.tables("limit", desk) {
        limit.only(&["from", "to", "days"], desk);
        let [from, to] = ["from", "to"].map(|k| limit.text(k, true, desk));
        let days = limit.number("days", None, (0.0, 36_500.0), desk);
        for (key, name) in [("from", &from), ("to", &to)] {
            if !name.is_empty() && net.activity(name).is_none() {
                let cause = format!("no step has the activity \"{}\"", crate::io::fault::shorten(name));
                desk.fault(
                    options.file,
                    Some(limit.place(key)),
                    Code::UnknownId,
                    name,
                    &cause,
                    "write one of the steps'",
                );
            }
        }
        net.limit(&from, &to, days);
    }
    for (state, giving, what) in [(0, false, "takes from start"), (1, true, "gives to end")] {
        if net.around(state, giving).is_empty() {
            let cause = format!("no step {what}");
            desk.fault(options.file, None, Code::MissingKey, "", &cause, "every case goes from start to end");
        }
    }
    desk.log.is_empty().then_some(net)
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
