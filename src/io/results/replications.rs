//! replications.csv: the key figures of every replication, so that plans of different folders can be compared pair by
//! pair: replication `n` of two runs with the same seed and days saw the same random numbers.

use super::table::{Cell, Table};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name.
pub const FILE: &str = "replications.csv";

/// Key figures of one network: ids with a value per replication.
pub type Figures = Vec<(&'static str, Vec<f64>)>;

/// The table: one row per network and replication.
pub fn replications(networks: &[(&str, &Figures)]) -> Table {
    let ids = networks.first().map(|n| n.1.iter().map(|f| f.0).collect::<Vec<_>>()).unwrap_or_default();
    let header: Vec<&str> = ["network", "replication"].into_iter().chain(ids).collect();
    let mut table = Table::new(&header);
    for (name, figures) in networks {
        for n in 0..figures.first().map_or(0, |f| f.1.len()) {
            let values = figures.iter().map(|f| Cell::Number(f.1[n], 6));
            table.row([Cell::Text(name), Cell::from(n + 1)].into_iter().chain(values));
        }
    }
    table
}

/// Values of the plan's network by figure, in the order of the replications; `None` when the file is not there or not
/// as it was written.
pub fn of_plan(folder: &Path) -> Option<BTreeMap<String, Vec<f64>>> {
    let mut reader = csv::Reader::from_path(folder.join(FILE)).ok()?;
    let header = reader.headers().ok()?.clone();
    let mut figures: BTreeMap<String, Vec<f64>> = header.iter().skip(2).map(|h| (h.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        let record = record.ok()?;
        if record.get(0)? != "plan" {
            continue;
        }
        for (name, cell) in header.iter().zip(&record).skip(2) {
            figures.get_mut(name)?.push(cell.parse().ok()?);
        }
    }
    Some(figures)
}
