//! Formats, zones, sites, carriers, lanes and travel times.

use super::log::{Log, Spot};
use super::names::{Index, fold};
use super::nearest::Zones;
use super::places::{on_earth, place};
use super::rows::Rows;
use super::values::Value;
use super::{Context, finish_rows};
use crate::ids::{Id, IdVec, RegionId, SiteId, ZoneId};
use crate::io::fault::Code;
use crate::network::travel::great_circle;
use crate::network::{Carrier, Consent, Format, Lane, Leg, Place, Region, Site, SiteKind, SiteRule, SlotSize, Zone};
use crate::units::{Hours, Kilometres, Share, Vehicles, YearlyRate};
use std::collections::{BTreeMap, HashMap};

/// Things of one table with the places of their rows, ascending by id.
pub(super) struct Placed<T> {
    pub things: Vec<T>,
    pub spots: Vec<Spot>,
}

impl<T> Placed<T> {
    fn sorted(mut rows: Vec<(T, Spot)>, code: impl Fn(&T) -> &str) -> Self {
        rows.sort_by(|a, b| code(&a.0).cmp(code(&b.0)));
        let (things, spots) = rows.into_iter().unzip();
        Self { things, spots }
    }
    /// No thing.
    pub fn none() -> Self {
        Self { things: Vec::new(), spots: Vec::new() }
    }
}

/// Reads a table whose rows have ids.
pub(super) fn things<T>(
    context: &mut Context<'_>,
    table: &'static str,
    key: &'static str,
    mut build: impl FnMut(&Rows<'_>, String, &mut Log) -> T,
    code: impl Fn(&T) -> &str,
) -> (Placed<T>, Index) {
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open(table, sources, known, log) else { return (Placed::none(), Index::default()) };
    let mut found = Vec::new();
    while rows.advance(log) {
        let Some(id) = rows.key(key, log) else { continue };
        let spot = rows.spot(key);
        found.push((build(&rows, id, log), spot));
    }
    finish_rows(table, &rows, notes, log);
    let placed = Placed::sorted(found, &code);
    let mut index = Index::new(placed.things.iter().map(code));
    index.known = !rows.partial;
    (placed, index)
}

/// Store formats.
pub(super) fn formats(context: &mut Context<'_>) -> Placed<Format> {
    let build = |rows: &Rows<'_>, code: String, _: &mut Log| {
        let name = rows.text_or("name", &code);
        Format {
            name_zh: rows.text_or("name_zh", &name),
            name,
            code,
            attraction: rows.number("attraction"),
            reach: Hours::new(rows.number("reach_min") / 60.0),
            cost_factor: rows.number("cost_factor"),
            capacity_factor: rows.number("capacity_factor"),
            conversion_cost: rows.money("conversion_cost_cny"),
        }
    };
    let (placed, index) = things(context, "formats", "format_id", build, |f| &f.code);
    context.known.formats = index;
    placed
}

/// Demand zones and their regions.
pub(super) fn zones(context: &mut Context<'_>) -> (Placed<Zone>, IdVec<RegionId, Region>) {
    let mut regions: BTreeMap<String, usize> = BTreeMap::new();
    let mut spellings: HashMap<String, String> = HashMap::new();
    let gcj02 = context.gcj02;
    let build = |rows: &Rows<'_>, code: String, log: &mut Log| {
        let name = rows.text_or("name", &code);
        let next = regions.len();
        let region_name = rows.text("region");
        let first = spellings.entry(fold(&region_name)).or_insert_with(|| region_name.clone());
        if *first != region_name {
            log.add(rows.spot("region"), Code::Spelling, &region_name, || {
                (
                    format!("the region {region_name:?} is also written {first:?}"),
                    "write the name of a region in one way".into(),
                )
            });
        }
        let region = *regions.entry(region_name).or_insert(next);
        let population = rows.whole("population_persons");
        let registrations = rows.number("registrations_per_year");
        if registrations > population as f64 && rows.get("population_persons") != Value::Bad {
            log.add(
                rows.spot("registrations_per_year"),
                Code::Registrations,
                &rows.text("registrations_per_year"),
                || {
                    (
                        format!("{registrations} new cars a year for {population} people"),
                        "check the units of both columns: cars and persons".into(),
                    )
                },
            );
        }
        Zone {
            name_zh: rows.text_or("name_zh", &name),
            name,
            code,
            region: RegionId::at(region),
            place: place(rows, gcj02, log),
            population: population as u64,
            registrations: YearlyRate::new(registrations),
            rival_weight: rows.number("rival_weight"),
            demand_factor: rows.number("demand_factor"),
        }
    };
    let (mut placed, index) = things(context, "zones", "zone_id", build, |z| &z.code);
    context.known.zones = index;
    // Regions were numbered as they came; now by name.
    let mut rank = vec![0; regions.len()];
    for (position, &met) in regions.values().enumerate() {
        rank[met] = position;
    }
    for zone in &mut placed.things {
        zone.region = RegionId::at(rank[zone.region.index()]);
    }
    (placed, regions.into_keys().map(|name| Region { name }).collect())
}

