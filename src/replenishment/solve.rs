//! The algorithm: models in parallel, prices on what they share, then whole cars.

use super::account::{plan, shadow_prices};
use super::fairness::FairShare;
use super::master::{self, Coupling, Mixture};
use super::plan::Plan;
use super::problem::{Error, Problem};
use super::view::View;
use super::whole::{Whole, run_cost, stock_path};
use crate::lp::Limits;
use crate::progress::Observer;
use rayon::prelude::*;
use std::time::Instant;

/// How much work a plan may cost.
#[derive(Clone, Debug)]
pub struct Options {
    /// Limits on work, the stop flag and, if wanted, the clock.
    pub limits: Limits,
    /// Most price rounds on storage, credit and fleets.
    pub rounds: usize,
    /// Most passes of the improvement of whole plans.
    pub passes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), rounds: 8, passes: 3 }
    }
}

/// Computes a whole plan and proves how far it can be from the best one.
///
/// # Errors
/// [`Error::Solver`] when the solver gives up; [`Error::Impossible`] when inner transfers are asked of this
/// algorithm.
pub fn solve(problem: &Problem, options: &Options, observer: &dyn Observer) -> Result<Plan, Error> {
    let started = Instant::now();
    let late = || options.limits.seconds.is_some_and(|s| started.elapsed().as_secs_f64() > s);
    let stopped = || options.limits.stop.raised() || late();
    let data = problem.data();
    let fair = FairShare::new(problem);
    let views: Vec<View> = (0..data.cells.len()).into_par_iter().map(|c| View::new(problem, c, &fair)).collect();
    let limits = Limits { seconds: None, ..options.limits.clone() };

    let mut coupling = Coupling::default();
    let caps = Caps::new(problem, &views);
    observer.stage("replenish: models", data.models.len() as u64);
    let mut mixtures = all_models(problem, &views, &coupling, &limits, observer)?;
    let mut bound = total_bound(&mixtures, &coupling, &caps);
    let mut chosen = coupling.clone();
    let mut rounds = 1;
    let mut whole = build(problem, &views, &mixtures, options, &stopped);
    let mut best = plan(problem, &views, &whole.routes, &shadow_prices(problem, &mixtures, &coupling));
    while rounds <= options.rounds && !stopped() && caps.any() {
        let over = caps.excess(problem, &views, &mixtures, &coupling);
        let size: f64 = over.norm();
        if size <= 1e-9 {
            break;
        }
        // Polyak's step: the distance to the best known plan over the square of the excess.
        let step = (best.cost.total() - bound).max(1e-6 * best.cost.total().abs()) / size;
        coupling = caps.moved(&coupling, &over, step);
        observer.stage("replenish: prices on storage, credit, fleets", data.models.len() as u64);
        let next = all_models(problem, &views, &coupling, &limits, observer)?;
        let value = total_bound(&next, &coupling, &caps);
        whole = build(problem, &views, &next, options, &stopped);
        let candidate = plan(problem, &views, &whole.routes, &shadow_prices(problem, &next, &coupling));
        if candidate.cost.total() < best.cost.total() {
            best = candidate;
        }
        if value > bound {
            bound = value;
            chosen.clone_from(&coupling);
        }
        mixtures = next;
        rounds += 1;
    }
    best.bound = bound.min(best.cost.total());
    best.prices = shadow_prices(problem, &mixtures, &chosen);
    best.fair_cover.clone_from(&fair.cover);
    best.rounds = rounds;
    best.repeatable = !late() && !options.limits.stop.raised();
    Ok(best)
}

fn all_models(
    problem: &Problem,
    views: &[View],
    coupling: &Coupling,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Vec<Mixture>, Error> {
    let one = |m: usize| {
        let answer = master::solve(problem, m, views, coupling, limits);
        observer.advance(1);
        answer
    };
    (0..problem.data().models.len()).into_par_iter().map(one).collect()
}

fn build<'a>(
    problem: &'a Problem,
    views: &'a [View],
    mixtures: &[Mixture],
    options: &Options,
    stopped: &dyn Fn() -> bool,
) -> Whole<'a> {
    let mut whole = Whole::empty(problem, views);
    whole.adopt(mixtures);
    whole.improve(mixtures, options.passes, stopped);
    whole
}

/// The bound of the whole problem: the models' bounds, what is fixed, less the shared limits at their prices.
fn total_bound(mixtures: &[Mixture], coupling: &Coupling, caps: &Caps) -> f64 {
    mixtures.iter().map(|m| m.bound).sum::<f64>() + caps.fixed - caps.value(coupling)
}

/// The limits that models share, net of nothing, and the cost that no decision changes.
struct Caps {
    storage: Vec<Vec<f64>>,
    credit: Vec<Vec<f64>>,
    fleet: Vec<Vec<f64>>,
    /// Cost of fixed orders: lanes, and carriers as far as the relaxation counts them.
    fixed: f64,
    fixed_load: Vec<Vec<f64>>,
}

/// Excess of use over limit (negative: room), zero where there is no limit.
struct Excess {
    storage: Vec<Vec<f64>>,
    credit: Vec<Vec<f64>>,
    fleet: Vec<Vec<f64>>,
}

impl Excess {
    fn norm(&self) -> f64 {
        [&self.storage, &self.credit, &self.fleet].into_iter().flatten().flatten().map(|v| v * v).sum()
    }
}

