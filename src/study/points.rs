//! The design laid out: which level every axis has at every point, and the variant that makes the point's scenario.

use super::design::{Axis, Layout, Level, MOST_POINTS, Span, Study, Target};
use crate::stats::quasi::Block;
use std::path::Path;

/// Where an axis stands at a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// At a level, by position.
    Level(usize),
    /// At a number.
    Number(f64),
}

/// A point of the design.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Position in the design, from 0.
    pub index: usize,
    /// One place for each axis.
    pub places: Vec<Place>,
}

/// Points of a list that are wrong, each with its line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ListError(pub String);

/// Number of points.
pub fn count(study: &Study, list: Option<&[Vec<Place>]>) -> usize {
    match &study.layout {
        Layout::Full => study.axes.iter().map(Axis::levels).product(),
        Layout::Hypercube(n) | Layout::Sobol(n) => *n as usize,
        Layout::List(_) => list.map_or(0, <[_]>::len),
    }
}

/// The point at a position: no list of all points is kept. `list` holds the rows of a listed design.
pub fn point(study: &Study, list: Option<&[Vec<Place>]>, index: usize) -> Point {
    let unit = |axis: usize| -> f64 {
        let seed = study.seed.unwrap_or(1);
        match &study.layout {
            Layout::Sobol(n) => Block::new(seed, 0, *n).at(index as u32, axis),
            // Beyond the Sobol dimensions every dimension is a hypercube of its own.
            Layout::Hypercube(n) => Block::new(seed, 0, *n).at(index as u32, crate::stats::quasi::SOBOL + axis),
            Layout::Full | Layout::List(_) => 0.0,
        }
    };
    let places = match &study.layout {
        Layout::List(_) => list.and_then(|l| l.get(index)).cloned().unwrap_or_default(),
        Layout::Full => {
            // The last axis runs fastest.
            let mut rest = index;
            let mut places: Vec<Place> = study
                .axes
                .iter()
                .rev()
                .map(|a| {
                    let n = a.levels().max(1);
                    let level = rest % n;
                    rest /= n;
                    Place::Level(level)
                })
                .collect();
            places.reverse();
            places
        }
        Layout::Hypercube(_) | Layout::Sobol(_) => study
            .axes
            .iter()
            .enumerate()
            .map(|(k, a)| match &a.span {
                Span::Range(low, high, _) => Place::Number(low + (high - low) * unit(k)),
                _ => Place::Level(((unit(k) * a.levels() as f64) as usize).min(a.levels() - 1)),
            })
            .collect(),
    };
    Point { index, places }
}

/// Placements for each part from which on points that share one go together: below, parts would differ too much in length.
const APIECE: usize = 8;

/// Which of `n` parts, from 0, works the point at a position. Points that differ in the simulation alone share their
/// placement and go together, where there are placements enough.
pub fn part(study: &Study, index: usize, n: usize) -> usize {
    let lasting = |axis: &&Axis| !axis.simulates();
    let groups: usize = study.axes.iter().filter(lasting).map(|a| a.levels().max(1)).product();
    if !study.place || study.layout != Layout::Full || groups / APIECE < n {
        return index % n;
    }
    // As in `point`, the last axis runs fastest.
    let (mut rest, mut group, mut weight) = (index, 0, 1);
    for axis in study.axes.iter().rev() {
        let levels = axis.levels().max(1);
        if !axis.simulates() {
            group += rest % levels * weight;
            weight *= levels;
        }
        rest /= levels;
    }
    group % n
}

/// Reads a listed design.
pub fn list(study: &Study, path: &Path) -> Result<Vec<Vec<Place>>, ListError> {
    let told = |what: String| ListError(format!("{}: {what}", path.display()));
    let mut reader = csv::ReaderBuilder::new().from_path(path).map_err(|e| told(e.to_string()))?;
    let header = reader.headers().map_err(|e| told(e.to_string()))?.clone();
    let mut columns = Vec::new();
    for axis in &study.axes {
        let found = header.iter().position(|h| h.trim() == axis.name);
        columns.push(found.ok_or_else(|| told(format!("line 1: there is no column {:?} → add it", axis.name)))?);
    }
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| told(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut places = Vec::new();
        for (axis, &k) in study.axes.iter().zip(&columns) {
            let text = record.get(k).unwrap_or("").trim();
            let place = match &axis.span {
                Span::Levels(levels) => levels.iter().position(|l| l.name == text).map(Place::Level),
                _ => text.parse().ok().filter(|x: &f64| x.is_finite()).map(Place::Number),
            };
            let help = match &axis.span {
                Span::Levels(levels) => levels.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join(", "),
                _ => "a number".into(),
            };
            let cause = || format!("line {line}: {text:?} is no value of {:?} → write {help}", axis.name);
            places.push(place.ok_or_else(|| told(cause()))?);
        }
        points.push(places);
        if points.len() > MOST_POINTS {
            return Err(told(format!("line {line}: more than {MOST_POINTS} points → split the list")));
        }
    }
    if points.is_empty() { Err(told("there is no row → write one for each point".into())) } else { Ok(points) }
}

