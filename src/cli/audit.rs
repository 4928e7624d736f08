//! `forecourt audit`: whether the rows of a warehouse can be believed.

use super::exit;
use super::ingest::{date, faulty, today};
use super::terminal::{print, say};
use crate::days;
use crate::io::results::table::{Cell, Table};
use crate::io::scenario::write::write_new;
use crate::io::warehouse::audit::{data, proposed};
use crate::io::warehouse::repairs::Repair;
use crate::io::warehouse::{Store, WarehouseError};
use crate::market::quality::data::Data;
use crate::market::quality::finding::{Check, Finding, KEPT};
use crate::market::quality::score::Score;
use crate::market::quality::{Audit, audit};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  forecourt audit results/demo.db --at 2026-06-29
  forecourt audit results/demo.db --out results/audit          findings.csv, rows.csv, scores.csv, repairs.csv
  forecourt audit results/demo.db --apply                      the repairs that are proposed
  forecourt audit results/demo.db --undo                       takes the last ones back

Descriptive: nothing of this enters the simulation. Repairs stand beside the rows; applied ones are
read by audits and scenarios.")]
pub(super) struct AuditArgs {
    /// The warehouse.
    warehouse: PathBuf,
    /// Day of the audit: rows recorded after it are not known yet [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    at: Option<i64>,
    /// New or empty folder for the tables of findings, rows, scores and repairs.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Apply the repairs that are proposed.
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Take back the repairs that were applied last.
    #[arg(long)]
    undo: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &AuditArgs) -> u8 {
    match work(args) {
        Ok(code) => code,
        Err(e) => faulty(&[e]),
    }
}

fn work(args: &AuditArgs) -> Result<u8, WarehouseError> {
    let mut store = Store::open(&args.warehouse)?;
    if args.undo {
        let count = store.undo()?;
        let text = if args.json {
            format!("{}\n", json!({"repairs_taken_back": count}))
        } else if count == 0 {
            "no repair stands\n".into()
        } else {
            format!("{count} repairs taken back\n")
        };
        return Ok(print(&text));
    }
    let at = args.at.unwrap_or_else(today);
    let data = data(&store, at)?;
    let found = audit(&data);
    let repairs = proposed(&data, &found.findings);
    if let Some(out) = &args.out
        && let Err(e) = write(&store, &data, &found, &repairs, out)?
    {
        say(&format!("forecourt: {}: {e} → choose another folder with --out", out.display()));
        return Ok(exit::CANNOT_WRITE);
    }
    let applied = if args.apply { Some(store.repair(&repairs)?.1) } else { None };
    let answer = Answer { data: &data, found: &found, repairs: &repairs, at, applied };
    Ok(print(&if args.json { format!("{}\n", answer.json()) } else { answer.text() + &told(args) }))
}

fn told(args: &AuditArgs) -> String {
    let out = args.out.as_ref().map(|o| format!("tables: {}\n", o.display()));
    out.unwrap_or_default() + "descriptive: nothing of this enters the simulation\n"
}

fn money(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}

fn certainty(sure: bool) -> &'static str {
    if sure { "sure" } else { "doubt" }
}

