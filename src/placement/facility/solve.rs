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
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Capacity, formulation};
    use super::*;
    use crate::placement::control::End;
    use crate::placement::costs::Matrix;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    fn random(seed: u64) -> (usize, usize, Vec<i64>, Vec<i64>) {
        let mut dice = Dice::new(seed);
        let (m, n) = (1 + dice.below(7), 1 + dice.below(10));
        let spread = 1 + dice.below(80);
        let fixed = (0..m).map(|_| dice.below(2 * spread) as i64).collect();
        let costs = (0..m * n).map(|_| dice.below(spread) as i64).collect();
        (m, n, fixed, costs)
    }

    #[test]
    fn two_thousand_uncapacitated_problems_agree_with_enumeration() {
        for seed in 0..2000 {
            let (m, n, fixed, costs) = random(seed);
            let best = (1u32..1 << m)
                .map(|set| {
                    let open: Vec<usize> = (0..m).filter(|i| set >> i & 1 == 1).collect();
                    let serve = |j: usize| open.iter().map(|&i| costs[j * m + i]).min().unwrap();
                    open.iter().map(|&i| fixed[i]).sum::<i64>() + (0..n).map(serve).sum::<i64>()
                })
                .min()
                .unwrap();
            let problem = Problem::new(fixed, Matrix::new(m, costs), None, 0).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            assert_eq!((plan.exact, plan.end), (Some(best), End::Proved), "seed {seed}");
            assert!(plan.gap() == 0.0, "seed {seed}");
        }
    }

    #[test]
    fn capacitated_problems_agree_with_the_compact_model() {
        let mut solved = 0;
        for seed in 0..200 {
            let (m, n, fixed, costs) = random(seed);
            let mut dice = Dice::new(seed + 77_000);
            let demand: Vec<f64> = (0..n).map(|_| (1 + dice.below(9)) as f64).collect();
            let of_site: Vec<f64> = (0..m).map(|_| (5 + dice.below(30)) as f64).collect();
            let single_source = seed % 2 == 0;
            let capacity = Capacity { of_site, demand, single_source };
            let Ok(problem) = Problem::new(fixed, Matrix::new(m, costs), Some(capacity), 0) else { continue };
            let strict = crate::lp::Limits { gap: 0.0, ..crate::lp::Limits::default() };
            let compact = crate::lp::solve(&formulation::compact(&problem), &strict).unwrap();
            match solve(&problem, &Limits::default(), &Silent) {
                Ok(plan) if plan.end == End::Infeasible => {
                    assert!(!compact.has_point(), "seed {seed}: claimed infeasible, yet {}", compact.objective);
                }
                Ok(plan) => {
                    assert!(
                        (plan.cost - compact.objective).abs() < 1e-5,
                        "seed {seed}: {} {}",
                        plan.cost,
                        compact.objective
                    );
                    assert!(plan.gap() < 1e-6, "seed {seed}");
                    solved += 1;
                }
                Err(fault) => panic!("seed {seed}: {fault}"),
            }
        }
        assert!(solved > 130, "{solved}");
    }
}
