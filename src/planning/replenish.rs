//! Replenishment: the plan's network as a weekly VMI problem.

use super::counts::Count;
use super::lead::{lead_weeks, plants};
use super::{Error, Ground, NetworkState, Options};
use crate::ids::{Id, ModelId, SiteId};
use crate::progress::Observer;
use crate::replenishment::problem as room;
use crate::replenishment::{self, plan::Plan};
use std::collections::BTreeMap;

/// Least expected demand a week for which a dealer × model pair is planned without stock or pipeline.
const FAINT: f64 = 0.01;

/// Nodes of the search that makes small networks exact.
const EXACT_NODES: u64 = 5_000;

/// The weekly problem, its plan, and the scenario ids of its positions.
pub struct Replenishment {
    /// The problem.
    pub problem: room::Problem,
    /// The plan.
    pub plan: Plan,
    /// Site of each dealer position.
    pub dealers: Vec<SiteId>,
    /// Site of each plant position.
    pub plants: Vec<SiteId>,
}

impl Replenishment {
    /// Site and model of a cell.
    pub fn cell(&self, cell: usize) -> (SiteId, ModelId) {
        let c = &self.problem.data().cells[cell];
        (self.dealers[c.dealer], ModelId::at(c.model))
    }
}

impl Replenishment {
    /// Plans changed data of the same dealers and plants by the same work.
    pub fn again(&self, data: room::Data, options: &Options) -> Result<Plan, Error> {
        let problem = room::Problem::new(data).map_err(|e| Error::Internal(e.to_string()))?;
        replenishment::solve(&problem, &work(options), &crate::progress::Silent).map_err(|e| failed(e, options))
    }
}

fn work(options: &Options) -> replenishment::Options {
    replenishment::Options { limits: options.limits(), exact: EXACT_NODES, ..replenishment::Options::default() }
}

fn failed(error: room::Error, options: &Options) -> Error {
    match error {
        _ if options.stop.raised() => Error::Stopped,
        room::Error::Impossible(_) => Error::Infeasible(error.to_string()),
        other => Error::Internal(other.to_string()),
    }
}

