//! Data and scripts inside the page: the head with its content security policy, escaping, compact tables.

use super::cell::{Flag, Num};
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The head of a page: a browser runs its script and style, and nothing else.
pub fn head(title: &str, style: &str, script: &str) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        csp_hash(style),
        csp_hash(script)
    );
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="generator" content=(concat!("forecourt ", env!("CARGO_PKG_VERSION")));
            title { (title) }
            style { (PreEscaped(style)) }
        }
    }
}

/// JSON that can stand inside a `<script>` element whatever its texts hold.
pub fn json_text(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// A source of the content security policy that allows exactly this text: `'sha256-…'`.
fn csp_hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |w, (i, &b)| w | u32::from(b) << (16 - 8 * i));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// A number for JSON: whole numbers without a fraction, an empty cell as null.
pub fn number(n: Num) -> Value {
    match n.get() {
        None => Value::Null,
        Some(v) if v.fract() == 0.0 && v.abs() < 9e15 => json!(v as i64),
        Some(v) => json!(v),
    }
}

/// Yes, no or null.
pub fn flag(f: Flag) -> Value {
    f.get().map_or(Value::Null, Value::from)
}

/// Lists of at most this many texts have positions of one character.
const DIGITS: usize = 36;

/// Positions in a list: a character each (`0` … `9`, `a` … `z`) where the list is short, else numbers.
fn positions_of(positions: &[usize], list: usize) -> Value {
    if list > DIGITS {
        return json!(positions);
    }
    positions.iter().filter_map(|&p| char::from_digit(p as u32, DIGITS as u32)).collect::<String>().into()
}

/// Whole numbers as steps from the one before: rows in order need one digit each.
fn steps(numbers: impl Iterator<Item = usize>) -> Value {
    let mut last = 0;
    numbers
        .map(|n| {
            let step = n as i64 - last;
            last = n as i64;
            step
        })
        .collect()
}

/// A table by columns. Columns of texts that repeat are stored once with positions: `{"d": texts, "i": positions}`.
#[derive(Debug, Default)]
pub struct Columns(Map<String, Value>);

impl Columns {
    /// Adds a column of numbers.
    pub fn numbers(mut self, name: &str, values: impl Iterator<Item = Num>) -> Self {
        self.0.insert(name.into(), values.map(number).collect());
        self
    }
    /// Adds a column of any values.
    pub fn values(mut self, name: &str, values: impl Iterator<Item = Value>) -> Self {
        self.0.insert(name.into(), values.collect());
        self
    }
    /// Adds a column of texts.
    pub fn texts<'a>(mut self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let mut places = BTreeMap::new();
        let mut unique: Vec<&str> = Vec::new();
        let positions: Vec<usize> = values
            .map(|text| {
                *places.entry(text).or_insert_with(|| {
                    unique.push(text);
                    unique.len() - 1
                })
            })
            .collect();
        let column = if unique.len() * 2 > positions.len() {
            positions.iter().map(|&i| unique[i]).collect()
        } else {
            json!({ "d": unique, "i": positions_of(&positions, unique.len()) })
        };
        self.0.insert(name.into(), column);
        self
    }
    /// Adds a column of sites: steps from place to place in the list of all sites, `{"s": steps}`; texts where one is
    /// not in the list.
    pub fn sites<'a>(
        mut self,
        name: &str,
        all: &BTreeMap<&str, usize>,
        values: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let places: Option<Vec<usize>> = values.clone().map(|id| all.get(id).copied()).collect();
        let Some(places) = places else { return self.texts(name, values) };
        self.0.insert(name.into(), json!({ "s": steps(places.into_iter()) }));
        self
    }
    /// Adds a column that says of each row's site what the list of all sites says: `{"of": column of sites, "take":
    /// column of the list}`; texts where a row says something else.
    pub fn of_sites<'a>(
        mut self,
        (name, of): (&str, &str),
        values: impl Iterator<Item = &'a str> + Clone,
        listed: impl Iterator<Item = Option<&'a str>>,
    ) -> Self {
        if !values.clone().map(Some).eq(listed) {
            return self.texts(name, values);
        }
        self.0.insert(name.into(), json!({ "of": of, "take": name }));
        self
    }
    /// Adds a column of whole numbers in steps, `{"+": steps}`.
    pub fn steps(mut self, name: &str, values: impl Iterator<Item = usize>) -> Self {
        self.0.insert(name.into(), json!({ "+": steps(values) }));
        self
    }
    /// Adds a column of sentences: their wording is stored once, the numbers in them row by row:
    /// `{"p": wordings in pieces, "i": [wording, number, …]}`.
    pub fn sentences<'a>(mut self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let mut places = BTreeMap::new();
        let mut wordings: Vec<Vec<&str>> = Vec::new();
        let mut rows = Vec::new();
        for text in values {
            let (words, numbers) = pieces(text);
            let at = *places.entry(words.clone()).or_insert_with(|| {
                wordings.push(words);
                wordings.len() - 1
            });
            rows.push(std::iter::once(json!(at)).chain(numbers.into_iter().map(Value::from)).collect::<Value>());
        }
        self.0.insert(name.into(), json!({ "p": wordings, "i": rows }));
        self
    }
    /// Adds the sentences of another column in another language: the numbers in them are that column's where all rows
    /// agree, `{"p": wordings, "like": column}`.
    pub fn sentences_like<'a>(self, name: &str, like: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let mut both = self.sentences(name, values);
        let rows = |columns: &Map<String, Value>, of: &str| columns.get(of).map(|c| c["i"].clone());
        if rows(&both.0, name) == rows(&both.0, like) {
            let wordings = both.0[name]["p"].clone();
            both.0.insert(name.into(), json!({ "p": wordings, "like": like }));
        }
        both
    }
    /// The table.
    pub fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// A text cut at its runs of digits: what stands around them, and the digits.
