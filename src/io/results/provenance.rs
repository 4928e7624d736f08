//! provenance.json: what made these files. `run` is the only part in which two equal runs differ.

use crate::digest::{hex, sha256};
use crate::io::scenario::ReadNotes;
use crate::planning::Options;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Tables of what stands still: as long as they do not change, a placement holds, whatever is sold and stocked.
const STRUCTURE: [&str; 6] = ["zones", "sites", "formats", "lanes", "travel", "variant"];

/// Hash of all input files together.
pub fn inputs_digest(notes: &ReadNotes) -> String {
    digest(notes, |_| true)
}

/// Hash of the tables that a placement stands on.
pub fn structure_digest(notes: &ReadNotes) -> String {
    digest(notes, |table| STRUCTURE.contains(&table))
}

fn digest(notes: &ReadNotes, wanted: impl Fn(&str) -> bool) -> String {
    let mut hash = Sha256::new();
    for file in notes.files.iter().filter(|f| wanted(&f.table)) {
        hash.update(format!("{} {}\n", file.table, file.sha256));
    }
    hex(&hash.finalize())
}

/// Hash of one file's bytes; empty when it cannot be read.
pub fn file_digest(file: &std::path::Path) -> String {
    std::fs::read(file).map(sha256).unwrap_or_default()
}

/// The file's text. `steps` are those of this run with their seconds.
pub fn provenance(
    notes: &ReadNotes,
    options: &Options,
    (scenario, variant): (&str, Option<&str>),
    started: &str,
    steps: &[(String, f64)],
) -> Vec<u8> {
    let seconds: Map<String, Value> =
        steps.iter().map(|(n, s)| (n.clone(), json!((s * 1000.0).round() / 1000.0))).collect();
    // The files' own names, so that the folder's place on this machine does not matter.
    let inputs: Vec<Value> = notes
        .files
        .iter()
        .filter(|f| !f.sha256.is_empty())
        .map(|f| {
            let name = f.file.rsplit('/').next().unwrap_or(&f.file);
            json!({"table": f.table, "file": name, "encoding": f.encoding, "rows": f.rows, "sha256": f.sha256, "notes": f.notes})
        })
        .collect();
    let value = json!({
        "program": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION"), "results_format": 1},
        "solver": {"name": "HiGHS", "version": crate::lp::solver_version()},
        "inputs": inputs,
        "inputs_digest": inputs_digest(notes),
        "structure_digest": structure_digest(notes),
        "notes": notes.notes,
        "options": {
            "seed": options.seed, "replications": options.replications, "time_limit_s": options.seconds,
        },
        "run": {
            "scenario": scenario, "variant": variant, "started": started, "seconds": seconds, "seconds_total": steps.iter().map(|s| (s.1 * 1000.0).round()).sum::<f64>() / 1000.0,
            "threads": options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
            "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        },
    });
    let mut text = serde_json::to_string_pretty(&value).expect("provenance is plain data");
    text.push('\n');
    text.into_bytes()
}
