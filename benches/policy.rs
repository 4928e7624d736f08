//! Exact stock policies: CPU seconds on one thread (`cargo bench --bench policy`).
//!
//! The Python package stockpyl 1.0.2 needs 0.5 s for one exact (s, S) problem and 5.2 s for the serial example.

use forecourt::replenishment::policy::serial::{Serial, Stage};
use forecourt::replenishment::policy::{Law, Rates, rq, serial, ss};
use forecourt::transfer::sharing::{Scenarios, Settings, Sharing, certificate, solve};
use std::hint::black_box;
use std::time::Instant;

/// Seconds that all threads of this process have spent on a processor; wall clock where the kernel does not tell.
fn cpu() -> f64 {
    let of =
        |path: &std::path::Path| std::fs::read_to_string(path).ok()?.split_whitespace().next()?.parse::<f64>().ok();
    let threads = std::fs::read_dir("/proc/self/task").ok();
    let spent: Option<f64> = threads.map(|t| t.flatten().filter_map(|t| of(&t.path().join("schedstat"))).sum());
    spent.filter(|&ns| ns > 0.0).map_or_else(|| START.with(|s| s.elapsed().as_secs_f64()), |ns| ns * 1e-9)
}

thread_local! {
    static START: Instant = Instant::now();
}

fn timed(name: &str, work: impl FnOnce() -> String) {
    let start = cpu();
    let note = work();
    println!("{name:<44}{:>10.4} CPU s  {note}", cpu() - start);
}

/// Independent uniform demand on (0, 200).
fn uniform(number: u64, demand: &mut [f64]) {
    for (i, d) in demand.iter_mut().enumerate() {
        let mut x = number << 16 | i as u64;
        for shift in [30, 27, 31] {
            x = (x ^ (x >> shift)).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        }
        *d = 200.0 * ((x ^ (x >> 29)) >> 11) as f64 / (1_u64 << 53) as f64;
    }
}

fn main() {
    timed("25 (s, S) and 20 (r, Q), Poisson", || {
        let mut sum = 0.0;
        for mean in (10..=22).chain(64..=75) {
            let law = Law::Poisson { mean: f64::from(mean) };
            let rates = Rates::new(1.0, 9.0).expect("positive rates");
            sum += ss::solve(black_box(&law), rates, 64.0, 0.0).expect("a valid problem").cost;
        }
        for (h, p) in [(10.0, 25.0), (10.0, 100.0), (25.0, 25.0), (25.0, 100.0)] {
            for k in [1.0, 5.0, 25.0, 100.0, 1000.0] {
                let rates = Rates::new(h, p).expect("positive rates");
                sum += rq::solve(black_box(&Law::Poisson { mean: 50.0 }), rates, k, 1.0).expect("valid").cost;
            }
        }
        format!("sum of costs {sum:.4}")
    });
    timed("serial system of three stages, normal", || {
        let stage = |h, lead| Stage { name: String::new(), echelon_holding: h, lead };
        let stages = vec![stage(3.0, 1.0), stage(2.0, 1.0), stage(2.0, 2.0)];
        let data = Serial { stages, penalty: 37.12, demand: Law::Normal { mean: 5.0, sd: 1.0 } };
        format!("cost {:.6}", serial::solve(black_box(&data)).expect("a valid system").cost)
    });
    let sharing = |n: usize, reach: usize| {
        Sharing::identical(n, 1.0, 4.0, 0.5, move |i, j| i.abs_diff(j) <= reach).expect("valid costs")
    };
    timed("sample average, 10 sites x 300 scenarios", || {
        let scenarios = Scenarios::sample(10, &uniform, 0, 300).expect("valid demand");
        let plan = solve(&sharing(10, 3), &scenarios, &Settings::default()).expect("a valid problem");
        format!("cost {:.4}, gap {:.1e}, {} rounds", plan.cost, plan.gap(), plan.rounds)
    });
    timed("sample average, 4 sites x 100000 scenarios", || {
        let scenarios = Scenarios::sample(4, &uniform, 0, 100_000).expect("valid demand");
        let problem = sharing(4, 3);
        let plan = solve(&problem, &scenarios, &Settings { gap: 1e-5, ..Settings::default() }).expect("valid");
        let fresh = Scenarios::sample(4, &uniform, 1 << 30, 4_000_000).expect("valid demand");
        let truth = certificate::complete(&problem, &fresh, &plan.stock).expect("identical sites");
        let best = certificate::complete(&problem, &fresh, &[127.019_99; 4]).expect("identical sites");
        format!("{:.4} % above the best stock on fresh demand", 100.0 * (truth / best - 1.0))
    });
}
