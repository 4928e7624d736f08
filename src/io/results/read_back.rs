//! What a later step takes from the folder of an earlier one.

use crate::ids::{FormatId, SiteId};
use crate::scenario::Scenario;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// Why a results folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadBackError {
    /// A file cannot be read.
    #[error("{file}: {cause}. Run `forecourt place` (or `forecourt plan`) into this folder again")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
    },
}

/// The network that placement.csv describes.
#[derive(Debug, Default)]
pub struct PlacedNetwork {
    /// Format of every open store.
    pub open: BTreeMap<SiteId, FormatId>,
    /// Moves, from dealer to candidate.
    pub moves: Vec<(SiteId, SiteId)>,
}

/// Whether the folder was made from the same input files.
pub fn same_inputs(folder: &Path, digest: &str) -> bool {
    json(&folder.join("provenance.json"))
        .is_some_and(|p| p.get("inputs_digest").and_then(Value::as_str) == Some(digest))
}

/// summary.json as an object, when there is one.
pub fn summary(folder: &Path) -> Option<Map<String, Value>> {
    json(&folder.join("summary.json"))
}

fn json(path: &Path) -> Option<Map<String, Value>> {
    let text = std::fs::read_to_string(path).ok()?;
    match serde_json::from_str(&text).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// Reads placement.csv back; `None` when the folder has none.
pub fn placement(folder: &Path, scenario: &Scenario) -> Result<Option<PlacedNetwork>, ReadBackError> {
    let path = folder.join("placement.csv");
    if !path.is_file() {
        return Ok(None);
    }
    let fail = |cause: String| ReadBackError::File { file: path.display().to_string(), cause };
    let mut reader = csv::Reader::from_path(&path).map_err(|e| fail(e.to_string()))?;
    let header = reader.headers().map_err(|e| fail(e.to_string()))?.clone();
    let column =
        |name: &str| header.iter().position(|h| h == name).ok_or_else(|| fail(format!("column {name} is missing")));
    let (site_at, format_at, moved_at) = (column("site_id")?, column("format_plan")?, column("moved_to")?);
    let sites: BTreeMap<&str, SiteId> = scenario.network.sites.iter().map(|(id, s)| (s.code.as_str(), id)).collect();
    let formats: BTreeMap<&str, FormatId> =
        scenario.network.formats.iter().map(|(id, f)| (f.code.as_str(), id)).collect();
    let mut placed = PlacedNetwork::default();
    for record in reader.records() {
        let record = record.map_err(|e| fail(e.to_string()))?;
        // The writer puts ' before what a spreadsheet would take for a formula.
        let text = |k: usize| record.get(k).unwrap_or("").trim_start_matches('\'');
        let site = |k: usize| {
            let code = text(k);
            sites.get(code).copied().ok_or_else(|| fail(format!("site \"{code}\" is not in the scenario")))
        };
        let from = site(site_at)?;
        if !text(format_at).is_empty() {
            let code = text(format_at);
            let format = formats.get(code).ok_or_else(|| fail(format!("format \"{code}\" is not in the scenario")))?;
            placed.open.insert(from, *format);
        }
        if !text(moved_at).is_empty() {
            placed.moves.push((from, site(moved_at)?));
        }
    }
    Ok(Some(placed))
}
