//! The road from loads to checked tours.

use super::bound::{self, Bound};
use super::certificate;
use super::parts::{Piece, cut, pairs, tours, trips};
use super::plan::{Call, Plan, Trip};
use super::problem::{Data, Freight, Problem};
use crate::lp::Stop;
use crate::progress::Silent;
use crate::routing::{Error, Limits, Tuning, improve, solve_with};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Fewest loads of a part that is priced.
const LEAST: usize = 2;

/// How much work a search may do.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Key of all draws.
    pub seed: u64,
    /// Ruin-and-recreate steps for each load, by round.
    pub steps: Vec<u64>,
    /// Most loads of a part.
    pub together: usize,
    /// Wall-clock seconds of the whole search; the answer is not repeatable if they strike.
    pub seconds: Option<f64>,
    /// Raised from outside to stop.
    pub stop: Stop,
}

/// Steps that a round shares out among the loads, and the fewest and most a load gets.
const STEPS: (u64, u64, u64) = (600_000, 40, 400);
/// Rounds of a search.
const ROUNDS: usize = 3;

impl Effort {
    /// Work for so many loads: a small week gets more for each, a large one grows with its loads.
    pub fn of(loads: usize, seed: u64) -> Self {
        let (all, fewest, most) = STEPS;
        let steps = (all / loads.max(1) as u64).clamp(fewest, most);
        Self { seed, steps: vec![steps; ROUNDS], together: 300, seconds: None, stop: Stop::new() }
    }
}

/// Searches for tours that carry every load, and checks them.
pub fn solve(problem: &Arc<Problem>, effort: &Effort) -> Result<Plan, Error> {
    let (data, began) = (problem.data(), Instant::now());
    let smallest = data.loads.iter().map(|l| l.size).min().unwrap_or(0);
    let full = |k: &usize| data.loads[*k].size + smallest > problem.largest() && data.loads.len() > effort.together;
    let (straight, open): (Vec<usize>, Vec<usize>) = (0..data.loads.len()).partition(full);
    let mut found: Vec<Trip> = straight.iter().map(|&k| direct(problem, k)).collect::<Result<_, _>>()?;
    let mut plan = Plan { trips: Vec::new(), cost: 0, parts: 0, repeatable: true };
    let mut current: Vec<Trip> = Vec::new();
    for (round, &steps) in effort.steps.iter().enumerate() {
        let parts: Vec<(Vec<usize>, Vec<Trip>)> = if round == 0 {
            cut(open.iter().map(|&k| by_origin(problem, k)).collect(), effort.together)
                .into_iter()
                .map(|mut part| {
                    part.sort_unstable();
                    (part, Vec::new())
                })
                .collect()
        } else {
            let pieces = current.iter().enumerate().map(|(i, t)| by_tour(problem, i, t, round));
            let groups = cut(pieces.collect(), effort.together);
            groups.into_iter().map(|group| together(&current, &group)).collect()
        };
        plan.parts += parts.len();
        // The largest first, so that no thread is left with one at the end.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&p| (std::cmp::Reverse(parts[p].0.len()), p));
        let solved: Vec<Result<(Vec<Trip>, bool), Error>> = order
            .par_iter()
            .with_max_len(1)
            .map(|&p| {
                let key = effort.seed.wrapping_add((round as u64) << 40 | (p as u64) << 20);
                let left = effort.seconds.map(|s| (s - began.elapsed().as_secs_f64()).max(0.0));
                part(problem, &parts[p], steps, key, &Effort { seconds: left, ..effort.clone() })
            })
            .collect();
        current = Vec::new();
        for answer in solved {
            let (trips, again) = answer?;
            current.extend(trips);
            plan.repeatable &= again;
        }
        current.sort_by(|a, b| a.calls.cmp(&b.calls));
        if effort.stop.raised() {
            plan.repeatable = false;
            break;
        }
    }
    found.append(&mut current);
    found.sort_by(|a, b| a.calls.cmp(&b.calls));
    plan.cost = found.iter().map(|t| cost(problem, t)).sum();
    plan.trips = found;
    let faults = certificate::faults(problem, &plan);
    if faults.is_empty() { Ok(plan) } else { Err(Error::Certificate(faults.join("; "))) }
}

/// The largest parts that can be priced, each searched alone with the work a load gets in the week.
pub fn priced(problem: &Arc<Problem>, effort: &Effort, most: usize) -> Result<Vec<(Plan, Bound)>, Error> {
    let mut parts = bound::parts(problem, LEAST);
    parts.truncate(most);
    let price = |part: Vec<usize>| -> Result<Option<(Plan, Bound)>, Error> {
        let Some(bound) = bound::bound(problem, &part)? else { return Ok(None) };
        let data = problem.data();
        let loads = part.iter().map(|&k| data.loads[k].clone()).collect();
        let alone = Problem::new(Data { loads, ..data.clone() })?;
        Ok(Some((solve(&Arc::new(alone), effort)?, bound)))
    };
    let found: Vec<Result<Option<_>, Error>> = parts.into_par_iter().with_max_len(1).map(price).collect();
    found.into_iter().filter_map(Result::transpose).collect()
}

