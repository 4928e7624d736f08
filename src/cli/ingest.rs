//! `forecourt ingest` and `forecourt warehouse`: exports of other systems into one file, and what is in it.

use super::terminal::{print, say};
use super::{check, exit};
use crate::days;
use crate::io::warehouse::ingest::{Brought, How, ingest};
use crate::io::warehouse::{Counts, Store, WarehouseError, mapping, schema};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  forecourt ingest scenarios/warehouse/mapping.toml --warehouse results/demo.db
  forecourt ingest mapping.toml --json

The mapping file names sources (CSV, xlsx, Parquet, SQLite, PostgreSQL) and columns; scenarios/warehouse/mapping.toml is
an example. The same rows again change nothing, whatever their order and files; refused ones stand in quarantine.")]
pub(super) struct IngestArgs {
    /// The mapping file.
    mapping: PathBuf,
    /// The warehouse; made when it is not there [default: the one that the mapping names].
    #[arg(long, value_name = "FILE")]
    warehouse: Option<PathBuf>,
    /// Rows in one transaction: what a kill costs at most.
    #[arg(long, value_name = "N", default_value_t = 2_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    commit_rows: u32,
    /// Day at whose end age is measured [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    at: Option<i64>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  forecourt warehouse results/demo.db                        what is in it, age and lag of every feed
  forecourt warehouse results/demo.db --digest               one line; equal for equal content
  forecourt warehouse results/demo.db --dump                 the content, a line a row
  forecourt warehouse results/demo.db --trace sales S1001    the files and lines a row came from")]
pub(super) struct WarehouseArgs {
    /// The warehouse.
    warehouse: PathBuf,
    /// Print the SHA-256 of the content and nothing else.
    #[arg(long, group = "what")]
    digest: bool,
    /// Print the content in one order: table, feed, recorded moment, cells.
    #[arg(long, group = "what")]
    dump: bool,
    /// Print where the versions of a row came from.
    #[arg(long, group = "what", num_args = 2, value_names = ["TABLE", "KEY"])]
    trace: Vec<String>,
    /// Day at whose end age is measured [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    at: Option<i64>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A day in days since 1970.
pub(super) fn date(text: &str) -> Result<i64, String> {
    let day = crate::io::scenario::records::day(text).ok_or("a date such as 2026-06-29 is wanted")?;
    Ok(days::number(day))
}

/// The day by the machine's clock.
pub(super) fn today() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| d.as_secs() as i64 / 86_400)
}

/// Says what is wrong.
pub(super) fn faulty(faults: &[WarehouseError]) -> u8 {
    faults.iter().for_each(|f| say(&format!("forecourt: {f}")));
    exit::BAD_INPUT
}

/// Runs `forecourt ingest`.
pub(super) fn run(args: &IngestArgs) -> u8 {
    let mapping = match mapping::read(&args.mapping) {
        Ok(mapping) => mapping,
        Err(faults) => return check::refused(&faults),
    };
    let Some(path) = args.warehouse.clone().or_else(|| mapping.warehouse.clone()) else {
        say("forecourt: no warehouse is named → add --warehouse FILE, or warehouse = \"…\" to the mapping");
        return exit::BAD_INPUT;
    };
    let how = How { rows: args.commit_rows as usize };
    let brought = Store::open_or_create(&path).map_err(|e| vec![e]).and_then(|mut s| ingest(&mut s, &mapping, how));
    let brought = match brought {
        Ok(brought) => brought,
        Err(faults) => return faulty(&faults),
    };
    let day = args.at.unwrap_or_else(today);
    if args.json {
        return print(&format!("{}\n", report(&brought, day)));
    }
    let mut text = String::new();
    for b in &brought {
        text += &said(b, day);
    }
    text += &format!("warehouse: {}\n", path.display());
    print(&text)
}

fn counts(c: &Counts) -> Value {
    json!({"read": c.read, "new": c.fresh, "known": c.known, "refused": c.refused})
}

fn report(brought: &[Brought], day: i64) -> Value {
    let one = |b: &Brought| {
        json!({
            "feed": b.feed, "table": b.table, "source": b.label, "read_as": b.note, "rows": counts(&b.counts),
            "resumed_after_rows": b.resumed, "file_known": b.again, "columns_not_read": b.unused,
            "freshness": b.seen.json(day),
        })
    };
    json!({"at": days::text(day), "sources": brought.iter().map(one).collect::<Vec<_>>()})
}

