//! What only several rows or several tables together can tell.

use super::document::Document;
use super::log::Spot;
use super::network::Placed;
use super::{Context, file_of};
use crate::catalogue::Model;
use crate::ids::{Grid, Id, ModelId, SiteId, ZoneId};
use crate::io::fault::{Code, shorten};
use crate::network::{Carrier, Leg, Site, SiteKind, Zone};
use crate::scenario::Settings;
use std::collections::{BTreeMap, HashMap};

/// The tables read.
pub(super) struct Tables<'t> {
    pub zones: &'t Placed<Zone>,
    pub sites: &'t Placed<Site>,
    pub models: &'t Placed<Model>,
    pub carriers: &'t Placed<Carrier>,
    pub matrix: &'t BTreeMap<(ZoneId, SiteId), Leg>,
    pub supply: Option<&'t Grid<SiteId, ModelId, Vec<u32>>>,
}

/// Every check.
pub(super) fn all(context: &mut Context<'_>, document: &Document, settings: &Settings, tables: &Tables<'_>) {
    identity(context, document);
    order(context, document, settings);
    kinds(context, tables);
    places(context, tables);
    scales(context, tables);
    let clean = |context: &Context<'_>, names: &[&str]| names.iter().all(|name| context.log.clean(file_of(name)));
    if let Some(supply) = tables.supply
        && clean(context, &["sites", "models", "supply"])
    {
        building(context, tables, supply);
    }
    if clean(context, &["models", "carriers"]) {
        loading(context, tables);
    }
    let used = document.word("travel", "mode") == 1;
    presence(context, document, used);
    if used && !tables.matrix.is_empty() && clean(context, &["zones", "sites", "travel"]) {
        pairs(context, tables);
    }
}

fn in_options(document: &Document, section: &str, key: &str) -> Spot {
    Spot { file: 0, at: document.place(section, key).or(Some(0)) }
}

/// The id is a slug: it becomes part of file names.
fn identity(context: &mut Context<'_>, document: &Document) {
    let id = document.text("", "id");
    let slug = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    if document.place("", "id").is_some() && (!slug || id.is_empty() || id.len() > 64) {
        context.log.add(in_options(document, "", "id"), Code::LongText, &id, || {
            (
                format!("the id {:?} is not a short name", shorten(&id)),
                "use 1 to 64 of the characters a-z, 0-9, - and _".into(),
            )
        });
    }
}

/// Least values stand below greatest ones.
fn order(context: &mut Context<'_>, document: &Document, settings: &Settings) {
    if let (Some(least), Some(most)) = settings.placement.stores
        && least > most
    {
        context.log.add(in_options(document, "placement", "min_stores"), Code::Order, &least.to_string(), || {
            (format!("min_stores {least} is above max_stores {most}"), "lower min_stores or raise max_stores".into())
        });
    }
    let (freeze, weeks) = (settings.replenishment.freeze_weeks, settings.horizon_weeks);
    if freeze >= weeks && weeks > 0 {
        context.log.add(
            in_options(document, "replenishment", "freeze_weeks"),
            Code::Order,
            &freeze.to_string(),
            || {
                (
                    format!("{freeze} frozen weeks leave nothing to plan in a horizon of {weeks}"),
                    "lower freeze_weeks or raise [horizon] weeks".into(),
                )
            },
        );
    }
}

/// A network has plants and stores.
fn kinds(context: &mut Context<'_>, tables: &Tables<'_>) {
    if tables.sites.things.is_empty() {
        return;
    }
    let whole = Spot { file: file_of("sites"), at: None };
    let has = |wanted: fn(&Site) -> bool| tables.sites.things.iter().any(wanted);
    if !has(|s| s.kind == SiteKind::Plant) {
        context.log.add(whole, Code::NoneOf, "", || {
            (
                "no site is a plant".into(),
                "add at least one site of kind plant, with its slots in the supply table".into(),
            )
        });
    }
    if !has(Site::is_store) {
        context.log.add(whole, Code::NoneOf, "", || {
            ("no site is a dealer or a candidate".into(), "add the stores of today and those that could open".into())
        });
    }
    if !tables.zones.things.is_empty() && tables.zones.things.iter().all(|z| z.registrations.get() <= 0.0) {
        context.log.add(Spot { file: file_of("zones"), at: None }, Code::ZeroMarket, "", || {
            ("no zone has any registrations".into(), "write the new cars registered in a year".into())
        });
    }
}

/// Two stores of one name at one point are one store twice.
fn places(context: &mut Context<'_>, tables: &Tables<'_>) {
    let mut seen: HashMap<(u64, u64, String), usize> = HashMap::new();
    for (k, site) in tables.sites.things.iter().enumerate().filter(|(_, s)| s.is_store()) {
        let key = (site.place.lat.to_bits(), site.place.lon.to_bits(), super::names::fold(&site.name));
        if let Some(&other) = seen.get(&key) {
            let first = &tables.sites.things[other].code;
            context.log.add(tables.sites.spots[k], Code::TwicePlace, &site.code, || {
                (
                    format!("{} has the name and the coordinates of {first}", site.code),
                    "remove one of them, or correct its name or coordinates".into(),
                )
            });
        } else {
            seen.insert(key, k);
        }
    }
}

/// Values so many times above or below the median of their column are in another unit (thousands, hundredths).
const JUMP: (f64, f64) = (500.0, 5000.0);

/// A column of numbers with what it is called.
type Column<'c, T> = (&'static str, &'c dyn Fn(&T) -> f64);

