//! The optimal moves of one week: a circulation of least cost, then car by car.

use super::formulation::{Network, network};
use super::plan::{Move, Plan, Values};
use super::problem::{Error, Problem, hundredths};
use crate::flow;
use crate::lp::{self, Limits, Programme, Status};
use crate::units::Money;
use std::collections::{BTreeMap, BTreeSet};

/// Money by which rounding may break a credit line.
const CENT: f64 = 0.01;

/// A least-cost circulation with its proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circulation {
    /// Cars on each arc.
    pub flow: Vec<i64>,
    /// Potential of each node, hundredths: an arc with spare capacity never costs less than the rise of the
    /// potential along it, a used one never more.
    pub potential: Vec<i64>,
}

/// Solves the transfer problem by the network simplex.
///
/// # Errors
/// [`Error::Interrupted`] when the stop flag was up before it began.
pub fn solve(problem: &Problem, limits: &Limits) -> Result<Plan, Error> {
    if limits.stop.raised() {
        return Err(Error::Interrupted);
    }
    solve_with(problem, by_network_simplex)
}

/// Solves it as a linear programme: slower, and a check on the other road.
///
/// # Errors
/// [`Error::Solver`] when the solver fails, [`Error::Interrupted`] when it was stopped.
pub fn solve_by_programme(problem: &Problem, limits: &Limits) -> Result<Plan, Error> {
    solve_with(problem, |net| by_programme(net, limits))
}

/// The circulation by the network simplex. Its prices fall along used arcs; potentials rise.
fn by_network_simplex(net: &Network) -> Result<Circulation, Error> {
    let arcs = net
        .arcs
        .iter()
        .map(|a| flow::network::Arc { from: a.from, to: a.to, cost: a.cost as f64, capacity: Some(a.capacity) })
        .collect();
    let plan = flow::network::solve(&flow::network::Network { balance: vec![0; net.nodes], arcs })?;
    Ok(Circulation { flow: plan.flow, potential: plan.price.iter().map(|p| -p.round() as i64).collect() })
}

/// Solves the transfer problem with any engine for least-cost circulations.
///
/// # Errors
/// Those of the engine.
pub fn solve_with(problem: &Problem, engine: impl Fn(&Network) -> Result<Circulation, Error>) -> Result<Plan, Error> {
    let free = by_places(problem, &engine)?;
    // A credit line is no capacity of a circulation: where the cars chosen break one, the dealer gets as many places
    // as its line pays and the week is planned again. Each turn takes a place away, so there is an end to it.
    let (mut narrower, mut plan, mut held_back) = (problem.clone(), free.clone(), BTreeSet::new());
    loop {
        let over = over_credit(problem, &plan.moves);
        if over.is_empty() {
            break;
        }
        for (dealer, places) in over {
            narrower = narrower.with_room(dealer, places);
            held_back.insert(dealer);
        }
        plan = by_places(&narrower, &engine)?;
    }
    Ok(Plan { values: free.values, bound: free.bound, held_back: held_back.into_iter().collect(), ..plan })
}

/// Dealers whose incoming cars cost more than their line pays, with the number of cars that it does pay: the least
/// profitable ones stay away first.
fn over_credit(problem: &Problem, moves: &[Move]) -> Vec<(usize, u32)> {
    let data = problem.data();
    let mut coming: BTreeMap<usize, Vec<(Money, f64)>> = BTreeMap::new();
    for m in moves {
        let cell = &data.cells[m.to];
        coming.entry(cell.dealer).or_default().push((m.profit(), data.price[cell.model]));
    }
    let mut over = Vec::new();
    for (dealer, mut cars) in coming {
        let Some(line) = data.dealers[dealer].credit else { continue };
        let mut tied: f64 = cars.iter().map(|c| c.1).sum();
        if tied <= line + CENT {
            continue;
        }
        cars.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
        while let Some((_, price)) = cars.pop_if(|_| tied > line + CENT) {
            tied -= price;
        }
        over.push((dealer, cars.len() as u32));
    }
    over
}

