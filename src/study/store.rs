//! What was worked, under the hash of what went in.
//!
//! Every process appends to a file of its own, so that machines that share a folder never write to the same place; a record is a
//! head (mark, kind, key, length, digest) and a value in JSON. A kill leaves at most one torn record at the end of a file, which
//! is passed over. Nothing is ever changed or taken away: of two records with one key both say the same.
//!
//! Whoever works part K of N of a study names its file so, and does not read those of the other parts: a thousand tasks would
//! otherwise each read what all the others have written. What all parts need stands in files that everybody reads.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Letters of a key.
pub const KEY: usize = 32;
/// What starts a record.
const MARK: [u8; 4] = *b"FCw1";
/// First bytes of a value's SHA-256.
const DIGEST: usize = 8;
/// Mark, kind, key, length, digest.
const HEAD: usize = 4 + 1 + KEY + 4 + DIGEST;
/// A record that comes so long after a flush to the disk brings the next one. A kill loses nothing that was written, a failing
/// machine what came since the last flush.
const FLUSH: Duration = Duration::from_secs(2);

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A placement that points share.
    Placement = 1,
    /// A worked point.
    Point = 2,
}

type Name = (u8, [u8; KEY]);

#[derive(Clone, Copy)]
struct Place {
    file: u32,
    at: u64,
    length: u32,
    /// Whether the value was seen to be what its digest says.
    sound: bool,
}

#[derive(Default)]
struct Index {
    files: Vec<PathBuf>,
    places: HashMap<Name, Place>,
}

/// A part of a study that a process works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Digest of the study's file and, where it has one, its list of points: other studies have other parts.
    pub study: String,
    /// Which part, from 1.
    pub k: usize,
    /// Of how many.
    pub n: usize,
}

/// Letters of a study's digest in a file's name.
const STUDY: usize = 16;

impl Part {
    /// What the names of its files start with.
    fn prefix(&self) -> String {
        format!("{}-{}of{}-", &self.study[..STUDY.min(self.study.len())], self.k, self.n)
    }

    /// Whether a file is of another part of the same division.
    fn passes_over(&self, name: &str) -> bool {
        let own = self.prefix();
        let mut parts = name.split('-');
        let same_study = parts.next() == own.split('-').next();
        let numbers = parts.next().and_then(|p| p.split_once("of"));
        same_study && numbers.is_some_and(|(k, n)| n == self.n.to_string() && k != self.k.to_string())
    }
}

struct Writer {
    file: File,
    number: u32,
    at: u64,
    flushed: Instant,
}

/// A folder of results by key.
pub struct Store {
    home: PathBuf,
    part: Option<Part>,
    index: RwLock<Index>,
    /// The files of this process: of its own records, and of those that all parts read.
    own: Mutex<Option<Writer>>,
    shared: Mutex<Option<Writer>>,
}

fn name(kind: Kind, key: &str) -> Option<Name> {
    Some((kind as u8, key.as_bytes().try_into().ok()?))
}

/// A record's value, if it is what its digest says.
fn value(place: Place, path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(place.at - DIGEST as u64)).ok()?;
    let mut record = vec![0; DIGEST + place.length as usize];
    file.read_exact(&mut record).ok()?;
    let value = record.split_off(DIGEST);
    (digest(&value) == record[..]).then_some(value)
}

fn digest(value: &[u8]) -> [u8; DIGEST] {
    let whole = Sha256::digest(value);
    std::array::from_fn(|k| whole[k])
}

impl Store {
    /// In a folder, made if need be; everything in it, or what a part of a study needs. What others write there afterwards is
    /// not seen.
    pub fn at(home: &Path, part: Option<Part>) -> io::Result<Self> {
        std::fs::create_dir_all(home)?;
        let wanted = |path: &PathBuf| {
            let foreign = |part: &Part| path.file_name().is_some_and(|n| part.passes_over(&n.to_string_lossy()));
            path.extension().is_some_and(|e| e == "worked") && !part.as_ref().is_some_and(foreign)
        };
        let mut paths: Vec<PathBuf> = std::fs::read_dir(home)?.flatten().map(|e| e.path()).filter(wanted).collect();
        paths.sort();
        let mut index = Index::default();
        paths.into_iter().try_for_each(|path| index.take(path))?;
        let (own, shared) = Default::default();
        Ok(Self { home: home.to_path_buf(), part, index: RwLock::new(index), own, shared })
    }

