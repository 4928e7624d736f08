//! The simulation of both networks on the same customers.

use super::counts::Count;
use super::lead::mean_days;
use super::{Error, Goods, Ground, NetworkState, Options, Transfers};
use crate::demand::choice::captured_share;
use crate::ids::{FormatId, Grid, Id, IdVec, ModelId, RegionId, SiteId, ZoneId};
use crate::progress::Observer;
use crate::simulation::outcome::Outcome;
use crate::simulation::precision::{Reached, compare};
use crate::simulation::{self, policy::Policy, problem as room};
use crate::units::Money;
use rayon::prelude::*;

/// Month-to-month correlation of the market factors (assumption).
pub(super) const PERSISTENCE: f64 = 0.8;
/// Dealers that may give a car to a given one, nearest first.
const DONORS: usize = 6;
/// Agreed trades that fail (weak public figure).
const TRADE_FAILURE: f64 = 0.1;
/// Discount on a sold car by its age in days, as a share of the price (assumption).
pub(super) const DISCOUNT: [(u16, f64); 5] = [(0, 0.0), (60, 0.01), (90, 0.025), (120, 0.05), (180, 0.08)];
/// Days a customer waits (assumption).
const WAIT_DAYS: u16 = 14;
/// Day of the first week on which the planned transfers are carried out.
const TRANSFER_DAY: u32 = 2;

/// Both networks, simulated.
pub struct Simulation {
    /// Sites in the order of the simulation's dealers.
    pub dealers: Vec<SiteId>,
    /// Today's network.
    pub today: Outcome,
    /// The plan's network.
    pub plan: Outcome,
    /// How narrow the intervals became, when a precision was asked for.
    pub reached: Option<Reached>,
}

