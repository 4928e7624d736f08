use super::super::certificate;
use super::*;
use crate::lp::{Limits, Programme, Status, solve as solve_programme};

fn random(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

fn random_network(seed: &mut u64, round: usize) -> Network {
    let nodes = 2 + random(seed, 8) as usize;
    let mut balance: Vec<i64> = (0..nodes).map(|_| random(seed, 9) as i64 - 4).collect();
    balance[nodes - 1] -= balance.iter().sum::<i64>();
    let arcs = (0..nodes * [2, 4][round % 2])
        .map(|_| Arc {
            from: random(seed, nodes as u64) as usize,
            to: random(seed, nodes as u64) as usize,
            cost: random(seed, [3, 100][round / 2 % 2]) as f64 - if round.is_multiple_of(3) { 1.0 } else { 0.0 },
            capacity: (random(seed, 3) > 0 || round.is_multiple_of(3)).then(|| random(seed, 12) as i64),
        })
        .collect();
    Network { balance, arcs }
}

fn by_programme(network: &Network) -> Option<f64> {
    let mut p = Programme::new();
    let x: Vec<_> =
        network.arcs.iter().map(|a| p.column(a.cost, 0.0, a.capacity.map_or(f64::INFINITY, |c| c as f64))).collect();
    for (v, &b) in network.balance.iter().enumerate() {
        let terms = network.arcs.iter().zip(&x).flat_map(|(a, &x)| {
            [(a.from == v).then_some((x, 1.0)), (a.to == v).then_some((x, -1.0))].into_iter().flatten()
        });
        p.equal(b as f64, terms.collect::<Vec<_>>());
    }
    let s = solve_programme(&p, &Limits::default()).unwrap();
    (s.status == Status::Optimal).then_some(s.objective)
}

#[test]
fn a_thousand_random_networks_agree_with_the_linear_programme() {
    let mut seed = 29;
    let (mut solved, mut unserved) = (0, 0);
    for round in 0..1000 {
        let network = random_network(&mut seed, round);
        match (solve(&network), by_programme(&network)) {
            (Ok(plan), Some(best)) => {
                solved += 1;
                assert!((plan.cost - best).abs() < 1e-6, "{round}: {} {best}", plan.cost);
                assert!(certificate::network(&network, &plan).holds(1e-9), "{round}: {plan:?}");
            }
            (Err(FlowError::Unserved { short }), None) => {
                unserved += 1;
                assert!(short.iter().all(|&(v, units)| units > 0 && network.balance[v] < 0));
            }
            other => panic!("{round}: {other:?} {network:?}"),
        }
    }
    assert!(solved > 200 && unserved > 200, "{solved} {unserved}");
}

#[test]
fn a_circle_of_negative_cost_without_limit_is_named() {
    let arc = |from, to, cost| Arc { from, to, cost, capacity: None };
    let network = Network { balance: vec![0, 0], arcs: vec![arc(0, 1, -2.0), arc(1, 0, 1.0)] };
    assert!(matches!(solve(&network), Err(FlowError::Unbounded { .. })));
}

#[test]
fn wrong_networks_are_refused() {
    let arc = Arc { from: 0, to: 1, cost: 1.0, capacity: None };
    let wrong = |balance: &[i64], arc: Arc| solve(&Network { balance: balance.to_vec(), arcs: vec![arc] }).unwrap_err();
    assert!(matches!(wrong(&[0], arc), FlowError::Shape(_)));
    assert!(matches!(wrong(&[2, -1], arc), FlowError::Shape(_)));
    assert!(matches!(wrong(&[1, -1], Arc { cost: f64::NAN, ..arc }), FlowError::Shape(_)));
    assert!(matches!(wrong(&[1, -1], Arc { capacity: Some(-1), ..arc }), FlowError::Shape(_)));
    assert_eq!(wrong(&[1, -2], arc), FlowError::TooLittle { supply: 1, demand: 2 });
    assert!(solve(&Network::default()).is_ok());
}
