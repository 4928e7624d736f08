//! checksums.sha256: every file is the one that was written. It says nothing about truth, and covers what nothing else
//! does: the simulation's tables, warnings, the map.

use super::Folder;
use super::answer::{Refused, Report};
use super::sheet::bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Its file.
const FILE: &str = "checksums.sha256";
/// Files that it leaves out: other in equal runs, or drawn from the rest at any time.
const LEFT_OUT: [&str; 3] = [FILE, "provenance.json", "report.html"];

/// Hashes every file of the folder.
pub fn check(folder: &Folder, report: &mut Report) -> Result<(), Refused> {
    let text = folder.text(FILE)?;
    let mut sums = BTreeMap::new();
    for (k, line) in text.lines().enumerate() {
        match line.split_once("  ") {
            Some((sum, name)) if sums.insert(name, (k, sum)).is_none() => {}
            _ => report.wrong(FILE, k as u32 + 1, "no hash and name, or a name that is there twice", line, ""),
        }
    }
    let entries = std::fs::read_dir(&folder.path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.retain(|n| !LEFT_OUT.contains(&n.as_str()));
    names.sort_unstable();
    for name in &names {
        report.compared += 1;
        let Some((_, sum)) = sums.remove(name.as_str()) else {
            report.wrong(name, 0, "a file that was not written with the others", "", "");
            continue;
        };
        let found: String =
            Sha256::digest(bytes(&folder.path.join(name))?).iter().map(|b| format!("{b:02x}")).collect();
        if found != sum {
            report.wrong(name, 0, "not the file that was written", found, sum);
        }
    }
    for (name, (k, _)) in sums {
        report.wrong(FILE, k as u32 + 1, "a file that is no longer there", name, "");
    }
    Ok(())
}