/// Sites.
pub(super) fn sites(context: &mut Context<'_>, zones: &[Zone]) -> Placed<Site> {
    let gcj02 = context.gcj02;
    let zones = Zones::new(zones);
    let build = |rows: &Rows<'_>, code: String, log: &mut Log| site(rows, code, &zones, gcj02, log);
    let (placed, index) = things(context, "sites", "site_id", build, |s| &s.code);
    context.known.sites = index;
    placed
}

fn site(rows: &Rows<'_>, code: String, zones: &Zones<'_>, gcj02: bool, log: &mut Log) -> Site {
    let kind = [SiteKind::Plant, SiteKind::Hub, SiteKind::Dealer, SiteKind::Candidate][rows.word("kind").unwrap_or(1)];
    if rows.word("kind").is_some() {
        needs(rows, kind, log);
    }
    let place = place(rows, gcj02, log);
    let (opens, closes) = (rows.number("opens_h"), rows.number("closes_h"));
    if opens >= closes && rows.get("opens_h") != Value::Bad && rows.get("closes_h") != Value::Bad {
        log.add(rows.spot("opens_h"), Code::Hours, &rows.text("opens_h"), || {
            (format!("the yard opens at {opens} and closes at {closes}"), "write opens_h below closes_h".into())
        });
    }
    let rule = [SiteRule::Free, SiteRule::Required, SiteRule::Forbidden][rows.word("rule").unwrap_or(0)];
    let [gives, takes] =
        [[true, true], [true, false], [false, true], [false, false]][rows.word("transfers").unwrap_or(0)];
    let name = rows.text_or("name", &code);
    Site {
        name_zh: rows.text_or("name_zh", &name),
        name,
        code,
        kind,
        format: rows.reference("format_id").map(|f| Id::at(f as usize)),
        zone: zone_of(rows, place, zones, log),
        place,
        capacity: YearlyRate::new(rows.number("capacity_per_year")),
        storage: Vehicles::new(rows.whole("storage_cars") as u32),
        credit: rows.money("credit_cny"),
        fixed_cost: rows.money("fixed_cost_cny_per_year"),
        opening_cost: rows.money("opening_cost_cny"),
        moving_cost: rows.money("moving_cost_cny"),
        closing_cost: rows.money("closing_cost_cny"),
        owner: rows.text("owner"),
        service_hours: (opens, closes),
        rule,
        consent: Consent { gives, takes },
    }
}

