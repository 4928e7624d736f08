//! From the text of a cell to a typed value; and values in bytes, as rows are gathered and compared.

use super::schema::Holds;
use crate::days;
use unicode_normalization::UnicodeNormalization;

/// A typed cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing was said.
    Nothing,
    /// A whole number: days, seconds, hundredths, counts.
    Whole(i64),
    /// A number.
    Real(f64),
    /// A text, id or word.
    Text(String),
}

/// Appends a value to the bytes of a row.
pub(super) fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Nothing => out.push(0),
        Value::Whole(n) => {
            out.push(1);
            out.extend_from_slice(&n.to_le_bytes());
        }
        Value::Real(x) => {
            out.push(2);
            out.extend_from_slice(&(x + 0.0).to_bits().to_le_bytes());
        }
        Value::Text(t) => {
            out.push(3);
            out.extend_from_slice(&(t.len() as u32).to_le_bytes());
            out.extend_from_slice(t.as_bytes());
        }
    }
}

/// A value in the bytes of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen<'b> {
    Nothing,
    Whole(i64),
    Real(f64),
    Text(&'b str),
}

/// Reads back what [`encode`] wrote; the rest of the bytes stays in `bytes`.
pub(super) fn decode<'b>(bytes: &mut &'b [u8]) -> Seen<'b> {
    let (tag, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let eight = |rest: &[u8]| rest[..8].try_into().map(u64::from_le_bytes).unwrap_or_default();
    match tag {
        1 => {
            *bytes = &rest[8..];
            Seen::Whole(eight(rest) as i64)
        }
        2 => {
            *bytes = &rest[8..];
            Seen::Real(f64::from_bits(eight(rest)))
        }
        3 => {
            let length = rest[..4].try_into().map(u32::from_le_bytes).unwrap_or_default() as usize;
            *bytes = &rest[4 + length..];
            Seen::Text(std::str::from_utf8(&rest[4..4 + length]).unwrap_or_default())
        }
        _ => {
            *bytes = rest;
            Seen::Nothing
        }
    }
}

/// Appends the value of a cell that is not blank; `factor` turns its unit into the column's. An error is the reason to
/// refuse the row.
pub(super) fn take(holds: Holds, text: &str, factor: f64, out: &mut Vec<u8>) -> Result<(), String> {
    match holds {
        Holds::Id | Holds::Text | Holds::Vin => letters(holds, text, out),
        Holds::Day => day(text).map(|d| whole(i64::from(d), out)),
        Holds::Moment => moment(text).map(|s| whole(s, out)),
        Holds::Whole(least, most) => {
            let value = if factor == 1.0 { digits(text) } else { None };
            let value = match value {
                Some(n) => n,
                None => {
                    let x = number(text)? * factor;
                    let near = x.round();
                    if (x - near).abs() > 1e-6 * near.abs().max(1.0) || near.abs() > 9e15 {
                        return Err(format!("{text:?} is not a whole number"));
                    }
                    near as i64
                }
            };
            if value < least || value > most {
                return Err(format!("{value} is outside {least} to {most}"));
            }
            whole(value, out);
            Ok(())
        }
        Holds::Number(least, most) => {
            let x = number(text)? * factor;
            if !(least..=most).contains(&x) {
                return Err(format!("{x} is outside {least} to {most}"));
            }
            encode(&Value::Real(x), out);
            Ok(())
        }
        Holds::Money => {
            let cents = match digits(text) {
                Some(n) if factor == 1.0 && n.abs() < 90_000_000_000_000 => n * 100,
                _ => {
                    let x = number(text)? * factor * 100.0;
                    if x.abs() > 9e15 {
                        return Err(format!("{text:?} is too much money"));
                    }
                    x.round() as i64
                }
            };
            whole(cents, out);
            Ok(())
        }
        Holds::Word(words) => {
            let folded = text.to_lowercase();
            let Some(word) = words.iter().find(|w| **w == folded) else {
                return Err(format!("{text:?} is none of {}; give it a code in the mapping", words.join(", ")));
            };
            put_text(word, out);
            Ok(())
        }
    }
}

