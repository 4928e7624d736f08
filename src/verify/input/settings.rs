//! The options of scenario.toml that decisions depend on, with their defaults.

use super::refused;
use crate::verify::answer::Refused;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Options by section and key: numbers, flags (0 or 1) and words.
#[derive(Clone, Debug)]
pub struct Settings {
    numbers: BTreeMap<(&'static str, &'static str), Option<f64>>,
    /// Day number of the first planned Monday.
    pub today: i64,
    /// Whether the travel table is used.
    pub matrix: bool,
    /// Whether coordinates are those of Chinese web maps.
    pub gcj02: bool,
    /// Whether built cars are pushed to the stores.
    pub push: bool,
    /// What the scenario is called: id, English and Chinese name.
    pub id: String,
    /// English and Chinese name.
    pub names: [String; 2],
    /// Whether tables were made up.
    pub synthetic: bool,
}

/// Numbers with their defaults; `None` where there is none.
const NUMBERS: &[(&str, &str, Option<f64>)] = &[
    ("horizon", "weeks", Some(12.0)),
    ("travel", "circuity", Some(1.3)),
    ("travel", "speed_kmh", Some(50.0)),
    ("market", "half_time_min", Some(30.0)),
    ("market", "nest", Some(0.4)),
    ("placement", "years", Some(5.0)),
    ("placement", "phases", Some(1.0)),
    ("placement", "phase_years", Some(1.0)),
    ("placement", "market_growth", Some(0.0)),
    ("placement", "discount_rate", Some(0.0)),
    ("placement", "budget_cny", None),
    ("placement", "max_open", None),
    ("placement", "max_close", None),
    ("placement", "min_stores", None),
    ("placement", "max_stores", None),
    ("placement", "utilisation", Some(0.9)),
    ("placement", "min_distance_km", Some(3.0)),
    ("placement", "territory_km", Some(0.0)),
    ("placement", "move_radius_km", Some(30.0)),
    ("placement", "change_format", Some(1.0)),
    ("placement", "coverage_min", Some(60.0)),
    ("placement", "coverage_floor", Some(0.0)),
    ("replenishment", "freeze_weeks", Some(2.0)),
    ("replenishment", "build_weeks", Some(1.0)),
    ("replenishment", "pack_cars", Some(1.0)),
    ("replenishment", "minimum_order_cars", Some(0.0)),
    ("replenishment", "unallocated_cny_per_car", Some(1000.0)),
    ("replenishment", "fill_goal", Some(0.0)),
    ("replenishment", "fill_penalty_cny_per_car", Some(5000.0)),
    ("replenishment", "service", Some(0.95)),
    ("replenishment", "end_cover_weeks", Some(4.0)),
    ("replenishment", "fairness_cny_per_car", Some(500.0)),
    ("replenishment", "freight_fixed_cny", Some(300.0)),
    ("replenishment", "freight_cny_per_km", Some(1.2)),
    ("transfer", "cost_fixed_cny", Some(200.0)),
    ("transfer", "cost_cny_per_km", Some(3.0)),
    ("transfer", "radius_km", Some(300.0)),
    ("transfer", "max_share", Some(0.1)),
    ("transfer", "min_age_days", Some(7.0)),
];

impl Settings {
    /// Reads the options.
    pub fn parse(file: &str, text: &str) -> Result<Self, Refused> {
        let document: Table = text.parse().map_err(|e: toml::de::Error| refused(file, e.to_string()))?;
        let at = |section: &str, key: &str| match document.get(section) {
            Some(Value::Table(t)) => t.get(key).cloned(),
            _ => None,
        };
        let mut numbers = BTreeMap::new();
        for &(section, key, default) in NUMBERS {
            let value = match at(section, key) {
                None => default,
                Some(Value::Integer(n)) => Some(n as f64),
                Some(Value::Float(x)) if x.is_finite() => Some(x),
                Some(Value::Boolean(b)) => Some(f64::from(u8::from(b))),
                Some(other) => return Err(refused(file, format!("[{section}] {key} = {other} is no number"))),
            };
            numbers.insert((section, key), value);
        }
        let word = |section: &str, key: &str| at(section, key).and_then(|v| v.as_str().map(str::to_lowercase));
        let today = document.get("today").map(|v| v.to_string().trim_matches('"').to_owned());
        let today = today.as_deref().and_then(day).ok_or_else(|| refused(file, "today is no date"))?;
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        Ok(Self {
            numbers,
            today,
            matrix: word("travel", "mode").as_deref() == Some("matrix"),
            gcj02: word("travel", "crs").as_deref() == Some("gcj02"),
            push: word("replenishment", "mode").as_deref() == Some("push"),
            id: text("id"),
            names: [text("name"), if text("name_zh").is_empty() { text("name") } else { text("name_zh") }],
            synthetic: document.get("synthetic").and_then(Value::as_bool).unwrap_or_default(),
        })
    }

