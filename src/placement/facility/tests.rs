//! Random small instances against enumeration. The default suite runs the first of each; all two thousand of each:
//! `cargo test --release --lib placement -- --include-ignored`.

use super::*;
use crate::lp::{Col, Programme};
use crate::placement::control::{End, Limits};
use crate::placement::costs::{Costs, Matrix};
use crate::placement::dice::Dice;
use crate::progress::Silent;
use std::ops::Range;

fn random(seed: u64, sites: usize, clients: usize) -> (usize, usize, Vec<i64>, Vec<i64>) {
    let mut dice = Dice::new(seed);
    let (m, n) = (1 + dice.below(sites), 1 + dice.below(clients));
    let spread = 1 + dice.below(80);
    let fixed = (0..m).map(|_| dice.below(2 * spread) as i64).collect();
    let costs = (0..m * n).map(|_| dice.below(spread) as i64).collect();
    (m, n, fixed, costs)
}

/// Capacities near what a third of the sites needs; equal ones and clients without demand appear too.
fn capacity(seed: u64, m: usize, n: usize, single_source: bool) -> Capacity {
    let mut dice = Dice::new(seed + 77_000);
    let demand: Vec<f64> = (0..n).map(|_| dice.below(10) as f64).collect();
    let mean = demand.iter().sum::<f64>() / m as f64;
    let equal = dice.below(3) == 0;
    let mut one = || ((0.5 + 3.0 * dice.unit()) * mean).round();
    let first = one();
    let of_site = (0..m).map(|_| if equal { first } else { one() }).collect();
    Capacity { of_site, demand, single_source }
}

fn sets(m: usize) -> impl Iterator<Item = Vec<usize>> {
    (1u32..1 << m).map(move |set| (0..m).filter(|i| set >> i & 1 == 1).collect())
}