/// What a trip costs.
pub(super) fn cost(problem: &Problem, trip: &Trip) -> i64 {
    let class = &problem.data().classes[trip.class];
    class.fixed + class.rate * length(problem, &trip.calls)
}

/// Tenths of a kilometre of a tour.
pub(super) fn length(problem: &Problem, calls: &[Call]) -> i64 {
    calls.windows(2).map(|w| i64::from(problem.km(place(problem, &w[0]), place(problem, &w[1])))).sum()
}

fn place(problem: &Problem, call: &Call) -> usize {
    let freight = &problem.data().loads[call.load];
    if call.loads { freight.from } else { freight.to }
}

/// A load alone on the class that brings it for least.
fn direct(problem: &Arc<Problem>, load: usize) -> Result<Trip, Error> {
    let calls = vec![Call { load, loads: true }, Call { load, loads: false }];
    let judge = super::judge::Judge::new(problem.clone(), vec![load]);
    let size = problem.data().loads[load].size;
    let fits = |k: &usize| problem.data().classes[*k].capacity >= size && judge.passes_calls(*k, &calls);
    let price = |k: &usize| cost(problem, &Trip { class: *k, calls: calls.clone() });
    let class = (0..problem.data().classes.len()).filter(fits).min_by_key(price);
    class
        .map(|class| Trip { class, calls: calls.clone() })
        .ok_or_else(|| Error::Unserved(format!("load {load} fits no carrier")))
}

/// Loads of one origin lie together, by destination; origins with few loads (dealers that give cars) share a bin.
fn by_origin(problem: &Problem, load: usize) -> Piece {
    let freight = &problem.data().loads[load];
    let to = &problem.data().yards[freight.to];
    Piece { index: load, bin: bin(freight), at: [to.east.into(), to.north.into()], loads: 1 }
}

/// The bin of a load: cells are by origin and region, so their upper half names the origin.
fn bin(freight: &Freight) -> usize {
    (freight.cell >> 16) as usize
}

/// In odd rounds tours lie where they unload, whatever their origin; in even ones those of an origin together.
fn by_tour(problem: &Problem, index: usize, trip: &Trip, round: usize) -> Piece {
    let data = problem.data();
    let ends: Vec<&super::Yard> =
        trip.calls.iter().filter(|c| !c.loads).map(|c| &data.yards[data.loads[c.load].to]).collect();
    let mean = |of: &dyn Fn(&super::Yard) -> i32| {
        ends.iter().map(|y| i64::from(of(y))).sum::<i64>() / ends.len().max(1) as i64
    };
    let bin = if round % 2 == 1 { 0 } else { trip.calls.first().map_or(0, |c| bin(&data.loads[c.load])) };
    Piece { index, bin, at: [mean(&|y| y.east), mean(&|y| y.north)], loads: trip.calls.len() / 2 }
}

/// The loads of some trips, sorted, and the trips.
fn together(all: &[Trip], group: &[usize]) -> (Vec<usize>, Vec<Trip>) {
    let trips: Vec<Trip> = group.iter().map(|&t| all[t].clone()).collect();
    let mut part: Vec<usize> = trips.iter().flat_map(|t| &t.calls).filter(|c| c.loads).map(|c| c.load).collect();
    part.sort_unstable();
    (part, trips)
}

/// Searches one part, from nothing or from trips.
fn part(
    problem: &Arc<Problem>,
    (part, from): &(Vec<usize>, Vec<Trip>),
    steps: u64,
    seed: u64,
    effort: &Effort,
) -> Result<(Vec<Trip>, bool), Error> {
    if let [load] = part[..] {
        return Ok((vec![direct(problem, load)?], true));
    }
    let pairs = pairs(problem, part)?;
    let limits = Limits {
        seed,
        iterations: Some(steps * part.len() as u64),
        seconds: effort.seconds,
        stop: effort.stop.clone(),
    };
    let tuning = Tuning::of(&pairs);
    let plan = if from.is_empty() {
        solve_with(&pairs, &limits, &tuning, &Silent)?
    } else {
        let cool = Tuning { hot: tuning.hot * 0.3, ..tuning };
        improve(&pairs, &tours(part, from), &limits, &cool, &Silent)?
    };
    Ok((trips(part, &plan.tours), plan.end.repeatable()))
}