fn whole(n: i64, out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&n.to_le_bytes());
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    out.push(3);
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn letters(holds: Holds, text: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let most = if holds == Holds::Text { 200 } else { 64 };
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' | '\u{fffd}')
    };
    if text.is_ascii() {
        if text.len() > most {
            return Err(format!("the text has more than {most} characters"));
        }
        if text.bytes().any(|b| b < 32 || b == 127) {
            return Err("the text holds a control character".into());
        }
        if holds == Holds::Vin && text.bytes().any(|b| matches!(b, b'a'..=b'z' | b' ' | b'-')) {
            let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            put_text(&plain.to_ascii_uppercase(), out);
        } else {
            put_text(text, out);
        }
        return Ok(());
    }
    // Ids are compared across systems: full-width forms and the like are the same letters.
    let plain: String = if holds == Holds::Text { text.nfc().collect() } else { text.nfkc().collect() };
    let plain = plain.trim();
    if plain.chars().count() > most {
        return Err(format!("the text has more than {most} characters"));
    }
    if plain.chars().any(hidden) {
        return Err("the text holds a control, invisible or damaged character".into());
    }
    match holds {
        Holds::Vin => {
            let plain: String = plain.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            put_text(&plain.to_uppercase(), out);
        }
        _ => put_text(plain, out),
    }
    Ok(())
}

/// A plain whole number without a sign other than minus.
fn digits(text: &str) -> Option<i64> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |r| (-1, r));
    let plain = !rest.is_empty() && rest.len() <= 15 && rest.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| sign * rest.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

/// A finite decimal number; full-width digits and separators between thousands are read over.
pub(super) fn number(text: &str) -> Result<f64, String> {
    let plain =
        |t: &str| !t.is_empty() && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let finite = |t: &str| t.parse::<f64>().ok().filter(|x| plain(t) && x.is_finite());
    if let Some(x) = finite(text) {
        return Ok(x);
    }
    let wide: String = text.nfkc().filter(|c| !matches!(c, ' ' | '¥' | '￥')).collect();
    let thousands = wide.split('.').next().is_some_and(|whole| {
        let mut parts = whole.trim_start_matches('-').split(',');
        parts.next().is_some_and(|p| (1..=3).contains(&p.len())) && parts.all(|p| p.len() == 3)
    });
    let joined = if thousands { wide.replace(',', "") } else { wide };
    finite(&joined).ok_or_else(|| format!("{text:?} is not a number"))
}

/// A moment as text.
pub fn moment_text(seconds: i64) -> String {
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    format!("{}T{:02}:{:02}:{:02}", days::text(day), rest / 3600, rest / 60 % 60, rest % 60)
}

/// Days since 1970-01-01 of 2026-01-05, 2026/1/5, 2026.1.5, 20260105 or 2026年1月5日; an hour after it is read over.
pub(super) fn day(text: &str) -> Result<i32, String> {
    let wrong = || format!("{text:?} is not a day; write it as 2026-01-05");
    let (day, rest) = leading_day(text).ok_or_else(wrong)?;
    if rest.is_empty() || clock(rest).is_some() { Ok(day) } else { Err(wrong()) }
}

/// Seconds since 1970-01-01 of a day with or without an hour.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is not a moment; write it as 2026-01-05 13:30:00");
    let (day, rest) = leading_day(text).ok_or_else(wrong)?;
    let seconds = if rest.is_empty() { 0 } else { clock(rest).ok_or_else(wrong)? };
    Ok(i64::from(day) * 86_400 + seconds)
}

fn leading_day(text: &str) -> Option<(i32, &str)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, most: usize| {
        bytes[from.min(bytes.len())..].iter().take(most).take_while(|b| b.is_ascii_digit()).count()
    };
    let value = |from: usize, n: usize| bytes[from..from + n].iter().fold(0i64, |v, b| v * 10 + i64::from(b - b'0'));
    let first = digits(0, 9);
    let (year, month, day, end) = if first == 8 {
        (value(0, 4), value(4, 2), value(6, 2), 8)
    } else if first == 4 {
        let gap = |at: usize| {
            let rest = text.get(at..)?;
            ["-", "/", ".", "年", "月"].iter().find(|s| rest.starts_with(**s)).map(|s| at + s.len())
        };
        let at = gap(4)?;
        let m = digits(at, 2);
        let month = value(at, m);
        let at_day = gap(at + m)?;
        let d = digits(at_day, 2);
        let end = at_day + d;
        let end = if text.get(end..)?.starts_with('日') { end + '日'.len_utf8() } else { end };
        if m == 0 || d == 0 {
            return None;
        }
        (value(0, 4), month, value(at_day, d), end)
    } else {
        return None;
    };
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    (1900..2200).contains(&year).then(|| (days::number(date) as i32, &text[end..]))
}

