//! What the generated scenario must be.

mod market;
mod moments;
mod sales;
mod tables;

use super::world::World;
use crate::generate::{DEFAULT_SEED, GeneratedFile, china};
use std::sync::OnceLock;

/// The shipped scenario.
fn shipped() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World::new(DEFAULT_SEED))
}

/// Its files.
fn files() -> &'static [GeneratedFile] {
    static FILES: OnceLock<Vec<GeneratedFile>> = OnceLock::new();
    FILES.get_or_init(|| china(DEFAULT_SEED).expect("tables are text"))
}

/// Rows of one of its tables, header first.
fn rows(name: &str) -> Vec<csv::StringRecord> {
    let file = files().iter().find(|f| f.name == name).expect("the table is there");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.bytes.as_slice());
    reader.records().collect::<Result<_, _>>().expect("every row has as many cells as the header")
}
