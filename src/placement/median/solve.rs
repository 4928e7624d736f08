use super::{Fault, Plan, Problem};
use crate::ids::{Id, SiteId};
use crate::placement::control::{End, Limits};
use crate::placement::costs::Costs;
use crate::placement::location::{self, Task};
use crate::progress::Observer;

/// Solves a p-median problem and checks the answer's certificate.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let costs = problem.distances();
    let fixed = vec![0; costs.sites()];
    let task = Task { costs, fixed: &fixed, count: Some(problem.count()), grain: 1 };
    let answer = location::solve(&task, limits, observer)?;
    let mut plan = Plan {
        open: answer.open.iter().map(|&i| SiteId::at(i as usize)).collect(),
        cost: answer.value,
        bound: answer.bound,
        end: answer.end,
        nodes: answer.nodes,
        proof: answer.proof,
        scale: answer.scale,
    };
    super::certificate::check(problem, &plan).map_err(Fault::Certificate)?;
    let proved = super::certificate::proved(problem, &plan);
    if proved < plan.bound {
        // The proof outgrew its store: only what can be checked is said.
        plan.bound = proved;
        plan.end = if plan.end == End::Proved { End::WorkLimit } else { plan.end };
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::super::{Distances, Problem, formulation};
    use super::*;
    use crate::placement::costs::Matrix;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    fn best_by_enumeration(table: &[Vec<i64>], p: usize) -> i64 {
        let sites = table[0].len();
        (0u32..1 << sites)
            .filter(|set| set.count_ones() as usize == p)
            .map(|set| {
                let open = |i: &usize| set >> i & 1 == 1;
                table.iter().map(|row| (0..sites).filter(open).map(|i| row[i]).min().unwrap()).sum()
            })
            .min()
            .unwrap()
    }

    #[test]
    fn two_thousand_random_problems_agree_with_enumeration() {
        for seed in 0..2000 {
            let mut dice = Dice::new(seed);
            let (m, n) = (2 + dice.below(7), 1 + dice.below(14));
            let spread = 1 + dice.below(60);
            let table: Vec<Vec<i64>> = (0..n).map(|_| (0..m).map(|_| dice.below(spread) as i64).collect()).collect();
            let p = 1 + dice.below(m);
            let problem = Problem::new(Distances::Matrix(Matrix::new(m, table.concat())), p).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            assert_eq!(plan.cost, best_by_enumeration(&table, p), "seed {seed}: {m} sites, {n} clients, p {p}");
            assert_eq!(plan.end, End::Proved, "seed {seed}");
            assert!(plan.gap() == 0.0, "seed {seed}");
        }
    }

    #[test]
    fn the_compact_model_agrees() {
        for seed in 0..20 {
            let mut dice = Dice::new(1000 + seed);
            let (m, n) = (12, 25);
            let costs = Matrix::new(m, (0..m * n).map(|_| dice.below(100) as i64).collect());
            let problem = Problem::new(Distances::Matrix(costs), 4).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            let compact = crate::lp::solve(&formulation::compact(&problem), &crate::lp::Limits::default()).unwrap();
            assert!((compact.objective - plan.cost as f64).abs() < 1e-6, "seed {seed}");
        }
    }
}
