//! From build slot to dealer: how long and what it costs.

use super::Ground;
use crate::ids::{Grid, Id, IdVec, ModelId, SiteId};
use crate::network::SiteKind;
use crate::units::Money;

/// Days on the road from plant to dealer.
pub(super) fn transit_days(ground: &Ground, plant: SiteId, dealer: SiteId) -> f64 {
    ground.scenario.network.transit_days(plant, dealer)
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

/// Lead times of every store and model, from the plants that build the model.
pub(super) struct Leads {
    /// Mean days from order to arrival, plants weighed by their slots for the model.
    pub(super) days: Grid<SiteId, ModelId, f64>,
    /// Weeks from order to arrival from the nearest plant that builds the model.
    pub(super) weeks: Grid<SiteId, ModelId, usize>,
}

impl Leads {
    pub(super) fn new(ground: &Ground) -> Self {
        let scenario = ground.scenario;
        let (sites, models) = (scenario.network.sites.len(), scenario.catalogue.models.len());
        let plants = plants(ground);
        let slots = |p: SiteId, m: ModelId| scenario.supply[(p, m)].iter().map(|&s| f64::from(s)).sum::<f64>();
        let build = scenario.settings.replenishment.build_weeks;
        let least = build.max(1);
        let mut leads = Self {
            days: Grid::filled((7.0 * build as f64).max(1.0), sites, models),
            weeks: Grid::filled(least, sites, models),
        };
        let built: Vec<Vec<f64>> =
            scenario.catalogue.models.ids().map(|m| plants.iter().map(|&p| slots(p, m)).collect()).collect();
        for (site, _) in scenario.network.stores() {
            let road: Vec<f64> = plants.iter().map(|&p| transit_days(ground, p, site)).collect();
            for model in scenario.catalogue.models.ids() {
                let weights = &built[model.index()];
                let total: f64 = weights.iter().sum();
                if total <= 0.0 {
                    continue;
                }
                let mean: f64 = road.iter().zip(weights).map(|(days, w)| days * w).sum::<f64>() / total;
                leads.days[(site, model)] = (7.0 * build as f64 + mean).max(1.0);
                let open = (0..plants.len()).filter(|&p| weights[p] > 0.0);
                let nearest = open.map(|p| lead_weeks(ground, plants[p], site)).min();
                leads.weeks[(site, model)] = nearest.unwrap_or(least);
            }
        }
        leads
    }
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
