//! Days of the calendar, counted from 1970-01-01.

use jiff::civil::Date;
use jiff::{SignedDuration, civil};

const FIRST: Date = civil::date(1970, 1, 1);

/// Days from 1970-01-01 to a date.
pub fn number(date: Date) -> i64 {
    date.duration_since(FIRST).as_hours() / 24
}

/// The date of a number of days; the calendar's ends (years -9999 and 9999) for what lies beyond them.
pub fn date(days: i64) -> Date {
    // Four million days are more than ten thousand years.
    FIRST.saturating_add(SignedDuration::from_hours(24 * days.clamp(-4_000_000, 4_000_000)))
}

/// A day as text: 2026-06-29.
pub fn text(days: i64) -> String {
    date(days).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_undo_each_other() {
        assert_eq!(
            (number(FIRST), number(civil::date(2026, 6, 29)), number(civil::date(1969, 12, 31))),
            (0, 20_633, -1)
        );
        assert_eq!((text(0), text(20_458), text(-1)), ("1970-01-01".into(), "2026-01-05".into(), "1969-12-31".into()));
        assert!((number(civil::date(1900, 1, 1))..number(civil::date(2200, 1, 1))).all(|n| number(date(n)) == n));
        assert_eq!(date(i64::MAX), Date::MAX);
    }
}
