//! `study.toml`: what is varied, how, and what is worked at every point.

use crate::evaluation::figure_names;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Largest study file, bytes.
const BYTES: u64 = 4 << 20;
/// Most points of a study.
pub const MOST_POINTS: usize = 10_000_000;

/// A fault of a study's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// Line and column from 1; 0 for the file as a whole.
    pub place: (usize, usize),
    /// What is wrong.
    pub cause: String,
    /// The way out.
    pub help: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.place.0 > 0 {
            write!(f, ":{}:{}", self.place.0, self.place.1)?;
        }
        write!(f, ": {} → {}", self.cause, self.help)
    }
}

/// How points are chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Every combination of the axes' levels.
    Full,
    /// So many points of a Latin hypercube.
    Hypercube(u32),
    /// So many points of a scrambled Sobol net.
    Sobol(u32),
    /// The rows of a CSV file: a column for each axis, a number or a level's name.
    List(PathBuf),
}

/// What a value of an axis does to the scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Sets a key of scenario.toml.
    Setting {
        /// Its section.
        section: String,
        /// The key.
        key: String,
    },
    /// Changes cells of a table.
    Cells {
        /// The table.
        table: String,
        /// Which rows: as in a variant.
        only: toml::Table,
        /// `set`, `scale` or `plus`.
        verb: &'static str,
        /// The column.
        column: String,
    },
}

/// A level with a name: a piece of a variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// What it changes; empty for the scenario as it is.
    pub change: toml::Table,
}

/// What an axis runs over.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// Named levels.
    Levels(Vec<Level>),
    /// Numbers.
    Values(Vec<f64>, Target),
    /// All numbers from one to another (not for a full design).
    Range(f64, f64, Target),
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// Whether it is the planner's choice; the other axes are what the world may bring.
    pub decision: bool,
    /// What it runs over.
    pub span: Span,
}