/// Plans the shipments of the horizon for the open stores of a network.
pub fn replenish(
    ground: &Ground,
    state: &NetworkState,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Replenishment, Error> {
    let dealers: Vec<SiteId> = state.stores().collect();
    let plants = plants(ground);
    let data = data(ground, state, &dealers, &plants);
    let problem = room::Problem::new(data).map_err(|e| failed(e, options))?;
    let plan = replenishment::solve(&problem, &work(options), watch).map_err(|e| failed(e, options))?;
    Ok(Replenishment { problem, plan, dealers, plants })
}

fn data(ground: &Ground, state: &NetworkState, dealers: &[SiteId], plants: &[SiteId]) -> room::Data {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    room::Data {
        weeks: scenario.settings.horizon_weeks,
        ages: 1,
        freeze: settings.freeze_weeks,
        mode: room::Mode::Pull,
        plants: plants.len(),
        models: models(ground),
        dealers: dealers
            .iter()
            .map(|&d| {
                let site = &scenario.network.sites[d];
                // A limit of zero in the table means that there is none.
                let limit = |x: f64| (x > 0.0).then_some(x);
                room::Dealer { storage: limit(f64::from(site.storage.get())), credit: limit(site.credit.major()) }
            })
            .collect(),
        lanes: lanes(ground, dealers, plants),
        supply: supply(ground, plants),
        carriers: carriers(ground, dealers, plants),
        cells: cells(ground, state, dealers, plants),
        transfers: Vec::new(),
        nervousness: 0.0,
    }
}

/// A lost sale costs the contribution and the scenario's own lost-sale money; a car missing from safety stock or end
/// target costs a twentieth and a half of that: enough to be filled, never at the price of a sale.
fn models(ground: &Ground) -> Vec<room::Model> {
    ground
        .scenario
        .catalogue
        .models
        .values()
        .map(|m| {
            let lost = (m.margin + m.lost_sale).major();
            room::Model {
                slots: m.carrier_slots,
                price: m.price.major(),
                holding: vec![m.holding_per_day.major() * 7.0],
                lost_sale: lost,
                safety_penalty: lost / 20.0,
                end_penalty: lost / 2.0,
                fairness: ground.scenario.settings.replenishment.fairness_per_car.major(),
                fill_goal: None,
            }
        })
        .collect()
}

fn lanes(ground: &Ground, dealers: &[SiteId], plants: &[SiteId]) -> Vec<room::Lane> {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    let mut lanes = Vec::new();
    for (p, &plant) in plants.iter().enumerate() {
        for (d, &dealer) in dealers.iter().enumerate() {
            let km = scenario.network.site_to_site(plant, dealer).distance.get();
            let given = scenario.network.lanes.binary_search_by_key(&(plant, dealer), |l| (l.from, l.to)).ok();
            let cost = given
                .and_then(|k| scenario.network.lanes[k].cost_per_car)
                .unwrap_or(settings.freight_fixed + settings.freight_per_km * km);
            lanes.push(room::Lane { plant: p, dealer: d, lead: lead_weeks(ground, plant, dealer), cost: cost.major() });
        }
    }
    lanes
}

fn supply(ground: &Ground, plants: &[SiteId]) -> Vec<room::Supply> {
    let scenario = ground.scenario;
    let weeks = scenario.settings.horizon_weeks;
    let mut supply = Vec::new();
    for (p, &plant) in plants.iter().enumerate() {
        for model in scenario.catalogue.models.ids() {
            let slots = &scenario.supply[(plant, model)];
            if slots.iter().any(|&s| s > 0) {
                let mut slots = slots.clone();
                slots.resize(weeks, 0);
                supply.push(room::Supply { plant: p, model: model.index(), slots });
            }
        }
    }
    supply
}

/// The first carrier class runs from every plant to the open stores of every region, sharing loads inside the region.
fn carriers(ground: &Ground, dealers: &[SiteId], plants: &[SiteId]) -> Vec<room::Carrier> {
    let network = &ground.scenario.network;
    let Some((_, class)) = network.carriers.iter().next() else { return Vec::new() };
    let mut by_region = BTreeMap::new();
    for (d, &dealer) in dealers.iter().enumerate() {
        by_region.entry(ground.region[dealer]).or_insert_with(Vec::new).push(d);
    }
    let mut carriers = Vec::new();
    for (p, &plant) in plants.iter().enumerate() {
        for members in by_region.values() {
            let km: f64 = members.iter().map(|&d| network.site_to_site(plant, dealers[d]).distance.get()).sum();
            let cost = class.cost_per_trip + class.cost_per_km * (km / members.len() as f64);
            carriers.push(room::Carrier {
                plant: p,
                dealers: members.clone(),
                capacity: class.slots,
                cost: cost.major(),
                minimum_load: class.minimum_load.get(),
                under_load: cost.major() / class.slots,
                fleet: None,
            });
        }
    }
    carriers
}

fn cells(ground: &Ground, state: &NetworkState, dealers: &[SiteId], plants: &[SiteId]) -> Vec<room::Cell> {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    let weeks = scenario.settings.horizon_weeks;
    let mut stock: BTreeMap<(SiteId, ModelId), u32> = BTreeMap::new();
    for lot in &scenario.stock {
        *stock.entry((lot.site, lot.model)).or_default() += lot.cars;
    }
    let mut pipeline: BTreeMap<(SiteId, ModelId), Vec<u32>> = BTreeMap::new();
    for on_road in &scenario.in_transit {
        let arrivals = pipeline.entry((on_road.site, on_road.model)).or_insert_with(|| vec![0; weeks]);
        if let Some(cars) = arrivals.get_mut(on_road.week.index()) {
            *cars += on_road.cars;
        }
    }
    let mut cells = Vec::new();
    for (d, &dealer) in dealers.iter().enumerate() {
        let cover = plants.iter().map(|&p| lead_weeks(ground, p, dealer)).min().unwrap_or(1) + 1;
        for model in scenario.catalogue.models.ids() {
            let demand: Vec<f64> = (0..weeks).map(|w| state.rate(&ground.forecast, dealer, model, w)).collect();
            let rate = demand.iter().sum::<f64>() / weeks as f64;
            let key = (dealer, model);
            if rate < FAINT && !stock.contains_key(&key) && !pipeline.contains_key(&key) {
                continue;
            }
            let mean = rate * cover as f64;
            let level = Count::new(mean, ground.forecast.dispersion).quantile(settings.service);
            cells.push(room::Cell {
                dealer: d,
                model: model.index(),
                demand,
                stock: vec![stock.get(&key).copied().unwrap_or(0)],
                pipeline: pipeline.remove(&key).unwrap_or_else(|| vec![0; weeks]),
                fixed: Vec::new(),
                forbidden: Vec::new(),
                pack: settings.pack,
                minimum_order: 0,
                safety: (f64::from(level) - mean).max(0.0),
                end_target: settings.end_cover_weeks * rate,
                rate,
                previous: None,
            });
        }
    }
    cells
}
