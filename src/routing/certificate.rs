//! Drives every tour of an answer through the data: windows, loads, precedence, fleet and cost. Knows no search.

use super::measure::{Cost, Distance, Duration, Load};
use super::plan::{Plan, Tour};
use super::problem::Problem;
use std::collections::BTreeMap;

/// Everything that does not hold in an answer; empty when all does.
pub fn faults(problem: &Problem, plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let mut total = (Distance::ZERO, Cost::ZERO);
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, tour) in plan.tours.iter().enumerate() {
        *used.entry(tour.kind).or_default() += 1;
        match drive(problem, tour) {
            Ok((distance, cost)) => {
                total.0 += distance;
                total.1 += cost;
            }
            Err(why) => faults.push(format!("tour {number}: {why}")),
        }
    }
    for (&kind, &count) in &used {
        let there = problem.data().fleet.get(kind).map_or(0, |k| k.count);
        if count > there {
            faults.push(format!("{count} vehicles of kind {kind} are used; there are {there}"));
        }
    }
    faults.extend(unserved(problem, plan));
    if faults.is_empty() && total != (plan.distance, plan.cost) {
        faults.push(format!("the tours cost {} over {}, not {} over {}", total.1, total.0, plan.cost, plan.distance));
    }
    faults
}

/// Drives one tour; its length and cost, or what goes wrong first.
pub fn drive(problem: &Problem, tour: &Tour) -> Result<(Distance, Cost), String> {
    let data = problem.data();
    let kind = data.fleet.get(tour.kind).ok_or_else(|| format!("vehicle kind {} is not there", tour.kind))?;
    if tour.visits.is_empty() {
        return Err("is empty".into());
    }
    if let Some(node) = tour.visits.iter().find(|&&v| v >= data.nodes.len()) {
        return Err(format!("node {node} is not there"));
    }
    let at = |node: usize| tour.visits.iter().position(|&v| v == node);
    let mut aboard = Load::ZERO;
    for (r, request) in data.requests.iter().enumerate() {
        match (at(request.delivery), request.pickup.map(at)) {
            (Some(_), None) => aboard += request.load,
            (None, None | Some(None)) => {}
            (Some(down), Some(Some(up))) if up < down => {}
            _ => return Err(format!("request {r} is not picked up before it is delivered")),
        }
    }
    let mut distance = Distance::ZERO;
    let mut here = kind.start;
    let mut clock = data.nodes[here].ready + data.nodes[here].service;
    if aboard > kind.capacity {
        return Err(format!("carries {aboard} at its start; its capacity is {}", kind.capacity));
    }
    let mut stack = Vec::new();
    for &next in tour.visits.iter().chain([&kind.end]) {
        distance += data.matrix.distance(here, next);
        clock = serve(problem, next, clock + data.matrix.duration(here, next))?;
        here = next;
        if let Some(request) = data.requests.iter().find(|r| r.delivery == next) {
            aboard -= request.load;
            if data.lifo && request.pickup.is_some() && stack.pop() != Some(next) {
                return Err(format!("delivers at node {next} what is not on top"));
            }
        } else if let Some(request) = data.requests.iter().find(|r| r.pickup == Some(next)) {
            aboard += request.load;
            stack.push(request.delivery);
        }
        if aboard > kind.capacity {
            return Err(format!("carries {aboard} after node {next}; its capacity is {}", kind.capacity));
        }
    }
    let visits: Vec<u32> = tour.visits.iter().map(|&v| v as u32).collect();
    if data.judge.as_ref().is_some_and(|judge| !judge.admits(tour.kind, &visits)) {
        return Err("is not admitted as a whole".into());
    }
    Ok((distance, kind.fixed + distance.at_rate(kind.rate)))
}

/// The end of service at a node that is reached at a time.
fn serve(problem: &Problem, node: usize, arrival: Duration) -> Result<Duration, String> {
    let window = &problem.data().nodes[node];
    if arrival > window.due {
        return Err(format!("reaches node {node} at {arrival}, after {}", window.due));
    }
    Ok(arrival.max(window.ready) + window.service)
}

/// Nodes that are not visited exactly once, and visits of nodes without request.
fn unserved(problem: &Problem, plan: &Plan) -> Vec<String> {
    let data = problem.data();
    let mut visits = vec![0u32; data.nodes.len()];
    for &node in plan.tours.iter().flat_map(|t| &t.visits) {
        if let Some(count) = visits.get_mut(node) {
            *count += 1;
        }
    }
    let mut wanted = vec![0u32; data.nodes.len()];
    for request in &data.requests {
        wanted[request.delivery] = 1;
        if let Some(pickup) = request.pickup {
            wanted[pickup] = 1;
        }
    }
    let wrong = |&i: &usize| visits[i] != wanted[i];
    let told = |i: usize| format!("node {i} is visited {} times instead of {}", visits[i], wanted[i]);
    (0..visits.len()).filter(wrong).map(told).collect()
}
