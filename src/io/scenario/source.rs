//! From the bytes of a file to text: bounded, of a known encoding, with its delimiter.

use super::log::{Log, Spot};
use super::text::Text;
use crate::digest::sha256;
use crate::io::fault::Code;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use serde::Serialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest table in bytes.
pub const TABLE_BYTES: u64 = 256 << 20;
/// Largest `scenario.toml` in bytes.
pub const TOML_BYTES: u64 = 1 << 20;

/// What was seen of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileNote {
    /// The table, or `scenario`.
    pub table: String,
    /// The file, as the user named its folder.
    pub file: String,
    /// Encoding the bytes were read with.
    pub encoding: String,
    /// Delimiter of a table's fields.
    pub delimiter: String,
    /// Rows without the header.
    pub rows: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Remarks: what was recognised, rounded, left out.
    pub notes: Vec<String>,
}

/// One file of the folder.
#[derive(Clone)]
pub(in crate::io) struct Source {
    /// The file as shown to the user.
    pub label: String,
    /// Its text; empty when it could not be read.
    pub text: Text,
    /// Whether there is text to be read.
    pub present: bool,
    /// What was seen.
    pub note: FileNote,
}

impl Source {
    /// A file that is not there (yet).
    pub fn absent(table: &str, label: String) -> Self {
        let note = FileNote { table: table.into(), file: label.clone(), ..FileNote::default() };
        Self { label, text: Text::default(), present: false, note }
    }

    /// Reads a file that must exist; `file` is its position among the sources.
    pub fn load(&mut self, path: &Path, most: u64, file: usize, log: &mut Log) {
        let spot = Spot { file, at: None };
        let bytes = match read_bounded(path, most) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                return log.add(spot, Code::TooLarge, "", || {
                    let cause = format!("the file is larger than {} MiB", most >> 20);
                    (cause, "split the export or leave out older rows".into())
                });
            }
            Err(error) => {
                return log.add(spot, Code::Missing, "", || {
                    (
                        format!("the file cannot be read: {error}"),
                        "check that it exists, is a plain file and may be read".into(),
                    )
                });
            }
        };
        self.note.sha256 = sha256(&bytes);
        self.decode(bytes, file, log);
    }

    /// Takes a text that was made elsewhere.
    pub fn take(&mut self, text: String, file: usize, log: &mut Log) {
        self.note.sha256 = sha256(&text);
        self.note.notes.clear();
        self.decode(text.into_bytes(), file, log);
    }

    fn decode(&mut self, bytes: Vec<u8>, file: usize, log: &mut Log) {
        let spot = Spot { file, at: None };
        let decoded = decode(bytes);
        self.note.encoding = decoded.encoding.into();
        if decoded.encoding != "UTF-8" {
            self.note.notes.push(format!("read as {}", decoded.encoding));
        }
        self.text = decoded.text.into();
        if let Some(at) = decoded.flaw {
            return log.add(Spot { file, at: Some(at) }, Code::Encoding, "", || {
                (
                    format!("the bytes are not {}", decoded.encoding),
                    "save the file as UTF-8 (in Excel: CSV UTF-8)".into(),
                )
            });
        }
        if self.text.trim().is_empty() {
            return log.add(spot, Code::EmptyFile, "", || {
                (
                    "the file is empty".into(),
                    "write the header and the rows; `forecourt schema` lists the columns".into(),
                )
            });
        }
        self.present = true;
    }
}

/// All bytes, `None` when there are more than `most`.
fn read_bounded(path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a plain file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    bytes.reserve(file.metadata()?.len().min(most) as usize + 1);
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

struct Decoded {
    text: String,
    encoding: &'static str,
    /// Where the bytes stop making sense.
    flaw: Option<usize>,
}

/// Byte order marks, then UTF-16 without one by its zeros, then UTF-8, then what statistics of the letters say.
fn decode(bytes: Vec<u8>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return transcode(&bytes[mark..], encoding);
    }
    if let Some(encoding) = utf16_by_zeros(&bytes) {
        return transcode(&bytes, encoding);
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Decoded { text, encoding: UTF_8.name(), flaw: None },
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes, true);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Allow);
    if guess == GBK || guess == GB18030 {
        let decoded = transcode(&bytes, GB18030);
        if decoded.flaw.is_none() {
            return decoded;
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Decoded { text, encoding: UTF_8.name(), flaw: Some(valid) }
}

fn transcode(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, flawed) = encoding.decode_without_bom_handling(bytes);
    let flaw = if flawed { text.find('\u{fffd}') } else { None };
    Decoded { text: text.into_owned(), encoding: encoding.name(), flaw }
}

/// UTF-16 without a mark: a header in Latin letters has a zero in every other byte.
pub(in crate::io) fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(64) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let half = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, odd) if half > 2 && odd * 10 >= half * 8 => Some(UTF_16LE),
        (even, 0) if half > 2 && even * 10 >= half * 8 => Some(UTF_16BE),
        _ => None,
    }
}

/// The delimiter that stands most often in the header: comma, semicolon or tab.
pub(in crate::io) fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let count = |byte: u8| header.bytes().filter(|&b| b == byte).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// A delimiter's name.
pub(in crate::io) fn delimiter_name(byte: u8) -> &'static str {
    match byte {
        b';' => "semicolon",
        b'\t' => "tab",
        _ => "comma",
    }
}
