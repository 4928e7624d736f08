//! The coming week on carriers: orders of the first week and transfers become loads, loads become tours with a driver's hours.

mod bundle;
mod week;

use super::{Error, Ground, Options, Replenishment, Transfers};
use crate::ids::{CarrierId, Id, ModelId, SiteId};
use crate::network::Carrier;
use crate::progress::Observer;
use crate::routing;
use crate::routing::haul::{self, Bound, Effort, Trip, certificate};
use crate::routing::hours::{Activity, Kind};
use crate::units::Money;
use rayon::prelude::*;
use week::Week;

/// Parts of a slot that are counted.
const PARTS: f64 = 100.0;
/// Parts of the week that are priced.
const PRICED: usize = 6;

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
    /// Where the cars of a load stand, load by load in the order of loading, cars in the order of the load's lines: a letter
    /// a deck, slots counted from the far end (`B2`). Empty where the carrier's decks are not known.
    pub places: Vec<(usize, Vec<String>)>,
}

/// A part of the week that is small enough to prove what it costs at least.
#[derive(Clone, Copy, Debug)]
pub struct Priced {
    /// Its loads.
    pub loads: usize,
    /// Sets of loads that fit a carrier, all of them priced.
    pub sets: usize,
    /// What the search finds for the part alone, with the work a load gets in the week.
    pub cost: Money,
    /// What it costs at least.
    pub least: Money,
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
    /// What the same loads cost first fit decreasing with nearest insertion.
    pub thumb: Money,
    /// Parts of the week with a proved bound on their cost.
    pub priced: Vec<Priced>,
    /// Parts that were searched on their own, over all rounds.
    pub parts: usize,
    /// Loads that no driver brings by the day on which the plan counts on them.
    pub late: usize,
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
    watch.stage("route", 4);
    let network = &ground.scenario.network;
    let loads = bundle::loads(ground, orders, moves)?;
    let week = week::week(ground, &loads)?;
    let effort =
        Effort { seconds: options.seconds, stop: options.stop.clone(), ..Effort::of(loads.len(), options.seed) };
    watch.advance(1);
    let plan = haul::solve(&week.problem, &effort).map_err(|e| failed(e, options))?;
    watch.advance(1);
    let thumb = Week::money(haul::baseline(&week.problem).map_err(|e| failed(e, options))?.cost);
    let priced = priced(&week, &effort).map_err(|e| failed(e, options))?;
    watch.advance(1);
    let tours: Result<Vec<_>, Error> = plan.trips.par_iter().map(|t| carrier_tour(ground, &week, t)).collect();
    let mut tours = tours?;
    tours.sort_by_key(|t| (t.stops[0].site, t.stops[0].load));
    if options.stop.raised() {
        return Err(Error::Stopped);
    }
    let cheapest = |(k, l): (usize, &Load)| {
        let freight = &week.problem.data().loads[k];
        let fits = network.carriers.values().filter(|c| l.slots <= parts(c.slots));
        fits.map(|c| c.cost_per_trip + c.cost_per_km * week.km(freight.from, freight.to)).min().unwrap_or_default()
    };
    let alone = loads.iter().enumerate().map(cheapest).sum();
    let fill = fill(ground, &loads, &tours);
    watch.advance(1);
    let (parts, late, repeatable) = (plan.parts, week.problem.late().len(), plan.repeatable);
    Ok(Routing { loads, tours, alone, thumb, priced, parts, late, fill, repeatable })
}

fn failed(error: routing::Error, options: &Options) -> Error {
    match error {
        _ if options.stop.raised() => Error::Stopped,
        routing::Error::Unserved(why) => Error::Infeasible(format!("no carrier takes every load: {why}")),
        other => Error::Internal(other.to_string()),
    }
}

/// Searches the largest parts that can be priced, each alone, and prices them.
fn priced(week: &Week, effort: &Effort) -> Result<Vec<Priced>, routing::Error> {
    let price = |(plan, bound): (haul::Plan, Bound)| Priced {
        loads: bound.loads.len(),
        sets: bound.sets,
        cost: Week::money(plan.cost),
        least: Week::money(bound.least.floor() as i64),
    };
    Ok(haul::priced(&week.problem, effort, PRICED)?.into_iter().map(price).collect())
}

fn parts(slots: f64) -> i64 {
    (slots * PARTS).round() as i64
}

/// A trip with its stops and the driver's schedule.
fn carrier_tour(ground: &Ground, week: &Week, trip: &Trip) -> Result<CarrierTour, Error> {
    let carrier = CarrierId::at(trip.class);
    let driven = certificate::schedule(&week.problem, trip).map_err(|why| Error::Internal(format!("a tour {why}")))?;
    let (rules, schedule) = driven.schedule.map_or((None, Vec::new()), |(name, done)| (Some(name), done));
    let mut works = schedule.iter().filter(|a| a.kind == Kind::Work).map(|a| (a.start, a.end));
    let (mut stops, mut here) = (Vec::new(), None);
    for call in &trip.calls {
        let freight = &week.problem.data().loads[call.load];
        let yard = if call.loads { freight.from } else { freight.to };
        let km = here.map_or(0.0, |h| week.km(h, yard));
        stops.push(Stop { site: week.sites[yard], load: call.load, loads: call.loads, km, work: works.next() });
        here = Some(yard);
    }
    let km: f64 = stops.iter().map(|s| s.km).sum();
    let class = &ground.scenario.network.carriers[carrier];
    let cost = class.cost_per_trip + class.cost_per_km * km;
    let places = places(class, &week.problem, trip, &driven.slots);
    Ok(CarrierTour { carrier, stops, km, cost, rules, schedule, places })
}

/// The slots of a tour's cars by name.
fn places(class: &Carrier, problem: &haul::Problem, trip: &Trip, slots: &[usize]) -> Vec<(usize, Vec<String>)> {
    let letters = ('A'..='Z').zip(&class.decks);
    let names: Vec<String> =
        letters.flat_map(|(letter, deck)| (1..=deck.len()).map(move |k| format!("{letter}{k}"))).collect();
    let mut left = slots;
    let mut list = Vec::new();
    for call in trip.calls.iter().filter(|c| c.loads && !slots.is_empty()) {
        let (mine, rest) = left.split_at(problem.data().loads[call.load].cars.len().min(left.len()));
        list.push((call.load, mine.iter().map(|&s| names[s].clone()).collect()));
        left = rest;
    }
    list
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
