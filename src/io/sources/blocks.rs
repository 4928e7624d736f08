//! A file of text, whole lines at a time, whatever its encoding.

use super::{SourceError, wrong};
use crate::io::scenario::source::utf16_by_zeros;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, GB18030, GBK, UTF_8};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes read at a time.
const BLOCK: usize = 4 << 20;
/// Most bytes without a line break.
const LINE: usize = 16 << 20;

enum Kind {
    /// Nothing but ASCII so far: any of the encodings.
    Open,
    Utf8,
    Other(Box<Decoder>),
}

/// Reads a file in blocks of whole lines.
pub(super) struct Blocks {
    path: PathBuf,
    file: File,
    kind: Kind,
    raw: Vec<u8>,
    text: String,
    ended: bool,
    /// Whether the decoder has been told of the end.
    told: bool,
}

impl Blocks {
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let help = "check that it exists, is a plain file and may be read";
        match std::fs::metadata(path) {
            Ok(m) if m.is_file() => {}
            Ok(_) => return Err(wrong(path, "it is no plain file", help)),
            Err(e) => return Err(wrong(path, format!("it cannot be read: {e}"), help)),
        }
        let file = File::open(path).map_err(|e| wrong(path, format!("it cannot be read: {e}"), help))?;
        let mut blocks = Self {
            path: path.into(),
            file,
            kind: Kind::Open,
            raw: Vec::new(),
            text: String::new(),
            ended: false,
            told: false,
        };
        blocks.fill()?;
        blocks.recognise();
        Ok(blocks)
    }

    /// The encoding, as far as it is known.
    pub fn encoding(&self) -> &'static str {
        match &self.kind {
            Kind::Open | Kind::Utf8 => "UTF-8",
            Kind::Other(decoder) => decoder.encoding().name(),
        }
    }

    /// Byte order marks and UTF-16 are seen at once; the rest when the first letter beyond ASCII comes.
    fn recognise(&mut self) {
        if let Some((encoding, mark)) = Encoding::for_bom(&self.raw) {
            self.raw.drain(..mark);
            self.kind = if encoding == UTF_8 { Kind::Utf8 } else { other(encoding) };
        } else if let Some(encoding) = utf16_by_zeros(&self.raw) {
            self.kind = other(encoding);
        }
    }

    fn fill(&mut self) -> Result<(), SourceError> {
        let read = (&mut self.file).take(BLOCK as u64).read_to_end(&mut self.raw);
        let read = read.map_err(|e| wrong(&self.path, format!("reading stopped: {e}"), "read it again"))?;
        self.ended = read == 0;
        Ok(())
    }

    /// The next lines; `None` at the end.
    pub fn advance(&mut self) -> Result<Option<String>, SourceError> {
        loop {
            if let Kind::Other(decoder) = &mut self.kind {
                if self.told {
                    let rest = std::mem::take(&mut self.text);
                    return Ok((!rest.is_empty()).then_some(rest));
                }
                let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(self.raw.len() * 3 + 16);
                self.text.reserve(room);
                let _ = decoder.decode_to_string(&self.raw, &mut self.text, self.ended);
                self.raw.clear();
                self.told = self.ended;
                if let Some(cut) = self.text.rfind('\n').map(|at| at + 1).or(self.ended.then_some(self.text.len())) {
                    if cut == 0 {
                        return Ok(None);
                    }
                    let rest = self.text.split_off(cut);
                    return Ok(Some(std::mem::replace(&mut self.text, rest)));
                }
            } else {
                let cut = self.raw.iter().rposition(|&b| b == b'\n').map(|at| at + 1);
                if let Some(cut) = cut.or(self.ended.then_some(self.raw.len())) {
                    if cut == 0 {
                        return Ok(None);
                    }
                    if matches!(self.kind, Kind::Open) && !self.raw[..cut].is_ascii() {
                        self.kind = judge(&self.raw[..cut]);
                        continue;
                    }
                    let rest = self.raw.split_off(cut);
                    let block = std::mem::replace(&mut self.raw, rest);
                    // Bytes that are no letters become U+FFFD, which no cell may hold: their rows are refused, not lost.
                    let text = String::from_utf8(block);
                    return Ok(Some(text.unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())));
                }
            }
            if self.raw.len() + self.text.len() > LINE {
                let cause = format!("there is no line break in {} MiB", LINE >> 20);
                return Err(wrong(&self.path, cause, "export it as lines of text"));
            }
            self.fill()?;
        }
    }
}

fn other(encoding: &'static Encoding) -> Kind {
    Kind::Other(Box::new(encoding.new_decoder_without_bom_handling()))
}

/// UTF-8 if it can be, else what statistics of the letters say.
fn judge(block: &[u8]) -> Kind {
    if std::str::from_utf8(block).is_ok() {
        return Kind::Utf8;
    }
    let from = block.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let letters = &block[from..block.len().min(from + (1 << 20))];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(letters, false);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Allow);
    if guess == GBK || guess == GB18030 { other(GB18030) } else { Kind::Utf8 }
}