/// A study.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Its name: the file's, without the ending.
    pub id: String,
    /// The base scenario's folder.
    pub base: PathBuf,
    /// Whether stores are placed anew at every point; else today's network is judged.
    pub place: bool,
    /// Replications of every point; with a precision, at most so many.
    pub replications: Option<u32>,
    /// Half-width of the network costs' 95 % intervals at which a point ends, as a share of the cost.
    pub precision: Option<f64>,
    /// Key figures that stand in the tables.
    pub outputs: Vec<String>,
    /// Key of all random numbers.
    pub seed: Option<u64>,
    /// What all points have in common against the base's folder: a variant; empty for nothing.
    pub common: toml::Table,
    /// How points are chosen.
    pub layout: Layout,
    /// The axes.
    pub axes: Vec<Axis>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    base: Spanned<String>,
    #[serde(default)]
    steps: Option<Spanned<Vec<String>>>,
    replications: Option<Spanned<u32>>,
    precision: Option<Spanned<f64>>,
    outputs: Option<Vec<Spanned<String>>>,
    seed: Option<u64>,
    design: Option<Spanned<String>>,
    points: Option<Spanned<u32>>,
    list: Option<Spanned<String>>,
    #[serde(default)]
    settings: toml::Table,
    #[serde(default)]
    patch: Vec<toml::Table>,
    #[serde(default)]
    axis: Vec<Spanned<WrittenAxis>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAxis {
    name: String,
    #[serde(default)]
    decision: bool,
    values: Option<Vec<f64>>,
    range: Option<[f64; 2]>,
    setting: Option<String>,
    table: Option<String>,
    #[serde(default, rename = "where")]
    only: toml::Table,
    set: Option<String>,
    scale: Option<String>,
    plus: Option<String>,
    #[serde(default)]
    level: Vec<WrittenLevel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLevel {
    name: String,
    #[serde(default)]
    settings: toml::Table,
    #[serde(default)]
    patch: Vec<toml::Table>,
}

/// Reads a study's file; every fault that can be told from it at once.
pub fn read(path: &Path) -> Result<Study, Vec<Fault>> {
    let shown = path.display().to_string();
    let whole =
        |cause: String, help: &str| vec![Fault { file: shown.clone(), place: (0, 0), cause, help: help.into() }];
    let size = std::fs::metadata(path).map_err(|e| whole(e.to_string(), "give the path of a study.toml"))?.len();
    if size > BYTES {
        return Err(whole(format!("{size} bytes are more than {BYTES}"), "keep long lists in a CSV file (list)"));
    }
    let text = std::fs::read_to_string(path).map_err(|e| whole(e.to_string(), "write it in UTF-8"))?;
    parse(&text, path)
}

/// Parses a study's text; `path` is where it stands.
pub fn parse(text: &str, path: &Path) -> Result<Study, Vec<Fault>> {
    let mut faults = Faults { text, file: path.display().to_string(), list: Vec::new() };
    let written: Written = match toml::from_str(text) {
        Ok(written) => written,
        Err(e) => {
            let cause = e.message().lines().next().unwrap_or("not TOML").to_owned();
            faults.add(e.span().map_or(0, |s| s.start), cause, "docs/studies.md shows a study");
            return Err(faults.list);
        }
    };
    let home = path.parent().unwrap_or(Path::new("."));
    let study = Study {
        id: path.file_stem().map_or_else(|| "study".into(), |s| s.to_string_lossy().into_owned()),
        base: home.join(written.base.get_ref()),
        place: steps(&written, &mut faults),
        replications: written.replications.as_ref().map(|r| *r.get_ref()),
        precision: precision(&written, &mut faults),
        outputs: outputs(&written, &mut faults),
        seed: written.seed,
        common: change(&written.settings, &written.patch),
        layout: layout(&written, home, &mut faults),
        axes: written.axis.iter().filter_map(|a| axis(a, &mut faults)).collect(),
    };
    if written.axis.is_empty() {
        faults.add(0, "there is no axis".into(), "write at least one [[axis]]");
    }
    if let Some(r) = written.replications.as_ref().filter(|r| *r.get_ref() < 2) {
        faults.add(r.span().start, "fewer than two replications have no interval".into(), "write 2 or more");
    }
    for (k, one) in written.axis.iter().enumerate() {
        let name = &one.get_ref().name;
        if written.axis[..k].iter().any(|a| a.get_ref().name.eq_ignore_ascii_case(name)) {
            faults.add(one.span().start, format!("the axis {name:?} is there twice"), "give it another name");
        }
        if name.trim().is_empty() || super::tables::taken(&study, name) {
            let cause = format!("{name:?} is no name for an axis: a column of the tables has it");
            faults.add(one.span().start, cause, "give it another name");
        }
    }
    for (axis, at) in written.axis.iter().map(|a| (a.get_ref(), a.span().start)) {
        if let Some(twice) = twice(axis) {
            let cause = format!("the axis {:?} has {twice} twice", axis.name);
            faults.add(at, cause, "give each level a name or number of its own");
        }
        if let Some(key) = ours(axis) {
            let cause = format!("the axis {:?} changes simulation.{key}, which all points share", axis.name);
            faults.add(at, cause, &format!("write {key} at the top of the study"));
        }
    }
    if let Some(key) = own_keys(&written.settings).next() {
        faults.add(
            0,
            format!("simulation.{key} is a key of the study"),
            &format!("write {key} at the top of the study"),
        );
    }
    if study.layout == Layout::Full {
        for (axis, at) in study.axes.iter().zip(&written.axis) {
            if matches!(axis.span, Span::Range(..)) {
                let cause = format!("a full design needs values, and {:?} has a range", axis.name);
                faults.add(at.span().start, cause, "write values = [...], or design = \"hypercube\" or \"sobol\"");
            }
        }
        let count: Option<usize> = study.axes.iter().try_fold(1_usize, |n, a| n.checked_mul(a.levels().max(1)));
        if count.is_none_or(|n| n > MOST_POINTS) {
            faults.add(0, format!("the design has more than {MOST_POINTS} points"), "take a hypercube or a Sobol net");
        }
    }
    if faults.list.is_empty() { Ok(study) } else { Err(faults.list) }
}

impl Axis {
    /// Number of levels of a full design.
    pub fn levels(&self) -> usize {
        match &self.span {
            Span::Levels(l) => l.len(),
            Span::Values(v, _) => v.len(),
            Span::Range(..) => 0,
        }
    }
}

struct Faults<'t> {
    text: &'t str,
    file: String,
    list: Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, at: usize, cause: String, help: &str) {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        self.list.push(Fault { file: self.file.clone(), place: (line, column), cause, help: help.into() });
    }
}

