//! What a later step takes from the folder of an earlier one.

use crate::ids::{FormatId, ModelId, SiteId};
use crate::planning::Moved;
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
    /// Last week's plan cannot be read.
    #[error("{file}: {cause}. Give --previous the results folder of `forecourt plan`, `replenish` or `monitor`")]
    Previous {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
    },
    /// The transfers cannot be read.
    #[error("{file}: {cause}. Run `forecourt transfer` into this folder again")]
    Transfers {
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

/// How much of the folder's input is that of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// Another network, or no results at all.
    Nothing,
    /// The same zones, sites, formats and roads; other sales, stock or settings: a new Monday.
    Structure,
    /// Every table.
    Everything,
}

/// Compares the folder's input files with those that were read.
pub fn same(folder: &Path, notes: &crate::io::scenario::ReadNotes) -> Same {
    let Some(made) = json(&folder.join("provenance.json")) else { return Same::Nothing };
    let is = |key: &str, digest: String| made.get(key).and_then(Value::as_str) == Some(&digest);
    if is("inputs_digest", super::provenance::inputs_digest(notes)) {
        Same::Everything
    } else if is("structure_digest", super::provenance::structure_digest(notes)) {
        Same::Structure
    } else {
        Same::Nothing
    }
}

/// The files and the summary's step of an earlier placement, which outlives a new Monday's tables.
pub fn earlier_placement(folder: &Path) -> Option<(Vec<u8>, Value)> {
    let table = std::fs::read(folder.join("placement.csv")).ok()?;
    let step = summary(folder)?.get("steps")?.get("place")?.clone();
    Some((table, step))
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

/// Reads transfers.csv back; `None` when the folder has none.
pub fn transfers(folder: &Path, scenario: &Scenario) -> Result<Option<Vec<Moved>>, ReadBackError> {
    let path = folder.join("transfers.csv");
    if !path.is_file() {
        return Ok(None);
    }
    let fail = |cause: String| ReadBackError::Transfers { file: path.display().to_string(), cause };
    let mut reader = csv::Reader::from_path(&path).map_err(|e| fail(e.to_string()))?;
    let header = reader.headers().map_err(|e| fail(e.to_string()))?.clone();
    let column =
        |name: &str| header.iter().position(|h| h == name).ok_or_else(|| fail(format!("column {name} is missing")));
    let at =
        [column("from_site_id")?, column("to_site_id")?, column("model_id")?, column("age_days")?, column("cars")?];
    let sites: BTreeMap<&str, SiteId> = scenario.network.sites.iter().map(|(id, s)| (s.code.as_str(), id)).collect();
    let models: BTreeMap<&str, ModelId> =
        scenario.catalogue.models.iter().map(|(id, m)| (m.code.as_str(), id)).collect();
    let mut moves = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| fail(e.to_string()))?;
        let text = |k: usize| record.get(at[k]).unwrap_or("").trim_start_matches('\'');
        let absent = |what: &str, k: usize| fail(format!("{what} \"{}\" is not in the scenario", text(k)));
        let whole = |k: usize| text(k).parse::<u32>().map_err(|_| fail(format!("\"{}\" is no whole number", text(k))));
        moves.push(Moved {
            from: *sites.get(text(0)).ok_or_else(|| absent("site", 0))?,
            to: *sites.get(text(1)).ok_or_else(|| absent("site", 1))?,
            model: *models.get(text(2)).ok_or_else(|| absent("model", 2))?,
            age_days: whole(3)?,
            cars: whole(4)?,
        });
    }
    Ok(Some(moves))
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
