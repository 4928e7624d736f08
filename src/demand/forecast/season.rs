//! The calendar profile of a market: months of the year, and the Spring Festival, which moves.
//!
//! `log sales_w = level + trend · w + Σ_months (days of week w in month) / 7 · μ_month + Σ_offsets φ_offset + error`,
//! where the offset is the number of whole weeks from the week of the lunisolar new year's day, −4 … +3. The months
//! and offsets are drawn towards zero by a small ridge, so that a short history says little instead of nonsense.

use crate::stats::least_squares::ridge;
use jiff::civil::{Date, Weekday};

const OFFSETS: std::ops::RangeInclusive<i32> = -4..=3;
/// Shortest history that can tell a season from a trend.
pub const SEASON_WEEKS: usize = 52;
/// Weight that draws month and festival effects towards zero, in squared-error units of one week.
const RIDGE: f64 = 0.05;

/// Multiplicative factors with mean one over the calendar year (festival effects apart).
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    months: [f64; 12],
    offsets: Vec<f64>,
    festivals: Vec<Date>,
}

impl Season {
    /// No season at all.
    pub fn flat() -> Self {
        Self { months: [0.0; 12], offsets: vec![0.0; OFFSETS.count()], festivals: Vec::new() }
    }

    /// Fits the profile to weekly totals that begin on the Monday `first`. Histories shorter than a year are flat.
    pub fn fit(totals: &[f64], first: Date, festivals: &[Date]) -> Self {
        if totals.len() < SEASON_WEEKS || totals.iter().sum::<f64>() <= 0.0 {
            return Self::flat();
        }
        let mut season = Self::flat();
        season.festivals = festivals.to_vec();
        season.festivals.sort_unstable();
        let count = totals.len();
        let row = |w: usize| {
            let monday = first.saturating_add(jiff::Span::new().days(7 * w as i64));
            let mut x = vec![1.0, (w as f64 - count as f64 / 2.0) / 52.0];
            x.extend(days_by_month(monday));
            x.extend(season.offset_days(monday));
            x
        };
        let x: Vec<Vec<f64>> = (0..count).map(row).collect();
        let y: Vec<f64> = totals.iter().map(|&t| libm::log(t.max(0.5))).collect();
        let mut weight = vec![1e-9, 1e-9];
        weight.resize(2 + 12 + OFFSETS.count(), RIDGE);
        let b = ridge(&x, &y, &weight);
        season.months.copy_from_slice(&b[2..14]);
        season.offsets = b[14..].to_vec();
        season.normalise();
        season
    }

    /// The factors' mean over the days of a common year is set to one.
    fn normalise(&mut self) {
        const DAYS: [f64; 12] = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
        let mean: f64 = self.months.iter().zip(DAYS).map(|(m, d)| libm::exp(*m) * d).sum::<f64>() / 365.0;
        for m in &mut self.months {
            *m -= libm::log(mean);
        }
    }

    /// Factor of the week that begins on a Monday.
    pub fn factor(&self, monday: Date) -> f64 {
        let month: f64 = days_by_month(monday).iter().zip(&self.months).map(|(d, m)| d * m).sum();
        let festival: f64 = self.offset_days(monday).iter().zip(&self.offsets).map(|(d, o)| d * o).sum();
        libm::exp(month + festival)
    }

    /// Factor of a month, 1 to 12.
    pub fn month(&self, month: i8) -> f64 {
        libm::exp(self.months[(month - 1) as usize])
    }

    /// Which festival offset a week is in: one entry is 1, or all are 0.
    fn offset_days(&self, monday: Date) -> Vec<f64> {
        let mut x = vec![0.0; OFFSETS.count()];
        for &festival in &self.festivals {
            let back = i64::from(festival.weekday().since(Weekday::Monday));
            let start = festival.saturating_sub(jiff::Span::new().days(back));
            let weeks = (monday - start).get_days() / 7;
            if OFFSETS.contains(&weeks) {
                x[(weeks - OFFSETS.start()) as usize] = 1.0;
            }
        }
        x
    }
}

/// Share of a week's days in each month.
fn days_by_month(monday: Date) -> [f64; 12] {
    let mut share = [0.0; 12];
    for day in 0..7 {
        let date = monday.saturating_add(jiff::Span::new().days(day));
        share[(date.month() - 1) as usize] += 1.0 / 7.0;
    }
    share
}
