//! The market the scenario poses: big enough, out of balance, and possible.

use super::shipped;
use crate::generate::china::demand::WEEKS;
use crate::generate::china::models::MODELS;
use crate::generate::china::stock::COEFFICIENT;
use crate::generate::china::world::{World, cars_by_site};
use crate::network::coverage::{Coverage, open_today};
use crate::network::{SiteKind, Travel};
use crate::units::Hours;

/// Cars each dealer sold in the last 52 weeks, by model.
fn last_year(world: &World) -> Vec<Vec<f64>> {
    let sum = |series: &[u16]| series[WEEKS - 52..].iter().map(|&s| f64::from(s)).sum();
    let cells: Vec<f64> = world.sold.chunks(WEEKS).map(sum).collect();
    cells.chunks(MODELS.len()).map(<[f64]>::to_vec).collect()
}

#[test]
fn the_scenario_has_the_promised_size() {
    let network = &shipped().network;
    let count = |kind| network.sites_of(kind).count();
    assert_eq!(network.zones.len(), 337);
    assert_eq!((count(SiteKind::Plant), count(SiteKind::Hub), count(SiteKind::Dealer)), (12, 4, 904));
    assert!(count(SiteKind::Candidate) >= 300);
    assert_eq!((MODELS.len(), WEEKS, network.formats.len()), (60, 104, 3));
    let registrations: f64 = network.zones.values().map(|z| z.registrations.get()).sum();
    assert!((registrations / 23e6 - 1.0).abs() < 0.001);
    let sold: f64 = last_year(shipped()).iter().flatten().sum();
    assert!((0.9e6..1.1e6).contains(&sold) && (0.035..0.045).contains(&(sold / registrations)), "{sold}");
}

#[test]
fn some_dealers_lose_money_and_most_do_not() {
    let world = shipped();
    let profits: Vec<f64> = last_year(world)
        .iter()
        .zip(&world.dealers)
        .map(|(sold, &site)| {
            let margin: f64 = sold.iter().zip(&MODELS).map(|(n, m)| n * m.margin_cny()).sum();
            margin - world.network.sites[site].fixed_cost.major()
        })
        .collect();
    let losing = profits.iter().filter(|p| **p < 0.0).count() as f64 / profits.len() as f64;
    assert!((0.10..0.15).contains(&losing), "{losing}");
    // Too many stores in the capital: more lose there than in the country.
    let beijing: Vec<usize> = (0..world.dealers.len())
        .filter(|&d| world.network.zones[world.network.sites[world.dealers[d]].zone].code == "110000")
        .collect();
    let there = beijing.iter().filter(|&&d| profits[d] < 0.0).count() as f64 / beijing.len() as f64;
    assert!(there > 2.0 * losing, "{there}");
}

#[test]
fn there_are_blind_spots_and_overlaps() {
    let network = &shipped().network;
    let coverage = Coverage::new(network, Hours::new(0.75));
    let open = open_today(network);
    let blind = coverage.blind_spots(&open, Hours::new(1.0));
    assert!((20..80).contains(&blind.len()), "{}", blind.len());
    // West of 105° E lives an eighth of the country; there stand more than a third of the blind spots.
    let west = blind.iter().filter(|&&z| network.zones[z].place.lon < 105.0).count();
    assert!(3 * west > blind.len(), "{west} of {}", blind.len());
    let crowded = network.zones.ids().filter(|&z| coverage.overlap(network, z, &open) > 0.8).count();
    assert!(crowded > 20, "{crowded}");
    // Every blind spot that has a market has a candidate.
    for z in blind {
        let zone = &network.zones[z];
        let near = coverage.of_zone(z).iter().any(|r| network.sites[r.site].kind == SiteKind::Candidate);
        assert!(near || zone.registrations.get() < 5_000.0, "{}", zone.name);
    }
}

