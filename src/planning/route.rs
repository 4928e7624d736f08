//! The coming week on carriers: orders of the first week and transfers become loads, loads become tours with a driver's hours.

use super::{Error, Ground, Options, Replenishment, Transfers};
use crate::ids::{CarrierId, Id, ModelId, SiteId};
use crate::progress::{Observer, Silent};
use crate::routing::hours::{Activity, Leg, Rules, certificate, schedule};
use crate::routing::matrix::Matrix;
use crate::routing::measure::{Cost, Duration, Load as Size};
use crate::routing::{self, Data, End, Goal, Kind, Limits, Node, Problem, Request};
use crate::units::Money;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Minutes a stop takes before its first car.
const PER_STOP: u32 = 20;
/// Minutes to drive a car on or off.
const PER_CAR: u32 = 8;
/// Driving and work of a tour that has more than one load: six days of eight hours.
const TOUR_MINUTES: i64 = 6 * 480;
/// Ruin-and-recreate steps for each load.
const STEPS: u64 = 1500;
/// Parts of a slot that are counted.
const PARTS: f64 = 100.0;
/// Most loads that are searched together.
const TOGETHER: usize = 500;
/// Days a driver's schedule may look ahead for open yards.
const DAYS: u32 = 21;

/// Why a car is on a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errand {
    /// A plant sends it.
    Order,
    /// Another dealer gives it.
    Transfer,
}

/// Cars of one model in a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub model: ModelId,
    /// Why.
    pub cause: Errand,
    /// How many.
    pub cars: u32,
}

/// Cars that are loaded and unloaded together.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Where they are loaded.
    pub from: SiteId,
    /// Where they are unloaded.
    pub to: SiteId,
    /// What they are.
    pub lines: Vec<Line>,
    /// Slots they take, in hundredths.
    pub slots: i64,
}

impl Load {
    /// Whole cars.
    pub fn cars(&self) -> u32 {
        self.lines.iter().map(|l| l.cars).sum()
    }
}

/// A stop of a tour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Where.
    pub site: SiteId,
    /// Position of the load.
    pub load: usize,
    /// Loaded here, else unloaded.
    pub loads: bool,
    /// Kilometres from the stop before.
    pub km: f64,
    /// Minutes after the week's first midnight at which work begins and ends; `None` when the hours allow no schedule.
    pub work: Option<(u32, u32)>,
}

/// One carrier's tour; it begins at its first stop and ends at its last.
#[derive(Clone, Debug)]
pub struct CarrierTour {
    /// The carrier's class.
    pub carrier: CarrierId,
    /// Stops in order; what is loaded last is unloaded first.
    pub stops: Vec<Stop>,
    /// Kilometres.
    pub km: f64,
    /// Trip and kilometres.
    pub cost: Money,
    /// The rule set of the schedule, if there is one.
    pub rules: Option<&'static str>,
    /// The driver's schedule.
    pub schedule: Vec<Activity>,
}

/// Loads and tours of the week.
#[derive(Clone, Debug)]
pub struct Routing {
    /// Loads.
    pub loads: Vec<Load>,
    /// Tours, in the order of their first stops.
    pub tours: Vec<CarrierTour>,
    /// What every load would cost alone on its cheapest carrier.
    pub alone: Money,
    /// Share of the slots that are filled, weighted by loaded kilometres.
    pub fill: f64,
    /// Whether the same input gives the same tours again.
    pub repeatable: bool,
}

impl Routing {
    /// What all tours cost.
    pub fn cost(&self) -> Money {
        self.tours.iter().map(|t| t.cost).sum()
    }
    /// Kilometres of all tours.
    pub fn km(&self) -> f64 {
        self.tours.iter().map(|t| t.km).sum()
    }
}

