//! From build slot to dealer: how long and what it costs.

use super::Ground;
use crate::ids::{Id, IdVec, SiteId};
use crate::network::{Leg, SiteKind};
use crate::units::Money;

/// Days on the road from plant to dealer by distance (assumption: < 500 km 3, < 1000 km 5, < 2000 km 8, farther 12),
/// or the user's own time where a lane is given.
pub(super) fn transit_days(ground: &Ground, plant: SiteId, dealer: SiteId) -> f64 {
    let network = &ground.scenario.network;
    let leg: Leg = network.site_to_site(plant, dealer);
    if network.lanes.binary_search_by_key(&(plant, dealer), |l| (l.from, l.to)).is_ok() {
        return (leg.time.get() / 24.0).ceil().max(1.0);
    }
    match leg.distance.get() {
        km if km < 500.0 => 3.0,
        km if km < 1000.0 => 5.0,
        km if km < 2000.0 => 8.0,
        _ => 12.0,
    }
}

/// Whole weeks from build slot to dealer, at least one.
pub(super) fn lead_weeks(ground: &Ground, plant: SiteId, dealer: SiteId) -> usize {
    let days = transit_days(ground, plant, dealer);
    (ground.scenario.settings.replenishment.build_weeks + (days / 7.0).ceil() as usize).max(1)
}

/// All plants, in order.
pub(super) fn plants(ground: &Ground) -> Vec<SiteId> {
    ground.scenario.network.sites_of(SiteKind::Plant).map(|p| p.0).collect()
}

/// Build slots of every plant over the horizon, all models, in the order of [`plants`].
fn build_slots(ground: &Ground) -> Vec<f64> {
    let slots = |p: SiteId| ground.scenario.supply.row(p).iter().flatten().map(|&s| f64::from(s)).sum();
    plants(ground).into_iter().map(slots).collect()
}

/// Mean days from order to arrival of every store: build weeks and the road, averaged over the plants' build slots.
pub(super) fn mean_days(ground: &Ground) -> IdVec<SiteId, f64> {
    let scenario = ground.scenario;
    let (plants, weights) = (plants(ground), build_slots(ground));
    let total: f64 = weights.iter().sum();
    let build = 7.0 * scenario.settings.replenishment.build_weeks as f64;
    (0..scenario.network.sites.len())
        .map(SiteId::at)
        .map(|site| {
            if !scenario.network.sites[site].is_store() || total <= 0.0 {
                return build.max(1.0);
            }
            let road: f64 = plants.iter().zip(&weights).map(|(&p, w)| w * transit_days(ground, p, site)).sum();
            (build + road / total).max(1.0)
        })
        .collect()
}

/// Freight of an average car to every store site: lanes with a cost of their own have it, all others pay by distance.
pub(super) fn freight(ground: &Ground) -> IdVec<SiteId, Money> {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    let network = &scenario.network;
    let weights = plant_weights(ground);
    let cost = |plant: SiteId, site: SiteId| {
        let given = network.lanes.binary_search_by_key(&(plant, site), |l| (l.from, l.to)).ok();
        let own = given.and_then(|k| network.lanes[k].cost_per_car);
        let by_distance =
            || settings.freight_fixed + settings.freight_per_km * network.site_to_site(plant, site).distance.get();
        own.unwrap_or_else(by_distance)
    };
    (0..network.sites.len())
        .map(SiteId::at)
        .map(|site| {
            if !network.sites[site].is_store() {
                return Money::ZERO;
            }
            Money::from_major(weights.iter().map(|&(plant, w)| w * cost(plant, site).major()).sum())
        })
        .collect()
}

/// Plants with their share of all build slots.
fn plant_weights(ground: &Ground) -> Vec<(SiteId, f64)> {
    let (plants, slots) = (plants(ground), build_slots(ground));
    let total: f64 = slots.iter().sum();
    let even = 1.0 / plants.len().max(1) as f64;
    plants.into_iter().zip(slots).map(|(p, s)| (p, if total > 0.0 { s / total } else { even })).collect()
}

/// Freight of an average car of a network: every store's sales come from the plants by their build slots.
pub fn freight_per_car(ground: &Ground, state: &super::NetworkState) -> Money {
    let freight = freight(ground);
    let (mut money, mut cars) = (0.0, 0.0);
    for site in state.stores() {
        money += state.sales[site] * freight[site].major();
        cars += state.sales[site];
    }
    Money::from_major(if cars > 0.0 { money / cars } else { 0.0 })
}
