//! The tables of a study, written point by point: `points` and `runs` as CSV or Parquet, and all in one SQLite file.

use super::design::{Axis, Span, Study};
use super::points::Point;
use super::report::Compared;
use super::task::Worked;
use crate::io::columns::{Column, Columnar, Comma, Database, Kind, Sink, Value};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// Key figures of every point unless the study names others.
pub const FIGURES: [&str; 9] =
    ["profit", "sales", "lost", "fill_rate", "stock_mean", "aged_share", "fixed_cost", "one_off_cost", "stores"];
const PLACEMENT: [&str; 8] =
    ["opened", "closed", "moved", "improved", "one_off_cost", "model_profit", "model_bound", "gap"];
const ENDS: [&str; 3] = ["mean", "low", "high"];
/// The file that questions are put to.
pub const DATABASE: &str = "study.db";

/// The columns of `points` that stand beside the axes.
fn fixed(study: &Study) -> (Vec<Column>, Vec<Column>) {
    let number = |name: String| Column::new(name, Kind::Number);
    let three = |f: &str| ENDS.map(|e| number(format!("{f}_{e}")));
    let first = vec![Column::new("point", Kind::Whole), Column::new("status", Kind::Text)];
    let figures = study.outputs.iter().flat_map(|f| three(f)).chain(three("profit_less_today"));
    let placement = PLACEMENT.map(|p| number(format!("placement_{p}")));
    (first, figures.chain(placement).chain([Column::new("no_plan", Kind::Text)]).collect())
}

/// Whether a name is taken by a column that is no axis.
pub fn taken(study: &Study, name: &str) -> bool {
    let (first, last) = fixed(study);
    let name = name.to_lowercase();
    first.iter().chain(&last).any(|c| c.name == name) || name == "regret" || name.starts_with("worst_")
}

/// What stands in the column of an axis.
fn kind(axis: &Axis) -> Kind {
    if matches!(axis.span, Span::Levels(_)) { Kind::Text } else { Kind::Number }
}

fn axes(study: &Study, decision: Option<bool>) -> Vec<Column> {
    let wanted = study.axes.iter().filter(|a| decision.is_none_or(|d| a.decision == d));
    wanted.map(|a| Column::new(a.name.clone(), kind(a))).collect()
}

/// The columns of `points`: an axis each between its number and its figures.
pub fn columns(study: &Study) -> Vec<Column> {
    let (mut first, last) = fixed(study);
    first.extend(axes(study, None));
    first.extend(last);
    first
}

/// Six decimals: what lies beyond differs between ways to add up, not between answers.
fn number(x: f64) -> Value {
    let rounded = (x * 1e6).round() / 1e6;
    Value::Number(if rounded == 0.0 { 0.0 } else { rounded })
}

fn shown(text: &str, kind: Kind) -> Value {
    match (kind, text.parse()) {
        (Kind::Number, Ok(x)) => Value::Number(x),
        _ => Value::Text(text.to_owned()),
    }
}

/// A point's row of `points`.
pub fn row(study: &Study, point: &Point, worked: &Worked) -> Vec<Value> {
    let status = if worked.no_plan.is_some() { "no plan" } else { "ok" };
    let mut cells = vec![Value::Whole(point.index as i64 + 1), Value::Text(status.to_owned())];
    cells.extend(study.shown(point).map(|(axis, value)| shown(&value, kind(axis))));
    let three = |x: Option<[f64; 3]>| x.map_or([Value::Empty, Value::Empty, Value::Empty], |x| x.map(number));
    for f in &study.outputs {
        cells.extend(three(worked.figures.get(f).map(|f| f.plan)));
    }
    cells.extend(three(worked.figures.get("profit").map(|f| f.difference)));
    cells.extend(PLACEMENT.map(|p| worked.placement.get(p).map_or(Value::Empty, |&x| number(x))));
    cells.push(worked.no_plan.clone().map_or(Value::Empty, Value::Text));
    cells
}

/// Files that grow while the points are read.
pub struct Tables<'s> {
    study: &'s Study,
    sinks: Vec<Box<dyn Sink>>,
    runs: Box<dyn Sink>,
    base: Database,
    files: Vec<(&'static str, TempPath)>,
}

fn runs() -> Vec<Column> {
    vec![
        Column::new("point", Kind::Whole),
        Column::new("replication", Kind::Whole),
        Column::new("profit", Kind::Number),
    ]
}

