//! How good is a decision that was found on a sample (Mak, Morton & Wood 1999).
//!
//! The expected optimum of a sample problem is a lower bound on the true optimum, the true cost of any decision an upper
//! one. `batches` sample problems give the first with an interval, `batches` evaluations of the best candidate on
//! fresh samples the second.

use super::recourse::Recourse;
use super::{Answer, Sampling, Settings, TwoStage, solve};
use crate::lp::{Failure, Status};
use crate::stats::interval::{Interval, of_floats};

/// How much is sampled.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Independent sample problems, and independent evaluations.
    pub batches: u32,
    /// Scenarios of each sample problem.
    pub scenarios: usize,
    /// Scenarios of each evaluation.
    pub evaluation: usize,
    /// How they are drawn.
    pub sampling: Sampling,
    /// Seed.
    pub seed: u64,
}

/// A decision between its bounds.
#[derive(Clone, Debug)]
pub struct Bounded {
    /// The decision.
    pub x: Vec<f64>,
    /// Mean optimum of the sample problems: statistically below the true optimum.
    pub lower: Interval,
    /// Mean cost of the decision on fresh samples: statistically above the true optimum.
    pub upper: Interval,
    /// Master programmes and recourse programmes solved.
    pub work: (u64, u64),
}

impl Bounded {
    /// 95 % upper limit of the optimality gap: the upper end above minus the lower end below (each at 97.5 %, so
    /// both hold together at 95 %).
    pub fn gap(&self) -> f64 {
        (self.upper.high() - self.lower.low()).max(0.0)
    }
}

/// Batches of evaluations are numbered apart from those of optimisation.
const FRESH: u32 = 1 << 20;

/// Solves the sample problems, picks the candidate that is cheapest on one common fresh sample, and evaluates it.
pub fn bounded(problem: &TwoStage, effort: Effort, settings: &Settings) -> Result<Bounded, Failure> {
    let mut answers: Vec<Answer> = Vec::new();
    for batch in 0..effort.batches {
        let sample = problem.sample(effort.scenarios, effort.sampling, effort.seed, batch);
        let answer = solve(problem, &sample, settings)?;
        if answer.status != Status::Optimal {
            return Err(Failure::Solver(format!("sample problem {batch} ended {:?}", answer.status)));
        }
        answers.push(answer);
    }
    let mut recourse = Recourse::new(problem, &settings.limits)?;
    let mut cost = |x: &[f64], batch: u32| -> Result<f64, Failure> {
        let sample = problem.sample(effort.evaluation, effort.sampling, effort.seed, FRESH + batch);
        let second: f64 = recourse.costs(x, &sample)?.iter().sum();
        Ok(problem.first.objective(x) + second / sample.len() as f64)
    };
    // The sample that chooses must not be the sample that judges.
    let mut chosen = (f64::INFINITY, 0);
    for (k, answer) in answers.iter().enumerate() {
        let c = cost(&answer.x, effort.batches)?;
        if c < chosen.0 {
            chosen = (c, k);
        }
    }
    let x = answers[chosen.1].x.clone();
    let uppers: Vec<f64> = (0..effort.batches).map(|b| cost(&x, b)).collect::<Result<_, _>>()?;
    let lowers: Vec<f64> = answers.iter().map(|a| a.bound).collect();
    let work = answers.iter().fold((0, recourse.solves), |(m, r), a| (m + u64::from(a.rounds), r + a.recourse_solves));
    Ok(Bounded { x, lower: of_floats(&lowers, 0.975), upper: of_floats(&uppers, 0.975), work })
}
