//! Ids and words as people mean them: composed, of one width, of one case.

use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// The form in which ids and words are compared: NFC, full-width forms as their plain ones, lower case.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().map(plain_width).flat_map(char::to_lowercase).collect::<String>().trim().nfc().collect()
}

/// The form in which names and ids are kept: NFC without outer blanks.
pub(super) fn clean(text: &str) -> String {
    text.trim().nfc().collect()
}

fn plain_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    }
}

/// The nearest of several names, when one is near.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > 200 {
        return None;
    }
    let score = |other: &str| strsim::damerau_levenshtein(name, other);
    let (distance, best) = names.map(|n| (score(n), n)).min()?;
    (distance <= 1 + name.chars().count() / 4).then_some(best)
}

/// Positions of the things of a table by their folded ids.
#[derive(Default)]
pub(super) struct Index {
    codes: Vec<String>,
    positions: HashMap<Box<str>, u32>,
    /// Whether the whole table could be read; if not, an id it lacks may be in what was lost.
    pub known: bool,
}

impl Index {
    /// Positions in the order of an iterator.
    pub fn new<'n>(codes: impl Iterator<Item = &'n str>) -> Self {
        let codes: Vec<String> = codes.map(String::from).collect();
        let positions = codes.iter().enumerate().map(|(k, code)| (fold(code).into(), k as u32)).collect();
        Self { codes, positions, known: true }
    }

    /// The position of an id.
    pub fn get(&self, id: &str) -> Option<u32> {
        let mut buffer = [0u8; 64];
        if id.is_ascii() && id.len() <= buffer.len() {
            let short = &mut buffer[..id.len()];
            short.copy_from_slice(id.as_bytes());
            short.make_ascii_lowercase();
            return self.positions.get(std::str::from_utf8(short).ok()?).copied();
        }
        self.positions.get(fold(id).as_str()).copied()
    }

    /// The id that looks most like another one.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let near = nearest(&fold(id), self.positions.keys().map(AsRef::as_ref))?;
        self.positions.get(near).map(|&k| self.codes[k as usize].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_without_case_and_width() {
        assert_eq!(fold("Ｄ００1a"), "d001a");
        assert_eq!(fold("e\u{301}"), fold("\u{c9}"));
        let index = Index::new(["D001", "北京"].into_iter());
        assert_eq!(index.get("d001"), Some(0));
        assert_eq!(index.get("Ｄ001"), Some(0));
        assert_eq!(index.get("北京"), Some(1));
        assert_eq!(index.get("D002"), None);
        assert_eq!(index.nearest("D01"), Some("D001"));
    }
}
