//! The dealer problem at network scale: `cargo bench --bench dealer -- [SCENARIO] [LARGEST SPLIT]`, by default
//! scenarios/china (after `forecourt generate china`) at 1, 4 and 16 zones for each of its own, then three phases.
//!
//! Zones are split into equal parts at seeded places around their seat; stores, costs and rules stay. Printed are the CPU
//! seconds of search, alternatives and certificate together, the peak of memory so far, and what was proved.

use forecourt::ids::{Id, IdVec, ZoneId};
use forecourt::lp::Limits;
use forecourt::network::{Place, Zone};
use forecourt::placement::dealer;
use forecourt::planning::{Ground, dealer_problem};
use forecourt::progress::Silent;
use forecourt::scenario::Scenario;
use forecourt::units::YearlyRate;
use std::path::Path;
use std::time::Instant;

/// Seconds all threads of this process have spent, and its peak of memory in MB; zero where the kernel does not tell.
fn spent() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or("").split_whitespace().map(|w| w.parse().unwrap_or(0.0)).collect();
    let ticks = fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    (ticks / 100.0, peak.unwrap_or(0.0) / 1024.0)
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn share(key: u64) -> f64 {
    let z = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64
}

/// The scenario with `parts` zones for each of its own, within about 20 km of the seat.
fn finer(scenario: &Scenario, parts: usize) -> Scenario {
    let mut finer = scenario.clone();
    if parts == 1 {
        return finer;
    }
    let mut zones: Vec<Zone> = Vec::new();
    for (id, zone) in scenario.network.zones.iter() {
        for k in 0..parts {
            let key = (id.index() * parts + k) as u64;
            let place = Place {
                lat: zone.place.lat + 0.36 * (share(2 * key + 1) - 0.5),
                lon: zone.place.lon + 0.36 * (share(2 * key + 2) - 0.5),
            };
            zones.push(Zone {
                code: format!("{}-{k}", zone.code),
                place,
                population: zone.population / parts as u64,
                registrations: YearlyRate::new(zone.registrations.get() / parts as f64),
                ..zone.clone()
            });
        }
    }
    finer.network.zones = IdVec::from_vec(zones);
    for site in finer.network.sites.ids().collect::<Vec<_>>() {
        let old = finer.network.sites[site].zone.index();
        finer.network.sites[site].zone = ZoneId::at(old * parts);
    }
    finer
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let folder = given.first().map_or("scenarios/china", String::as_str);
    let largest: usize = given.get(1).and_then(|n| n.parse().ok()).unwrap_or(16);
    let Ok((scenario, _)) = forecourt::io::scenario::read(Path::new(folder)) else {
        println!("{folder} cannot be read; run `forecourt generate china` first");
        return;
    };
    println!(
        "{:<22}{:>8}{:>8}{:>9}{:>9}{:>9}{:>8}{:>11}{:>7}  profit a year",
        "case", "zones", "stores", "CPU s", "wall s", "MB", "nodes", "gap", "grade"
    );
    let one_phase = [1, 4, 16].into_iter().filter(|&n| n <= largest).map(|n| (n, 1));
    for (parts, phases) in one_phase.chain([(1, 3)]) {
        let mut finer = finer(&scenario, parts);
        finer.settings.placement.phases = phases;
        if phases > 1 {
            finer.settings.placement.max_open = Some(40);
            finer.settings.placement.max_close = Some(80);
        }
        let ground = Ground::new(&finer, &Silent);
        let problem = dealer_problem(&ground).expect("the scenario can be planned");
        let settings = &finer.settings.placement;
        let (wall, cpu) = (Instant::now(), spent().0);
        let plan = dealer::solve(&problem, settings.gap, settings.max_nodes, &Limits::default(), &Silent)
            .expect("there is a plan");
        println!(
            "{:<22}{:>8}{:>8}{:>9.1}{:>9.1}{:>9.0}{:>8}{:>11.7}{:>7}  {}",
            format!("{parts} x zones, {phases} phase(s)"),
            problem.zones.len(),
            problem.stores.len(),
            spent().0 - cpu,
            wall.elapsed().as_secs_f64(),
            spent().1,
            plan.nodes,
            plan.gap(),
            plan.grade().letter(),
            plan.profit
        );
    }
}
