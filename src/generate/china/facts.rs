//! The geography that is compiled in: facts with their sources in the scenario's README.

use super::provinces;
use crate::network::Place;
use serde::Deserialize;

/// A prefecture-level zone.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ZoneFact {
    /// GB/T 2260 code.
    #[serde(rename = "zone_id")]
    pub(super) code: String,
    /// Chinese name.
    pub(super) name_zh: String,
    /// English name of its seat.
    pub(super) name: String,
    /// Chinese name of its province.
    province: String,
    lat_deg: f64,
    lon_deg: f64,
    /// Urban population of its seat.
    #[serde(rename = "population_persons")]
    pub(super) population: u64,
}

/// Where a synthetic dealer stands (a real place).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DealerFact {
    /// Its id.
    #[serde(rename = "dealer_id")]
    pub(super) code: String,
    /// English name.
    pub(super) name: String,
    /// Chinese name.
    pub(super) name_zh: String,
    /// Its zone's code.
    pub(super) zone_id: String,
    lat_deg: f64,
    lon_deg: f64,
    /// Its format.
    pub(super) format: String,
    /// A rough size, cars a year.
    pub(super) capacity_per_year: f64,
}

/// A city with a car plant.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PlantFact {
    /// Its id: `P_` and the code of its zone.
    #[serde(rename = "site_id")]
    pub(super) code: String,
    /// English name.
    pub(super) name: String,
    /// Chinese name.
    pub(super) name_zh: String,
    lat_deg: f64,
    lon_deg: f64,
}

impl ZoneFact {
    /// Where its seat is.
    pub(super) fn place(&self) -> Place {
        Place { lat: self.lat_deg, lon: self.lon_deg }
    }
    /// Position of its province.
    pub(super) fn province(&self) -> usize {
        provinces::position(&self.province).unwrap_or(0)
    }
}

impl DealerFact {
    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        Place { lat: self.lat_deg, lon: self.lon_deg }
    }
}

impl PlantFact {
    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        Place { lat: self.lat_deg, lon: self.lon_deg }
    }
}

/// The three figures of the source that cannot be used as they are: the seat of Haixi (Delingha) has no population
/// there, the seat of Haibei (Xihai) is a town far smaller than what the zone is served from, and Sansha's islands are
/// counted low. The figures are those of the 2020 census, rounded (A).
const MENDED: [(&str, u64); 3] = [("460300", 2_300), ("632200", 265_000), ("632800", 88_000)];

fn rows<T: for<'a> Deserialize<'a>>(text: &str) -> Vec<T> {
    // The text is compiled in and a test reads every row, so a row that does not parse cannot reach a user.
    csv::Reader::from_reader(text.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// All zones, ascending by code.
pub(super) fn zones() -> Vec<ZoneFact> {
    let mut zones: Vec<ZoneFact> = rows(include_str!("facts/zones.csv"));
    for zone in &mut zones {
        if let Some(mended) = MENDED.iter().find(|m| m.0 == zone.code) {
            zone.population = mended.1;
        }
    }
    zones
}

/// All dealer places, ascending by id.
pub(super) fn dealers() -> Vec<DealerFact> {
    rows(include_str!("facts/dealers.csv"))
}

/// All plant cities.
pub(super) fn plants() -> Vec<PlantFact> {
    rows(include_str!("facts/plants.csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!((zones().len(), lines(include_str!("facts/zones.csv"))), (337, 337));
        assert_eq!((dealers().len(), lines(include_str!("facts/dealers.csv"))), (904, 904));
        assert_eq!((plants().len(), lines(include_str!("facts/plants.csv"))), (12, 12));
    }

    #[test]
    fn every_zone_has_people_and_a_known_province() {
        let zones = zones();
        assert!(zones.windows(2).all(|w| w[0].code < w[1].code));
        assert!(zones.iter().all(|z| z.population > 1_000 && provinces::position(&z.province).is_some()));
        assert!(dealers().iter().all(|d| zones.iter().any(|z| z.code == d.zone_id)));
        assert!(plants().iter().all(|p| zones.iter().any(|z| p.code == format!("P_{}", z.code))));
    }
}
