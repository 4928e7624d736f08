//! Every reader on spoiled files: bytes flipped, cut, doubled and replaced by what breaks programs. A reader may refuse; it
//! may not panic, take longer than five seconds, or fill the memory.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use forecourt::io::instances::{
    assign, cfl, hm14, mclp, mps, orlib_cap, orlib_pmed, orlib_scp, smps, tsplib, ufllib, vmi,
};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A source of choices that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// What breaks programs.
const POISON: [&[u8]; 28] = [
    b"NaN",
    b"inf",
    b"-inf",
    b"1e999",
    b"-1e999",
    b"1e-400",
    b"99999999999999999999",
    b"-1",
    b"0",
    b"-0.0",
    b"1e308",
    b"0x10",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b",",
    b";",
    b"\t",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3\x28",
    "\u{202e}".as_bytes(),
    "三".as_bytes(),
    b"{",
    b"]",
    b"=HYPERLINK(1)",
];

/// A spoiled copy: one to four changes.
fn spoiled(dice: &mut Dice, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let to = (at + 1 + dice.below(24)).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..to.max(at))),
            3 => {
                let part = bytes[at..to.max(at)].to_vec();
                bytes.splice(at..at, part);
            }
            4 => {
                // A whole token of digits becomes poison.
                let digit = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-');
                let from = bytes[..at].iter().rposition(|b| !digit(b)).map_or(0, |p| p + 1);
                let end = at + bytes[at..].iter().position(|b| !digit(b)).unwrap_or(bytes.len() - at);
                bytes.splice(from..end, POISON[dice.below(12)].iter().copied());
            }
            5 => {
                // A line elsewhere.
                let lines: Vec<&[u8]> = seed.split(|b| *b == b'\n').collect();
                let line = lines[dice.below(lines.len())].to_vec();
                bytes.splice(at..at, line.into_iter().chain([b'\n']));
            }
            _ => {
                let poison = POISON[dice.below(POISON.len())];
                bytes.splice(at..at, poison.iter().copied());
            }
        }
    }
    bytes
}

type Reader = (&'static str, Vec<Vec<u8>>, Box<dyn Fn(&[u8])>);

/// Readers of public formats, each with a small correct file.
fn formats(home: &Path) -> Vec<Reader> {
    let plain = |name: &'static str, seed: &[u8], read: fn(&Path)| -> Reader {
        let file = home.join(name);
        let spoil = move |bytes: &[u8]| {
            fs::write(&file, bytes).unwrap();
            read(&file);
        };
        (name, vec![seed.to_vec()], Box::new(spoil))
    };
    const CORE: &str = "NAME tiny\nROWS\n N COST\n L BUDGET\n G NEED\nCOLUMNS\n X COST 1 BUDGET 1\n X NEED 1\n Y COST 3 NEED 1\nRHS\n RHS BUDGET 100 NEED 5\nENDATA\n";
    const TIME: &str = "TIME tiny\nPERIODS\n X BUDGET P1\n Y NEED P2\nENDATA\n";
    const STOCH: &str = "STOCH tiny\nINDEP DISCRETE\n RHS NEED 10 0.5\n RHS NEED 20 0.5\nENDATA\n";
    let smps: Reader = (
        "smps",
        [CORE, TIME, STOCH].iter().map(|s| s.as_bytes().to_vec()).collect(),
        Box::new(|b| {
            let s = String::from_utf8_lossy(b);
            let _ = smps::read(&s, TIME, STOCH);
            let _ = smps::read(CORE, &s, STOCH);
            let _ = smps::read(CORE, TIME, &s);
        }),
    );
    let mut readers = vec![
        plain("orlib-pmed", b"3 3 1\n1 2 5\n2 3 4\n1 3 7\n", |f| drop(orlib_pmed::read(f))),
        plain("orlib-scp", b"2 3\n5 1 7\n2\n3 1\n1\n2\n", |f| drop(orlib_scp::read(f))),
        plain("orlib-cap", b"2 2\n 5 7.50\n 6 8.\n3\n 1.125 2\n2\n 3 4\n", |f| {
            drop(orlib_cap::read(f, orlib_cap::Reading::default()));
        }),
        plain("ufllib", b"FILE: a\n2 3 0\n1 10 1 2 3\n2 20 4 5 6\n", |f| drop(ufllib::read(f))),
        plain("cfl", b"2 2\n3 4\n10 10\n5 6\n1 2 3 4\n", |f| drop(cfl::read(f, true))),
        plain("hm14", b"2 1 1\n1 1\n-4 -2\n-1 -3\n", |f| {
            drop(hm14::read(f, hm14::Reading { alpha: 0.5, beta: 2.0, count: 1, block: 1 }));
        }),
        plain(
            "tsplib",
            b"NAME : a\nDIMENSION: 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 1.5e1 -2\n 2 0 0\nEOF\n",
            |f| drop(tsplib::read(f)),
        ),
        plain("assign", b"2\n1 2.5 3\n-4\n", |f| drop(assign::read(f))),
        plain(
            "mps",
            b"NAME t\nROWS\n N o\n L a\n G b\nCOLUMNS\n x o 1 a 2\n M 'MARKER' 'INTORG'\n y o -3 b 1\n M 'MARKER' 'INTEND'\nRHS\n R a 4\nBOUNDS\n UP B x 9\n BV B y\nENDATA\n",
            |f| drop(mps::read(f)),
        ),
        plain("series", b"V1,V2,V3\nW1,1,2\nW2,3,4.5\n", |f| drop(forecourt::io::series::read(f))),
        plain("mclp sites", b"id,x,y\nA,1,2\nB,3,4.5\n", |f| drop(mclp::sites(f))),
        smps,
    ];
    let data = std::env::var_os("FORECOURT_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    match fs::read(data.join("inventory/vmi_tiny.json")) {
        Ok(seed) => readers.push(plain("vmi", &seed, |f| drop(vmi::read(f)))),
        Err(_) => println!("skipped: the public vmi instance is not there"),
    }
    readers
}

