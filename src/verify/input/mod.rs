//! The scenario's tables, read a second time by other code, from the very bytes that the results were made from.

mod settings;
mod tables;

pub use settings::Settings;

use super::answer::Refused;
use super::earth::Place;
use super::sheet::{Sheet, bytes};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// A demand zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its id.
    pub code: String,
    /// What it is called, in English and in Chinese.
    pub names: [String; 2],
    /// Its region's name.
    pub region: String,
    /// Its centre.
    pub place: Place,
    /// Inhabitants.
    pub people: f64,
    /// New cars of all brands a year.
    pub registrations: f64,
    /// Pull of everything else.
    pub rivals: f64,
}

/// A store format.
#[derive(Clone, Debug)]
pub struct Format {
    /// Its id.
    pub code: String,
    /// What it is called, in English and in Chinese.
    pub names: [String; 2],
    /// Pull at the door.
    pub attraction: f64,
    /// Longest travel, minutes.
    pub reach: f64,
    /// Relative cost.
    pub cost: f64,
    /// Relative capacity.
    pub capacity: f64,
    /// Conversion cost, hundredths.
    pub conversion: i64,
}

/// What a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Builds cars.
    Plant,
    /// Passes cars on.
    Hub,
    /// Sells cars today.
    Dealer,
    /// Could sell cars.
    Candidate,
}

/// What may be done with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anything.
    Free,
    /// Open in the end.
    Required,
    /// Never opened.
    Forbidden,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its id.
    pub code: String,
    /// What it is called, in English and in Chinese.
    pub names: [String; 2],
    /// What it is.
    pub kind: Kind,
    /// Its format; none for plants and hubs.
    pub format: Option<usize>,
    /// Its zone.
    pub zone: usize,
    /// Where it stands.
    pub place: Place,
    /// Cars a year.
    pub capacity: f64,
    /// Cars it can hold; 0 for no limit.
    pub storage: u32,
    /// Money in unsold cars, hundredths; 0 for no limit.
    pub credit: i64,
    /// Cost of a year, hundredths.
    pub fixed: i64,
    /// Cost of opening, hundredths.
    pub opening: i64,
    /// Cost of moving, hundredths.
    pub moving: i64,
    /// Cost of closing, hundredths.
    pub closing: i64,
    /// Owner.
    pub owner: String,
    /// Rule.
    pub rule: Rule,
    /// Whether it lets cars go to other stores, and whether it takes cars from them.
    pub consent: (bool, bool),
}

impl Site {
    /// Whether it is or could be a store.
    pub fn is_store(&self) -> bool {
        matches!(self.kind, Kind::Dealer | Kind::Candidate)
    }
}

/// A vehicle.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its id.
    pub code: String,
    /// What it is called, in English and in Chinese.
    pub names: [String; 2],
    /// Its segment.
    pub segment: String,
    /// Price, hundredths.
    pub price: i64,
    /// Margin, hundredths.
    pub margin: i64,
    /// Carrier slots.
    pub slots: f64,
    /// Holding cost of a day, hundredths.
    pub holding: i64,
    /// Cost of a lost sale, hundredths.
    pub lost: i64,
}

/// A class of carriers.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Its id.
    pub code: String,
    /// Slots.
    pub slots: f64,
    /// Cost of a kilometre, hundredths.
    pub per_km: i64,
    /// Cost of a trip, hundredths.
    pub per_trip: i64,
    /// Least load, share.
    pub least_load: f64,
}

/// A lane given by the user.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// Kilometres.
    pub km: f64,
    /// Hours.
    pub hours: f64,
    /// Freight of a car, hundredths.
    pub cost: Option<i64>,
}

/// All tables.
#[derive(Clone, Debug)]
pub struct Input {
    /// Options of scenario.toml.
    pub settings: Settings,
    /// Zones by id.
    pub zones: Vec<Zone>,
    /// Formats by id.
    pub formats: Vec<Format>,
    /// Sites by id.
    pub sites: Vec<Site>,
    /// Models by id.
    pub models: Vec<Model>,
    /// Carriers by id.
    pub carriers: Vec<Carrier>,
    /// Lanes by ends.
    pub lanes: BTreeMap<(usize, usize), Lane>,
    /// Kilometres and minutes from zone to site.
    pub travel: BTreeMap<(usize, usize), (f64, f64)>,
    /// Cars by site, model and age.
    pub stock: BTreeMap<(usize, usize, u32), u32>,
    /// Cars by site, model and week of arrival.
    pub in_transit: BTreeMap<(usize, usize, usize), u32>,
    /// Build slots by plant and model.
    pub supply: BTreeMap<(usize, usize), Vec<u32>>,
    /// Cars sold by site and model, week by week (the last one ends before today).
    pub sales: BTreeMap<(usize, usize), Vec<u32>>,
    /// Weeks of the history.
    pub history: usize,
    /// Whether the planner's hand decides orders.
    pub locks: bool,
    /// Files and rows that were read.
    pub size: (usize, usize),
}

