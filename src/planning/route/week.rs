//! The loads of the week as the routing room's problem.

use super::{Load, parts};
use crate::ids::{Id, SiteId};
use crate::network::{Carrier, Site, SlotSize};
use crate::planning::{Error, Ground};
use crate::routing::haul::{Class, Data, Freight, Problem, Yard};
use crate::routing::hours::Rules;
use crate::routing::loads::{Car, Carrier as Decks, Class as Size, Deck, Equipment, Kilograms, Millimetres, Slot};
use crate::units::Money;
use rayon::prelude::*;
use std::sync::Arc;

/// Minutes a stop takes before its first car.
const PER_STOP: u32 = 20;
/// Minutes to drive a car on or off.
const PER_CAR: u32 = 8;
/// Length of a slot: the tables know slots, not millimetres.
const UNIT: u32 = 1000;
/// Money of the problem in the smallest unit of money.
const FINE: i64 = 10;

/// The problem and the site of every yard.
pub(super) struct Week {
    /// The problem.
    pub problem: Arc<Problem>,
    /// Sites of the yards, ascending.
    pub sites: Vec<SiteId>,
    /// Kilometres between yards, by rows.
    km: Vec<f64>,
}

impl Week {
    /// Kilometres from yard to yard.
    pub(super) fn km(&self, from: usize, to: usize) -> f64 {
        self.km[from * self.sites.len() + to]
    }
    /// The problem's money.
    pub(super) fn money(cost: i64) -> Money {
        Money::from_minor((cost + FINE / 2).div_euclid(FINE))
    }
}

/// Yards, roads, loads, classes of carriers, and the law of the road.
pub(super) fn week(ground: &Ground, loads: &[Load]) -> Result<Week, Error> {
    let network = &ground.scenario.network;
    let mut sites: Vec<SiteId> = loads.iter().flat_map(|l| [l.from, l.to]).collect();
    sites.sort_unstable();
    sites.dedup();
    let leg = |a: SiteId, b: SiteId| {
        if a == b {
            return (0.0, 0.0);
        }
        let leg = network.site_to_site(a, b);
        (leg.distance.get(), leg.time.get() * 60.0)
    };
    let rows: Vec<Vec<(f64, f64)>> = sites.par_iter().map(|&a| sites.iter().map(|&b| leg(a, b)).collect()).collect();
    let legs = rows.concat();
    let at = |site: SiteId| sites.binary_search(&site).unwrap_or(0);
    let freight = |l: &Load| Freight {
        from: at(l.from),
        to: at(l.to),
        size: l.slots,
        cars: cars(ground, l),
        work: PER_STOP + PER_CAR * l.cars(),
        due: due(ground, l),
        cell: cell(ground, l),
    };
    let data = Data {
        yards: sites.iter().map(|&s| yard(&network.sites[s])).collect(),
        km: legs.iter().map(|l| (l.0 * 10.0).round() as i32).collect(),
        minutes: legs.iter().map(|l| l.1.ceil() as i32).collect(),
        loads: loads.iter().map(freight).collect(),
        classes: network.carriers.values().map(class).collect(),
        rules: vec![Rules::CHINA, Rules::CHINA_CREW],
    };
    let problem = Problem::new(data).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Week { problem: Arc::new(problem), sites, km: legs.into_iter().map(|l| l.0).collect() })
}

fn yard(site: &Site) -> Yard {
    let (opens, closes) = site.service_hours;
    let minute = |hour: f64| (hour * 60.0).round() as u32;
    Yard {
        east: (site.place.lon * 1e4).round() as i32,
        north: (site.place.lat * 1e4).round() as i32,
        opens: minute(opens).min(1440),
        closes: minute(closes).max(minute(opens)).min(1440),
    }
}

fn class(carrier: &Carrier) -> Class {
    Class {
        capacity: parts(carrier.slots),
        fixed: carrier.cost_per_trip.minor() * FINE,
        rate: carrier.cost_per_km.minor(),
        decks: decks(carrier),
        free: carrier.rehandling,
    }
}

/// Slots and lengths of a carrier whose decks are known: a deck is as long as its slots, a car as long as the slots it takes.
pub(super) fn decks(carrier: &Carrier) -> Option<Decks> {
    let mut equipment = Equipment::default();
    for deck in &carrier.decks {
        let (first, end) = (equipment.slots.len(), equipment.slots.len() + deck.len());
        let mask = |from: usize| (from..end).fold(0u32, |m, b| m | 1 << b);
        for (k, &size) in deck.iter().enumerate() {
            let slot = Slot { class: room(size), height: Millimetres(0), blockers: mask(first + k + 1) };
            equipment.slots.push(slot);
        }
        equipment.decks.push(Deck { slots: mask(first), length: Millimetres(UNIT * deck.len() as u32) });
    }
    Decks::new(equipment).ok()
}

const fn room(size: SlotSize) -> Size {
    match size {
        SlotSize::Small => Size::S,
        SlotSize::Medium => Size::M,
        SlotSize::Large => Size::L,
    }
}

/// The cars of a load as a carrier sees them.
pub(super) fn cars(ground: &Ground, load: &Load) -> Vec<Car> {
    let models = &ground.scenario.catalogue.models;
    let car = |line: &super::Line| {
        let slots = models[line.model].carrier_slots;
        let length = Millimetres((slots * f64::from(UNIT)).round() as u32);
        let car = Car { class: room(SlotSize::of(slots)), length, height: Millimetres(0), weight: Kilograms(0) };
        vec![car; line.cars as usize]
    };
    load.lines.iter().flat_map(car).collect()
}

/// The last minute at which unloading may begin: the day on which the plan counts on the cars, the first being that of loading.
fn due(ground: &Ground, load: &Load) -> u32 {
    let days = ground.scenario.network.transit_days(load.from, load.to).ceil().clamp(0.0, 1000.0);
    (1.0 + days) as u32 * 1440
}

/// Origin and region of a load: a plant or hub has a number from 1 on, stores share number 0 and are told apart by region.
fn cell(ground: &Ground, load: &Load) -> u32 {
    let network = &ground.scenario.network;
    let region = |s: SiteId| network.zones[network.sites[s].zone].region.index() as u32;
    let from = &network.sites[load.from];
    if from.is_store() {
        return region(load.from) * network.regions.len() as u32 + region(load.to);
    }
    let number = network.sites.iter().filter(|(_, s)| !s.is_store()).take_while(|(id, _)| *id <= load.from).count();
    (number as u32) << 16 | region(load.to)
}
