//! Several plans and today's network on the same customers: all to one precision, or until the best is found.

use super::simulate::{Market, all_moves, checked, ended, parts, run_options};
use super::{Error, Goods, Ground, NetworkState, Options};
use crate::evaluation::{NetworkFacts, yearly_profit};
use crate::ids::SiteId;
use crate::progress::Observer;
use crate::simulation::outcome::{Measure, Outcome};
use crate::simulation::precision::{Reached, best_of, compare};
use crate::simulation::{self, problem as room};
use crate::stats::knockout::{Found, Rule};

/// Replications of every network before any is left out.
const FIRST: u32 = 10;
/// Replications from which the default indifference zone is taken, and its share of what today's network earns.
const SAMPLE: u32 = 5;
const ZONE: f64 = 0.0001;

/// Today's network and the plans as simulated problems on one market; planned transfers are left out: each plan would
/// have its own.
fn problems(ground: &Ground, today: &NetworkState, plans: &[NetworkState]) -> Result<Vec<room::Problem>, Error> {
    let states: Vec<&NetworkState> = std::iter::once(today).chain(plans).collect();
    let dealers: Vec<SiteId> = today.open.ids().filter(|&site| states.iter().any(|s| s.open[site].is_some())).collect();
    let market = Market::new(ground, &states);
    let problem = |this: &&NetworkState| {
        let goods = Goods::of(ground, this);
        let moves = all_moves(ground, &dealers, this, &goods, None)?;
        checked(parts(ground, &market, &dealers, this, &goods, moves))
    };
    states.iter().map(problem).collect()
}

/// A plan's network as a simulated problem on the market that it shares with today's: what [`super::simulate()`] runs without
/// transfers.
///
/// # Errors
/// [`Error::Internal`] when the network cannot be simulated.
pub fn plan_problem(ground: &Ground, today: &NetworkState, plan: &NetworkState) -> Result<room::Problem, Error> {
    let both = problems(ground, today, std::slice::from_ref(plan))?;
    both.into_iter().next_back().ok_or_else(|| Error::Internal("no network to simulate".into()))
}

/// Simulates today's network and several plans on the same customers until the network cost of each is known to
/// [`Options::precision`]; today's network comes first.
///
/// # Errors
/// [`Error::Stopped`] when the run was stopped.
pub fn compare_plans(
    ground: &Ground,
    today: &NetworkState,
    plans: &[NetworkState],
    options: &Options,
    watch: &dyn Observer,
) -> Result<(Vec<Outcome>, Reached), Error> {
    let problems = problems(ground, today, plans)?;
    compare(&problems, &run_options(options), options.precision.unwrap_or(0.01), watch).map_err(ended)
}

/// The best of several networks.
pub struct BestPlan {
    /// Which is best, and how that was found, today's network first; its means are yearly profits.
    pub found: Found,
    /// Indifference zone, money a year.
    pub zone: f64,
}

/// The indifference zone that is taken unless another is asked for: a ten-thousandth of what today's network earns on its cars
/// in a year. An empty network earns nothing: there one unit of money is as good as another.
pub fn default_zone(contribution: f64) -> f64 {
    (ZONE * contribution).max(1.0)
}

/// Finds the network with the largest yearly profit among today's, which comes first, and several plans, with a probability;
/// `facts` are theirs in the same order, a zone of `None` is a ten-thousandth of what today's network earns on its cars.
/// [`Options::replications`] is the most of each.
///
/// # Errors
/// [`Error::Stopped`] when the run was stopped.
pub fn best_plan(
    ground: &Ground,
    (today, plans): (&NetworkState, &[NetworkState]),
    facts: &[NetworkFacts],
    (probability, zone): (f64, Option<f64>),
    options: &Options,
    watch: &dyn Observer,
) -> Result<BestPlan, Error> {
    let problems = problems(ground, today, plans)?;
    let run = run_options(options);
    let days = f64::from(problems[0].parts().days);
    let zone = match zone {
        Some(zone) => zone,
        None => {
            let sample = simulation::Options { replications: SAMPLE, ..run.clone() };
            let outcome = simulation::run(&problems[0], &sample, watch).map_err(ended)?;
            default_zone(outcome.network.mean(Measure::Contribution) / 100.0 * 365.0 / days)
        }
    };
    let rule = Rule { first: FIRST, most: options.replications, probability, zone };
    let profit = |k: usize, tally: &simulation::Tally| yearly_profit(tally, &facts[k], days);
    let found = best_of(&problems, &run, &rule, profit, watch).map_err(ended)?;
    Ok(BestPlan { found, zone })
}
