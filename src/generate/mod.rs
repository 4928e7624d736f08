//! Scenarios made by the program itself: seeded, and the same to the byte on every machine.
//!
//! This room stands at the roof beside `io`: it turns facts and published moments into the text of a scenario's tables.
//! It reads no planner's tables and imports nothing from `io`; the command line writes what it returns. Keeping it
//! apart from `io` keeps made-up numbers out of the room that reads real ones.

mod china;
mod keyed;

use crate::digest::sha256;

/// Seed of the shipped scenario.
pub const DEFAULT_SEED: u64 = 20_260_105;

/// Name of the list of digests in a generated folder.
pub const DIGESTS: &str = "generated.sha256";

/// A file of a generated scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its name in the scenario's folder.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl GeneratedFile {
    /// SHA-256 of its bytes, in hexadecimal.
    pub fn digest(&self) -> String {
        sha256(&self.bytes)
    }
}

/// Why a scenario could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A table could not be turned into text.
    #[error("the table could not be written: {0}")]
    Text(#[from] csv::Error),
}

/// The China scenario: every file of its folder but the list of digests, ascending by name.
pub fn china(seed: u64) -> Result<Vec<GeneratedFile>, GenerateError> {
    let mut files = china::files(seed)?;
    files.sort_by_key(|f| f.name);
    Ok(files)
}

/// The list of digests, in the form that `sha256sum --check` reads.
pub fn digests(files: &[GeneratedFile]) -> String {
    files.iter().fold(String::new(), |text, file| text + &file.digest() + "  " + file.name + "\n")
}

/// Reads a list of digests: (name, digest). Lines of another shape are passed over.
pub fn parse_digests(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter_map(|line| line.split_once("  ")).map(|(digest, name)| (name.trim(), digest)).collect()
}
