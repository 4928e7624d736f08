//! Tables about places and vehicles: what the scenario says, and who reaches whom in both networks.

use super::table::{Cell, Table};
use crate::cells;
use crate::network::SiteKind;
use crate::planning::{Ground, NetworkState};

/// zones.csv
pub fn zones(ground: &Ground, today: &NetworkState, plan: &NetworkState) -> Table {
    let network = &ground.scenario.network;
    let limit = ground.scenario.settings.placement.coverage_min;
    let mut sold = vec![[0.0; 2]; network.zones.len()];
    for (k, state) in [today, plan].into_iter().enumerate() {
        for &(zone, _, cars) in &state.service {
            sold[crate::ids::Id::index(zone)][k] += cars;
        }
    }
    let mut table = Table::new(&[
        "zone_id",
        "name",
        "name_zh",
        "region",
        "lat_deg",
        "lon_deg",
        "population_persons",
        "registrations_per_year",
        "sales_today_per_year",
        "sales_plan_per_year",
        "share_today",
        "share_plan",
        "nearest_today_min",
        "nearest_plan_min",
        "covered_today",
        "covered_plan",
        "overlap_today",
        "overlap_plan",
    ]);
    for ((id, z), sold) in network.zones.iter().zip(&sold) {
        let market = z.registrations.get();
        let share = |cars: f64| Cell::Number(if market > 0.0 { cars / market } else { 0.0 }, 6);
        let minutes = |s: &NetworkState| ground.coverage.nearest(id, &s.open).map(|r| r.leg.time.get() * 60.0);
        let nearest = |s| minutes(s).map_or(Cell::Empty, |m| Cell::Number(m, 1));
        let covered = |s| Cell::from(minutes(s).is_some_and(|m| m <= limit));
        let overlap = |s: &NetworkState| Cell::Number(ground.coverage.overlap(network, id, &s.open), 4);
        table.row([
            Cell::Text(&z.code),
            Cell::Text(&z.name),
            Cell::Text(&z.name_zh),
            Cell::Text(&network.regions[z.region].name),
            Cell::Number(z.place.lat, 6),
            Cell::Number(z.place.lon, 6),
            Cell::from(z.population),
            Cell::Number(market, 3),
            Cell::Number(sold[0], 3),
            Cell::Number(sold[1], 3),
            share(sold[0]),
            share(sold[1]),
            nearest(today),
            nearest(plan),
            covered(today),
            covered(plan),
            overlap(today),
            overlap(plan),
        ]);
    }
    table
}

/// sites.csv
pub fn sites(ground: &Ground) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(&[
        "site_id",
        "name",
        "name_zh",
        "kind",
        "format_id",
        "zone_id",
        "region",
        "lat_deg",
        "lon_deg",
        "owner",
    ]);
    for (id, s) in network.sites.iter() {
        let kind = match s.kind {
            SiteKind::Plant => "plant",
            SiteKind::Hub => "hub",
            SiteKind::Dealer => "dealer",
            SiteKind::Candidate => "candidate",
        };
        table.row([
            Cell::Text(&s.code),
            Cell::Text(&s.name),
            Cell::Text(&s.name_zh),
            Cell::Text(kind),
            Cell::Text(s.format.map_or("", |f| &network.formats[f].code)),
            Cell::Text(&network.zones[s.zone].code),
            Cell::Text(&network.regions[ground.region[id]].name),
            Cell::Number(s.place.lat, 6),
            Cell::Number(s.place.lon, 6),
            Cell::Text(&s.owner),
        ]);
    }
    table
}

/// formats.csv
pub fn formats(ground: &Ground) -> Table {
    let mut table = Table::new(&["format_id", "name", "name_zh", "reach_min"]);
    for (_, f) in ground.scenario.network.formats.iter() {
        table.row([
            Cell::Text(&f.code),
            Cell::Text(&f.name),
            Cell::Text(&f.name_zh),
            Cell::Number(f.reach.get() * 60.0, 3),
        ]);
    }
    table
}

/// models.csv
pub fn models(ground: &Ground) -> Table {
    let mut table = Table::new(&["model_id", "name", "name_zh", "segment", "price_cny"]);
    for (_, m) in ground.scenario.catalogue.models.iter() {
        table.row(cells![&m.code, &m.name, &m.name_zh, &m.segment, m.price]);
    }
    table
}

/// service.csv: who is served by whom in the plan.
pub fn service(ground: &Ground, plan: &NetworkState) -> Table {
    let network = &ground.scenario.network;
    let mut rows = plan.service.clone();
    rows.sort_by_key(|r| (r.0, r.1));
    let mut table = Table::new(&["zone_id", "site_id", "cars_per_year", "travel_min"]);
    for (zone, site, cars) in rows {
        let minutes = network.zone_to_site(zone, site).map_or(Cell::Empty, |l| Cell::Number(l.time.get() * 60.0, 1));
        table.row([
            Cell::Text(&network.zones[zone].code),
            Cell::Text(&network.sites[site].code),
            Cell::Number(cars, 3),
            minutes,
        ]);
    }
    table
}
