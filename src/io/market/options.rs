//! The options file: a few keys, and tables of keys under `[[…]]` headings.

use super::desk::Desk;
use crate::io::fault::Code;
use crate::io::scenario::TOML_BYTES;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// A value and its byte.
#[derive(Clone, Debug)]
enum Entry {
    Number(f64),
    Text(String),
    Tables(Vec<Options>),
    Other,
}

/// Keys with their values and places.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub file: usize,
    /// Byte at which they start.
    at: usize,
    entries: Vec<(String, usize, Entry)>,
}

impl Options {
    /// Reads a file of options; nothing when it is no TOML.
    pub fn read(path: &Path, desk: &mut Desk) -> Option<Self> {
        let file = desk.open(path, TOML_BYTES);
        if !desk.sources[file].present {
            return None;
        }
        let text = desk.sources[file].text.clone();
        let (root, errors) = DeTable::parse_recoverable(&text);
        for error in errors.iter().take(20) {
            let cause = error.message().lines().next().unwrap_or("not TOML").to_string();
            let at = Some(error.span().map_or(0, |s| s.start));
            desk.fault(file, at, Code::Toml, "", &cause, "write key = value lines under [[section]] headings");
        }
        errors.is_empty().then(|| Self::of(root.get_ref(), file, 0))
    }

    fn of(table: &DeTable<'_>, file: usize, at: usize) -> Self {
        let entries = table.iter().map(|(key, value)| {
            let entry = match value.get_ref() {
                DeValue::Integer(_) | DeValue::Float(_) => number(value.get_ref()).map_or(Entry::Other, Entry::Number),
                DeValue::String(text) => Entry::Text(text.to_string()),
                DeValue::Array(items) => {
                    let table = |item: &toml::Spanned<DeValue<'_>>| match item.get_ref() {
                        DeValue::Table(table) => Some(Self::of(table, file, item.span().start)),
                        _ => None,
                    };
                    let tables: Option<Vec<Self>> = items.iter().map(table).collect();
                    tables.map_or(Entry::Other, Entry::Tables)
                }
                _ => Entry::Other,
            };
            (key.get_ref().to_string(), key.span().start, entry)
        });
        Self { file, at, entries: entries.collect() }
    }

    fn find(&self, key: &str) -> Option<&(String, usize, Entry)> {
        self.entries.iter().find(|e| e.0 == key)
    }

    /// The place of a key, or of the section.
    pub fn place(&self, key: &str) -> usize {
        self.find(key).map_or(self.at, |e| e.1)
    }

    /// Every key that is not in the list is a fault.
    pub fn only(&self, keys: &[&str], desk: &mut Desk) {
        for (key, at, _) in self.entries.iter().filter(|e| !keys.contains(&e.0.as_str())) {
            let cause = format!("unknown key \"{}\"", crate::io::fault::shorten(key));
            let help = format!("the keys are {}", keys.join(", "));
            desk.fault(self.file, Some(*at), Code::UnknownKey, key, &cause, &help);
        }
    }

    /// A number within a range.
    pub fn number(&self, key: &str, fallback: Option<f64>, range: (f64, f64), desk: &mut Desk) -> f64 {
        match (self.find(key), fallback) {
            (Some((_, _, Entry::Number(x))), _) if *x >= range.0 && *x <= range.1 => *x,
            (Some((_, at, Entry::Number(x))), _) => {
                let cause = format!("{key} is {x}, outside {} to {}", range.0, range.1);
                desk.fault(self.file, Some(*at), Code::Range, "", &cause, "check the value and its unit");
                f64::NAN
            }
            (Some((_, at, _)), _) => {
                desk.fault(self.file, Some(*at), Code::Kind, "", &format!("{key} must be a number"), "write digits");
                f64::NAN
            }
            (None, Some(fallback)) => fallback,
            (None, None) => {
                desk.fault(self.file, Some(self.at), Code::MissingKey, "", &format!("{key} is missing"), "add it");
                f64::NAN
            }
        }
    }

    /// A text; empty when it is not given and need not be.
    pub fn text(&self, key: &str, required: bool, desk: &mut Desk) -> String {
        match self.find(key) {
            Some((_, _, Entry::Text(text))) => text.clone(),
            Some((_, at, _)) => {
                desk.fault(self.file, Some(*at), Code::Kind, "", &format!("{key} must be a text"), "put it in quotes");
                String::new()
            }
            None => {
                if required {
                    let cause = format!("{key} is missing");
                    desk.fault(self.file, Some(self.at), Code::MissingKey, "", &cause, "add it");
                }
                String::new()
            }
        }
    }

    /// The tables under a heading; none when it is not there.
    pub fn tables(&self, key: &str, desk: &mut Desk) -> Vec<Self> {
        match self.find(key) {
            Some((_, _, Entry::Tables(tables))) => tables.clone(),
            Some((_, at, _)) => {
                let help = format!("write [[{key}]] headings with keys under each");
                desk.fault(self.file, Some(*at), Code::Kind, "", &format!("{key} must be tables"), &help);
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let x: f64 = match value {
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok()? as f64,
        DeValue::Float(f) => f.as_str().parse().ok()?,
        _ => return None,
    };
    x.is_finite().then_some(x)
}
