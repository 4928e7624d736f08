//! A results folder that is whole or not there.
//!
//! New files are written into a sibling folder, flushed to disk, and the sibling takes the folder's name in one rename;
//! files of earlier steps that are not written again are carried over. Whoever looks sees the old state or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Files to be written together.
#[derive(Default)]
pub struct Stage {
    files: BTreeMap<String, Vec<u8>>,
    written: Vec<(String, TempPath)>,
    fresh: bool,
}

/// Why a folder could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}. {help}", path.display())]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
    /// The way out.
    pub help: &'static str,
}

pub(super) fn at(path: &Path, help: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_path_buf();
    move |source| WriteError { path, source, help }
}

const HELP: &str = "Nothing was changed; free some space or choose another folder with --out";

impl Stage {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries nothing over from an earlier state of the folder.
    pub fn start_fresh(&mut self) {
        self.fresh = true;
    }

    /// Adds a file by its name inside the folder.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// Adds a file that is written and flushed already, in the folder that will hold the results' folder.
    pub fn take(&mut self, name: &str, file: TempPath) {
        self.written.push((name.to_owned(), file));
    }

    /// The bytes of a file that will be written.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Writes everything and lets it take the place of `folder`.
    pub fn commit(self, folder: &Path) -> Result<(), WriteError> {
        self.commit_with(folder, |_| Vec::new())
    }

    /// The same, with files that are made from the others: `last` sees the folder as it will be and returns more files.
    pub fn commit_with(
        self,
        folder: &Path,
        last: impl FnOnce(&Path) -> Vec<(String, Vec<u8>)>,
    ) -> Result<(), WriteError> {
        let (parent, name) = parent_and_name(folder);
        fs::create_dir_all(&parent).map_err(at(&parent, HELP))?;
        if folder.exists() && !is_ours(folder) {
            return Err(foreign(folder));
        }
        let new = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".tmp")
            .tempdir_in(&parent)
            .map_err(at(&parent, HELP))?;
        self.write_into(new.path(), folder)?;
        for (name, bytes) in last(new.path()) {
            write_file(&new.path().join(name), &bytes)?;
        }
        let old = if folder.exists() {
            Some(replace(new, folder)?)
        } else {
            fs::rename(new.path(), folder).map_err(at(folder, HELP))?;
            // The temporary folder has taken the final name: nothing is left to clean up there.
            let _ = new.keep();
            None
        };
        sync_folder(&parent);
        if let Some(old) = old {
            let _ = fs::remove_dir_all(old);
        }
        Ok(())
    }

    fn write_into(self, new: &Path, old: &Path) -> Result<(), WriteError> {
        if old.is_dir() && !self.fresh {
            for entry in fs::read_dir(old).map_err(at(old, HELP))? {
                let entry = entry.map_err(at(old, HELP))?;
                let name = entry.file_name();
                let shown = name.to_string_lossy();
                let anew = self.files.contains_key(&*shown) || self.written.iter().any(|w| w.0 == *shown);
                if !anew && entry.path().is_file() {
                    let to = new.join(&name);
                    fs::hard_link(entry.path(), &to)
                        .or_else(|_| fs::copy(entry.path(), &to).map(|_| ()))
                        .map_err(at(&to, HELP))?;
                }
            }
        }
        for (name, bytes) in &self.files {
            write_file(&new.join(name), bytes)?;
        }
        for (name, file) in self.written {
            let to = new.join(name);
            file.persist(&to).map_err(|e| at(&to, HELP)(e.error))?;
        }
        // Readable by whom the parent lets in, not by the owner alone as temporary folders are.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let _ = fs::set_permissions(new, fs::Permissions::from_mode(0o755));
        }
        sync_folder(new);
        Ok(())
    }
}

/// Whether results may be written there: refused before the work is done, not after.
pub fn may_write(folder: &Path) -> Result<(), WriteError> {
    if folder.exists() && !folder.is_dir() {
        let refusal = io::Error::new(io::ErrorKind::NotADirectory, "this is a file, not a folder");
        return Err(at(folder, "Choose another folder with --out")(refusal));
    }
    if folder.exists() && !is_ours(folder) {
        return Err(foreign(folder));
    }
    Ok(())
}

fn foreign(folder: &Path) -> WriteError {
    let refusal = io::Error::new(io::ErrorKind::AlreadyExists, "the folder holds files that are not results");
    at(folder, "Choose an empty or new folder with --out")(refusal)
}

/// The folder that holds `folder`, and its name in there.
pub fn parent_and_name(folder: &Path) -> (PathBuf, String) {
    let parent = match folder.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let name = folder.file_name().map_or_else(|| "results".into(), |n| n.to_string_lossy().into_owned());
    (parent, name)
}

/// Puts `new` in the place of `folder`; returns where the old state is now. Both names change in one step where the
/// system can do that; elsewhere there is a moment without the folder, which [`super::lock::Hold`] mends after a kill.
fn replace(new: tempfile::TempDir, folder: &Path) -> Result<PathBuf, WriteError> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new.path(), CWD, folder, RenameFlags::EXCHANGE).is_ok() {
            return Ok(new.keep());
        }
    }
    let old = new.path().with_extension("old");
    fs::rename(folder, &old).map_err(at(folder, HELP))?;
    if let Err(e) = fs::rename(new.path(), folder) {
        let _ = fs::rename(&old, folder);
        return Err(at(folder, HELP)(e));
    }
    let _ = new.keep();
    Ok(old)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let write = || -> io::Result<()> {
        // A file carried over may be a link to the old one: never write through it.
        if path.exists() {
            fs::remove_file(path)?;
        }
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(at(path, HELP))
}

/// Writes one file beside the old one and lets it take its place.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, _) = parent_and_name(path);
    let mut builder = tempfile::Builder::new();
    // As readable as any other file the user writes; temporary files are private unless told otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn sync_folder(folder: &Path) {
    if let Ok(handle) = File::open(folder) {
        let _ = handle.sync_all();
    }
}

/// A folder is ours when it is empty or carries a provenance file.
fn is_ours(folder: &Path) -> bool {
    let empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    empty || folder.join("provenance.json").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_changes_in_one_step_and_keeps_what_is_not_written_again() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("results").join("tiny");
        let write = |files: &[(&str, &str)]| {
            let mut stage = Stage::new();
            files.iter().for_each(|(n, t)| stage.put(n, t.as_bytes().to_vec()));
            stage.commit(&out)
        };
        write(&[("a.csv", "1"), ("provenance.json", "{}")]).unwrap();
        write(&[("b.csv", "2"), ("provenance.json", "{}")]).unwrap();
        assert_eq!(fs::read_to_string(out.join("a.csv")).unwrap(), "1");
        assert_eq!(fs::read_to_string(out.join("b.csv")).unwrap(), "2");
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1, "no temporary folder is left");
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.txt"), "years").unwrap();
        let error = Stage::new().commit(home.path()).unwrap_err();
        assert!(error.to_string().contains("--out"), "{error}");
        assert!(home.path().join("thesis.txt").is_file());
    }
}
