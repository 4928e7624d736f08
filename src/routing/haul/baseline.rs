//! The rule of thumb that a search is compared with: first fit decreasing, nearest insertion.

use super::certificate;
use super::judge::Judge;
use super::plan::{Call, Plan, Trip};
use super::problem::Problem;
use super::solve::cost;
use crate::routing::Error;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Loads every cell by itself, largest load first, each into the first carrier with room at the place that adds least.
pub fn baseline(problem: &Arc<Problem>) -> Result<Plan, Error> {
    let mut cells: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (k, load) in problem.data().loads.iter().enumerate() {
        cells.entry(load.cell).or_default().push(k);
    }
    let cells: Vec<Vec<usize>> = cells.into_values().collect();
    let parts = cells.len();
    let loaded: Vec<Result<Vec<Trip>, Error>> = cells.into_par_iter().map(|cell| load(problem, cell)).collect();
    let mut trips: Vec<Trip> = loaded.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    trips.sort_by(|a, b| a.calls.cmp(&b.calls));
    let total = trips.iter().map(|t| cost(problem, t)).sum();
    let plan = Plan { trips, cost: total, parts, repeatable: true };
    let faults = certificate::faults(problem, &plan);
    if faults.is_empty() { Ok(plan) } else { Err(Error::Certificate(faults.join("; "))) }
}

/// A carrier that is being loaded.
struct Carrier {
    class: usize,
    calls: Vec<Call>,
    /// The yard of every call, and the size aboard after it.
    yards: Vec<usize>,
    aboard: Vec<i64>,
}

/// First fit decreasing into carriers of the largest class; at the end each gets the cheapest class that can drive its tour.
fn load(problem: &Arc<Problem>, mut cell: Vec<usize>) -> Result<Vec<Trip>, Error> {
    let data = problem.data();
    let judge = Judge::new(problem.clone(), cell.clone());
    let mut classes: Vec<usize> = (0..data.classes.len()).collect();
    classes.sort_by_key(|&k| (std::cmp::Reverse(data.classes[k].capacity), k));
    cell.sort_by_key(|&k| (std::cmp::Reverse(data.loads[k].size), k));
    let mut carriers: Vec<Carrier> = Vec::new();
    for load in cell {
        let alone = vec![Call { load, loads: true }, Call { load, loads: false }];
        let goes = |&class: &usize| good(problem, &judge, class, &alone);
        let price = |class: usize| cost(problem, &Trip { class, calls: alone.clone() });
        let own = classes.iter().copied().filter(goes).map(price).min();
        let own = own.ok_or_else(|| Error::Unserved(format!("load {load} fits no carrier")))?;
        let place = |c: &Carrier| place(problem, &judge, c, load, own);
        if let Some((k, calls)) = carriers.iter().enumerate().find_map(|(k, c)| Some((k, place(c)?))) {
            carriers[k] = carrier(problem, carriers[k].class, calls);
        } else if let Some(class) = classes.iter().copied().find(|k| goes(k)) {
            carriers.push(carrier(problem, class, alone));
        }
    }
    let trip = |c: Carrier| {
        let fits = |k: &usize| good(problem, &judge, *k, &c.calls);
        let price = |k: &usize| cost(problem, &Trip { class: *k, calls: c.calls.clone() });
        Trip {
            class: classes.iter().copied().filter(fits).min_by_key(price).unwrap_or(c.class),
            calls: c.calls.clone(),
        }
    };
    Ok(carriers.into_iter().map(trip).collect())
}

fn carrier(problem: &Problem, class: usize, calls: Vec<Call>) -> Carrier {
    let loads = &problem.data().loads;
    let yards = calls.iter().map(|c| if c.loads { loads[c.load].from } else { loads[c.load].to }).collect();
    let mut size = 0;
    let after = |c: &Call| {
        size += if c.loads { loads[c.load].size } else { -loads[c.load].size };
        size
    };
    let aboard = calls.iter().map(after).collect();
    Carrier { class, calls, yards, aboard }
}

/// The tour of a carrier with a load at the place that adds least, if there is one that is cheaper than a carrier of its own.
fn place(problem: &Problem, judge: &Judge, carrier: &Carrier, load: usize, own: i64) -> Option<Vec<Call>> {
    let (class, freight) = (&problem.data().classes[carrier.class], &problem.data().loads[load]);
    let (n, mut best) = (carrier.calls.len(), (own, None));
    let leg = |a: Option<&usize>, b: Option<&usize>| a.zip(b).map_or(0, |(&a, &b)| i64::from(problem.km(a, b)));
    for i in 0..=n {
        let (before, next) = (i.checked_sub(1).map(|k| &carrier.yards[k]), carrier.yards.get(i));
        let mut aboard = i.checked_sub(1).map_or(0, |k| carrier.aboard[k]);
        for j in i..=n {
            if j > i {
                aboard = aboard.max(carrier.aboard[j - 1]);
            }
            if aboard + freight.size > class.capacity {
                break;
            }
            let more = if i == j {
                leg(before, Some(&freight.from))
                    + leg(Some(&freight.from), Some(&freight.to))
                    + leg(Some(&freight.to), next)
                    - leg(before, next)
            } else {
                let (last, after) = (Some(&carrier.yards[j - 1]), carrier.yards.get(j));
                leg(before, Some(&freight.from)) + leg(Some(&freight.from), next) - leg(before, next)
                    + leg(last, Some(&freight.to))
                    + leg(Some(&freight.to), after)
                    - leg(last, after)
            };
            if more * class.rate < best.0 {
                let mut calls = carrier.calls.clone();
                calls.insert(j, Call { load, loads: false });
                calls.insert(i, Call { load, loads: true });
                if good(problem, judge, carrier.class, &calls) {
                    best = (more * class.rate, Some(calls));
                }
            }
        }
    }
    best.1
}

/// Room and everything that is judged.
fn good(problem: &Problem, judge: &Judge, class: usize, calls: &[Call]) -> bool {
    let data = problem.data();
    let mut size = 0;
    for call in calls {
        size += if call.loads { data.loads[call.load].size } else { -data.loads[call.load].size };
        if size > data.classes[class].capacity {
            return false;
        }
    }
    judge.passes_calls(class, calls)
}
