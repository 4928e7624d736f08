use std::fmt;
use std::path::{Path, PathBuf};

/// What is wrong with a benchmark file.
#[derive(Debug)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when the fault has no line.
    pub line: usize,
    /// What is wrong and what was expected.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file.display(), self.reason)
        } else {
            write!(f, "{}:{}: {}", self.file.display(), self.line, self.reason)
        }
    }
}

impl std::error::Error for Fault {}

/// Largest file that is read into memory, in bytes.
const LARGEST_FILE: u64 = 4 << 30;

/// A text file cut into words that remember their lines.
pub struct Text {
    file: PathBuf,
    content: String,
    at: usize,
    line: usize,
}

impl Text {
    /// Reads a file that must be UTF-8.
    pub fn read(file: &Path) -> Result<Self, Fault> {
        let fault = |line, reason: String| Fault { file: file.to_path_buf(), line, reason };
        let size = std::fs::metadata(file).map_err(|e| fault(0, format!("cannot be read: {e}")))?.len();
        if size > LARGEST_FILE {
            return Err(fault(0, format!("has {size} bytes; the limit is {LARGEST_FILE}")));
        }
        let bytes = std::fs::read(file).map_err(|e| fault(0, format!("cannot be read: {e}")))?;
        Self::from_bytes(file, bytes)
    }

    /// The same from bytes at hand.
    pub fn from_bytes(file: &Path, bytes: Vec<u8>) -> Result<Self, Fault> {
        let content = String::from_utf8(bytes).map_err(|e| {
            let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = 1 + before.split(|&b| b == b'\n').count() - 1;
            Fault { file: file.to_path_buf(), line, reason: "is not UTF-8 text; save it as UTF-8".into() }
        })?;
        let skip = if content.starts_with('\u{feff}') { 3 } else { 0 };
        Ok(Self { file: file.to_path_buf(), content, at: skip, line: 1 })
    }

    /// A fault at the current line.
    pub fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault { file: self.file.clone(), line: self.line, reason: reason.into() }
    }

    /// The number of the current line.
    pub fn line(&self) -> usize {
        self.line
    }

    fn skip_blanks(&mut self) {
        let bytes = self.content.as_bytes();
        while self.at < bytes.len() && bytes[self.at].is_ascii_whitespace() {
            self.line += usize::from(bytes[self.at] == b'\n');
            self.at += 1;
        }
    }

    /// Whether only blanks remain.
    pub fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.at >= self.content.len()
    }

    /// The next word, if there is one.
    pub fn word(&mut self) -> Option<&str> {
        self.skip_blanks();
        let rest = &self.content.as_bytes()[self.at..];
        let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        (length > 0).then(|| &self.content[start..start + length])
    }

    /// The rest of the current line without its end, and moves to the next; `None` at the end of the file.
    pub fn rest_of_line(&mut self) -> Option<&str> {
        if self.at >= self.content.len() {
            return None;
        }
        let start = self.at;
        let rest = &self.content[start..];
        let length = rest.find('\n').unwrap_or(rest.len());
        self.at = (start + length + 1).min(self.content.len());
        self.line += 1;
        Some(self.content[start..start + length].trim_end_matches('\r'))
    }

    /// The next word, or a fault that says what was expected.
    pub fn expect(&mut self, what: &str) -> Result<&str, Fault> {
        if self.at_end() {
            return Err(self.fault(format!("the file ends where {what} was expected")));
        }
        Ok(self.word().unwrap_or_default())
    }

    /// The next word as a whole number within a range.
    pub fn whole(&mut self, what: &str, low: i64, high: i64) -> Result<i64, Fault> {
        let number = self.decimal(what)?;
        let value = number.whole();
        match value {
            Some(v) if (low..=high).contains(&v) => Ok(v),
            Some(v) => Err(self.fault(format!("{what} is {v}, outside {low} to {high}"))),
            None => Err(self.fault(format!("{what} must be a whole number"))),
        }
    }

    /// The next word as a decimal number.
    pub fn decimal(&mut self, what: &str) -> Result<Decimal, Fault> {
        let word = self.expect(what)?;
        let parsed = Decimal::parse(word);
        let shown: String = word.chars().take(40).collect();
        parsed.ok_or_else(|| self.fault(format!("{what} is not a number: \"{shown}\"")))
    }

    /// The next word as a finite binary number.
    pub fn real(&mut self, what: &str) -> Result<f64, Fault> {
        let word = self.expect(what)?;
        let parsed = word.parse::<f64>().ok().filter(|x| x.is_finite());
        let shown: String = word.chars().take(40).collect();
        parsed.ok_or_else(|| self.fault(format!("{what} is not a finite number: \"{shown}\"")))
    }

    /// Nothing may follow.
    pub fn finish(&mut self) -> Result<(), Fault> {
        if self.at_end() {
            return Ok(());
        }
        let word: String = self.word().unwrap_or_default().chars().take(40).collect();
        Err(self.fault(format!("the file goes on where its end was expected: \"{word}\"")))
    }
}

