//! The folder `customers` of a scenario: purchases.csv, offers.csv, leads.csv, dealers.csv and, where something is set
//! otherwise, journey.toml.

use super::desk::Desk;
use super::leads::{self, Known};
use super::options::Options;
use crate::io::customers::{self, Table, Unit};
use crate::io::fault::{Code, Faults};
use crate::io::instances::Fault;
use crate::market::leads::reach;
use crate::market::leads::waiting::{Hours, Patience};
use crate::planning::journey::{People, Terms};
use crate::scenario::Scenario;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Name of the folder in a scenario's.
pub const FOLDER: &str = "customers";

/// Leads that a fault names.
const SHOWN: usize = 10;
/// Tables of the folder.
const FILES: [&str; 4] = ["purchases.csv", "offers.csv", "leads.csv", "dealers.csv"];

/// What the folder holds.
#[derive(Debug)]
pub struct Visitors {
    /// Customers and leads under the scenario's ids.
    pub people: People,
    /// Names of the customers.
    pub customer_ids: Vec<String>,
    /// The customer that each lead names; empty where it names none.
    pub named_customer: Vec<String>,
    /// Names of the models that the leads ask for.
    pub models: Vec<String>,
    /// Leads whose customer has no purchases in the table.
    pub unjoined: usize,
    /// What is assumed.
    pub terms: Terms,
    /// The files and their digests.
    pub files: Vec<(String, String)>,
}

/// What is wrong with the folder.
#[derive(Debug)]
pub enum JourneyFault {
    /// Faults with their places.
    Tables(Faults),
    /// Faults of the customers' tables.
    Lists(Vec<Fault>),
    /// A table is missing or cannot be used.
    Missing(PathBuf, String),
}

/// Whether a scenario has such a folder.
pub fn present(scenario: &Path) -> bool {
    scenario.join(FOLDER).is_dir()
}

/// Reads the folder.
///
/// # Errors
/// [`JourneyFault`]; every fault of a table.
pub fn read(folder: &Path, scenario: &Scenario) -> Result<Visitors, JourneyFault> {
    let home = folder.join(FOLDER);
    if let Some(absent) = FILES.iter().map(|f| home.join(f)).find(|f| !f.is_file()) {
        let why = format!("is not there; a folder {FOLDER} holds {}", FILES.join(", "));
        return Err(JourneyFault::Missing(absent, why));
    }
    let [purchases, offers, asked, desks] = FILES.map(|f| home.join(f));
    let terms = terms(&home.join("journey.toml"), scenario)?;
    let bought = customers::read(&purchases).map_err(JourneyFault::Lists)?;
    let offers = customers::offers(&offers).map_err(JourneyFault::Lists)?;
    let Table::Purchases(bought) = bought else {
        return Err(JourneyFault::Missing(purchases, "has a row a customer; a row for each purchase is needed".into()));
    };
    let (customer_ids, customers, _) = customers::summary(&bought, scenario.today, Unit::Week);
    let known = Known::new(scenario);
    let tables = leads::read(&asked, &desks, Some(&known)).map_err(JourneyFault::Tables)?;
    if tables.arrived.is_empty() {
        return Err(JourneyFault::Missing(asked, "lacks the column arrived: when each lead came".into()));
    }
    if let Some(why) = outside(&tables, scenario, terms.days) {
        return Err(JourneyFault::Missing(asked, why));
    }
    let models: BTreeMap<&str, u32> =
        scenario.catalogue.models.iter().zip(0..).map(|((_, m), k)| (m.code.as_str(), k)).collect();
    let sites: BTreeMap<&str, _> = scenario.network.sites.iter().map(|(s, site)| (site.code.as_str(), s)).collect();
    let joined: BTreeMap<&str, usize> = customer_ids.iter().enumerate().map(|(k, id)| (id.as_str(), k)).collect();
    let customer_of: Vec<Option<usize>> = tables.customers.iter().map(|c| joined.get(c.as_str()).copied()).collect();
    let unjoined = tables.customers.iter().zip(&customer_of).filter(|(c, of)| !c.is_empty() && of.is_none()).count();
    let mut asked_for = tables.leads;
    asked_for.iter_mut().zip(&tables.models).for_each(|(lead, m)| lead.model = models.get(m.as_str()).copied());
    let mut of = Vec::with_capacity(tables.dealer_ids.len());
    for id in &tables.dealer_ids {
        let Some(&site) = sites.get(id.as_str()) else {
            return Err(JourneyFault::Missing(desks, format!("the dealer \"{id}\" is no site of the scenario")));
        };
        of.push(site);
    }
    let files = FILES.iter().chain(&["journey.toml"]).filter_map(|f| {
        let bytes = std::fs::read(home.join(f)).ok()?;
        Some((format!("{FOLDER}/{f}"), crate::digest::sha256(&bytes)))
    });
    Ok(Visitors {
        customer_ids,
        named_customer: tables.customers,
        models: tables.models,
        unjoined,
        terms,
        files: files.collect(),
        people: People {
            customers,
            offers,
            leads: asked_for,
            lead_ids: tables.lead_ids,
            customer_of,
            arrived: tables.arrived,
            desks: tables.desks,
            sites: of,
        },
    })
}

