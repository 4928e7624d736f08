use super::*;
use crate::lp::{Limits, Status};

/// A newsvendor: buy x at 1, sell at 3 what is asked for, ξ uniform on 10, 20, 30, 40.
fn newsvendor() -> TwoStage {
    let mut first = Programme::new();
    first.column(1.0, 0.0, 100.0);
    let mut second = Programme::new();
    let y = second.column(-3.0, 0.0, f64::INFINITY);
    second.at_most(0.0, [(y, 1.0)]);
    second.at_most(25.0, [(y, 1.0)]);
    let outcomes = [10.0, 20.0, 30.0, 40.0].map(|v| (v, 0.25)).to_vec();
    TwoStage { first, second, linking: vec![vec![(0, -1.0)], vec![]], chance: vec![Chance { row: 1, outcomes }] }
}

#[test]
fn the_newsvendor_buys_the_critical_quantile() {
    // F(x) = 2/3 lies in the step at 30: cost 30 − 3 (10 + 20 + 30 + 30) / 4 = −37.5.
    let p = newsvendor();
    let a = solve(&p, &p.enumerate(), &Settings::default()).unwrap();
    assert_eq!(a.status, Status::Optimal);
    assert!((a.objective + 37.5).abs() < 1e-6 && (a.x[0] - 30.0).abs() < 1e-6, "{a:?}");
    assert!(a.bound <= a.objective + 1e-9 && a.bound > a.objective - 1e-5);
}

/// Random programmes, some of whose first-stage points leave a scenario without an answer.
fn random(seed: u64) -> TwoStage {
    let mut s = Stream::from_hash(seed);
    let mut first = Programme::new();
    let x: Vec<_> = (0..4).map(|_| first.column(1.0 + s.unit(), 0.0, 20.0)).collect();
    first.at_most(45.0, x.iter().map(|&c| (c, 1.0)));
    let mut second = Programme::new();
    let mut linking = Vec::new();
    let mut chance = Vec::new();
    let y: Vec<_> = (0..6).map(|_| second.column(s.unit() * 4.0, 0.0, 15.0)).collect();
    for r in 0..3 {
        let terms: Vec<_> = y.iter().map(|&c| (c, (s.below(3)) as f64)).collect();
        second.at_least(1.0, terms);
        linking.push(vec![(r, 1.0), (3, 0.5)]);
        let outcomes = vec![(5.0 + s.unit() * 10.0, 0.3), (20.0 + s.unit() * 30.0, 0.7)];
        chance.push(Chance { row: r, outcomes });
    }
    let cap: Vec<_> = y.iter().map(|&c| (c, 1.0)).collect();
    second.at_most(12.0, cap);
    linking.push(vec![(0, -0.5)]);
    TwoStage { first, second, linking, chance }
}

#[test]
fn decomposition_equals_the_extensive_form() {
    let (mut solved, mut infeasible) = (0, 0);
    for seed in 0..40 {
        let p = random(seed);
        let all = p.enumerate();
        let exact = crate::lp::solve(&p.extensive(&all), &Limits::default()).unwrap().objective;
        let a = solve(&p, &all, &Settings::default()).unwrap();
        if exact.is_finite() {
            assert_eq!(a.status, Status::Optimal, "{seed}");
            assert!((a.objective - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{seed} {} {exact}", a.objective);
            solved += 1;
        } else {
            assert_eq!(a.status, Status::Infeasible, "{seed}");
            infeasible += 1;
        }
    }
    assert!(solved > 10, "{solved} {infeasible}");
}

#[test]
fn latin_hypercube_hits_every_stratum() {
    let p = newsvendor();
    let sample = p.sample(8, Sampling::LatinHypercube, 1, 0);
    for value in [10.0, 20.0, 30.0, 40.0] {
        assert_eq!(sample.iter().filter(|s| s.values[0] == value).count(), 2);
    }
    assert_ne!(p.sample(64, Sampling::Plain, 1, 0), p.sample(64, Sampling::Plain, 1, 1));
    assert_eq!(p.sample(64, Sampling::Plain, 1, 0), p.sample(64, Sampling::Plain, 1, 0));
}

#[test]
fn statistical_bounds_enclose_the_optimum() {
    let p = newsvendor();
    let effort = bounds::Effort { batches: 20, scenarios: 50, evaluation: 200, sampling: Sampling::Plain, seed: 3 };
    let b = bounds::bounded(&p, effort, &Settings::default()).unwrap();
    assert!(b.lower.low() <= -37.5 && b.upper.high() >= -37.5, "{b:?}");
    assert!(b.gap() < 10.0);
    let sharper = bounds::Effort { sampling: Sampling::LatinHypercube, scenarios: 48, evaluation: 200, ..effort };
    let sharper = bounds::bounded(&p, sharper, &Settings::default()).unwrap();
    assert!(sharper.gap() < 1e-6, "{sharper:?}");
}
