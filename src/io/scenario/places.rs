//! Coordinates: read, judged, and turned from GCJ-02 into WGS 84.

use super::log::Log;
use super::rows::Rows;
use super::values::Value;
use crate::io::fault::Code;
use crate::network::Place;
use std::f64::consts::PI;

/// The place of the current row, its faults noted.
pub(super) fn place(rows: &Rows<'_>, gcj02: bool, log: &mut Log) -> Place {
    let (Value::Number(lat), Value::Number(lon)) = (rows.get("lat_deg"), rows.get("lon_deg")) else {
        return Place { lat: 0.0, lon: 0.0 };
    };
    if lat.abs() > 90.0 && lat.abs() <= 180.0 && lon.abs() <= 90.0 {
        log.add(rows.spot("lat_deg"), Code::Swapped, &rows.text("lat_deg"), || {
            (
                format!("latitude {lat} and longitude {lon} look swapped"),
                format!("write lat_deg {lon} and lon_deg {lat}"),
            )
        });
    } else if lat.abs() > 90.0 || lon.abs() > 180.0 {
        let column = if lat.abs() > 90.0 { "lat_deg" } else { "lon_deg" };
        log.add(rows.spot(column), Code::Coordinates, &rows.text(column), || {
            (
                format!("{lat}, {lon} is no place on earth"),
                "latitude is from -90 to 90, longitude from -180 to 180, in degrees".into(),
            )
        });
    } else if lat == 0.0 && lon == 0.0 {
        log.add(rows.spot("lat_deg"), Code::NullIsland, "0, 0", || {
            (
                "the coordinates are 0, 0: an empty address rather than a place".into(),
                "look the place up and write its coordinates".into(),
            )
        });
    } else if gcj02 {
        return to_wgs84(Place { lat, lon });
    }
    Place { lat, lon }
}

/// Whether a place is one that a fault was not noted for.
pub(super) fn on_earth(place: Place) -> bool {
    place.lat.abs() <= 90.0 && place.lon.abs() <= 180.0 && (place.lat != 0.0 || place.lon != 0.0)
}

/// Undoes the shift of Chinese web maps by fixed-point iteration (1e-9 degrees, about 0.1 mm).
pub(super) fn to_wgs84(shifted: Place) -> Place {
    let mut guess = shifted;
    for _ in 0..30 {
        let (dlat, dlon) = shift(guess);
        let next = Place { lat: shifted.lat - dlat, lon: shifted.lon - dlon };
        let step = (next.lat - guess.lat).abs().max((next.lon - guess.lon).abs());
        guess = next;
        if step < 1e-10 {
            break;
        }
    }
    guess
}

/// Shift of GCJ-02 against WGS 84 in degrees, by its published polynomial on the Krasovsky 1940 ellipsoid; none outside
/// the rectangle of mainland China.
fn shift(place: Place) -> (f64, f64) {
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    if !(72.004..=137.8347).contains(&place.lon) || !(0.8293..=55.8271).contains(&place.lat) {
        return (0.0, 0.0);
    }
    let (x, y) = (place.lon - 105.0, place.lat - 35.0);
    let root = x.abs().sqrt();
    let wave =
        |t: f64, parts: [(f64, f64); 2]| parts.iter().map(|(a, f)| a * libm::sin(t * f * PI)).sum::<f64>() * 2.0 / 3.0;
    let common = wave(x, [(20.0, 6.0), (20.0, 2.0)]);
    let dlat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + wave(y, [(20.0, 1.0), (40.0, 1.0 / 3.0)])
        + wave(y, [(160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0)]);
    let dlon = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + wave(x, [(20.0, 1.0), (40.0, 1.0 / 3.0)])
        + wave(x, [(150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0)]);
    let phi = place.lat.to_radians();
    let sin = libm::sin(phi);
    let magic = 1.0 - EE * sin * sin;
    let meridian = A * (1.0 - EE) / (magic * magic.sqrt());
    let parallel = A / magic.sqrt() * libm::cos(phi);
    ((dlat / meridian).to_degrees(), (dlon / parallel).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shift_of_a_known_place_is_undone() {
        // Tian'anmen: the published formula moves 39.907500 N 116.397230 E to about 39.908903 N 116.403473 E.
        let true_place = Place { lat: 39.9075, lon: 116.39723 };
        let (dlat, dlon) = shift(true_place);
        assert!((dlat - 0.0014).abs() < 2e-4 && (dlon - 0.00624).abs() < 2e-4, "{dlat} {dlon}");
        let back = to_wgs84(Place { lat: true_place.lat + dlat, lon: true_place.lon + dlon });
        assert!((back.lat - true_place.lat).abs() < 1e-9 && (back.lon - true_place.lon).abs() < 1e-9);
        let london = Place { lat: 51.5, lon: -0.1 };
        assert_eq!(to_wgs84(london), london);
    }
}
