//! The scenario as text: one function a file.

use super::demand::WEEKS;
use super::market::NEST;
use super::models::MODELS;
use super::people;
use super::season::{calendar, plus_days};
use super::stock::{HORIZON, Lot};
use super::world::{CIRCUITY, HALF_TIME_MIN, SPEED_KMH, TODAY, World};
use crate::catalogue::Powertrain;
use crate::generate::{GenerateError, GeneratedFile};
use crate::network::{Site, SiteKind, SiteRule};

pub(super) type Text = Result<Vec<u8>, csv::Error>;

/// A table: its header, then its rows.
pub(super) fn table(header: &[&str], fill: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>) -> Text {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    fill(&mut writer)?;
    writer.into_inner().map_err(|e| csv::Error::from(std::io::Error::other(e.to_string())))
}

/// Every file of the folder.
pub(super) fn write(world: &World) -> Result<Vec<GeneratedFile>, GenerateError> {
    let all = [
        ("README.md", Ok(include_str!("facts/README.md").as_bytes().to_vec())),
        ("scenario.toml", Ok(settings().into_bytes())),
        ("zones.csv", zones(world)),
        ("sites.csv", sites(world)),
        ("formats.csv", formats(world)),
        ("models.csv", models()),
        ("carriers.csv", carriers(world)),
        ("calendar.csv", days()),
        ("sales.csv", sales(world)),
        ("stock.csv", stock(world)),
        ("in_transit.csv", in_transit(world)),
        ("supply.csv", supply(world)),
        ("channel.csv", people::channel(world)),
        ("customers/purchases.csv", people::purchases(world)),
        ("customers/offers.csv", Ok(people::OFFERS.as_bytes().to_vec())),
        ("customers/leads.csv", people::leads(world)),
        ("customers/dealers.csv", people::desks(world)),
        ("customers/journey.toml", Ok(people::OPTIONS.as_bytes().to_vec())),
    ];
    all.into_iter().map(|(name, text)| Ok(GeneratedFile { name, bytes: text? })).collect()
}

fn settings() -> String {
    format!(
        "# Synthetic: the brand, its dealers, models and sales are made up; places are true. See README.md.
schema = 1
id = \"china\"
name = \"China, synthetic brand\"
name_zh = \"中国（虚拟品牌）\"
currency = \"CNY\"
synthetic = true
today = {TODAY}

[horizon]
weeks = {HORIZON}

[travel]
circuity = {CIRCUITY:?}
speed_kmh = {SPEED_KMH:?}

[market]
half_time_min = {HALF_TIME_MIN:?}
# Assumed: see README.md.
nest = {NEST:?}

[simulation]
# As the history was drawn: measured on 24 months of sales in 22 provinces.
national_sd = 0.05
regional_sd = 0.085
"
    )
}

fn zones(world: &World) -> Text {
    let header = [
        "zone_id",
        "name",
        "name_zh",
        "region",
        "lat_deg",
        "lon_deg",
        "population_persons",
        "registrations_per_year",
        "rival_weight",
    ];
    table(&header, |w| {
        for zone in world.network.zones.values() {
            w.write_record([
                &zone.code,
                &zone.name,
                &zone.name_zh,
                &world.network.regions[zone.region].name,
                &zone.place.lat.to_string(),
                &zone.place.lon.to_string(),
                &zone.population.to_string(),
                &zone.registrations.get().to_string(),
                &format!("{:.3}", zone.rival_weight),
            ])?;
        }
        Ok(())
    })
}

fn kind(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::Plant => "plant",
        SiteKind::Hub => "hub",
        SiteKind::Dealer => "dealer",
        SiteKind::Candidate => "candidate",
    }
}

fn rule(rule: SiteRule) -> &'static str {
    match rule {
        SiteRule::Free => "free",
        SiteRule::Required => "required",
        SiteRule::Forbidden => "forbidden",
    }
}

/// A cell that stands empty where the kind of site has no such figure.
fn only(here: bool, value: &impl ToString) -> String {
    if here { value.to_string() } else { String::new() }
}

fn site_row(world: &World, site: &Site) -> Vec<String> {
    let (store, dealer, candidate) = (site.is_store(), site.kind == SiteKind::Dealer, site.kind == SiteKind::Candidate);
    vec![
        site.code.clone(),
        site.name.clone(),
        site.name_zh.clone(),
        kind(site.kind).to_owned(),
        site.format.map_or(String::new(), |f| world.network.formats[f].code.clone()),
        world.network.zones[site.zone].code.clone(),
        site.place.lat.to_string(),
        site.place.lon.to_string(),
        site.capacity.get().to_string(),
        site.storage.to_string(),
        only(store, &site.credit),
        only(store, &site.fixed_cost),
        only(candidate, &site.opening_cost),
        only(dealer, &site.moving_cost),
        only(dealer, &site.closing_cost),
        site.owner.clone(),
        site.service_hours.0.to_string(),
        site.service_hours.1.to_string(),
        rule(site.rule).to_owned(),
    ]
}

