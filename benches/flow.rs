//! Transport and network simplex: CPU seconds of the solve alone, one thread (`cargo bench --bench flow`).
//!
//! The dense instances are those of `benches/peers/flow_ortools.py`: the same generator, so the optima can be compared.

use forecourt::transfer::flow::{assignment, certificate, network, transport};
use std::time::Instant;

/// Nanoseconds this process has spent on a processor; wall clock where the kernel does not tell.
fn cpu() -> f64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(|| START.with(|s| s.elapsed().as_secs_f64()), |ns| ns * 1e-9)
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

fn main() {
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
