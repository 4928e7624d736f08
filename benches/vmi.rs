//! Rolling replenishment at stated sizes: CPU and wall seconds of the linear relaxation against HiGHS on the whole
//! programme in the same run, and of whole plans with their proven gaps (`cargo bench --bench vmi -- [sizes]`).
//!
//! Instances are drawn from a seed in the manner of the golden instance: whole demand, two ages, a road from every
//! dealer to its neighbour, carriers of 8 slots shared by ten dealers, storage, safety stock, end targets. Sizes are
//! `dealers x models x weeks`; without arguments 25x20x12, 50x20x12, 100x20x12 with the yardstick. `plan:` before a
//! size leaves the relaxation in one piece out.

use forecourt::lp::Limits;
use forecourt::progress::Silent;
use forecourt::replenishment::{
    Carrier, Cell, Data, Dealer, Lane, Mode, Model, Options, Problem, Shape, Supply, TransferArc, certificate, compact,
    solve,
};
use std::time::Instant;

/// Seconds this process has spent on processors, all threads together; wall clock where the kernel does not tell.
fn cpu(start: Instant) -> f64 {
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|text| {
        let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    ticks.map_or_else(|| start.elapsed().as_secs_f64(), |t| t / 100.0)
}

/// Largest memory so far, GiB.
fn peak() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with("VmHWM"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0 / 1024.0
}

struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn instance(dealers: usize, models: usize, weeks: usize) -> Data {
    let mut draw = Lcg(2026 + (dealers * models * weeks) as u64);
    let ages = 2;
    let group = 10;
    let lead: Vec<usize> = (0..dealers).map(|d| 1 + d / group % 3).collect();
    let mut cells = Vec::new();
    let mut wanted = vec![vec![0_u64; weeks]; models];
    let mut held = vec![0.0_f64; dealers];
    for dealer in 0..dealers {
        for model in 0..models {
            let rate = 1 + draw.below(4);
            let demand: Vec<u64> = (0..weeks).map(|_| draw.below(2 * rate + 1)).collect();
            demand.iter().enumerate().for_each(|(t, d)| wanted[model][t] += d);
            let stock: Vec<u32> = (0..ages).map(|_| draw.below(3 * rate) as u32).collect();
            held[dealer] += (rate * 4) as f64;
            let coming = |t: usize, n: u64| if t < lead[dealer] { n as u32 } else { 0 };
            cells.push(Cell {
                dealer,
                model,
                demand: demand.iter().map(|&d| d as f64).collect(),
                stock,
                pipeline: (0..weeks).map(|t| coming(t, draw.below(2 * rate))).collect(),
                pack: 1,
                safety: vec![rate as f64; weeks],
                end_target: (2 * rate) as f64,
                rate: rate as f64,
                ..Cell::default()
            });
        }
    }
    let slots = |draw: &mut Lcg, m: usize| -> Vec<u32> {
        let mean = wanted[m].iter().sum::<u64>() / weeks as u64;
        (0..weeks).map(|_| (mean * (80 + draw.below(41)) / 100) as u32).collect()
    };
    let groups = dealers.div_ceil(group);
    let truck: Vec<f64> = (0..groups).map(|_| 10.0 + draw.below(11) as f64).collect();
    Data {
        weeks,
        ages,
        freeze: 0,
        mode: Mode::Pull,
        plants: 1,
        models: (0..models)
            .map(|m| Model {
                slots: [1.0, 1.25][m % 2],
                price: 0.0,
                holding: [vec![0.2, 0.35], vec![0.3, 0.5]][m % 2].clone(),
                lost_sale: [8.0, 12.0][m % 2],
                safety_penalty: [0.6, 0.9][m % 2],
                end_penalty: [4.0, 6.0][m % 2],
                fairness: 0.0,
                fill_goal: None,
            })
            .collect(),
        dealers: held.iter().map(|&h| Dealer { storage: Some(h.ceil()), credit: None }).collect(),
        lanes: (0..dealers).map(|d| Lane { plant: 0, dealer: d, lead: lead[d], cost: 0.0 }).collect(),
        supply: (0..models).map(|m| Supply { plant: 0, model: m, slots: slots(&mut draw, m) }).collect(),
        carriers: (0..groups)
            .map(|g| Carrier {
                plant: 0,
                dealers: (g * group..((g + 1) * group).min(dealers)).collect(),
                capacity: 8.0,
                cost: truck[g],
                minimum_load: 0.75,
                under_load: truck[g] / 8.0,
                fleet: None,
            })
            .collect(),
        cells,
        transfers: (0..dealers)
            .map(|d| {
                let next = if d % group + 1 < group && d + 1 < dealers { d + 1 } else { d - d % group };
                TransferArc { from: d, to: next, cost: 1.5 + 0.5 * draw.below(3) as f64, lead: 1 }
            })
            .filter(|a| a.from != a.to)
            .collect(),
        nervousness: 0.0,
    }
}

fn case(size: &str) {
    let (yardstick, size) = size.strip_prefix("plan:").map_or((true, size), |s| (false, s));
    let numbers: Vec<usize> = size.split('x').filter_map(|n| n.parse().ok()).collect();
    let [dealers, models, weeks] = numbers[..] else { panic!("a size is dealers x models x weeks: {size}") };
    let start = Instant::now();
    let problem = Problem::new(instance(dealers, models, weeks)).expect("the instance is sound");
    let shape = Shape { integer: false, transfers: true, sell_first: false };
    let (c, t) = (cpu(start), Instant::now());
    let relaxed = compact::solve(&problem, shape, &Limits::default()).expect("a relaxation has an optimum");
    println!(
        "{size:<12} relaxation {:>12.4} {:>9} columns {:>8} rows: {:>8.2} CPU s {:>8.2} s",
        relaxed.objective,
        relaxed.size.0,
        relaxed.size.1,
        cpu(start) - c,
        t.elapsed().as_secs_f64()
    );
    if yardstick {
        let (c, t) = (cpu(start), Instant::now());
        let whole = compact::solve_in_one_piece(&problem, shape, &Limits::default()).expect("an optimum");
        println!(
            "{size:<12} one piece  {:>12.4} {:>35} {:>8.2} CPU s {:>8.2} s",
            whole.objective,
            "HiGHS:",
            cpu(start) - c,
            t.elapsed().as_secs_f64()
        );
        assert!((whole.objective - relaxed.objective).abs() < 1e-6 * whole.objective.abs());
    }
    let (c, t) = (cpu(start), Instant::now());
    let plan = solve(&problem, &Options { transfers: true, ..Options::default() }, &Silent).expect("a plan");
    assert_eq!(certificate::faults(&problem, &plan), Vec::<String>::new());
    let handed: f64 = plan.transfers.iter().map(|t| t.cars).sum();
    println!(
        "{size:<12} whole plan {:>12.4} bound {:>12.4} gap {:.3} % {handed} handed on: {:>8.2} CPU s {:>8.2} s {:.2} GiB",
        plan.cost.total(),
        plan.bound,
        100.0 * plan.gap(),
        cpu(start) - c,
        t.elapsed().as_secs_f64(),
        peak()
    );
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let standard = ["25x20x12", "50x20x12", "100x20x12"].map(String::from);
    let sizes = if asked.is_empty() { &standard[..] } else { &asked[..] };
    sizes.iter().for_each(|s| case(s));
}
