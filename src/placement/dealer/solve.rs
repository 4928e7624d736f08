//! Part by part to the best network, its proof, and the words for it.

use super::alternatives::alternatives;
use super::causes::{Way, causes};
use super::flow::Roads;
use super::formulation::Formulation;
use super::plan::{Action, Plan, StorePlan};
use super::pricing::price;
use super::proof::{Node, Part, Proof};
use super::tree::{Found, Search};
use super::{Change, Network, Problem, certificate};
use crate::lp::{self, Limits};
use crate::progress::Observer;
use crate::units::Money;
use rayon::prelude::*;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules contradict each other: for every part of the network without a plan the ways out, each enough by itself.
    #[error("no network obeys all rules")]
    Infeasible(Vec<Vec<Way>>),
    /// The search was stopped before it had found any plan.
    #[error(
        "the search ended before any plan was found; raise --time-limit or [placement] max_nodes, whichever ended it"
    )]
    NothingFound,
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] lp::Failure),
    /// The answer did not pass its certificate: a bug, never to be hidden.
    #[error("the plan failed its check: {0}")]
    Certificate(String),
}

/// Solves the dealer problem to a relative gap; `nodes` limits the branch-and-bound tree of every part.
pub fn solve(problem: &Problem, gap: f64, nodes: u64, limits: &Limits, watch: &dyn Observer) -> Result<Plan, Failure> {
    solve_from(problem, None, (gap, nodes), limits, watch)
}

/// The same from a network that is known already: where it obeys the rules the search need only find better ones. The answer
/// is as good as without it to the gap, not always the same.
pub fn solve_from(
    problem: &Problem,
    start: Option<&Network>,
    (gap, nodes): (f64, u64),
    limits: &Limits,
    watch: &dyn Observer,
) -> Result<Plan, Failure> {
    let parts = super::parts::split(problem);
    watch.stage("place", parts.len() as u64);
    let limits = Limits { nodes: Some(nodes), ..limits.clone() };
    let solved: Vec<Result<Found, Failure>> = parts
        .par_iter()
        .map(|p| {
            let start = start.map(|network| p.of(network));
            let answer = search(&p.problem, start, gap, &limits, watch);
            watch.advance(1);
            answer
        })
        .collect();
    let mut network = Network::today(problem);
    let mut proof = Proof::default();
    let (mut bound, mut visited, mut repeatable) = (0.0, 0, true);
    let mut faults = Vec::new();
    for (part, answer) in parts.iter().zip(solved) {
        let found = match answer {
            Err(Failure::Infeasible(ways)) => {
                faults.extend(ways);
                continue;
            }
            other => other?,
        };
        let (_, best) = found.best.ok_or(Failure::NothingFound)?;
        for (&i, change) in part.stores.iter().zip(&best.changes) {
            network.changes[i] = *change;
        }
        network.moves.extend(best.moves.iter().map(|&k| part.moves[k]));
        bound += found.bound;
        visited += found.nodes;
        repeatable &= found.repeatable;
        proof.parts.push(part.rename(found.proof));
    }
    if !faults.is_empty() {
        return Err(Failure::Infeasible(faults));
    }
    network.moves.sort_unstable();
    let proved = certificate::bound(problem, &proof).map_err(Failure::Certificate)?;
    watch.note(&format!("bound {bound:.0} by the solver, {proved:.0} by the certificate"));
    let plan = finish(problem, &network, Some((proof, proved)), visited, repeatable);
    certificate::check(problem, &plan).map_err(Failure::Certificate)?;
    Ok(plan)
}

/// Prices a given network without a search; its bound is its own profit. Rules are not checked: today's network may
/// break those of the plan. Whatever differs from today changes in the first phase.
pub fn assess(problem: &Problem, open: &[Option<usize>], moves: Vec<usize>) -> Result<Plan, Failure> {
    let change = |(store, &to): (&super::Store, &Option<usize>)| (store.today != to).then_some(Change { phase: 0, to });
    let changes = problem.stores.iter().zip(open).map(change).collect();
    assess_network(problem, &Network { changes, moves })
}

/// The same for a network with phases.
pub fn assess_network(problem: &Problem, network: &Network) -> Result<Plan, Failure> {
    let plan = finish(problem, network, None, 0, true);
    certificate::money(problem, &plan).map_err(Failure::Certificate)?;
    Ok(plan)
}

/// Solves one part.
fn search(
    problem: &Problem,
    start: Option<Network>,
    gap: f64,
    limits: &Limits,
    watch: &dyn Observer,
) -> Result<Found, Failure> {
    if problem.stores.is_empty() {
        return Err(Failure::Infeasible(vec![causes(problem, limits)?]));
    }
    let decided = |i: usize| problem.stores[i].today.is_none() && problem.choices(i).len() == 1;
    if (0..problem.stores.len()).all(decided) {
        return nothing_to_decide(problem, limits);
    }
    let mut search = Search::new(problem, gap, limits)?;
    if let Some(network) = start {
        search.offer(network);
    }
    let mut found = search.run(watch)?;
    if found.best.is_none() && found.bound == f64::NEG_INFINITY {
        return Err(Failure::Infeasible(vec![causes(problem, limits)?]));
    }
    if found.best.is_none() {
        found.best = any_plan(problem, limits)?;
    }
    Ok(found)
}

