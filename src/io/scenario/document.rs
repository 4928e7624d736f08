//! From `scenario.toml` to checked options, as the schema says.

use super::log::{Log, Spot, line_of};
use super::names::nearest;
use super::schema::{Attribute, Need, SECTIONS, Section, TABLES, Type, VERSION};
use super::values::{Value, parse};
use crate::io::fault::{Code, shorten};
use crate::units::Money;
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The options given, and where.
#[derive(Default)]
pub(super) struct Document {
    values: HashMap<(&'static str, &'static str), (Value, String, usize)>,
    /// Files that `[tables]` names, with their places.
    pub tables: Vec<(&'static str, String, usize)>,
    /// Whether the text could be read as this version's options at all.
    pub readable: bool,
}

/// Syntax errors that are looked at; the rest echoes them.
const SYNTAX_ERRORS: usize = 100;

type Entries<'i> = DeTable<'i>;

impl Document {
    /// Reads the text; `file` is its position among the sources.
    pub fn read(text: &str, file: usize, log: &mut Log) -> Self {
        let mut document = Self::default();
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut lines = std::collections::BTreeSet::new();
        for error in errors.iter().take(SYNTAX_ERRORS) {
            let at = error.span().map_or(0, |s| s.start);
            // What follows on a line that went wrong is mostly an echo.
            if !lines.insert(line_of(text, at)) {
                continue;
            }
            let cause = error.message().lines().next().unwrap_or("not TOML").to_string();
            log.add(Spot { file, at: Some(at) }, Code::Toml, "", || {
                (cause, "write key = value lines under [section] headings".into())
            });
        }
        if !errors.is_empty() {
            return document;
        }
        let mut reader = Reader { file, log, document: &mut document };
        if reader.version(root.get_ref()) {
            reader.root(root.get_ref());
            document.readable = true;
        }
        document
    }

    fn find(&self, section: &str, key: &str) -> Value {
        if let Some((value, ..)) = self.values.get(&(section, key)) {
            return *value;
        }
        let attribute = SECTIONS.iter().filter(|s| s.name == section).flat_map(|s| s.keys).find(|a| a.name == key);
        match attribute.expect("the schema lists every key that is read").need {
            Need::Default(text) => parse(attribute.map_or(Type::Text, |a| a.holds), text, None).unwrap_or_default(),
            _ => Value::Empty,
        }
    }
    /// The place of a key that was given.
    pub fn place(&self, section: &str, key: &str) -> Option<usize> {
        self.values.get(&(section, key)).map(|v| v.2)
    }
    /// Text; empty when not given.
    pub fn text(&self, section: &str, key: &str) -> String {
        self.values.get(&(section, key)).map(|v| v.1.clone()).unwrap_or_default()
    }
    /// A number; 0 when none is given.
    pub fn number(&self, section: &str, key: &str) -> f64 {
        match self.find(section, key) {
            Value::Number(n) => n,
            Value::Whole(n) => n as f64,
            _ => 0.0,
        }
    }
    /// A whole number; 0 when none is given.
    pub fn whole(&self, section: &str, key: &str) -> i64 {
        if let Value::Whole(n) = self.find(section, key) { n } else { 0 }
    }
    /// A count that may be absent.
    pub fn count(&self, section: &str, key: &str) -> Option<u32> {
        if let Value::Whole(n) = self.find(section, key) { u32::try_from(n).ok() } else { None }
    }
    /// Money that may be absent.
    pub fn money(&self, section: &str, key: &str) -> Option<Money> {
        if let Value::Money(m) = self.find(section, key) { Some(m) } else { None }
    }
    /// Whether a flag is set.
    pub fn flag(&self, section: &str, key: &str) -> bool {
        self.find(section, key) == Value::Flag(true)
    }
    /// Position of a word; 0 when it is faulty.
    pub fn word(&self, section: &str, key: &str) -> usize {
        if let Value::Word(w) = self.find(section, key) { w } else { 0 }
    }
    /// A day.
    pub fn day(&self, section: &str, key: &str) -> Option<Date> {
        if let Value::Day(d) = self.find(section, key) { Some(d) } else { None }
    }
}

struct Reader<'r> {
    file: usize,
    log: &'r mut Log,
    document: &'r mut Document,
}