#[test]
fn sales_follow_the_choice_of_stores_by_the_planners_own_travel() {
    // The generator measures by its own formula; geodesics give every dealer the same sales.
    let world = shipped();
    let mut network = world.network.clone();
    let own = cars_by_site(&network, &Coverage::new(&network, Hours::new(0.75)));
    network.travel = Travel { matrix: None, ..network.travel };
    let exact = cars_by_site(&network, &Coverage::new(&network, Hours::new(0.75)));
    for (d, &site) in world.dealers.iter().enumerate() {
        let (a, b) = (own[crate::ids::Id::index(site)], exact[crate::ids::Id::index(site)]);
        assert!((a / b - 1.0).abs() < 0.001, "dealer {d}: {a} against {b}");
    }
    // Dealers sell what the model says they should, within chance: all together 3 σ of the national factors.
    let sold: f64 = last_year(world).iter().flatten().sum();
    assert!((sold / own.iter().sum::<f64>() - 1.0).abs() < 0.10);
}

#[test]
fn stock_is_too_much_of_the_wrong_cars_but_fits_the_yards() {
    let world = shipped();
    let sold = last_year(world);
    let mut held = vec![vec![0.0; MODELS.len()]; world.dealers.len()];
    for lot in &world.stock {
        held[lot.dealer][lot.model] += f64::from(lot.cars);
        assert!((6..=300).contains(&lot.when) && lot.cars > 0);
    }
    let all = |x: &[Vec<f64>]| x.iter().flatten().sum::<f64>();
    let coefficient = all(&held) / (all(&sold) / 12.0);
    assert!((coefficient / COEFFICIENT - 1.0).abs() < 0.08, "{coefficient}");
    for (d, &site) in world.dealers.iter().enumerate() {
        let site = &world.network.sites[site];
        let cars: f64 = held[d].iter().sum();
        let worth: f64 = held[d].iter().zip(&MODELS).map(|(n, m)| n * m.price_cny).sum();
        assert!(cars <= f64::from(site.storage.get()) && worth <= site.credit.major(), "{}", site.code);
    }
    // The eight best sellers are short, the twenty slowest stand.
    let mut order: Vec<usize> = (0..MODELS.len()).collect();
    order.sort_by(|&a, &b| MODELS[b].weight.total_cmp(&MODELS[a].weight));
    let of = |models: &[usize]| {
        let sum = |x: &[Vec<f64>]| x.iter().map(|r| models.iter().map(|&m| r[m]).sum::<f64>()).sum::<f64>();
        12.0 * sum(&held) / sum(&sold)
    };
    assert!(of(&order[..8]) < 1.1 && of(&order[40..]) > 2.0, "{} {}", of(&order[..8]), of(&order[40..]));
    let aged: u32 = world.stock.iter().filter(|l| l.when > 90).map(|l| l.cars).sum();
    assert!((0.1..0.3).contains(&(f64::from(aged) / all(&held))), "{aged}");
}

#[test]
fn supply_meets_demand_narrowly_and_stands_still_over_the_festival() {
    let world = shipped();
    let demand: f64 = (0..MODELS.len())
        .map(|m| {
            let yearly: f64 = world.demand.iter().map(|d| d.yearly[m]).sum();
            (0..12).map(|w| yearly / 52.0 * world.tide.expected(m, WEEKS + w)).sum::<f64>()
        })
        .sum();
    let slots = |w: usize| world.supply.iter().map(|s| s.1[w]).sum::<u32>();
    let supply: u32 = (0..12).map(slots).sum();
    let ratio = f64::from(supply) / demand;
    assert!((1.0..1.05).contains(&ratio), "{ratio}");
    // The week from 16 February 2026 is the seventh.
    assert_eq!(slots(6), 0);
    for m in 0..MODELS.len() {
        let plants = world.supply.iter().filter(|s| s.0.1 == m).count();
        assert!((1..=2).contains(&plants));
    }
    assert!(world.in_transit.iter().all(|l| l.when <= 2 && l.cars > 0));
}
