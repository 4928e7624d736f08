//! Distances and times: geodesic length times circuity, or the user's matrix.

use super::Place;
use crate::ids::{SiteId, ZoneId};
use crate::units::{Hours, Kilometres};
use geo::{Distance, Geodesic, Haversine, Point};
use std::collections::BTreeMap;

/// How far and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// Length on the road.
    pub distance: Kilometres,
    /// Driving time.
    pub time: Hours,
}

/// Where distances and times come from.
#[derive(Clone, Debug)]
pub struct Travel {
    /// Road length per geodesic length, at least 1.
    pub circuity: f64,
    /// Mean speed on the road in kilometres an hour.
    pub speed_kmh: f64,
    /// Zone-to-site legs given by the user; where present, pairs that are missing cannot be travelled.
    pub matrix: Option<BTreeMap<(ZoneId, SiteId), Leg>>,
}

fn point(place: Place) -> Point {
    Point::new(place.lon, place.lat)
}

/// Length of the shortest line on the WGS 84 ellipsoid (Karney 2013).
pub fn geodesic(a: Place, b: Place) -> Kilometres {
    Kilometres::new(Geodesic.distance(point(a), point(b)) / 1000.0)
}

/// Great-circle length on the mean sphere: within 0.6 % of [`geodesic`] and much faster; for filters only.
pub fn great_circle(a: Place, b: Place) -> Kilometres {
    Kilometres::new(Haversine.distance(point(a), point(b)) / 1000.0)
}

impl Travel {
    /// Leg between two places by geodesic, circuity and speed.
    pub fn between(&self, a: Place, b: Place) -> Leg {
        let distance = geodesic(a, b) * self.circuity;
        Leg { distance, time: Hours::new(distance.get() / self.speed_kmh) }
    }

    /// Leg between a zone's people and a site; `None` when the matrix lacks the pair.
    pub fn zone_to_site(&self, zone: ZoneId, zone_place: Place, site: SiteId, site_place: Place) -> Option<Leg> {
        match &self.matrix {
            Some(matrix) => matrix.get(&(zone, site)).copied(),
            None => Some(self.between(zone_place, site_place)),
        }
    }

    /// Whether two places are certainly farther apart than `limit`, without the cost of a geodesic.
    pub fn beyond(&self, a: Place, b: Place, limit: Hours) -> bool {
        great_circle(a, b).get() * 0.99 * self.circuity > limit.get() * self.speed_kmh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geodesic_of_a_published_pair() {
        // Beijing to Shanghai on WGS 84, 39.9075 N 116.39723 E to 31.22222 N 121.45806 E: 1068 km within 1 km.
        let (a, b) = (Place { lat: 39.9075, lon: 116.39723 }, Place { lat: 31.22222, lon: 121.45806 });
        let exact = geodesic(a, b).get();
        assert!((exact - 1068.0).abs() < 2.0, "{exact}");
        assert!((great_circle(a, b).get() / exact - 1.0).abs() < 0.006);
        // One degree of the meridian at the equator is 110.574 km on the ellipsoid.
        let (a, b) = (Place { lat: 0.0, lon: 0.0 }, Place { lat: 1.0, lon: 0.0 });
        assert!((geodesic(a, b).get() - 110.574).abs() < 0.001);
    }
}
