//! `forecourt generate`: writes a scenario folder from the program's own facts and a seed.

use crate::digest::sha256;
use crate::generate::{self, DIGESTS, GenerateError, GeneratedFile};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// Arguments of `forecourt generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Which scenario.
    #[command(subcommand)]
    pub which: Which,
}

/// Scenarios that can be generated.
#[derive(Debug, Subcommand)]
pub enum Which {
    /// China: 337 true prefecture-level zones, a synthetic brand with 904 dealers and 60 models.
    #[command(after_help = "Examples:\n  forecourt generate china\n  forecourt generate china --verify\n  \
                            forecourt generate china --out /tmp/other --seed 7")]
    China(ChinaArgs),
}

/// Arguments of `forecourt generate china`.
#[derive(Debug, Args)]
pub struct ChinaArgs {
    /// Folder to write the tables to.
    #[arg(long, value_name = "DIR", default_value = "scenarios/china")]
    pub out: PathBuf,
    /// Key of all random numbers.
    #[arg(long, value_name = "N", default_value_t = generate::DEFAULT_SEED)]
    pub seed: u64,
    /// Write nothing: compare the folder, and what would be written, with the folder's list of digests.
    #[arg(long)]
    pub verify: bool,
    /// Overwrite files that were changed by hand since they were generated.
    #[arg(long)]
    pub force: bool,
}

/// Why `forecourt generate` stopped.
#[derive(Debug, thiserror::Error)]
pub enum GenerateFault {
    /// The tables could not be made.
    #[error(transparent)]
    Tables(#[from] GenerateError),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Files differ from the list of digests.
    #[error("not as {DIGESTS} says: {}. Run `forecourt generate china` to write them again.", .0.join("; "))]
    Differs(Vec<String>),
    /// Files were changed by hand.
    #[error("changed since they were generated: {}. Nothing was written; --force overwrites them, --out writes elsewhere.", .0.join(", "))]
    Edited(Vec<String>),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Files and their sizes in bytes, ascending by name.
    pub files: Vec<(String, u64)>,
    /// How many of them had to be written (the others stood there already).
    pub written: usize,
}

impl fmt::Display for Generated {
    /// One line a file, then what was done.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, bytes) in &self.files {
            writeln!(f, "{bytes:>12} B  {name}")?;
        }
        match self.written {
            0 => write!(f, "every file is as {DIGESTS} says; nothing was written"),
            n => write!(f, "{n} files written"),
        }
    }
}

/// Runs the command: writes the folder, or compares it when `verify` is set.
pub fn run(args: &GenerateArgs) -> Result<Generated, GenerateFault> {
    let Which::China(china) = &args.which;
    let files = generate::china(china.seed)?;
    if china.verify { verify(&files, &china.out) } else { write(&files, &china.out, china.force) }
}

fn fault(path: &Path) -> impl FnOnce(std::io::Error) -> GenerateFault + '_ {
    move |source| GenerateFault::File { path: path.to_owned(), source }
}

/// The bytes of a file, `None` when there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, GenerateFault> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fault(path)(e)),
    }
}

fn recorded(folder: &Path) -> Result<String, GenerateFault> {
    Ok(read(&folder.join(DIGESTS))?.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default())
}

fn sizes(files: &[GeneratedFile]) -> Vec<(String, u64)> {
    files.iter().map(|f| (f.name.to_owned(), f.bytes.len() as u64)).collect()
}

/// Compares digests of what would be written and of what stands in the folder with the list; absent tables are no fault.
fn verify(files: &[GeneratedFile], folder: &Path) -> Result<Generated, GenerateFault> {
    let list = recorded(folder)?;
    let list = generate::parse_digests(&list);
    let mut differs = Vec::new();
    for file in files {
        let Some(want) = list.iter().find(|l| l.0 == file.name).map(|l| l.1) else {
            differs.push(format!("{} is not listed", file.name));
            continue;
        };
        if file.digest() != want {
            differs.push(format!("{} would be generated differently", file.name));
        }
        if read(&folder.join(file.name))?.is_some_and(|b| sha256(&b) != want) {
            differs.push(format!("{} in the folder differs", file.name));
        }
    }
    if differs.is_empty() {
        Ok(Generated { files: sizes(files), written: 0 })
    } else {
        Err(GenerateFault::Differs(differs))
    }
}

