//! Where stores could stand: blind spots, places that are under-served, and alternatives to stores of today.

use super::market::won;
use super::stores::{Kind, Zones, blank, kilometres};
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{FormatId, Id, ZoneId};
use crate::network::{Place, Site, SiteKind};

/// Candidates for under-served zones, at most [`PER_ZONE`] in one.
const UNDERSERVED: usize = 170;
const PER_ZONE: usize = 3;
/// Candidates near stores of today.
const ALTERNATIVES: usize = 110;
/// Summed pull below which a zone is served badly: one full store an hour away pulls 0.4.
const FAINT: f64 = 0.4;
/// Fewest registrations a year that are worth a candidate.
const WORTH: f64 = 2_000.0;

/// A point some kilometres from one place in the direction of another, at most 0.6 of the way (both are on land, so that
/// it nearly always is).
fn towards(from: Place, to: Place, km: f64) -> Place {
    let share = (km / kilometres(from, to).max(1.0)).min(0.6);
    let round = |x: f64| libm::round(x * 100_000.0) / 100_000.0;
    Place { lat: round(from.lat + share * (to.lat - from.lat)), lon: round(from.lon + share * (to.lon - from.lon)) }
}

/// Another town near a place, at least this far away: the nearest, the second nearest …
fn neighbour(towns: &[Place], from: Place, least_km: f64, rank: usize) -> Place {
    let mut others: Vec<(f64, Place)> =
        towns.iter().map(|&p| (kilometres(from, p), p)).filter(|o| o.0 >= least_km).collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    others.get(rank).map_or(from, |o| o.1)
}

/// The kind of store that suits a zone: showrooms in large towns, full stores in most, satellites in small ones.
fn suitable(zones: &Zones, zone: ZoneId, chance: &mut Stream) -> Kind {
    let (registrations, u) = (zones[zone].registrations.get(), chance.uniform());
    match registrations {
        r if r > 200_000.0 => {
            if u < 0.5 {
                Kind::City
            } else {
                Kind::Full
            }
        }
        r if r > 40_000.0 => {
            if u < 0.2 {
                Kind::Satellite
            } else {
                Kind::Full
            }
        }
        _ => {
            if u < 0.6 {
                Kind::Satellite
            } else {
                Kind::Full
            }
        }
    }
}

/// All candidates, without sizes and costs. `pull[z]` is the summed pull of today's stores on zone z.
pub(super) fn candidates(seed: u64, zones: &Zones, dealers: &[Site], pull: &[f64]) -> Vec<Site> {
    let mut found: Vec<(ZoneId, Place, Kind)> = Vec::new();
    let mut taken = vec![0_usize; zones.len()];
    for (zone, data) in zones.iter() {
        if pull[zone.index()] < FAINT && data.registrations.get() >= WORTH {
            let kind = suitable(zones, zone, &mut Stream::new(seed, Purpose::Candidate, [zone.index(), 1, 0]));
            found.push((zone, data.place, kind));
            taken[zone.index()] += 1;
        }
    }
    let towns: Vec<Place> = zones.values().map(|z| z.place).chain(dealers.iter().map(|d| d.place)).collect();
    underserved(seed, zones, &towns, pull, &mut taken, &mut found);
    alternatives(seed, zones, &towns, dealers, &mut found);
    let mut count = vec![0_usize; zones.len()];
    found.sort_by_key(|c| c.0);
    found
        .into_iter()
        .enumerate()
        .map(|(n, (zone, place, kind))| {
            count[zone.index()] += 1;
            let (data, k) = (&zones[zone], count[zone.index()]);
            let (name, name_zh) = (format!("{} candidate {k}", data.name), format!("{}候选{k}", data.name_zh));
            let mut site = blank(format!("C{:04}", n + 1), name, name_zh, SiteKind::Candidate, zone, place);
            site.format = Some(FormatId::at(kind as usize));
            site
        })
        .collect()
}

/// Greedily the zone from which one more full store would win most for the brand, the stores already chosen counted in.
fn underserved(
    seed: u64,
    zones: &Zones,
    towns: &[Place],
    pull: &[f64],
    taken: &mut [usize],
    found: &mut Vec<(ZoneId, Place, Kind)>,
) {
    let gain = |z: ZoneId, taken: usize| {
        let there = pull[z.index()] + 0.6 * taken as f64;
        won(&zones[z], there + 1.0) - won(&zones[z], there)
    };
    for _ in 0..UNDERSERVED {
        let open = zones.ids().filter(|z| taken[z.index()] < PER_ZONE && zones[*z].registrations.get() >= WORTH);
        let Some(zone) = open.max_by(|a, b| gain(*a, taken[a.index()]).total_cmp(&gain(*b, taken[b.index()]))) else {
            return;
        };
        let k = taken[zone.index()];
        let mut chance = Stream::new(seed, Purpose::Candidate, [zone.index(), 2, k]);
        let place = towards(zones[zone].place, neighbour(towns, zones[zone].place, 6.0, k), chance.between(1.5, 9.0));
        found.push((zone, place, suitable(zones, zone, &mut chance)));
        taken[zone.index()] += 1;
    }
}

/// Alternatives near stores of today: for a store out of town, a place half-way to the centre; else one across town.
fn alternatives(seed: u64, zones: &Zones, towns: &[Place], dealers: &[Site], found: &mut Vec<(ZoneId, Place, Kind)>) {
    let step = dealers.len() as f64 / ALTERNATIVES as f64;
    for k in 0..ALTERNATIVES {
        let mut chance = Stream::new(seed, Purpose::Candidate, [k, 3, 0]);
        let dealer = &dealers[((k as f64 + chance.uniform()) * step) as usize % dealers.len()];
        let centre = zones[dealer.zone].place;
        let out = kilometres(dealer.place, centre);
        let place = if out > 20.0 {
            towards(dealer.place, centre, out * chance.between(0.4, 0.75))
        } else {
            towards(dealer.place, neighbour(towns, dealer.place, 6.0, chance.below(3)), chance.between(3.0, 12.0))
        };
        found.push((dealer.zone, place, suitable(zones, dealer.zone, &mut chance)));
    }
}
