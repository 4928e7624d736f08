//! Position reports of cars on the road, and where cars may be sent instead.

use super::desk::{Column, Desk};
use super::events::{WRITE, told};
use crate::io::fault::{Code, Faults, shorten};
use crate::io::scenario::records::near;
use crate::market::transit::eta::{Report, Trip};
use crate::market::transit::swap::{Redirection, Redirections};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Columns of reports.
const REPORTS: &[Column] = &[
    ("car_id", true),
    ("time", true),
    ("remaining_km", true),
    ("dealer_id", true),
    ("model_id", true),
    ("promised", false),
];
/// Columns of redirections.
const REDIRECTIONS: &[Column] =
    &[("from_dealer_id", true), ("to_dealer_id", true), ("extra_km", true), ("cost_cny", true)];

/// A car and its reports.
#[derive(Clone, Debug, Default)]
pub struct Tracked {
    /// Its id.
    pub id: String,
    /// Position of its dealer in the list.
    pub dealer: usize,
    /// Its model.
    pub model: String,
    /// When a customer was promised it, hours since 1970.
    pub promised: Option<f64>,
    /// Reports in the order of time.
    pub trip: Trip,
}

/// Reports: the cars by id, the dealers by id, the last hour.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// Cars.
    pub cars: Vec<Tracked>,
    /// Dealers.
    pub dealers: Vec<String>,
    /// The latest report, hours since 1970.
    pub latest: f64,
}

/// Reads reports.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path) -> Result<Positions, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, REPORTS);
    let mut dealers: Vec<String> = sheet.rows.iter().map(|r| r[3].text.trim().to_owned()).collect();
    dealers.sort();
    dealers.dedup();
    let mut cars: BTreeMap<String, Tracked> = BTreeMap::new();
    let mut latest = f64::NEG_INFINITY;
    for row in &sheet.rows {
        for (k, what) in [(0, "car"), (3, "dealer"), (4, "model")] {
            if row[k].text.trim().is_empty() {
                desk.fault(
                    sheet.file,
                    Some(row[k].at),
                    Code::Blank,
                    "",
                    &format!("a {what} is needed here"),
                    "write it",
                );
            }
        }
        let mut hour = |k: usize| told(&mut desk, sheet.file, &row[k], WRITE).map(|days| 24.0 * days);
        let at = hour(1);
        let promised = if row[5].text.trim().is_empty() { None } else { hour(5) };
        let km = desk.number(sheet.file, &row[2], None, (0.0, 30_000.0));
        let Some(at) = at else { continue };
        latest = latest.max(at);
        let (id, model) = (row[0].text.trim(), row[4].text.trim());
        let dealer = dealers.binary_search(&row[3].text.trim().to_owned()).expect("a dealer of the list");
        let car = cars.entry(id.to_owned()).or_insert_with(|| Tracked {
            id: id.to_owned(),
            dealer,
            model: model.to_owned(),
            ..Tracked::default()
        });
        if car.dealer != dealer || car.model != model {
            let cause = format!("the car \"{}\" has another dealer or model in an earlier row", shorten(id));
            desk.fault(sheet.file, Some(row[0].at), Code::TwiceId, id, &cause, "give all rows of a car the same");
        }
        car.promised = promised.or(car.promised);
        car.trip.push(Report { hour: at, km });
    }
    let mut cars: Vec<Tracked> = cars.into_values().collect();
    for car in &mut cars {
        car.trip.sort_by(|a, b| a.hour.total_cmp(&b.hour).then(b.km.total_cmp(&a.km)));
        // Nothing moves after the arrival; of two reports of one time the nearer one holds.
        if let Some(end) = car.trip.iter().position(|r| r.km <= 0.0) {
            car.trip.truncate(end + 1);
        }
        car.trip.dedup_by(|later, earlier| {
            let same = later.hour <= earlier.hour;
            if same {
                *earlier = *later;
            }
            same
        });
    }
    desk.finish(Some(Positions { cars, dealers, latest }))
}

/// Where cars may be sent instead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ways {
    /// Between dealers of the reports.
    pub redirections: Redirections,
    /// Rows that name a dealer without a car in the reports: they move nothing.
    pub idle: usize,
    /// Those dealers, each with a dealer of the reports whose name is near.
    pub strangers: BTreeMap<String, Option<String>>,
}

/// Reads redirections between dealers; those of the reports are in `dealers`.
///
/// # Errors
/// Every fault of the file.
pub fn redirections(file: &Path, dealers: &[String]) -> Result<Ways, Faults> {
    let mut desk = Desk::default();
    let sheet = desk.sheet(file, REDIRECTIONS);
    let known: BTreeMap<&str, usize> = dealers.iter().enumerate().map(|(k, d)| (d.as_str(), k)).collect();
    let (mut ways, mut pairs) = (Ways::default(), BTreeSet::new());
    for row in &sheet.rows {
        let names = [0, 1].map(|k| row[k].text.trim());
        for (cell, _) in row.iter().zip(names).filter(|n| n.1.is_empty()) {
            desk.fault(sheet.file, Some(cell.at), Code::Blank, "", "a dealer is needed here", "write it");
        }
        if names.iter().all(|n| !n.is_empty()) && !pairs.insert(names) {
            let [from, to] = names.map(shorten);
            let cause = format!("the way from {from} to {to} is there twice");
            desk.fault(sheet.file, Some(row[0].at), Code::TwiceRow, names[0], &cause, "keep one of the rows");
        }
        let km = desk.number(sheet.file, &row[2], None, (0.0, 5_000.0));
        let cost = desk.number(sheet.file, &row[3], None, (0.0, 1e7));
        if let [Some(from), Some(to)] = names.map(|n| known.get(n).copied()) {
            ways.redirections.insert((from, to), Redirection { km, cost });
            continue;
        }
        ways.idle += 1;
        for name in names.into_iter().filter(|n| !known.contains_key(n)) {
            let near = || near(name, known.keys().copied()).map(str::to_owned);
            ways.strangers.entry(name.to_owned()).or_insert_with(near);
        }
    }
    desk.finish(Some(ways))
}
