use super::{Fault, Plan, Problem, certificate};
use crate::ids::{Id, SiteId};
use crate::placement::control::Limits;
use crate::placement::costs::Costs;
use crate::placement::location::{self, Task};
use crate::progress::Observer;

fn divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Solves a maximal covering problem and checks the answer's certificate.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let cells = problem.cells();
    let fixed = vec![0; cells.sites()];
    let grain = (0..cells.clients()).fold(0, |g, c| if g == 1 { 1 } else { divisor(g, cells.weight(c)) }).max(1);
    let task = Task { costs: cells, fixed: &fixed, count: Some(problem.count()), grain };
    let answer = location::solve(&task, limits, observer)?;
    let total = cells.total();
    let plan = Plan {
        open: answer.open.iter().map(|&i| SiteId::at(i as usize)).collect(),
        covered: total - answer.value,
        bound: total as f64 - answer.bound,
        end: answer.end,
        nodes: answer.nodes,
        multipliers: answer.multipliers,
        scale: answer.scale,
    };
    certificate::check(problem, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::super::{Collector, formulation};
    use super::*;
    use crate::placement::control::End;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    #[test]
    fn random_problems_agree_with_enumeration() {
        random_problems(0..300);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_random_problems_agree_with_enumeration() {
        random_problems(0..2000);
    }

    fn random_problems(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let mut dice = Dice::new(seed);
            let (m, n) = (1 + dice.below(9), 1 + dice.below(25));
            let radius = 0.05 + 0.5 * dice.unit();
            let mut place = || [dice.unit(), dice.unit()];
            let sites: Vec<[f64; 2]> = (0..m).map(|_| place()).collect();
            let points: Vec<[f64; 2]> = (0..n).map(|_| place()).collect();
            let weights: Vec<i64> = (0..n).map(|_| dice.below(10) as i64).collect();
            let p = 1 + dice.below(m);
            let reaches = |i: usize, j: usize| {
                let (dx, dy) = (sites[i][0] - points[j][0], sites[i][1] - points[j][1]);
                dx * dx + dy * dy <= radius * radius
            };
            let best = (0u32..1 << m)
                .filter(|s| s.count_ones() as usize == p)
                .map(|s| {
                    let covered = |j: &usize| (0..m).any(|i| s >> i & 1 == 1 && reaches(i, *j));
                    (0..n).filter(covered).map(|j| weights[j]).sum::<i64>()
                })
                .max()
                .unwrap();
            let mut collector = Collector::new(sites.clone(), radius).unwrap();
            for (&point, &weight) in points.iter().zip(&weights) {
                collector.add(point, weight);
            }
            let plan = solve(&collector.finish(p).unwrap(), &Limits::default(), &Silent).unwrap();
            assert_eq!((plan.covered, plan.end), (best, End::Proved), "seed {seed}");
            assert!(plan.gap() == 0.0 || best == 0, "seed {seed}");
        }
    }

    #[test]
    fn the_compact_model_agrees_where_the_tree_is_needed() {
        let mut nodes = 0;
        for seed in 0..10 {
            let mut dice = Dice::new(seed);
            let sites: Vec<[f64; 2]> = (0..40).map(|_| [dice.unit(), dice.unit()]).collect();
            let mut collector = Collector::new(sites, 0.17).unwrap();
            for _ in 0..400 {
                let point = [dice.unit(), dice.unit()];
                collector.add(point, 1 + dice.below(100) as i64);
            }
            let problem = collector.finish(8).unwrap();
            let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
            let compact = crate::lp::solve(&formulation::compact(&problem), &crate::lp::Limits::default()).unwrap();
            assert!((plan.covered as f64 + compact.objective).abs() < 1e-6 * plan.covered as f64, "seed {seed}");
            nodes += plan.nodes;
        }
        assert!(nodes > 0);
    }
}
