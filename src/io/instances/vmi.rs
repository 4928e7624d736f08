//! Rolling replenishment instances as JSON: dealers × models × weeks with ages, trucks, supply and transfers.

use crate::replenishment::{Carrier, Cell, Data, Dealer, Lane, Mode, Model, Supply, TransferArc};
use serde::Deserialize;
use std::path::Path;

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}; check the path and its permissions")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is not JSON of the expected form; the place is in the message.
    #[error("{file}:{line}:{column}: {reason}")]
    Form {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// Tables whose sizes or numbers contradict each other; all of them.
    #[error("{file}: {}", .reasons.join("; "))]
    Content {
        /// The file.
        file: String,
        /// One text a fault.
        reasons: Vec<String>,
    },
}

/// The file, field by field.
#[derive(Debug, Deserialize)]
struct Raw {
    dealers: Vec<String>,
    models: Vec<String>,
    #[serde(rename = "T")]
    weeks: usize,
    lead_plant: Vec<usize>,
    #[serde(default = "one")]
    lead_transfer: usize,
    age_buckets: usize,
    slots: Vec<f64>,
    truck_capacity: f64,
    truck_cost: Vec<f64>,
    supply: Vec<Vec<u32>>,
    demand: Vec<Vec<Vec<f64>>>,
    init: Vec<Vec<Vec<u32>>>,
    init_pipeline: Vec<Vec<Vec<u32>>>,
    hold: Vec<Vec<f64>>,
    lost: Vec<f64>,
    ss: Vec<Vec<f64>>,
    ss_pen: Vec<f64>,
    storage: Vec<f64>,
    #[serde(default)]
    transfer_cost: Vec<Vec<f64>>,
    end_target: Vec<Vec<f64>>,
    end_pen: Vec<f64>,
}

fn one() -> usize {
    1
}

/// An instance with the names of its dealers and models.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Names of the dealers, by position.
    pub dealers: Vec<String>,
    /// Names of the models, by position.
    pub models: Vec<String>,
    /// The data.
    pub data: Data,
}

/// Reads a file.
///
/// # Errors
/// [`Fault`] with the place and every contradiction found.
pub fn read(path: &Path) -> Result<Instance, Fault> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Fault::Unreadable { file: file.clone(), source })?;
    parse(&file, &text)
}

/// Parses a text.
///
/// # Errors
/// [`Fault`] with the place and every contradiction found.
pub fn parse(file: &str, text: &str) -> Result<Instance, Fault> {
    let raw: Raw = serde_json::from_str(text).map_err(|e| Fault::Form {
        file: file.into(),
        line: e.line(),
        column: e.column(),
        reason: e.to_string(),
    })?;
    let reasons = contradictions(&raw);
    if !reasons.is_empty() {
        return Err(Fault::Content { file: file.into(), reasons });
    }
    let data = data(&raw);
    Ok(Instance { dealers: raw.dealers, models: raw.models, data })
}

/// Tables of the wrong size.
fn contradictions(raw: &Raw) -> Vec<String> {
    let (d, m, t, g) = (raw.dealers.len(), raw.models.len(), raw.weeks, raw.age_buckets);
    let mut wrong = Vec::new();
    let mut size = |name: String, found: usize, wanted: usize| {
        if found != wanted {
            wrong.push(format!("{name} has {found} entries, {wanted} are needed"));
        }
    };
    for (name, found, wanted) in [
        ("lead_plant", raw.lead_plant.len(), d),
        ("truck_cost", raw.truck_cost.len(), d),
        ("storage", raw.storage.len(), d),
        ("demand", raw.demand.len(), d),
        ("init", raw.init.len(), d),
        ("init_pipeline", raw.init_pipeline.len(), d),
        ("ss", raw.ss.len(), d),
        ("end_target", raw.end_target.len(), d),
        ("slots", raw.slots.len(), m),
        ("supply", raw.supply.len(), m),
        ("hold", raw.hold.len(), m),
        ("lost", raw.lost.len(), m),
        ("ss_pen", raw.ss_pen.len(), m),
        ("end_pen", raw.end_pen.len(), m),
    ] {
        size(name.into(), found, wanted);
    }
    if !raw.transfer_cost.is_empty() {
        size("transfer_cost".into(), raw.transfer_cost.len(), d);
        raw.transfer_cost.iter().enumerate().for_each(|(i, row)| size(format!("transfer_cost[{i}]"), row.len(), d));
    }
    raw.supply.iter().enumerate().for_each(|(i, row)| size(format!("supply[{i}]"), row.len(), t));
    raw.hold.iter().enumerate().for_each(|(i, row)| size(format!("hold[{i}]"), row.len(), g));
    for i in 0..d.min(raw.demand.len()).min(raw.init.len()).min(raw.init_pipeline.len()) {
        for (name, row, width) in [("demand", raw.demand[i].len(), t), ("init", raw.init[i].len(), g)] {
            size(format!("{name}[{i}]"), row, m);
            let inner: Vec<usize> = match name {
                "demand" => raw.demand[i].iter().map(Vec::len).collect(),
                _ => raw.init[i].iter().map(Vec::len).collect(),
            };
            inner.iter().enumerate().for_each(|(j, &n)| size(format!("{name}[{i}][{j}]"), n, width));
        }
        size(format!("init_pipeline[{i}]"), raw.init_pipeline[i].len(), m);
        let lead = raw.lead_plant.get(i).copied().unwrap_or(0);
        let rows = raw.init_pipeline[i].iter().enumerate();
        rows.for_each(|(j, row)| size(format!("init_pipeline[{i}][{j}]"), row.len(), lead.min(t)));
    }
    raw.ss.iter().enumerate().for_each(|(i, row)| size(format!("ss[{i}]"), row.len(), m));
    raw.end_target.iter().enumerate().for_each(|(i, row)| size(format!("end_target[{i}]"), row.len(), m));
    wrong
}

