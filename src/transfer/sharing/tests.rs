use super::*;

/// Independent uniform demand on (0, 200): a hash of scenario, site and seed.
fn uniform(seed: u64) -> impl Fn(u64, &mut [f64]) + Sync {
    move |number, demand| {
        for (i, d) in demand.iter_mut().enumerate() {
            let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (number << 16 | i as u64);
            for shift in [30, 27, 31] {
                x = (x ^ (x >> shift)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            }
            *d = 200.0 * ((x ^ (x >> 29)) >> 11) as f64 / (1_u64 << 53) as f64;
        }
    }
}

fn enumerated(linked: impl Fn(usize, usize) -> bool) -> SharingPlan {
    let problem = Sharing::identical(4, 1.0, 4.0, 0.5, linked).unwrap();
    let law: Vec<(f64, f64)> = [0.0, 50.0, 100.0, 150.0, 200.0].iter().map(|&d| (d, 0.2)).collect();
    let plan = solve(&problem, &independent(&vec![law; 4]).unwrap(), &Settings { gap: 1e-9, ..Settings::default() });
    plan.unwrap()
}

#[test]
fn full_enumeration_of_four_sites() {
    for (name, plan, cost) in [
        ("none", enumerated(|_, _| false), 400.0),
        ("line", enumerated(|i, j| i.abs_diff(j) == 1), 231.24),
        ("ring", enumerated(|i, j| (i + 1) % 4 == j || (j + 1) % 4 == i), 227.44),
        ("full", enumerated(|_, _| true), 225.36),
    ] {
        assert!((plan.cost - cost).abs() <= 5e-6 && plan.gap() < 1e-8, "{name}: {plan:?} {cost}");
    }
}

/// The extensive form of the two-stage programme, written out.
fn extensive(problem: &Sharing, scenarios: &Scenarios) -> f64 {
    use crate::lp::{Limits, Programme, solve};
    let n = problem.sites();
    let mut p = Programme::new();
    let stock: Vec<_> = (0..n).map(|_| p.column(0.0, 0.0, f64::INFINITY)).collect();
    for w in 0..scenarios.len() {
        let q = scenarios.weight(w);
        let flow: Vec<Vec<_>> = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        let c = problem.lane(i, j);
                        if c.is_finite() { p.column(q * c, 0.0, f64::INFINITY) } else { p.column(0.0, 0.0, 0.0) }
                    })
                    .collect()
            })
            .collect();
        for i in 0..n {
            let over = p.column(q * problem.holding()[i], 0.0, f64::INFINITY);
            let short = p.column(q * problem.penalty()[i], 0.0, f64::INFINITY);
            p.equal(0.0, (0..n).map(|j| (flow[i][j], 1.0)).chain([(over, 1.0), (stock[i], -1.0)]));
            p.equal(scenarios.demand(w)[i], (0..n).map(|j| (flow[j][i], 1.0)).chain([(short, 1.0)]));
        }
    }
    solve(&p, &Limits::default()).unwrap().objective
}

#[test]
fn the_decomposition_agrees_with_the_extensive_form() {
    for seed in 0..6 {
        let n = 2 + seed as usize % 4;
        let source = uniform(seed);
        let number = |k: u64, low: f64, high: f64| {
            let mut one = [0.0];
            source(1_000_000 + k, &mut one);
            low + (high - low) * one[0] / 200.0
        };
        let holding = (0..n as u64).map(|i| number(i, 0.5, 2.0)).collect();
        let penalty = (0..n as u64).map(|i| number(100 + i, 2.0, 9.0)).collect();
        // A third of the lanes is missing; dear neighbours make own-first wrong at times.
        let lane = (0..(n * n) as u64)
            .map(|k| if number(200 + k, 0.0, 3.0) < 1.0 { f64::INFINITY } else { number(300 + k, 0.1, 2.0) })
            .collect();
        let problem = Sharing::new(holding, penalty, lane).unwrap();
        let scenarios = Scenarios::sample(n, &source, 0, 60).unwrap();
        let plan = solve(&problem, &scenarios, &Settings::default()).unwrap();
        let best = extensive(&problem, &scenarios);
        assert!((plan.cost - best).abs() <= 3e-6 * best && plan.bound <= best * (1.0 + 1e-9), "{plan:?} {best}");
    }
}

#[test]
fn costs_agree_with_the_formula_where_there_is_one() {
    let problem = Sharing::identical(5, 1.0, 4.0, 0.5, |_, _| true).unwrap();
    let scenarios = Scenarios::sample(5, &uniform(3), 0, 200).unwrap();
    let plan = solve(&problem, &scenarios, &Settings::default()).unwrap();
    let again = certificate::complete(&problem, &scenarios, &plan.stock).unwrap();
    assert!((plan.cost - again).abs() < 1e-6, "{} {again}", plan.cost);
}

