//! What the side panel says of a zone or a store: customers between them, orders and transfers.

use super::cell::Num;
use super::embed::Columns;
use super::table::largest;
use super::view::View;
use serde_json::Value;
use std::collections::BTreeMap;

/// Flows of customers kept for the side panel: the largest few of each zone and of each store.
const FLOWS: usize = 5;

/// The largest flows of customers, zone by zone: places of zone and site, cars a year, minutes.
pub fn service(view: &View) -> Value {
    let rows = &view.facts.service;
    let (mut zone, mut site) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut kept: Vec<_> = largest(rows, rows.len(), |r| r.cars_per_year)
        .into_iter()
        .filter_map(|r| {
            let (z, s) = (zone.entry(&r.zone_id).or_default(), site.entry(&r.site_id).or_default());
            (*z, *s) = (*z + 1, *s + 1);
            let at = (*view.zone.get(r.zone_id.as_str())?, *view.site.get(r.site_id.as_str())?);
            (*z <= FLOWS || *s <= FLOWS).then_some((at, r))
        })
        .collect();
    kept.sort_by_key(|k| k.0);
    Columns::default()
        .steps("zone", kept.iter().map(|k| k.0.0))
        .steps("site", kept.iter().map(|k| k.0.1))
        .numbers("cars_per_year", kept.iter().map(|k| k.1.cars_per_year))
        .numbers("travel_min", kept.iter().map(|k| k.1.travel_min))
        .done()
}

/// Per site: cars ordered, moved in and moved out over the horizon.
pub fn moves(view: &View) -> Value {
    let mut sums = BTreeMap::<usize, [f64; 3]>::new();
    let mut add = |id: &str, what: usize, cars: Num| {
        if let Some(&at) = view.site.get(id) {
            sums.entry(at).or_default()[what] += cars.or_zero();
        }
    };
    view.facts.orders.iter().for_each(|o| add(&o.site_id, 0, o.cars));
    for m in &view.facts.transfers {
        add(&m.to_site_id, 1, m.cars);
        add(&m.from_site_id, 2, m.cars);
    }
    let data = Columns::default().steps("site", sums.keys().copied());
    let names = ["orders", "in", "out"].into_iter().enumerate();
    names.fold(data, |data, (k, name)| data.numbers(name, sums.values().map(|s| Num::from(s[k])))).done()
}
