use super::{Fault, Plan, Problem, capacitated, certificate};
use crate::ids::{Id, SiteId};
use crate::placement::control::Limits;
use crate::placement::costs::Costs;
use crate::placement::location::{self, Task};
use crate::progress::Observer;

/// Solves a facility-location problem and checks the answer's certificate.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let plan = if problem.capacity().is_some() {
        capacitated::solve(problem, limits, observer)?
    } else {
        uncapacitated(problem, limits, observer)?
    };
    certificate::check(problem, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

fn divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn uncapacitated(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let costs = problem.costs();
    let numbers = (0..costs.clients()).flat_map(|j| costs.row(j)).chain(problem.fixed());
    let grain = numbers.fold(0, |g, &c| if g == 1 { 1 } else { divisor(g, c) }).max(1);
    let task = Task { costs, fixed: problem.fixed(), count: None, grain };
    let answer = location::solve(&task, limits, observer)?;
    let nearest = |j: usize| answer.open.iter().copied().min_by_key(|&i| (costs.cost(i as usize, j), i));
    let served =
        (0..costs.clients()).map(|j| nearest(j).map(|i| (SiteId::at(i as usize), 1.0)).into_iter().collect()).collect();
    let cost = answer.value as f64 / problem.scale();
    let bound = if answer.bound >= answer.value as f64 { cost } else { answer.bound / problem.scale() };
    Ok(Plan {
        open: answer.open.iter().map(|&i| SiteId::at(i as usize)).collect(),
        served,
        cost,
        exact: Some(answer.value),
        bound,
        end: answer.end,
        nodes: answer.nodes,
        multipliers: answer.multipliers.iter().map(|&v| v as f64 / answer.scale as f64 / problem.scale()).collect(),
    })
}