/// Four sites, U(0, 200), c = 0.5: the best is 183.78079 at 127.01999 each (closed form).
#[test]
fn a_sample_comes_close_to_the_closed_form_and_its_interval_covers_it() {
    let problem = Sharing::identical(4, 1.0, 4.0, 0.5, |_, _| true).unwrap();
    let plan = solve(&problem, &Scenarios::sample(4, &uniform(1), 0, 2000).unwrap(), &Settings::default()).unwrap();
    let fresh = Scenarios::sample(4, &uniform(2), 0, 200_000).unwrap();
    let truth = certificate::complete(&problem, &fresh, &plan.stock).unwrap();
    assert!(truth / 183.780_79 - 1.0 < 0.01, "{plan:?} {truth}");
    let (mut covered, seeds) = (0, 200);
    for seed in 0..seeds {
        let rounds = Rounds { first: 0, scenarios: 400, samples: 0, size: 0 };
        covered += u32::from(
            assess(&problem, &[127.019_99; 4], &uniform(100 + seed), &rounds).unwrap().interval.contains(183.780_79),
        );
    }
    assert!(f64::from(covered) >= 0.91 * seeds as f64, "{covered} of {seeds}");
    let rounds = Rounds { first: 10_000, scenarios: 1000, samples: 8, size: 300 };
    let judged = assess(&problem, &plan.stock, &uniform(1), &rounds).unwrap();
    assert!(judged.gap >= 0.0 && judged.gap_limit >= truth - 183.780_79, "{judged:?}");
    assert!(judged.gap_limit < 0.1 * judged.cost, "{judged:?}");
}

/// The 95 % interval of the cost of a stock covers the closed form in at least 930 of 1,000 seeds. Some seconds:
/// `cargo test --release --lib sharing -- --ignored the_interval_covers`.
#[test]
#[ignore = "some seconds; see the command above"]
fn the_interval_covers_the_truth_in_a_thousand_seeds() {
    let problem = Sharing::identical(4, 1.0, 4.0, 0.5, |_, _| true).unwrap();
    let rounds = Rounds { first: 0, scenarios: 400, samples: 0, size: 0 };
    let covers = |seed: u64| {
        let judged = assess(&problem, &[127.019_99; 4], &uniform(10_000 + seed), &rounds).unwrap();
        judged.interval.contains(183.780_79)
    };
    let covered = (0..1000).filter(|&seed| covers(seed)).count();
    println!("{covered} of 1000 intervals cover the closed form");
    assert!(covered >= 930, "{covered}");
}

/// A sample of 100,000 scenarios chooses a stock whose true cost, by the closed form, is within 0.1 % of the best:
/// `cargo test --release --lib sharing -- --ignored a_large_sample`.
#[test]
#[ignore = "some seconds; see the command above"]
fn a_large_sample_finds_the_closed_form() {
    let problem = Sharing::identical(4, 1.0, 4.0, 0.5, |_, _| true).unwrap();
    let scenarios = Scenarios::sample(4, &uniform(1), 0, 100_000).unwrap();
    let plan = solve(&problem, &scenarios, &Settings { gap: 1e-5, ..Settings::default() }).unwrap();
    // Levels differ between sites by the sample's chance; judged on four million fresh scenarios, both on the same.
    let fresh = Scenarios::sample(4, &uniform(2), 0, 4_000_000).unwrap();
    let truth = certificate::complete(&problem, &fresh, &plan.stock).unwrap();
    let best = certificate::complete(&problem, &fresh, &[127.019_99; 4]).unwrap();
    println!("{:.5} % above the closed form's stock", 100.0 * (truth / best - 1.0));
    assert!(truth / best - 1.0 < 0.001 && (best / 183.780_79 - 1.0).abs() < 0.001);
}

#[test]
fn ten_sites_and_three_hundred_scenarios() {
    let problem = Sharing::identical(10, 1.0, 4.0, 0.5, |i, j| i.abs_diff(j) <= 3).unwrap();
    let scenarios = Scenarios::sample(10, &uniform(7), 0, 300).unwrap();
    let start = std::time::Instant::now();
    let plan = solve(&problem, &scenarios, &Settings::default()).unwrap();
    println!("{:?} {} rounds, gap {:e}", start.elapsed(), plan.rounds, plan.gap());
    assert!(plan.gap() <= 1e-6, "{plan:?}");
}

#[test]
fn wrong_tables_are_refused_with_all_their_faults() {
    let err = Sharing::new(vec![1.0, -1.0], vec![1.0], vec![f64::NAN; 4]).unwrap_err().to_string();
    assert!(err.lines().count() >= 3, "{err}");
    assert!(Scenarios::new(2, vec![1.0, -2.0], vec![1.0]).is_err());
    assert!(Scenarios::new(2, vec![1.0], vec![1.0]).is_err());
    assert!(Scenarios::new(1, vec![1.0], vec![0.4]).is_err());
    assert!(independent(&vec![vec![(1.0, 0.1); 10]; 9]).is_err());
}