/// What a site of a kind must and must not have.
fn needs(rows: &Rows<'_>, kind: SiteKind, log: &mut Log) {
    let store = matches!(kind, SiteKind::Dealer | SiteKind::Candidate);
    let kind_word = rows.text("kind");
    let columns: &[&str] = match kind {
        SiteKind::Plant => &["capacity_per_year"],
        SiteKind::Hub => &[],
        SiteKind::Dealer => &[
            "capacity_per_year",
            "storage_cars",
            "credit_cny",
            "fixed_cost_cny_per_year",
            "moving_cost_cny",
            "closing_cost_cny",
        ],
        SiteKind::Candidate => {
            &["capacity_per_year", "storage_cars", "credit_cny", "fixed_cost_cny_per_year", "opening_cost_cny"]
        }
    };
    for column in columns {
        if rows.get(column) == Value::Empty {
            log.add(rows.spot(column), Code::NeedsValue, "", || {
                (format!("{column} is empty, but a {kind_word} needs it"), "write it; 0 if there is none".into())
            });
        }
    }
    let format = rows.get("format_id");
    if store && format == Value::Empty {
        log.add(rows.spot("format_id"), Code::NeedsFormat, "", || {
            (format!("a {kind_word} without a format"), "write an id of the formats table".into())
        });
    } else if !store && format != Value::Empty {
        log.add(rows.spot("format_id"), Code::HasFormat, &rows.text("format_id"), || {
            (format!("a {kind_word} has no format"), "leave format_id empty, or make the site a dealer".into())
        });
    }
    match rows.word("rule") {
        Some(1 | 2) if !store => log.add(rows.spot("rule"), Code::RulePlant, &rows.text("rule"), || {
            (
                format!("a rule for a {kind_word}: plans decide on dealers and candidates only"),
                "write free or leave it empty".into(),
            )
        }),
        Some(2) if kind == SiteKind::Dealer => log.add(rows.spot("rule"), Code::ForbiddenDealer, "forbidden", || {
            (
                "a dealer that sells today is forbidden".into(),
                "write free and let the plan close it, or make it a candidate".into(),
            )
        }),
        _ => {}
    }
}

/// Farthest a site may stand from the zone it names, in kilometres.
const FAR_KM: f64 = 1000.0;

/// The zone that is given, else the one whose centre is nearest.
fn zone_of(rows: &Rows<'_>, place: Place, zones: &Zones<'_>, log: &mut Log) -> ZoneId {
    match rows.get("zone_id") {
        Value::Reference(zone) => {
            let far = great_circle(place, zones.all[zone as usize].place).get();
            if far > FAR_KM
                && log.clean(super::file_of("zones"))
                && on_earth(place)
                && on_earth(zones.all[zone as usize].place)
            {
                log.add(rows.spot("zone_id"), Code::FarZone, &rows.text("zone_id"), || {
                    let cause = format!(
                        "the site stands {far:.0} km from the centre of zone {}",
                        zones.all[zone as usize].code
                    );
                    (cause, "correct the coordinates or the zone; leave zone_id empty for the nearest zone".into())
                });
            }
            ZoneId::at(zone as usize)
        }
        _ => zones.nearest(place),
    }
}

/// Carrier classes.
pub(super) fn carriers(context: &mut Context<'_>) -> Placed<Carrier> {
    let build = |rows: &Rows<'_>, code: String, log: &mut Log| {
        let name = rows.text_or("name", &code);
        Carrier {
            decks: decks(rows, log),
            rehandling: rows.word("unloading") == Some(1),
            name_zh: rows.text_or("name_zh", &name),
            name,
            code,
            slots: rows.number("slots"),
            cost_per_km: rows.money("cost_cny_per_km"),
            cost_per_trip: rows.money("cost_cny_per_trip"),
            minimum_load: Share::new(rows.number("minimum_load_share")),
        }
    };
    things(context, "carriers", "carrier_id", build, |c| &c.code).0
}

/// Most slots of a carrier whose decks are known.
const DECK_SLOTS: usize = 24;

/// Decks as letters; none when a letter is no slot or there are too many.
fn decks(rows: &Rows<'_>, log: &mut Log) -> Vec<Vec<SlotSize>> {
    let text = rows.text("decks");
    if text.is_empty() {
        return Vec::new();
    }
    let deck = |d: &str| d.trim().chars().map(SlotSize::from_letter).collect::<Option<Vec<_>>>();
    let read: Option<Vec<Vec<SlotSize>>> = text.split('+').map(deck).collect();
    let sound = |d: &Vec<Vec<SlotSize>>| d.iter().all(|d| !d.is_empty()) && d.iter().flatten().count() <= DECK_SLOTS;
    read.filter(sound).unwrap_or_else(|| {
        log.add(rows.spot("decks"), Code::Word, &text, || {
            (
                format!("{text:?} is not a list of decks of S, M and L, {DECK_SLOTS} slots at most"),
                "write a letter a slot from the far end to the door and + between decks, as in SMML+MLL".into(),
            )
        });
        Vec::new()
    })
}

