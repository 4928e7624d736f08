//! The algorithm: models in parallel, then prices on what they share, in turn until neither moves the bound; then
//! whole cars.

use super::account::{plan, shadow_prices};
use super::compact::{self, Shape};
use super::coupled;
use super::fairness::FairShare;
use super::handed::Handed;
use super::limits::Caps;
use super::master::{Field, Master, Mixture};
use super::plan::Plan;
use super::prices::{Limit, Prices, Routed};
use super::problem::{Error, Problem};
use super::view::View;
use super::whole::Whole;
use crate::lp::Limits;
use crate::progress::Observer;
use rayon::prelude::*;
use std::time::Instant;

/// Cells up to which one master prices everything together.
const JOINT: usize = 150;
/// Cells times weeks up to which [`Options::exact`] has an effect.
const EXACT: usize = 600;
/// Share of the bound by which a turn of prices must raise it to be followed by another.
const PROGRESS: f64 = 1e-6;

/// How much work a plan may cost.
#[derive(Clone, Debug)]
pub struct Options {
    /// Limits on work, the stop flag and, if wanted, the clock.
    pub limits: Limits,
    /// Most price rounds on storage, credit and fleets.
    pub rounds: usize,
    /// Most passes of the improvement of whole plans.
    pub passes: usize,
    /// Nodes of a search over the whole model at once, for problems small enough for it; 0 for none.
    pub exact: u64,
    /// Whether cars may change hands inside the plan ([`super::problem::Data::transfers`]).
    pub transfers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), rounds: 8, passes: 3, exact: 0, transfers: false }
    }
}

/// A state of the prices with what it proves.
#[derive(Default)]
struct Dual {
    bound: f64,
    prices: Prices,
    /// Mixture of each cell.
    parts: Vec<Mixture>,
}

/// Computes a whole plan and proves how far it can be from the best one.
///
/// # Errors
/// [`Error::Solver`] when the solver gives up.
pub fn solve(problem: &Problem, options: &Options, observer: &dyn Observer) -> Result<Plan, Error> {
    let started = Instant::now();
    let late = || options.limits.seconds.is_some_and(|s| started.elapsed().as_secs_f64() > s);
    let stopped = || options.limits.stop.raised() || late();
    let fair = FairShare::new(problem);
    let views = views(problem, &fair);
    let mut made = if options.transfers && !problem.data().transfers.is_empty() {
        with_transfers(problem, &views, &fair, options, &stopped, observer)?
    } else {
        without_transfers(problem, &views, options, &stopped, observer)?.0
    };
    made.fair_cover.clone_from(&fair.cover);
    made.repeatable = !late() && !options.limits.stop.raised();
    Ok(made)
}

fn views(problem: &Problem, fair: &FairShare) -> Vec<View> {
    (0..problem.data().cells.len()).into_par_iter().map(|c| View::new(problem, c, fair)).collect()
}

/// The plan in which no car changes hands, and its schedules.
fn without_transfers(
    problem: &Problem,
    views: &[View],
    options: &Options,
    stopped: &(dyn Fn() -> bool + Sync),
    observer: &dyn Observer,
) -> Result<(Plan, Vec<Routed>), Error> {
    let caps = Caps::new(problem, views);
    let limits = Limits { seconds: None, ..options.limits.clone() };
    let field = Field { problem, views, caps: &caps };
    let mut masters = masters(field);
    let (mut best, rounds) = price(field, &mut masters, options, stopped, observer)?;
    refine(&mut masters, &mut best, &limits)?;
    observer.stage("replenish: whole cars", options.passes as u64);
    let mut whole = Whole::empty(problem, views, &caps);
    whole.adopt(&best.parts, &best.prices);
    for _ in 0..options.passes {
        whole.improve(&best.prices, options.passes, stopped);
        observer.advance(1);
        let runs = whole.improve_runs(stopped);
        if runs + whole.improve_pairs(&best.prices, stopped) <= 1e-7 {
            break;
        }
    }
    let prices = shadow_prices(&best.prices);
    let mut routes = whole.routes;
    let mut made = plan(problem, views, &routes, &prices);
    made.bound = best.bound.min(made.cost.total());
    if let Some((better, bound)) = exact(problem, views, &made, options)? {
        routes = better;
        made = plan(problem, views, &routes, &prices);
        made.bound = bound.max(best.bound).min(made.cost.total());
    }
    made.proved = best.bound.min(made.cost.total());
    made.prices = prices;
    made.rounds = rounds;
    Ok((made, routes))
}

