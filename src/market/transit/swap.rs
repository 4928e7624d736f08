//! Which car serves which promise.

use super::certificate;
use super::eta::{Eta, Experience, Report};
use crate::flow::assignment;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A car on the road, and the slot it was sent for.
#[derive(Clone, Debug)]
pub struct Car<'a> {
    /// Reports.
    pub trip: &'a [Report],
    /// Where it goes.
    pub dealer: usize,
    /// When a customer was promised it, hours of the log's clock.
    pub promised: Option<f64>,
    /// When it arrives there.
    pub eta: &'a Eta,
}

/// Sending a car to another dealer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Redirection {
    /// Kilometres more.
    pub km: f64,
    /// Cost.
    pub cost: f64,
}

/// Which dealer's cars may go to which other.
pub type Redirections = BTreeMap<(usize, usize), Redirection>;

/// Cars of one model with the slots they take.
#[derive(Clone, Debug, PartialEq)]
pub struct Swaps {
    /// Slot of each car: the position of the car that was sent for it.
    pub slot: Vec<usize>,
    /// Expected cost as it is, without lost cars.
    pub before: f64,
    /// Expected cost as suggested, without lost cars.
    pub after: f64,
}

/// A cost that no plan takes.
const NEVER: f64 = f64::INFINITY;

/// A saving below this share of the cost is none.
const SMALL: f64 = 1e-9;

/// The least expected cost for cars of one model; `a_day` is the cost of a day late. A lost car keeps its slot.
///
/// # Errors
/// What the certificate found, in words.
pub fn swaps(
    cars: &[Car],
    experience: &Experience,
    redirections: &Redirections,
    a_day: f64,
    now: f64,
) -> Result<Swaps, String> {
    let costs = |part: &[usize]| costs(&of(cars, part), experience, redirections, a_day, now);
    joined(cars.len(), &parts(cars, redirections), costs)
}

/// Solves each part of `count` cars by itself; `costs` gives the table of a part, a row a car.
pub(super) fn joined(
    count: usize,
    parts: &[Vec<usize>],
    costs: impl Fn(&[usize]) -> Vec<f64> + Sync,
) -> Result<Swaps, String> {
    let found: Vec<Swaps> = parts.par_iter().map(|p| least(p.len(), &costs(p))).collect::<Result<Vec<_>, String>>()?;
    let mut all = Swaps { slot: (0..count).collect(), before: 0.0, after: 0.0 };
    for (part, own) in parts.iter().zip(found) {
        part.iter().zip(own.slot).for_each(|(&k, s)| all.slot[k] = part[s]);
        all.before += own.before;
        all.after += own.after;
    }
    Ok(all)
}

/// Cars whose slots can go round among them: those of dealers that redirections join both ways, lost cars left out.
pub(super) fn parts(cars: &[Car], redirections: &Redirections) -> Vec<Vec<usize>> {
    let mut at: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (k, car) in cars.iter().enumerate().filter(|c| !c.1.eta.lost()) {
        at.entry(car.dealer).or_default().push(k);
    }
    let place: BTreeMap<usize, usize> = at.keys().enumerate().map(|(i, d)| (*d, i)).collect();
    let cars_of: Vec<Vec<usize>> = at.into_values().collect();
    let mut graph = DiGraph::<(), ()>::new();
    cars_of.iter().for_each(|_| {
        graph.add_node(());
    });
    for (from, to) in redirections.keys() {
        if let (Some(&a), Some(&b)) = (place.get(from), place.get(to)) {
            graph.add_edge(NodeIndex::new(a), NodeIndex::new(b), ());
        }
    }
    let part = |dealers: Vec<NodeIndex>| {
        let mut part: Vec<usize> = dealers.iter().flat_map(|d| cars_of[d.index()].iter().copied()).collect();
        part.sort_unstable();
        part
    };
    kosaraju_scc(&graph).into_iter().map(part).collect()
}

/// Some of the cars.
pub(super) fn of<'c, 'a>(cars: &'c [Car<'a>], part: &[usize]) -> Vec<&'c Car<'a>> {
    part.iter().map(|k| &cars[*k]).collect()
}

/// What each car costs in each slot.
pub(super) fn costs(
    cars: &[&Car],
    experience: &Experience,
    redirections: &Redirections,
    a_day: f64,
    now: f64,
) -> Vec<f64> {
    let n = cars.len();
    let mut cost = vec![NEVER; n * n];
    for (k, car) in cars.iter().enumerate() {
        // One arrival for each other dealer the car may go to.
        let mut etas = BTreeMap::new();
        for (s, slot) in cars.iter().enumerate() {
            let (eta, way) = if slot.dealer == car.dealer {
                (car.eta, 0.0)
            } else {
                let Some(way) = redirections.get(&(car.dealer, slot.dealer)) else { continue };
                (&*etas.entry(slot.dealer).or_insert_with(|| experience.eta(car.trip, now, way.km)), way.cost)
            };
            // Of what nothing is known no plan is made.
            let late = slot.promised.map_or(Some(0.0), |p| eta.hours_late(p));
            cost[k * n + s] = late.map_or(NEVER, |h| way + a_day * h / 24.0);
        }
    }
    cost
}

/// The least cost of a table, proved, with no car moved that gains nothing by it.
fn least(n: usize, cost: &[f64]) -> Result<Swaps, String> {
    let plan = assignment::solve(n, n, cost).map_err(|e| e.to_string())?;
    let before: f64 = (0..n).map(|k| cost[k * n + k]).sum();
    let slot: Option<Vec<usize>> = plan.column_of.iter().copied().collect();
    let mut slot = slot.ok_or("a car has no slot")?;
    let proved = certificate::cost(cost, &slot, &plan.row_price, &plan.column_price)?;
    let small = SMALL * (1.0 + before.abs());
    calm(cost, &mut slot, small);
    let after: f64 = (0..n).map(|k| cost[k * n + slot[k]]).sum();
    if after > proved + (n as f64 + 1.0) * small {
        return Err(format!("the cost is {after}, the least {proved}"));
    }
    Ok(Swaps { slot, before, after: after.min(before) })
}

/// Leaves where they are the cars whose moves gain nothing: whole cycles, then single cars of a cycle.
pub(super) fn calm(cost: &[f64], slot: &mut [usize], small: f64) {
    let n = slot.len();
    for cycle in cycles(slot) {
        let saving: f64 = cycle.iter().map(|&k| cost[k * n + k] - cost[k * n + slot[k]]).sum();
        if saving <= small {
            cycle.iter().for_each(|&k| slot[k] = k);
        }
        while cycle.iter().any(|&k| passed_over(cost, slot, k, small)) {}
    }
}

/// Gives a car the slot after the next, so that the car between keeps its own, where that costs no more; true if so.
fn passed_over(cost: &[f64], slot: &mut [usize], car: usize, small: f64) -> bool {
    let n = slot.len();
    let between = slot[car];
    let next = slot[between];
    let round = cost[car * n + between] + cost[between * n + next];
    let calm = between != car && cost[car * n + next] + cost[between * n + between] <= round + small;
    if calm {
        (slot[car], slot[between]) = (next, between);
    }
    calm
}

/// The cycles of a permutation, of two cars or more.
fn cycles(slot: &[usize]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; slot.len()];
    let from = |start: usize| {
        let mut cycle = Vec::new();
        let mut at = start;
        while !std::mem::replace(&mut seen[at], true) {
            cycle.push(at);
            at = slot[at];
        }
        cycle
    };
    (0..slot.len()).map(from).filter(|c| c.len() > 1).collect()
}
