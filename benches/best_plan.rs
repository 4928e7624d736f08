//! The best of 200 networks of scenarios/china: replications until it is found with 95 %, against equal shares
//! (`cargo bench --bench best_plan -- RESULTS [NUMBER]`, RESULTS being a folder with a placement of scenarios/china).
//!
//! The networks are the plan and, for all others, the plan with some of its openings, closings and moves taken back: each
//! with a chance between none and a half, drawn by network.

use forecourt::io::results::read_back;
use forecourt::planning::{Ground, NetworkState, Options, assess, best_plan, network_facts, today_and_plan};
use forecourt::progress::Silent;
use forecourt::stats::stream::Stream;
use std::path::Path;
use std::time::Instant;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(folder) = words.first() else {
        println!("best_plan: give a results folder with a placement of scenarios/china");
        return;
    };
    let number: u64 = words.get(1).and_then(|n| n.parse().ok()).unwrap_or(200);
    let (scenario, _) = forecourt::io::scenario::read(Path::new("scenarios/china")).expect("scenarios/china reads");
    let ground = Ground::new(&scenario, &Silent);
    let placed = read_back::placement(Path::new(folder), &scenario).expect("it reads").expect("a placement");
    let whole = assess(&ground, &placed.open, &placed.moves).expect("the placement fits");
    let (today, _) = today_and_plan(&ground, &whole);
    let one_off_years = 1.0 / scenario.settings.placement.years;
    let mut states: Vec<NetworkState> = Vec::new();
    let mut facts = vec![network_facts(&ground, &whole, &today, forecourt::units::Money::ZERO)];
    for k in 0..number {
        let mut dice = Stream::from_hash(k);
        let chance = if k == 0 { 0.0 } else { 0.5 * dice.unit() };
        let (mut open, mut moves) = (placed.open.clone(), placed.moves.clone());
        moves.retain(|&(from, to)| {
            let stays = dice.unit() >= chance;
            if !stays && let (Some(format), Some(_)) = (today.open[from], open.remove(&to)) {
                open.insert(from, format);
            }
            stays
        });
        for site in scenario.network.sites.ids() {
            let moved = placed.moves.iter().any(|m| m.0 == site || m.1 == site);
            if moved || today.open[site] == open.get(&site).copied() || dice.unit() >= chance {
                continue;
            }
            match today.open[site] {
                Some(format) => open.insert(site, format),
                None => open.remove(&site),
            };
        }
        let made = assess(&ground, &open, &moves).expect("a network of the same stores");
        let (_, state) = today_and_plan(&ground, &made);
        facts.push(network_facts(&ground, &made, &state, made.plan.one_off * one_off_years));
        states.push(state);
    }
    let options = Options {
        seed: scenario.settings.simulation.seed,
        replications: 10_000,
        precision: None,
        threads: None,
        seconds: None,
        stop: forecourt::lp::Stop::default(),
    };
    let begin = Instant::now();
    let best = best_plan(&ground, (&today, &states), &facts, (0.95, None), &options, &Silent).expect("it ends");
    let found = &best.found;
    println!(
        "{} networks: number {} is best with probability at least {:.2}, {:.1} million a year against {:.1} today; \
         indifference zone {:.2} million; {} replications against {} of equal shares (1/{:.1}), {:.0} s",
        states.len() + 1,
        found.best,
        found.probability,
        found.means[found.best] / 1e6,
        found.means[0] / 1e6,
        best.zone / 1e6,
        found.made(),
        found.equal_shares(),
        found.equal_shares() as f64 / found.made() as f64,
        begin.elapsed().as_secs_f64()
    );
}