    /// What stands under a key; nothing when there is nothing, or nothing that can be read.
    pub fn read<T: DeserializeOwned>(&self, kind: Kind, key: &str) -> Option<T> {
        let (place, path) = self.place(&name(kind, key)?)?;
        serde_json::from_slice(&value(place, &path)?).ok()
    }

    fn place(&self, name: &Name) -> Option<(Place, PathBuf)> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let place = *index.places.get(name)?;
        Some((place, index.files[place.file as usize].clone()))
    }

    /// Whether something that can be read stands under a key.
    pub fn has(&self, kind: Kind, key: &str) -> bool {
        let Some(name) = name(kind, key) else { return false };
        let Some((place, path)) = self.place(&name) else { return false };
        if place.sound {
            return true;
        }
        let sound = value(place, &path).is_some();
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if sound {
            index.places.insert(name, Place { sound, ..place });
        } else {
            // It is worked once more.
            index.places.remove(&name);
        }
        sound
    }

    /// Puts a value under a key. Two that do so at the same time write the same.
    pub fn write<T: Serialize>(&self, kind: Kind, key: &str, value: &T) -> io::Result<()> {
        let prefix = self.part.as_ref().map(Part::prefix).unwrap_or_default();
        self.append(&self.own, &prefix, (kind, key), value)
    }

    /// Puts a value where all parts read it.
    pub fn share<T: Serialize>(&self, kind: Kind, key: &str, value: &T) -> io::Result<()> {
        if self.part.is_none() {
            return self.write(kind, key, value);
        }
        self.append(&self.shared, "", (kind, key), value)
    }

    fn append<T: Serialize>(
        &self,
        writer: &Mutex<Option<Writer>>,
        prefix: &str,
        (kind, key): (Kind, &str),
        value: &T,
    ) -> io::Result<()> {
        let value = serde_json::to_vec(value)?;
        let (Some(name), Ok(length)) = (name(kind, key), u32::try_from(value.len())) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a key or value of another length"));
        };
        let mut record = Vec::with_capacity(HEAD + value.len());
        record.extend(MARK);
        record.push(name.0);
        record.extend(name.1);
        record.extend(length.to_le_bytes());
        record.extend(digest(&value));
        record.extend(&value);
        let mut guard = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.file(&mut guard, prefix)?;
        if let Err(e) = writer.file.write_all(&record) {
            // Behind a record that is torn nothing can be found: the next one starts a file of its own.
            *guard = None;
            return Err(e);
        }
        let place = Place { file: writer.number, at: writer.at + HEAD as u64, length, sound: true };
        writer.at += record.len() as u64;
        if writer.flushed.elapsed() > FLUSH {
            writer.file.sync_data()?;
            writer.flushed = Instant::now();
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        index.places.insert(name, place);
        Ok(())
    }

    /// Hands everything written to the disk.
    pub fn flush(&self) -> io::Result<()> {
        [&self.own, &self.shared].into_iter().try_for_each(|writer| {
            let guard = writer.lock().unwrap_or_else(PoisonError::into_inner);
            guard.as_ref().map_or(Ok(()), |w| w.file.sync_all())
        })
    }

    /// A file of this process, made when the first record comes.
    fn file<'g>(&self, guard: &'g mut MutexGuard<'_, Option<Writer>>, prefix: &str) -> io::Result<&'g mut Writer> {
        if guard.is_none() {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            // A name that nobody else has, on any machine; made only when it is free.
            builder.rand_bytes(16).suffix(".worked").prefix(prefix);
            let (file, path) = builder.tempfile_in(&self.home)?.keep()?;
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            let number = index.files.len() as u32;
            index.files.push(path);
            **guard = Some(Writer { file, number, at: 0, flushed: Instant::now() });
        }
        guard.as_mut().ok_or_else(|| io::Error::other("no file to write to"))
    }
}

