//! Questions in SQL to a study's tables.

use super::super::exit;
use super::super::terminal::{print, say};
use super::folder;
use crate::io::columns::{Answer, Column, Comma, Database, Kind, Value};
use crate::study::tables::database;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

/// Rows shown when nothing else is said.
const MOST: usize = 1_000;

#[derive(Debug, clap::Args)]
pub(super) struct Query {
    /// The study's file.
    study: PathBuf,
    /// One SELECT; without it, the tables and their columns are listed.
    question: Option<String>,
    /// Folder of the comparison [default: results/ and the file's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Rows at most [default: 1000; all of them with --csv].
    #[arg(long, value_name = "N")]
    most: Option<usize>,
    /// Print CSV.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Query) -> u8 {
    let id = args.study.file_stem().unwrap_or_default();
    let path = database(&folder(args.out.as_deref(), id));
    if !path.is_file() {
        say(&format!(
            "forecourt: {}: there is no such file → `forecourt study run` or `merge` writes it; --out names its folder",
            path.display()
        ));
        return exit::BAD_INPUT;
    }
    let asked = Database::open(&path).and_then(|mut base| match &args.question {
        None => base.tables().map(|tables| listed(&tables, args.json)),
        Some(question) => {
            let most = args.most.unwrap_or(if args.csv { usize::MAX } else { MOST });
            base.ask(question, most).and_then(|answer| told(args, &answer))
        }
    });
    match asked {
        Ok(text) => print(&text),
        Err(e) => {
            say(&format!("forecourt: {e} → without a question the tables and their columns are listed"));
            exit::BAD_INPUT
        }
    }
}

fn listed(tables: &[(String, Vec<String>)], json: bool) -> String {
    if json {
        let all: serde_json::Map<String, serde_json::Value> =
            tables.iter().map(|(name, columns)| (name.clone(), json!(columns))).collect();
        return format!("{}\n", serde_json::Value::Object(all));
    }
    tables.iter().fold(String::new(), |mut text, (name, columns)| {
        let _ = writeln!(text, "{name}: {}", columns.join(", "));
        text
    })
}

fn told(args: &Query, answer: &Answer) -> std::io::Result<String> {
    if args.csv {
        return comma(answer);
    }
    if args.json {
        let cell = |v: &Value| match v {
            Value::Whole(n) => json!(n),
            Value::Number(x) => json!(x),
            Value::Text(text) => json!(text),
            Value::Empty => serde_json::Value::Null,
        };
        let rows: Vec<Vec<serde_json::Value>> = answer.rows.iter().map(|r| r.iter().map(cell).collect()).collect();
        return Ok(format!("{}\n", json!({"columns": answer.columns, "rows": rows, "more": answer.more})));
    }
    let shown = |v: &Value| match v {
        Value::Whole(n) => n.to_string(),
        Value::Number(x) => x.to_string(),
        Value::Text(text) => text.clone(),
        Value::Empty => String::new(),
    };
    let right: Vec<bool> =
        (0..answer.columns.len()).map(|k| answer.rows.iter().all(|r| !matches!(r[k], Value::Text(_)))).collect();
    let mut rows = vec![answer.columns.clone()];
    rows.extend(answer.rows.iter().map(|r| r.iter().map(shown).collect()));
    let more = if answer.more { "… there are more rows: --most shows more, --csv all\n" } else { "" };
    Ok(aligned(&rows, &right) + more)
}

/// Rows below each other, columns of numbers to the right.
fn aligned(rows: &[Vec<String>], right: &[bool]) -> String {
    let wide = |k: usize| rows.iter().map(|r| r[k].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..right.len()).map(wide).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).zip(right).map(|((cell, width), right)| {
            let room = " ".repeat(width - cell.width());
            if *right { room + cell } else { format!("{cell}{room}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn comma(answer: &Answer) -> std::io::Result<String> {
    let columns: Vec<Column> = answer.columns.iter().map(|c| Column::new(c.clone(), Kind::Text)).collect();
    let mut table = Comma::new(Vec::new(), &columns)?;
    answer.rows.iter().try_for_each(|row| table.put(row))?;
    String::from_utf8(table.end()?).map_err(std::io::Error::other)
}