    /// An option, when it is set or has a default.
    pub fn maybe(&self, section: &'static str, key: &'static str) -> Option<f64> {
        self.numbers[&(section, key)]
    }
    /// An option with a default.
    pub fn number(&self, section: &'static str, key: &'static str) -> f64 {
        self.maybe(section, key).expect("an option with a default")
    }
    /// The same as money in hundredths.
    pub fn money(&self, section: &'static str, key: &'static str) -> i64 {
        (self.number(section, key) * 100.0).round() as i64
    }
    /// Weeks that are planned.
    pub fn weeks(&self) -> usize {
        self.number("horizon", "weeks") as usize
    }
    /// The date of the Monday of a planned week.
    pub fn monday(&self, week: usize) -> String {
        date(self.today + 7 * week as i64)
    }
}

/// Days from 1970-01-01 of a date written year-month-day (proleptic Gregorian calendar).
pub fn day(text: &str) -> Option<i64> {
    let mut parts = text.trim().splitn(3, ['-', '/']).map(|p| p.parse::<i64>().ok());
    let (y, m, d) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1900..2200).contains(&y) || !(1..=12).contains(&m) || !(1..=31).contains(&d) {
        return None;
    }
    // Years are counted from March, so that the day that leap years add comes last.
    let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
    let leaps = y / 4 - y / 100 + y / 400;
    Some(365 * y + leaps + (153 * m + 2) / 5 + d - 1 - 719_468)
}

/// The date of a day number.
pub fn date(days: i64) -> String {
    let mut year = 1900 + (days + 25_567) / 366;
    let first = |y: i64| day(&format!("{y}-1-1")).unwrap_or(i64::MAX);
    while first(year + 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|m| day(&format!("{year}-{m}-1")).is_some_and(|f| f <= days)).unwrap_or(1);
    let start = day(&format!("{year}-{month}-1")).unwrap_or(days);
    format!("{year:04}-{month:02}-{:02}", days - start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_other_turned_round() {
        assert_eq!((day("1970-01-01"), day("2000-03-01"), day("2026/6/29")), (Some(0), Some(11_017), Some(20_633)));
        assert_eq!((day("2026-13-01"), day("2026-01"), day("x-1-1")), (None, None, None));
        for days in (-20_000..60_000).step_by(17) {
            assert_eq!(day(&date(days)), Some(days));
        }
        assert_eq!(date(20_633), "2026-06-29");
    }

    #[test]
    fn options_have_their_defaults_and_what_is_no_number_is_refused() {
        let text = "id = \"x\"\ntoday = 2026-06-29\n[placement]\nyears = 7\nchange_format = false\n";
        let s = Settings::parse("scenario.toml", text).unwrap();
        assert_eq!((s.number("placement", "years"), s.number("placement", "change_format")), (7.0, 0.0));
        assert_eq!((s.weeks(), s.maybe("placement", "budget_cny"), s.matrix), (12, None, false));
        assert_eq!((s.money("transfer", "cost_fixed_cny"), s.monday(1).as_str()), (20_000, "2026-07-06"));
        assert!(Settings::parse("f", "today = 2026-06-29\n[market]\nnest = \"a\"\n").is_err());
        assert!(Settings::parse("f", "id = \"x\"\n").is_err() && Settings::parse("f", "=").is_err());
    }
}
