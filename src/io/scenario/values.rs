//! From the text of one cell or key to a value, strictly: finite, in range, of the right kind.

use super::names::{Index, fold, nearest};
use super::schema::{Type, Word};
use crate::io::fault::{Code, shorten};
use crate::units::Money;
use jiff::civil::{Date, Weekday};

/// A checked value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Value {
    /// Nothing was given.
    #[default]
    Empty,
    /// A fault was noted.
    Bad,
    /// Text (a key, a name): to be had from the cell.
    Text,
    Whole(i64),
    Number(f64),
    Money(Money),
    Day(Date),
    /// Position in the list of words.
    Word(usize),
    /// Position in the table referred to.
    Reference(u32),
    Flag(bool),
}

/// What is wrong with a value.
pub(super) struct Flaw {
    pub code: Code,
    pub cause: String,
    pub help: String,
}

fn flaw<T>(code: Code, cause: impl Into<String>, help: impl Into<String>) -> Result<T, Flaw> {
    Err(Flaw { code, cause: cause.into(), help: help.into() })
}

/// Longest id or name in characters.
pub(super) const TEXT_CHARS: usize = 64;
const NAME_CHARS: usize = 200;

/// Reads a value of a kind; `index` is that of the table referred to.
pub(super) fn parse(holds: Type, text: &str, index: Option<&Index>) -> Result<Value, Flaw> {
    if text.len() > 4 * TEXT_CHARS && !matches!(holds, Type::Key | Type::Text) {
        return flaw(Code::LongText, "the value is far too long", "look for a missing delimiter or quote");
    }
    match holds {
        Type::Key => letters(text, TEXT_CHARS).map(|()| Value::Text),
        Type::Text => letters(text, NAME_CHARS).map(|()| Value::Text),
        Type::Reference(table) => reference(text, table, index),
        Type::Whole(least, most) => whole(text, least, most).map(Value::Whole),
        Type::Number(least, most) => bounded(text, least, most).map(Value::Number),
        Type::Money(least, most) => bounded(text, least, most).map(|n| Value::Money(Money::from_major(n))),
        Type::Latitude | Type::Longitude => number(text).map(Value::Number),
        Type::Share => bounded(text, 0.0, 1.0).map(Value::Number),
        Type::Day => day(text).map(Value::Day),
        Type::Monday => monday(text).map(Value::Day),
        Type::Hour => hour(text).map(Value::Number),
        Type::Word(words) => word(text, words).map(Value::Word),
        Type::Flag => match fold(text).as_str() {
            "true" => Ok(Value::Flag(true)),
            "false" => Ok(Value::Flag(false)),
            _ => flaw(Code::Word, format!("{text:?} is neither true nor false"), "write true or false"),
        },
    }
}

fn letters(text: &str, most: usize) -> Result<(), Flaw> {
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}'))
    {
        return flaw(Code::Control, "the text holds a control or invisible character", "type the text anew without it");
    }
    if text.chars().count() > most {
        return flaw(Code::LongText, format!("the text is longer than {most} characters"), "shorten it");
    }
    Ok(())
}

fn reference(text: &str, table: &'static str, index: Option<&Index>) -> Result<Value, Flaw> {
    let Some(index) = index.filter(|i| i.known) else { return Ok(Value::Bad) };
    if let Some(position) = index.get(text) {
        return Ok(Value::Reference(position));
    }
    letters(text, TEXT_CHARS)?;
    let thing = table.strip_suffix('s').unwrap_or(table);
    let help = match index.nearest(text) {
        Some(near) => format!("did you mean {near:?}? Else add it to the {table} table"),
        None => format!("write an id of the {table} table, or add it there"),
    };
    flaw(Code::UnknownId, format!("unknown {thing} {text:?}"), help)
}

fn whole(text: &str, least: i64, most: i64) -> Result<i64, Flaw> {
    let digits = text.as_bytes();
    let value = if !digits.is_empty() && digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit) {
        digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
    } else {
        let value = number(text)?;
        if value.fract() != 0.0 {
            return flaw(Code::NotWhole, format!("{text} is not a whole number"), "write a whole number");
        }
        if value.abs() > 9e15 {
            return out_of_range(text, value, least as f64, most as f64);
        }
        value as i64
    };
    if value < least || value > most {
        return out_of_range(text, value as f64, least as f64, most as f64);
    }
    Ok(value)
}

