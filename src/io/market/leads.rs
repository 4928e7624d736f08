//! Leads and service requests, and the dealers or teams who may take them.

use super::desk::{Cell, Column, Desk, Sheet};
use super::events::told;
use crate::io::fault::{Code, Faults, shorten};
use crate::market::leads::reach::{Desk as Team, Lead};
use crate::network::Place;
use crate::scenario::Scenario;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of leads.
const LEADS: &[Column] = &[
    ("lead_id", true),
    ("lat_deg", false),
    ("lon_deg", false),
    ("zone_id", false),
    ("value_cny", false),
    ("model_id", false),
    ("customer_id", false),
    ("arrived", false),
    ("skill", false),
    ("preferred_dealer_id", false),
    ("refused_dealer_id", false),
];
/// Columns of dealers.
const DEALERS: &[Column] = &[
    ("dealer_id", true),
    ("lat_deg", false),
    ("lon_deg", false),
    ("capacity_leads", true),
    ("conversion_share", true),
    ("advisers", false),
    ("skills", false),
];

/// Both tables, in the order of the files.
#[derive(Debug, Default)]
pub struct Tables {
    /// Names of the leads.
    pub lead_ids: Vec<String>,
    /// Leads.
    pub leads: Vec<Lead>,
    /// The model that each asks for; empty where that is not known.
    pub models: Vec<String>,
    /// The customer behind each; empty where nobody is known.
    pub customers: Vec<String>,
    /// When each came, hours since 1970; empty where the table does not say.
    pub arrived: Vec<f64>,
    /// Names of the dealers.
    pub dealer_ids: Vec<String>,
    /// Dealers.
    pub desks: Vec<Team>,
}

/// What a scenario knows of the ids in the tables.
pub struct Known<'a> {
    zones: BTreeMap<&'a str, Place>,
    sites: BTreeMap<&'a str, Place>,
    margins: BTreeMap<&'a str, f64>,
}

impl<'a> Known<'a> {
    /// Places of zones and sites, margins of models.
    pub fn new(scenario: &'a Scenario) -> Self {
        let network = &scenario.network;
        Self {
            zones: network.zones.iter().map(|z| (z.1.code.as_str(), z.1.place)).collect(),
            sites: network.sites.iter().map(|s| (s.1.code.as_str(), s.1.place)).collect(),
            margins: scenario.catalogue.models.iter().map(|m| (m.1.code.as_str(), m.1.margin.major())).collect(),
        }
    }
}

/// Reads both tables; with a scenario a zone or a dealer's id stands for a place, and a model for its margin.
///
/// # Errors
/// Every fault of both.
pub fn read(leads: &Path, dealers: &Path, known: Option<&Known>) -> Result<Tables, Faults> {
    let mut desk = Desk::default();
    let teams = desk.sheet(dealers, DEALERS);
    let asked = desk.sheet(leads, LEADS);
    let mut tables = Tables::default();
    let mut reader = Reader { desk, known, skills: BTreeMap::new(), dealers: BTreeMap::new() };
    reader.teams(&teams, &mut tables);
    reader.leads(&asked, &mut tables);
    reader.desk.finish(Some(tables))
}

