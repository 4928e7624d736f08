//! When a car arrives: what finished trips took from a like place.

use super::clock::Clock;

/// A report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Time, hours of the log's clock.
    pub hour: f64,
    /// Kilometres that remain.
    pub km: f64,
}

/// The reports of a car in the order of time; 0 km at the end is the arrival.
pub type Trip = Vec<Report>;

/// Fewest finished trips from which anything is said.
pub const FEWEST: usize = 30;

/// Moments that an answer comes from.
const NEAR: usize = 200;

/// A difference of 1: in ln km, ln pace, ln of the latest pace, ln of the kilometres behind.
const SCALES: [f64; 4] = [0.2, 0.1, 0.3, 0.5];

/// Weight of the squared slopes of a neighbourhood.
const RIDGE: f64 = 5.0;

/// A moment of a trip: what is compared.
#[derive(Clone, Copy, Debug)]
struct Moment {
    km: f64,
    log_km: f64,
    /// ln pace, ln of the latest pace, ln of the kilometres behind, each over its scale; none before the first move.
    moved: Option<[f64; 3]>,
}

impl Moment {
    fn new(clock: &Clock, trip: &[Report]) -> Self {
        let (first, now) = (trip[0], trip[trip.len() - 1]);
        let behind = first.km - now.km;
        let ln = |x: f64| libm::log(x.max(1e-3));
        let pace = |from: Report| ln((clock.read(now.hour) - clock.read(from.hour)) / (from.km - now.km));
        let moved = (behind > 0.0).then(|| {
            // The latest part of the way: the last report that lies a tenth of it behind, but 50 km at least.
            let far = (0.1 * behind).max(50.0).min(behind);
            let latest = trip.iter().rev().find(|r| r.km - now.km >= far).map_or_else(|| pace(first), |r| pace(*r));
            [pace(first) / SCALES[1], latest / SCALES[2], ln(behind) / SCALES[3]]
        });
        Self { km: now.km, log_km: ln(now.km) / SCALES[0], moved }
    }

    fn coordinates(&self) -> [f64; 4] {
        let [pace, latest, behind] = self.moved.unwrap_or_default();
        [self.log_km, pace, latest, behind]
    }

    /// How unlike another moment is; none if one has moved and the other has not.
    fn to(&self, other: &Self) -> Option<f64> {
        (self.moved.is_some() == other.moved.is_some())
            .then(|| self.coordinates().iter().zip(other.coordinates()).map(|(a, b)| (a - b) * (a - b)).sum())
    }
}

/// Finished trips: moments, each with ln of the working hours a kilometre that it still took.
#[derive(Clone, Debug, Default)]
pub struct Experience {
    clock: Clock,
    trips: usize,
    moments: Vec<(Moment, f64)>,
}

/// Possible arrivals, hours of the log's clock, ascending and equally likely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eta {
    hours: Vec<f64>,
    /// Up to when the car was not there.
    now: f64,
}

/// When a trip ended, if it has.
pub fn arrival(trip: &[Report]) -> Option<f64> {
    trip.iter().find(|r| r.km <= 0.0).map(|r| r.hour)
}