impl Study {
    /// The axes, each with what it shows at a point.
    pub fn shown(&self, point: &Point) -> impl Iterator<Item = (&Axis, String)> {
        self.axes.iter().zip(&point.places).map(|(axis, place)| (axis, axis.shown(place)))
    }
}

impl Axis {
    /// What the axis shows at a place.
    pub fn shown(&self, place: &Place) -> String {
        match (&self.span, place) {
            (Span::Levels(levels), Place::Level(k)) => levels[*k].name.clone(),
            (Span::Values(values, _), Place::Level(k)) => values[*k].to_string(),
            (_, Place::Number(x)) => x.to_string(),
            (Span::Range(low, ..), Place::Level(_)) => low.to_string(),
        }
    }

    /// Whether nothing but the simulation's options changes along it.
    fn simulates(&self) -> bool {
        let settings = |change: &toml::Table| {
            let sections = change.get("settings").and_then(toml::Value::as_table);
            change.keys().all(|k| k == "settings") && sections.is_none_or(|s| s.keys().all(|k| k == "simulation"))
        };
        match &self.span {
            Span::Levels(levels) => levels.iter().all(|l| settings(&l.change)),
            Span::Values(_, Target::Setting { section, .. }) | Span::Range(.., Target::Setting { section, .. }) => {
                section == "simulation"
            }
            Span::Values(_, Target::Cells { .. }) | Span::Range(.., Target::Cells { .. }) => false,
        }
    }

    fn change(&self, place: &Place) -> toml::Table {
        let (number, target) = match (&self.span, place) {
            (Span::Levels(levels), Place::Level(k)) => return levels.get(*k).map(of).unwrap_or_default(),
            (Span::Levels(_), Place::Number(_)) => return toml::Table::new(),
            (Span::Values(values, target), Place::Level(k)) => (values[*k], target),
            (Span::Values(_, target) | Span::Range(_, _, target), Place::Number(x)) => (*x, target),
            (Span::Range(low, _, target), Place::Level(_)) => (*low, target),
        };
        made(number, target)
    }
}

fn of(level: &Level) -> toml::Table {
    level.change.clone()
}

/// A number as TOML: whole ones are written whole, as keys that count want them.
fn written(number: f64) -> toml::Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        toml::Value::Integer(number as i64)
    } else {
        toml::Value::Float(number)
    }
}

fn made(number: f64, target: &Target) -> toml::Table {
    let one = |key: &str, value: toml::Value| toml::Table::from_iter([(key.to_owned(), value)]);
    match target {
        Target::Setting { section, key } if section.is_empty() => {
            one("settings", toml::Value::Table(one(key, written(number))))
        }
        Target::Setting { section, key } => {
            one("settings", toml::Value::Table(one(section, toml::Value::Table(one(key, written(number))))))
        }
        Target::Cells { table, only, verb, column } => {
            let mut patch = one("table", toml::Value::String(table.clone()));
            if !only.is_empty() {
                patch.insert("where".into(), toml::Value::Table(only.clone()));
            }
            patch.insert((*verb).into(), toml::Value::Table(one(column, written(number))));
            one("patch", toml::Value::Array(vec![toml::Value::Table(patch)]))
        }
    }
}

/// The variant that makes a point's scenario from the base's folder; empty for what stands there. What all points have in
/// common comes first, then the axes in their order.
pub fn variant(study: &Study, point: &Point) -> String {
    let mut all = study.common.clone();
    for (axis, place) in study.axes.iter().zip(&point.places) {
        for (key, value) in axis.change(place) {
            match (all.get_mut(&key), value) {
                (Some(toml::Value::Array(list)), toml::Value::Array(more)) => list.extend(more),
                (Some(toml::Value::Table(table)), toml::Value::Table(more)) => join(table, more),
                (_, value) => {
                    all.insert(key, value);
                }
            }
        }
    }
    text(&all)
}

/// The variant that makes the base: what all points have in common.
pub fn common(study: &Study) -> String {
    text(&study.common)
}

fn text(variant: &toml::Table) -> String {
    if variant.is_empty() { String::new() } else { toml::to_string(variant).unwrap_or_default() }
}

/// Adds sections and keys; later ones win.
fn join(table: &mut toml::Table, more: toml::Table) {
    for (key, value) in more {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(more)) => join(inner, more),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}