fn said(b: &Brought, day: i64) -> String {
    let mut text = format!("{} → {}: {} ({})\n", b.feed, b.table, b.label, b.note);
    if b.again {
        return text + &format!("  this very file is in the warehouse already, {} rows\n", b.counts.read);
    }
    let c = &b.counts;
    let _ = writeln!(text, "  {} rows: {} new, {} known, {} refused", c.read, c.fresh, c.known, c.refused);
    if b.resumed > 0 {
        let _ = writeln!(text, "  went on after {} rows of an earlier run that was stopped", b.resumed);
    }
    if b.seen.rows > 0 {
        let _ = writeln!(text, "  {}", b.seen.text(day));
    }
    if !b.unused.is_empty() {
        let _ = writeln!(text, "  columns that no table takes: {}", b.unused.join(", "));
    }
    text
}

/// Runs `forecourt warehouse`.
pub(super) fn show(args: &WarehouseArgs) -> u8 {
    let store = match Store::open(&args.warehouse) {
        Ok(store) => store,
        Err(e) => return faulty(&[e]),
    };
    let shown = if args.dump {
        return dump(&store);
    } else if args.digest {
        store.content().map(|c| c.sha256 + "\n")
    } else if let [table, key] = &args.trace[..] {
        trace(&store, table, key, args.json)
    } else {
        state(&store, args.at.unwrap_or_else(today), args.json)
    };
    match shown {
        Ok(text) => print(&text),
        Err(e) => faulty(&[e]),
    }
}

fn dump(store: &Store) -> u8 {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let result = store.dump(&mut |table, line| {
        if written.is_ok() {
            written = writeln!(out, "{table}\t{line}");
        }
    });
    match (result, written.and_then(|()| out.flush())) {
        (Err(e), _) => faulty(&[e]),
        (Ok(()), Err(e)) if e.kind() != std::io::ErrorKind::BrokenPipe => exit::CANNOT_WRITE,
        _ => exit::DONE,
    }
}

fn trace(store: &Store, table: &str, key: &str, as_json: bool) -> Result<String, WarehouseError> {
    if schema::table(table).is_none() {
        let names = schema::TABLES.iter().map(|t| t.name).collect::<Vec<_>>().join(", ");
        let (cause, help) = (format!("there is no table {table:?}"), format!("write one of {names}"));
        return Err(WarehouseError { place: "--trace".into(), cause, help });
    }
    let found = store.trace(table, key)?;
    if as_json {
        let one = |[feed, recorded, file, line]: &[String; 4]| json!({"feed": feed, "recorded_at": recorded, "file": file, "line": line.parse::<u64>().unwrap_or(0)});
        return Ok(format!("{}\n", Value::Array(found.iter().map(one).collect())));
    }
    let mut text = String::new();
    for [feed, recorded, file, line] in &found {
        let _ = writeln!(text, "{feed}  {recorded:<19}  {file}:{line}");
    }
    if found.is_empty() { Ok(format!("no row of {table} has the key {key:?}\n")) } else { Ok(text) }
}

fn state(store: &Store, day: i64, as_json: bool) -> Result<String, WarehouseError> {
    let (content, lags, repairs) = (store.content()?, store.lags()?, store.repairs()?);
    if as_json {
        let tables: serde_json::Map<String, Value> =
            content.tables.iter().map(|(n, rows, hash)| (n.clone(), json!({"rows": rows, "sha256": hash}))).collect();
        let feeds: Vec<Value> = lags
            .iter()
            .map(|(name, table, seen)| json!({"feed": name, "table": table, "freshness": seen.json(day)}))
            .collect();
        let all = json!({
            "at": days::text(day), "sha256": content.sha256, "tables": tables, "feeds": feeds, "repairs": repairs,
        });
        return Ok(format!("{all}\n"));
    }
    let mut text = format!("content {}\n\n  table                  rows  sha256\n", content.sha256);
    for (name, rows, hash) in content.tables.iter().filter(|t| t.1 > 0) {
        let _ = writeln!(text, "  {name:<14}{rows:>13}  {}", &hash[..12]);
    }
    text += "\n  feed              table          at the end of ";
    let _ = writeln!(text, "{}", days::text(day));
    for (name, table, seen) in &lags {
        let _ = writeln!(text, "  {name:<16}  {table:<13}  {}", seen.text(day));
    }
    Ok(text)
}
