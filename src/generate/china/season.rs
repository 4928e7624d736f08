//! The year's shape: published monthly factors with the Spring Festival taken out of them and put back where it falls.
//!
//! The factors were measured over 2016 and 2017, when the festival fell on 8 February and 28 January. The effect of
//! the festival on a day depends on the days since New Year's Day; each month's remaining factor is the published one
//! over the mean effect in that month of the two years. Their product gives the published factors again for 2016–17
//! and moves with the festival in any other year.

use jiff::civil::{Date, Weekday, date};

/// January to December, 2016–17 pooled, 60 models in 22 provinces; the mean month is 1 (P).
pub(super) const PUBLISHED: [f64; 12] = [1.15, 0.58, 0.87, 0.84, 0.92, 0.87, 0.92, 1.03, 1.10, 1.02, 1.15, 1.55];

/// New Year's Day of the Chinese calendar: the years of the factors and those of the scenario.
pub(super) const FESTIVALS: [Date; 7] = [
    date(2016, 2, 8),
    date(2017, 1, 28),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
];

/// Public holidays that fall on the same day each year.
const FIXED: [(i8, i8, &str); 3] = [(1, 1, "New Year"), (5, 1, "Labour Day"), (10, 1, "National Day")];

/// Public holidays of the Chinese calendar.
const MOVING: [(Date, &str); 15] = [
    (date(2023, 4, 5), "Qingming"),
    (date(2024, 4, 4), "Qingming"),
    (date(2025, 4, 4), "Qingming"),
    (date(2026, 4, 5), "Qingming"),
    (date(2027, 4, 5), "Qingming"),
    (date(2023, 6, 22), "Dragon Boat Festival"),
    (date(2024, 6, 10), "Dragon Boat Festival"),
    (date(2025, 5, 31), "Dragon Boat Festival"),
    (date(2026, 6, 19), "Dragon Boat Festival"),
    (date(2027, 6, 9), "Dragon Boat Festival"),
    (date(2023, 9, 29), "Mid-Autumn Festival"),
    (date(2024, 9, 17), "Mid-Autumn Festival"),
    (date(2025, 10, 6), "Mid-Autumn Festival"),
    (date(2026, 9, 25), "Mid-Autumn Festival"),
    (date(2027, 9, 15), "Mid-Autumn Festival"),
];

/// The calendar of 2023 to 2027: date, name, whether it is the Spring Festival; ascending.
pub(super) fn calendar() -> Vec<(Date, &'static str, bool)> {
    let festivals = FESTIVALS.iter().filter(|d| d.year() >= 2023).map(|&d| (d, "Spring Festival", true));
    let fixed = (2023..=2027).flat_map(|y| FIXED.iter().map(move |&(m, d, name)| (date(y, m, d), name, false)));
    let moving = MOVING.iter().map(|&(d, name)| (d, name, false));
    let mut days: Vec<_> = festivals.chain(fixed).chain(moving).collect();
    days.sort_unstable();
    days
}

/// Days from one date to another.
fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// The festival's effect so many days after New Year's Day: buying before the journey home, shut stores, a slow return
/// (A; shape chosen so that the two measured Januaries and Februaries come out).
fn effect(days: i32) -> f64 {
    match days {
        -35..=-8 => 1.3,
        -7..=-1 => 0.6 - 0.09 * f64::from(days + 1),
        0..=6 => 0.12,
        7..=30 => 0.5 + 0.45 * f64::from(days - 7) / 23.0,
        _ => 1.0,
    }
}

fn festival(day: Date) -> f64 {
    let nearest = FESTIVALS.iter().map(|&f| days_between(f, day)).min_by_key(|d| d.abs());
    nearest.map_or(1.0, effect)
}

fn month_mean(year: i16, month: i8) -> f64 {
    let first = date(year, month, 1);
    let days = first.days_in_month();
    (1..=days).map(|d| festival(date(year, month, d))).sum::<f64>() / f64::from(days)
}

