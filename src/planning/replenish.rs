//! Replenishment: the plan's network as a weekly VMI problem.

use super::counts::Count;
use super::hand::{self, Footing, Previous};
use super::lead::{Leads, lead_weeks, plants};
use super::{Error, Goods, Ground, Moved, NetworkState, Options};
use crate::ids::{Id, ModelId, SiteId, ZoneId};
use crate::network::Carrier;
use crate::progress::Observer;
use crate::replenishment::allocation::Rule;
use crate::replenishment::problem as room;
use crate::replenishment::worth::{self, Worth};
use crate::replenishment::{self, plan::Plan};
use crate::units::Money;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Least expected demand a week for which a dealer × model pair is planned without stock or pipeline.
const FAINT: f64 = 0.01;

/// Nodes of the search that makes small networks exact.
const EXACT_NODES: u64 = 5_000;

/// Limits that are solved again in small networks without being told so.
const FEW: usize = 8;

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
    /// The cars it was planned on: after transfers, those of stores that end sent on.
    pub goods: Goods,
}

impl Replenishment {
    /// Site and model of a cell.
    pub fn cell(&self, cell: usize) -> (SiteId, ModelId) {
        let c = &self.problem.data().cells[cell];
        (self.dealers[c.dealer], ModelId::at(c.model))
    }
    /// What a cell was planned on.
    pub fn footing(&self, cell: usize) -> Footing {
        let (c, path) = (&self.problem.data().cells[cell], &self.plan.cells[cell]);
        let sum = |cars: &[u32]| cars.iter().map(|&n| f64::from(n)).sum();
        Footing {
            stock: sum(&c.stock),
            due: sum(&c.pipeline),
            demand: c.demand.iter().sum(),
            stock_after: path.stock.first().copied().unwrap_or(0.0),
            due_first: c.pipeline.first().copied().map_or(0.0, f64::from),
            demand_first: c.demand.first().copied().unwrap_or(0.0),
            sold_first: path.sales.first().copied().unwrap_or(0.0),
        }
    }
    /// The same cars shared out by the industry's rules: name, cost by cause, share of demand served.
    ///
    /// # Errors
    /// [`Error::Internal`] when a rule's plan does not fit the problem.
    pub fn alternatives(&self, ground: &Ground) -> Result<Vec<(&'static str, replenishment::CostParts, f64)>, Error> {
        let mut list = vec![("plan", self.plan.cost, self.plan.fill_rate())];
        let potential = potential(ground, &self.dealers);
        for (name, rule) in [
            ("balanced_days_of_supply", Rule::BalancedDaysOfSupply),
            ("turn_and_earn", Rule::TurnAndEarn),
            ("launch_mix", Rule::LaunchMix { by_sales: 0.5 }),
        ] {
            let failed = |e: room::Error| Error::Internal(e.to_string());
            let (shared, made) = replenishment::by_rule(&self.problem, &self.plan, rule, &potential).map_err(failed)?;
            if let Some(fault) = replenishment::certificate::faults(&shared, &made).first() {
                return Err(Error::Internal(format!("the plan by {name} fails its certificate: {fault}")));
            }
            list.push((name, made.cost, made.fill_rate()));
        }
        Ok(list)
    }
}

impl Replenishment {
    /// What one more of the dearest limits is worth, each by a whole new plan: so many of them, or eight where the
    /// network is small.
    ///
    /// # Errors
    /// [`Error::Stopped`] when the run was stopped, [`Error::Internal`] when a wider problem has no plan.
    pub fn one_more(&self, options: &Options, most: Option<usize>) -> Result<Vec<Worth>, Error> {
        let data = self.problem.data();
        let most = most.unwrap_or(if data.cells.len() * data.weeks <= super::SMALL { FEW } else { 0 });
        worth::of_a_plan(&self.problem, &self.plan, &work(options), most).map_err(|e| failed(e, options))
    }

    /// Plans changed data of the same dealers and plants by the same work.
    pub fn again(&self, data: room::Data, options: &Options) -> Result<Plan, Error> {
        let problem = room::Problem::new(data).map_err(|e| Error::Internal(e.to_string()))?;
        replenishment::solve(&problem, &work(options), &crate::progress::Silent).map_err(|e| failed(e, options))
    }
}

