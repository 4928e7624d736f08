//! How numbers are written: in English with M and bn, in Chinese with 万 and 亿. `page.js` writes them by the same
//! steps (one test compares the two on every number of a page), so each step here is plain arithmetic.

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// 简体中文.
    Zh,
}

/// What a number measures; decides its digits and signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money of the scenario's currency.
    Money,
    /// Whole things.
    Count,
    /// Cars, whole or expected: one decimal below ten.
    Cars,
    /// A share, shown in per cent.
    Share,
    /// A difference of shares, shown in percentage points.
    Points,
    /// A plain number with one decimal (days, minutes).
    One,
    /// A plain number with two decimals (months of stock, errors).
    Two,
    /// A plain whole number, thousands marked (kilometres, days).
    Whole,
}

impl Kind {
    /// Its name on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Count => "count",
            Self::Cars => "cars",
            Self::Share => "share",
            Self::Points => "points",
            Self::One => "one",
            Self::Two => "two",
            Self::Whole => "whole",
        }
    }
    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Money, Self::Count, Self::Cars, Self::Share, Self::Points, Self::One, Self::Two, Self::Whole]
            .into_iter()
            .find(|k| k.name() == name)
    }
    /// The kind for a unit of `kpi.csv`; a difference of shares is in points.
    pub fn of_unit(unit: &str, difference: bool) -> Self {
        match unit {
            "cny" | "money" => Self::Money,
            "cars" => Self::Cars,
            "share" if difference => Self::Points,
            "share" => Self::Share,
            "days" => Self::One,
            "count" => Self::Count,
            _ => Self::Two,
        }
    }
}

/// A number as a reader of that language expects it.
pub fn show(value: f64, kind: Kind, lang: Lang, currency: &str) -> String {
    let size = value.abs();
    let (body, zero) = match kind {
        Kind::Money => money(size, lang, currency),
        Kind::Count | Kind::Whole => fixed(size, 0),
        Kind::Cars => fixed(size, u32::from(size < 10.0 && size.fract() != 0.0)),
        Kind::Share => tail(fixed(size * 100.0, 1), "%"),
        Kind::Points => tail(fixed(size * 100.0, 1), if lang == Lang::En { " pp" } else { "个百分点" }),
        Kind::One => fixed(size, 1),
        Kind::Two => fixed(size, 2),
    };
    if value < 0.0 && !zero { format!("−{body}") } else { body }
}

/// The same with a plus sign before a gain.
pub fn signed(value: f64, kind: Kind, lang: Lang, currency: &str) -> String {
    let text = show(value, kind, lang, currency);
    if value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}

type Written = (String, bool);

fn tail((text, zero): Written, unit: &str) -> Written {
    (text + unit, zero)
}

/// Three significant digits and a power that the language has a word for.
fn money(size: f64, lang: Lang, currency: &str) -> Written {
    let steps: &[(f64, &str)] = match lang {
        Lang::En => &[(1e9, " bn"), (1e6, " M"), (1e4, " k")],
        Lang::Zh => &[(1e8, "亿"), (1e4, "万")],
    };
    let (unit, word) = steps.iter().copied().find(|s| size >= s.0).unwrap_or((1.0, ""));
    let unit = if word == " k" { 1e3 } else { unit };
    let scaled = size / unit;
    let decimals = match scaled {
        _ if word.is_empty() => 0,
        s if s < 10.0 => 2,
        s if s < 100.0 => 1,
        _ => 0,
    };
    let (digits, zero) = fixed(scaled, decimals);
    let text = match (lang, currency) {
        (Lang::En, "CNY") => format!("¥{digits}{word}"),
        (Lang::Zh, "CNY") => format!("{digits}{word}元"),
        (Lang::En, other) => format!("{other} {digits}{word}"),
        (Lang::Zh, other) => format!("{digits}{word} {other}"),
    };
    (text, zero)
}