/// The year without its festival, and the festival.
pub(super) struct Season {
    rest: [f64; 12],
}

impl Season {
    /// Takes the festival out of the published factors.
    pub(super) fn new() -> Self {
        let mut rest = PUBLISHED;
        for (k, factor) in rest.iter_mut().enumerate() {
            let month = k as i8 + 1;
            *factor /= f64::midpoint(month_mean(2016, month), month_mean(2017, month));
        }
        Self { rest }
    }

    /// Factor of a day; a mean day is 1.
    pub(super) fn day(&self, day: Date) -> f64 {
        self.rest[day.month() as usize - 1] * festival(day)
    }

    /// Mean factor of the seven days from a Monday.
    pub(super) fn week(&self, monday: Date) -> f64 {
        (0..7).map(|d| self.day(plus_days(monday, d))).sum::<f64>() / 7.0
    }
}

/// A date so many days later.
pub(super) fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// The month a week counts for: that of its Thursday, as months since January of year 0.
pub(super) fn month_of_week(monday: Date) -> usize {
    debug_assert_eq!(monday.weekday(), Weekday::Monday);
    let thursday = plus_days(monday, 3);
    thursday.year() as usize * 12 + thursday.month() as usize - 1
}

/// Share of a full working week in a plant: it stands still in the festival's week and half of the next.
pub(super) fn plant_week(monday: Date) -> f64 {
    let working = (0..7)
        .filter(|&d| {
            let day = plus_days(monday, d);
            !FESTIVALS.iter().any(|&f| (-2..=8).contains(&days_between(f, day)))
        })
        .count();
    working as f64 / 7.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(season: &Season, year: i16, month: i8) -> f64 {
        let days = date(year, month, 1).days_in_month();
        (1..=days).map(|d| season.day(date(year, month, d))).sum::<f64>() / f64::from(days)
    }

    #[test]
    fn the_two_measured_years_give_the_published_factors() {
        let season = Season::new();
        for month in 1..=12 {
            let pooled = f64::midpoint(factor(&season, 2016, month), factor(&season, 2017, month));
            assert!((pooled - PUBLISHED[month as usize - 1]).abs() < 1e-12, "month {month}: {pooled}");
        }
        // Published apart: January 1.30 in 2016 and 0.98 in 2017 (part of that fall was a tax rise), February .59, .58.
        let januaries = (factor(&season, 2016, 1), factor(&season, 2017, 1));
        assert!((januaries.0 - 1.30).abs() < 0.07 && (januaries.1 - 0.98).abs() < 0.07, "{januaries:?}");
        let februaries = (factor(&season, 2016, 2), factor(&season, 2017, 2));
        assert!((februaries.0 - 0.59).abs() < 0.06 && (februaries.1 - 0.58).abs() < 0.06, "{februaries:?}");
    }

    #[test]
    fn the_festival_moves_the_trough() {
        let season = Season::new();
        // 2026: New Year's Day on Tuesday 17 February; 2025: on Wednesday 29 January.
        let low = |year: i16| {
            let first = if year == 2026 { date(2026, 1, 5) } else { date(2025, 1, 6) };
            (0..10).map(|w| plus_days(first, 7 * w)).min_by(|a, b| season.week(*a).total_cmp(&season.week(*b)))
        };
        assert_eq!(low(2026), Some(date(2026, 2, 16)));
        assert_eq!(low(2025), Some(date(2025, 1, 27)));
        assert!(plant_week(date(2026, 2, 16)) < 0.01 && plant_week(date(2026, 1, 5)) == 1.0);
    }

    #[test]
    fn the_calendar_is_ascending_and_complete() {
        let days = calendar();
        assert_eq!(days.len(), 5 + 5 * 3 + 15);
        assert!(days.windows(2).all(|w| w[0].0 <= w[1].0));
        assert_eq!(days.iter().filter(|d| d.2).count(), 5);
    }
}
