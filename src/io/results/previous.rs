//! Last week's plan, from the results folder it was written to.

use super::read_back::{ReadBackError, summary};
use crate::ids::{ModelId, SiteId};
use crate::planning::{Footing, Previous};
use crate::scenario::Scenario;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A table of the folder with the columns asked for.
struct Rows {
    path: PathBuf,
    columns: Vec<usize>,
    records: csv::StringRecordsIntoIter<std::fs::File>,
}

fn fail(path: &Path, cause: impl Into<String>) -> ReadBackError {
    ReadBackError::Previous { file: path.display().to_string(), cause: cause.into() }
}

impl Rows {
    fn open(folder: &Path, name: &str, columns: &[&str]) -> Result<Self, ReadBackError> {
        let path = folder.join(name);
        let mut reader = csv::Reader::from_path(&path).map_err(|e| fail(&path, e.to_string()))?;
        let header = reader.headers().map_err(|e| fail(&path, e.to_string()))?.clone();
        let at =
            |c: &&str| header.iter().position(|h| h == *c).ok_or_else(|| fail(&path, format!("column {c} is missing")));
        let columns = columns.iter().map(at).collect::<Result<_, _>>()?;
        Ok(Self { columns, records: reader.into_records(), path })
    }

    /// The cells of the next row.
    fn next(&mut self) -> Result<Option<Vec<String>>, ReadBackError> {
        let Some(record) = self.records.next() else { return Ok(None) };
        let record = record.map_err(|e| fail(&self.path, e.to_string()))?;
        // The writer puts ' before what a spreadsheet would take for a formula.
        let cell = |&k: &usize| record.get(k).unwrap_or("").trim_start_matches('\'').to_owned();
        Ok(Some(self.columns.iter().map(cell).collect()))
    }

    fn number(&self, text: &str) -> Result<f64, ReadBackError> {
        text.parse()
            .ok()
            .filter(|x: &f64| x.is_finite())
            .ok_or_else(|| fail(&self.path, format!("\"{text}\" is no number")))
    }
}

/// Reads a plan back. Stores and models that the scenario no longer has are left out.
///
/// # Errors
/// [`ReadBackError::Previous`] with the file and what is wrong with it.
pub fn read(folder: &Path, scenario: &Scenario) -> Result<Previous, ReadBackError> {
    let path = folder.join("summary.json");
    let facts = summary(folder).ok_or_else(|| fail(&path, "there is no summary of a plan"))?;
    let today = facts.get("scenario").and_then(|s| s.get("today")).and_then(Value::as_str);
    let first: Date = today.and_then(|t| t.parse().ok()).ok_or_else(|| fail(&path, "it names no first Monday"))?;
    let weeks = facts.get("steps").and_then(|s| s.get("forecast")).and_then(|f| f.get("weeks"));
    let weeks = weeks.and_then(Value::as_u64).ok_or_else(|| fail(&path, "it names no number of weeks"))? as usize;
    let sites: BTreeMap<&str, SiteId> = scenario.network.sites.iter().map(|(id, s)| (s.code.as_str(), id)).collect();
    let models: BTreeMap<&str, ModelId> =
        scenario.catalogue.models.iter().map(|(id, m)| (m.code.as_str(), id)).collect();
    let mut previous = Previous { first, weeks, ..Previous::default() };
    let mut rows = Rows::open(folder, "orders.csv", &["plant_id", "site_id", "model_id", "week_start", "cars"])?;
    while let Some(row) = rows.next()? {
        let (Some(&plant), Some(&site), Some(&model)) =
            (sites.get(row[0].as_str()), sites.get(row[1].as_str()), models.get(row[2].as_str()))
        else {
            continue;
        };
        let monday: Date = row[3].parse().map_err(|_| fail(&rows.path, format!("\"{}\" is no day", row[3])))?;
        let cars =
            row[4].parse::<u32>().map_err(|_| fail(&rows.path, format!("\"{}\" is no number of cars", row[4])))?;
        *previous.orders.entry((plant, site, model, monday)).or_default() += cars;
    }
    let mut rows = Rows::open(folder, "order_basis.csv", &super::monday::BASIS)?;
    while let Some(row) = rows.next()? {
        let (Some(&site), Some(&model)) = (sites.get(row[0].as_str()), models.get(row[1].as_str())) else { continue };
        let number = |k: usize| rows.number(&row[k]);
        let footing = Footing {
            stock: number(2)?,
            due: number(3)?,
            demand: number(4)?,
            stock_after: number(5)?,
            due_first: number(6)?,
            demand_first: number(7)?,
            sold_first: number(8)?,
        };
        previous.footing.insert((site, model), footing);
    }
    Ok(previous)
}