/// Potential of each store's area: the registrations of its zone, shared equally with the other stores there.
fn potential(ground: &Ground, dealers: &[SiteId]) -> Vec<f64> {
    let network = &ground.scenario.network;
    let mut stores: BTreeMap<ZoneId, f64> = BTreeMap::new();
    dealers.iter().for_each(|&d| *stores.entry(network.sites[d].zone).or_default() += 1.0);
    dealers.iter().map(|&d| network.sites[d].zone).map(|z| network.zones[z].registrations.get() / stores[&z]).collect()
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

/// Plans the shipments of the horizon for the open stores of a network, on the stock after the week's transfers; last
/// week's plan, if there is one, changes only where that pays.
pub fn replenish(
    ground: &Ground,
    state: &NetworkState,
    moves: &[Moved],
    previous: Option<&Previous>,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Replenishment, Error> {
    let dealers: Vec<SiteId> = state.stores().collect();
    let plants = plants(ground);
    let goods = Goods::of(ground, state).after(ground, state, moves)?;
    let mut data = data(ground, state, &goods, &dealers, &plants);
    hand::apply(ground, &mut data, &dealers, &plants, previous)?;
    let problem = room::Problem::new(data).map_err(|e| failed(e, options))?;
    let plan = replenishment::solve(&problem, &work(options), watch).map_err(|e| failed(e, options))?;
    if let Some(fault) = replenishment::certificate::faults(&problem, &plan).first() {
        return Err(Error::Internal(format!("the replenishment plan fails its certificate: {fault}")));
    }
    Ok(Replenishment { problem, plan, dealers, plants, goods })
}

fn data(ground: &Ground, state: &NetworkState, goods: &Goods, dealers: &[SiteId], plants: &[SiteId]) -> room::Data {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    let carriers = carriers(ground, state, dealers, plants);
    room::Data {
        weeks: scenario.settings.horizon_weeks,
        ages: 1,
        freeze: settings.freeze_weeks,
        mode: if settings.push {
            room::Mode::Push { unallocated: settings.unallocated.major() }
        } else {
            room::Mode::Pull
        },
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
        lanes: lanes(ground, dealers, plants, &carriers),
        supply: supply(ground, plants),
        carriers,
        cells: cells(ground, state, goods, dealers),
        transfers: Vec::new(),
        nervousness: 0.0,
    }
}

/// A lost sale costs the contribution and the scenario's own lost-sale money; a car missing from safety stock or end
/// target costs a twentieth and a half of that: enough to be filled, never at the price of a sale.
fn models(ground: &Ground) -> Vec<room::Model> {
    let settings = &ground.scenario.settings.replenishment;
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
                fairness: settings.fairness_per_car.major(),
                fill_goal: (settings.fill_goal > 0.0)
                    .then(|| room::FillGoal { share: settings.fill_goal, penalty: settings.fill_penalty.major() }),
            }
        })
        .collect()
}

/// The road of every plant to every store. A lane with a freight of its own pays that for a car; on all others the
/// carrier is paid for the road, and a car pays the fixed part.
fn lanes(ground: &Ground, dealers: &[SiteId], plants: &[SiteId], carriers: &[room::Carrier]) -> Vec<room::Lane> {
    let scenario = ground.scenario;
    let settings = &scenario.settings.replenishment;
    let carried: BTreeSet<(usize, usize)> =
        carriers.iter().flat_map(|k| k.dealers.iter().map(|&d| (k.plant, d))).collect();
    let mut lanes = Vec::new();
    for (p, &plant) in plants.iter().enumerate() {
        for (d, &dealer) in dealers.iter().enumerate() {
            let km = scenario.network.site_to_site(plant, dealer).distance.get();
            let road = if carried.contains(&(p, d)) { 0.0 } else { km };
            let cost = tariff(ground, plant, dealer).unwrap_or(settings.freight_fixed + settings.freight_per_km * road);
            lanes.push(room::Lane { plant: p, dealer: d, lead: lead_weeks(ground, plant, dealer), cost: cost.major() });
        }
    }
    lanes
}