/// The plan in which cars change hands: orders for dealers who give and take as the relaxation says, then the cars
/// that change hands beside these orders. The bound is the relaxation's.
fn with_transfers(
    problem: &Problem,
    views: &[View],
    fair: &FairShare,
    options: &Options,
    stopped: &(dyn Fn() -> bool + Sync),
    observer: &dyn Observer,
) -> Result<Plan, Error> {
    let limits = Limits { seconds: None, ..options.limits.clone() };
    observer.stage("replenish: relaxation with transfers", 0);
    let mut handed = Handed::new(problem, views, fair, &limits)?;
    let shifted = Problem::new(handed.shifted(problem))?;
    let shifted_fair = FairShare::new(&shifted);
    let inner = Options { exact: 0, ..options.clone() };
    let (_, routes) = without_transfers(&shifted, &self::views(&shifted, &shifted_fair), &inner, stopped, observer)?;
    let made = plan(problem, views, &routes, &handed.prices);
    if let Some(plan) = handed.hand_on(problem, views, made, &limits)? {
        return Ok(plan);
    }
    let (mut made, _) = without_transfers(problem, views, &inner, stopped, observer)?;
    made.bound = handed.bound.min(made.cost.total());
    Ok(made)
}

/// Small problems once more as one programme: the schedules of the better plan, and the bound.
fn exact(
    problem: &Problem,
    views: &[View],
    made: &Plan,
    options: &Options,
) -> Result<Option<(Vec<Routed>, f64)>, Error> {
    let size = problem.data().cells.len() * problem.data().weeks;
    if options.exact == 0 || size > EXACT || made.gap() <= 1e-9 || options.limits.stop.raised() {
        return Ok(None);
    }
    let shape = Shape { integer: true, transfers: false, sell_first: true };
    let limits = Limits { gap: 1e-9, nodes: Some(options.exact), seconds: None, ..options.limits.clone() };
    let whole = match compact::solve(problem, shape, &limits) {
        Ok(whole) => whole,
        Err(Error::Impossible(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let mut routes = vec![Routed::none(problem.data().weeks); views.len()];
    for &(c, plant, week, cars) in &whole.orders {
        let Some((t, o)) = offer_of(problem, &views[c], plant, week) else { continue };
        routes[c].packs[t] += (cars / views[c].pack).round() as u16;
        routes[c].offers[t] = o;
    }
    // Two plants that deliver to a cell in the same week do not fit one schedule; then the plan at hand stays.
    let found = plan(problem, views, &routes, &shadow_prices(&Prices::free(problem)));
    let right = (found.cost.total() - whole.objective).abs() <= 1e-6 * (1.0 + whole.objective.abs());
    Ok((right && found.cost.total() < made.cost.total() + 1e-6).then_some((routes, whole.bound)))
}

/// Week of arrival and number of the offer behind an order.
fn offer_of(problem: &Problem, view: &View, plant: usize, week: usize) -> Option<(usize, u8)> {
    let mine = |o: &super::view::Offer| o.week == week && problem.data().lanes[o.lane].plant == plant;
    view.offers.iter().enumerate().find_map(|(t, offers)| Some((t, offers.iter().position(mine)? as u8)))
}

/// The masters of the models, or one of everything where that is small.
fn masters(field: Field<'_>) -> Vec<Master<'_>> {
    let data = field.problem.data();
    let slots = |m: Option<usize>| -> Vec<Limit> {
        let mine = data.supply.iter().enumerate().filter(|s| m.is_none_or(|m| s.1.model == m));
        mine.flat_map(|(s, _)| (data.freeze..data.weeks).map(move |w| Limit::Slot(s, w))).collect()
    };
    let goal = |m: usize| data.models[m].fill_goal.filter(|g| g.penalty > 0.0).map(|_| Limit::Fill(m));
    if data.cells.len() <= JOINT {
        let mut own = slots(None);
        own.extend((0..data.models.len()).filter_map(goal));
        own.extend(coupled::limits(field));
        return vec![Master::new(field, (0..data.cells.len()).collect(), own)];
    }
    let one = |m: usize| {
        let own = slots(Some(m)).into_iter().chain(goal(m)).collect();
        Master::new(field, field.problem.cells_of_model(m).to_vec(), own)
    };
    (0..data.models.len()).map(one).collect()
}

/// Prices of all limits and the bound they prove.
fn price(
    field: Field,
    masters: &mut [Master],
    options: &Options,
    stopped: &dyn Fn() -> bool,
    observer: &dyn Observer,
) -> Result<(Dual, usize), Error> {
    let limits = Limits { seconds: None, ..options.limits.clone() };
    let mut prices = Prices::free(field.problem);
    let mut best = Dual { bound: f64::NEG_INFINITY, ..Dual::default() };
    let mut rounds = 0;
    loop {
        rounds += 1;
        let stage = if rounds == 1 { "replenish: models" } else { "replenish: prices on storage, credit, fleets" };
        observer.stage(stage, masters.len() as u64);
        let next = models(field, masters, &mut prices, &limits, observer)?;
        let progress = next.bound - best.bound;
        let over = field.caps.excess(field.problem, field.views, &next.parts);
        if next.bound > best.bound {
            best = next;
        }
        let last = masters.len() == 1 && field.problem.data().cells.len() <= JOINT;
        if last || over.is_empty() || progress <= PROGRESS * best.bound.abs() || rounds > options.rounds || stopped() {
            return Ok((best, rounds));
        }
        coupled::price(field, &mut prices, &over, &limits)?;
    }
}

/// Finer mixtures where a master had to mix.
fn refine(masters: &mut [Master], best: &mut Dual, limits: &Limits) -> Result<(), Error> {
    let prices = &best.prices;
    let chosen: Vec<_> = masters.par_iter_mut().map(|m| m.refine(prices, limits)).collect::<Result<Vec<_>, Error>>()?;
    for (master, parts) in masters.iter().zip(chosen) {
        for (&c, mixture) in master.cells.iter().zip(parts.into_iter().flatten()) {
            best.parts[c] = mixture;
        }
    }
    Ok(())
}

/// One turn of all models at the prices of what they share; own prices go into `prices`.
fn models(
    field: Field,
    masters: &mut [Master],
    prices: &mut Prices,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Dual, Error> {
    let given = &*prices;
    let answers: Vec<_> = masters
        .par_iter_mut()
        .map(|master| {
            let answer = master.solve(given, limits);
            observer.advance(1);
            answer
        })
        .collect::<Result<_, _>>()?;
    let mut shared = given.clone();
    let mut dual = Dual { parts: vec![Vec::new(); field.views.len()], ..Dual::default() };
    for (master, answer) in masters.iter().zip(answers) {
        dual.bound += answer.bound;
        for (limit, price) in answer.prices {
            prices.set(limit, price);
            shared.set(limit, 0.0);
        }
        for (&c, parts) in master.cells.iter().zip(answer.parts) {
            dual.parts[c] = parts;
        }
    }
    dual.bound += field.caps.fixed - field.caps.value(&shared);
    dual.prices.clone_from(prices);
    Ok(dual)
}
