//! A generated fleet: carriers that drive by day, with weather, breakdowns and slow drivers.

use super::eta::{Report, Trip};
use crate::stats::normal::quantile;
use crate::stats::stream::{Key, Purpose, Stream};

/// One trip that starts at an hour: reports every three hours, then the arrival.
pub fn trip(start: f64, km: f64, dice: &mut Stream) -> Trip {
    let normal = |dice: &mut Stream| quantile(dice.unit().clamp(1e-12, 1.0 - 1e-12));
    let driver = libm::exp(0.08 * normal(dice));
    let (mut hour, mut left, mut bad, mut stands) = (start, km, false, 0.0_f64);
    let mut trip = vec![Report { hour, km: left }];
    let mut next = start + 3.0;
    // Steps of half an hour; driving from 7 to 19.
    while left > 0.0 {
        bad = if bad { dice.unit() < 0.93 } else { dice.unit() < 0.01 };
        if dice.unit() < 0.003 {
            stands += 2.0 + 20.0 * dice.unit();
        }
        let drives = (7.0..19.0).contains(&hour.rem_euclid(24.0)) && stands <= 0.0;
        stands = (stands - 0.5).max(0.0);
        let speed = if drives { 62.0 * driver * if bad { 0.55 } else { 1.0 } } else { 0.0 };
        let step = if speed > 0.0 { (left / speed).min(0.5) } else { 0.5 };
        left -= speed * step;
        hour += step;
        if left <= 1e-9 {
            left = 0.0;
        } else if hour >= next {
            trip.push(Report { hour, km: left });
            next += 3.0;
        }
    }
    trip.push(Report { hour, km: 0.0 });
    trip
}

/// Trips of a seed, each with a promise that was made at its start: the usual time and some luck.
pub fn fleet(count: u32, seed: u64) -> Vec<(Trip, f64)> {
    (0..count)
        .map(|k| {
            let mut dice = Key { seed, purpose: Purpose::Sampling, replication: k, entity: 0, day: 0 }.stream();
            let km = 200.0 + 1_800.0 * dice.unit();
            let start = 7.0 + 12.0 * dice.unit();
            let usual = 24.0 * (km / 650.0);
            let promised = start + usual * (0.9 + 0.5 * dice.unit());
            (trip(start, km, &mut dice), promised)
        })
        .collect()
}

/// A trip as it is known at one of its first sixty reports, if it has that one: every report is met equally often.
pub fn seen(trip: &Trip, dice: &mut Stream) -> Option<Trip> {
    let last = dice.below(60) as usize;
    (last + 1 < trip.len()).then(|| trip[..=last].to_vec())
}