/// The optimal moves where only places limit what a dealer takes.
fn by_places(problem: &Problem, engine: &impl Fn(&Network) -> Result<Circulation, Error>) -> Result<Plan, Error> {
    let net = network(problem);
    let answer = if net.arcs.is_empty() {
        Circulation { flow: Vec::new(), potential: vec![0; net.nodes] }
    } else {
        engine(&net)?
    };
    let moves = car_by_car(problem, &net, &answer.flow);
    let values = values(problem, &net, &answer.potential);
    let profit: Money = moves.iter().map(Move::profit).sum();
    let objective = profit - Money::from_minor(problem.least_profit()) * moves.len() as i64;
    let bound = super::certificate::bound(problem, &values).unwrap_or(Money::from_minor(i64::MAX));
    Ok(Plan { moves, values, profit, objective, bound, held_back: Vec::new() })
}

/// The circulation as a linear programme: one column an arc, one balance row a node. The matrix is a network's, so
/// the vertex the simplex method ends in is whole, and with whole costs so are its potentials.
fn by_programme(net: &Network, limits: &Limits) -> Result<Circulation, Error> {
    let mut lp = Programme::new();
    let mut balance = vec![Vec::new(); net.nodes];
    for arc in &net.arcs {
        let column = lp.column(arc.cost as f64, 0.0, arc.capacity as f64);
        balance[arc.to].push((column, 1.0));
        balance[arc.from].push((column, -1.0));
    }
    let rows: Vec<_> = balance.into_iter().map(|terms| lp.equal(0.0, terms)).collect();
    // Presolve may return duals that are optimal but not those of a vertex.
    let mut solution = lp::solve(&lp, limits)?;
    if solution.status == Status::Optimal && solution.duals.iter().any(|d| (d - d.round()).abs() > 1e-6) {
        solution = lp::solve(&lp, &Limits { presolve: false, ..limits.clone() })?;
    }
    if solution.status != Status::Optimal {
        return Err(Error::Interrupted);
    }
    Ok(Circulation {
        flow: solution.values.iter().map(|v| v.round() as i64).collect(),
        potential: rows.iter().map(|&r| solution.dual(r).round() as i64).collect(),
    })
}

/// Oldest cars leave first; the k-th car out of a cell loses its k-th value, the k-th car in gains its k-th.
fn car_by_car(problem: &Problem, net: &Network, flow: &[i64]) -> Vec<Move> {
    let data = problem.data();
    let mut roads: Vec<_> = net.roads.iter().filter(|r| flow[r.arc] > 0).collect();
    roads.sort_unstable_by_key(|r| (r.from, r.to));
    let (mut given, mut taken) = (vec![0; data.cells.len()], vec![0; data.cells.len()]);
    let mut moves = Vec::new();
    for road in roads {
        let (cell, arc) = (&data.cells[road.from], &data.arcs[road.lane]);
        let mut queue = cell.cars.clone();
        queue.sort_unstable_by_key(|c| (std::cmp::Reverse(c.age_days), c.number));
        for _ in 0..flow[road.arc] {
            let car = queue[given[road.from]];
            moves.push(Move {
                car: car.number,
                age_days: car.age_days,
                from: road.from,
                to: road.to,
                arc: road.lane,
                gain: Money::from_major(data.cells[road.to].gain[taken[road.to]]),
                loss: Money::from_major(cell.loss[given[road.from]]),
                cost: Money::from_major(arc.cost + data.lateness[cell.model] * arc.lead_days),
            });
            given[road.from] += 1;
            taken[road.to] += 1;
        }
    }
    moves
}

/// Potentials in the planner's words. A giver's value is never below the loss of its first car and a taker's never
/// above the gain of its first: that changes no bound and makes the values hold on the roads left out as well.
fn values(problem: &Problem, net: &Network, potential: &[i64]) -> Values {
    let data = problem.data();
    // Prices rise along used arcs, measured from the hub.
    let price = |node: usize| potential[node] - potential[0];
    let first = |values: &[f64]| values.first().map(|&v| hundredths(v));
    let out = |c: usize| {
        let node = net.cell_out[c].map(price);
        let loss = first(&data.cells[c].loss);
        Money::from_minor(node.into_iter().chain(loss).max().unwrap_or(0))
    };
    let inward = |c: usize| {
        let node = net.cell_in[c].map(price);
        let gain = first(&data.cells[c].gain);
        Money::from_minor(node.into_iter().chain(gain).min().unwrap_or(0))
    };
    Values {
        at_giver: (0..data.cells.len()).map(out).collect(),
        at_taker: (0..data.cells.len()).map(inward).collect(),
        share: net.giver.iter().map(|n| Money::from_minor(n.map_or(0, price).max(0))).collect(),
        room: net.taker.iter().map(|n| Money::from_minor((-n.map_or(0, price)).max(0))).collect(),
    }
}