/// A part of candidates that may not open.
fn nothing_to_decide(problem: &Problem, limits: &Limits) -> Result<Found, Failure> {
    let network = Network::today(problem);
    if certificate::rules(problem, &network).is_err() {
        return Err(Failure::Infeasible(vec![causes(problem, limits)?]));
    }
    let proof =
        Part { stores: (0..problem.stores.len()).collect(), rules: Vec::new(), nodes: vec![Node::Leaf(Vec::new())] };
    Ok(Found { best: Some((0.0, network)), bound: 0.0, proof, nodes: 0, repeatable: true })
}

/// Any plan that obeys the rules, when the tree has met none.
fn any_plan(problem: &Problem, limits: &Limits) -> Result<Option<(f64, Network)>, lp::Failure> {
    let model = Formulation::new(problem, None);
    let answer = lp::solve(&model.programme, &Limits { gap: 0.01, ..limits.clone() })?;
    if !answer.has_point() {
        return Ok(None);
    }
    let network = model.read(problem, &answer.values);
    if certificate::rules(problem, &network).is_err() {
        return Ok(None);
    }
    Ok(Some((price(problem, &Roads::new(problem), &network).profit.major(), network)))
}

/// What happens to a store in a network.
pub(super) fn action(problem: &Problem, network: &Network, i: usize) -> Action {
    let moves = || network.moves.iter().map(|&k| problem.moves[k]);
    match (problem.stores[i].today, network.changes[i]) {
        (Some(_), None) => Action::Keep,
        (None, None) => Action::StayClosed,
        (Some(_), Some(Change { to: Some(_), .. })) => Action::Improve,
        (Some(_), Some(Change { to: None, .. })) => {
            moves().find(|m| m.from == i).map_or(Action::Close, |m| Action::MoveOut(problem.stores[m.to].id))
        }
        (None, Some(_)) => {
            moves().find(|m| m.to == i).map_or(Action::Open, |m| Action::MoveIn(problem.stores[m.from].id))
        }
    }
}

/// Average yearly profit of every store, and its sales of the last phase.
fn by_store(problem: &Problem, network: &Network, service: &[Vec<(usize, usize, f64)>]) -> Vec<(Money, f64)> {
    let all: f64 = problem.phases.iter().map(|p| p.weight).sum();
    let mut sums = vec![(0.0, 0.0); problem.stores.len()];
    for (t, (phase, service)) in problem.phases.iter().zip(service).enumerate() {
        for &(i, j, cars) in service {
            sums[i].0 += phase.weight * problem.zones[j].margin.major() * cars;
            sums[i].1 += if t == problem.last() { cars } else { 0.0 };
        }
        for (i, sum) in sums.iter_mut().enumerate() {
            let cost = |k: usize| problem.stores[i].options[k].yearly_cost.major();
            sum.0 -= phase.weight * network.option(problem, i, t).map_or(0.0, cost);
        }
    }
    sums.into_iter().map(|(money, cars)| (Money::from_major(money / all), cars)).collect()
}

/// Prices both networks and says what happens to every store.
fn finish(problem: &Problem, network: &Network, proof: Option<(Proof, f64)>, nodes: u64, repeatable: bool) -> Plan {
    let roads = Roads::new(problem);
    let today = price(problem, &roads, &Network::today(problem));
    let plan = price(problem, &roads, network);
    let others =
        if proof.is_some() { alternatives(problem, &roads, network) } else { vec![None; problem.stores.len()] };
    let now = by_store(problem, &Network::today(problem), &today.service);
    let then = by_store(problem, network, &plan.service);
    let stores = problem.stores.iter().enumerate().map(|(i, store)| {
        let action = action(problem, network, i);
        let cost_of_move = |end: fn(&super::Move) -> usize| {
            network.moves.iter().map(|&k| problem.moves[k]).find(|m| end(m) == i).map_or(Money::ZERO, |m| m.cost)
        };
        let one_off = match action {
            Action::MoveOut(_) => Money::ZERO,
            Action::MoveIn(_) => cost_of_move(|m| m.to),
            _ => problem.change_cost(i, network.changes[i]),
        };
        StorePlan {
            site: store.id,
            action,
            phase: network.changes[i].map(|c| c.phase),
            option: network.option(problem, i, problem.last()),
            sales_today: now[i].1,
            sales_plan: then[i].1,
            profit_today: now[i].0,
            profit_plan: then[i].0,
            one_off,
            alternative: others[i],
        }
    });
    let stores = stores.collect();
    let (proof, proved) = proof.unwrap_or_else(|| (Proof::default(), plan.profit.major()));
    Plan {
        stores,
        moves: network.moves.clone(),
        service_by_phase: plan.service,
        service_today_by_phase: today.service,
        profit: plan.profit,
        profit_today: today.profit,
        bound: Money::from_minor((proved * 100.0).ceil() as i64).max(plan.profit),
        proof,
        one_off: plan.one_off,
        repeatable,
        nodes,
    }
}