impl Experience {
    /// Learns from those of the trips that have ended.
    pub fn new<'a>(trips: impl IntoIterator<Item = &'a Trip>) -> Self {
        let ended: Vec<&Trip> = trips.into_iter().filter(|t| arrival(t).is_some()).collect();
        let clock = Clock::new(&ended);
        let learn = |trip: &&Trip| {
            let end = clock.read(arrival(trip)?);
            let on_the_way = trip.iter().filter(|r| r.km > 0.0).count();
            let moments: Vec<(Moment, f64)> = (1..=on_the_way)
                .map(|n| {
                    let (moment, left) = (Moment::new(&clock, &trip[..n]), end - clock.read(trip[n - 1].hour));
                    (moment, libm::log((left / moment.km).max(1e-6)))
                })
                .collect();
            Some(moments).filter(|m| !m.is_empty())
        };
        let trips: Vec<Vec<(Moment, f64)>> = ended.iter().filter_map(learn).collect();
        Self { clock, trips: trips.len(), moments: trips.into_iter().flatten().collect() }
    }

    /// Trips that were learnt from.
    pub fn trips(&self) -> usize {
        self.trips
    }

    /// Arrivals of a car on the road that has not arrived by `now`. `detour` adds kilometres.
    pub fn eta(&self, trip: &[Report], now: f64, detour: f64) -> Eta {
        let Some(last) = trip.last().filter(|r| r.km > 0.0) else { return Eta { hours: Vec::new(), now } };
        let mut here = Moment::new(&self.clock, trip);
        here.km += detour;
        here.log_km = libm::log(here.km) / SCALES[0];
        let alike = |(m, took): &(Moment, f64)| Some((here.to(m)?, *m, *took));
        let mut near: Vec<(f64, Moment, f64)> = self.moments.iter().filter_map(alike).collect();
        let keep = NEAR.min(near.len());
        if keep < near.len() {
            near.select_nth_unstable_by(keep, |a, b| a.0.total_cmp(&b.0).then(a.2.total_cmp(&b.2)));
        }
        near.truncate(keep);
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.total_cmp(&b.2)));
        let start = self.clock.read(last.hour);
        let mut hours: Vec<f64> = moved_here(&here, &near)
            .into_iter()
            .map(|took| self.clock.when(start + here.km * libm::exp(took)))
            .filter(|t| *t > now)
            .collect();
        hours.sort_by(f64::total_cmp);
        Eta { hours, now }
    }
}

/// What trips took from the near moments, moved to the place where the car is by a plane through them.
fn moved_here(here: &Moment, near: &[(f64, Moment, f64)]) -> Vec<f64> {
    let at = here.coordinates();
    let n = near.len().max(1) as f64;
    let shift = |m: &Moment| -> [f64; 4] {
        let own = m.coordinates();
        std::array::from_fn(|k| own[k] - at[k])
    };
    let mean: [f64; 4] = std::array::from_fn(|k| near.iter().map(|x| shift(&x.1)[k]).sum::<f64>() / n);
    let level = near.iter().map(|x| x.2).sum::<f64>() / n;
    let mut normal = [[0.0; 5]; 4];
    for (_, moment, took) in near {
        let x = shift(moment);
        for k in 0..4 {
            (0..4).for_each(|l| normal[k][l] += (x[k] - mean[k]) * (x[l] - mean[l]));
            normal[k][4] += (x[k] - mean[k]) * (took - level);
        }
    }
    (0..4).for_each(|k| normal[k][k] += RIDGE);
    // Elimination without pivots: the matrix is positive definite.
    for k in 0..4 {
        for l in (0..4).filter(|l| *l != k) {
            let factor = normal[l][k] / normal[k][k];
            (0..5).for_each(|c| normal[l][c] -= factor * normal[k][c]);
        }
    }
    let slope: [f64; 4] = std::array::from_fn(|k| normal[k][4] / normal[k][k]);
    near.iter().map(|(_, m, took)| took - shift(m).iter().zip(slope).map(|(x, b)| x * b).sum::<f64>()).collect()
}

impl Eta {
    /// Whether nothing is known but that the car should be there.
    pub fn lost(&self) -> bool {
        self.hours.is_empty()
    }

    /// Probability of an arrival after `hour`.
    pub fn late(&self, hour: f64) -> f64 {
        if hour <= self.now {
            return 1.0;
        }
        let late = self.hours.len() - self.hours.partition_point(|t| *t <= hour);
        (late as f64 + 0.5) / (self.hours.len() as f64 + 1.0)
    }

    /// Expected hours after `hour`; of a lost car, what has passed already.
    pub fn hours_late(&self, hour: f64) -> f64 {
        if self.lost() {
            return (self.now - hour).max(0.0);
        }
        self.hours.iter().map(|t| (t - hour).max(0.0)).sum::<f64>() / self.hours.len() as f64
    }

    /// The hour that a share of the possible arrivals does not exceed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let n = self.hours.len();
        (n > 0).then(|| self.hours[((share * n as f64).ceil() as usize).clamp(1, n) - 1])
    }
}