fn pieces(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut words, mut numbers) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let length = rest[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - start);
        words.push(&rest[..start]);
        numbers.push(&rest[start..start + length]);
        rest = &rest[start + length..];
    }
    words.push(rest);
    (words, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_leave_its_script() {
        let text = json_text(&json!({ "a": "</script><script>alert(1)</script>&\u{2028}" }));
        assert!(!text.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a"], "</script><script>alert(1)</script>&\u{2028}");
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
        // The example of the Content Security Policy specification, level 2, section 7.17.
        assert_eq!(csp_hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn sites_are_said_by_their_places() {
        let all = BTreeMap::from([("A", 0), ("B", 1), ("C", 2)]);
        let table = Columns::default().sites("a", &all, ["B", "C", "A"].into_iter());
        let table = table.sites("b", &all, ["B", "", "A"].into_iter());
        let listed = || ["north", "south"].into_iter();
        let table = table.of_sites(("r", "a"), listed(), listed().map(Some)).of_sites(
            ("q", "a"),
            listed(),
            [Some("north"), None].into_iter(),
        );
        let expected = json!({ "a": { "s": [1, 1, -2] }, "b": ["B", "", "A"], "r": { "of": "a", "take": "r" }, "q": ["north", "south"] });
        assert_eq!(table.done(), expected);
        let many: Vec<String> = (0..80).map(|i| format!("t{}", i % 40)).collect();
        let table = Columns::default().texts("a", many.iter().map(String::as_str)).done();
        assert_eq!(table["a"]["i"][41], json!(1), "a longer list has numbers");
    }

    #[test]
    fn repeated_texts_are_stored_once() {
        let table = Columns::default().texts("a", ["x", "y", "x", "x", "x"].into_iter()).done();
        assert_eq!(table, json!({ "a": { "d": ["x", "y"], "i": "01000" } }));
        let table = Columns::default().sentences("a", ["2 of 30", "007", "41 of 5", ""].into_iter()).done();
        let wordings = json!([["", " of ", ""], ["", ""], [""]]);
        let other = Columns::default().sentences("a", ["x 1", "y 2"].into_iter());
        let like =
            other.sentences_like("b", "a", ["1 z", "w 2"].into_iter()).sentences_like("c", "a", ["1", "1"].into_iter());
        let like = like.done();
        assert_eq!(like["b"], json!({ "p": [["", " z"], ["w ", ""]], "like": "a" }));
        assert_eq!(like["c"]["i"], json!([[0, "1"], [0, "1"]]), "other numbers are their own");
        assert_eq!(table, json!({ "a": { "p": wordings, "i": [[0, "2", "30"], [1, "007"], [0, "41", "5"], [2]] } }));
        let table = Columns::default().texts("a", ["x", "y"].into_iter()).done();
        assert_eq!(table, json!({ "a": ["x", "y"] }));
    }
}
