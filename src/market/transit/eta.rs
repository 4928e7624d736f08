//! When a car arrives: what finished trips took from a like place.

use super::clock::Clock;
use crate::stats::least_squares::cholesky;
use rayon::prelude::*;

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
const RIDGE: f64 = 50.0;

/// Least weight of an arrival, of the mean: what never came may come.
const LEAST: f64 = 0.01;

/// Parts of the finished trips, of which each is foretold from the others.
const PARTS: usize = 5;

/// Moments that are foretold to learn how sure the answers are, about.
const FORETOLD: usize = 4_000;

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
    /// Of moments foretold from other trips, the share of like trips that were not later than the car: ascending.
    levels: Vec<f64>,
}

/// Possible arrivals, hours of the log's clock, ascending, with their weights: one by one before what is known of levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eta {
    hours: Vec<(f64, f64)>,
    /// Up to when the car was not there.
    now: f64,
}

/// When a trip ended, if it has.
pub fn arrival(trip: &[Report]) -> Option<f64> {
    trip.iter().find(|r| r.km <= 0.0).map(|r| r.hour)
}

impl Experience {
    /// Learns from those of the trips that have ended: what they took, and, foretelling each fifth of them from the others, how
    /// far answers of this kind are to be believed.
    pub fn new<'a>(trips: impl IntoIterator<Item = &'a Trip>) -> Self {
        let ended: Vec<(&Trip, f64)> = trips.into_iter().filter_map(|t| Some((t, arrival(t)?))).collect();
        let mut all = Self::raw(ended.iter().map(|t| t.0));
        let stride = (all.moments.len() / FORETOLD).max(1);
        let part = |p: usize| {
            let mine = |place: usize| place % PARTS == p;
            let others = Self::raw(ended.iter().enumerate().filter(|(place, _)| !mine(*place)).map(|(_, t)| t.0));
            let moments = ended.iter().enumerate().flat_map(|(place, (trip, end))| {
                let moments = trip.iter().take_while(|r| r.km > 0.0).count();
                (1..=moments).map(move |n| (place, &trip[..n], *end))
            });
            // Every so many of all moments, in whichever part they fall.
            let chosen = moments.step_by(stride).filter(|(place, ..)| mine(*place));
            chosen
                .map(|(_, seen, end)| {
                    let near = others.near(seen, 0.0);
                    let earlier = near.iter().filter(|h| **h <= end).count();
                    (earlier as f64 + 0.5) / (near.len() as f64 + 1.0)
                })
                .collect::<Vec<_>>()
        };
        if ended.len() >= FEWEST {
            all.believe((0..PARTS).into_par_iter().flat_map_iter(part).collect());
        }
        all
    }

    /// Takes in at which levels of their laws cars came.
    pub(super) fn believe(&mut self, mut levels: Vec<f64>) {
        levels.sort_by(f64::total_cmp);
        self.levels = levels;
    }

    /// What the trips took alone.
    pub(super) fn raw<'a>(ended: impl Iterator<Item = &'a Trip>) -> Self {
        let ended: Vec<&Trip> = ended.collect();
        let clock = Clock::new(&ended);
        let learn = |trip: &&Trip| {
            let end = clock.read(arrival(trip)?);
            let on_the_way = trip.iter().take_while(|r| r.km > 0.0).count();
            let moments: Vec<(Moment, f64)> = (1..=on_the_way)
                .map(|n| {
                    let (moment, left) = (Moment::new(&clock, &trip[..n]), end - clock.read(trip[n - 1].hour));
                    (moment, libm::log((left / moment.km).max(1e-6)))
                })
                .collect();
            Some(moments).filter(|m| !m.is_empty())
        };
        let trips: Vec<Vec<(Moment, f64)>> = ended.iter().filter_map(learn).collect();
        Self { clock, trips: trips.len(), moments: trips.into_iter().flatten().collect(), levels: Vec::new() }
    }

    /// Share of cars whose level was not above this one; what is said of a law of which nobody knows better is believed.
    fn share(&self, level: f64) -> f64 {
        if self.levels.is_empty() || level <= 0.0 || level >= 1.0 {
            return level.clamp(0.0, 1.0);
        }
        let below = |x: f64| self.levels.partition_point(|l| *l < x);
        let (from, to) = (below(level), self.levels.partition_point(|l| *l <= level));
        // Levels are hundreds of steps: of those at this one, half count.
        ((from + to) as f64 / 2.0 + 0.5) / (self.levels.len() as f64 + 1.0)
    }

    /// Trips that were learnt from.
    pub fn trips(&self) -> usize {
        self.trips
    }

    /// Arrivals of a car on the road that has not arrived by `now`. `detour` adds kilometres.
    pub fn eta(&self, trip: &[Report], now: f64, detour: f64) -> Eta {
        let near = self.near(trip, detour);
        let n = near.len() as f64;
        let weigh = |(i, hour): (usize, f64)| {
            let weight = n * (self.share((i + 1) as f64 / n) - self.share(i as f64 / n));
            (hour, weight.max(LEAST))
        };
        Eta { hours: near.into_iter().enumerate().map(weigh).filter(|h| h.0 > now).collect(), now }
    }

    /// When the car would be there by each of the nearest moments, ascending.
    fn near(&self, trip: &[Report], detour: f64) -> Vec<f64> {
        let Some(last) = trip.last().filter(|r| r.km > 0.0) else { return Vec::new() };
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
            .collect();
        hours.sort_by(f64::total_cmp);
        hours
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
    let (mut normal, mut slope) = ([0.0; 16], [0.0; 4]);
    for (_, moment, took) in near {
        let x = shift(moment);
        for k in 0..4 {
            (0..=k).for_each(|l| normal[4 * k + l] += (x[k] - mean[k]) * (x[l] - mean[l]));
            slope[k] += (x[k] - mean[k]) * (took - level);
        }
    }
    (0..4).for_each(|k| normal[5 * k] += RIDGE);
    cholesky(&mut normal, &mut slope);
    near.iter().map(|(_, m, took)| took - shift(m).iter().zip(slope).map(|(x, b)| x * b).sum::<f64>()).collect()
}

impl Eta {
    /// Whether nothing is known but that the car should be there.
    pub fn lost(&self) -> bool {
        self.hours.is_empty()
    }

    /// Probability of an arrival after `hour`; of a lost car one half for an hour to come: nothing speaks for either.
    pub fn late(&self, hour: f64) -> f64 {
        if hour <= self.now {
            return 1.0;
        }
        let from = self.hours.partition_point(|t| t.0 <= hour);
        (weight(&self.hours[from..]) + 0.5) / (weight(&self.hours) + 1.0)
    }

    /// Expected hours after `hour`; of a lost car nobody knows.
    pub fn hours_late(&self, hour: f64) -> Option<f64> {
        let late = || self.hours.iter().map(|t| t.1 * (t.0 - hour).max(0.0)).sum::<f64>() / weight(&self.hours);
        (!self.lost()).then(late)
    }

    /// The hour that a share of the possible arrivals does not exceed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * weight(&self.hours);
        let mut so_far = 0.0;
        let reached = |t: &&(f64, f64)| {
            so_far += t.1;
            so_far >= wanted - 1e-9
        };
        self.hours.iter().find(reached).or(self.hours.last()).map(|t| t.0)
    }
}

fn weight(hours: &[(f64, f64)]) -> f64 {
    hours.iter().map(|t| t.1).sum()
}