fn sites(world: &World) -> Text {
    let header = [
        "site_id",
        "name",
        "name_zh",
        "kind",
        "format_id",
        "zone_id",
        "lat_deg",
        "lon_deg",
        "capacity_per_year",
        "storage_cars",
        "credit_cny",
        "fixed_cost_cny_per_year",
        "opening_cost_cny",
        "moving_cost_cny",
        "closing_cost_cny",
        "owner",
        "opens_h",
        "closes_h",
        "rule",
    ];
    table(&header, |w| world.network.sites.values().try_for_each(|site| w.write_record(site_row(world, site))))
}

fn formats(world: &World) -> Text {
    let header = [
        "format_id",
        "name",
        "name_zh",
        "attraction",
        "reach_min",
        "cost_factor",
        "capacity_factor",
        "conversion_cost_cny",
    ];
    table(&header, |w| {
        for f in world.network.formats.values() {
            w.write_record([
                &f.code,
                &f.name,
                &f.name_zh,
                &f.attraction.to_string(),
                &(f.reach.get() * 60.0).to_string(),
                &f.cost_factor.to_string(),
                &f.capacity_factor.to_string(),
                &f.conversion_cost.to_string(),
            ])?;
        }
        Ok(())
    })
}

/// Id of a model by its position.
pub(super) fn model_id(position: usize) -> String {
    format!("M{:02}", position + 1)
}

fn models() -> Text {
    let header = [
        "model_id",
        "name",
        "name_zh",
        "segment",
        "powertrain",
        "price_cny",
        "margin_cny",
        "carrier_slots",
        "holding_cny_per_day",
        "lost_sale_cny",
    ];
    table(&header, |w| {
        for (k, model) in MODELS.iter().enumerate() {
            let powertrain = match model.powertrain {
                Powertrain::Combustion => "combustion",
                Powertrain::Electric => "electric",
                Powertrain::Hybrid => "hybrid",
            };
            w.write_record([
                model_id(k),
                model.name.to_owned(),
                model.name_zh.to_owned(),
                model.segment(),
                powertrain.to_owned(),
                model.price_cny.to_string(),
                model.margin_cny().to_string(),
                model.carrier_slots().to_string(),
                model.holding_cny_per_day().to_string(),
                model.lost_sale_cny().to_string(),
            ])?;
        }
        Ok(())
    })
}

fn carriers(world: &World) -> Text {
    let header =
        ["carrier_id", "name", "name_zh", "slots", "cost_cny_per_km", "cost_cny_per_trip", "minimum_load_share"];
    table(&header, |w| {
        for c in world.network.carriers.values() {
            w.write_record([
                &c.code,
                &c.name,
                &c.name_zh,
                &c.slots.to_string(),
                &c.cost_per_km.to_string(),
                &c.cost_per_trip.to_string(),
                &c.minimum_load.get().to_string(),
            ])?;
        }
        Ok(())
    })
}

fn days() -> Text {
    table(&["date", "name", "kind"], |w| {
        for (date, name, festival) in calendar() {
            let kind = if festival { "spring_festival" } else { "holiday" };
            w.write_record([&date.to_string(), name, kind])?;
        }
        Ok(())
    })
}

fn sales(world: &World) -> Text {
    let mondays: Vec<String> = (0..WEEKS).map(|w| world.tide.monday(w).to_string()).collect();
    let models: Vec<String> = (0..MODELS.len()).map(model_id).collect();
    table(&["site_id", "model_id", "week_start", "sold_cars"], |w| {
        for (k, series) in world.sold.chunks(WEEKS).enumerate() {
            let site = &world.network.sites[world.dealers[k / MODELS.len()]].code;
            for (week, &sold) in series.iter().enumerate().filter(|s| *s.1 > 0) {
                w.write_record([site, &models[k % MODELS.len()], &mondays[week], sold.to_string().as_str()])?;
            }
        }
        Ok(())
    })
}

/// Site and model of a lot.
fn of_lot(world: &World, lot: &Lot) -> (String, String) {
    (world.network.sites[world.dealers[lot.dealer]].code.clone(), model_id(lot.model))
}

fn stock(world: &World) -> Text {
    table(&["site_id", "model_id", "age_days", "cars"], |w| {
        for lot in &world.stock {
            let (site, model) = of_lot(world, lot);
            w.write_record([site, model, lot.when.to_string(), lot.cars.to_string()])?;
        }
        Ok(())
    })
}

fn in_transit(world: &World) -> Text {
    table(&["site_id", "model_id", "arrival_week_start", "cars"], |w| {
        for lot in &world.in_transit {
            let (site, model) = of_lot(world, lot);
            let week = plus_days(TODAY, 7 * i64::from(lot.when));
            w.write_record([site, model, week.to_string(), lot.cars.to_string()])?;
        }
        Ok(())
    })
}

fn supply(world: &World) -> Text {
    table(&["site_id", "model_id", "week_start", "slots_cars"], |w| {
        for ((plant, model), slots) in &world.supply {
            let site = &world.network.sites[world.plants[*plant]].code;
            for (week, &cars) in slots.iter().enumerate().filter(|s| *s.1 > 0) {
                let monday = plus_days(TODAY, 7 * week as i64);
                w.write_record([site, &model_id(*model), &monday.to_string(), &cars.to_string()])?;
            }
        }
        Ok(())
    })
}
