//! Reads a results folder into the report's facts. A file that is missing or cannot be understood is named on the page;
//! only a folder without any results is an error.

use crate::report::facts::{Absent, Facts, Summary};
use crate::report::rows::{Kpi, Row};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// Why a folder cannot be reported on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such folder.
    #[error("{0} is not a folder; give the folder that `forecourt plan` wrote, for example results/tiny")]
    NoFolder(PathBuf),
    /// None of the files is there.
    #[error("{0} holds no results (neither summary.json nor a table); run `forecourt plan SCENARIO` first")]
    Empty(PathBuf),
}

/// Reads what a results folder holds.
pub fn facts(folder: &Path) -> Result<Facts, ReadError> {
    if !folder.is_dir() {
        return Err(ReadError::NoFolder(folder.to_path_buf()));
    }
    let mut absent = Vec::new();
    let mut facts = Facts {
        summary: json::<Summary>(folder, "summary.json", &mut absent),
        provenance: json(folder, "provenance.json", &mut absent),
        zones: table(folder, &mut absent),
        sites: table(folder, &mut absent),
        formats: table(folder, &mut absent),
        models: table(folder, &mut absent),
        placement: table(folder, &mut absent),
        service: table(folder, &mut absent),
        forecast: table(folder, &mut absent),
        backtest: table(folder, &mut absent),
        orders: table(folder, &mut absent),
        dealer_weeks: table(folder, &mut absent),
        transfers: table(folder, &mut absent),
        kpis: table(folder, &mut absent),
        dealers: table(folder, &mut absent),
        league: table(folder, &mut absent),
        league_regions: wanted(folder, &mut absent),
        models_kpi: table(folder, &mut absent),
        regions_kpi: table(folder, &mut absent),
        weeks: table(folder, &mut absent),
        tasks: table(folder, &mut absent),
        warnings: table(folder, &mut absent),
        segments: wanted(folder, &mut absent),
        desks: wanted(folder, &mut absent),
        effect: wanted(folder, &mut absent),
        absent: Vec::new(),
    };
    if absent.len() == FILES && absent.iter().all(|a| a.fault.is_none()) {
        return Err(ReadError::Empty(folder.to_path_buf()));
    }
    if facts.kpis.is_empty() {
        facts.kpis = facts.summary.kpis.iter().map(Kpi::from).collect();
    }
    facts.absent = absent;
    Ok(facts)
}

/// Files that [`facts`] looks for.
const FILES: usize = 21;

fn note(absent: &mut Vec<Absent>, file: &str, fault: Option<String>) {
    absent.push(Absent { file: file.to_owned(), fault });
}

/// A file's text; notes its absence.
fn text(folder: &Path, file: &str, absent: &mut Vec<Absent>) -> Option<String> {
    match std::fs::read(folder.join(file)).map(String::from_utf8) {
        Ok(Ok(text)) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Ok(Err(_)) => {
            note(absent, file, Some("not UTF-8".into()));
            None
        }
        Err(e) => {
            note(absent, file, (e.kind() != std::io::ErrorKind::NotFound).then(|| e.to_string()));
            None
        }
    }
}

fn json<T: DeserializeOwned + Default>(folder: &Path, file: &str, absent: &mut Vec<Absent>) -> T {
    let Some(text) = text(folder, file, absent) else { return T::default() };
    serde_json::from_str(&text).unwrap_or_else(|e| {
        note(absent, file, Some(e.to_string()));
        T::default()
    })
}

fn table<T: Row + DeserializeOwned>(folder: &Path, absent: &mut Vec<Absent>) -> Vec<T> {
    let Some(text) = text(folder, T::FILE, absent) else { return Vec::new() };
    parse(&text).unwrap_or_else(|fault| {
        note(absent, T::FILE, Some(fault));
        Vec::new()
    })
}

/// A table that only some scenarios have: its absence is no news.
fn wanted<T: Row + DeserializeOwned>(folder: &Path, absent: &mut Vec<Absent>) -> Vec<T> {
    if folder.join(T::FILE).exists() { table(folder, absent) } else { Vec::new() }
}

/// All rows of a table, or the first fault. Columns that are missing stay empty.
fn parse<T: Row + DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?;
    if !header.iter().any(|h| T::COLUMNS.contains(&h)) {
        return Err(format!("no known column in the header; expected {}", T::COLUMNS.join(",")));
    }
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::{Format, Model};

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("written");
        }
        dir
    }

    #[test]
    fn a_folder_without_results_is_an_error_that_says_what_to_do() {
        let dir = folder(&[("notes.txt", "x")]);
        let e = facts(dir.path()).unwrap_err();
        assert!(e.to_string().contains("forecourt plan"), "{e}");
        assert!(matches!(facts(Path::new("no such folder")), Err(ReadError::NoFolder(_))));
    }

    #[test]
    fn missing_and_broken_files_are_named_and_the_rest_is_read() {
        let dir = folder(&[
            ("formats.csv", "\u{feff}format_id,name,name_zh,reach_min\n4S,4S store,4S店,60\n"),
            ("models.csv", "model_id,name,price_cny\nM1,One,abc\n"),
            ("summary.json", "{ \"kpis\": [{\"id\": \"profit\", \"difference\": {\"mean\": 2}}] }"),
        ]);
        let facts = facts(dir.path()).unwrap();
        assert_eq!(facts.formats[0].reach_min.get(), Some(60.0));
        assert_eq!(facts.kpis[0].difference_mean.get(), Some(2.0));
        let fault = facts.absent.iter().find(|a| a.file == Model::FILE).unwrap().fault.clone().unwrap();
        assert!(fault.contains("line: 2") && fault.contains("abc"), "{fault}");
        assert!(facts.lacks("orders.csv") && !facts.lacks(Format::FILE));
        assert_eq!(facts.absent.len(), FILES - 2);
    }

    #[test]
    fn a_header_without_known_columns_is_a_fault() {
        assert!(parse::<Format>("a,b\n1,2\n").unwrap_err().contains("expected format_id"));
        assert_eq!(parse::<Format>("format_id,name,name_zh,reach_min\n").unwrap(), Vec::new());
    }
}
