//! SHA-256 in hexadecimal.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Bytes in hexadecimal, two digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

/// Takes a part into a digest, its length first: other parts that read the same one after the other have another digest.
pub fn put(hash: &mut Sha256, part: impl AsRef<[u8]>) {
    let part = part.as_ref();
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        // FIPS 180-4, the example of one block.
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    #[test]
    fn parts_have_ends() {
        let of = |parts: &[&str]| {
            let mut hash = Sha256::new();
            parts.iter().for_each(|part| put(&mut hash, part));
            hex(&hash.finalize())
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_eq!(of(&["abc"]), sha256(b"\x03\0\0\0\0\0\0\0abc"));
    }
}