impl Index {
    /// Reads the heads of a file's records: values are looked at when they are wanted.
    fn take(&mut self, path: PathBuf) -> io::Result<()> {
        let mut file = File::open(&path)?;
        let number = self.files.len() as u32;
        self.files.push(path);
        let end = file.metadata()?.len();
        let (mut at, mut head) = (0, [0; HEAD]);
        while file.read_exact(&mut head).is_ok() && head[..4] == MARK {
            let length = u32::from_le_bytes(std::array::from_fn(|k| head[5 + KEY + k]));
            at += HEAD as u64;
            let place = Place { file: number, at, length, sound: false };
            at += u64::from(length);
            if at > end {
                break;
            }
            self.places.insert((head[4], std::array::from_fn(|k| head[5 + k])), place);
            file.seek(SeekFrom::Start(at))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(k: u8) -> String {
        format!("{k:032x}")
    }

    /// Cut anywhere, or with any byte changed, a file gives whole records or none, and everything can be put once more.
    #[test]
    fn a_torn_or_spoiled_file_gives_whole_records_or_none() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::at(home.path(), None).unwrap();
        (0..5).for_each(|k| store.write(Kind::Point, &key(k), &vec![u32::from(k); 3]).unwrap());
        store.write(Kind::Placement, &key(0), &"other").unwrap();
        store.flush().unwrap();
        drop(store);
        let path = std::fs::read_dir(home.path()).unwrap().next().unwrap().unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let judge = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let store = Store::at(home.path(), None).unwrap();
            let there = (0..5).filter(|&k| {
                let value: Option<Vec<u32>> = store.read(Kind::Point, &key(k));
                assert_eq!(value.is_some(), store.has(Kind::Point, &key(k)));
                value.is_none_or(|v| {
                    assert_eq!(v, vec![u32::from(k); 3]);
                    true
                }) && store.has(Kind::Point, &key(k))
            });
            there.count()
        };
        assert_eq!(judge(&bytes), 5);
        for cut in 0..bytes.len() {
            assert!(judge(&bytes[..cut]) <= 5 * cut / (bytes.len() - 60));
        }
        for at in 0..bytes.len() {
            let mut spoiled = bytes.clone();
            spoiled[at] ^= 0x20;
            assert!(judge(&spoiled) <= 5);
        }
        std::fs::write(&path, &bytes[..70]).unwrap();
        let store = Store::at(home.path(), None).unwrap();
        (0..5).for_each(|k| store.write(Kind::Point, &key(k), &vec![u32::from(k); 3]).unwrap());
        let again = Store::at(home.path(), None).unwrap();
        assert_eq!((0..5).filter(|&k| again.has(Kind::Point, &key(k))).count(), 5);
    }

    /// A part reads its own files, those of everybody, and those of other divisions, but not those of its neighbours.
    #[test]
    fn a_part_does_not_read_its_neighbours() {
        let home = tempfile::tempdir().unwrap();
        let part = |study: &str, k: usize, n: usize| {
            Store::at(home.path(), Some(Part { study: study.repeat(8), k, n })).unwrap()
        };
        let (first, tenth) = (part("abcdef", 1, 12), part("abcdef", 10, 12));
        first.write(Kind::Point, &key(1), &1).unwrap();
        first.share(Kind::Placement, &key(9), &9).unwrap();
        tenth.write(Kind::Point, &key(10), &10).unwrap();
        part("abcdef", 3, 7).write(Kind::Point, &key(3), &3).unwrap();
        part("fedcba", 2, 12).write(Kind::Point, &key(2), &2).unwrap();
        let sees = |store: &Store| -> Vec<u8> {
            (0..20).filter(|&k| store.has(Kind::Point, &key(k)) || store.has(Kind::Placement, &key(k))).collect()
        };
        assert_eq!(sees(&part("abcdef", 1, 12)), [1, 2, 3, 9]);
        assert_eq!(sees(&part("abcdef", 10, 12)), [2, 3, 9, 10]);
        assert_eq!(sees(&part("abcdef", 1, 7)), [1, 2, 9, 10]);
        assert_eq!(sees(&Store::at(home.path(), None).unwrap()), [1, 2, 3, 9, 10]);
    }

    /// What another process writes is there for who opens the folder afterwards.
    #[test]
    fn two_writers_share_a_folder() {
        let home = tempfile::tempdir().unwrap();
        let open = || Store::at(home.path(), None).unwrap();
        let (a, b) = (open(), open());
        a.write(Kind::Point, &key(1), &1).unwrap();
        b.write(Kind::Point, &key(2), &2).unwrap();
        assert_eq!((a.read(Kind::Point, &key(1)), a.read::<i32>(Kind::Point, &key(2))), (Some(1), None));
        a.write(Kind::Point, &key(3), &3).unwrap();
        let (a, b) = (open(), open());
        for (k, n) in [(1, 1), (2, 2), (3, 3)] {
            assert_eq!((a.read(Kind::Point, &key(k)), b.read(Kind::Point, &key(k))), (Some(n), Some(n)));
        }
    }
}