/// Keys of journey.toml, their defaults and ranges.
const KEYS: [(&str, f64, (f64, f64)); 16] = [
    ("offer_budget_cny", 0.0, (0.0, 1e12)),
    ("horizon_weeks", 52.0, (1.0, 520.0)),
    ("discount_share", 0.1, (0.0, 1.0)),
    ("margin_share", 0.35, (0.0, 1.0)),
    ("half_time_min", 45.0, (1.0, 1e4)),
    ("reach_min", 120.0, (1.0, 1e4)),
    ("preference_share", 0.25, (0.0, 10.0)),
    ("wait_half_time_h", 8.0, (0.01, 1e4)),
    ("service_spread", 1.0, (0.0, 10.0)),
    ("prompt_h", 1.0, (0.0, 1e3)),
    ("car_half_time_days", 60.0, (1.0, 1e4)),
    ("handover_days", 3.0, (0.0, 365.0)),
    ("runs", 100.0, (2.0, 100_000.0)),
    ("lead_days", 7.0, (1.0, 366.0)),
    ("opens_h", 9.0, (0.0, 23.0)),
    ("closes_h", 21.0, (1.0, 24.0)),
];

/// Reads journey.toml; ways are great circles with the scenario's circuity and speed.
fn terms(file: &Path, scenario: &Scenario) -> Result<Terms, JourneyFault> {
    let mut desk = Desk::default();
    let options = if file.is_file() { Options::read(file, &mut desk) } else { Some(Options::default()) };
    let values = options.as_ref().map(|options| {
        let names: Vec<&str> = KEYS.iter().map(|k| k.0).collect();
        options.only(&names, &mut desk);
        KEYS.map(|(key, value, range)| options.number(key, Some(value), range, &mut desk))
    });
    let travel = &scenario.network.travel;
    let terms = values.map(|v| Terms {
        budget: v[0],
        horizon: v[1] as u32,
        discount: v[2],
        margin: v[3],
        reach: reach::Terms {
            circuity: travel.circuity,
            speed: travel.speed_kmh,
            half_time: v[4],
            reach: v[5],
            preference: v[6],
            fair_share: 0.0,
            fair_worth: 0.0,
        },
        patience: Patience { half_time: v[7], spread: v[8], prompt: v[9] },
        days: v[13],
        hours: Hours { open: v[14], close: v[15] },
        car_half_time: v[10],
        handover: v[11],
        runs: v[12] as u32,
    });
    if let (Some(options), Some(terms)) = (&options, &terms)
        && terms.hours.open >= terms.hours.close
    {
        let at = Some(options.place("opens_h"));
        desk.fault(
            options.file,
            at,
            Code::Order,
            "",
            "opens_h is not before closes_h",
            "raise closes_h or lower opens_h",
        );
    }
    desk.finish(terms).map_err(JourneyFault::Tables)
}

/// Leads of other days than those before today, named.
fn outside(tables: &leads::Tables, scenario: &Scenario, days: f64) -> Option<String> {
    let end = 24.0 * crate::days::number(scenario.today) as f64;
    let strange = |k: &usize| !(end - 24.0 * days..end).contains(&tables.arrived[*k]);
    let list: Vec<&str> = (0..tables.arrived.len()).filter(strange).map(|k| tables.lead_ids[k].as_str()).collect();
    let shown = list[..list.len().min(SHOWN)].join(", ");
    let more = if list.len() > SHOWN { format!(" and {} more", list.len() - SHOWN) } else { String::new() };
    (!list.is_empty()).then(|| {
        format!(
            "has leads that did not come in the {days} days before {}: {shown}{more}. Leave them out, or set lead_days in \
             {FOLDER}/journey.toml",
            scenario.today
        )
    })
}