fn steps(written: &Written, faults: &mut Faults<'_>) -> bool {
    let Some(steps) = &written.steps else { return true };
    let names: Vec<&str> = steps.get_ref().iter().map(String::as_str).collect();
    for name in names.iter().filter(|n| !["place", "simulate"].contains(n)) {
        faults.add(steps.span().start, format!("{name:?} is no step of a study"), "write \"place\" and \"simulate\"");
    }
    if !names.contains(&"simulate") {
        faults.add(steps.span().start, "a study without \"simulate\" has no outputs".into(), "add \"simulate\"");
    }
    names.contains(&"place")
}

fn precision(written: &Written, faults: &mut Faults<'_>) -> Option<f64> {
    let given = written.precision.as_ref()?;
    let share = *given.get_ref();
    if !(share > 0.0 && share < 1.0) {
        faults.add(
            given.span().start,
            format!("{share} is no precision"),
            "write a share between 0 and 1, 0.01 for 1 %",
        );
    }
    Some(share)
}

fn outputs(written: &Written, faults: &mut Faults<'_>) -> Vec<String> {
    let Some(given) = &written.outputs else { return super::tables::FIGURES.map(String::from).to_vec() };
    // What points are ranked by, and what nothing beats is judged by.
    let mut all = ["profit", "fill_rate"].map(String::from).to_vec();
    for output in given.iter().filter(|o| !["profit", "fill_rate"].contains(&o.get_ref().as_str())) {
        let name = output.get_ref();
        if !figure_names().any(|f| f == name) {
            let cause = format!("{name:?} is no key figure");
            faults.add(output.span().start, cause, &format!("write {}", figure_names().collect::<Vec<_>>().join(", ")));
        } else if all.contains(name) {
            faults.add(output.span().start, format!("{name:?} is there twice"), "write it once");
        } else {
            all.push(name.clone());
        }
    }
    all
}

fn layout(written: &Written, home: &Path, faults: &mut Faults<'_>) -> Layout {
    let points = written.points.as_ref().map(|p| *p.get_ref());
    let Some(design) = &written.design else {
        return match &written.list {
            Some(list) => Layout::List(home.join(list.get_ref())),
            None => Layout::Full,
        };
    };
    let at = design.span().start;
    match (design.get_ref().as_str(), points) {
        ("full", _) => return Layout::Full,
        ("list", _) => match &written.list {
            Some(list) => return Layout::List(home.join(list.get_ref())),
            None => faults.add(at, "a list needs its file".into(), "write list = \"points.csv\""),
        },
        ("hypercube", Some(n)) if n > 0 && n as usize <= MOST_POINTS => return Layout::Hypercube(n),
        ("sobol", Some(n)) if n > 0 && n as usize <= MOST_POINTS => return Layout::Sobol(n),
        ("hypercube" | "sobol", _) => faults.add(at, "the number of points is not given".into(), "write points = 64"),
        (other, _) => {
            faults.add(at, format!("{other:?} is no design"), "write \"full\", \"hypercube\", \"sobol\" or \"list\"");
        }
    }
    Layout::Full
}

