//! Opening a book without trust: what it unpacks to is counted before anything is built from it.

use super::BookError;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// Largest book in bytes.
pub const BOOK_BYTES: u64 = 128 << 20;
/// Most bytes that all parts of a book may unpack to.
pub const UNPACKED_BYTES: u64 = 1 << 30;
/// Most cells of a book.
pub const CELLS: usize = 10_000_000;
/// Most parts of a book.
const PARTS: usize = 10_000;

/// The bytes of a book whose size is within bounds, packed and unpacked.
pub(super) fn open(path: &Path) -> Result<Cursor<Vec<u8>>, BookError> {
    let refuse = |cause: String, help| Err(BookError::Read { path: path.to_path_buf(), cause, help });
    let bytes = match bounded(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return refuse(
                format!("the book is larger than {} MiB", BOOK_BYTES >> 20),
                "Keep large tables as CSV files",
            );
        }
        Err(e) => return refuse(format!("the book cannot be read: {e}"), "Check that it exists and may be read"),
    };
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        let cause = "the book is locked by a password or of the old .xls kind".into();
        return refuse(cause, "Save it in Excel as .xlsx without a password");
    }
    match unpacked(&bytes, UNPACKED_BYTES) {
        Ok(true) => Ok(Cursor::new(bytes)),
        Ok(false) => refuse(
            format!("the book unpacks to more than {} MiB or {PARTS} parts", UNPACKED_BYTES >> 20),
            "Nothing was read: a book of this program never does; look where it came from",
        ),
        Err(e) => refuse(format!("the file is no Excel workbook: {e}"), "Save it in Excel as .xlsx"),
    }
}

fn bounded(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(BOOK_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= BOOK_BYTES).then_some(bytes))
}

/// Whether all parts together stay below the bounds. The sizes that the file declares are not believed: every part is
/// unpacked and counted.
fn unpacked(bytes: &[u8], most: u64) -> std::io::Result<bool> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > PARTS {
        return Ok(false);
    }
    let mut left = most;
    for part in 0..archive.len() {
        let read = std::io::copy(&mut archive.by_index(part)?.take(left + 1), &mut std::io::sink())?;
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return Ok(false),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A megabyte of zeros packs to a thousandth; declared sizes play no part in the count.
    #[test]
    fn a_bomb_is_counted_before_it_is_built() {
        let mut bomb = Cursor::new(Vec::new());
        let mut archive = zip::ZipWriter::new(&mut bomb);
        for part in 0..4 {
            archive.start_file(format!("{part}.xml"), zip::write::SimpleFileOptions::default()).expect("a part");
            archive.write_all(&vec![0; 1 << 20]).expect("zeros");
        }
        archive.finish().expect("an archive");
        let bytes = bomb.into_inner();
        assert!(bytes.len() < 1 << 16);
        assert!(unpacked(&bytes, 4 << 20).expect("a zip"));
        assert!(!unpacked(&bytes, (4 << 20) - 1).expect("a zip"));
    }
}