/// Slowest and fastest believable speed on the road, km/h.
const SPEED: (f64, f64) = (3.0, 150.0);
/// Below this length a time holds mostly walking and parking.
const SHORT_KM: f64 = 2.0;

/// Notes a distance and a time that do not fit each other.
fn speed(rows: &Rows<'_>, column: &'static str, km: f64, hours: f64, log: &mut Log) {
    if rows.get(column) == Value::Bad || rows.get("distance_km") == Value::Bad {
        return;
    }
    let fits = km < hours * SPEED.1 + 1e-9 && (km <= SHORT_KM || km > hours * SPEED.0);
    if !fits {
        log.add(rows.spot(column), Code::Speed, &rows.text(column), || {
            let speed = if hours > 0.0 { format!("{:.1} km/h", km / hours) } else { "no time at all".into() };
            let unit = if column == "time_h" { "hours" } else { "minutes" };
            (
                format!("{km} km in {} {unit} is {speed}", rows.text(column)),
                format!("distances are in km, {column} in {unit}; {} to {} km/h are believed", SPEED.0, SPEED.1),
            )
        });
    }
}

/// Notes a row whose key was there before.
fn twice(rows: &Rows<'_>, column: &str, what: &str, log: &mut Log) {
    log.add(rows.spot(column), Code::TwiceRow, &rows.text(column), || {
        (format!("{what} is there already"), "keep one of the rows".into())
    });
}

/// Lanes given by the user.
pub(super) fn lanes(context: &mut Context<'_>) -> Vec<Lane> {
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("lanes", sources, known, log) else { return Vec::new() };
    let mut found: BTreeMap<(SiteId, SiteId), Lane> = BTreeMap::new();
    while rows.advance(log) {
        let (km, hours) = (rows.number("distance_km"), rows.number("time_h"));
        speed(&rows, "time_h", km, hours, log);
        let (Some(from), Some(to)) = (rows.reference("from_site_id"), rows.reference("to_site_id")) else { continue };
        if from == to {
            log.add(rows.spot("to_site_id"), Code::SelfLane, &rows.text("to_site_id"), || {
                ("the lane leads from a site to itself".into(), "remove it or correct one end".into())
            });
        }
        let (from, to) = (SiteId::at(from as usize), SiteId::at(to as usize));
        let cost = rows.get("cost_cny_per_car");
        let lane = Lane {
            from,
            to,
            distance: Kilometres::new(km),
            time: Hours::new(hours),
            cost_per_car: if let Value::Money(m) = cost { Some(m) } else { None },
        };
        if found.insert((from, to), lane).is_some() {
            twice(&rows, "from_site_id", "the lane", log);
        }
    }
    finish_rows("lanes", &rows, notes, log);
    found.into_values().collect()
}

/// The travel matrix.
pub(super) fn matrix(context: &mut Context<'_>) -> BTreeMap<(ZoneId, SiteId), Leg> {
    let Context { sources, log, known, notes, .. } = context;
    let mut matrix = BTreeMap::new();
    let Some(mut rows) = super::open("travel", sources, known, log) else { return matrix };
    while rows.advance(log) {
        let (km, hours) = (rows.number("distance_km"), rows.number("time_min") / 60.0);
        speed(&rows, "time_min", km, hours, log);
        let (Some(zone), Some(site)) = (rows.reference("zone_id"), rows.reference("site_id")) else { continue };
        let leg = Leg { distance: Kilometres::new(km), time: Hours::new(hours) };
        if matrix.insert((ZoneId::at(zone as usize), SiteId::at(site as usize)), leg).is_some() {
            twice(&rows, "zone_id", "the pair", log);
        }
    }
    finish_rows("travel", &rows, notes, log);
    matrix
}
