//! Whatever the bytes: an answer or faults, never a panic, never a hang, never much memory.

#[path = "common/scenario_folder.rs"]
mod scenario_folder;

use forecourt::io::fault::Faults;
use forecourt::io::scenario::read;
use proptest::prelude::*;
use scenario_folder::Folder;
use std::time::{Duration, Instant};

const NAMES: [&str; 12] = [
    "scenario.toml",
    "formats.csv",
    "zones.csv",
    "sites.csv",
    "models.csv",
    "sales.csv",
    "stock.csv",
    "in_transit.csv",
    "supply.csv",
    "carriers.csv",
    "calendar.csv",
    "lanes.csv",
];

/// Pieces that readers trip over.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b",",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"-",
    b"1e999",
    b"nan",
    b"0",
    b".",
    b"\xe4\xb8",
    b";",
    b"\t",
    b"9999999999999999999",
    b"[",
    b"]",
    b"=",
    b"'",
    b"2026-06-29",
    b"\xc0\x80",
    b"\xed\xa0\x80",
];

/// A fault says where, what and the way out, on one line.
fn well_formed(faults: &Faults) {
    assert!(!faults.is_empty());
    for fault in &faults.list {
        let line = fault.to_string();
        assert!(!fault.help.is_empty() && !fault.cause.is_empty() && line.chars().count() < 800, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(fault.line == 0, fault.column == 0, "{line}");
    }
    let places: Vec<_> = faults.list.iter().map(|f| (&f.file, f.line, f.column)).collect();
    assert!(places.is_sorted());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_answered(
        cuts in prop::collection::vec((0..NAMES.len(), any::<prop::sample::Index>(), 0..6usize, 0..PIECES.len()), 1..4),
        matrix in any::<bool>(),
    ) {
        let mut folder = if matrix { Folder::with_matrix() } else { Folder::correct() };
        for (file, at, drop, piece) in cuts {
            folder = folder.splice(NAMES[file], at, drop, PIECES[piece]);
        }
        let (_home, path) = folder.write();
        if let Err(faults) = read(&path) {
            well_formed(&faults);
        }
    }

    #[test]
    fn any_bytes_are_answered(file in 0..NAMES.len(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (_home, path) = Folder::correct().put(NAMES[file], &bytes).write();
        well_formed(&read(&path).expect_err("noise is no table"));
    }
}

/// Time within which a bomb must be refused, on a slow and busy machine.
const SOON: Duration = Duration::from_secs(20);

fn refused(folder: &Folder, code: &str) {
    let (_home, path) = folder.write();
    let start = Instant::now();
    let faults = read(&path).expect_err("a bomb");
    assert!(start.elapsed() < SOON, "{code} took {:?}", start.elapsed());
    assert!(faults.list.iter().any(|f| f.code.to_string() == code), "{code}: {faults}");
    well_formed(&faults);
}

#[test]
fn bombs_are_refused_soon() {
    let correct = Folder::correct;
    let megabytes = |byte: u8, count: usize| vec![byte; count << 20];
    let header = b"site_id,model_id,week_start,sold_cars\n".to_vec();
    refused(&correct().put("sales.csv", &[header.clone(), megabytes(b'x', 60)].concat()), "E009");
    refused(&correct().put("sales.csv", &[header.clone(), megabytes(b',', 60)].concat()), "E008");
    refused(&correct().put("sales.csv", &[header.clone(), b"\"".to_vec(), megabytes(b'x', 60)].concat()), "E006");
    refused(&correct().put("sales.csv", &[header, b"\"\n".repeat(5 << 20)].concat()), "E006");
    refused(&correct().put("sales.csv", &megabytes(b'\n', 40)), "E005");
    refused(&correct().put("sales.csv", &megabytes(b',', 40)), "E008");
    refused(&correct().put("sales.csv", &b"x,".repeat(300)), "E013");
    refused(&correct().put("scenario.toml", &megabytes(b'[', 1)), "E030");
    refused(&correct().put("scenario.toml", &b"a\n".repeat(500_000)), "E030");
    refused(&correct().put("scenario.toml", &megabytes(b' ', 2)), "E002");
    let key = [megabytes(b'k', 1)[..1 << 19].to_vec(), b" = 1\n".to_vec()].concat();
    refused(&correct().put("scenario.toml", &[b"schema = 1\n".to_vec(), key].concat()), "E033");
}

#[test]
fn more_things_than_the_limit_are_refused() {
    let rows: String = (0..1100).map(|k| format!("F{k},,,1,60,1,1,0\n")).collect();
    refused(&Folder::correct().append("formats.csv", &rows), "E010");
    let models: String = (0..9000).map(|k| format!("N{k},,,family,electric,120000,9000,1,20,6000\n")).collect();
    let sites: String = (0..2000).map(|k| format!("S{k},,,hub,,Z1,30.5,114.25,,,,,,,,,,,\n")).collect();
    refused(&Folder::correct().append("models.csv", &models).append("sites.csv", &sites), "E010");
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let (_home, path) = Folder::correct().without("stock.csv").write();
    std::fs::create_dir(path.join("stock.csv")).expect("a folder in the way");
    let faults = read(&path).expect_err("a folder is no table");
    assert!(faults.list[0].to_string().contains("E001"), "{faults}");
}