fn scales(context: &mut Context<'_>, tables: &Tables<'_>) {
    let zones: [Column<'_, Zone>; 2] =
        [("population_persons", &|z| z.population as f64), ("registrations_per_year", &|z| z.registrations.get())];
    for column in zones {
        jumps(context, tables.zones, column);
    }
    let models: [Column<'_, Model>; 2] =
        [("price_cny", &|m| m.price.major()), ("holding_cny_per_day", &|m| m.holding_per_day.major())];
    for column in models {
        jumps(context, tables.models, column);
    }
    let store = |value: f64, site: &Site| if site.is_store() { value } else { 0.0 };
    let sites: [Column<'_, Site>; 3] = [
        ("capacity_per_year", &|s| store(s.capacity.get(), s)),
        ("storage_cars", &|s| store(f64::from(s.storage.get()), s)),
        ("fixed_cost_cny_per_year", &|s| store(s.fixed_cost.major(), s)),
    ];
    for column in sites {
        jumps(context, tables.sites, column);
    }
}

/// Notes positive values far from the median of the positive ones; of four or more.
fn jumps<T>(context: &mut Context<'_>, placed: &Placed<T>, (name, value): Column<'_, T>) {
    let mut values: Vec<f64> = placed.things.iter().map(value).filter(|v| *v > 0.0).collect();
    if values.len() < 4 {
        return;
    }
    values.sort_by(f64::total_cmp);
    let median = values[(values.len() - 1) / 2];
    for (thing, &spot) in placed.things.iter().zip(&placed.spots) {
        let value = value(thing);
        if value > 0.0 && (value > median * JUMP.0 || value < median / JUMP.1) {
            context.log.add(spot, Code::Jump, &value.to_string(), || {
                (
                    format!("{name} is {value}, the median of the column {median}"),
                    "check the unit: thousands, or hundredths?".into(),
                )
            });
        }
    }
}

/// Plants build something, and every model is built somewhere.
fn building(context: &mut Context<'_>, tables: &Tables<'_>, supply: &Grid<SiteId, ModelId, Vec<u32>>) {
    let builds =
        |site: usize, model: usize| supply[(SiteId::at(site), ModelId::at(model))].iter().any(|&slots| slots > 0);
    let models = tables.models.things.len();
    if supply.height() != tables.sites.things.len() || models == 0 {
        return;
    }
    let plants: Vec<usize> = (0..supply.height()).filter(|&s| tables.sites.things[s].kind == SiteKind::Plant).collect();
    for &plant in &plants {
        if !(0..models).any(|m| builds(plant, m)) {
            let code = &tables.sites.things[plant].code;
            context.log.add(tables.sites.spots[plant], Code::IdlePlant, code, || {
                (
                    format!("the plant {code} has no build slots in the horizon"),
                    "add its rows to the supply table, or remove it".into(),
                )
            });
        }
    }
    for (m, model) in tables.models.things.iter().enumerate() {
        if !plants.is_empty() && !plants.iter().any(|&p| builds(p, m)) {
            context.log.add(tables.models.spots[m], Code::Unbuilt, &model.code, || {
                (
                    format!("no plant builds {} in the horizon", model.code),
                    "add its rows to the supply table, or remove the model".into(),
                )
            });
        }
    }
}

/// Every model fits on some carrier.
fn loading(context: &mut Context<'_>, tables: &Tables<'_>) {
    let largest = tables.carriers.things.iter().map(|c| c.slots).fold(0.0, f64::max);
    for (model, &spot) in tables.models.things.iter().zip(&tables.models.spots) {
        if largest > 0.0 && model.carrier_slots > largest {
            context.log.add(spot, Code::Slots, &model.carrier_slots.to_string(), || {
                (
                    format!("{} takes {} slots, the largest carrier has {largest}", model.code, model.carrier_slots),
                    "check carrier_slots here and slots in the carriers table".into(),
                )
            });
        }
    }
}

/// The matrix is there when it is used, and not when it is not.
fn presence(context: &mut Context<'_>, document: &Document, used: bool) {
    let file = file_of("travel");
    let present = context.sources[file].present;
    if !used && present {
        context.log.add(Spot { file, at: None }, Code::Matrix, "", || {
            (
                "there is a travel matrix, but it is not used".into(),
                "write mode = \"matrix\" under [travel], or remove the table".into(),
            )
        });
    }
    if used && !present && context.sources[file].note.sha256.is_empty() {
        context.log.add(in_options(document, "travel", "mode"), Code::Missing, "matrix", || {
            (
                "the travel matrix is wanted, but there is no travel table".into(),
                "add travel.csv, or write mode = \"geodesic\"".into(),
            )
        });
    }
}

/// Each store can be reached from its own zone, each zone reaches something.
fn pairs(context: &mut Context<'_>, tables: &Tables<'_>) {
    let lacking =
        |zone: &str, what: &str| (format!("the travel table lacks {what}"), format!("add a row for zone {zone}"));
    for (s, site) in tables.sites.things.iter().enumerate().filter(|(_, s)| s.is_store()) {
        if !tables.matrix.contains_key(&(site.zone, SiteId::at(s))) {
            let zone = &tables.zones.things.get(site.zone.index()).map_or("", |z| &z.code);
            context.log.add(tables.sites.spots[s], Code::MissingPair, &site.code, || {
                lacking(zone, &format!("the pair of store {} and its own zone {zone}", site.code))
            });
        }
    }
    let reaching: std::collections::BTreeSet<ZoneId> = tables.matrix.keys().map(|k| k.0).collect();
    for (z, zone) in tables.zones.things.iter().enumerate() {
        if !reaching.contains(&ZoneId::at(z)) {
            context.log.add(tables.zones.spots[z], Code::MissingPair, &zone.code, || {
                lacking(&zone.code, &format!("every pair of zone {}", zone.code))
            });
        }
    }
}