/// Writes the tables of an audit.
fn write(
    store: &Store,
    data: &Data,
    found: &Audit,
    repairs: &[Repair],
    out: &Path,
) -> Result<std::io::Result<()>, WarehouseError> {
    let mut findings =
        Table::new(&["finding", "check", "certainty", "dealer_id", "feed", "rows", "money_cny", "p", "reason"]);
    let mut rows = Table::new(&["finding", "table", "feed", "key", "file", "line"]);
    for (f, number) in found.findings.iter().zip(1u64..) {
        let feed = f.rows.last().map_or("", |r| data.feeds.name(r.feed));
        findings.row([
            Cell::from(number),
            Cell::Text(f.check.name()),
            Cell::Text(certainty(f.sure)),
            f.dealer.map_or(Cell::Empty, |d| Cell::Text(data.dealers.name(d))),
            Cell::Text(feed),
            Cell::from(f.rows.len() as u64),
            Cell::Number(money(f.money), 2),
            f.p.map_or(Cell::Empty, |p| Cell::Number(p, 9)),
            Cell::Text(&f.reason),
        ]);
        for place in &f.rows {
            let feed = data.feeds.name(place.feed);
            let origin = store.trace(place.table, &place.key)?.into_iter().rfind(|o| o[0] == feed);
            let [_, _, file, line] = origin.unwrap_or_default();
            rows.row([
                Cell::from(number),
                Cell::Text(place.table),
                Cell::Text(feed),
                Cell::Text(&place.key),
                Cell::Text(&file),
                Cell::from(line.parse::<u64>().unwrap_or(0)),
            ]);
        }
    }
    let mut scores =
        Table::new(&["of", "id", "points", "rows", "sure", "doubt", "flagged_low", "flagged_high", "money_cny"]);
    for (of, id, s) in scored(data, found) {
        let (low, high) = s.flagged();
        scores.row([
            Cell::Text(of),
            Cell::Text(id),
            Cell::Number(s.points(), 2),
            Cell::from(s.rows),
            Cell::from(s.sure),
            Cell::from(s.doubt),
            Cell::Number(low, 6),
            Cell::Number(high, 6),
            Cell::Number(money(s.money), 2),
        ]);
    }
    let mut mends = Table::new(&["table", "feed", "key", "column", "before", "after", "reason"]);
    for r in repairs {
        mends.row([&r.table, &r.feed, &r.key, &r.column, &r.before, &r.after, &r.reason].map(|t| Cell::Text(t)));
    }
    let texts = [findings, rows, scores, mends].map(|t| String::from_utf8_lossy(&t.into_bytes()).into_owned());
    let names = ["findings.csv", "rows.csv", "scores.csv", "repairs.csv"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    Ok(write_new(&files, out))
}

fn scored<'a>(data: &'a Data, found: &'a Audit) -> impl Iterator<Item = (&'static str, &'a str, &'a Score)> {
    let dealers = found.scores.0.iter().map(|(d, s)| ("dealer", data.dealers.name(*d), s));
    dealers.chain(found.scores.1.iter().map(|(f, s)| ("feed", data.feeds.name(*f), s)))
}

struct Answer<'a> {
    data: &'a Data,
    found: &'a Audit,
    repairs: &'a [Repair],
    at: i64,
    applied: Option<usize>,
}

