//! Variants: patches to a base scenario, kept as `variants/NAME.toml` in its folder.
//!
//! A patch is applied to the texts of the folder, which are then judged as any others. What is wrong in a line that a
//! patch has made is told at the patch; everything else where it stands.

mod apply;
mod parse;
mod settings;
mod trace;

pub(super) use trace::Traces;

use super::folder::Folder;
use super::log::Spot;
use super::names::nearest;
use super::source::{Source, TOML_BYTES};
use crate::io::fault::{Code, Fault, Faults, shorten};
use std::path::{Path, PathBuf};

/// Most letters of a variant's name, so that it fits behind the scenario's id.
const NAME_LETTERS: usize = 24;

impl Folder {
    /// Reads a folder and applies one of its variants: by its name, or by the path of its file.
    pub fn open_variant(folder: &Path, name: &str) -> Result<Self, Faults> {
        let path = find(folder, name)?;
        let mut opened = Self::open(folder);
        opened.patch(&path);
        Ok(opened)
    }

    /// Applies a variant's file. What is wrong with it is told by [`Folder::judge`].
    pub fn patch(&mut self, path: &Path) {
        let file = self.sources.len();
        let mut source = Source::absent("variant", path.display().to_string());
        source.load(path, TOML_BYTES, file, &mut self.log);
        self.sources.push(source);
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        self.apply(file, &stem);
    }

    /// Applies a variant that stands in no file; `shown` is what its faults name as the file, `stem` the variant's name.
    pub fn patch_text(&mut self, shown: &str, stem: &str, text: &str) {
        let file = self.sources.len();
        let mut source = Source::absent("variant", shown.to_owned());
        source.take(text.to_owned(), file, &mut self.log);
        self.sources.push(source);
        self.apply(file, stem);
    }

    fn apply(&mut self, file: usize, stem: &str) {
        if !self.sources[file].present || !self.sources[0].present {
            return;
        }
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if stem.is_empty() || stem.len() > NAME_LETTERS || !stem.chars().all(lower) {
            return self.log.add(Spot { file, at: None }, Code::LongText, stem, || {
                let cause = format!("{stem:?} is no name for a variant");
                (cause, format!("name the file with lower-case letters, digits, - and _, at most {NAME_LETTERS}"))
            });
        }
        let text = self.sources[file].text.clone();
        let Some(variant) = parse::read(&text, file, &mut self.log) else { return };
        let mut traces = Traces::new(file);
        let mut toml = self.sources[0].text.to_string();
        settings::apply(&mut toml, &variant, stem, &mut traces);
        self.sources[0].text = toml.into();
        for patch in &variant.patches {
            let table = super::file_of(patch.table.name);
            apply::apply(&mut self.sources[table], (table, file), patch, &mut traces, &mut self.log);
        }
        self.traces = Some(traces);
    }
}

/// The file of a variant, or what there is instead.
fn find(folder: &Path, name: &str) -> Result<PathBuf, Faults> {
    let given = Path::new(name);
    if name.contains(['/', '\\']) || name.ends_with(".toml") {
        return Ok(given.to_path_buf());
    }
    let home = folder.join("variants");
    let path = home.join(format!("{name}.toml"));
    if path.is_file() {
        return Ok(path);
    }
    let mut names: Vec<String> = std::fs::read_dir(&home)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| e.file_name().to_string_lossy().strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    let help = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None if names.is_empty() => "write it there; docs/variants.md shows how".into(),
        None => format!("there are {}", names.join(", ")),
    };
    let (file, cause) = (path.display().to_string(), format!("there is no variant {:?}", shorten(name)));
    let fault = Fault { code: Code::Missing, file, line: 0, column: 0, value: shorten(name), cause, help };
    Err(Faults { list: vec![fault], further: Vec::new() })
}