fn bounded(text: &str, least: f64, most: f64) -> Result<f64, Flaw> {
    let value = number(text)?;
    if value < least || value > most { out_of_range(text, value, least, most) } else { Ok(value + 0.0) }
}

fn out_of_range<T>(text: &str, value: f64, least: f64, most: f64) -> Result<T, Flaw> {
    let range = format!("write a number from {least} to {most}");
    if value < 0.0 && least >= 0.0 {
        return flaw(Code::Negative, format!("{text} is negative"), range);
    }
    flaw(Code::Range, format!("{text} is outside {least} to {most}"), range)
}

/// A finite decimal number, with a point and without separators.
pub(super) fn number(text: &str) -> Result<f64, Flaw> {
    let plain = !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(value) if plain && value.is_finite() => Ok(value),
        Ok(_) => flaw(Code::NotFinite, format!("{text} is not a finite number"), "write a finite number"),
        Err(_) => flaw(Code::NotNumber, format!("{text:?} is not a number"), way_to_number(text)),
    }
}

fn way_to_number(text: &str) -> String {
    let without = |gone: &[char]| text.chars().filter(|c| !gone.contains(c)).collect::<String>();
    let candidates = [
        (without(&[',', ' ', '\'', '_', '\u{a0}']), "without separators"),
        (text.replace(',', "."), "with a decimal point"),
        (fold(text), "in plain digits"),
    ];
    if let Some(share) = text.strip_suffix('%').and_then(|p| p.trim().parse::<f64>().ok()) {
        return format!("write the share {}", share / 100.0);
    }
    let comma_is_point = text.split_once(',').is_some_and(|(_, tail)| tail.len() != 3);
    for (candidate, how) in candidates.iter().skip(usize::from(comma_is_point)) {
        if candidate != text && candidate.parse::<f64>().is_ok_and(f64::is_finite) {
            return format!("write {candidate}, {how}");
        }
    }
    "write a plain number such as 12 or 3.5; the unit stands in the header".into()
}

fn day(text: &str) -> Result<Date, Flaw> {
    let mut parts = text.splitn(3, ['-', '/']).map(|p| {
        let short = !p.is_empty() && p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit());
        short.then(|| p.bytes().fold(0i16, |n, d| n * 10 + i16::from(d - b'0')))
    });
    let date = match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(y), Some(m @ ..=12), Some(d @ ..=31)) if y >= 1900 => Date::new(y, m as i8, d as i8).ok(),
        _ => None,
    };
    match date {
        Some(date) if date.year() < 2200 => Ok(date),
        _ => flaw(Code::NotDate, format!("{text:?} is not a date"), "write year-month-day, as 2026-01-05"),
    }
}

fn monday(text: &str) -> Result<Date, Flaw> {
    let date = day(text)?;
    if date.weekday() == Weekday::Monday {
        return Ok(date);
    }
    let before = date.saturating_sub(jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset())));
    flaw(Code::NotMonday, format!("{text} is not a Monday"), format!("write the Monday of that week, {before}"))
}

fn hour(text: &str) -> Result<f64, Flaw> {
    match text.split_once(':') {
        Some((h, m)) => match (whole(h, 0, 24), whole(m, 0, 59)) {
            (Ok(h), Ok(m)) if h < 24 || m == 0 => Ok(h as f64 + m as f64 / 60.0),
            _ => flaw(
                Code::Range,
                format!("{} is not an hour of the day", shorten(text)),
                "write hours after midnight, as 9, 17.5 or 17:30",
            ),
        },
        None => bounded(text, 0.0, 24.0),
    }
}

fn word(text: &str, words: &'static [Word]) -> Result<usize, Flaw> {
    let folded = fold(text);
    let means = |w: &Word| w.word == folded || fold(w.word) == folded || w.also.contains(&folded.as_str());
    if let Some(position) = words.iter().position(means) {
        return Ok(position);
    }
    let list = words.iter().map(|w| w.word).collect::<Vec<_>>().join(", ");
    let help = match nearest(&folded, words.iter().map(|w| w.word)) {
        Some(near) => format!("did you mean {near}? Known are {list}"),
        None => format!("write one of {list}"),
    };
    flaw(Code::Word, format!("unknown word {text:?}"), help)
}