struct Reader<'a> {
    desk: Desk,
    known: Option<&'a Known<'a>>,
    skills: BTreeMap<String, u32>,
    dealers: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn teams(&mut self, sheet: &Sheet, tables: &mut Tables) {
        for row in &sheet.rows {
            self.desk.fresh(sheet.file, &row[0], &mut self.dealers);
            let place = self.place(sheet, [&row[1], &row[2]], &row[0], self.known.map(|k| &k.sites), "dealer");
            let capacity = self.whole(sheet, &row[3], None, (0.0, 1e7));
            let conversion = self.desk.number(sheet.file, &row[4], None, (0.0, 1.0));
            let advisers = self.whole(sheet, &row[5], Some(1.0), (1.0, 1e4));
            let mut skills: Vec<u32> = Vec::new();
            for word in row[6].text.split(['|', ';', ' ']).map(str::trim).filter(|w| !w.is_empty()) {
                let next = self.skills.len() as u32;
                skills.push(*self.skills.entry(word.to_lowercase()).or_insert(next));
            }
            skills.sort_unstable();
            skills.dedup();
            tables.dealer_ids.push(row[0].text.clone());
            tables.desks.push(Team { place, capacity, conversion, advisers, skills });
        }
    }

    fn leads(&mut self, sheet: &Sheet, tables: &mut Tables) {
        let mut names = BTreeMap::new();
        // A table says when its leads came, or it does not.
        let timed = sheet.rows.iter().any(|r| !r[7].text.trim().is_empty());
        for row in &sheet.rows {
            self.desk.fresh(sheet.file, &row[0], &mut names);
            let place = self.place(sheet, [&row[1], &row[2]], &row[3], self.known.map(|k| &k.zones), "zone");
            self.model(sheet, &row[5]);
            let value = self.value(sheet, &row[4], &row[5]);
            if timed {
                tables.arrived.push(self.hour(sheet, &row[7]));
            }
            let needs = row[8].text.trim().to_lowercase();
            let skill = self.skills.get(&needs).copied();
            if !needs.is_empty() && skill.is_none() {
                let cause = format!("no dealer has the skill \"{}\"", shorten(&needs));
                let near = crate::io::scenario::records::near(&needs, self.skills.keys().map(String::as_str));
                let help = near.map_or_else(|| "add it to a dealer".into(), |n| format!("did you mean \"{n}\"?"));
                self.desk.fault(sheet.file, Some(row[8].at), Code::UnknownId, &row[8].text, &cause, &help);
            }
            let [named, refused] = [&row[9], &row[10]].map(|cell| {
                let given = !cell.text.is_empty();
                given.then(|| self.desk.known(sheet.file, cell, "dealer", &self.dealers)).flatten().map(|d| d as u32)
            });
            tables.lead_ids.push(row[0].text.clone());
            tables.models.push(row[5].text.trim().to_owned());
            tables.customers.push(row[6].text.trim().to_owned());
            tables.leads.push(Lead { place, value, skill, named, refused, model: None });
        }
    }

    fn hour(&mut self, sheet: &Sheet, cell: &Cell) -> f64 {
        let help = "write 2026-06-29 14:05, in every row or in none";
        told(&mut self.desk, sheet.file, cell, help).map_or(f64::NAN, |days| 24.0 * days)
    }

    fn whole(&mut self, sheet: &Sheet, cell: &Cell, fallback: Option<f64>, range: (f64, f64)) -> u32 {
        let number = self.desk.number(sheet.file, cell, fallback, range);
        if number.fract() > 0.0 {
            let cause = format!("{number} is no whole number");
            self.desk.fault(sheet.file, Some(cell.at), Code::Range, &cell.text, &cause, "write a whole number");
        }
        number.max(0.0) as u32
    }

    /// Money of a sale: the one given, else the margin of the scenario's model.
    fn value(&mut self, sheet: &Sheet, value: &Cell, model: &Cell) -> f64 {
        if !value.text.is_empty() {
            return self.desk.number(sheet.file, value, None, (0.0, 1e8));
        }
        let margins = self.known.map(|k| &k.margins);
        if let Some(margin) = margins.and_then(|m| m.get(model.text.trim())) {
            return margin.max(0.0);
        }
        // An unknown model has its own fault.
        if margins.is_none() || model.text.trim().is_empty() {
            let help = "write value_cny, or give --scenario and model_id";
            self.desk.fault(sheet.file, Some(value.at), Code::Blank, "", "what a sale is worth is not known", help);
        }
        f64::NAN
    }

    /// A model that the scenario does not have is a fault, also where it is not asked for its margin.
    fn model(&mut self, sheet: &Sheet, model: &Cell) {
        let name = model.text.trim();
        let Some(margins) = self.known.map(|k| &k.margins).filter(|m| !name.is_empty() && !m.contains_key(name)) else {
            return;
        };
        let near = crate::io::scenario::records::near(name, margins.keys().copied());
        let help = near.map_or_else(|| "write one of the models".into(), |n| format!("did you mean \"{n}\"?"));
        let cause = format!("unknown model \"{}\"", shorten(name));
        self.desk.fault(sheet.file, Some(model.at), Code::UnknownId, name, &cause, &help);
    }

    /// Coordinates where they are given, else the place of the scenario's id.
    fn place(
        &mut self,
        sheet: &Sheet,
        at: [&Cell; 2],
        id: &Cell,
        places: Option<&BTreeMap<&str, Place>>,
        what: &str,
    ) -> Place {
        if at.iter().any(|c| !c.text.is_empty()) {
            let [lat, lon] = [(at[0], 90.0), (at[1], 180.0)]
                .map(|(cell, most)| self.desk.number(sheet.file, cell, None, (-most, most)));
            return Place { lat, lon };
        }
        if let Some(place) = places.and_then(|p| p.get(id.text.trim())) {
            return *place;
        }
        let (at, cause, help) = match places {
            Some(places) if !id.text.trim().is_empty() => {
                let near = crate::io::scenario::records::near(id.text.trim(), places.keys().copied());
                let help =
                    near.map_or_else(|| format!("write one of the {what}s"), |n| format!("did you mean \"{n}\"?"));
                (id.at, format!("unknown {what} \"{}\"", shorten(&id.text)), help)
            }
            _ => {
                let help = format!("write lat_deg and lon_deg, or give --scenario and a {what}'s id");
                (at[0].at, "the place is not known".to_owned(), help)
            }
        };
        self.desk.fault(sheet.file, Some(at), Code::Blank, &id.text, &cause, &help);
        Place { lat: f64::NAN, lon: f64::NAN }
    }
}
