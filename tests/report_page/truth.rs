//! The tables as they stand on disk, read without the program's own types: what every number of the page must equal.

use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// A record by columns.
pub type Record = HashMap<String, String>;

/// A results folder.
pub struct Truth {
    tables: HashMap<String, Vec<Record>>,
    rows: HashMap<String, HashMap<String, usize>>,
    summary: Value,
}

/// Columns that together name a row of a table.
const KEYS: [(&str, &[&str]); 21] = [
    ("league.csv", &["site_id"]),
    ("league_regions.csv", &["region"]),
    ("zones.csv", &["zone_id"]),
    ("sites.csv", &["site_id"]),
    ("models.csv", &["model_id"]),
    ("placement.csv", &["site_id"]),
    ("service.csv", &["zone_id", "site_id"]),
    ("forecast.csv", &["model_id", "week_start"]),
    ("forecast_backtest.csv", &["model_id"]),
    ("orders.csv", &["plant_id", "site_id", "model_id", "week_start"]),
    ("transfers.csv", &["from_site_id", "to_site_id", "model_id", "age_days"]),
    ("kpi.csv", &["kpi"]),
    ("dealers.csv", &["site_id", "network"]),
    ("models_kpi.csv", &["model_id", "network"]),
    ("regions_kpi.csv", &["region", "network"]),
    ("weeks.csv", &["network", "measure", "week"]),
    ("tasks.csv", &["task"]),
    ("warnings.csv", &["rule", "site_id", "model_id"]),
    ("journey_segments.csv", &["segment"]),
    ("journey_desks.csv", &["site_id"]),
    ("journey_effect.csv", &["rule"]),
];

impl Truth {
    pub fn read(folder: &Path) -> Self {
        let mut tables = HashMap::new();
        let mut rows = HashMap::new();
        for (file, key) in KEYS {
            let Ok(mut reader) = csv::Reader::from_path(folder.join(file)) else { continue };
            let records: Vec<Record> = reader.deserialize().map(|r| r.expect("a record")).collect();
            let name = |r: &Record| key.iter().map(|k| r[*k].as_str()).collect::<Vec<_>>().join("|");
            rows.insert(file.to_owned(), records.iter().enumerate().map(|(i, r)| (name(r), i)).collect());
            tables.insert(file.to_owned(), records);
        }
        let text = std::fs::read_to_string(folder.join("summary.json")).unwrap_or_else(|_| "{}".into());
        Self { tables, rows, summary: serde_json::from_str(&text).expect("JSON") }
    }

    /// A table's records.
    pub fn table(&self, file: &str) -> &[Record] {
        &self.tables[file]
    }

    /// What a number with that key must be.
    pub fn value(&self, key: &str) -> Option<f64> {
        let (file, rest) = key.split_once('/')?;
        let (row, column) = rest.rsplit_once('/')?;
        if file == "summary.json" {
            return rest.split('/').try_fold(&self.summary, |v, part| v.get(part))?.as_f64();
        }
        let cell = |row: &str, column: &str| -> Option<f64> {
            self.tables[file][*self.rows[file].get(row)?].get(column)?.parse().ok()
        };
        cell(row, column)
            .or_else(|| cell(row, column.strip_prefix('-')?).map(|v| -v))
            .or_else(|| self.derived(file, row, column))
    }

    /// Counts and sums.
    fn derived(&self, file: &str, row: &str, column: &str) -> Option<f64> {
        let table = self.tables.get(file)?;
        let sum = |column: &str, keep: &dyn Fn(&Record) -> bool| {
            table.iter().filter(|r| keep(r)).filter_map(|r| r.get(column)?.parse::<f64>().ok()).sum::<f64>()
        };
        let count = |keep: &dyn Fn(&Record) -> bool| table.iter().filter(|r| keep(r)).count() as f64;
        if let Some(line) = row.strip_prefix("above ") {
            let line: f64 = line.parse().ok()?;
            return Some(count(&|r| {
                r["network"] == column && r["stock_coefficient"].parse::<f64>().is_ok_and(|v| v > line)
            }));
        }
        if let Some((name, id)) = row.strip_prefix("sum ").and_then(|s| s.split_once('=')) {
            return Some(sum(column, &|r| r[name] == id));
        }
        match (file, row, column) {
            (_, "sum", column) => Some(sum(column, &|_| true)),
            (_, "count", "rows") => Some(count(&|_| true)),
            ("warnings.csv", "count", "settled") => {
                Some(count(&|r| r["after_plan"] == "settled" && r["severity"] != "pending"))
            }
            ("league.csv", "count", "inverted") => Some(count(&|r| r["inverted"] == "true")),
            ("league.csv", "count", tier) => Some(count(&|r| r["tier"] == tier)),
            ("warnings.csv", "count", severity) => Some(count(&|r| r["severity"] == severity)),
            ("orders.csv", model, "sum") => Some(sum("cars", &|r| r["model_id"] == model)),
            ("orders.csv", model, week) => Some(sum("cars", &|r| r["model_id"] == model && r["week_start"] == week)),
            _ => None,
        }
    }
}

/// Equal up to the order of a sum.
pub fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}