/// Fixed decimals, halves away from zero, thousands marked; and whether only zeros are left.
fn fixed(size: f64, decimals: u32) -> Written {
    let power = 10u64.pow(decimals);
    let units = (size * power as f64 + 0.5).floor();
    if units >= 9e15 {
        return (format!("{size:e}"), false);
    }
    let units = units as u64;
    let whole = thousands(units / power);
    let text = match decimals {
        0 => whole,
        d => format!("{whole}.{:0width$}", units % power, width = d as usize),
    };
    (text, units == 0)
}

fn thousands(mut n: u64) -> String {
    let mut groups = Vec::new();
    while n >= 1000 {
        groups.push(format!("{:03}", n % 1000));
        n /= 1000;
    }
    groups.push(n.to_string());
    groups.reverse();
    groups.join(",")
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The same without the year, where space is short.
pub fn day(text: &str, lang: Lang) -> String {
    let Ok(day) = text.parse::<jiff::civil::Date>() else { return text.to_owned() };
    match lang {
        Lang::En => format!("{} {}", day.day(), MONTHS[day.month() as usize - 1]),
        Lang::Zh => format!("{}月{}日", day.month(), day.day()),
    }
}

/// A date `YYYY-MM-DD` in the language's habit; anything else as it stands.
pub fn date(text: &str, lang: Lang) -> String {
    let Ok(day) = text.parse::<jiff::civil::Date>() else { return text.to_owned() };
    match lang {
        Lang::En => format!("{} {} {}", day.day(), MONTHS[day.month() as usize - 1], day.year()),
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(v: f64, k: Kind) -> String {
        show(v, k, Lang::En, "CNY")
    }
    fn zh(v: f64, k: Kind) -> String {
        show(v, k, Lang::Zh, "CNY")
    }

    #[test]
    fn money_follows_each_language() {
        assert_eq!(en(1_234_567.0, Kind::Money), "¥1.23 M");
        assert_eq!(zh(1_234_567.0, Kind::Money), "123万元");
        assert_eq!(en(2.5e9, Kind::Money), "¥2.50 bn");
        assert_eq!(zh(2.5e9, Kind::Money), "25.0亿元");
        assert_eq!(en(-45_600.0, Kind::Money), "−¥45.6 k");
        assert_eq!(zh(-45_600.0, Kind::Money), "−4.56万元");
        assert_eq!(en(9_999.0, Kind::Money), "¥9,999");
        assert_eq!(show(12e6, Kind::Money, Lang::En, "EUR"), "EUR 12.0 M");
        assert_eq!(show(12e6, Kind::Money, Lang::Zh, "EUR"), "1,200万 EUR");
    }

    #[test]
    fn nothing_is_never_negative() {
        assert_eq!(en(-0.2, Kind::Money), "¥0");
        assert_eq!(signed(-0.0001, Kind::Points, Lang::En, "CNY"), "0.0 pp");
        assert_eq!(signed(0.0001, Kind::Points, Lang::En, "CNY"), "0.0 pp");
    }

    #[test]
    fn shares_cars_and_counts() {
        assert_eq!(en(0.9314, Kind::Share), "93.1%");
        assert_eq!(signed(0.0123, Kind::Points, Lang::Zh, "CNY"), "+1.2个百分点");
        assert_eq!(en(3.25, Kind::Cars), "3.3");
        assert_eq!(en(3.0, Kind::Cars), "3");
        assert_eq!(en(1_234_567.8, Kind::Cars), "1,234,568");
        assert_eq!(en(1.005, Kind::Two), "1.00");
        assert_eq!(en(2.5, Kind::Whole), "3");
    }

    #[test]
    fn every_kind_has_its_own_name() {
        for kind in [Kind::Money, Kind::Count, Kind::Cars, Kind::Share, Kind::Points, Kind::One, Kind::Two, Kind::Whole]
        {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }

    #[test]
    fn dates_follow_each_language() {
        assert_eq!(date("2026-11-03", Lang::En), "3 Nov 2026");
        assert_eq!(date("2026-11-03", Lang::Zh), "2026年11月3日");
        assert_eq!(date("<b>", Lang::En), "<b>");
        assert_eq!((day("2026-11-03", Lang::En), day("2026-11-03", Lang::Zh)), ("3 Nov".into(), "11月3日".into()));
        assert_eq!(day("27", Lang::Zh), "27");
    }
}
