//! How old a feed's rows are: the newest day, and how long after a thing happened its row was written.

use super::values;
use crate::days;
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
/// Lags are counted by the hour up to here; longer ones together.
const HOURS: usize = 24 * 400;

/// Days and lags of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Rows with a day.
    pub rows: u64,
    /// The newest day on which something happened, in days since 1970.
    pub newest_day: Option<i64>,
    /// The newest moment a row was recorded at, in seconds since 1970.
    pub newest_moment: Option<i64>,
    /// Rows by the hours between the end of the day and the moment of recording.
    hours: Vec<u64>,
    dated: u64,
}

impl Seen {
    /// Notes a row: its day, and the moment it was recorded at (0 when not known).
    pub fn note(&mut self, day: i64, recorded: i64) {
        self.rows += 1;
        self.newest_day = self.newest_day.max(Some(day));
        if recorded != 0 {
            self.newest_moment = self.newest_moment.max(Some(recorded));
            self.dated += 1;
            let hour = ((recorded - (day + 1) * 86_400).max(0) / HOUR) as usize;
            let hour = hour.min(HOURS);
            if self.hours.len() <= hour {
                self.hours.resize(hour + 1, 0);
            }
            self.hours[hour] += 1;
        }
    }

    /// Takes in what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.dated += other.dated;
        self.newest_day = self.newest_day.max(other.newest_day);
        self.newest_moment = self.newest_moment.max(other.newest_moment);
        self.hours.resize(self.hours.len().max(other.hours.len()), 0);
        self.hours.iter_mut().zip(&other.hours).for_each(|(a, b)| *a += b);
    }

    /// The lag in whole hours that a share of the dated rows does not exceed.
    pub fn lag_hours(&self, share: f64) -> Option<u64> {
        let wanted = (share * self.dated as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        for (hour, count) in self.hours.iter().enumerate() {
            below += count;
            if self.dated > 0 && below >= wanted {
                return Some(hour as u64);
            }
        }
        None
    }

    /// Rows written more than so many hours after their day.
    pub fn later_than(&self, hours: usize) -> u64 {
        self.hours.iter().skip(hours + 1).sum()
    }

    /// Hours from the newest sign of life to the end of a day.
    pub fn age_hours(&self, day: i64) -> Option<i64> {
        let end = |d: i64| (d + 1) * 86_400;
        let newest = self.newest_moment.max(self.newest_day.map(end))?;
        Some((end(day) - newest).max(0) / HOUR)
    }

    /// As JSON; the age is that at the end of a day.
    pub fn json(&self, day: i64) -> Value {
        json!({
            "rows": self.rows,
            "newest_day": self.newest_day.map(days::text),
            "newest_recorded_at": self.newest_moment.map(values::moment_text),
            "age_h": self.age_hours(day),
            "lag_h": {
                "median": self.lag_hours(0.5), "p90": self.lag_hours(0.9), "longest": self.lag_hours(1.0),
                "rows_with_a_moment": self.dated, "rows_later_than_48_h": self.later_than(48),
            },
        })
    }

    /// In a few words.
    pub fn text(&self, day: i64) -> String {
        let mut text = match self.age_hours(day) {
            None => return "no days".into(),
            Some(age) => format!("newest {} ({age} h old)", self.newest_day.map(days::text).unwrap_or_default()),
        };
        if let (Some(median), Some(p90)) = (self.lag_hours(0.5), self.lag_hours(0.9)) {
            text += &format!(", lag {median} h median, {p90} h at 90 %, {} later than 48 h", self.later_than(48));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_days_of_lag_are_seen() {
        let mut seen = Seen::default();
        for day in 0..10 {
            seen.note(day, (day + 1) * 86_400 + 48 * HOUR);
        }
        seen.note(3, 20 * 86_400);
        assert_eq!((seen.lag_hours(0.5), seen.lag_hours(1.0), seen.later_than(48)), (Some(48), Some(16 * 24), 1));
        assert_eq!((seen.newest_day, seen.age_hours(20)), (Some(9), Some(24)));
        let mut twice = seen.clone();
        twice.merge(&seen);
        assert_eq!((twice.rows, twice.lag_hours(0.5)), (22, Some(48)));
    }
}