/// Readers of folders: one file is spoiled at a time.
fn folders(home: &Path) -> Vec<Reader> {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    let results = home.join("r");
    copy_files(&tiny, &home.join("tiny"));
    let mut plan = Command::cargo_bin("forecourt").unwrap();
    plan.arg("plan").arg(home.join("tiny")).args(["--quiet", "--out"]).arg(&results).assert().success();
    let files = |folder: &Path, ends: &[&str]| -> Vec<PathBuf> {
        let mut list: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        list.retain(|p| p.extension().is_some_and(|e| ends.iter().any(|x| e == *x)));
        list.sort();
        list
    };
    let in_turn = |name: &'static str, list: Vec<PathBuf>, read: Box<dyn Fn()>| -> Reader {
        // A seed is the number of its file and its bytes.
        let seeds = list.iter().map(|p| fs::read(p).unwrap()).collect::<Vec<_>>();
        let turn = std::cell::Cell::new(0);
        let originals = seeds.clone();
        (
            name,
            seeds,
            Box::new(move |bytes| {
                let k = turn.get() % list.len();
                turn.set(turn.get() + 1);
                let put = |bytes: &[u8]| {
                    let _ = fs::remove_file(&list[k]);
                    fs::write(&list[k], bytes).unwrap();
                };
                put(bytes);
                read();
                put(&originals[k]);
            }),
        )
    };
    let scenario = home.join("tiny");
    let (r, s) = (results.clone(), scenario.clone());
    let facts = results.clone();
    vec![
        in_turn(
            "scenario",
            files(&scenario, &["csv", "toml"]),
            Box::new(move || drop(forecourt::io::scenario::read(&scenario))),
        ),
        in_turn(
            "verify",
            files(&results, &["csv", "json", "sha256"]),
            Box::new(move || drop(forecourt::verify::verify(&r, &s))),
        ),
        in_turn(
            "report",
            files(&results, &["csv", "json"]),
            Box::new(move || {
                if let Ok(facts) = forecourt::io::results::read::facts(&facts) {
                    let _ = forecourt::report::page(&facts);
                }
            }),
        ),
    ]
}

/// Spoils so many inputs of every reader; a row of a table for each.
fn fuzz(each: usize, of_folders: usize) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let mut readers = formats(home.path());
    let many = readers.len();
    readers.extend(folders(home.path()));
    let mut rows = Vec::new();
    for (n, (name, seeds, read)) in readers.iter().enumerate() {
        let mut dice = Dice(0x5bd1_e995 + n as u64);
        let count = if n < many { each } else { of_folders };
        let (mut slowest, mut broken) = (0.0_f64, Vec::new());
        for k in 0..count {
            let bytes = spoiled(&mut dice, &seeds[k % seeds.len()]);
            let began = Instant::now();
            if catch_unwind(AssertUnwindSafe(|| read(&bytes))).is_err() {
                broken.push(String::from_utf8_lossy(&bytes).into_owned());
            }
            slowest = slowest.max(began.elapsed().as_secs_f64());
        }
        assert!(broken.is_empty(), "{name}: {} of {count} inputs panic, first:\n{}", broken.len(), broken[0]);
        assert!(slowest < 5.0, "{name}: an input took {slowest} s");
        rows.push(format!("| spoiled input: {name} | {count} | 0 panics, slowest {:.0} ms |", (slowest * 1e3).ceil()));
    }
    rows
}

/// Most memory that this process ever held, MiB; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[test]
fn spoiled_files_are_refused_or_read() {
    let rows = fuzz(1_000, 100);
    assert!(rows.len() >= 14);
    assert!(peak_memory() < 512, "{} MiB", peak_memory());
}

#[test]
#[ignore = "a million inputs a reader of one file, five thousand a reader of folders: `make torture`"]
fn a_million_spoiled_files_are_refused_or_read() {
    for row in fuzz(1_000_000, 5_000) {
        println!("{row}");
    }
    println!("| spoiled input: memory | all | peak {} MiB |", peak_memory());
    assert!(peak_memory() < 512, "{} MiB", peak_memory());
}
