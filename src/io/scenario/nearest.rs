//! Which zone's centre is nearest to a place.

use crate::ids::{Id, ZoneId};
use crate::network::travel::{geodesic, great_circle};
use crate::network::{Place, Zone};

/// The zones, also in order of latitude: what lies further north or south than the best so far need not be measured.
pub(super) struct Zones<'z> {
    /// The zones by position.
    pub all: &'z [Zone],
    by_lat: Vec<usize>,
}

/// A degree of the meridian on the sphere of [`great_circle`] is 111.195 km; a little less to be safe.
const DEGREE_KM: f64 = 111.0;
/// Sphere and ellipsoid differ by less than 0.6 % each way.
const SLACK: f64 = 1.02;

impl<'z> Zones<'z> {
    pub fn new(all: &'z [Zone]) -> Self {
        let mut by_lat: Vec<usize> = (0..all.len()).collect();
        by_lat.sort_by(|&a, &b| all[a].place.lat.total_cmp(&all[b].place.lat));
        Self { all, by_lat }
    }

    /// The nearest zone by geodesic, the first of several; zone 0 when there is none.
    pub fn nearest(&self, place: Place) -> ZoneId {
        let middle = self.by_lat.partition_point(|&z| self.all[z].place.lat < place.lat);
        let mut least = f64::INFINITY;
        let mut near: Vec<(f64, usize)> = Vec::new();
        let mut consider = |zone: usize| {
            let there = self.all[zone].place;
            if (there.lat - place.lat).abs() * DEGREE_KM > least * SLACK {
                return false;
            }
            let km = great_circle(place, there).get();
            least = least.min(km);
            if km <= least * SLACK {
                near.push((km, zone));
            }
            true
        };
        // Outwards to the north, then to the south, each until the band that the best so far leaves is over.
        let _ = self.by_lat[middle..].iter().all(|&z| consider(z));
        let _ = self.by_lat[..middle].iter().rev().all(|&z| consider(z));
        let close = near.into_iter().filter(|n| n.0 <= least * SLACK);
        let exact = close.map(|(_, zone)| (geodesic(place, self.all[zone].place).get(), zone));
        let best = exact.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ZoneId::at(best.map_or(0, |(_, zone)| zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RegionId;
    use crate::units::YearlyRate;

    fn zone(lat: f64, lon: f64) -> Zone {
        let text = String::new;
        Zone {
            code: text(),
            name: text(),
            name_zh: text(),
            region: RegionId::at(0),
            place: Place { lat, lon },
            population: 0,
            registrations: YearlyRate::new(0.0),
            rival_weight: 1.0,
            demand_factor: 1.0,
        }
    }

    #[test]
    fn the_band_finds_what_a_full_search_finds() {
        // A scattering without chance: multiples of two irrational steps.
        let point =
            |k: usize, a: f64, b: f64| ((k as f64 * a).fract() * 30.0 + 20.0, (k as f64 * b).fract() * 60.0 + 75.0);
        let zones: Vec<Zone> = (0..300).map(|k| point(k, 0.618_034, 0.414_214)).map(|(a, b)| zone(a, b)).collect();
        let index = Zones::new(&zones);
        for k in 0..500 {
            let (lat, lon) = point(k, 0.732_051, 0.236_068);
            let place = Place { lat, lon };
            let full = (0..zones.len()).min_by(|&a, &b| {
                geodesic(place, zones[a].place).get().total_cmp(&geodesic(place, zones[b].place).get())
            });
            assert_eq!(Some(index.nearest(place).index()), full);
        }
    }
}