impl Answer<'_> {
    /// Findings by check: sure, doubtful, money.
    fn sums(&self) -> BTreeMap<Check, (u64, u64, i64)> {
        let mut sums = BTreeMap::new();
        for f in &self.found.findings {
            let sum: &mut (u64, u64, i64) = sums.entry(f.check).or_default();
            if f.sure {
                sum.0 += 1
            } else {
                sum.1 += 1
            }
            sum.2 += f.money;
        }
        for ((check, sure), (count, money)) in &self.found.further {
            let sum = sums.entry(*check).or_default();
            if *sure {
                sum.0 += count
            } else {
                sum.1 += count
            }
            sum.2 += money;
        }
        sums
    }

    fn one(&self, f: &Finding) -> Value {
        // Findings of thousands of rows name the first ones here and all of them in the tables.
        let rows: Vec<Value> = f
            .rows
            .iter()
            .take(100)
            .map(|r| json!({"table": r.table, "feed": self.data.feeds.name(r.feed), "key": r.key}))
            .collect();
        json!({
            "check": f.check.name(), "certainty": certainty(f.sure),
            "dealer_id": f.dealer.map(|d| self.data.dealers.name(d)), "row_count": f.rows.len(), "rows": rows,
            "money_cny": money(f.money), "p": f.p, "reason": f.reason,
        })
    }

    fn json(&self) -> Value {
        let scores: Vec<Value> = scored(self.data, self.found)
            .map(|(of, id, s)| {
                let (low, high) = s.flagged();
                json!({
                    "of": of, "id": id, "points": s.points(), "rows": s.rows, "sure": s.sure, "doubt": s.doubt,
                    "flagged": [low, high], "money_cny": money(s.money),
                })
            })
            .collect();
        let repair = |r: &Repair| {
            json!({
                "table": r.table, "feed": r.feed, "key": r.key, "column": r.column, "before": r.before, "after": r.after,
                "reason": r.reason,
            })
        };
        let joins: Vec<Value> = self
            .found
            .joins
            .iter()
            .map(|j| {
                let (low, high) = j.share();
                json!({"from": j.from, "to": j.to, "cars": j.cars, "matched": j.matched, "share": [low, high]})
            })
            .collect();
        let further: Vec<Value> = self
            .found
            .further
            .iter()
            .map(|((check, sure), (count, sum))| {
                json!({"check": check.name(), "certainty": certainty(*sure), "findings": count, "money_cny": money(*sum)})
            })
            .collect();
        let absent: Vec<Value> =
            self.found.not_judged.iter().map(|(c, why)| json!({"check": c.name(), "why": why})).collect();
        json!({
            "label": "descriptive", "at": days::text(self.at),
            "findings": self.found.findings.iter().map(|f| self.one(f)).collect::<Vec<_>>(),
            "further": further, "joins": joins, "scores": scores, "repairs_proposed": self.repairs.iter().map(repair).collect::<Vec<_>>(),
            "repairs_applied": self.applied, "not_judged": absent,
        })
    }

    fn text(&self) -> String {
        let further: u64 = self.found.further.values().map(|f| f.0).sum();
        let count = self.found.findings.len() as u64 + further;
        let mut text = format!("at the end of {}: {count} findings\n", days::text(self.at));
        if !self.found.findings.is_empty() {
            text += "\n  check               sure   doubt        money CNY\n";
        }
        for (check, (sure, doubt, sum)) in self.sums() {
            let _ = writeln!(text, "  {:<16}{sure:>8}{doubt:>8}{:>17.2}", check.name(), money(sum));
        }
        let mut last = None;
        for f in &self.found.findings {
            let shown = if last.map(|(c, _)| c) == Some(f.check) { last.map_or(0, |(_, n)| n) } else { 0 };
            if shown == 0 {
                text.push('\n');
            }
            if shown < 3 {
                let place = f.rows.last().map(|r| format!(" [{} {}]", self.data.feeds.name(r.feed), r.key));
                let dealer = f.dealer.map(|d| format!("{}: ", self.data.dealers.name(d)));
                let p = f.p.map(|p| format!(" (p {p:.2e})"));
                let (dealer, place, p) = (dealer.unwrap_or_default(), place.unwrap_or_default(), p.unwrap_or_default());
                let _ = writeln!(text, "{}, {}: {dealer}{}{p}{place}", f.check.name(), certainty(f.sure), f.reason);
            }
            last = Some((f.check, shown + 1));
        }
        if !self.found.joins.is_empty() {
            text += "\n  cars of            also in                cars     found\n";
        }
        for j in &self.found.joins {
            let _ = writeln!(text, "  {:<17}  {:<14}{:>13}{:>10}", j.from, j.to, j.cars, j.matched);
        }
        text += "\n  score     of                    points      rows    sure   doubt\n";
        let mut scores: Vec<_> = scored(self.data, self.found).collect();
        scores.sort_by(|a, b| a.2.points().total_cmp(&b.2.points()).then(a.1.cmp(b.1)));
        for (of, id, s) in scores.into_iter().take(20) {
            let _ = writeln!(text, "  {of:<8}  {id:<20}{:>8.1}{:>10}{:>8}{:>8}", s.points(), s.rows, s.sure, s.doubt);
        }
        if further > 0 {
            let _ = writeln!(
                text,
                "{further} findings beyond {KEPT} of one check are counted above and have no row in the tables"
            );
        }
        for (check, why) in &self.found.not_judged {
            let _ = writeln!(text, "not judged: {}: {why}", check.name());
        }
        let _ = match self.applied {
            Some(n) => writeln!(text, "{n} repairs applied; --undo takes them back"),
            None => writeln!(text, "{} repairs proposed; --apply applies them", self.repairs.len()),
        };
        text
    }
}