fn axis(spanned: &Spanned<WrittenAxis>, faults: &mut Faults<'_>) -> Option<Axis> {
    let (at, a) = (spanned.span().start, spanned.get_ref());
    let known = faults.list.len();
    let span = if a.level.is_empty() {
        let target = target(a, at, faults);
        match (&a.values, a.range) {
            (Some(values), None) if !values.is_empty() => target.map(|t| Span::Values(values.clone(), t)),
            (None, Some([low, high])) if low < high => target.map(|t| Span::Range(low, high, t)),
            _ => {
                let cause = format!("the axis {:?} has no values", a.name);
                faults.add(at, cause, "write values = [...], or range = [low, high], or [[axis.level]] tables");
                None
            }
        }
    } else {
        if a.values.is_some() || a.range.is_some() || a.setting.is_some() || a.table.is_some() {
            let cause = format!("the axis {:?} has levels and values", a.name);
            faults.add(at, cause, "keep [[axis.level]] tables or values, not both");
        }
        Some(Span::Levels(a.level.iter().map(level).collect()))
    };
    span.filter(|_| faults.list.len() == known).map(|span| Axis { name: a.name.clone(), decision: a.decision, span })
}

/// A level that an axis has twice.
fn twice(axis: &WrittenAxis) -> Option<String> {
    let names = axis.level.iter().map(|l| format!("the level {:?}", l.name));
    let mut all: Vec<String> = names.chain(axis.values.iter().flatten().map(|v| format!("the value {v}"))).collect();
    all.sort_unstable();
    all.windows(2).find(|w| w[0] == w[1]).map(|w| w[0].clone())
}

/// Keys of the simulation that the study itself says for all points: the customers are the same everywhere.
const OWN: [&str; 2] = ["seed", "replications"];

/// Those of them that settings name.
fn own_keys(settings: &toml::Table) -> impl Iterator<Item = &'static str> {
    let simulation = settings.get("simulation").and_then(toml::Value::as_table);
    OWN.into_iter().filter(move |key| simulation.is_some_and(|s| s.contains_key(*key)))
}

/// One of them that an axis changes.
fn ours(axis: &WrittenAxis) -> Option<&'static str> {
    let by_value = axis.setting.as_deref().and_then(|s| s.strip_prefix("simulation."));
    let by_level = axis.level.iter().find_map(|l| own_keys(&l.settings).next());
    OWN.into_iter().find(|key| by_value == Some(key)).or(by_level)
}

fn level(written: &WrittenLevel) -> Level {
    Level { name: written.name.clone(), change: change(&written.settings, &written.patch) }
}

/// A piece of a variant.
fn change(settings: &toml::Table, patches: &[toml::Table]) -> toml::Table {
    let mut change = toml::Table::new();
    if !settings.is_empty() {
        change.insert("settings".into(), settings.clone().into());
    }
    if !patches.is_empty() {
        let patches = patches.iter().cloned().map(toml::Value::Table).collect();
        change.insert("patch".into(), toml::Value::Array(patches));
    }
    change
}

fn target(a: &WrittenAxis, at: usize, faults: &mut Faults<'_>) -> Option<Target> {
    let verbs = [("set", &a.set), ("scale", &a.scale), ("plus", &a.plus)];
    let given: Vec<_> = verbs.iter().filter_map(|(verb, column)| Some((*verb, column.as_ref()?.clone()))).collect();
    match (&a.setting, &a.table, given.as_slice()) {
        (Some(setting), None, []) => {
            let (section, key) = setting.split_once('.').unwrap_or(("", setting));
            Some(Target::Setting { section: section.into(), key: key.into() })
        }
        (None, Some(table), [(verb, column)]) => {
            Some(Target::Cells { table: table.clone(), only: a.only.clone(), verb, column: column.clone() })
        }
        _ => {
            let cause = format!("the axis {:?} does not say what it changes", a.name);
            let help = "write setting = \"section.key\", or table = \"…\" with one of set, scale, plus = \"column\"";
            faults.add(at, cause, help);
            None
        }
    }
}
