use super::*;
use crate::progress::Silent;
use std::time::Instant;

/// A network of many small cells with supply that is short in some weeks; a fixed recipe, no chance.
fn network(dealers: usize, models: usize, weeks: usize, supply: f64) -> Data {
    let mut state = 12_345_u64;
    let mut draw = move |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let ages = 4;
    let mut cells = Vec::new();
    for dealer in 0..dealers {
        for model in 0..models {
            let rate = (1 + draw(40)) as f64 / 40.0;
            cells.push(Cell {
                dealer,
                model,
                demand: (0..weeks).map(|_| rate * (50 + draw(100)) as f64 / 100.0).collect(),
                stock: (0..ages).map(|g| (draw(3) as u32).saturating_sub(g as u32 % 2)).collect(),
                pipeline: (0..weeks).map(|t| if t < 2 { draw(2) as u32 } else { 0 }).collect(),
                pack: 1,
                safety: rate.ceil(),
                end_target: 2.0 * rate,
                rate,
                ..Cell::default()
            });
        }
    }
    let slots = |t: u64| (supply * dealers as f64 * 0.5 * (0.7 + 0.6 * t as f64 / 10.0)) as u32;
    Data {
        weeks,
        ages,
        freeze: 0,
        mode: Mode::Pull,
        plants: 2,
        models: (0..models)
            .map(|m| Model {
                slots: [1.0, 1.25][m % 2],
                price: 150_000.0,
                holding: vec![150.0, 160.0, 200.0, 300.0],
                lost_sale: 7_500.0,
                safety_penalty: 400.0,
                end_penalty: 2_000.0,
                fairness: 0.0,
                fill_goal: None,
            })
            .collect(),
        dealers: vec![Dealer::default(); dealers],
        lanes: (0..2 * dealers)
            .map(|l| Lane { plant: l % 2, dealer: l / 2, lead: 1 + l / 2 % 3, cost: 300.0 + 20.0 * (l % 17) as f64 })
            .collect(),
        supply: (0..models)
            .map(|m| Supply { plant: m % 2, model: m, slots: (0..weeks).map(|_| slots(draw(11))).collect() })
            .collect(),
        carriers: Vec::new(),
        cells,
        transfers: Vec::new(),
        nervousness: 0.0,
    }
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture size"]
fn size() {
    let read = |name: &str, or: f64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(or);
    let data = network(read("D", 300.0) as usize, read("M", 10.0) as usize, 12, read("S", 1.0));
    let problem = Problem::new(data).unwrap();
    let start = Instant::now();
    let plan = solve(&problem, &Options::default(), &Silent).unwrap();
    println!(
        "{} cells: {:.2} s, cost {:.2}, bound {:.2}, gap {:.5}, fill {:.4}, {:?}",
        problem.data().cells.len(),
        start.elapsed().as_secs_f64(),
        plan.cost.total(),
        plan.bound,
        plan.gap(),
        plan.fill_rate(),
        plan.cost
    );
}
