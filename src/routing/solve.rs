//! The road from a problem to a checked plan.

use super::control::{Limits, Meter};
use super::measure::{Cost, Distance};
use super::plan::{Plan, Tour};
use super::problem::{Goal, Problem};
use super::search::{Ground, Search, Tuning};
use super::{Error, certificate};
use crate::progress::Observer;
use crate::stats::stream::{Key, Purpose};
use std::time::Instant;

/// Steps for a request when neither steps nor seconds are given.
const STEPS: u64 = 5_000;
/// Share of the budget that may be spent on fewer vehicles.
const SHRINK: f64 = 0.3;

/// Searches for a plan and checks it.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Error> {
    solve_with(problem, limits, &Tuning::of(problem), observer)
}

/// The same with other steering numbers.
pub fn solve_with(problem: &Problem, limits: &Limits, tuning: &Tuning, observer: &dyn Observer) -> Result<Plan, Error> {
    run(problem, None, limits, tuning, observer)
}

/// Searches on from tours that serve every request.
pub fn improve(
    problem: &Problem,
    tours: &[Tour],
    limits: &Limits,
    tuning: &Tuning,
    observer: &dyn Observer,
) -> Result<Plan, Error> {
    run(problem, Some(tours), limits, tuning, observer)
}

fn run(
    problem: &Problem,
    tours: Option<&[Tour]>,
    limits: &Limits,
    tuning: &Tuning,
    observer: &dyn Observer,
) -> Result<Plan, Error> {
    let start = Instant::now();
    let ground = Ground::new(problem);
    let dice = Key { seed: limits.seed, purpose: Purpose::Routing, replication: 0, entity: 0, day: 0 }.stream();
    let mut search = match tours {
        None => Search::new(&ground, *tuning, dice),
        Some(tours) => Search::from(&ground, *tuning, dice, tours),
    };
    let steps = match (limits.iterations, limits.seconds) {
        (None, None) => Some(STEPS * (ground.requests() as u64).max(1)),
        (steps, _) => steps,
    };
    // What is left of the budget, or a share of it.
    let meter = |done: u64, share: f64| {
        let steps = steps.map(|s| (s.saturating_sub(done) as f64 * share).ceil() as u64);
        let seconds = limits.seconds.map(|s| (s - start.elapsed().as_secs_f64()).max(0.0) * share);
        Meter::new(Instant::now(), steps, seconds, limits.stop.clone())
    };
    let mut done = 0;
    let vehicles_first = problem.data().goal == Goal::VehiclesThenCost;
    // Fewer vehicles get a share of the budget, requests that nobody takes yet all of it.
    for (wanted, share) in [(vehicles_first, SHRINK), (false, 1.0)] {
        if wanted || !search.absent().is_empty() {
            observer.stage("vehicles", 0);
            let mut budget = meter(done, share);
            search.shrink(&mut budget, if wanted { least(problem) } else { usize::MAX });
            done += budget.done();
        }
    }
    if !search.absent().is_empty() {
        let names: Vec<_> = search.absent().iter().take(5).map(|&r| format!("request {r}")).collect();
        return Err(Error::Unserved(format!("{} of {}", names.join(", "), search.absent().len())));
    }
    observer.stage("distance", 0);
    let mut meter = meter(done, 1.0);
    search.anneal(&mut meter);
    let tours = search.tours();
    let mut plan =
        Plan { tours, distance: Distance::ZERO, cost: Cost::ZERO, end: meter.end(), iterations: done + meter.done() };
    price(problem, &mut plan);
    let faults = certificate::faults(problem, &plan);
    if !faults.is_empty() {
        return Err(Error::Certificate(faults.join("; ")));
    }
    Ok(plan)
}

fn price(problem: &Problem, plan: &mut Plan) {
    let data = problem.data();
    for tour in &plan.tours {
        let kind = &data.fleet[tour.kind];
        let stops: Vec<_> = [kind.start].into_iter().chain(tour.visits.iter().copied()).chain([kind.end]).collect();
        let length: Distance = stops.windows(2).map(|w| data.matrix.distance(w[0], w[1])).sum();
        plan.distance += length;
        plan.cost += kind.fixed + length.at_rate(kind.rate);
    }
}

/// No plan has fewer vehicles: all loads together (deliveries from the depot), or one.
fn least(problem: &Problem) -> usize {
    let data = problem.data();
    if problem.paired() {
        return 1;
    }
    let whole: i64 = data.requests.iter().map(|r| r.load.get()).sum();
    let largest = data.fleet.iter().map(|k| k.capacity.get()).max().unwrap_or(1).max(1);
    (whole as u64).div_ceil(largest as u64).max(1) as usize
}