fn uncapacitated(seeds: Range<u64>) {
    for seed in seeds {
        let (m, n, fixed, costs) = random(seed, 7, 10);
        let best = sets(m)
            .map(|open| {
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

/// The transport problem of a set as a linear programme, which shares no line with the search.
fn transport(problem: &Problem, open: &[usize]) -> Option<f64> {
    let (costs, capacity) = (problem.costs(), problem.capacity().unwrap());
    let mut p = Programme::new();
    let x: Vec<Vec<Col>> = (0..costs.clients())
        .map(|j| open.iter().map(|&i| p.column(costs.cost(i, j) as f64, 0.0, 1.0)).collect())
        .collect();
    for row in &x {
        p.equal(1.0, row.iter().map(|&c| (c, 1.0)));
    }
    for (a, &i) in open.iter().enumerate() {
        p.at_most(capacity.of_site[i], x.iter().zip(&capacity.demand).map(|(row, &d)| (row[a], d)));
    }
    let solution = crate::lp::solve(&p, &crate::lp::Limits::default()).unwrap();
    solution.has_point().then_some(solution.objective)
}

fn divisible(seeds: Range<u64>) {
    let mut split = 0;
    for seed in seeds.clone() {
        let (m, n, fixed, costs) = random(seed, 6, 9);
        let Ok(problem) = Problem::new(fixed.clone(), Matrix::new(m, costs), Some(capacity(seed, m, n, false)), 0)
        else {
            continue;
        };
        let cost =
            |open: &Vec<usize>| Some(open.iter().map(|&i| fixed[i]).sum::<i64>() as f64 + transport(&problem, open)?);
        let best = sets(m).filter_map(|open| cost(&open)).fold(f64::INFINITY, f64::min);
        let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
        assert!((plan.cost - best).abs() < 1e-6 * best.max(1.0), "seed {seed}: {} {best}", plan.cost);
        assert!(plan.end == End::Proved && (plan.gap() < 1e-6 || best == 0.0), "seed {seed}");
        split += usize::from(plan.served.iter().any(|s| s.len() > 1));
    }
    assert!(split as u64 * 10 > seeds.end - seeds.start, "{split}");
}

fn single_source(seeds: Range<u64>) {
    let (mut infeasible, mut differs) = (0, 0);
    for seed in seeds {
        let (m, n, fixed, costs) = random(seed, 4, 6);
        let table = Matrix::new(m, costs.clone());
        let limits = capacity(seed, m, n, true);
        let Ok(problem) = Problem::new(fixed.clone(), table, Some(limits.clone()), 0) else { continue };
        let mut best: Option<i64> = None;
        for code in 0..m.pow(n as u32) {
            let place: Vec<usize> = (0..n).map(|j| code / m.pow(j as u32) % m).collect();
            let load = |i: usize| (0..n).filter(|&j| place[j] == i).map(|j| limits.demand[j]).sum::<f64>();
            if (0..m).all(|i| load(i) <= limits.of_site[i]) {
                let open: i64 = (0..m).filter(|i| place.contains(i)).map(|i| fixed[i]).sum();
                let cost = open + (0..n).map(|j| costs[j * m + place[j]]).sum::<i64>();
                best = Some(best.map_or(cost, |b| b.min(cost)));
            }
        }
        let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
        match best {
            None => {
                assert_eq!(plan.end, End::Infeasible, "seed {seed}");
                infeasible += 1;
            }
            Some(best) => {
                assert_eq!((plan.exact, plan.end), (Some(best), End::Proved), "seed {seed}");
                assert!(plan.gap() < 1e-6 || best == 0, "seed {seed}");
                let divided = Capacity { single_source: false, ..limits };
                let easier = Problem::new(fixed, Matrix::new(m, costs), Some(divided), 0).unwrap();
                let easier = solve(&easier, &Limits::default(), &Silent).unwrap();
                differs += usize::from(easier.cost < best as f64 - 1e-6);
            }
        }
    }
    assert!(infeasible > 0 && differs > 5, "{infeasible} {differs}");
}

#[test]
fn uncapacitated_problems_agree_with_enumeration() {
    uncapacitated(0..300);
}

#[test]
#[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
fn two_thousand_uncapacitated_problems_agree_with_enumeration() {
    uncapacitated(0..2000);
}

#[test]
fn divisible_problems_agree_with_enumeration() {
    divisible(0..100);
}

#[test]
#[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
fn two_thousand_divisible_problems_agree_with_enumeration() {
    divisible(0..2000);
}

#[test]
fn single_source_problems_agree_with_enumeration() {
    single_source(0..200);
}

#[test]
#[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
fn two_thousand_single_source_problems_agree_with_enumeration() {
    single_source(0..2000);
}

#[test]
fn larger_problems_agree_with_the_compact_model() {
    let mut nodes = 0;
    for seed in 0..12 {
        let mut dice = Dice::new(seed + 400);
        let (m, n) = (12, 18);
        let fixed = (0..m).map(|_| 100 + dice.below(200) as i64).collect();
        let costs: Vec<i64> = (0..m * n).map(|_| dice.below(100) as i64).collect();
        let demand: Vec<f64> = (0..n).map(|_| (5 + dice.below(30)) as f64).collect();
        let of_site = (0..m).map(|_| (40 + dice.below(120)) as f64).collect();
        let capacity = Capacity { of_site, demand, single_source: seed % 2 == 0 };
        let problem = Problem::new(fixed, Matrix::new(m, costs), Some(capacity), 0).unwrap();
        let strict = crate::lp::Limits { gap: 0.0, ..crate::lp::Limits::default() };
        let compact = crate::lp::solve(&formulation::compact(&problem), &strict).unwrap();
        let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
        assert!((plan.cost - compact.objective).abs() < 1e-5, "seed {seed}: {} {}", plan.cost, compact.objective);
        assert!(plan.end == End::Proved && plan.gap() < 1e-6, "seed {seed}");
        nodes += plan.nodes;
    }
    assert!(nodes > 20, "{nodes}");
}

#[test]
fn a_certificate_refuses_what_does_not_hold() {
    let (m, costs) = (2, vec![1, 9, 9, 1, 5, 5]);
    let capacity = Capacity { of_site: vec![4.0, 4.0], demand: vec![2.0; 3], single_source: false };
    let problem = Problem::new(vec![3, 4], Matrix::new(m, costs), Some(capacity), 0).unwrap();
    let plan = solve(&problem, &Limits::default(), &Silent).unwrap();
    assert_eq!(plan.cost, 14.0);
    assert!(certificate::root_bound(&problem, &plan).is_some_and(|b| b <= 14.0));
    for v in [0.0, 5.0, 10.0, 100.0] {
        let other = Plan { multipliers: vec![v, 7.0, v], ..plan.clone() };
        assert!(certificate::root_bound(&problem, &other).is_some_and(|b| b <= 14.0), "{v}");
    }
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        assert!(certificate::check(&problem, &other).is_err());
    };
    certificate::check(&problem, &plan).unwrap();
    refused(&|p| p.cost -= 1.0);
    refused(&|p| p.bound = 15.0);
    refused(&|p| p.served[0][0].1 = 0.5);
    refused(&|p| p.open.truncate(1));
    refused(&|p| p.served.iter_mut().for_each(|s| *s = vec![(p.open[0], 1.0)]));
}
