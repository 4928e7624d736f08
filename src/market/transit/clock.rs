//! A clock that runs when carriers drive.

use super::eta::Trip;

/// Parts of a day.
const PARTS: usize = 48;

/// Hours of a part.
const PART: f64 = 24.0 / PARTS as f64;

/// Rounds until the clock's speed is taken as settled.
const ROUNDS: usize = 60;

/// The slowest it runs, of its mean: what was never seen may happen.
const SLOWEST: f64 = 0.002;

/// Working hours; a day has 24 of them, spread as kilometres are.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Working hours from midnight to the beginning of each part, and of the whole day.
    since: [f64; PARTS + 1],
}

impl Default for Clock {
    fn default() -> Self {
        Self::of(&[1.0; PARTS])
    }
}

impl Clock {
    /// The clock of finished trips.
    pub fn new(trips: &[&Trip]) -> Self {
        let mut clock = Self::default();
        for _ in 0..ROUNDS {
            // Kilometres by part of the day, and hours that trips were under way in it.
            let (mut km, mut under_way) = ([0.0; PARTS], [0.0; PARTS]);
            for pair in trips.iter().flat_map(|t| t.windows(2)) {
                clock.share(pair[0].hour, pair[1].hour, pair[0].km - pair[1].km, &mut km, &mut under_way);
            }
            let speed: [f64; PARTS] =
                std::array::from_fn(|p| if under_way[p] > 0.0 { (km[p] / under_way[p]).max(0.0) } else { 0.0 });
            if speed.iter().sum::<f64>() <= 0.0 {
                return Self::default();
            }
            clock = Self::of(&speed);
        }
        clock
    }

    fn of(speed: &[f64; PARTS]) -> Self {
        let mean = speed.iter().sum::<f64>() / PARTS as f64;
        let floored = speed.map(|s| (s / mean).max(SLOWEST));
        let scale = 24.0 / (floored.iter().sum::<f64>() * PART);
        let mut since = [0.0; PARTS + 1];
        (0..PARTS).for_each(|p| since[p + 1] = since[p] + floored[p] * PART * scale);
        Self { since }
    }

    /// Shares kilometres out among the parts of the day, as fast as the clock runs in them.
    fn share(&self, from: f64, to: f64, km: f64, into: &mut [f64; PARTS], under_way: &mut [f64; PARTS]) {
        let all = self.read(to) - self.read(from);
        let mut at = from;
        while at < to {
            let slot = (at / PART).floor();
            let next = ((slot + 1.0) * PART).min(to).max(at + 1e-9);
            let part = slot.rem_euclid(PARTS as f64) as usize;
            into[part] += km * (self.read(next) - self.read(at)) / all;
            under_way[part] += next - at;
            at = next;
        }
    }

    /// Working hours at an hour of the ordinary clock.
    pub fn read(&self, hour: f64) -> f64 {
        let day = (hour / 24.0).floor();
        let part = (hour - 24.0 * day) / PART;
        let p = (part as usize).min(PARTS - 1);
        24.0 * day + self.since[p] + (part - p as f64) * (self.since[p + 1] - self.since[p])
    }

    /// The hour of the ordinary clock at a number of working hours.
    pub fn when(&self, working: f64) -> f64 {
        let day = (working / 24.0).floor();
        let rest = working - 24.0 * day;
        let p = self.since.partition_point(|s| *s <= rest).clamp(1, PARTS) - 1;
        24.0 * day + PART * (p as f64 + (rest - self.since[p]) / (self.since[p + 1] - self.since[p]))
    }
}