impl<'s> Tables<'s> {
    /// Starts them in a folder, under names of their own that start with a dot and the name of the results.
    ///
    /// # Errors
    /// What the system says when they cannot be made.
    pub fn begin(study: &'s Study, folder: &Path, results: &str) -> io::Result<Self> {
        let prefix = format!(".{results}.");
        let mut files = Vec::new();
        let mut file = |name: &'static str| -> io::Result<std::fs::File> {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let made: NamedTempFile = builder.prefix(&prefix).suffix(".tmp").tempfile_in(folder)?;
            let (file, path) = made.into_parts();
            files.push((name, path));
            Ok(file)
        };
        let columns = columns(study);
        let sinks: Vec<Box<dyn Sink>> = vec![
            Box::new(Comma::new(file("points.csv")?, &columns)?),
            Box::new(Columnar::new(file("points.parquet")?, &columns)?),
        ];
        let all_runs = Box::new(Columnar::new(file("runs.parquet")?, &runs())?);
        drop(file(DATABASE)?);
        let path: &Path = &files[3].1;
        let base = Database::create(path)?;
        base.table("points", &columns)?;
        base.table("runs", &runs())?;
        Ok(Self { study, sinks, runs: all_runs, base, files })
    }

    /// Adds a point.
    ///
    /// # Errors
    /// What the system says when it cannot be written.
    pub fn add(&mut self, point: &Point, worked: &Worked) -> io::Result<()> {
        let row = row(self.study, point, worked);
        self.sinks.iter_mut().try_for_each(|s| s.add(&row))?;
        self.base.add("points", &row)?;
        for (k, &profit) in worked.profit.iter().enumerate() {
            let run = [Value::Whole(point.index as i64 + 1), Value::Whole(k as i64), number(profit)];
            self.runs.add(&run)?;
            self.base.add("runs", &run)?;
        }
        Ok(())
    }

    /// Ends them with the comparison; the files and the names that are theirs.
    ///
    /// # Errors
    /// What the system says when they cannot be written.
    pub fn finish(self, found: &Compared) -> io::Result<Vec<(&'static str, TempPath)>> {
        for sink in self.sinks.into_iter().chain([self.runs]) {
            sink.finish()?;
        }
        comparison(&self.base, self.study, found)?;
        self.base.finish()?;
        Ok(self.files)
    }
}

/// The ready tables: `ranking`, `effects`, `front`, `regrets`.
fn comparison(base: &Database, study: &Study, found: &Compared) -> io::Result<()> {
    let column = |(name, kind): (&str, Kind)| Column::new(name, kind);
    let whole = |n: usize| Value::Whole(n as i64);
    let ranking = [
        ("place", Kind::Whole),
        ("point", Kind::Whole),
        ("profit", Kind::Number),
        ("behind", Kind::Number),
        ("behind_low", Kind::Number),
        ("behind_high", Kind::Number),
    ];
    base.table("ranking", &ranking.map(column))?;
    for (k, r) in found.ranking.iter().enumerate() {
        let behind = [r.profit, r.behind.mean, r.behind.low(), r.behind.high()].map(number);
        base.add("ranking", &[vec![whole(k + 1), whole(r.index + 1)], behind.to_vec()].concat())?;
    }
    let effects = [("axis", Kind::Text), ("value", Kind::Text), ("profit_mean", Kind::Number), ("width", Kind::Number)];
    base.table("effects", &effects.map(column))?;
    for e in &found.effects {
        for (value, profit) in &e.by_value {
            let texts = [e.axis.clone(), value.clone()].map(Value::Text);
            base.add("effects", &[texts.to_vec(), vec![number(*profit), number(e.width)]].concat())?;
        }
    }
    base.table("front", &[column(("point", Kind::Whole))])?;
    found.front.iter().try_for_each(|&k| base.add("front", &[whole(k + 1)]))?;
    let (decisions, worlds) = (axes(study, Some(true)), axes(study, Some(false)));
    let worst = worlds.iter().map(|c| Column::new(format!("worst_{}", c.name), c.kind));
    let more = [Column::new("regret", Kind::Number), Column::new("profit_mean", Kind::Number)];
    let all: Vec<Column> = more.into_iter().chain(decisions.iter().cloned()).chain(worst).collect();
    base.table("regrets", &all)?;
    for r in &found.regrets {
        let at = |(text, column): (&String, &Column)| shown(text, column.kind);
        let mut row = vec![number(r.regret), number(r.mean)];
        row.extend(r.decision.iter().zip(&decisions).map(at));
        let known = r.world.iter().zip(&worlds).map(at);
        row.extend(known.chain(std::iter::repeat_n(Value::Empty, worlds.len())).take(worlds.len()));
        base.add("regrets", &row)?;
    }
    Ok(())
}

/// Where the file for questions stands in a results folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}
