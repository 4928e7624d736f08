//! Routing against best-known answers: gap and CPU seconds, one thread (`cargo bench --bench routing`, seeds after `--`).
//!
//! Steps are fixed for each instance, so a row can be repeated to the last digit. Instances: `../shared/data/routing`, or
//! `FORECOURT_DATA`.

use forecourt::io::instances::tours::{Instance, Round};
use forecourt::io::instances::{lilim, vrplib};
use forecourt::progress::Silent;
use forecourt::routing::{Goal, Limits, solve};
use std::path::{Path, PathBuf};

/// File, steps, best-known vehicles (0: do not count), best-known distance, CPU seconds of the bar.
const CASES: [(&str, u64, usize, f64, u32); 10] = [
    ("X-n101-k25.vrp", 1_000_000, 0, 27591.0, 5),
    ("X-n219-k73.vrp", 3_000_000, 0, 117_595.0, 10),
    ("X-n502-k39.vrp", 6_000_000, 0, 69226.0, 20),
    ("RC208.vrp", 900_000, 0, 776.1, 5),
    ("lc101.txt", 1_000_000, 10, 828.9369, 15),
    ("lr101.txt", 1_000_000, 19, 1650.7992, 15),
    ("lrc101.txt", 1_000_000, 14, 1708.8013, 15),
    ("lrc206.txt", 1_000_000, 3, 1159.0332, 15),
    ("lc1_2_1.txt", 1_000_000, 20, 2704.5678, 15),
    ("lr2_2_1.txt", 1_000_000, 5, 4073.0980, 15),
];

/// Seconds this process has spent on a processor.
fn cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    told.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns * 1e-9)
}

fn read(file: &Path) -> (Instance, Round, Goal) {
    let name = file.to_string_lossy();
    if name.ends_with(".txt") {
        let instance = lilim::read(file).unwrap_or_else(|fault| panic!("{fault}"));
        return (instance, Round::Exact, Goal::VehiclesThenCost);
    }
    let instance = vrplib::read(file).unwrap_or_else(|fault| panic!("{fault}"));
    (instance, if name.ends_with("RC208.vrp") { Round::Dimacs } else { Round::Nint }, Goal::Cost)
}

fn main() {
    let folder = std::env::var_os("FORECOURT_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let seeds: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let seeds = if seeds.is_empty() { vec![1, 2, 3] } else { seeds };
    println!(
        "{:<16}{:>5}{:>10}{:>12}{:>9}{:>8}{:>6}",
        "instance", "seed", "vehicles", "distance", "gap %", "CPU s", "bar"
    );
    for (name, steps, vehicles, best, bar) in CASES {
        let file = folder.join("routing").join(name);
        if !file.exists() {
            println!("{name:<16} is not there: {}", file.display());
            continue;
        }
        for &seed in &seeds {
            let start = cpu();
            let (instance, round, goal) = read(&file);
            let problem = instance.problem(round, goal).unwrap_or_else(|fault| panic!("{fault}"));
            let limits = Limits { seed, iterations: Some(steps), ..Limits::default() };
            let plan = solve(&problem, &limits, &Silent).expect("every instance has a plan");
            let distance = plan.distance.get() as f64 / instance.scale(round) as f64;
            let more = if vehicles > 0 && plan.vehicles() != vehicles { " (vehicles!)" } else { "" };
            let gap = 100.0 * (distance / best - 1.0);
            let seconds = cpu() - start;
            println!(
                "{name:<16}{seed:>5}{:>10}{distance:>12.4}{gap:>9.3}{seconds:>8.1}{bar:>6}{more}",
                plan.vehicles()
            );
        }
    }
}
