//! Placement: the scenario as a dealer problem.

use super::{Error, Ground, Options};
use crate::ids::{FormatId, SiteId};
use crate::placement::dealer::{self, Change, Failure, Network, Plan, Problem, Worth};
use crate::progress::Observer;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The dealer problem and its plan.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The problem.
    pub problem: Problem,
    /// The plan.
    pub plan: Plan,
}

/// The scenario as a dealer problem.
pub fn dealer_problem(ground: &Ground) -> Result<Problem, Error> {
    let worth = Worth { margin: ground.margin - ground.holding, freight: &super::lead::freight(ground) };
    Problem::new(ground.scenario, &ground.coverage, &ground.market.registrations, worth)
        .map_err(|faults| Error::Unfit(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

fn failed(ground: &Ground, failure: Failure) -> Error {
    match failure {
        Failure::Infeasible(parts) => Error::Infeasible(super::infeasible::words(ground, &parts)),
        Failure::NothingFound => Error::Limit(failure.to_string()),
        Failure::Solver(_) | Failure::Certificate(_) => Error::Internal(failure.to_string()),
    }
}

/// Finds the best network.
pub fn place(ground: &Ground, options: &Options, watch: &dyn Observer) -> Result<Placement, Error> {
    place_from(ground, None, options, watch)
}

/// The same from a network that is known already, of a scenario that is much like this one.
pub fn place_from(
    ground: &Ground,
    start: Option<&Changes>,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Placement, Error> {
    let problem = dealer_problem(ground)?;
    let settings = &ground.scenario.settings.placement;
    let start = start.and_then(|changes| changes.network(ground, &problem));
    let work = (settings.gap, settings.max_nodes);
    let plan = dealer::solve_from(&problem, start.as_ref(), work, &options.limits(), watch)
        .map_err(|e| if options.stop.raised() { Error::Stopped } else { failed(ground, e) })?;
    Ok(Placement { problem, plan })
}

/// Prices a network that is given (today's, or one read back from results): no search, no bound.
/// `open` names the format of every open store, `moves` pairs of dealer and candidate.
pub fn assess(
    ground: &Ground,
    open: &BTreeMap<SiteId, FormatId>,
    moves: &[(SiteId, SiteId)],
) -> Result<Placement, Error> {
    let problem = dealer_problem(ground)?;
    let chosen: Vec<_> = problem
        .stores
        .iter()
        .map(|s| open.get(&s.id).and_then(|f| s.options.iter().position(|o| o.format == *f)))
        .collect();
    let is = |k: usize, pair: &(SiteId, SiteId)| {
        let m = problem.moves[k];
        (problem.stores[m.from].id, problem.stores[m.to].id) == *pair
    };
    let taken = (0..problem.moves.len()).filter(|&k| moves.iter().any(|p| is(k, p))).collect();
    let plan = dealer::assess(&problem, &chosen, taken).map_err(|e| failed(ground, e))?;
    Ok(Placement { problem, plan })
}

/// What a placement changes, under the names of its scenario: to be kept, and found again in a scenario like it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Site, phase and format from then on (none: closed) of every store that changes.
    pub stores: Vec<(String, usize, Option<String>)>,
    /// Moves: dealer and candidate.
    pub moves: Vec<(String, String)>,
}

impl Changes {
    /// Those of a placement.
    pub fn of(ground: &Ground, placement: &Placement) -> Self {
        let (problem, plan) = (&placement.problem, &placement.plan);
        let network = &ground.scenario.network;
        let code = |i: usize| network.sites[problem.stores[i].id].code.clone();
        let format = |i: usize, k: usize| network.formats[problem.stores[i].options[k].format].code.clone();
        let change = |(i, s): (usize, &dealer::StorePlan)| Some((code(i), s.phase?, s.option.map(|k| format(i, k))));
        let pair = |&k: &usize| (code(problem.moves[k].from), code(problem.moves[k].to));
        Self {
            stores: plan.stores.iter().enumerate().filter_map(change).collect(),
            moves: plan.moves.iter().map(pair).collect(),
        }
    }

    /// The network that these changes make of today's; none when the scenario lacks a store, format, phase or move of them.
    fn network(&self, ground: &Ground, problem: &Problem) -> Option<Network> {
        let network = &ground.scenario.network;
        let place: HashMap<&str, usize> =
            problem.stores.iter().enumerate().map(|(i, s)| (network.sites[s.id].code.as_str(), i)).collect();
        let mut made = Network::today(problem);
        for (site, phase, format) in &self.stores {
            let i = *place.get(site.as_str())?;
            let is =
                |code: &String| problem.stores[i].options.iter().position(|o| network.formats[o.format].code == *code);
            let to = match format {
                Some(code) => Some(is(code)?),
                None => None,
            };
            made.changes[i] = Some(Change { phase: (*phase < problem.phases.len()).then_some(*phase)?, to });
        }
        let pairs: HashMap<(usize, usize), usize> =
            problem.moves.iter().enumerate().map(|(k, m)| ((m.from, m.to), k)).collect();
        for (from, to) in &self.moves {
            made.moves.push(*pairs.get(&(*place.get(from.as_str())?, *place.get(to.as_str())?))?);
        }
        made.moves.sort_unstable();
        Some(made)
    }

    /// Prices the network of these changes: no search, no bound. Nothing when the scenario lacks a part of it.
    ///
    /// # Errors
    /// Those of a scenario that cannot be placed.
    pub fn assess(&self, ground: &Ground) -> Result<Option<Placement>, Error> {
        let problem = dealer_problem(ground)?;
        let Some(network) = self.network(ground, &problem) else { return Ok(None) };
        let plan = dealer::assess_network(&problem, &network).map_err(|e| failed(ground, e))?;
        Ok(Some(Placement { problem, plan }))
    }
}