/// Bundles and routes the first week's orders and the transfers.
pub fn route(
    ground: &Ground,
    orders: &Replenishment,
    moves: &Transfers,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Routing, Error> {
    watch.stage("route", 1);
    let network = &ground.scenario.network;
    let loads = loads(ground, orders, moves)?;
    let sites: Vec<SiteId> = {
        let mut all: Vec<_> = loads.iter().flat_map(|l| [l.from, l.to]).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let at = |site: SiteId| sites.binary_search(&site).unwrap_or(0);
    let leg = |a: SiteId, b: SiteId| if a == b { (0.0, 0.0) } else { measured(ground, a, b) };
    let legs: Vec<(f64, f64)> = sites.iter().flat_map(|&a| sites.iter().map(move |&b| leg(a, b))).collect();
    let between = |a: SiteId, b: SiteId| legs[at(a) * sites.len() + at(b)];
    // Groups know nothing of each other, so any number of threads gives the same tours.
    let solved: Result<Vec<_>, Error> =
        groups(ground, &loads).par_iter().map(|group| search(ground, &loads, group, &between, options)).collect();
    let mut repeatable = true;
    let mut tours = Vec::new();
    for (group_tours, again) in solved? {
        repeatable &= again;
        tours.extend(group_tours);
    }
    tours.sort_by_key(|t| (t.stops[0].site, t.stops[0].load));
    let cheapest = |l: &Load| {
        let fits = network.carriers.values().filter(|c| l.slots <= parts(c.slots));
        fits.map(|c| c.cost_per_trip + c.cost_per_km * between(l.from, l.to).0).min().unwrap_or_default()
    };
    let alone = loads.iter().map(cheapest).sum();
    let fill = fill(ground, &loads, &tours);
    watch.advance(1);
    Ok(Routing { loads, tours, alone, fill, repeatable })
}

/// Loads that are searched together: a full carrier goes straight, the others with those of the same plant and with neighbours of
/// their destination, so many at a time.
fn groups(ground: &Ground, loads: &[Load]) -> Vec<Vec<usize>> {
    let scenario = ground.scenario;
    let largest = scenario.network.carriers.values().map(|c| parts(c.slots)).max().unwrap_or(0);
    let smallest = scenario.catalogue.models.values().map(|m| parts(m.carrier_slots)).min().unwrap_or(0);
    let (full, mut open): (Vec<usize>, Vec<usize>) =
        (0..loads.len()).partition(|&k| loads.len() > TOGETHER && loads[k].slots + smallest > largest);
    open.sort_by_key(|&k| {
        let (from, to) = (&scenario.network.sites[loads[k].from], &scenario.network.sites[loads[k].to]);
        let plant = if from.is_store() { None } else { Some(loads[k].from) };
        (plant, (to.place.lon * 1e4).round() as i64, loads[k].to, k)
    });
    full.into_iter().map(|k| vec![k]).chain(open.chunks(TOGETHER).map(<[usize]>::to_vec)).collect()
}

/// The tours of a group of loads, and whether the same input gives them again.
fn search(
    ground: &Ground,
    loads: &[Load],
    group: &[usize],
    between: &(impl Fn(SiteId, SiteId) -> (f64, f64) + Sync),
    options: &Options,
) -> Result<(Vec<CarrierTour>, bool), Error> {
    let part: Vec<Load> = group.iter().map(|&k| loads[k].clone()).collect();
    let problem = problem(ground, &part, between).map_err(|e| Error::Internal(e.to_string()))?;
    let limits = Limits {
        seed: options.seed,
        iterations: Some(if part.len() == 1 { 1 } else { STEPS * part.len() as u64 }),
        seconds: options.seconds,
        stop: options.stop.clone(),
    };
    let plan = routing::solve(&problem, &limits, &Silent).map_err(|e| match e {
        routing::Error::Unserved(why) => Error::Infeasible(format!("no carrier takes every load: {why}")),
        other => Error::Internal(other.to_string()),
    })?;
    if plan.end == End::Interrupted {
        return Err(Error::Stopped);
    }
    let mut tours = Vec::new();
    for tour in &plan.tours {
        let visits: Vec<(usize, bool)> = tour.visits.iter().map(|&v| (group[(v - 1) / 2], v % 2 == 1)).collect();
        tours.push(carrier_tour(ground, loads, CarrierId::at(tour.kind), &visits, between)?);
    }
    Ok((tours, plan.end.repeatable()))
}

fn parts(slots: f64) -> i64 {
    (slots * PARTS).round() as i64
}

/// Kilometres and minutes.
fn measured(ground: &Ground, a: SiteId, b: SiteId) -> (f64, f64) {
    let leg = ground.scenario.network.site_to_site(a, b);
    (leg.distance.get(), (leg.time.get() * 60.0).ceil())
}

/// Cars of each pair of sites in loads that the largest carrier takes, largest cars first, each into the first load with room.
fn loads(ground: &Ground, orders: &Replenishment, moves: &Transfers) -> Result<Vec<Load>, Error> {
    let scenario = ground.scenario;
    let mut wishes: BTreeMap<(SiteId, SiteId), BTreeMap<(ModelId, Errand), u32>> = BTreeMap::new();
    let first = orders.plan.orders.iter().filter(|o| o.cars > 0).map(|o| o.week).min();
    for o in orders.plan.orders.iter().filter(|o| Some(o.week) == first) {
        let (site, model) = orders.cell(o.cell);
        *wishes.entry((orders.plants[o.plant], site)).or_default().entry((model, Errand::Order)).or_default() += o.cars;
    }
    for m in &moves.plan.moves {
        let ((from, model), (to, _)) = (moves.cell(m.from), moves.cell(m.to));
        *wishes.entry((from, to)).or_default().entry((model, Errand::Transfer)).or_default() += 1;
    }
    let largest = scenario.network.carriers.values().map(|c| parts(c.slots)).max().unwrap_or(0);
    let mut loads = Vec::new();
    for ((from, to), cars) in wishes {
        let mut sorted: Vec<_> = cars.into_iter().filter(|c| c.1 > 0).collect();
        sorted.sort_by_key(|&((model, cause), _)| {
            (std::cmp::Reverse(parts(scenario.catalogue.models[model].carrier_slots)), model, cause)
        });
        let begin = loads.len();
        for ((model, cause), count) in sorted {
            let size = parts(scenario.catalogue.models[model].carrier_slots);
            if size > largest {
                let code = &scenario.catalogue.models[model].code;
                return Err(Error::Unfit(format!("no carrier of carriers.csv has the slots that model {code} takes")));
            }
            for _ in 0..count {
                put(
                    &mut loads,
                    begin,
                    Load { from, to, lines: vec![Line { model, cause, cars: 1 }], slots: size },
                    largest,
                );
            }
        }
    }
    Ok(loads)
}

/// Puts one car into the first load from `begin` on that has room.
fn put(loads: &mut Vec<Load>, begin: usize, car: Load, largest: i64) {
    let Some(load) = loads[begin..].iter_mut().find(|l| l.slots + car.slots <= largest) else {
        loads.push(car);
        return;
    };
    load.slots += car.slots;
    let line = car.lines[0];
    match load.lines.iter_mut().find(|l| (l.model, l.cause) == (line.model, line.cause)) {
        Some(same) => same.cars += 1,
        None => load.lines.push(line),
    }
}

fn work(load: &Load) -> u32 {
    PER_STOP + PER_CAR * load.cars()
}

/// Loads as pairs of nodes; node 0 is nowhere: tours begin at their first stop and end at their last. The clock counts driving and
/// work; hours and yards follow in the schedule.
fn problem(
    ground: &Ground,
    loads: &[Load],
    between: &impl Fn(SiteId, SiteId) -> (f64, f64),
) -> Result<Problem, routing::Error> {
    let sites: Vec<Option<SiteId>> =
        [None].into_iter().chain(loads.iter().flat_map(|l| [Some(l.from), Some(l.to)])).collect();
    let n = sites.len();
    let (mut distance, mut duration) = (vec![0; n * n], vec![0; n * n]);
    for (i, a) in sites.iter().enumerate() {
        for (j, b) in sites.iter().enumerate() {
            if let (Some(a), Some(b)) = (a, b) {
                let (km, minutes) = between(*a, *b);
                distance[i * n + j] = (km * 10.0).round() as i64;
                duration[i * n + j] = minutes as i64;
            }
        }
    }
    let matrix = Matrix::new(n, &distance, Some(&duration)).map_err(|why| routing::Error::Faulty(vec![why]))?;
    let alone = |l: &Load| between(l.from, l.to).1 as i64 + 2 * i64::from(work(l));
    let horizon = Duration::new(loads.iter().map(alone).max().unwrap_or(0).max(TOUR_MINUTES));
    let node = |k: usize| {
        let service = if k == 0 { 0 } else { i64::from(work(&loads[(k - 1) / 2])) };
        Node { ready: Duration::ZERO, due: horizon, service: Duration::new(service) }
    };
    let request =
        |(k, l): (usize, &Load)| Request { pickup: Some(1 + 2 * k), delivery: 2 + 2 * k, load: Size::new(l.slots) };
    let kind = |c: &crate::network::Carrier| Kind {
        count: loads.len(),
        capacity: Size::new(parts(c.slots)),
        start: 0,
        end: 0,
        fixed: Cost::new(c.cost_per_trip.minor()),
        rate: (c.cost_per_km.minor() + 5) / 10,
    };
    Problem::new(Data {
        matrix,
        nodes: (0..n).map(node).collect(),
        requests: loads.iter().enumerate().map(request).collect(),
        fleet: ground.scenario.network.carriers.values().map(kind).collect(),
        goal: Goal::Cost,
        lifo: true,
    })
}

fn carrier_tour(
    ground: &Ground,
    loads: &[Load],
    carrier: CarrierId,
    visits: &[(usize, bool)],
    between: &impl Fn(SiteId, SiteId) -> (f64, f64),
) -> Result<CarrierTour, Error> {
    let network = &ground.scenario.network;
    let mut stops: Vec<Stop> = Vec::new();
    let mut legs = Vec::new();
    for &(load, loads_here) in visits {
        let site = if loads_here { loads[load].from } else { loads[load].to };
        let (km, minutes) = stops.last().map_or((0.0, 0.0), |s| between(s.site, site));
        stops.push(Stop { site, load, loads: loads_here, km, work: None });
        let (opens, closes) = network.sites[site].service_hours;
        let minute = |hour: f64, day: u32| day * 1440 + (hour * 60.0).round() as u32;
        let windows = (0..DAYS).map(|day| (minute(opens, day), minute(closes, day).max(minute(opens, day)))).collect();
        legs.push(Leg { driving: minutes as u32, work: work(&loads[load]), windows });
    }
    let km: f64 = stops.iter().map(|s| s.km).sum();
    let class = &network.carriers[carrier];
    let cost = class.cost_per_trip + class.cost_per_km * km;
    let mut tour = CarrierTour { carrier, stops, km, cost, rules: None, schedule: Vec::new() };
    for rules in [Rules::CHINA, Rules::CHINA_CREW] {
        let Some(found) = schedule(&rules, &legs, 0) else { continue };
        certificate::check(&rules, &legs, 0, &found)
            .map_err(|why| Error::Internal(format!("a driver's schedule fails its own check: {why}")))?;
        let works = found.iter().filter(|a| a.kind == routing::hours::Kind::Work);
        for (stop, a) in tour.stops.iter_mut().zip(works) {
            stop.work = Some((a.start, a.end));
        }
        (tour.rules, tour.schedule) = (Some(rules.name), found);
        break;
    }
    Ok(tour)
}

/// Slot-kilometres filled over slot-kilometres driven.
fn fill(ground: &Ground, loads: &[Load], tours: &[CarrierTour]) -> f64 {
    let (mut filled, mut there) = (0.0, 0.0);
    for tour in tours {
        let slots = ground.scenario.network.carriers[tour.carrier].slots;
        let mut aboard = 0;
        for stop in &tour.stops {
            filled += stop.km * aboard as f64 / PARTS;
            there += stop.km * slots;
            aboard += if stop.loads { loads[stop.load].slots } else { -loads[stop.load].slots };
        }
    }
    if there > 0.0 { filled / there } else { 0.0 }
}