/// Seconds after midnight of ` 13:30`, `T13:30:05.25`, `13:30:05Z` or `13:30:05+08:00`. Zones are read over: the clocks of
/// a source are taken as they show.
fn clock(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['T', 't', ' ']).unwrap_or(text).trim();
    let rest = rest.strip_suffix(['Z', 'z']).unwrap_or(rest);
    let rest = rest.split(['+', '.']).next()?;
    let mut parts = rest.split(':');
    let mut next = |most: i64| -> Option<i64> {
        let part = parts.next()?;
        let sound = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|&n| sound && n <= most)
    };
    let (hour, minute) = (next(23)?, next(59)?);
    let second = next(60).unwrap_or(0);
    parts.next().is_none().then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(holds: Holds, text: &str, factor: f64) -> Result<Value, String> {
        let mut out = Vec::new();
        take(holds, text, factor, &mut out)?;
        Ok(match decode(&mut out.as_slice()) {
            Seen::Nothing => Value::Nothing,
            Seen::Whole(n) => Value::Whole(n),
            Seen::Real(x) => Value::Real(x),
            Seen::Text(t) => Value::Text(t.into()),
        })
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        assert_eq!(day("1970-01-01"), Ok(0));
        for text in [
            "2026-01-05",
            "2026/1/5",
            "20260105",
            "2026年1月5日",
            "2026.01.05",
            "2026-01-05 13:30",
            "2026-01-05T00:00:00Z",
        ] {
            assert_eq!(day(text), Ok(20_458), "{text}");
        }
        assert_eq!(days::text(20_458), "2026-01-05");
        for text in ["", "2026-02-29", "5.1.2026", "2026-13-01", "2026-01-05x", "2026-01-", "1e9", "三月"] {
            assert!(day(text).is_err(), "{text}");
        }
        assert_eq!(moment("2026-01-05 13:30:05").map(moment_text), Ok("2026-01-05T13:30:05".into()));
    }

    #[test]
    fn every_day_of_three_centuries_reads_back() {
        let first = |year| days::number(jiff::civil::date(year, 1, 1)) as i32;
        for n in first(1900)..first(2200) {
            assert_eq!(day(&days::text(i64::from(n))), Ok(n));
        }
    }

    #[test]
    fn units_become_those_of_the_column() {
        assert_eq!(read(Holds::Money, "12.98", 1e4), Ok(Value::Whole(12_980_000)));
        assert_eq!(read(Holds::Money, "１２９，８００", 1.0), Ok(Value::Whole(12_980_000)));
        assert_eq!(read(Holds::Money, "-3", 1.0), Ok(Value::Whole(-300)));
        assert_eq!(read(Holds::Whole(0, 9), "9.0", 1.0), Ok(Value::Whole(9)));
        for text in ["1,2", "nan", "inf", "1e999", "九", "12.5"] {
            assert!(read(Holds::Whole(0, 100), text, 1.0).is_err(), "{text}");
        }
    }

    #[test]
    fn ids_are_of_one_width_and_vins_in_capitals() {
        assert_eq!(read(Holds::Id, "Ｄ１", 1.0), Ok(Value::Text("D1".into())));
        assert_eq!(read(Holds::Vin, "lsva-1 2", 1.0), Ok(Value::Text("LSVA12".into())));
        assert!(read(Holds::Id, "a\u{0}b", 1.0).is_err() && read(Holds::Text, "中\u{200b}", 1.0).is_err());
        assert!(read(Holds::Id, &"x".repeat(65), 1.0).is_err());
    }
}