/// The data in the room's words; sizes agree.
fn data(raw: &Raw) -> Data {
    let (dealers, models) = (raw.dealers.len(), raw.models.len());
    let cell = |d: usize, m: usize| {
        let mut pipeline = raw.init_pipeline[d][m].clone();
        pipeline.resize(raw.weeks, 0);
        Cell {
            dealer: d,
            model: m,
            demand: raw.demand[d][m].clone(),
            stock: raw.init[d][m].clone(),
            pipeline,
            pack: 1,
            safety: vec![raw.ss[d][m]; raw.weeks],
            end_target: raw.end_target[d][m],
            ..Cell::default()
        }
    };
    let pairs = (0..raw.transfer_cost.len()).flat_map(|a| (0..dealers).filter(move |&b| b != a).map(move |b| (a, b)));
    Data {
        weeks: raw.weeks,
        ages: raw.age_buckets,
        freeze: 0,
        mode: Mode::Pull,
        plants: 1,
        models: (0..models)
            .map(|m| Model {
                slots: raw.slots[m],
                price: 0.0,
                holding: raw.hold[m].clone(),
                lost_sale: raw.lost[m],
                safety_penalty: raw.ss_pen[m],
                end_penalty: raw.end_pen[m],
                fairness: 0.0,
                fill_goal: None,
            })
            .collect(),
        dealers: raw.storage.iter().map(|&s| Dealer { storage: Some(s), credit: None }).collect(),
        lanes: (0..dealers).map(|d| Lane { plant: 0, dealer: d, lead: raw.lead_plant[d], cost: 0.0 }).collect(),
        supply: (0..models).map(|m| Supply { plant: 0, model: m, slots: raw.supply[m].clone() }).collect(),
        carriers: (0..dealers)
            .map(|d| Carrier {
                plant: 0,
                dealers: vec![d],
                capacity: raw.truck_capacity,
                cost: raw.truck_cost[d],
                minimum_load: 0.0,
                under_load: 0.0,
                fleet: None,
            })
            .collect(),
        cells: (0..dealers).flat_map(|d| (0..models).map(move |m| (d, m))).map(|(d, m)| cell(d, m)).collect(),
        transfers: pairs
            .map(|(from, to)| TransferArc { from, to, cost: raw.transfer_cost[from][to], lead: raw.lead_transfer })
            .collect(),
        nervousness: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::Limits;
    use crate::replenishment::{Problem, Shape, certificate, compact};
    use std::path::PathBuf;

    fn file() -> Option<PathBuf> {
        let root = std::env::var_os("FORECOURT_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
        let file = root.join("inventory/vmi_tiny.json");
        if !file.exists() {
            println!("skipped: {} is not there", file.display());
            return None;
        }
        Some(file)
    }

    #[test]
    fn the_golden_instance() {
        let Some(file) = file() else { return };
        let problem = Problem::new(read(&file).unwrap().data).unwrap();
        for (integer, transfers, right) in
            [(false, true, 222.7375), (true, true, 239.15), (false, false, 231.4125), (true, false, 251.25)]
        {
            let shape = Shape { integer, transfers, sell_first: false };
            let answer = compact::solve(&problem, shape, &Limits::default()).unwrap();
            assert!((answer.objective - right).abs() < 1e-6, "{shape:?}: {} instead of {right}", answer.objective);
            assert!((answer.plan.cost.total() - right).abs() < 1e-6, "{shape:?}: {:?}", answer.plan.cost);
            if integer {
                let faults = certificate::faults(&problem, &answer.plan);
                assert!(faults.is_empty(), "{faults:?}");
            }
        }
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_place() {
        assert!(matches!(parse("x", "{\n  \"dealers\": 3\n}"), Err(Fault::Form { line: 2, .. })));
        let Some(file) = file() else { return };
        let text = std::fs::read_to_string(file).unwrap().replacen("\"T\": 6", "\"T\": 5", 1);
        let Err(Fault::Content { reasons, .. }) = parse("x", &text) else { panic!("refused") };
        assert!(reasons.iter().any(|r| r == "supply[0] has 6 entries, 5 are needed"), "{reasons:?}");
    }
}
