//! One writer at a time: a lock file beside the results folder, and what a run that was killed has left there.

use super::folder::{WriteError, at, parent_and_name};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Holds a results folder for one run; let go on drop, and by the system when the process dies.
#[derive(Debug)]
pub struct Hold {
    path: PathBuf,
    // Only held: the lock lives as long as the open file.
    _file: File,
}

impl Hold {
    /// Takes the folder, or says that another run has it. What a killed run has left is put right first: a folder that
    /// was being replaced comes back, half-written ones go.
    pub fn take(folder: &Path) -> Result<Self, WriteError> {
        let (parent, name) = parent_and_name(folder);
        fs::create_dir_all(&parent).map_err(at(&parent, "Choose another folder with --out"))?;
        let path = parent.join(format!(".{name}.lock"));
        let busy = || {
            let cause = io::Error::new(io::ErrorKind::WouldBlock, "another run is writing these results");
            at(folder, "Wait until it ends, or choose another folder with --out")(cause)
        };
        let failed = || at(&path, "Choose another folder with --out");
        loop {
            let file = File::options().create(true).append(true).open(&path).map_err(failed())?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(busy()),
                // A file system without locks: go on without one.
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(e)) => return Err(failed()(e)),
            }
            // Whoever let go between our open and our lock has removed the file: then ours is nobody's lock.
            if same_file(&file, &path) {
                recover(&parent, &name, folder);
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Puts right what a killed run left beside the folder.
fn recover(parent: &Path, name: &str, folder: &Path) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if !file.starts_with(&format!(".{name}.")) {
            continue;
        }
        if !entry.path().is_dir() {
            // A table that was being written.
            if file.ends_with(".tmp") {
                let _ = fs::remove_file(entry.path());
            }
            continue;
        }
        match Path::new(&file).extension().and_then(|e| e.to_str()) {
            Some("old") => old.push(entry.path()),
            Some("tmp") => new.push(entry.path()),
            _ => {}
        }
    }
    if !folder.exists()
        && let Some(before) = old.pop()
    {
        let _ = fs::rename(before, folder);
    }
    for left in old.into_iter().chain(new) {
        let _ = fs::remove_dir_all(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_and_a_third_goes_on_after_the_first() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("results/tiny");
        let first = Hold::take(&out).unwrap();
        let refusal = Hold::take(&out).unwrap_err().to_string();
        assert!(refusal.contains("another run") && refusal.contains("--out"), "{refusal}");
        drop(first);
        drop(Hold::take(&out).unwrap());
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 0, "no lock file is left");
    }

    #[test]
    fn what_a_killed_run_left_is_put_right() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("tiny");
        for (folder, text) in [(".tiny.a1.old", "before"), (".tiny.a1.tmp", "half")] {
            fs::create_dir(home.path().join(folder)).unwrap();
            fs::write(home.path().join(folder).join("kpi.csv"), text).unwrap();
        }
        fs::write(home.path().join(".tiny.x9.tmp"), "half a table").unwrap();
        let hold = Hold::take(&out).unwrap();
        assert_eq!(fs::read_to_string(out.join("kpi.csv")).unwrap(), "before");
        drop(hold);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
