//! The algorithm: models in parallel, prices on what they share, then whole cars.

use super::account::{plan, shadow_prices};
use super::fairness::FairShare;
use super::limits::Caps;
use super::master::{self, Coupling, Mixture};
use super::plan::Plan;
use super::problem::{Error, Problem};
use super::view::View;
use super::whole::Whole;
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
    for _ in 0..options.passes {
        whole.improve(mixtures, options.passes, stopped);
        if whole.improve_pairs(mixtures, stopped) <= 1e-7 {
            break;
        }
    }
    whole
}

/// The bound of the whole problem: the models' bounds, what is fixed, less the shared limits at their prices.
fn total_bound(mixtures: &[Mixture], coupling: &Coupling, caps: &Caps) -> f64 {
    mixtures.iter().map(|m| m.bound).sum::<f64>() + caps.fixed - caps.value(coupling)
}
