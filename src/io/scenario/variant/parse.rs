//! A variant's file: what it sets, and its patches, with the place of each word.

use crate::io::fault::{Code, shorten};
use crate::io::scenario::log::{Log, Spot};
use crate::io::scenario::names::nearest;
use crate::io::scenario::schema::{TABLES, Table, Type};
use crate::io::scenario::values;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What happens to a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Set(String),
    Scale(f64),
    Plus(f64),
}

/// A patch of one table.
#[derive(Debug)]
pub(super) struct Patch {
    pub table: &'static Table,
    /// Byte of the file at which it stands.
    pub at: usize,
    /// Rows it is for: each column must show one of the texts.
    pub only: Vec<(usize, Vec<String>)>,
    /// What happens to which column.
    pub changes: Vec<(usize, Change, usize)>,
    /// Whether the rows go.
    pub remove: bool,
    /// Rows that come: texts by column, and where they stand.
    pub rows: Vec<(Vec<(usize, String)>, usize)>,
}

/// A key of `scenario.toml` with its value as it stands.
#[derive(Debug)]
pub(super) struct Option_ {
    pub section: String,
    pub key: String,
    pub value: String,
    pub at: usize,
}

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Variant {
    pub name: Option<String>,
    pub name_zh: Option<String>,
    pub settings: Vec<Option_>,
    pub patches: Vec<Patch>,
}

type Entries<'i> = DeTable<'i>;

struct Reader<'r> {
    text: &'r str,
    file: usize,
    log: &'r mut Log,
    sound: bool,
}

/// Reads the text; `None` when something is wrong (faults are noted).
pub(super) fn read(text: &str, file: usize, log: &mut Log) -> Option<Variant> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, file, log, sound: true };
    if let Some(error) = errors.first() {
        let cause = error.message().lines().next().unwrap_or("not TOML").to_owned();
        let at = error.span().map_or(0, |s| s.start);
        reader.add(at, Code::Toml, "", cause, "write key = value lines under [section] headings".into());
        return None;
    }
    let variant = reader.root(root.get_ref());
    if variant.patches.is_empty() && variant.settings.is_empty() && reader.sound {
        let help = "write [settings.SECTION] keys or [[patch]] tables";
        reader.add(0, Code::MissingKey, "", "the variant changes nothing".into(), help.into());
    }
    reader.sound.then_some(variant)
}