/// Writes every file that is not there yet, each by a temporary file and a rename, the list of digests last.
fn write(files: &[GeneratedFile], folder: &Path, force: bool) -> Result<Generated, GenerateFault> {
    fs::create_dir_all(folder).map_err(fault(folder))?;
    let list = recorded(folder)?;
    let list = generate::parse_digests(&list);
    let mut pending: Vec<(&str, &[u8])> = Vec::new();
    let mut edited = Vec::new();
    for file in files {
        match read(&folder.join(file.name))? {
            Some(bytes) if bytes == file.bytes => {}
            Some(bytes) => {
                let digest = sha256(&bytes);
                if !list.contains(&(file.name, digest.as_str())) {
                    edited.push(file.name.to_owned());
                }
                pending.push((file.name, &file.bytes));
            }
            None => pending.push((file.name, &file.bytes)),
        }
    }
    if !edited.is_empty() && !force {
        return Err(GenerateFault::Edited(edited));
    }
    let digests = generate::digests(files);
    if read(&folder.join(DIGESTS))?.as_deref() != Some(digests.as_bytes()) {
        pending.push((DIGESTS, digests.as_bytes()));
    }
    for (name, bytes) in &pending {
        let path = folder.join(name);
        let home = path.parent().unwrap_or(folder);
        fs::create_dir_all(home).map_err(fault(home))?;
        put(&path, home, bytes)?;
    }
    Ok(Generated { files: sizes(files), written: pending.len() })
}

fn put(path: &Path, folder: &Path, bytes: &[u8]) -> Result<(), GenerateFault> {
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(fault(path))?;
    std::io::Write::write_all(&mut temporary, bytes).map_err(fault(path))?;
    // A temporary file is readable by its owner only; a table should be as readable as any other file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        temporary.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(fault(path))?;
    }
    temporary.persist(path).map(drop).map_err(|e| fault(path)(e.error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Vec<GeneratedFile> {
        let file = |name, text: &str| GeneratedFile { name, bytes: text.as_bytes().to_vec() };
        vec![file("a.csv", "x\n1\n"), file("b.csv", text)]
    }

    #[test]
    fn a_folder_is_written_once_and_then_found_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = made("y\n2\n");
        assert!(matches!(verify(&files, folder.path()), Err(GenerateFault::Differs(d)) if d.len() == 2));
        assert_eq!(write(&files, folder.path(), false).expect("written").written, 3);
        assert_eq!(write(&files, folder.path(), false).expect("found").written, 0);
        assert_eq!(verify(&files, folder.path()).expect("right").written, 0);
        // A table that has not been generated yet is no fault; one that was changed is.
        fs::remove_file(folder.path().join("a.csv")).expect("removed");
        assert!(verify(&files, folder.path()).is_ok());
        fs::write(folder.path().join("b.csv"), "y\n3\n").expect("changed");
        let fault = verify(&files, folder.path()).expect_err("changed");
        assert!(fault.to_string().contains("b.csv in the folder differs"), "{fault}");
    }

    #[test]
    fn a_generator_that_changed_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        write(&made("y\n2\n"), folder.path(), false).expect("written");
        let fault = verify(&made("y\n4\n"), folder.path()).expect_err("another generator");
        assert!(fault.to_string().contains("b.csv would be generated differently"), "{fault}");
    }

    #[test]
    fn work_by_hand_is_not_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        write(&made("y\n2\n"), folder.path(), false).expect("written");
        // What an earlier generator wrote is not work by hand.
        assert_eq!(write(&made("y\n4\n"), folder.path(), false).expect("written again").written, 2);
        fs::write(folder.path().join("b.csv"), "mine").expect("changed");
        let fault = write(&made("y\n5\n"), folder.path(), false).expect_err("changed by hand");
        assert!(matches!(&fault, GenerateFault::Edited(names) if names == &["b.csv"]), "{fault}");
        assert_eq!(fs::read(folder.path().join("b.csv")).expect("still there"), b"mine");
        assert_eq!(write(&made("y\n5\n"), folder.path(), true).expect("forced").written, 2);
    }

    #[test]
    fn the_command_writes_and_verifies_a_whole_folder() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: GenerateArgs,
        }
        let parse = |line: &[&str]| <Line as clap::Parser>::try_parse_from(line).expect("arguments").args;
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("made/here");
        let out = out.to_str().expect("a plain path");
        let done = run(&parse(&["generate", "china", "--out", out, "--seed", "3"])).expect("written");
        assert_eq!((done.files.len(), done.written), (18, 19));
        assert!(done.to_string().contains("sales.csv") && done.to_string().ends_with("19 files written"));
        assert!(run(&parse(&["generate", "china", "--out", out, "--seed", "3", "--verify"])).is_ok());
        assert!(matches!(
            run(&parse(&["generate", "china", "--out", out, "--seed", "4", "--verify"])),
            Err(GenerateFault::Differs(_))
        ));
    }
}
