//! What was worked, a file each under the hash of what went in: whole or not there, whoever is stopped when.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder of results by key.
#[derive(Clone, Debug)]
pub struct Store {
    home: PathBuf,
}

impl Store {
    /// In a folder, made if need be.
    pub fn at(home: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(home)?;
        Ok(Self { home: home.to_path_buf() })
    }

    /// Two letters of the key make a folder, so that none holds more than some thousands of files.
    fn path(&self, kind: &str, key: &str) -> PathBuf {
        self.home.join(kind).join(&key[..2.min(key.len())]).join(format!("{key}.json"))
    }

    /// What stands under a key; nothing when there is nothing, or nothing that can be read.
    pub fn read<T: DeserializeOwned>(&self, kind: &str, key: &str) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.path(kind, key)).ok()?).ok()
    }

    /// Whether something stands under a key.
    pub fn has(&self, kind: &str, key: &str) -> bool {
        self.path(kind, key).is_file()
    }

    /// Puts a value under a key. Two that do so at the same time write the same.
    pub fn write<T: Serialize>(&self, kind: &str, key: &str, value: &T) -> io::Result<()> {
        let path = self.path(kind, key);
        let folder = path.parent().unwrap_or(&self.home);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".new").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }
}
