//! What dealers would charge if they set prices against each other: today's network beside the plan's.
//!
//! Zones, travel and rivals are those of placement: with pull `A_zj` of a store and rival weight `W_z`, the value of a
//! store at no price is `(1 − ρ) ln A_zj` in utility, `1 − ρ` the scenario's `nest`. Pulls are understood at the margin
//! `m̄` of the average car of today's own equilibrium, so that today's shares stay about what the market model says. Every
//! store is taken as a player of its own, whoever owns it. Descriptive: nothing here enters the simulation.

use super::{Error, Ground, NetworkState, Placement};
use crate::ids::{SiteId, ZoneId};
use crate::market::competition::{
    Catchment, Cost, Equilibrium, Player, Segment, Start,
    certificate::{Certificate, certify},
    solve,
};
use crate::network::{Leg, Zone};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One store in the equilibrium of all segments; money of the scenario.
#[derive(Clone, Debug)]
pub struct StoreOutcome {
    /// The store.
    pub site: SiteId,
    /// Cars a year.
    pub sales: f64,
    /// Price of its average car.
    pub price: f64,
    /// Margin of its average car.
    pub margin: f64,
    /// Margin of all cars less the store's yearly cost.
    pub profit: f64,
    /// Price and margin and cars of each segment.
    pub segments: Vec<[f64; 3]>,
}

/// A network in equilibrium.
#[derive(Clone, Debug)]
pub struct Rivalry {
    /// Its stores in order of site.
    pub stores: Vec<StoreOutcome>,
    /// The worst of every segment's certificate.
    pub certificate: Certificate,
    /// Rounds of the slowest segment.
    pub rounds: usize,
}

impl Rivalry {
    /// Cars a year.
    pub fn sales(&self) -> f64 {
        self.stores.iter().map(|s| s.sales).sum()
    }
    /// Margin of the average car.
    pub fn margin(&self) -> f64 {
        self.stores.iter().map(|s| s.margin * s.sales).sum::<f64>() / self.sales().max(1e-300)
    }
    /// Profit of all stores.
    pub fn profit(&self) -> f64 {
        self.stores.iter().map(|s| s.profit).sum()
    }
    /// Stores that do not earn their yearly cost.
    pub fn below(&self) -> usize {
        self.stores.iter().filter(|s| s.profit < 0.0).count()
    }
}

/// Both networks.
#[derive(Clone, Debug)]
pub struct Competed {
    /// Names of the segments.
    pub segments: Vec<String>,
    /// Weight of a thousand of money in each.
    pub alpha: Vec<f64>,
    /// Margin at which the pulls hold, by segment, money.
    pub reference: Vec<f64>,
    /// Today's network.
    pub today: Rivalry,
    /// The plan's.
    pub plan: Rivalry,
}

/// A segment of the catalogue: thousands of money.
struct Kind {
    name: String,
    share: f64,
    cost: Cost,
    alpha: f64,
}

/// Rounds in which the margin of the pulls settles.
const ROUNDS: usize = 40;

/// Lets the stores of both networks compete. `alpha` is the weight of a thousand of money for the average car; a
/// segment's own is inversely proportional to its price, so that a given percentage weighs the same in all.
pub fn compete(ground: &Ground, placement: &Placement, alpha: f64, pressure: f64) -> Result<Competed, Error> {
    let (today, plan) = super::today_and_plan(ground, placement);
    let kinds = kinds(ground, alpha, pressure);
    let solved: Vec<(f64, Solved)> = in_order(kinds.par_iter().map(|kind| anchored(ground, &today, kind)).collect())?;
    let reference: Vec<f64> = solved.iter().map(|s| 1000.0 * s.0).collect();
    let again = |(kind, (margin, _)): (&Kind, &(f64, Solved))| equilibrium(&segment(ground, &plan, kind, *margin));
    let planned: Vec<Solved> = in_order(kinds.par_iter().zip(&solved).map(again).collect())?;
    let now: Vec<Solved> = solved.into_iter().map(|s| s.1).collect();
    Ok(Competed {
        segments: kinds.iter().map(|k| k.name.clone()).collect(),
        alpha: kinds.iter().map(|k| k.alpha).collect(),
        reference,
        today: rivalry(placement, &stores(ground, &today), now, true),
        plan: rivalry(placement, &stores(ground, &plan), planned, false),
    })
}

/// The first fault in order of the segments, so that no thread decides which.
fn in_order<T>(each: Vec<Result<T, Error>>) -> Result<Vec<T>, Error> {
    each.into_iter().collect()
}

/// Segments by name, with their part of the forecast's first year and their average car.
fn kinds(ground: &Ground, alpha: f64, pressure: f64) -> Vec<Kind> {
    let days = 7.0 * ground.scenario.settings.replenishment.end_cover_weeks;
    // Cars, price, invoice and floor plan a day, each times cars.
    let mut sums: BTreeMap<&str, [f64; 4]> = BTreeMap::new();
    for (id, model) in ground.scenario.catalogue.models.iter() {
        let cars: f64 = ground.forecast.national[id].mean.iter().take(52).sum();
        let (price, margin) = (model.price.major() / 1000.0, model.margin.major() / 1000.0);
        let sum = sums.entry(model.segment.as_str()).or_default();
        let adds = [cars, cars * price, cars * (price - margin), cars * model.holding_per_day.major() / 1000.0];
        sum.iter_mut().zip(adds).for_each(|(s, a)| *s += a);
    }
    sums.retain(|_, s| s[0] > 0.0);
    let all = sums.values().fold([0.0, 0.0], |t, s| [t[0] + s[0], t[1] + s[1]]);
    let kind = |(name, [cars, price, invoice, floor]): (&&str, &[f64; 4])| Kind {
        name: if name.is_empty() { "all".into() } else { (*name).to_owned() },
        share: cars / all[0],
        cost: Cost { invoice: invoice / cars, floor_plan: floor / cars, days, pressure, ..Cost::default() },
        alpha: alpha * (all[1] / all[0]) / (price / cars),
    };
    sums.iter().map(kind).collect()
}