/// Freight that the lanes table gives for a car.
fn tariff(ground: &Ground, plant: SiteId, dealer: SiteId) -> Option<Money> {
    let lanes = &ground.scenario.network.lanes;
    lanes.binary_search_by_key(&(plant, dealer), |l| (l.from, l.to)).ok().and_then(|k| lanes[k].cost_per_car)
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

/// Carriers run from every plant to the open stores of every region, which share their loads; stores with a freight of
/// their own from the plant stand apart. Each group has the class that carries its usual week for least.
fn carriers(ground: &Ground, state: &NetworkState, dealers: &[SiteId], plants: &[SiteId]) -> Vec<room::Carrier> {
    let network = &ground.scenario.network;
    let largest = ground.scenario.catalogue.models.values().map(|m| m.carrier_slots).fold(0.0, f64::max);
    let classes: Vec<&Carrier> = network.carriers.values().filter(|c| c.slots >= largest).collect();
    let mut by_region = BTreeMap::new();
    for (d, &dealer) in dealers.iter().enumerate() {
        by_region.entry(ground.region[dealer]).or_insert_with(Vec::new).push(d);
    }
    let load: Vec<Vec<f64>> = dealers.iter().map(|&d| weekly_load(ground, state, d, plants)).collect();
    let mut carriers = Vec::new();
    for (p, &plant) in plants.iter().enumerate() {
        for members in by_region.values() {
            let members: Vec<usize> =
                members.iter().copied().filter(|&d| tariff(ground, plant, dealers[d]).is_none()).collect();
            let km: f64 = members.iter().map(|&d| network.site_to_site(plant, dealers[d]).distance.get()).sum();
            let trip = |class: &Carrier| {
                (class.cost_per_trip + class.cost_per_km * (km / members.len().max(1) as f64)).major()
            };
            let week: f64 = members.iter().map(|&d| load[d][p]).sum();
            let choice = |class: &Carrier| {
                ((week / class.slots - 1e-9).ceil().max(1.0) * trip(class), trip(class) / class.slots)
            };
            let best = classes.iter().copied().min_by(|a, b| {
                let (a, b) = (choice(a), choice(b));
                a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
            });
            let Some(class) = best.filter(|_| !members.is_empty()) else { continue };
            carriers.push(room::Carrier {
                plant: p,
                capacity: class.slots,
                cost: trip(class),
                minimum_load: class.minimum_load.get(),
                under_load: trip(class) / class.slots,
                fleet: None,
                dealers: members,
            });
        }
    }
    carriers
}

/// Slots that a store's expected week takes on carriers from each plant, models coming from their plants by their build
/// slots.
fn weekly_load(ground: &Ground, state: &NetworkState, dealer: SiteId, plants: &[SiteId]) -> Vec<f64> {
    let scenario = ground.scenario;
    let weeks = scenario.settings.horizon_weeks as f64;
    let mut load = vec![0.0; plants.len()];
    for (model, m) in scenario.catalogue.models.iter() {
        let slots = |p: SiteId| scenario.supply[(p, model)].iter().map(|&s| f64::from(s)).sum::<f64>();
        let all: f64 = plants.iter().map(|&p| slots(p)).sum();
        let asked = state.asked(&ground.forecast, dealer, model, 0, weeks) / weeks * m.carrier_slots;
        if all > 0.0 {
            plants.iter().zip(&mut load).for_each(|(&p, sum)| *sum += asked * slots(p) / all);
        }
    }
    load
}

fn cells(ground: &Ground, state: &NetworkState, goods: &Goods, dealers: &[SiteId]) -> Vec<room::Cell> {
    let weeks = ground.scenario.settings.horizon_weeks;
    let (stock, pipeline, leads) = (goods.held(), goods.due(weeks), Leads::new(ground));
    let decided = hand::decided(ground);
    let of_dealer = |(d, &dealer): (usize, &SiteId)| -> Vec<room::Cell> {
        let models = ground.scenario.catalogue.models.ids();
        models
            .filter_map(|model| {
                let key = (dealer, model);
                let demand: Vec<f64> = (0..weeks).map(|w| state.rate(&ground.forecast, dealer, model, w)).collect();
                let faint = demand.iter().sum::<f64>() / (weeks as f64) < FAINT;
                if faint
                    && ![stock.contains_key(&key), pipeline.contains_key(&key), decided.contains(&key)].contains(&true)
                {
                    return None;
                }
                let held = stock.get(&key).copied().unwrap_or(0);
                let due = pipeline.get(&key).cloned().unwrap_or_else(|| vec![0; weeks]);
                Some(cell(ground, state, (d, dealer, model), (demand, held, due), leads.weeks[key] + 1))
            })
            .collect()
    };
    let cells: Vec<Vec<room::Cell>> = dealers.par_iter().enumerate().map(of_dealer).collect();
    cells.into_iter().flatten().collect()
}

/// A store and model: the safety stock of each week covers what the weeks until the next order could arrive may be asked
/// for beyond their mean, the end target is what the weeks after the horizon ask for.
fn cell(
    ground: &Ground,
    state: &NetworkState,
    (d, dealer, model): (usize, SiteId, ModelId),
    (demand, held, due): (Vec<f64>, u32, Vec<u32>),
    cover: usize,
) -> room::Cell {
    let settings = &ground.scenario.settings.replenishment;
    let weeks = demand.len();
    let mut known: Option<(f64, f64)> = None;
    let safety = (1..=weeks).map(|from| {
        let mean = state.asked(&ground.forecast, dealer, model, from, cover as f64);
        match known {
            Some((same, safety)) if same == mean => safety,
            _ => {
                let level = Count::new(mean, ground.forecast.dispersion).quantile(settings.service);
                let safety = (f64::from(level) - mean).max(0.0);
                known = Some((mean, safety));
                safety
            }
        }
    });
    room::Cell {
        dealer: d,
        model: model.index(),
        stock: vec![held],
        pipeline: due,
        fixed: Vec::new(),
        forbidden: Vec::new(),
        pack: settings.pack,
        minimum_order: settings.minimum_order,
        safety: safety.collect(),
        end_target: state.asked(&ground.forecast, dealer, model, weeks, settings.end_cover_weeks),
        rate: demand.iter().sum::<f64>() / weeks as f64,
        previous: None,
        demand,
    }
}
