//! Lengths on the WGS 84 ellipsoid, by Vincenty's series (1975), with their error; and the Chinese web maps'
//! shifted coordinates.

use super::interval::Interval;
use std::f64::consts::PI;

/// A place, degrees north and east.
pub type Place = (f64, f64);

const AXIS_KM: f64 = 6_378.137;
const FLAT: f64 = 1.0 / 298.257_223_563;
/// What the series leaves out, as a share of the length: terms of `f⁴ ≈ 1.3e-10` with factors below a tenth in the
/// longitude, of `(e'²)⁵ ≈ 1.4e-11` with factors below a twentieth in the length; and what rounding may do, kilometres.
const PLAY: (f64, f64) = (1e-10, 1e-9);

/// Length of the shortest line in kilometres. Between nearly opposite places, where the series does not settle, the
/// great circle with the ellipsoid's deviation.
pub fn length(a: Place, b: Place) -> Interval {
    if a == b {
        return Interval::ZERO;
    }
    let km = vincenty(a, b);
    match km {
        Some(km) => {
            let play = PLAY.0 * km + PLAY.1;
            Interval::new((km - play).max(0.0), km + play)
        }
        None => {
            let round = great_circle(a, b);
            Interval::new(round * 0.99, round * 1.01)
        }
    }
}

/// Length on the mean sphere, within 0.6 % of the truth.
pub fn great_circle(a: Place, b: Place) -> f64 {
    let (p, q) = (a.0.to_radians(), b.0.to_radians());
    let (dp, dl) = ((q - p) * 0.5, (b.1 - a.1).to_radians() * 0.5);
    let h = dp.sin().powi(2) + p.cos() * q.cos() * dl.sin().powi(2);
    2.0 * 6_371.008_8 * h.clamp(0.0, 1.0).sqrt().asin()
}

fn vincenty(a: Place, b: Place) -> Option<f64> {
    let l = (b.1 - a.1).to_radians();
    let reduced = |lat: f64| ((1.0 - FLAT) * lat.to_radians().tan()).atan();
    let ((sin1, cos1), (sin2, cos2)) = (reduced(a.0).sin_cos(), reduced(b.0).sin_cos());
    let mut lambda = l;
    for _ in 0..200 {
        let (sl, cl) = lambda.sin_cos();
        let sin_sigma = ((cos2 * sl).powi(2) + (cos1 * sin2 - sin1 * cos2 * cl).powi(2)).sqrt();
        if sin_sigma == 0.0 {
            return Some(0.0);
        }
        let cos_sigma = sin1 * sin2 + cos1 * cos2 * cl;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = cos1 * cos2 * sl / sin_sigma;
        let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
        let middle = if cos2_alpha > 1e-15 { cos_sigma - 2.0 * sin1 * sin2 / cos2_alpha } else { 0.0 };
        let c = FLAT / 16.0 * cos2_alpha * (4.0 + FLAT * (4.0 - 3.0 * cos2_alpha));
        let next = l
            + (1.0 - c)
                * FLAT
                * sin_alpha
                * (sigma + c * sin_sigma * (middle + c * cos_sigma * (2.0 * middle * middle - 1.0)));
        let step = (next - lambda).abs();
        lambda = next;
        if lambda.abs() > PI + 1e-9 {
            return None;
        }
        if step < 1e-13 {
            let minor = AXIS_KM * (1.0 - FLAT);
            let u = cos2_alpha * (AXIS_KM * AXIS_KM - minor * minor) / (minor * minor);
            let big_a = 1.0 + u / 16_384.0 * (4_096.0 + u * (-768.0 + u * (320.0 - 175.0 * u)));
            let big_b = u / 1_024.0 * (256.0 + u * (-128.0 + u * (74.0 - 47.0 * u)));
            let tail = big_b / 6.0 * middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * middle * middle - 3.0);
            let delta = big_b * sin_sigma * (middle + big_b / 4.0 * (cos_sigma * (2.0 * middle * middle - 1.0) - tail));
            return Some(minor * big_a * (sigma - delta));
        }
    }
    None
}

/// Undoes the shift of GCJ-02 coordinates (the formula that is publicly known) by fixed-point steps.
pub fn unshifted(shown: Place) -> Place {
    let mut place = shown;
    for _ in 0..40 {
        let (north, east) = shift(place);
        place = (shown.0 - north, shown.1 - east);
    }
    place
}

fn shift((lat, lon): Place) -> (f64, f64) {
    if !(0.8293..=55.8271).contains(&lat) || !(72.004..=137.8347).contains(&lon) {
        return (0.0, 0.0);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |amplitude: f64, angle: f64| amplitude * (angle * PI).sin() * 2.0 / 3.0;
    let shared = wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x);
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + shared
        + wave(20.0, y)
        + wave(40.0, y / 3.0)
        + wave(160.0, y / 12.0)
        + wave(320.0, y / 30.0);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + shared
        + wave(20.0, x)
        + wave(40.0, x / 3.0)
        + wave(150.0, x / 12.0)
        + wave(300.0, x / 30.0);
    let (axis, bend) = (6_378_245.0, 0.006_693_421_622_965_943);
    let (sin, cos) = lat.to_radians().sin_cos();
    let w = 1.0 - bend * sin * sin;
    ((north * w * w.sqrt() / (axis * (1.0 - bend))).to_degrees(), (east * w.sqrt() / (axis * cos)).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_published_lines() {
        // Flinders Peak to Buninyong on GRS 80 (Geocentric Datum of Australia, technical manual): 54,972.271 m.
        let dms = |d: f64, m: f64, s: f64| d + m / 60.0 + s / 3600.0;
        let flinders = (-dms(37.0, 57.0, 3.72030), dms(144.0, 25.0, 29.52440));
        let buninyong = (-dms(37.0, 39.0, 10.15610), dms(143.0, 55.0, 35.38390));
        let km = length(flinders, buninyong);
        assert!(km.holds(54.972_271, 1e-6), "{km:?}");
        // A degree of the meridian at the equator is 110.574 km, of the equator 111.320 km.
        assert!(length((0.0, 0.0), (1.0, 0.0)).holds(110.574_4, 1e-4));
        assert!(length((0.0, 0.0), (0.0, 1.0)).holds(111.319_5, 1e-4));
        assert_eq!(length((30.0, 114.0), (30.0, 114.0)), Interval::ZERO);
        let opposite = length((0.0, 0.0), (0.3, 179.8));
        assert!(opposite.lo < 19_950.0 && opposite.hi > 19_936.0, "{opposite:?}");
    }

    #[test]
    fn the_shift_is_undone() {
        // Tian'anmen: 39.907500 N 116.397230 E is shown at about 39.908903 N 116.403473 E.
        let (north, east) = shift((39.9075, 116.39723));
        assert!((north - 0.0014).abs() < 2e-4 && (east - 0.00624).abs() < 2e-4);
        let back = unshifted((39.9075 + north, 116.39723 + east));
        assert!((back.0 - 39.9075).abs() < 1e-10 && (back.1 - 116.39723).abs() < 1e-10);
        assert_eq!(unshifted((51.5, -0.1)), (51.5, -0.1));
    }
}
