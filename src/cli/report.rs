//! `forecourt report RESULTS [--out FILE]`: draws the page again from the tables of a results folder.

use crate::io::results::folder::replace_file;
use crate::io::results::read::{ReadError, facts};
use crate::io::results::replications::of_plan;
use crate::report::compare::{Comparison, Plan, compare};
use crate::report::page_beside;
use std::path::{Path, PathBuf};

/// Why no page was written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder holds no results.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The page could not be written.
    #[error("cannot write {}: {source}; give another place with --out FILE", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Files of the folder that could not be used; the page names them too.
    pub absent: Vec<String>,
}

/// Reads `results` and writes the page to `out`, or to `report.html` in the folder. The file appears whole or not at all.
/// `beside` names results that the page sets beside them.
pub fn run(results: &Path, beside: &[PathBuf], out: Option<&Path>) -> Result<Written, ReportError> {
    // A page is drawn over results alone: a folder that nobody made with this program is left as it is.
    if results.is_dir() && !results.join("provenance.json").is_file() {
        return Err(ReadError::Empty(results.to_path_buf()).into());
    }
    let facts = facts(results)?;
    let others = if beside.is_empty() { None } else { Some(others(results, beside)?) };
    let text = page_beside(&facts, others.as_ref());
    let path = out.map_or_else(|| results.join("report.html"), Path::to_path_buf);
    replace_file(&path, text.as_bytes()).map_err(|source| ReportError::Write { path: path.clone(), source })?;
    Ok(Written { path, bytes: text.len() as u64, absent: facts.absent.into_iter().map(|a| a.file).collect() })
}

fn others(results: &Path, beside: &[PathBuf]) -> Result<Comparison, ReportError> {
    let mut plans = Vec::new();
    for folder in std::iter::once(results).chain(beside.iter().map(PathBuf::as_path)) {
        plans.push(Plan { name: folder.display().to_string(), facts: facts(folder)?, runs: of_plan(folder) });
    }
    Ok(compare(&plans))
}
