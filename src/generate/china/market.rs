//! Zones: how many cars are registered, how strong the rivals are.

use super::facts;
use super::models::round_to;
use super::provinces::PROVINCES;
use crate::demand::choice::captured_share;
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{Id, IdVec, RegionId, ZoneId};
use crate::network::coverage::{Coverage, OpenStores};
use crate::network::{Network, Zone};
use crate::units::YearlyRate;

/// New cars of all brands in a year, the country (P, rounded: 23 million passenger cars).
const REGISTRATIONS: f64 = 23_000_000.0;
/// Registrations grow slower than a seat's urban population (A).
const POPULATION_POWER: f64 = 0.8;
/// ... and with income (A).
const INCOME_POWER: f64 = 0.7;
/// The rivals' pull grows with the market about as the brand's own does, so that its share is much the same everywhere
/// (A): a network grows with market^0.95, and its pull counts to the power of the nesting.
const RIVAL_POWER: f64 = 0.95 * NEST;
/// Share of all registrations the brand captures today (A).
pub(super) const CAPTURED: f64 = 0.042;
/// Nesting of the brand's own stores (A). The published 0.4 is of American dealers; with it, nearly every store of a
/// network as dense as this one would be worth closing, which no maker's network of today looks like.
pub(super) const NEST: f64 = 0.65;

/// All zones; rival weights are relative until [`calibrate`].
pub(super) fn zones(seed: u64) -> IdVec<ZoneId, Zone> {
    let facts = facts::zones();
    let homes: Vec<usize> = facts::plants()
        .iter()
        .filter_map(|p| facts.iter().find(|z| p.code.ends_with(&z.code)).map(facts::ZoneFact::province))
        .collect();
    let weight = |i: usize| {
        let zone = &facts[i];
        let income = PROVINCES[zone.province()].income;
        power(zone.population as f64, POPULATION_POWER)
            * power(income, INCOME_POWER)
            * Stream::new(seed, Purpose::Registrations, [i, 0, 0]).lognormal(0.12)
    };
    let total: f64 = (0..facts.len()).map(weight).sum();
    facts
        .iter()
        .enumerate()
        .map(|(i, zone)| {
            let registrations = round_to(REGISTRATIONS * weight(i) / total, 10.0).max(10.0);
            let mut chance = Stream::new(seed, Purpose::Rivals, [i, 0, 0]);
            let province = Stream::new(seed, Purpose::Rivals, [zone.province(), 1, 0]).lognormal(0.2);
            // At home, where a plant stands, people know the brand; in rich cities everybody else is there too.
            let home = if homes.contains(&zone.province()) { 0.75 } else { 1.1 };
            let crowd = power(PROVINCES[zone.province()].income, 0.2);
            Zone {
                code: zone.code.clone(),
                name: zone.name.clone(),
                name_zh: zone.name_zh.clone(),
                region: RegionId::at(zone.province()),
                place: zone.place(),
                population: zone.population,
                registrations: YearlyRate::new(registrations),
                rival_weight: power(registrations / 10_000.0, RIVAL_POWER)
                    * home
                    * crowd
                    * province
                    * chance.lognormal(0.15),
                demand_factor: 1.0,
            }
        })
        .collect()
}

/// `base^exponent` from `libm` alone.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    libm::exp2(exponent * libm::log2(base))
}

/// Cars of the brand that a zone's people buy in a year when stores pull on them so strongly.
pub(super) fn won(zone: &Zone, pull: f64) -> f64 {
    zone.registrations.get() * captured_share(pull, zone.rival_weight, NEST)
}

/// Cars of the brand sold in the country in a year.
fn captured(network: &Network, coverage: &Coverage, open: &OpenStores) -> f64 {
    let of = |z: ZoneId| {
        let pull: f64 = coverage.pulls(network, z, open).iter().map(|p| p.1).sum();
        won(&network.zones[z], pull)
    };
    network.zones.ids().map(of).sum()
}

/// Scales all rival weights so that the open stores capture [`CAPTURED`] of the country's registrations, by bisection.
pub(super) fn calibrate(network: &mut Network, coverage: &Coverage, open: &OpenStores) {
    let relative: Vec<f64> = network.zones.values().map(|z| z.rival_weight).collect();
    let goal = CAPTURED * network.zones.values().map(|z| z.registrations.get()).sum::<f64>();
    let scale_to = |network: &mut Network, factor: f64| {
        for (zone, relative) in network.zones.values_mut().zip(&relative) {
            zone.rival_weight = round_to(relative * factor, 0.001).max(0.05);
        }
    };
    let (mut low, mut high) = (0.01, 10_000.0);
    for _ in 0..60 {
        let middle = libm::sqrt(low * high);
        scale_to(network, middle);
        if captured(network, coverage, open) > goal { low = middle } else { high = middle }
    }
}
