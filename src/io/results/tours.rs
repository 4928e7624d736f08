//! Tables and lines of the week's carriers: loads.csv, tours.csv, drivers.csv, dispatch.csv, tours.geojson.

use super::table::{Cell, Table};
use crate::planning::{Errand, Ground, Routing};
use serde_json::json;

/// A minute of the week as date and time.
fn moment(ground: &Ground, minute: Option<u32>) -> String {
    let Some(minute) = minute else { return String::new() };
    let day = ground.scenario.today.saturating_add(jiff::Span::new().days(i64::from(minute / 1440)));
    format!("{day} {:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// loads.csv: cars that are loaded and unloaded together, by model and cause.
pub fn loads(ground: &Ground, made: &Routing) -> Table {
    let scenario = ground.scenario;
    let mut tour_of = vec![0; made.loads.len()];
    for (t, tour) in made.tours.iter().enumerate() {
        for stop in &tour.stops {
            tour_of[stop.load] = t + 1;
        }
    }
    let header = ["load", "tour", "from_site_id", "to_site_id", "model_id", "cause", "cars", "load_slots"];
    let mut table = Table::new(&header);
    for (k, load) in made.loads.iter().enumerate() {
        for line in &load.lines {
            table.row([
                Cell::from(k + 1),
                Cell::from(tour_of[k]),
                Cell::Text(&scenario.network.sites[load.from].code),
                Cell::Text(&scenario.network.sites[load.to].code),
                Cell::Text(&scenario.catalogue.models[line.model].code),
                Cell::Text(if line.cause == Errand::Order { "order" } else { "transfer" }),
                Cell::from(line.cars),
                Cell::Number(load.slots as f64 / 100.0, 2),
            ]);
        }
    }
    table
}

/// tours.csv: stops in order; what is loaded last is unloaded first.
pub fn tours(ground: &Ground, made: &Routing) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(&[
        "tour",
        "carrier_id",
        "stop",
        "site_id",
        "action",
        "load",
        "cars",
        "slots_aboard_after",
        "distance_km",
        "work_begins",
        "work_ends",
        "hours_rules",
        "tour_cost_cny",
    ]);
    for (t, tour) in made.tours.iter().enumerate() {
        let mut aboard = 0;
        for (k, stop) in tour.stops.iter().enumerate() {
            let load = &made.loads[stop.load];
            aboard += if stop.loads { load.slots } else { -load.slots };
            let (begins, ends) = (moment(ground, stop.work.map(|w| w.0)), moment(ground, stop.work.map(|w| w.1)));
            table.row([
                Cell::from(t + 1),
                Cell::Text(&network.carriers[tour.carrier].code),
                Cell::from(k + 1),
                Cell::Text(&network.sites[stop.site].code),
                Cell::Text(if stop.loads { "load" } else { "unload" }),
                Cell::from(stop.load + 1),
                Cell::from(load.cars()),
                Cell::Number(aboard as f64 / 100.0, 2),
                Cell::Number(stop.km, 1),
                Cell::Text(&begins),
                Cell::Text(&ends),
                Cell::Text(tour.rules.unwrap_or("none")),
                Cell::from(tour.cost),
            ]);
        }
    }
    table
}

/// tours.geojson: a line a tour (RFC 7946: longitude first).
pub fn lines(ground: &Ground, made: &Routing) -> Vec<u8> {
    let network = &ground.scenario.network;
    let features = made.tours.iter().enumerate().map(|(t, tour)| {
        let at = |s: &crate::planning::Stop| {
            let place = network.sites[s.site].place;
            json!([place.lon, place.lat])
        };
        json!({
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": tour.stops.iter().map(at).collect::<Vec<_>>()},
            "properties": {
                "layer": "tour", "tour": t + 1, "carrier": network.carriers[tour.carrier].code,
                "stops": tour.stops.len(), "distance_km": (tour.km * 10.0).round() / 10.0, "cost_cny": tour.cost.major(),
            },
        })
    });
    let mut text = json!({"type": "FeatureCollection", "features": features.collect::<Vec<_>>()}).to_string();
    text.push('\n');
    text.into_bytes()
}

/// dispatch.csv: what each carrier does on each day, in order: a sheet for the driver. Rows of a day and tour stand together.
///
/// `deck_slots` names a slot for every car of the row: a letter a deck, numbers from the far end. At one yard the slots say the
/// order: the far end is the first on and the last off.
pub fn dispatch(ground: &Ground, made: &Routing) -> Table {
    let (network, catalogue) = (&ground.scenario.network, &ground.scenario.catalogue);
    let header = [
        "date",
        "tour",
        "carrier_id",
        "hours_rules",
        "begins",
        "ends",
        "activity",
        "site_id",
        "load",
        "cars",
        "models",
        "deck_slots",
    ];
    let mut table = Table::new(&header);
    let mut rows = Vec::new();
    for (t, tour) in made.tours.iter().enumerate() {
        let mut stops = tour.stops.iter();
        for a in &tour.schedule {
            let stop = if a.kind == crate::routing::hours::Kind::Work { stops.next() } else { None };
            rows.push((a.start / 1440, t, Some(*a), stop));
        }
        rows.extend(stops.map(|stop| (0, t, None, Some(stop))));
    }
    rows.sort_by_key(|r| (r.0, r.1));
    for (_, t, activity, stop) in rows {
        let tour = &made.tours[t];
        let [begins, ends] = [activity.map(|a| a.start), activity.map(|a| a.end)].map(|m| moment(ground, m));
        let (date, begin) = begins.split_once(' ').unwrap_or(("", ""));
        let does = match (stop, activity) {
            (Some(stop), _) => {
                if stop.loads {
                    "load"
                } else {
                    "unload"
                }
            }
            (None, Some(a)) => word(a.kind),
            (None, None) => "",
        };
        let load = stop.map(|s| (s, &made.loads[s.load]));
        let models = load.map(|(_, l)| {
            let line = |l: &crate::planning::Line| format!("{} x{}", catalogue.models[l.model].code, l.cars);
            l.lines.iter().map(line).collect::<Vec<_>>().join(", ")
        });
        let places = stop.and_then(|s| tour.places.iter().find(|p| p.0 == s.load)).map(|p| p.1.join(" "));
        table.row([
            Cell::Text(date),
            Cell::from(t + 1),
            Cell::Text(&network.carriers[tour.carrier].code),
            Cell::Text(tour.rules.unwrap_or("none")),
            Cell::Text(begin),
            Cell::Text(&ends),
            Cell::Text(does),
            load.map_or(Cell::Empty, |(s, _)| Cell::Text(&network.sites[s.site].code)),
            load.map_or(Cell::Empty, |(s, _)| Cell::from(s.load + 1)),
            load.map_or(Cell::Empty, |(_, l)| Cell::from(l.cars())),
            models.as_deref().map_or(Cell::Empty, Cell::Text),
            places.as_deref().map_or(Cell::Empty, Cell::Text),
        ]);
    }
    table
}

/// The word for an activity in tables.
const fn word(kind: crate::routing::hours::Kind) -> &'static str {
    use crate::routing::hours::Kind;
    match kind {
        Kind::Drive => "drive",
        Kind::Work => "work",
        Kind::Wait | Kind::Shift => "wait",
        Kind::Break => "break",
        Kind::Rest => "rest",
        Kind::ShortRest => "short_rest",
    }
}

/// drivers.csv: what the driver of a tour does when.
pub fn drivers(ground: &Ground, made: &Routing) -> Table {
    let mut table = Table::new(&["tour", "hours_rules", "activity", "begins", "ends", "minutes"]);
    for (t, tour) in made.tours.iter().enumerate() {
        for a in &tour.schedule {
            let (begins, ends) = (moment(ground, Some(a.start)), moment(ground, Some(a.end)));
            table.row([
                Cell::from(t + 1),
                Cell::Text(tour.rules.unwrap_or("none")),
                Cell::Text(word(a.kind)),
                Cell::Text(&begins),
                Cell::Text(&ends),
                Cell::from(a.end - a.start),
            ]);
        }
    }
    table
}
