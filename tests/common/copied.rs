//! A folder's own files, copied for a test; folders inside it (variants, studies) stay where they are.

use std::fs;
use std::path::Path;

/// Copies the files of `from` into `to`, which is made if need be.
pub fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|e| e.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
