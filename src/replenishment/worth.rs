//! What one more of a scarce thing is worth: the problem solved again with it, beside the relaxation's value.
//!
//! A shadow price holds for a small change of the relaxation; a planner asks for one more slot, one more carrier run,
//! 10,000 more of credit. Both numbers stand side by side.

use super::compact::{self, Shape};
use super::plan::Plan;
use super::problem::{Data, Error, Problem};
use super::solve::{Options, solve};
use crate::lp::Limits;
use crate::progress::Silent;

/// Credit that is added, money.
pub const CREDIT_STEP: f64 = 10_000.0;

/// A limit that may be widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scarce {
    /// One more build slot.
    Slot {
        /// Position in `supply`.
        supply: usize,
        /// Week.
        week: usize,
    },
    /// One more place, all weeks.
    Storage {
        /// Dealer.
        dealer: usize,
    },
    /// [`CREDIT_STEP`] more credit, all weeks.
    Credit {
        /// Dealer.
        dealer: usize,
    },
    /// One more run a week.
    Run {
        /// Position in `carriers`.
        carrier: usize,
    },
}

impl Scarce {
    /// The week, where it has one.
    pub fn week(self) -> Option<usize> {
        match self {
            Self::Slot { week, .. } => Some(week),
            _ => None,
        }
    }

    /// The data with one more of it.
    pub fn widened(self, data: &Data) -> Data {
        let mut data = data.clone();
        match self {
            Self::Slot { supply, week } => data.supply[supply].slots[week] += 1,
            Self::Storage { dealer } => data.dealers[dealer].storage = data.dealers[dealer].storage.map(|s| s + 1.0),
            Self::Credit { dealer } => {
                data.dealers[dealer].credit = data.dealers[dealer].credit.map(|c| c + CREDIT_STEP);
            }
            Self::Run { carrier } => data.carriers[carrier].fleet = data.carriers[carrier].fleet.map(|f| f + 1),
        }
        data
    }
}

/// One scarce thing and its two values, money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// What is widened.
    pub what: Scarce,
    /// What the relaxation's price says for the whole step.
    pub relaxation: f64,
    /// Cost of the plan now less the cost of the plan solved again with more of it. Negative differences are the
    /// noise of plans that are not proven optimal.
    pub solved_again: f64,
}

/// Everything with a positive price in the relaxation, dearest first.
fn scarce(data: &Data, plan: &Plan) -> Vec<(Scarce, f64)> {
    let p = &plan.prices;
    let mut found = Vec::new();
    for (supply, weeks) in p.slots.iter().enumerate() {
        found.extend(weeks.iter().enumerate().map(|(week, &v)| (Scarce::Slot { supply, week }, v)));
    }
    let sum = |table: &[Vec<f64>], i: usize| table.get(i).map_or(0.0, |w| w.iter().sum::<f64>());
    for dealer in 0..data.dealers.len() {
        found.push((Scarce::Storage { dealer }, sum(&p.storage, dealer)));
        found.push((Scarce::Credit { dealer }, sum(&p.credit, dealer) * CREDIT_STEP));
    }
    for (carrier, k) in data.carriers.iter().enumerate() {
        found.push((Scarce::Run { carrier }, sum(&p.fleet, carrier) * k.capacity));
    }
    found.retain(|f| f.1 > 1e-9);
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

/// The values of the whole model (small instances): every scarce thing, solved again exactly.
///
/// # Errors
/// Those of [`compact::solve`].
pub fn of_the_whole_model(problem: &Problem, shape: Shape, limits: &Limits) -> Result<Vec<Worth>, Error> {
    let relaxed = compact::solve(problem, Shape { integer: false, ..shape }, limits)?;
    let now = compact::solve(problem, shape, limits)?.objective;
    let again = |(what, relaxation): (Scarce, f64)| {
        let wider = Problem::new(what.widened(problem.data()))?;
        let solved_again = now - compact::solve(&wider, shape, limits)?.objective;
        Ok(Worth { what, relaxation, solved_again })
    };
    scarce(problem.data(), &relaxed.plan).into_iter().map(again).collect()
}

/// The values of a plan's `most` dearest scarce things, each by a whole new plan.
///
/// # Errors
/// Those of [`solve`].
pub fn of_a_plan(problem: &Problem, plan: &Plan, options: &Options, most: usize) -> Result<Vec<Worth>, Error> {
    let now = plan.cost.total();
    let again = |(what, relaxation): (Scarce, f64)| {
        let wider = Problem::new(what.widened(problem.data()))?;
        let solved_again = now - solve(&wider, options, &Silent)?.cost.total();
        Ok(Worth { what, relaxation, solved_again })
    };
    scarce(problem.data(), plan).into_iter().take(most).map(again).collect()
}
