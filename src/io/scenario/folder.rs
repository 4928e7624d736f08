//! The files of a scenario as texts, before anything is judged: from a folder, or from texts made elsewhere.

use super::document::Document;
use super::file_of;
use super::log::{Log, Spot};
use super::schema::{Attribute, SECTIONS, TABLES};
use super::source::{Source, TABLE_BYTES, TOML_BYTES};
use super::variant::Traces;
use crate::digest::{hex, put};
use crate::io::fault::{Code, shorten};
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

/// The texts of a scenario: `scenario.toml`, then the tables in the schema's order.
pub struct Folder {
    pub(super) sources: Vec<Source>,
    pub(super) log: Log,
    /// Where they were read from, if anywhere.
    pub(super) place: Option<PathBuf>,
    /// Where the lines of a variant come from.
    pub(super) traces: Option<Traces>,
}

/// A key of `scenario.toml` that is given.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its section; empty above all sections.
    pub section: &'static str,
    /// The key.
    pub key: &'static Attribute,
    /// Its value as text, without quotes.
    pub value: String,
    /// Byte of `scenario.toml` at which the value starts.
    pub at: usize,
}

impl Folder {
    /// Reads the files of a folder. What is wrong with them is told by [`Folder::judge`].
    pub fn open(folder: &Path) -> Self {
        let mut log = Log::default();
        let shown = folder.to_string_lossy();
        let mut sources = absent(&shown);
        sources[0].load(&folder.join("scenario.toml"), TOML_BYTES, 0, &mut log);
        if sources[0].present {
            // Only its [tables] are wanted now; its faults are noted when it is judged.
            let document = Document::read(&sources[0].text, 0, &mut Log::default());
            if document.readable {
                load_tables(folder, &document, &mut sources, &mut log);
            }
        }
        Self { sources, log, place: Some(folder.to_path_buf()), traces: None }
    }

    /// Takes texts that stand nowhere yet; `shown` is what their faults name as the folder. A required table without a
    /// text is a fault.
    pub fn from_texts(shown: &str, toml: String, tables: Vec<(&'static str, String)>) -> Self {
        let mut log = Log::default();
        let mut sources = absent(shown);
        sources[0].take(toml, 0, &mut log);
        for (name, text) in tables {
            let file = file_of(name);
            sources[file].take(text, file, &mut log);
        }
        for (table, file) in TABLES.iter().zip(1..).filter(|(t, _)| t.required) {
            let source = &sources[file];
            if !source.present && log.clean(file) {
                log.add(Spot { file, at: None }, Code::Missing, "", || {
                    (format!("the {} table is not there", table.name), format!("add it: {}", table.about))
                });
            }
        }
        Self { sources, log, place: None, traces: None }
    }

    /// The same texts once more, to be patched.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { sources: self.sources.clone(), log: self.log.clone(), place: self.place.clone(), traces: None }
    }

    /// Hashes of all that is read: everything, and everything but the simulation's options.
    pub fn digests(&self) -> [String; 2] {
        let mut tables = Sha256::new();
        // Patches have changed the texts: what they say themselves does not count again.
        for table in self.sources[1..].iter().filter(|s| s.present && s.note.table != "variant") {
            put(&mut tables, &table.note.table);
            put(&mut tables, table.text.digest());
        }
        let with = |toml: &str| {
            let mut hash = tables.clone();
            put(&mut hash, "scenario");
            put(&mut hash, toml);
            hex(&hash.finalize())
        };
        let lasting = self.toml().parse::<toml::Table>().map(|mut t| {
            t.remove("simulation");
            t.to_string()
        });
        [with(self.toml()), with(lasting.as_deref().unwrap_or(self.toml()))]
    }

    /// The text of `scenario.toml`.
    pub fn toml(&self) -> &str {
        &self.sources[0].text
    }

    /// The text of a table, when it is there.
    pub fn table(&self, name: &str) -> Option<&str> {
        let source = &self.sources[file_of(name)];
        source.present.then_some(&*source.text)
    }

    /// How faults name a table's file.
    pub fn label(&self, name: &str) -> &str {
        &self.sources[file_of(name)].label
    }

    /// The keys of `scenario.toml` that are given, in the schema's order.
    pub fn settings(&self) -> Vec<Setting> {
        let document = Document::read(self.toml(), 0, &mut Log::default());
        let all = SECTIONS.iter().flat_map(|s| s.keys.iter().map(move |key| (s.name, key)));
        all.filter_map(|(section, key)| {
            let at = document.place(section, key.name)?;
            Some(Setting { section, key, value: document.text(section, key.name), at })
        })
        .collect()
    }
}

fn absent(shown: &str) -> Vec<Source> {
    let label = |file: &str| format!("{}/{file}", shown.trim_end_matches('/'));
    let mut sources = vec![Source::absent("scenario", label("scenario.toml"))];
    sources.extend(TABLES.iter().map(|t| Source::absent(t.name, label(&format!("{}.csv", t.name)))));
    sources
}

/// Loads every table's file.
fn load_tables(folder: &Path, document: &Document, sources: &mut [Source], log: &mut Log) {
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    for table in TABLES {
        let file = file_of(table.name);
        let named = document.tables.iter().find(|t| t.0 == table.name);
        let name = named.map_or_else(|| format!("{}.csv", table.name), |t| t.1.clone());
        let spot = Spot { file: 0, at: named.map(|t| t.2) };
        let plain = !name.is_empty() && Path::new(&name).components().all(|c| matches!(c, Component::Normal(_)));
        let path = folder.join(&name);
        let inside = path.canonicalize().map_or(true, |p| p.starts_with(&root));
        if !plain || !inside {
            log.add(spot, Code::Outside, &name, || {
                (
                    format!("the {} table's file {:?} leaves the folder", table.name, shorten(&name)),
                    "name a file inside the scenario's folder".into(),
                )
            });
            continue;
        }
        if named.is_some() {
            sources[file].label = format!("{}/{name}", folder.to_string_lossy().trim_end_matches('/'));
            let label = sources[file].label.clone();
            sources[file].note.file = label;
        }
        if table.required || named.is_some() || path.exists() {
            sources[file].load(&path, TABLE_BYTES, file, log);
        }
    }
}