impl Caps {
    fn new(problem: &Problem, views: &[View]) -> Self {
        let data = problem.data();
        let (storage, credit) = stock_caps(problem, views);
        let mut fixed_load = vec![vec![0.0; data.weeks]; data.carriers.len()];
        let mut fixed = 0.0;
        for (c, cell) in data.cells.iter().enumerate() {
            for order in &cell.fixed {
                let Some(lane) = problem.lane(c, order.plant) else { continue };
                fixed += data.lanes[lane].cost * f64::from(order.cars);
                if let Some(k) = problem.carrier_of_lane(lane) {
                    fixed_load[k][order.week] += f64::from(order.cars) * problem.model_of(c).slots;
                }
            }
        }
        let mut fleet = vec![Vec::new(); data.carriers.len()];
        for (k, carrier) in data.carriers.iter().enumerate() {
            for (week, &load) in fixed_load[k].iter().enumerate() {
                let (runs, _, cost) = run_cost(problem, k, load);
                // In frozen weeks the runs are known; later the relaxation counts each slot at the price of a full run.
                fixed += if week < data.freeze { cost } else { load / carrier.capacity * carrier.cost };
                if let Some(limit) = carrier.fleet {
                    fleet[k].push(f64::from(limit).max(runs) * carrier.capacity);
                }
            }
        }
        Self { storage, credit, fleet, fixed, fixed_load }
    }

    fn any(&self) -> bool {
        [&self.storage, &self.credit, &self.fleet].into_iter().flatten().any(|v| !v.is_empty())
    }

    /// Σ price · limit.
    fn value(&self, coupling: &Coupling) -> f64 {
        let dot = |caps: &[Vec<f64>], prices: &[Vec<f64>]| -> f64 {
            caps.iter().zip(prices).flat_map(|(c, p)| c.iter().zip(p)).map(|(c, p)| c * p).sum()
        };
        let fixed = dot(&self.fixed_load, &coupling.fleet);
        dot(&self.storage, &coupling.storage) + dot(&self.credit, &coupling.credit) + dot(&self.fleet, &coupling.fleet)
            - fixed
    }

    /// Use of the shared limits by the mixtures, less the limits; room counts only where a price could fall.
    fn excess(&self, problem: &Problem, views: &[View], mixtures: &[Mixture], coupling: &Coupling) -> Excess {
        let data = problem.data();
        let negative =
            |caps: &[Vec<f64>]| -> Vec<Vec<f64>> { caps.iter().map(|w| w.iter().map(|c| -c).collect()).collect() };
        let mut over =
            Excess { storage: negative(&self.storage), credit: negative(&self.credit), fleet: negative(&self.fleet) };
        for (k, weeks) in over.fleet.iter_mut().enumerate() {
            weeks.iter_mut().zip(&self.fixed_load[k]).for_each(|(o, load)| *o += load);
        }
        for (m, mixture) in mixtures.iter().enumerate() {
            for (&c, parts) in problem.cells_of_model(m).iter().zip(&mixture.parts) {
                let (dealer, model) = (data.cells[c].dealer, problem.model_of(c));
                for (weight, route) in parts {
                    for (t, stock) in stock_path(&views[c], &route.packs).into_iter().enumerate() {
                        over.storage[dealer].get_mut(t).into_iter().for_each(|o| *o += weight * stock);
                        over.credit[dealer].get_mut(t).into_iter().for_each(|o| *o += weight * stock * model.price);
                    }
                    for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
                        let offer = &views[c].offers[t][route.offers[t] as usize];
                        let load = weight * f64::from(packs) * views[c].pack * model.slots;
                        if let Some(k) = problem.carrier_of_lane(offer.lane) {
                            over.fleet[k].get_mut(offer.week).into_iter().for_each(|o| *o += load);
                        }
                    }
                }
            }
        }
        for (table, prices) in [
            (&mut over.storage, &coupling.storage),
            (&mut over.credit, &coupling.credit),
            (&mut over.fleet, &coupling.fleet),
        ] {
            for (r, row) in table.iter_mut().enumerate() {
                for (t, o) in row.iter_mut().enumerate() {
                    let price = prices.get(r).and_then(|p| p.get(t)).copied().unwrap_or(0.0);
                    if *o < 1e-9 && price <= 0.0 {
                        *o = 0.0;
                    }
                }
            }
        }
        over
    }

    /// Prices after a step along the excess.
    fn moved(&self, coupling: &Coupling, over: &Excess, step: f64) -> Coupling {
        let shift = |prices: &[Vec<f64>], over: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let row = |(r, o): (usize, &Vec<f64>)| {
                let old = |t: usize| prices.get(r).and_then(|p| p.get(t)).copied().unwrap_or(0.0);
                o.iter().enumerate().map(|(t, v)| (old(t) + step * v).max(0.0)).collect()
            };
            over.iter().enumerate().map(row).collect()
        };
        Coupling {
            storage: shift(&coupling.storage, &over.storage),
            credit: shift(&coupling.credit, &over.credit),
            fleet: shift(&coupling.fleet, &over.fleet),
        }
    }
}

/// Storage and credit by dealer and week, never below the stock that stands there if nothing is ordered.
fn stock_caps(problem: &Problem, views: &[View]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let data = problem.data();
    let mut caps = (Vec::new(), Vec::new());
    for (d, dealer) in data.dealers.iter().enumerate() {
        let (mut cars, mut money) = (vec![0.0_f64; data.weeks], vec![0.0_f64; data.weeks]);
        if dealer.storage.is_some() || dealer.credit.is_some() {
            for &c in problem.cells_of_dealer(d) {
                for (t, stock) in stock_path(&views[c], &vec![0; data.weeks]).into_iter().enumerate() {
                    cars[t] += stock;
                    money[t] += stock * problem.model_of(c).price;
                }
            }
        }
        let cap = |limit: Option<f64>, idle: &[f64]| {
            limit.map_or_else(Vec::new, |l| idle.iter().map(|&v| v.max(l)).collect())
        };
        caps.0.push(cap(dealer.storage, &cars));
        caps.1.push(cap(dealer.credit, &money));
    }
    caps
}
