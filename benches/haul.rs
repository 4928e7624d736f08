//! A week on carriers (`cargo bench --bench haul`, a results folder after `--` for the whole week of scenarios/china):
//! seconds, money against first fit decreasing with nearest insertion, and against the proved bound of parts.
//!
//! The small week is drawn: 1,000 cars from the 12 plants of scenarios/china to 150 of its dealers, and 60 from dealer to dealer.

use forecourt::routing::haul::{Class, Data, Effort, Freight, Problem, Yard, baseline, priced, solve};
use forecourt::routing::hours::Rules;
use forecourt::stats::stream::Stream;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Plants, then every sixth dealer: latitude, longitude, opening and closing hour.
fn places() -> Vec<[f64; 4]> {
    let mut reader = csv::Reader::from_path("scenarios/china/sites.csv").expect("scenarios/china is there");
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("the column is there");
    let columns = ["lat_deg", "lon_deg", "opens_h", "closes_h"].map(at);
    let kind = at("kind");
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    let of = |what: &str| -> Vec<[f64; 4]> {
        let rows = rows.iter().filter(|r| &r[kind] == what);
        rows.map(|r| columns.map(|c| r[c].parse().unwrap_or(0.0))).collect()
    };
    of("plant").into_iter().chain(of("dealer").into_iter().step_by(6).take(150)).collect()
}

/// Kilometres on the road: great circle times 1.3.
fn km(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let (la, lb, dl) = (a[0].to_radians(), b[0].to_radians(), (a[1] - b[1]).to_radians());
    let h = ((la - lb) / 2.0).sin().powi(2) + la.cos() * lb.cos() * (dl / 2.0).sin().powi(2);
    1.3 * 2.0 * 6371.0 * h.sqrt().asin()
}

fn drawn(seed: u64) -> Data {
    let places = places();
    let n = places.len();
    let mut dice = Stream::from_hash(seed);
    let mut cars: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for k in 0..1060 {
        let to = 12 + dice.below(n as u64 - 12) as usize;
        let from = if k < 1000 { dice.below(12) as usize } else { 12 + (to - 11) % (n - 12) };
        *cars.entry((from, to)).or_default() += 1;
    }
    let yard = |p: &[f64; 4]| Yard {
        east: (p[1] * 1e4) as i32,
        north: (p[0] * 1e4) as i32,
        opens: (p[2] * 60.0) as u32,
        closes: (p[3] * 60.0) as u32,
    };
    let legs: Vec<f64> = (0..n * n).map(|k| km(&places[k / n], &places[k % n])).collect();
    let freight = |(&(from, to), &count): (&(usize, usize), &i64)| Freight {
        from,
        to,
        size: 100 * count + 25 * dice.below(count as u64 + 1) as i64,
        cars: Vec::new(),
        work: 20 + 8 * count as u32,
        due: 1440 * (3 + (legs[from * n + to] / 300.0) as u32),
        cell: if from < 12 { ((1 + from as u32) << 16) | ((to as u32 - 12) / 25) } else { 0 },
    };
    let class = |capacity, fixed, rate| Class { capacity, fixed, rate, decks: None, free: false };
    Data {
        yards: places.iter().map(yard).collect(),
        km: legs.iter().map(|d| (d * 10.0).round() as i32).collect(),
        minutes: legs.iter().map(|d| d.ceil() as i32).collect(),
        loads: cars.iter().map(freight).collect(),
        classes: vec![class(700, 600_000, 780), class(800, 700_000, 860), class(1000, 1_000_000, 1020)],
        rules: vec![Rules::CHINA, Rules::CHINA_CREW],
    }
}

fn main() {
    for seed in [1, 2] {
        let problem = Arc::new(Problem::new(drawn(seed)).expect("a sound week"));
        let start = Instant::now();
        let effort = Effort::of(problem.data().loads.len(), seed);
        let plan = solve(&problem, &effort).expect("every load rides");
        let seconds = start.elapsed().as_secs_f64();
        let thumb = baseline(&problem).expect("every load rides");
        let less = 100.0 * (1.0 - plan.cost as f64 / thumb.cost as f64);
        println!(
            "drawn week {seed}: {} loads in {} tours, {seconds:.1} s, {less:.1} % below first fit with nearest insertion",
            problem.data().loads.len(),
            plan.trips.len()
        );
        for (plan, bound) in priced(&problem, &effort, 6).expect("parts are priced") {
            let above = 100.0 * (plan.cost as f64 / bound.least - 1.0);
            println!("  part of {:>2} loads, {:>6} sets: {above:.2} % above the bound", bound.loads.len(), bound.sets);
        }
    }
    if let Some(folder) = std::env::args().skip(1).find(|a| !a.starts_with('-')) {
        let start = Instant::now();
        let line = ["route", "scenarios/china", "--quiet", "--json", "--out", &folder];
        let done = Command::new(env!("CARGO_BIN_EXE_forecourt")).args(line).output().expect("the command starts");
        let summary: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a summary");
        println!("{:.1} s for the whole command\n{:#}", start.elapsed().as_secs_f64(), summary["steps"]["route"]);
    }
}
