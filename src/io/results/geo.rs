//! network.geojson: stores, zones and transfers as features (RFC 7946: longitude first, WGS 84).

use super::decisions::action_word;
use crate::network::{Place, SiteKind};
use crate::planning::{Ground, NetworkState, Placement, Transfers};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn at(place: Place) -> Value {
    json!([place.lon, place.lat])
}

fn point(place: Place, properties: Value) -> Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": at(place)}, "properties": properties})
}

/// The file's bytes. Transfers of the same pair of dealers are one line with their number of cars.
pub fn network(
    ground: &Ground,
    placement: &Placement,
    (today, plan): &(NetworkState, NetworkState),
    transfers: Option<&Transfers>,
) -> Vec<u8> {
    let network = &ground.scenario.network;
    let mut features = Vec::new();
    for (_, zone) in network.zones.iter() {
        let properties = json!({
            "layer": "zone", "id": zone.code, "name": zone.name, "name_zh": zone.name_zh,
            "population": zone.population, "registrations_per_year": zone.registrations.get(),
        });
        features.push(point(zone.place, properties));
    }
    for (_, site) in network.sites.iter().filter(|s| !s.1.is_store()) {
        let kind = if site.kind == SiteKind::Plant { "plant" } else { "hub" };
        features.push(point(
            site.place,
            json!({"layer": kind, "id": site.code, "name": site.name, "name_zh": site.name_zh}),
        ));
    }
    for (store, decision) in placement.problem.stores.iter().zip(&placement.plan.stores) {
        let site = &network.sites[store.id];
        let format = |state: &NetworkState| state.open[store.id].map(|f| network.formats[f].code.clone());
        let properties = json!({
            "layer": "store", "id": site.code, "name": site.name, "name_zh": site.name_zh,
            "action": action_word(decision.action), "format_today": format(today), "format_plan": format(plan),
            "sales_today_per_year": (decision.sales_today * 1000.0).round() / 1000.0,
            "sales_plan_per_year": (decision.sales_plan * 1000.0).round() / 1000.0,
        });
        features.push(point(site.place, properties));
    }
    let mut pairs: BTreeMap<_, u64> = BTreeMap::new();
    if let Some(t) = transfers {
        for m in &t.plan.moves {
            *pairs.entry((t.cell(m.from).0, t.cell(m.to).0)).or_default() += 1;
        }
    }
    for ((from, to), cars) in pairs {
        let (a, b) = (&network.sites[from], &network.sites[to]);
        features.push(json!({
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [at(a.place), at(b.place)]},
            "properties": {"layer": "transfer", "from": a.code, "to": b.code, "cars": cars},
        }));
    }
    let mut text = json!({"type": "FeatureCollection", "features": features}).to_string();
    text.push('\n');
    text.into_bytes()
}
