//! Placement: the scenario as a dealer problem.

use super::{Error, Ground, Options};
use crate::ids::{FormatId, SiteId};
use crate::placement::dealer::{self, Failure, Plan, Problem, Worth};
use crate::progress::Observer;
use std::collections::BTreeMap;

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
    let problem = dealer_problem(ground)?;
    let settings = &ground.scenario.settings.placement;
    let plan = dealer::solve(&problem, settings.gap, settings.max_nodes, &options.limits(), watch)
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