/// A decimal number kept exactly: mantissa × 10^−digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i64,
    digits: u32,
}

impl Decimal {
    /// Parses forms such as `7`, `-7.50`, `7500.` and `1.544e+04`; trailing zeros are dropped.
    pub fn parse(word: &str) -> Option<Self> {
        let (body, exponent) = match word.find(['e', 'E']) {
            Some(at) => (&word[..at], word[at + 1..].parse::<i32>().ok().filter(|e| e.abs() < 40)?),
            None => (word, 0),
        };
        let (sign, body) = match body.as_bytes().first()? {
            b'-' => (-1, &body[1..]),
            b'+' => (1, &body[1..]),
            _ => (1, body),
        };
        let (whole, part) = body.split_once('.').unwrap_or((body, ""));
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let mut mantissa: i128 = 0;
        for c in whole.bytes().chain(part.bytes()) {
            if !c.is_ascii_digit() || mantissa > i128::MAX / 100 {
                return None;
            }
            mantissa = mantissa * 10 + i128::from(c - b'0');
        }
        let mut digits = part.len() as i32 - exponent;
        while digits > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            digits -= 1;
        }
        while digits < 0 {
            mantissa = mantissa.checked_mul(10)?;
            digits += 1;
        }
        if digits > 18 {
            return None;
        }
        Some(Self { mantissa: i64::try_from(sign * mantissa).ok()?, digits: digits as u32 })
    }
    /// The value if it is whole.
    pub fn whole(self) -> Option<i64> {
        (self.digits == 0).then_some(self.mantissa)
    }
    /// Digits after the point.
    pub fn digits(self) -> u32 {
        self.digits
    }
    /// The value times 10^digits, if that is whole and fits.
    pub fn scaled(self, digits: u32) -> Option<i64> {
        self.mantissa.checked_mul(10i64.checked_pow(digits.checked_sub(self.digits)?)?)
    }
    /// The nearest binary number.
    pub fn real(self) -> f64 {
        self.mantissa as f64 / 10f64.powi(self.digits as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let d = |w| Decimal::parse(w).map(|d| (d.mantissa, d.digits));
        assert_eq!(d("7500."), Some((7500, 0)));
        assert_eq!(d("-6739.72500"), Some((-6_739_725, 3)));
        assert_eq!(d("1.54400e+04"), Some((15440, 0)));
        assert_eq!(d("2e-3"), Some((2, 3)));
        assert_eq!(d(".5"), Some((5, 1)));
        for bad in ["", ".", "-", "1e", "nan", "inf", "1.2.3", "0x10", "1e999", "99999999999999999999"] {
            assert_eq!(d(bad), None, "{bad}");
        }
        assert_eq!(Decimal::parse("1.25").unwrap().scaled(4), Some(12500));
        assert_eq!(Decimal::parse("1.25").unwrap().scaled(1), None);
    }

    #[test]
    fn words_know_their_lines() {
        let mut t = Text::from_bytes(Path::new("f"), b"\xef\xbb\xbf1 2\n\n x\n".to_vec()).unwrap();
        assert_eq!(t.whole("a", 0, 9).unwrap(), 1);
        assert_eq!(t.whole("b", 0, 9).unwrap(), 2);
        let fault = t.whole("c", 0, 9).unwrap_err();
        assert_eq!(fault.to_string(), "f:3: c is not a number: \"x\"");
        assert!(t.expect("d").unwrap_err().reason.contains("ends"));
        assert_eq!(Text::from_bytes(Path::new("f"), b"a\n\xff".to_vec()).err().unwrap().line, 2);
    }
}
