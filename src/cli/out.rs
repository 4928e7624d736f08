//! What --out names: a folder of tables, or one file.

use super::exit;
use super::terminal::say;
use crate::io::results::folder::replace_file;
use crate::io::results::table::Table;
use std::path::Path;

/// Writes tables into a folder, which is made if need be; the exit code when that cannot be.
pub(super) fn tables<const N: usize>(folder: &Path, tables: [(&str, Table); N]) -> Result<(), u8> {
    let write = || {
        std::fs::create_dir_all(folder)?;
        tables.into_iter().try_for_each(|(name, table)| replace_file(&folder.join(name), &table.into_bytes()))
    };
    write().map_err(|e| {
        say(&format!("forecourt: {}: {e}. Choose another folder with --out", folder.display()));
        exit::CANNOT_WRITE
    })
}

/// Writes one file in the place of the one that was there; the exit code when that cannot be.
pub(super) fn file(path: &Path, bytes: &[u8]) -> Result<(), u8> {
    replace_file(path, bytes).map_err(|e| {
        say(&format!("forecourt: {}: {e}. Nothing was changed; choose another file with --out", path.display()));
        exit::CANNOT_WRITE
    })
}
