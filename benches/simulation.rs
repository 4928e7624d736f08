//! Throughput of the simulation kernels: `cargo bench --bench simulation [-- network|cells|variance]`.

use forecourt::progress::Silent;
use forecourt::simulation::cells::{Cell, CellOptions, CellProblem, Demand, Instructions, run_cells};
use forecourt::simulation::precision::compare;
use forecourt::simulation::problem::{Arc, Behaviour, Choice, Dealer, Lot, Market, Model, Parts, Problem, Trade, Zone};
use forecourt::simulation::sharpen::Controls;
use forecourt::simulation::{Measure, Options, Outcome, Policy, Tally, run};
use forecourt::stats::interval::Interval;
use forecourt::stats::stream::Stream;
use forecourt::units::Money;
use std::time::Instant;

/// Processor seconds of this process so far (user and system, ticks of 10 ms), where the system tells.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

/// Wall-clock and processor time of a piece of work; rates are told by processor time, which neighbours on the machine
/// disturb less.
struct Clock(Instant, Option<f64>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), cpu())
    }
    fn seconds(&self) -> (f64, f64) {
        let wall = self.0.elapsed().as_secs_f64();
        (wall, cpu().zip(self.1).map_or(wall, |(now, then)| now - then))
    }
}

/// A network of the size of a large maker: 900 dealers, 60 models, 337 zones, about a million cars a year.
fn network(closed: bool) -> Problem {
    let (zones, dealers, models, days) = (337u32, 900u32, 60u32, 364u32);
    let mut s = Stream::from_hash(1);
    let per_day = 1e6 / f64::from(days);
    let mut demand: Vec<f64> = (0..zones)
        .map(|_| -s.unit().ln())
        .collect::<Vec<_>>()
        .iter()
        .flat_map(|z| (0..models).map(move |m| z / (1.0 + f64::from(m))))
        .collect();
    let total: f64 = demand.iter().sum();
    demand.iter_mut().for_each(|d| *d *= per_day / total);
    // A zone's dealers: about a proportional number with a handful of neighbours.
    let mut reach: Vec<Vec<Choice>> = vec![Vec::new(); zones as usize];
    for d in 0..dealers {
        let home = d * zones / dealers;
        for z in home.saturating_sub(3)..(home + 4).min(zones) {
            reach[z as usize].push(Choice { dealer: d, weight: 1.0 / (1.0 + f64::from(z.abs_diff(home))) });
        }
    }
    let mut rate = vec![0.0; (dealers * models) as usize];
    for (z, choices) in reach.iter().enumerate() {
        let sum: f64 = choices.iter().map(|c| c.weight).sum();
        for c in choices {
            for m in 0..models as usize {
                rate[c.dealer as usize * models as usize + m] += demand[z * models as usize + m] * c.weight / sum;
            }
        }
    }
    let levels: Vec<u16> = rate.iter().map(|r| (r * 21.0 + 1.5 * (r * 21.0).sqrt()).ceil() as u16).collect();
    let stock = levels
        .iter()
        .enumerate()
        .map(|(k, &l)| Lot {
            dealer: k as u32 / models,
            model: k as u32 % models,
            cars: u32::from(l) / 2,
            age_days: (k % 70) as u16,
        })
        .collect();
    let parts = Parts {
        days,
        month: (0..days).map(|t| (t / 31) as u16).collect(),
        regions: 31,
        zones: reach
            .into_iter()
            .enumerate()
            .map(|(z, choices)| Zone { region: z as u32 % 31, choices, outside: 0.0 })
            .collect(),
        dealers: (0..dealers)
            .map(|d| Dealer {
                region: d % 31,
                open: !closed || d % 9 != 0,
                storage: Some(2000),
                lead_time: d % 4,
                donors: (1..=6)
                    .map(|k| Arc { donor: (d + k) % dealers, cost: Money::from_major(300.0 + 50.0 * f64::from(k)) })
                    .collect(),
            })
            .collect(),
        models: (0..models)
            .map(|m| Model {
                group: m / 12,
                segment: m / 6,
                contribution: Money::from_major(12_000.0),
                lost_sale: Money::from_major(5000.0),
                holding: vec![(0, Money::from_major(30.0)), (90, Money::from_major(45.0))],
                discount: vec![(0, Money::ZERO), (60, Money::from_major(1000.0)), (120, Money::from_major(4000.0))],
            })
            .collect(),
        demand,
        day_factor: (0..5).map(|g| (0..days).map(|t| 1.0 + 0.2 * (f64::from(t + g) / 58.0).sin()).collect()).collect(),
        market: Market { national_sd: 0.15, regional_sd: 0.1, persistence: 0.5, dispersion: 0.018 },
        behaviour: Behaviour::default(),
        lead_times: (0..4)
            .map(|k| {
                let mut p = vec![0.0; 12 + 3 * k];
                let n = p.len();
                p[n - 5..].fill(0.2);
                p
            })
            .collect(),
        rate,
        policy: Policy::OrderUpTo { levels, season: Vec::new() },
        review_days: 7,
        supply: vec![1_000; (models * 52) as usize],
        sales_limit: Vec::new(),
        trade: Trade { reserve: vec![1; (dealers * models) as usize], least_age: 7, weekly_share: 0.1, failure: 0.1 },
        stock,
        pipeline: Vec::new(),
        moves: Vec::new(),
    };
    Problem::new(parts).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// What the peers simulate, as a network: 500 dealers × 20 models, .3 cars a day each, eight cars of base stock reviewed
/// every day, 14 days of lead time; customers without a car try three further dealers or have one fetched.
fn peers() -> Problem {
    let (dealers, models, days) = (500u32, 20u32, 365u32);
    let cells = (dealers * models) as usize;
    let mut parts = network(false).into_parts();
    (parts.days, parts.regions, parts.review_days) = (days, 5, 1);
    parts.month = (0..days).map(|t| (t / 31) as u16).collect();
    parts.zones = (0..dealers)
        .map(|z| Zone {
            region: z % 5,
            choices: (0..4).map(|k| Choice { dealer: (z + k) % dealers, weight: 1.0 / f64::from(1 + 3 * k) }).collect(),
            outside: 0.0,
        })
        .collect();
    parts.dealers = (0..dealers)
        .map(|d| Dealer {
            region: d % 5,
            open: true,
            storage: None,
            lead_time: 0,
            donors: (1..=6)
                .map(|k| Arc { donor: (d + k) % dealers, cost: Money::from_major(300.0 + 50.0 * f64::from(k)) })
                .collect(),
        })
        .collect();
    parts.models.truncate(models as usize);
    parts.lead_times = vec![(0..15).map(|k| f64::from(u8::from(k == 14))).collect()];
    parts.day_factor = vec![vec![1.0; days as usize]; 2];
    parts.market = Market { national_sd: 0.0, regional_sd: 0.0, persistence: 0.0, dispersion: 0.0 };
    parts.behaviour = Behaviour { further_dealers: 3, ..Behaviour::default() };
    (parts.demand, parts.rate) = (vec![0.3; cells], vec![0.3; cells]);
    parts.supply = Vec::new();
    parts.stock =
        (0..cells as u32).map(|c| Lot { dealer: c / models, model: c % models, cars: 8, age_days: 0 }).collect();
    parts.policy = Policy::OrderUpTo { levels: vec![8; cells], season: Vec::new() };
    parts.trade.reserve = vec![1; cells];
    Problem::new(parts).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// A year of the peers' network, and of a large maker's under two plans.
fn network_kernel(replications: u32, threads: usize) {
    let mut before = None;
    for (name, closed) in [("peers", false), ("maker", false), ("maker closed", true)] {
        let problem = if name == "peers" { peers() } else { network(closed) };
        let cells = problem.parts().dealers.len() * problem.parts().models.len();
        let begin = Clock::start();
        let options = Options { replications, threads: Some(threads), ..Options::default() };
        let outcome = run(&problem, &options, &Silent).expect("the run ends");
        let (wall, seconds) = begin.seconds();
        println!(
            "network {name}: {replications} replications, {threads} threads: {wall:.2} s, processor {seconds:.2} s, {:.1} M events, {:.1} M events/s, {:.0} M dealer-model-days/s",
            outcome.events as f64 / 1e6,
            outcome.events as f64 / seconds / 1e6,
            cells as f64 * f64::from(problem.parts().days) * f64::from(replications) / seconds / 1e6
        );
        for &m in Measure::ALL {
            println!("  {:14} {:16.1} ± {:.1}", m.name(), outcome.network.mean(m), outcome.network.interval(m).half);
        }
        println!(
            "  fill {:.4} lost {:.4} aged {:.4}",
            outcome.network.fill_rate(),
            outcome.network.lost_share(),
            outcome.network.aged_share()
        );
        if name == "peers" {
            // What an event-driven peer counts: customers, and cars that arrive.
            let total = |m: Measure| outcome.network.mean(m) * f64::from(replications) / seconds / 1e6;
            let both = total(Measure::Customers) + total(Measure::Received);
            println!("  customers and cars received: {both:.1} M a second");
            continue;
        }
        if let Some(b) = &before {
            println!("  profit difference {:?}", outcome.profit_difference(b));
        }
        before.get_or_insert(outcome);
    }
}

/// 500 dealers × 20 models × 365 days under base stock, lead time 14 days, lost sales.
fn cell_kernel(replications: u32, threads: usize) {
    for mean in [0.3, 0.07] {
        let level = if mean > 0.1 { 8 } else { 3 };
        let cell = Cell { demand: vec![Demand::poisson(mean)], level, lead_days: 14 };
        let problem = CellProblem::new(vec![0; 365], vec![cell; 500 * 20]).expect("the cells are sound");
        for instructions in [Instructions::Baseline, Instructions::Avx2, Instructions::Avx512] {
            if !instructions.present() {
                continue;
            }
            let options = CellOptions { replications, threads: Some(threads), instructions, ..CellOptions::default() };
            let begin = Clock::start();
            let outcome = run_cells(&problem, &options).expect("the run ends");
            let (wall, seconds) = begin.seconds();
            let work = 500.0 * 20.0 * 365.0 * f64::from(replications);
            let (demand, sales) = outcome.totals.iter().fold((0, 0), |(d, s), t| (d + t.demand, s + t.sales));
            println!(
                "cells mean {mean} {instructions:?}: {replications} replications, {threads} threads: {wall:.2} s, processor {seconds:.2} s, {:.3} G dealer-model-days/s, fill {:.5}",
                work / seconds / 1e9,
                sales as f64 / demand as f64
            );
        }
    }
}

/// 50 dealers × 20 models with diversion in an uncertain market (standard deviation .15 national, .10 regional, one draw
/// for the year): replications that a 1 % interval takes, crude and with controls, for the network's cost and for the
/// difference of two plans (levels up by one car at every fifth dealer).
fn variance() {
    let (dealers, models, days) = (50u32, 20u32, 364u32);
    let cells = (dealers * models) as usize;
    let rate = vec![0.07; cells];
    let plan = |more: bool| {
        let mut parts = network(false).into_parts();
        parts.days = days;
        parts.zones = (0..dealers)
            .map(|z| Zone {
                region: z % 5,
                choices: (0..4)
                    .map(|k| Choice { dealer: (z + k) % dealers, weight: 1.0 / f64::from(1 + 3 * k) })
                    .collect(),
                outside: 0.0,
            })
            .collect();
        parts.regions = 5;
        parts.dealers.truncate(dealers as usize);
        for (d, dealer) in parts.dealers.iter_mut().enumerate() {
            (dealer.region, dealer.storage) = (d as u32 % 5, None);
            dealer.donors.iter_mut().for_each(|a| a.donor %= dealers);
            dealer.donors.retain(|a| a.donor != d as u32);
        }
        parts.models.truncate(models as usize);
        parts.demand = rate.clone();
        parts.market = Market { national_sd: 0.15, regional_sd: 0.1, persistence: 1.0, dispersion: 0.0 };
        parts.supply = Vec::new();
        let level = |d: usize| if more && d.is_multiple_of(5) { 3 } else { 2 };
        let levels: Vec<u16> = (0..cells).map(|c| level(c / models as usize)).collect();
        parts.stock = (0..cells)
            .map(|c| Lot {
                dealer: c as u32 / models,
                model: c as u32 % models,
                cars: u32::from(levels[c]),
                age_days: 0,
            })
            .collect();
        parts.policy = Policy::OrderUpTo { levels, season: Vec::new() };
        parts.rate = rate.clone();
        parts.trade.reserve = vec![1; cells];
        Problem::new(parts).unwrap_or_else(|faults| panic!("{}", faults[0]))
    };
    let problems = [plan(false), plan(true)];
    let options = Options { replications: 2000, threads: None, ..Options::default() };
    let outcomes: Vec<Outcome> = problems.iter().map(|p| run(p, &options, &Silent).expect("the run ends")).collect();
    let controls = Controls::new(&problems[0], &options);
    let needed = |i: &Interval| f64::from(options.replications) * (i.relative() / 0.01).powi(2);
    let (a, b) = (&outcomes[0], &outcomes[1]);
    for (name, figure) in [
        ("lost customers", (|t: &Tally| t.get(Measure::Lost)) as fn(&Tally) -> i64),
        ("network cost", Tally::cost),
        ("profit", Tally::profit),
    ] {
        let crude = a.blocked(figure, 1);
        let sharp = controls.interval(a, figure);
        println!(
            "{name}: mean {:.0}, crude {:.0} replications for 1 %, with controls {:.0}",
            crude.mean,
            needed(&crude),
            needed(&sharp)
        );
        let apart = Interval { half: crude.half.hypot(b.blocked(figure, 1).half), ..b.paired(a, figure) };
        let common = b.paired(a, figure);
        let sharp = controls.difference(b, a, figure);
        println!(
            "difference of {name}: {:.0} apart, {:.0} on the same customers, {:.0} with controls",
            needed(&apart),
            needed(&common),
            needed(&sharp)
        );
    }
    let (outcomes, reached) = compare(&problems, &options, 0.01, &Silent).expect("the run ends");
    println!(
        "stopped after {} replications, cost ± {:.2} %",
        outcomes[0].replications,
        100.0 * reached.cost[0].relative()
    );
}

/// `REPLICATIONS=n THREADS=n cargo bench --bench simulation -- [network] [cells] [variance]`.
fn main() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u32>().ok());
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    let threads = number("THREADS").unwrap_or(1) as usize;
    if wants("cells") {
        cell_kernel(number("REPLICATIONS").unwrap_or(256), threads);
    }
    if wants("variance") {
        variance();
    }
    if wants("network") {
        network_kernel(number("REPLICATIONS").unwrap_or(10), threads);
    }
}