impl Reader<'_> {
    fn add(&mut self, at: usize, code: Code, value: &str, cause: String, help: String) {
        self.log.add(Spot { file: self.file, at: Some(at) }, code, value, || (cause, help));
    }

    /// Whether the schema's version is one that can be read. A newer one is refused before anything else is judged.
    fn version(&mut self, root: &Entries<'_>) -> bool {
        let Some((key, value)) = root.get_key_value("schema") else {
            let cause = "no schema version is given: the folder is older than version 1 or not a scenario".into();
            self.add(
                0,
                Code::Older,
                "",
                cause,
                format!("write schema = {VERSION} as the first line and see `forecourt schema`"),
            );
            return true;
        };
        let version = value.get_ref().as_integer().and_then(|i| i.as_str().replace('_', "").parse::<i64>().ok());
        let (at, shown) = (value.span().start, version.map(|v| v.to_string()).unwrap_or_default());
        match version {
            Some(VERSION) => true,
            Some(newer) if newer > VERSION => {
                let cause = format!("the scenario has schema version {newer}, this program knows {VERSION}");
                self.add(at, Code::Newer, &shown, cause, "use a newer forecourt".into());
                false
            }
            Some(older) => {
                let cause = format!("schema version {older} was never published, so there is nothing to migrate from");
                self.add(
                    at,
                    Code::Older,
                    &shown,
                    cause,
                    format!("write schema = {VERSION} and see `forecourt schema`"),
                );
                false
            }
            None => {
                let cause = "the schema version is not a whole number".into();
                self.add(key.span().start, Code::Kind, &shown, cause, format!("write schema = {VERSION}"));
                false
            }
        }
    }

    fn root(&mut self, root: &Entries<'_>) {
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            let at = key.span().start;
            if let DeValue::Table(entries) = value.get_ref() {
                if name == "tables" {
                    self.tables(entries);
                } else if let Some(section) = SECTIONS.iter().find(|s| !s.name.is_empty() && s.name == name) {
                    self.section(section, entries);
                } else {
                    let names = SECTIONS.iter().map(|s| s.name).chain(["tables"]).filter(|n| !n.is_empty());
                    self.unknown(at, &format!("[{}]", shorten(name)), nearest(name, names).map(|n| format!("[{n}]")));
                }
            } else {
                self.entry(&SECTIONS[0], name, at, value.get_ref(), value.span());
            }
        }
        for attribute in SECTIONS[0].keys.iter().filter(|a| a.need == Need::Required && a.name != "schema") {
            if !root.contains_key(attribute.name) {
                let cause = format!("the key {} is missing", attribute.name);
                self.add(0, Code::MissingKey, attribute.name, cause, format!("write it: {}", attribute.about));
            }
        }
    }

    fn section(&mut self, section: &'static Section, entries: &Entries<'_>) {
        for (key, value) in entries {
            self.entry(section, key.get_ref().as_ref(), key.span().start, value.get_ref(), value.span());
        }
    }

    fn entry(&mut self, section: &'static Section, name: &str, at: usize, value: &DeValue<'_>, span: Range<usize>) {
        let Some(attribute) = section.keys.iter().find(|a| a.name == name) else {
            let near = section.keys.iter().find(|a| a.stem() == name).map(|a| a.name);
            let near = near.or_else(|| nearest(name, section.keys.iter().map(|a| a.name)));
            return self.unknown(at, name, near.map(String::from));
        };
        let text = scalar(value);
        let found = if let Some(text) = kind_of(attribute, value) {
            parse(attribute.holds, &text, None)
        } else {
            let cause = format!("{name} is a {}, not {}", value.type_str(), wanted(attribute));
            self.add(span.start, Code::Kind, &text, cause, format!("write {}", wanted(attribute)));
            Ok(Value::Bad)
        };
        let found = found.unwrap_or_else(|flaw| {
            self.add(span.start, flaw.code, &text, format!("{name}: {}", flaw.cause), flaw.help);
            Value::Bad
        });
        self.document.values.insert((section.name, attribute.name), (found, text, span.start));
    }

    fn unknown(&mut self, at: usize, name: &str, near: Option<String>) {
        let help = match near {
            Some(near) => format!("did you mean {near}?"),
            None => "remove it, or see `forecourt schema`".into(),
        };
        self.add(at, Code::UnknownKey, name, format!("unknown key {}", shorten(name)), help);
    }

    fn tables(&mut self, entries: &Entries<'_>) {
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            let Some(table) = TABLES.iter().find(|t| t.name == name) else {
                let near = nearest(name, TABLES.iter().map(|t| t.name)).map(String::from);
                self.unknown(key.span().start, name, near);
                continue;
            };
            if let Some(path) = value.get_ref().as_str() {
                self.document.tables.push((table.name, path.to_string(), value.span().start));
            } else {
                let cause = format!("{name} is a {}, not a file name", value.get_ref().type_str());
                self.add(value.span().start, Code::Kind, "", cause, "write a file name in quotes".into());
            }
        }
    }
}

/// A value as text, when it is no table or list.
pub(super) fn scalar(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(s) => s.to_string(),
        DeValue::Integer(i) if i.radix() == 10 => i.as_str().replace('_', ""),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map(|n| n.to_string()).unwrap_or_default(),
        DeValue::Float(f) => f.as_str().replace('_', ""),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(d) => d.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => String::new(),
    }
}

/// The value's text if its TOML type suits the attribute.
fn kind_of(attribute: &Attribute, value: &DeValue<'_>) -> Option<String> {
    let text = scalar(value);
    let fits = match attribute.holds {
        Type::Flag => value.is_bool(),
        Type::Day | Type::Monday => value.is_datetime() || value.is_str(),
        Type::Word(_) | Type::Text | Type::Key | Type::Reference(_) => value.is_str(),
        _ => value.is_integer() || value.is_float(),
    };
    fits.then_some(text)
}

fn wanted(attribute: &Attribute) -> &'static str {
    match attribute.holds {
        Type::Flag => "true or false",
        Type::Day | Type::Monday => "a date",
        Type::Word(_) | Type::Text | Type::Key | Type::Reference(_) => "text in quotes",
        Type::Whole(..) => "a whole number",
        _ => "a number",
    }
}
