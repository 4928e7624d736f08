//! The road from a problem to a checked plan.

use super::plan::Plan;
use super::problem::Problem;
use super::tours::{driving, quantities};
use super::{certificate, exact, search};
use crate::lp;
use crate::progress::Observer;
use crate::routing::control::Meter;
use crate::routing::{End, Error, Limits};
use crate::stats::stream::{Key, Purpose};
use std::time::Instant;

/// Steps for a customer when neither steps nor seconds are given.
const STEPS: u64 = 4000;

/// Finds a plan (the cheapest, proved, when there are few customers) and checks it. `limits.iterations` counts ruin-and-recreate steps.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Error> {
    let start = Instant::now();
    let few = problem.data().customers.len() <= exact::CUSTOMERS;
    observer.stage(if few { "exact" } else { "search" }, 0);
    let plan = if few { prove(problem, limits)? } else { improve(problem, limits, start)? };
    let faults = certificate::faults(problem, &plan);
    if faults.is_empty() { Ok(plan) } else { Err(Error::Certificate(faults.join("; "))) }
}

fn prove(problem: &Problem, limits: &Limits) -> Result<Plan, Error> {
    let failed = |e: lp::Failure| Error::Unserved(e.to_string());
    let work = lp::Limits { gap: 1e-9, seconds: limits.seconds, stop: limits.stop.clone(), ..lp::Limits::default() };
    let (mut days, solution) = exact::solve(problem, &work)?;
    if !solution.has_point() {
        return Err(Error::Unserved("no choice of deliveries keeps every customer supplied".into()));
    }
    let holding = quantities(problem, &mut days).map_err(failed)?;
    let holding = holding.ok_or_else(|| Error::Certificate("the chosen tours cannot bring enough".into()))?;
    let cost = driving(problem, &days) + holding;
    let end = match solution.status {
        lp::Status::Optimal => End::Proved,
        lp::Status::TimeLimit => End::TimeLimit,
        lp::Status::Interrupted => End::Interrupted,
        _ => End::WorkLimit,
    };
    // Costs are whole: nothing lies between the bound and the next whole number.
    let bound = (solution.bound - 1e-6 * cost as f64).ceil().min(cost as f64);
    let bound = Some(if end == End::Proved { cost as f64 } else { bound });
    Ok(Plan { driving: cost - holding, holding, days, bound, end, steps: 0 })
}

pub(super) fn improve(problem: &Problem, limits: &Limits, start: Instant) -> Result<Plan, Error> {
    let steps = match (limits.iterations, limits.seconds) {
        (None, None) => Some(STEPS * problem.data().customers.len().max(1) as u64),
        (steps, _) => steps,
    };
    let mut meter = Meter::new(start, steps, limits.seconds, limits.stop.clone());
    let mut dice = Key { seed: limits.seed, purpose: Purpose::Routing, replication: 1, entity: 0, day: 0 }.stream();
    let (days, driving, holding) = search::search(problem, &mut meter, &mut dice)?;
    Ok(Plan { days, driving, holding, bound: None, end: meter.end(), steps: meter.done() })
}