const TABLES: [(&str, bool); 15] = [
    ("formats", true),
    ("zones", true),
    ("models", true),
    ("sites", true),
    ("carriers", true),
    ("sales", true),
    ("stock", true),
    ("in_transit", false),
    ("supply", true),
    ("calendar", false),
    ("lanes", false),
    ("travel", false),
    ("thresholds", false),
    ("order_locks", false),
    ("channel", false),
];

/// Hashes every input, compares with provenance.json, and reads the tables.
pub fn read(folder: &Path, provenance: &Value) -> Result<Input, Refused> {
    let files = checked(folder, provenance)?;
    let document = files["scenario"].1.clone();
    let settings = Settings::parse(&files["scenario"].0, &document)?;
    let mut sheets = BTreeMap::new();
    for (table, (file, text)) in &files {
        if table != "scenario" {
            sheets.insert(table.as_str(), Sheet::parse(file, text, 0)?);
        }
    }
    let rows = sheets.values().map(|s| s.rows.len()).sum();
    let mut input = tables::assemble(settings, &sheets)?;
    input.size = (files.len(), rows);
    input.locks = sheets.get("order_locks").is_some_and(|s| !s.rows.is_empty());
    Ok(input)
}

fn refused(file: &str, cause: impl Into<String>) -> Refused {
    Refused::File {
        file: file.into(),
        cause: cause.into(),
        help: "Run `forecourt plan` again, or give the right folder with --scenario",
    }
}

/// Name and text of every input by table, after its hash was found to be that of provenance.json.
fn checked(folder: &Path, provenance: &Value) -> Result<BTreeMap<String, (String, String)>, Refused> {
    let none = || refused("provenance.json", "it does not name the inputs");
    let inputs = provenance.get("inputs").and_then(Value::as_array).ok_or_else(none)?;
    let mut files = BTreeMap::new();
    let mut all = Sha256::new();
    for input in inputs {
        let word = |key: &str| input.get(key).and_then(Value::as_str).ok_or_else(none);
        let (table, file, made) = (word("table")?, word("file")?, word("sha256")?);
        if file.contains(['/', '\\']) || file.starts_with('.') {
            return Err(refused("provenance.json", format!("the input {file:?} leaves the scenario's folder")));
        }
        let raw = bytes(&folder.join(file))?;
        let found = hex(&Sha256::digest(&raw));
        if found != made {
            return Err(Refused::Changed { file: folder.join(file).display().to_string(), found, made: made.into() });
        }
        all.update(format!("{table} {found}\n"));
        let shown = folder.join(file).display().to_string();
        let text = decoded(&raw, word("encoding")?).ok_or_else(|| refused(&shown, "the encoding is not understood"))?;
        if files.insert(table.to_owned(), (shown, text)).is_some() {
            return Err(refused("provenance.json", format!("the table {table} is there twice")));
        }
    }
    if provenance.get("inputs_digest").and_then(Value::as_str) != Some(hex(&all.finalize()).as_str()) {
        return Err(refused("provenance.json", "inputs_digest is not the hash of the inputs"));
    }
    complete(folder, &files)?;
    Ok(files)
}

/// Every table that is needed or there must be among the inputs.
fn complete(folder: &Path, files: &BTreeMap<String, (String, String)>) -> Result<(), Refused> {
    let Some((_, document)) = files.get("scenario") else {
        return Err(refused("provenance.json", "scenario.toml is not among the inputs"));
    };
    let named: toml::Table = document.parse().unwrap_or_default();
    let named = named.get("tables").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    for (table, required) in TABLES {
        let own = named.get(table).and_then(toml::Value::as_str);
        let file = own.map_or_else(|| format!("{table}.csv"), str::to_owned);
        let there = required || own.is_some() || folder.join(&file).exists();
        match files.get(table) {
            None if there => return Err(refused("provenance.json", format!("{file} is not among the inputs"))),
            Some((shown, _)) if !Path::new(shown).ends_with(&file) => {
                return Err(refused("provenance.json", format!("the table {table} is {file}, not {shown}")));
            }
            _ => {}
        }
    }
    let known = |t: &String| t == "scenario" || TABLES.iter().any(|k| k.0 == t);
    match files.keys().find(|t| !known(t)) {
        Some(table) => Err(refused("provenance.json", format!("there is no table {table}"))),
        None => Ok(()),
    }
}

fn decoded(raw: &[u8], label: &str) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    let (text, flawed) = encoding.decode_with_bom_removal(raw);
    (!flawed).then(|| text.into_owned())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