struct Solved {
    found: Equilibrium,
    certificate: Certificate,
}

fn equilibrium(segment: &Segment) -> Result<Solved, Error> {
    if let Some(fault) = segment.faults().first() {
        return Err(Error::Unfit(fault.to_string()));
    }
    let found = solve(segment, &Start::Plain).map_err(|e| Error::Internal(format!("{}: {e}", segment.name)))?;
    let certificate = certify(segment, &found);
    if !certificate.holds() {
        return Err(Error::Internal(format!(
            "{}: the equilibrium fails its certificate: {certificate:?}",
            segment.name
        )));
    }
    Ok(Solved { found, certificate })
}

/// The margin at which today's average car is sold, and the equilibrium there.
fn anchored(ground: &Ground, today: &NetworkState, kind: &Kind) -> Result<(f64, Solved), Error> {
    let mut margin = 1.0 / kind.alpha;
    for _ in 0..ROUNDS {
        let segment = segment(ground, today, kind, margin);
        if let Some(fault) = segment.faults().first() {
            return Err(Error::Unfit(fault.to_string()));
        }
        let found = solve(&segment, &Start::Plain).map_err(|e| Error::Internal(format!("{}: {e}", kind.name)))?;
        let next = found.mean_margin() + kind.cost.pressure;
        let moved = (next - margin).abs();
        margin = next;
        if moved <= 1e-9 * margin.abs() {
            break;
        }
    }
    Ok((margin, equilibrium(&segment(ground, today, kind, margin))?))
}

/// Stores that anybody can reach, in order of site.
fn stores(ground: &Ground, state: &NetworkState) -> Vec<SiteId> {
    let network = &ground.scenario.network;
    let pulls = |s: &SiteId| {
        let format = state.open[*s].expect("only open stores are listed");
        let sells = |(z, leg): &(ZoneId, Leg)| {
            ground.market.registrations[*z] > 0.0 && ground.coverage.pull(network, format, *leg) > 0.0
        };
        ground.coverage.of_site(*s).iter().any(sells)
    };
    state.stores().filter(pulls).collect()
}

fn segment(ground: &Ground, state: &NetworkState, kind: &Kind, margin: f64) -> Segment {
    let network = &ground.scenario.network;
    let nest = ground.scenario.settings.market.nest;
    let sites = stores(ground, state);
    let place: BTreeMap<SiteId, usize> = sites.iter().enumerate().map(|(k, &s)| (s, k)).collect();
    let at_no_price = kind.alpha * (kind.cost.marginal() + margin);
    let player = |&s: &SiteId| Player { name: network.sites[s].code.clone(), nest: 0, cost: kind.cost };
    let zone = |(id, zone): (ZoneId, &Zone)| Catchment {
        buyers: ground.market.registrations[id] * kind.share,
        outside: zone.rival_weight,
        reach: ground
            .coverage
            .pulls(network, id, &state.open)
            .into_iter()
            .filter_map(|(s, pull)| Some((*place.get(&s)?, nest * libm::log(pull) + at_no_price)))
            .collect(),
    };
    Segment {
        name: kind.name.clone(),
        alpha: kind.alpha,
        rho: 1.0 - nest,
        players: sites.iter().map(player).collect(),
        zones: network.zones.iter().map(zone).collect(),
    }
}

/// Adds the segments up, store by store.
fn rivalry(placement: &Placement, sites: &[SiteId], solved: Vec<Solved>, today: bool) -> Rivalry {
    let mut certificate = Certificate { condition: 0.0, gain: 0.0, sales: 0.0, tried: 0 };
    for part in solved.iter().map(|s| &s.certificate) {
        certificate.condition = certificate.condition.max(part.condition);
        certificate.gain = certificate.gain.max(part.gain);
        certificate.sales = certificate.sales.max(part.sales);
        certificate.tried += part.tried;
    }
    let problem = &placement.problem;
    let reached = |s: &crate::placement::dealer::Store, i: usize| {
        let option = if today { s.today } else { placement.plan.stores[i].option }?;
        Some((s.id, s.options[option].yearly_cost.major()))
    };
    let costs: BTreeMap<SiteId, f64> = problem.stores.iter().enumerate().filter_map(|(i, s)| reached(s, i)).collect();
    let mut stores = Vec::new();
    for (k, &site) in sites.iter().enumerate() {
        let cells: Vec<[f64; 3]> = solved
            .iter()
            .map(|s| &s.found.dealers[k])
            .map(|d| [1000.0 * d.price, 1000.0 * d.margin, d.sales])
            .collect();
        let sum = |of: fn(&[f64; 3]) -> f64| cells.iter().map(of).sum::<f64>();
        let sales = sum(|c| c[2]);
        let gross = sum(|c| c[1] * c[2]);
        stores.push(StoreOutcome {
            site,
            sales,
            price: sum(|c| c[0] * c[2]) / sales,
            margin: gross / sales,
            profit: gross - costs.get(&site).copied().unwrap_or(0.0),
            segments: cells,
        });
    }
    Rivalry { stores, certificate, rounds: solved.iter().map(|s| s.found.rounds).max().unwrap_or(0) }
}
