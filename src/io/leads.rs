//! Leads and the dealers who may take them, from two tables.

use super::instances::Fault;
use crate::market::leads::reach::{Desk, Lead};
use crate::network::Place;
use std::collections::BTreeMap;
use std::path::Path;

/// Both tables, in the order of the files.
pub struct Tables {
    /// Names of the leads.
    pub lead_ids: Vec<String>,
    /// Leads.
    pub leads: Vec<Lead>,
    /// Names of the dealers.
    pub dealer_ids: Vec<String>,
    /// Dealers.
    pub desks: Vec<Desk>,
}

/// Most rows of a table.
const MOST: usize = 10_000_000;

/// A table whose cells are asked for by column; faults gather.
struct Sheet<'a> {
    file: &'a Path,
    header: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
    faults: Vec<Fault>,
}

impl<'a> Sheet<'a> {
    fn read(file: &'a Path, needed: &[&str]) -> Result<Self, Vec<Fault>> {
        let fault = |line: usize, reason: String| Fault { file: file.to_path_buf(), line, reason };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_path(file)
            .map_err(|e| vec![fault(0, format!("cannot be read: {e}"))])?;
        let header = reader.headers().map_err(|e| vec![fault(1, format!("cannot be read: {e}"))])?;
        let header: Vec<String> = header.iter().map(|h| h.trim_start_matches('\u{feff}').to_lowercase()).collect();
        let lacks: Vec<&str> = needed.iter().filter(|n| !header.iter().any(|h| h == *n)).copied().collect();
        if !lacks.is_empty() {
            return Err(vec![fault(1, format!("the columns {lacks:?} are missing; needed are {needed:?}"))]);
        }
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        for (k, record) in reader.records().enumerate() {
            match record {
                Ok(record) => rows.push((record.position().map_or(k + 2, |p| p.line() as usize), record)),
                Err(e) => {
                    let line = e.position().map_or(k + 2, |p| p.line() as usize);
                    faults.push(fault(line, format!("cannot be read: {e}")));
                }
            }
            if k >= MOST {
                return Err(vec![fault(k + 2, format!("more than {MOST} rows"))]);
            }
        }
        if rows.is_empty() && faults.is_empty() {
            faults.push(fault(1, "there are no rows below the header".into()));
        }
        Ok(Self { file, header, rows, faults })
    }

    fn say(&mut self, line: usize, reason: String) {
        self.faults.push(Fault { file: self.file.to_path_buf(), line, reason });
    }

    fn text(&self, row: usize, column: &str) -> (usize, String) {
        let at = self.header.iter().position(|h| h == column);
        (at.map_or(0, |a| a + 1), at.and_then(|a| self.rows[row].1.get(a)).unwrap_or_default().to_owned())
    }

    /// A number between two limits; 0 and a fault otherwise.
    fn number(&mut self, row: usize, column: &str, low: f64, high: f64) -> f64 {
        let (at, text) = self.text(row, column);
        match text.parse::<f64>() {
            Ok(v) if (low..=high).contains(&v) => v,
            _ => {
                let shown: String = text.chars().take(40).collect();
                let line = self.rows[row].0;
                self.say(line, format!("column {at} ({column}): \"{shown}\" is no number between {low} and {high}"));
                0.0
            }
        }
    }

    /// The row's name, which no other row has.
    fn name(&mut self, row: usize, column: &str, seen: &mut BTreeMap<String, usize>) -> String {
        let ((at, name), line) = (self.text(row, column), self.rows[row].0);
        if name.is_empty() {
            self.say(line, format!("column {at} ({column}): the row has no id"));
        } else if let Some(first) = seen.insert(name.clone(), row) {
            let first = self.rows[first].0;
            self.say(line, format!("column {at} ({column}): \"{name}\" is there twice, first in line {first}"));
        }
        name
    }

    fn place(&mut self, row: usize) -> Place {
        Place { lat: self.number(row, "lat_deg", -90.0, 90.0), lon: self.number(row, "lon_deg", -180.0, 180.0) }
    }
}

/// Reads both tables; every fault of both is found.
pub fn read(leads: &Path, dealers: &Path) -> Result<Tables, Vec<Fault>> {
    let needed = ["dealer_id", "lat_deg", "lon_deg", "capacity_leads", "conversion_share"];
    let desks_sheet = Sheet::read(dealers, &needed);
    let leads_sheet = Sheet::read(leads, &["lead_id", "lat_deg", "lon_deg", "value_cny"]);
    let (mut desks_sheet, mut leads_sheet) = match (desks_sheet, leads_sheet) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => return Err([a.err(), b.err()].into_iter().flatten().flatten().collect()),
    };
    let mut skills: BTreeMap<String, u32> = BTreeMap::new();
    let mut known = BTreeMap::new();
    let mut tables = Tables { lead_ids: Vec::new(), leads: Vec::new(), dealer_ids: Vec::new(), desks: Vec::new() };
    for row in 0..desks_sheet.rows.len() {
        tables.dealer_ids.push(desks_sheet.name(row, "dealer_id", &mut known));
        let place = desks_sheet.place(row);
        let capacity = desks_sheet.number(row, "capacity_leads", 0.0, 1e7) as u32;
        let conversion = desks_sheet.number(row, "conversion_share", 0.0, 1.0);
        let (_, has) = desks_sheet.text(row, "skills");
        let mut own: Vec<u32> = Vec::new();
        for word in has.split(['|', ';', ' ']).map(str::trim).filter(|w| !w.is_empty()) {
            let next = skills.len() as u32;
            own.push(*skills.entry(word.to_lowercase()).or_insert(next));
        }
        own.sort_unstable();
        own.dedup();
        tables.desks.push(Desk { place, capacity, conversion, skills: own });
    }
    let mut seen = BTreeMap::new();
    for row in 0..leads_sheet.rows.len() {
        tables.lead_ids.push(leads_sheet.name(row, "lead_id", &mut seen));
        let place = leads_sheet.place(row);
        let value = leads_sheet.number(row, "value_cny", 0.0, 1e8);
        let line = leads_sheet.rows[row].0;
        let (at, needs) = leads_sheet.text(row, "skill");
        let skill = skills.get(&needs.to_lowercase()).copied();
        if !needs.is_empty() && skill.is_none() {
            leads_sheet.say(line, format!("column {at} (skill): no dealer has the skill \"{needs}\""));
        }
        let (at, wish) = leads_sheet.text(row, "preferred_dealer_id");
        let named = known.get(&wish).map(|&d| d as u32);
        if !wish.is_empty() && named.is_none() {
            leads_sheet.say(line, format!("column {at} (preferred_dealer_id): there is no dealer \"{wish}\""));
        }
        tables.leads.push(Lead { place, value, skill, named });
    }
    let faults: Vec<Fault> = desks_sheet.faults.into_iter().chain(leads_sheet.faults).collect();
    if faults.is_empty() { Ok(tables) } else { Err(faults) }
}
