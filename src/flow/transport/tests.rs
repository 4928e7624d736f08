use super::super::certificate;
use super::*;
use crate::lp::{Limits, Programme, Status, solve as solve_programme};

fn random(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

struct Case {
    supply: Vec<i64>,
    demand: Vec<i64>,
    cost: Vec<f64>,
}

impl Case {
    fn problem(&self) -> Transport<'_> {
        Transport { supply: &self.supply, demand: &self.demand, cost: &self.cost }
    }

    /// The same as a linear programme; `None` when it is infeasible.
    fn by_programme(&self) -> Option<f64> {
        let mut p = Programme::new();
        let n = self.demand.len();
        let x: Vec<_> = self
            .cost
            .iter()
            .map(|&c| if c.is_finite() { p.column(c, 0.0, f64::INFINITY) } else { p.column(0.0, 0.0, 0.0) })
            .collect();
        for (i, &s) in self.supply.iter().enumerate() {
            p.at_most(s as f64, (0..n).map(|j| (x[i * n + j], 1.0)));
        }
        for (j, &d) in self.demand.iter().enumerate() {
            p.equal(d as f64, (0..self.supply.len()).map(|i| (x[i * n + j], 1.0)));
        }
        let s = solve_programme(&p, &Limits::default()).unwrap();
        (s.status == Status::Optimal).then_some(s.objective)
    }
}

/// Degenerate, unbalanced, forbidden and impossible cases in turn.
fn random_case(seed: &mut u64, round: usize) -> Case {
    let (m, n) = (1 + random(seed, 8) as usize, 1 + random(seed, 8) as usize);
    let units = [2, 3, 50][round % 3];
    let mut supply: Vec<i64> = (0..m).map(|_| random(seed, units) as i64).collect();
    let mut demand: Vec<i64> = (0..n).map(|_| random(seed, units) as i64).collect();
    let gap = demand.iter().sum::<i64>() - supply.iter().sum::<i64>();
    match round % 5 {
        // Balanced.
        0 | 1 if gap > 0 => supply[0] += gap,
        0 | 1 => demand[0] -= gap,
        // As it falls, often too little.
        2 => {}
        // A surplus.
        _ => supply[m - 1] += gap.max(0) + random(seed, 5) as i64,
    }
    let range = [2, 9, 10_000][(round / 3) % 3];
    let forbid = round.is_multiple_of(4);
    let cost = (0..m * n)
        .map(|_| if forbid && random(seed, 3) == 0 { f64::INFINITY } else { random(seed, range) as f64 - 3.0 })
        .collect();
    Case { supply, demand, cost }
}

#[test]
fn a_thousand_random_problems_agree_with_the_linear_programme() {
    let mut seed = 17;
    let (mut unserved, mut too_little) = (0, 0);
    for round in 0..1000 {
        let case = random_case(&mut seed, round);
        match (solve(&case.problem()), case.by_programme()) {
            (Ok(plan), Some(best)) => {
                assert!((plan.cost - best).abs() < 1e-6, "{round}: {} {best}", plan.cost);
                let proof = certificate::transport(&case.problem(), &plan);
                assert!(proof.holds(1e-9), "{round}: {proof:?} {plan:?}");
                assert!(plan.source_price.iter().all(|&u| u <= 1e-9), "{round}: {plan:?}");
            }
            (Err(FlowError::TooLittle { .. }), None) => too_little += 1,
            (Err(FlowError::Unserved { short }), None) => {
                unserved += 1;
                // Giving up exactly the units named makes the problem feasible.
                let mut rest = case;
                for &(j, units) in &short {
                    rest.demand[j] -= units;
                }
                assert!(rest.by_programme().is_some() && solve(&rest.problem()).is_ok(), "{round}");
            }
            other => panic!("{round}: {other:?} {:?} {:?} {:?}", case.supply, case.demand, case.cost),
        }
    }
    assert!(unserved > 20 && too_little > 20, "{unserved} {too_little}");
}

/// The prices are what one unit more costs, wherever the answer is not degenerate both ways.
#[test]
fn prices_bound_the_change_of_one_unit() {
    let mut seed = 23;
    for round in 0..200 {
        let mut case = random_case(&mut seed, round);
        let Ok(plan) = solve(&case.problem()) else { continue };
        for j in 0..case.demand.len() {
            case.demand[j] += 1;
            if let Ok(more) = solve(&case.problem()) {
                assert!(more.cost >= plan.cost + plan.sink_price[j] - 1e-6, "{round} {j}");
            }
            case.demand[j] -= 1;
        }
    }
}

#[test]
fn larger_problems_are_proven_optimal() {
    let mut seed = 5;
    for (m, n) in [(40, 70), (120, 80), (200, 200)] {
        let demand: Vec<i64> = (0..n).map(|_| random(&mut seed, 20) as i64).collect();
        let mut supply: Vec<i64> = (0..m).map(|_| random(&mut seed, 20) as i64).collect();
        supply[0] += (demand.iter().sum::<i64>() - supply.iter().sum::<i64>()).max(0);
        let cost = (0..m * n).map(|_| random(&mut seed, 1000) as f64).collect();
        let case = Case { supply, demand, cost };
        let plan = solve(&case.problem()).unwrap();
        assert!(certificate::transport(&case.problem(), &plan).holds(1e-9));
    }
}

#[test]
fn wrong_tables_are_refused() {
    let wrong = |supply: &[i64], demand: &[i64], cost: &[f64]| solve(&Transport { supply, demand, cost }).unwrap_err();
    assert!(matches!(wrong(&[1], &[1], &[]), FlowError::Shape(_)));
    assert!(matches!(wrong(&[-1], &[0], &[1.0]), FlowError::Shape(_)));
    assert!(matches!(wrong(&[1], &[1], &[f64::NAN]), FlowError::Shape(_)));
    assert!(matches!(wrong(&[i64::MAX, 1], &[1], &[1.0, 1.0]), FlowError::Shape(_)));
    assert_eq!(wrong(&[1], &[2], &[1.0]), FlowError::TooLittle { supply: 1, demand: 2 });
    let empty = solve(&Transport { supply: &[], demand: &[], cost: &[] }).unwrap();
    assert!(empty.flows.is_empty());
    assert!(solve(&Transport { supply: &[], demand: &[0, 0], cost: &[] }).is_ok());
}
