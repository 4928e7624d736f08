//! The market's rooms at stated sizes: wall seconds, certificates included (`cargo bench --bench market`).
//!
//! Markets are drawn from a fixed recipe: 900 dealers of three brands, 10 segments, 3,000 zones with 30 or 100 dealers in
//! reach; 30 x 12 and 300 x 60 offers with bounds and stock, with and without stock that couples the regions.

use forecourt::market::competition::certificate::certify;
use forecourt::market::competition::{Catchment, Cost, Player, Segment, Start, solve};
use forecourt::market::prices::{self, Offer, Pool, Problem, Region};
use rayon::prelude::*;
use std::time::Instant;

fn noise(a: usize, b: usize) -> f64 {
    ((a * 7919 + b * 104_729 + a * b * 31) % 1009) as f64 / 1009.0
}

fn segment(dealers: usize, zones: usize, reach: usize, s: usize) -> Segment {
    let player = |j: usize| Player {
        name: format!("D{j}"),
        nest: j % 3,
        cost: Cost { invoice: 18.0 + s as f64 + 4.0 * noise(j, s), pressure: 0.5 * noise(j, 2), ..Cost::default() },
    };
    let value = |z: usize, k: usize| 6.0 + 0.35 * s as f64 + noise(z, k) - 2.0 * noise(k, z);
    let zone = |z: usize| Catchment {
        buyers: 50.0 + 400.0 * noise(z, 3),
        outside: 0.5 + noise(z, 4),
        reach: (0..reach).map(|k| ((z * dealers / zones + k) % dealers, value(z, k))).collect(),
    };
    Segment {
        name: format!("S{s}"),
        alpha: 0.35,
        rho: 0.6,
        players: (0..dealers).map(player).collect(),
        zones: (0..zones).map(zone).collect(),
    }
}

fn competition(zones: usize, reach: usize) {
    let segments: Vec<Segment> = (0..10).map(|s| segment(900, zones, reach, s)).collect();
    let began = Instant::now();
    let found: Vec<_> = segments.par_iter().map(|s| solve(s, &Start::Plain).expect("an equilibrium")).collect();
    let solved = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let checked: Vec<_> = segments.par_iter().zip(&found).map(|(s, f)| certify(s, f)).collect();
    let certified = began.elapsed().as_secs_f64();
    let worst = checked.iter().map(|c| c.condition).fold(0.0, f64::max);
    let rounds = found.iter().map(|f| f.rounds).max().unwrap_or(0);
    let holds = checked.iter().all(forecourt::market::competition::certificate::Certificate::holds);
    println!(
        "900 dealers x 10 segments, {zones} zones, {reach} in reach: {solved:.3} s, {rounds} rounds; certificate {certified:.3} s, \
         conditions to {worst:.1e}, holds: {holds}"
    );
}

fn starts() {
    let segment = segment(900, 3000, 30, 0);
    let first = solve(&segment, &Start::Plain).expect("an equilibrium");
    let began = Instant::now();
    let apart = |start: usize| {
        let at = (0..900).map(|j| 0.01 + 12.0 * noise(j + 17 * start, start + 5)).collect();
        let other = solve(&segment, &Start::At(at)).expect("an equilibrium");
        let gaps = first.dealers.iter().zip(&other.dealers).map(|(a, b)| (a.price - b.price).abs());
        gaps.fold(0.0, f64::max)
    };
    let apart = (0..100).into_par_iter().map(apart).reduce(|| 0.0, f64::max);
    println!(
        "100 random starts, 900 dealers: prices {apart:.1e} thousand apart, {:.1} s",
        began.elapsed().as_secs_f64()
    );
}

fn offers(regions: usize, models: usize, pooled: bool) -> Problem {
    let one = |region: usize, m: usize| {
        let cost = 10.0 + 20.0 * noise(m, 1);
        let list = cost + 3.0 + noise(region, m);
        Offer {
            region,
            model: format!("M{m}"),
            segment: "all".into(),
            quality: 0.35 * list - 3.0 + noise(m, region),
            alpha: 0.35,
            cost,
            floor: Some(list - 1.5),
            cap: Some(list + 1.5),
            stock: Some(400.0 + 2000.0 * noise(m + region, 2)),
        }
    };
    let pool = |m: usize| Pool {
        name: format!("M{m}"),
        cars: 150.0 * regions as f64,
        offers: (0..regions).map(|r| r * models + m).collect(),
    };
    let region = |r: usize| Region { name: format!("R{r}"), buyers: 2000.0 + 3000.0 * noise(r, 5), outside: 1.0 };
    Problem {
        offers: (0..regions).flat_map(|r| (0..models).map(move |m| (r, m))).map(|(r, m)| one(r, m)).collect(),
        pools: if pooled { (0..models).map(pool).collect() } else { Vec::new() },
        regions: (0..regions).map(region).collect(),
    }
}

fn pricing(regions: usize, models: usize, pooled: bool) {
    let problem = offers(regions, models, pooled);
    let began = Instant::now();
    let plan = prices::solve(&problem).expect("prices");
    let solved = began.elapsed().as_secs_f64();
    let certificate = prices::certificate::certify(&problem, &plan);
    println!(
        "prices {regions} x {models}, shared stock {pooled}: {solved:.3} s, gap {:.1e}, holds: {}",
        certificate.gap(),
        certificate.holds()
    );
}

fn main() {
    competition(3000, 30);
    competition(3000, 100);
    starts();
    for (regions, models) in [(30, 12), (300, 60)] {
        pricing(regions, models, false);
        pricing(regions, models, true);
    }
}