/// Simulates today's network and the plan's with common random numbers.
pub fn simulate(
    ground: &Ground,
    today: &NetworkState,
    plan: &NetworkState,
    transfers: Option<&Transfers>,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Simulation, Error> {
    let dealers: Vec<SiteId> =
        today.open.ids().filter(|&s| today.open[s].is_some() || plan.open[s].is_some()).collect();
    let market = Market::new(ground, &[today, plan]);
    let run = run_options(options);
    let problem = |this: &NetworkState, goods: &Goods, moves: Vec<room::Move>| {
        checked(parts(ground, &market, &dealers, this, goods, moves))
    };
    // Stock as it stands at the start; what transfers leave at stores that close moves with them.
    let (before, after) = (Goods::of(ground, today), Goods::of(ground, plan));
    let moves = all_moves(ground, &dealers, plan, &after, transfers)?;
    if let Some(relative) = options.precision {
        let problems = [problem(today, &before, Vec::new())?, problem(plan, &after, moves)?];
        let (mut outcomes, reached) = compare(&problems, &run, relative, watch).map_err(ended)?;
        let (plan, today) = (outcomes.remove(1), outcomes.remove(0));
        return Ok(Simulation { dealers, today, plan, reached: Some(reached) });
    }
    let one = |name: &str, problem: room::Problem| {
        watch.note(name);
        let outcome = simulation::run(&problem, &run, watch).map_err(ended)?;
        if outcome.stopped { Err(Error::Stopped) } else { Ok(outcome) }
    };
    let today = one("today's network", problem(today, &before, Vec::new())?)?;
    let plan = one("the plan", problem(plan, &after, moves)?)?;
    Ok(Simulation { dealers, today, plan, reached: None })
}

pub(super) fn run_options(options: &Options) -> simulation::Options {
    simulation::Options {
        seed: options.seed,
        replications: options.replications,
        first: 0,
        threads: options.threads,
        stop: options.stop.clone(),
        ..simulation::Options::default()
    }
}

pub(super) fn checked(parts: room::Parts) -> Result<room::Problem, Error> {
    room::Problem::new(parts).map_err(|faults| {
        let first: Vec<String> = faults.iter().take(5).map(ToString::to_string).collect();
        Error::Internal(format!("{} faults in the simulated network: {}", faults.len(), first.join("; ")))
    })
}

pub(super) fn ended(error: simulation::Error) -> Error {
    match error {
        simulation::Error::Interrupted => Error::Stopped,
        other => Error::Internal(other.to_string()),
    }
}

/// Demand that all networks share.
pub(super) struct Market {
    /// A format of every store that any network has.
    format: IdVec<SiteId, Option<FormatId>>,
    /// Largest share of registrations that any network wins, by zone.
    most: Vec<f64>,
    /// Customers a day by zone × model at that share.
    demand: Grid<ZoneId, ModelId, f64>,
    /// Mean of each model's national week over the simulated weeks.
    mean: Vec<f64>,
}

fn share(ground: &Ground, state: &NetworkState, zone: ZoneId) -> f64 {
    let network = &ground.scenario.network;
    let pull: f64 = ground.coverage.pulls(network, zone, &state.open).iter().map(|p| p.1).sum();
    captured_share(pull, network.zones[zone].rival_weight, ground.scenario.settings.market.nest)
}

impl Market {
    /// Splits the forecast over zones by what the market model sells there today, in each region's taste; zones that
    /// nobody serves today get the same ratio of forecast to market model.
    pub(super) fn new(ground: &Ground, states: &[&NetworkState]) -> Self {
        let today = states[0];
        let network = &ground.scenario.network;
        let models = ground.scenario.catalogue.models.len();
        let weeks = ground.scenario.settings.simulation.days.div_ceil(7);
        let won: Vec<f64> = network.zones.ids().map(|z| share(ground, today, z)).collect();
        let rise = |most: f64, state: &&NetworkState, z| most.max(share(ground, state, z));
        let most: Vec<f64> =
            network.zones.ids().map(|z| states[1..].iter().fold(won[z.index()], |most, s| rise(most, s, z))).collect();
        let mut format = today.open.clone();
        for site in today.open.ids() {
            format[site] = states.iter().find_map(|s| s.open[site]);
        }
        let mix = mixes(ground, today);
        let mean: Vec<f64> =
            ground.forecast.national.values().map(|p| p.mean[..weeks].iter().sum::<f64>() / weeks as f64).collect();
        let mut demand = Grid::filled(0.0, network.zones.len(), models);
        for model in ground.scenario.catalogue.models.ids() {
            let sold = |z: ZoneId, w: f64| ground.market.registrations[z] * w * mix[(network.zones[z].region, model)];
            let modelled: f64 = network.zones.ids().map(|z| sold(z, won[z.index()])).sum();
            let scale = if modelled > 0.0 { mean[model.index()] / 7.0 / modelled } else { 0.0 };
            for zone in network.zones.ids() {
                demand[(zone, model)] = scale * sold(zone, most[zone.index()]);
            }
        }
        Self { format, most, demand, mean }
    }
}

/// Part of each model in a region's sales; the nation's where a region sells nothing.
fn mixes(ground: &Ground, today: &NetworkState) -> Grid<RegionId, ModelId, f64> {
    let models = ground.scenario.catalogue.models.len();
    let regions = ground.scenario.network.regions.len();
    let mut mix = Grid::filled(0.0, regions, models);
    let year = |m: ModelId| ground.forecast.national[m].mean.iter().take(52).sum::<f64>();
    let cars: Vec<f64> = ground.scenario.catalogue.models.ids().map(year).collect();
    for (site, model, &part) in today.share.cells() {
        mix[(ground.region[site], model)] += part * cars[model.index()];
    }
    let nation: f64 = cars.iter().sum();
    for region in ground.scenario.network.regions.ids() {
        let sum: f64 = mix.row(region).iter().sum();
        for (m, x) in mix.row_mut(region).iter_mut().enumerate() {
            *x = if sum > 0.0 { *x / sum } else { cars[m] / nation.max(1e-9) };
        }
    }
    mix
}

pub(super) fn parts(
    ground: &Ground,
    market: &Market,
    dealers: &[SiteId],
    this: &NetworkState,
    goods: &Goods,
    moves: Vec<room::Move>,
) -> room::Parts {
    let scenario = ground.scenario;
    let settings = &scenario.settings.simulation;
    let days = settings.days;
    let zones = zones(ground, market, dealers, this);
    let rate = rates(ground, market, dealers, this, &zones);
    let lead = mean_days(ground);
    let (rows, lead_times) = lead_rows(dealers.iter().map(|&d| lead[d]), settings.lead_time_cv);
    let position = |site: SiteId| dealers.binary_search(&site).ok().map(|d| d as u32);
    let factor = |w: usize, m: usize| {
        let path = &ground.forecast.national[ModelId::at(m)];
        if market.mean[m] > 0.0 { path.mean[w] / market.mean[m] } else { 0.0 }
    };
    room::Parts {
        days: days as u32,
        month: months(ground, days),
        regions: scenario.network.regions.len(),
        demand: market.demand.as_slice().to_vec(),
        day_factor: (0..market.mean.len()).map(|m| (0..days).map(|t| factor(t / 7, m)).collect()).collect(),
        market: room::Market {
            national_sd: settings.national_sd,
            regional_sd: settings.regional_sd,
            persistence: PERSISTENCE,
            dispersion: ground.forecast.dispersion,
        },
        behaviour: room::Behaviour {
            divert: settings.divert,
            further_dealers: settings.max_diversions.min(3) as u8,
            wait: settings.wait,
            wait_days: WAIT_DAYS,
            substitute: settings.substitute.min(1.0 - settings.wait),
        },
        dealers: dealers
            .iter()
            .zip(rows)
            .map(|(&site, lead_time)| {
                let storage = scenario.network.sites[site].storage.get();
                room::Dealer {
                    region: ground.region[site].index() as u32,
                    open: this.open[site].is_some(),
                    storage: (storage > 0).then_some(storage),
                    lead_time,
                    donors: donors(ground, dealers, site),
                }
            })
            .collect(),
        models: models(ground),
        policy: levels(ground, &rate, dealers, &lead, factor),
        trade: room::Trade {
            reserve: rate.iter().map(|r| (r * 14.0).ceil().clamp(1.0, 1000.0) as u16).collect(),
            least_age: scenario.settings.transfer.min_age_days as u16,
            weekly_share: scenario.settings.transfer.max_share,
            failure: TRADE_FAILURE,
        },
        rate,
        review_days: 7,
        supply: supply(ground, days.div_ceil(7)),
        sales_limit: sales_limits(ground, dealers, this),
        stock: goods
            .stock
            .iter()
            .filter_map(|lot| {
                let dealer = position(lot.site)?;
                let age_days = lot.age_days.min(3000) as u16;
                Some(room::Lot { dealer, model: lot.model.index() as u32, cars: lot.cars, age_days })
            })
            .collect(),
        pipeline: goods
            .arrivals
            .iter()
            .filter(|a| a.week.index() * 7 < days)
            .filter_map(|a| {
                let (dealer, day) = (position(a.site)?, a.week.index() as u32 * 7);
                Some(room::Arrival { dealer, model: a.model.index() as u32, cars: a.cars, day })
            })
            .collect(),
        moves,
        zones,
        lead_times,
    }
}

/// Month of each day, from 0.
fn months(ground: &Ground, days: usize) -> Vec<u16> {
    let today = ground.scenario.today;
    let of = |t: usize| {
        let day = today.saturating_add(jiff::Span::new().days(t as i64));
        i32::from(day.year()) * 12 + i32::from(day.month())
    };
    (0..days).map(|t| (of(t) - of(0)) as u16).collect()
}

/// Every zone's choices among the stores of all networks, and the weight of not buying here that makes the network
/// win what the nested choice says.
fn zones(ground: &Ground, market: &Market, dealers: &[SiteId], this: &NetworkState) -> Vec<room::Zone> {
    let network = &ground.scenario.network;
    network
        .zones
        .iter()
        .map(|(z, zone)| {
            let (mut choices, mut open_pull) = (Vec::new(), 0.0);
            for reach in ground.coverage.of_zone(z) {
                let Some(format) = this.open[reach.site].or(market.format[reach.site]) else { continue };
                let weight = ground.coverage.pull(network, format, reach.leg);
                if weight > 0.0 {
                    let dealer = dealers.binary_search(&reach.site).expect("stores of any network") as u32;
                    choices.push(room::Choice { dealer, weight });
                    open_pull += if this.open[reach.site].is_some() { weight } else { 0.0 };
                }
            }
            let won = share(ground, this, z);
            let most = market.most[z.index()];
            // P(here) = A / (A + outside) = won / most.
            let outside = if won > 0.0 { (open_pull * (most / won - 1.0)).max(0.0) } else { 1.0 };
            room::Zone { region: zone.region.index() as u32, choices, outside }
        })
        .collect()
}

/// Expected sales a day by dealer × model; of a dealer that more customers want than it can sell to, what it can.
fn rates(ground: &Ground, market: &Market, dealers: &[SiteId], this: &NetworkState, zones: &[room::Zone]) -> Vec<f64> {
    let models = ground.scenario.catalogue.models.len();
    let mut rate = vec![0.0; dealers.len() * models];
    for (z, zone) in zones.iter().enumerate() {
        let open: Vec<_> = zone.choices.iter().filter(|c| this.open[dealers[c.dealer as usize]].is_some()).collect();
        let all = zone.outside + open.iter().map(|c| c.weight).sum::<f64>();
        for c in open {
            let part = c.weight / all;
            let row = &mut rate[c.dealer as usize * models..][..models];
            for (r, d) in row.iter_mut().zip(market.demand.row(ZoneId::at(z))) {
                *r += part * d;
            }
        }
    }
    for (row, &site) in rate.chunks_mut(models.max(1)).zip(dealers) {
        let (asked, most) = (row.iter().sum::<f64>(), capacity(ground, this, site) / 365.0);
        if asked > most {
            row.iter_mut().for_each(|r| *r *= most / asked);
        }
    }
    rate
}

/// Cars a year that a store can sell in the format it has in a network.
fn capacity(ground: &Ground, this: &NetworkState, site: SiteId) -> f64 {
    let network = &ground.scenario.network;
    let at = &network.sites[site];
    let factor = |f: FormatId| network.formats[f].capacity_factor;
    at.capacity.get() * this.open[site].zip(at.format).map_or(1.0, |(now, own)| factor(now) / factor(own))
}

/// Order-up-to levels for every four weeks of the year: the demand that lead time and review do not exceed with the
/// service probability, at that season's rate.
fn levels(
    ground: &Ground,
    rate: &[f64],
    dealers: &[SiteId],
    lead: &crate::ids::IdVec<SiteId, f64>,
    factor: impl Fn(usize, usize) -> f64 + Sync,
) -> Policy {
    const SEASON_WEEKS: usize = 4;
    let service = ground.scenario.settings.replenishment.service;
    let weeks = ground.scenario.settings.simulation.days.div_ceil(7);
    let models = ground.scenario.catalogue.models.len();
    let seasons = weeks.div_ceil(SEASON_WEEKS);
    let known = ground.forecast.weeks();
    let of_season = |season: usize| {
        let mut levels = Vec::with_capacity(rate.len());
        for (d, &site) in dealers.iter().enumerate() {
            let cover = lead[site] + 7.0;
            let from = season * SEASON_WEEKS;
            let span = SEASON_WEEKS + (cover / 7.0).ceil() as usize;
            for m in 0..models {
                let mean: f64 = (from..from + span).map(|w| factor(w.min(known - 1), m)).sum::<f64>() / span as f64;
                let asked = rate[d * models + m] * cover * mean;
                let level =
                    if asked > 0.0 { Count::new(asked, ground.forecast.dispersion).quantile(service) } else { 0 };
                levels.push(level.min(u32::from(u16::MAX)) as u16);
            }
        }
        levels
    };
    let levels = (0..seasons).into_par_iter().flat_map_iter(of_season).collect();
    Policy::OrderUpTo { levels, season: (0..weeks).map(|w| (w / SEASON_WEEKS) as u16).collect() }
}

/// Build slots by model × week: the tables' for the horizon, then the forecast times the horizon's ratio of all slots to
/// the whole forecast (assumption: plants follow season and mix; what a dozen weeks give one model, a year need not).
fn supply(ground: &Ground, weeks: usize) -> Vec<u32> {
    let scenario = ground.scenario;
    let horizon = scenario.settings.horizon_weeks;
    let plants = super::lead::plants(ground);
    let slots = |model: ModelId, w: usize| -> u32 {
        plants.iter().map(|&p| scenario.supply[(p, model)].get(w).copied().unwrap_or(0)).sum()
    };
    let (mut offered, mut asked) = (0.0, 0.0);
    for (model, path) in ground.forecast.national.iter() {
        offered += (0..horizon).map(|w| f64::from(slots(model, w))).sum::<f64>();
        asked += path.mean[..horizon].iter().sum::<f64>();
    }
    let ratio = if asked > 0.0 { offered / asked } else { 0.0 };
    let row = |(model, path): (ModelId, &crate::demand::forecast::Path)| {
        let later = |w: usize| (path.mean[w] * ratio).round() as u32;
        (0..weeks).map(|w| if w < horizon { slots(model, w) } else { later(w) }).collect::<Vec<_>>()
    };
    ground.forecast.national.iter().flat_map(row).collect()
}

/// Cars that each dealer can sell in each week: its yearly capacity in the format it has, spread over the weeks as the
/// forecast spreads the nation's demand (assumption: staff follows the season), in whole cars upwards.
fn sales_limits(ground: &Ground, dealers: &[SiteId], this: &NetworkState) -> Vec<u32> {
    let weeks = ground.scenario.settings.simulation.days.div_ceil(7);
    let nation = |w: usize| ground.forecast.national.values().map(|p| p.mean[w]).sum::<f64>();
    let year: f64 = (0..52.min(ground.forecast.weeks())).map(nation).sum();
    let spread: Vec<f64> = (0..weeks).map(|w| if year > 0.0 { nation(w) / year } else { 1.0 / 52.0 }).collect();
    let row = |&site: &SiteId| {
        let capacity = capacity(ground, this, site) * 364.0 / 365.0;
        spread.iter().map(move |s| (capacity * s).ceil().min(f64::from(u32::MAX)) as u32).collect::<Vec<_>>()
    };
    dealers.iter().flat_map(row).collect()
}

fn models(ground: &Ground) -> Vec<room::Model> {
    let segments: Vec<&str> = {
        let mut names: Vec<&str> = ground.scenario.catalogue.models.values().map(|m| m.segment.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let discount = |price: Money| DISCOUNT.iter().map(|&(age, share)| (age, price * share)).collect();
    ground
        .scenario
        .catalogue
        .models
        .iter()
        .map(|(id, m)| room::Model {
            group: id.index() as u32,
            segment: segments.binary_search(&m.segment.as_str()).expect("its own segment") as u32,
            contribution: m.margin,
            lost_sale: m.lost_sale,
            holding: vec![(0, m.holding_per_day)],
            discount: discount(m.price),
        })
        .collect()
}

/// The nearest dealers as donors.
fn donors(ground: &Ground, dealers: &[SiteId], to: SiteId) -> Vec<room::Arc> {
    near_dealers(ground, dealers, to).into_iter().map(|(donor, cost)| room::Arc { donor, cost }).collect()
}

/// The nearest dealers within the transfer radius that give cars, by their position, with the cost of fetching one; none
/// for a dealer that takes none.
pub(super) fn near_dealers(ground: &Ground, dealers: &[SiteId], to: SiteId) -> Vec<(u32, Money)> {
    let network = &ground.scenario.network;
    let settings = &ground.scenario.settings.transfer;
    let target = network.sites[to].place;
    let mut near: Vec<(f64, u32)> = dealers
        .iter()
        .enumerate()
        .filter(|(_, d)| **d != to && network.sites[**d].consent.gives && network.sites[to].consent.takes)
        .map(|(k, &d)| (crate::network::travel::great_circle(network.sites[d].place, target).get(), k as u32))
        .filter(|(km, _)| km * 0.99 * network.travel.circuity <= settings.radius_km)
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    near.iter()
        .take(DONORS)
        .map(|&(_, k)| {
            let km = network.site_to_site(dealers[k as usize], to).distance.get();
            (k, settings.cost_fixed + settings.cost_per_km * km)
        })
        .collect()
}

/// A row of lead-time probabilities for every whole number of days among the means, and each mean's row: a normal
/// distribution of that mean and coefficient of variation, cut to whole days from 1.
fn lead_rows(means: impl Iterator<Item = f64>, cv: f64) -> (Vec<u32>, Vec<Vec<f64>>) {
    let days: Vec<u32> = means.map(|m| m.round().max(1.0) as u32).collect();
    let mut kinds = days.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let rows = days.iter().map(|d| kinds.binary_search(d).expect("a kind of its own") as u32).collect();
    let row = |mean: u32| {
        let (mean, sd) = (f64::from(mean), (f64::from(mean) * cv).max(1e-9));
        let last = (mean + 4.0 * sd).ceil().max(1.0) as usize;
        let below = |x: f64| crate::stats::normal::cumulative((x - mean) / sd);
        let mut p: Vec<f64> = (0..=last)
            .map(
                |l| if l == 0 { 0.0 } else { below(l as f64 + 0.5) - if l == 1 { 0.0 } else { below(l as f64 - 0.5) } },
            )
            .collect();
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|x| *x /= sum);
        p
    };
    (rows, kinds.into_iter().map(row).collect())
}

/// The week's transfers, and the cars that they leave at stores that close, which go on to other stores.
pub(super) fn all_moves(
    ground: &Ground,
    dealers: &[SiteId],
    state: &NetworkState,
    goods: &Goods,
    transfers: Option<&Transfers>,
) -> Result<Vec<room::Move>, Error> {
    let mut moves = transfers.map_or_else(Vec::new, |t| planned_moves(dealers, t));
    let before = goods.redirected.len();
    let after = goods.clone().after(ground, state, &transfers.map_or_else(Vec::new, Transfers::moved))?;
    for r in &after.redirected[before..] {
        let (Some(to), cars) = (r.to, r.cars) else { continue };
        let (from, to, model) = (place(dealers, r.from), place(dealers, to), r.model.index() as u32);
        let cost = Money::from_major(r.cost.major() / f64::from(cars));
        moves.push(room::Move { day: TRANSFER_DAY, from, to, model, cars, cost });
    }
    Ok(moves)
}

/// Position of a store in the simulation.
fn place(dealers: &[SiteId], site: SiteId) -> u32 {
    dealers.binary_search(&site).expect("a store of some network") as u32
}

/// The week's transfers, cars of the same model between the same dealers together.
fn planned_moves(dealers: &[SiteId], transfers: &Transfers) -> Vec<room::Move> {
    let mut moves: Vec<room::Move> = Vec::new();
    for m in &transfers.plan.moves {
        let ((from, model), (to, _)) = (transfers.cell(m.from), transfers.cell(m.to));
        let (from, to, model) = (place(dealers, from), place(dealers, to), model.index() as u32);
        match moves.last_mut() {
            Some(last) if (last.from, last.to, last.model, last.cost) == (from, to, model, m.cost) => last.cars += 1,
            _ => moves.push(room::Move { day: TRANSFER_DAY, from, to, model, cars: 1, cost: m.cost }),
        }
    }
    moves
}