impl Reader<'_> {
    fn add(&mut self, at: usize, code: Code, value: &str, cause: String, help: String) {
        self.sound = false;
        self.log.add(Spot { file: self.file, at: Some(at) }, code, value, || (cause, help));
    }

    fn unknown(&mut self, at: usize, name: &str, among: &[&str]) {
        let help = match nearest(name, among.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("write one of {}", among.join(", ")),
        };
        self.add(at, Code::UnknownKey, name, format!("unknown key {}", shorten(name)), help);
    }

    fn kind(&mut self, at: usize, name: &str, wanted: &str) {
        self.add(at, Code::Kind, name, format!("{} is not {wanted}", shorten(name)), format!("write {wanted}"));
    }

    fn root(&mut self, root: &Entries<'_>) -> Variant {
        let mut variant = Variant::default();
        for (key, value) in root {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            match (name, value.get_ref()) {
                ("name", DeValue::String(s)) => variant.name = Some(s.to_string()),
                ("name_zh", DeValue::String(s)) => variant.name_zh = Some(s.to_string()),
                ("settings", DeValue::Table(t)) => self.settings(t, &mut variant.settings),
                ("patch", DeValue::Array(list)) => {
                    for entry in list {
                        if let DeValue::Table(t) = entry.get_ref() {
                            variant.patches.extend(self.patch(t, entry.span().start));
                        } else {
                            self.kind(entry.span().start, "patch", "a [[patch]] table");
                        }
                    }
                }
                ("name" | "name_zh", _) => self.kind(at, name, "text in quotes"),
                ("settings", _) => self.kind(at, name, "a [settings.SECTION] table"),
                ("patch", _) => self.kind(at, name, "a [[patch]] table"),
                _ => self.unknown(at, name, &["name", "name_zh", "settings", "patch"]),
            }
        }
        variant
    }

    fn settings(&mut self, entries: &Entries<'_>, out: &mut Vec<Option_>) {
        for (key, value) in entries {
            let name = key.get_ref().to_string();
            if let DeValue::Table(section) = value.get_ref() {
                for (key, value) in section {
                    self.setting(&name, key.get_ref(), key.span().start, &value.span(), out);
                }
            } else {
                self.setting("", &name, key.span().start, &value.span(), out);
            }
        }
    }

    fn setting(&mut self, section: &str, key: &str, at: usize, value: &Range<usize>, out: &mut Vec<Option_>) {
        if section == "tables" || (section.is_empty() && matches!(key, "schema" | "id" | "name" | "name_zh")) {
            let cause = format!("a variant does not change {}", if section.is_empty() { key } else { "[tables]" });
            let help = "remove it; the file's name names the variant, its own name key the title".into();
            return self.add(at, Code::UnknownKey, key, cause, help);
        }
        let value = self.text[value.clone()].to_owned();
        out.push(Option_ { section: section.to_owned(), key: key.to_owned(), value, at });
    }

    fn patch(&mut self, entries: &Entries<'_>, at: usize) -> Option<Patch> {
        let table = self.table(entries, at)?;
        let mut patch = Patch { table, at, only: Vec::new(), changes: Vec::new(), remove: false, rows: Vec::new() };
        let before = self.sound;
        self.sound = true;
        for (key, value) in entries {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            match (name, value.get_ref()) {
                ("table", _) => {}
                ("where", DeValue::Table(t)) => self.only(table, t, &mut patch.only),
                ("set" | "scale" | "plus", DeValue::Table(t)) => self.changes(table, name, t, &mut patch.changes),
                ("remove", DeValue::Boolean(yes)) => patch.remove = *yes,
                ("rows", DeValue::Array(list)) => {
                    for row in list {
                        match row.get_ref() {
                            DeValue::Table(t) => patch.rows.push((self.cells(table, t), row.span().start)),
                            _ => self.kind(row.span().start, "a row", "a table such as { site_id = \"D9\", … }"),
                        }
                    }
                }
                ("where" | "set" | "scale" | "plus", _) => self.kind(at, name, "a table such as { price_cny = 1.1 }"),
                ("remove", _) => self.kind(at, name, "true or false"),
                ("rows", _) => self.kind(at, name, "a list of rows"),
                _ => self.unknown(at, name, &["table", "where", "set", "scale", "plus", "remove", "rows"]),
            }
        }
        let does = [!patch.changes.is_empty(), patch.remove, !patch.rows.is_empty()];
        if self.sound && does.iter().filter(|d| **d).count() != 1 {
            let cause =
                if does.contains(&true) { "the patch does several things at once" } else { "the patch does nothing" };
            let help = "give it set, scale or plus, or remove = true, or rows: one of the three";
            self.add(at, Code::MissingKey, table.name, cause.into(), help.into());
        }
        let sound = self.sound;
        self.sound &= before;
        sound.then_some(patch)
    }

    fn table(&mut self, entries: &Entries<'_>, at: usize) -> Option<&'static Table> {
        let Some((_, value)) = entries.get_key_value("table") else {
            self.add(
                at,
                Code::MissingKey,
                "table",
                "the patch names no table".into(),
                "write table = \"sites\"".into(),
            );
            return None;
        };
        let name = value.get_ref().as_str().unwrap_or_default();
        let found = TABLES.iter().find(|t| t.name == name);
        if found.is_none() {
            let help = match nearest(name, TABLES.iter().map(|t| t.name)) {
                Some(near) => format!("did you mean {near}?"),
                None => "see `forecourt schema` for the tables".into(),
            };
            self.add(value.span().start, Code::Word, name, format!("unknown table {:?}", shorten(name)), help);
        }
        found
    }

    fn column(&mut self, table: &'static Table, name: &str, at: usize) -> Option<usize> {
        let found = table.columns.iter().position(|c| c.name == name || c.zh.contains(&name));
        if found.is_none() {
            let help = match nearest(name, table.columns.iter().map(|c| c.name)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("see `forecourt schema` for the columns of {}", table.name),
            };
            let cause = format!("{} has no column {:?}", table.name, shorten(name));
            self.add(at, Code::UnknownColumn, name, cause, help);
        }
        found
    }

    fn only(&mut self, table: &'static Table, entries: &Entries<'_>, out: &mut Vec<(usize, Vec<String>)>) {
        for (key, value) in entries {
            let Some(column) = self.column(table, key.get_ref(), key.span().start) else { continue };
            let texts: Vec<String> = match value.get_ref() {
                DeValue::Array(list) => list.iter().filter_map(|v| self.scalar(v)).collect(),
                _ => self.scalar(value).into_iter().collect(),
            };
            out.push((column, texts));
        }
    }

    fn changes(
        &mut self,
        table: &'static Table,
        how: &str,
        entries: &Entries<'_>,
        out: &mut Vec<(usize, Change, usize)>,
    ) {
        for (key, value) in entries {
            let at = key.span().start;
            let (Some(column), Some(text)) = (self.column(table, key.get_ref(), at), self.scalar(value)) else {
                continue;
            };
            if how == "set" {
                out.push((column, Change::Set(text), value.span().start));
                continue;
            }
            let name = table.columns[column].name;
            if !numeric(table.columns[column].holds) {
                let cause = format!("{name} holds no numbers");
                self.add(at, Code::Kind, name, cause, "use set for text, words and dates".into());
                continue;
            }
            match values::number(&text) {
                Ok(x) if how == "scale" => out.push((column, Change::Scale(x), value.span().start)),
                Ok(x) => out.push((column, Change::Plus(x), value.span().start)),
                Err(flaw) => {
                    self.add(value.span().start, flaw.code, &text, format!("{name}: {}", flaw.cause), flaw.help)
                }
            }
        }
    }

    fn cells(&mut self, table: &'static Table, entries: &Entries<'_>) -> Vec<(usize, String)> {
        let mut cells = Vec::new();
        for (key, value) in entries {
            let column = self.column(table, key.get_ref(), key.span().start);
            if let (Some(column), Some(text)) = (column, self.scalar(value)) {
                cells.push((column, text));
            }
        }
        cells
    }

    fn scalar(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Array(_) | DeValue::Table(_) => {
                self.kind(at, "the value", "one text, number or date");
                None
            }
            DeValue::String(s) if s.contains(['\n', '\r']) => {
                self.kind(at, "the value", "text on one line");
                None
            }
            other => Some(crate::io::scenario::document::scalar(other)),
        }
    }
}

/// Whether a kind is a number that can be scaled.
pub(super) fn numeric(holds: Type) -> bool {
    use Type::{Hour, Latitude, Longitude, Money, Number, Share, Whole};
    matches!(holds, Whole(..) | Number(..) | Money(..) | Latitude | Longitude | Share | Hour)
}
