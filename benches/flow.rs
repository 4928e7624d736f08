//! Transport and network simplex: CPU seconds of the solve alone, one thread (`cargo bench --bench flow [-- highs]`).
//!
//! The dense instances are those of `benches/peers/flow_ortools.py`: the same generator, so the optima can be compared.

use forecourt::flow::{assignment, certificate, network, transport};
use forecourt::lp::{self, Limits, Programme};
use forecourt::transfer::slots::{self, Commodity, SharedSlots};
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

/// A linear congruential generator that Python repeats exactly.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// `n` sources and sinks on a square, 1–100 units each, Manhattan distance as cost; supply topped up at the first source.
fn dense(n: usize) -> (Vec<i64>, Vec<i64>, Vec<f64>) {
    let mut random = Lcg(n as u64);
    let mut units = |n: usize| (0..n).map(|_| 1 + random.below(100) as i64).collect::<Vec<_>>();
    let (mut supply, mut demand) = (units(n), units(n));
    let gap = demand.iter().sum::<i64>() - supply.iter().sum::<i64>();
    if gap > 0 {
        supply[0] += gap
    } else {
        demand[0] -= gap
    }
    let mut points = |n: usize| (0..n).map(|_| (random.below(10_000), random.below(10_000))).collect::<Vec<_>>();
    let (from, to) = (points(n), points(n));
    let cost = from.iter().flat_map(|a| to.iter().map(|b| (a.0.abs_diff(b.0) + a.1.abs_diff(b.1)) as f64)).collect();
    (supply, demand, cost)
}

/// 20 models between 120 sources and 120 sinks on a square, at the cost of a transfer, whose cars (1, 1.25, 1.33 slots) share
/// the slots of their source: `loose` times what all demand needs, spread evenly.
fn shared(loose: f64) -> SharedSlots {
    let (n, mut random) = (120, Lcg(7));
    let points: Vec<(u64, u64)> = (0..2 * n).map(|_| (random.below(2_000), random.below(2_000))).collect();
    let models: Vec<Commodity> = (0..20)
        .map(|m| {
            let demand: Vec<i64> = (0..n).map(|_| random.below(12) as i64).collect();
            let supply: Vec<i64> = (0..n).map(|_| 4 + random.below(16) as i64).collect();
            let km = |k: usize| {
                let (a, b) = (points[k / n], points[n + k % n]);
                (a.0.abs_diff(b.0) + a.1.abs_diff(b.1)) as f64
            };
            let cost = (0..n * n).map(|k| 200.0 + 3.0 * km(k)).collect();
            Commodity { supply, demand, cost, slots: [1.0, 1.25, 1.33][m % 3] }
        })
        .collect();
    let need: f64 = models.iter().map(|m| m.slots * m.demand.iter().sum::<i64>() as f64).sum();
    SharedSlots { models, slots: vec![loose * need / n as f64; n] }
}

/// The same as one programme for HiGHS: its optimum and CPU seconds.
fn by_highs(problem: &SharedSlots) -> (f64, f64) {
    let mut lp = Programme::new();
    let mut taken = vec![Vec::new(); problem.slots.len()];
    for m in &problem.models {
        let sinks = m.demand.len();
        let columns: Vec<_> = m.cost.iter().map(|&c| lp.column(c, 0.0, f64::INFINITY)).collect();
        for (i, row) in columns.chunks(sinks).enumerate() {
            lp.at_most(m.supply[i] as f64, row.iter().map(|&c| (c, 1.0)));
            taken[i].extend(row.iter().map(|&c| (c, m.slots)));
        }
        for (j, &d) in m.demand.iter().enumerate() {
            lp.equal(d as f64, columns.iter().skip(j).step_by(sinks).map(|&c| (c, 1.0)));
        }
    }
    for (terms, &k) in taken.into_iter().zip(&problem.slots) {
        lp.at_most(k, terms);
    }
    let start = cpu();
    let answer = lp::solve(&lp, &Limits::default()).expect("HiGHS answers");
    (answer.objective, cpu() - start)
}

fn models_that_share(highs: bool) {
    for loose in [1.5, 1.2, 1.05] {
        let problem = shared(loose);
        let start = cpu();
        let plan = slots::solve(&problem, 1e-4, &Limits::default()).expect("the instance is feasible");
        let spent = cpu() - start;
        let (breach, cost, bound) = slots::certificate(&problem, &plan).expect("prices prove a bound");
        assert!(breach < 1e-6 && cost - bound <= 1e-4 * cost);
        let name = format!("20 models 120 x 120, {loose}");
        println!("{name:<28}{spent:>12.4}{:>10}  {cost:.2} (bound {bound:.2})", plan.rounds);
        if highs {
            let (right, spent) = by_highs(&problem);
            println!(
                "{:<28}{spent:>12.4}{:>10}  {right:.2}: {:.4} % above",
                "  HiGHS",
                "",
                100.0 * (cost / right - 1.0)
            );
        }
    }
}

fn main() {
    models_that_share(std::env::args().any(|a| a == "highs"));
    println!("{:<28}{:>12}{:>10}  optimum", "case", "CPU s", "pivots");
    for n in [500, 1000, 2000] {
        let (supply, demand, cost) = dense(n);
        let problem = transport::Transport { supply: &supply, demand: &demand, cost: &cost };
        let mut least = f64::INFINITY;
        let mut plan = None;
        for _ in 0..3 {
            let start = cpu();
            plan = transport::solve(&problem).ok();
            least = least.min(cpu() - start);
        }
        let plan = plan.expect("the instance is feasible");
        assert!(certificate::transport(&problem, &plan).holds(1e-9));
        println!("{:<28}{least:>12.4}{:>10}  {}", format!("transport {n} x {n}"), plan.pivots, plan.cost);
    }
    let (supply, demand, cost) = dense(300);
    let arcs: Vec<network::Arc> = (0..90_000)
        .map(|k| network::Arc { from: k / 300, to: 300 + k % 300, cost: cost[k], capacity: Some(30) })
        .collect();
    let balance = supply.iter().copied().chain(demand.iter().map(|d| -d)).collect();
    let problem = network::Network { balance, arcs };
    let start = cpu();
    let plan = network::solve(&problem).expect("the instance is feasible");
    let spent = cpu() - start;
    assert!(certificate::network(&problem, &plan).holds(1e-9));
    println!("{:<28}{spent:>12.4}{:>10}  {}", "network 600 nodes 90000 arcs", plan.pivots, plan.cost);
    let (_, _, cost) = dense(1000);
    let start = cpu();
    let plan = assignment::solve(1000, 1000, &cost).expect("every pair is allowed");
    println!("{:<28}{:>12.4}{:>10}  {}", "assignment 1000 x 1000", cpu() - start, "", plan.cost);
}
