//! Forged results: one figure, decision, multiplier, branch, price or input is changed, the folder is sealed again as if
//! it had been written so, and `verify` must not believe it.
//!
//! A change of a certificate may leave a proof of the same claims: then nothing false is said, and nothing is to be
//! found. What verification takes as given, or covers by the seal alone, stands in [`GIVEN`] and in docs/reliability.md.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use forecourt::verify::{Refused, Report, verify};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Columns that only the seal covers.
const GIVEN: [(&str, &str); 4] = [
    ("forecast.csv", "low_cars"),
    ("forecast.csv", "high_cars"),
    ("forecast.csv", "method"),
    ("forecast_dealers.csv", "basis"),
];

const TABLES: [&str; 13] = [
    "placement.csv",
    "service.csv",
    "zones.csv",
    "sites.csv",
    "formats.csv",
    "models.csv",
    "forecast.csv",
    "forecast_dealers.csv",
    "transfers.csv",
    "redirected.csv",
    "orders.csv",
    "dealer_weeks.csv",
    "shadow_prices.csv",
];

const CERTIFICATES: [&str; 4] =
    ["estimates.json", "certificate_place.json", "certificate_transfer.json", "certificate_replenish.json"];

/// Figures of summary.json that are recomputed, by step.
const FIGURES: [(&str, &[&str]); 4] = [
    (
        "forecast",
        &[
            "weeks",
            "cars_per_week",
            "cars_first_year",
            "dispersion",
            "margin_of_average_car_cny",
            "holding_of_average_car_cny",
        ],
    ),
    (
        "place",
        &[
            "objective_cny_per_year",
            "bound_cny_per_year",
            "gap",
            "grade",
            "opened",
            "closed",
            "moved",
            "improved",
            "kept",
            "stores_today",
            "stores_plan",
            "one_off_cost_cny",
            "profit_today_cny_per_year",
            "profit_plan_cny_per_year",
        ],
    ),
    ("transfer", &["moves", "value_cny", "cost_cny", "profit_cny", "objective_cny", "bound_cny", "grade"]),
    (
        "replenish",
        &[
            "cost_cny",
            "proved_bound_cny",
            "grade",
            "cars_ordered",
            "order_lines",
            "fill_rate",
            "shipping",
            "carriers",
            "holding",
            "lost_sales",
            "safety",
            "fairness",
            "end",
            "carrier_runs",
        ],
    ),
];

/// A source of choices that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Another number, written as tables write them.
fn other_number(dice: &mut Dice, text: &str) -> Option<String> {
    let value: f64 = text.parse().ok()?;
    let decimals = text.split_once('.').map_or(0, |d| d.1.len());
    let unit = 10f64.powi(-(decimals as i32));
    let changed = match dice.below(6) {
        0 => value + unit,
        1 => value - unit,
        2 => value * 1.001 + unit,
        3 => -value,
        4 => 0.0,
        _ => value + 1.0,
    };
    let text = format!("{changed:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    Some(if text == "-0" { "0".into() } else { text })
}

/// A changed table and what was changed; `None` when the dice chose nothing that can change.
fn forged_table(dice: &mut Dice, file: &str, text: &str) -> Option<(String, String)> {
    let mut rows: Vec<Vec<String>> = text.lines().map(csv_row).collect();
    if rows.len() < 2 {
        return None;
    }
    let k = 1 + dice.below(rows.len() - 1);
    match dice.below(12) {
        0 => {
            let gone = rows.remove(k);
            return Some((joined(&rows), format!("{file}: row deleted: {}", gone.join(","))));
        }
        1 => {
            let twice = rows[k].clone();
            rows.insert(k, twice.clone());
            return Some((joined(&rows), format!("{file}: row twice: {}", twice.join(","))));
        }
        _ => {}
    }
    let column = dice.below(rows[0].len());
    let name = rows[0][column].clone();
    if GIVEN.contains(&(file, name.as_str())) {
        return None;
    }
    let old = rows[k][column].clone();
    let new = match dice.below(3) {
        0 => String::new(),
        1 => rows[1 + dice.below(rows.len() - 1)][column].clone(),
        _ => other_number(dice, &old)?,
    };
    if new == old {
        return None;
    }
    rows[k][column].clone_from(&new);
    Some((joined(&rows), format!("{file}: line {}: {name} {old:?} → {new:?}", k + 1)))
}

fn csv_row(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

fn joined(rows: &[Vec<String>]) -> String {
    let cell = |c: &String| if c.contains(',') { format!("\"{c}\"") } else { c.clone() };
    rows.iter().map(|r| r.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// Numbers of a text, as ranges.
fn numbers(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut quoted) = (None, false);
    for (k, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        let part = !quoted && (c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | '+'));
        match (start, part) {
            (None, true) => start = Some(k),
            (Some(from), false) => {
                found.push(from..k);
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn forged_certificate(dice: &mut Dice, file: &str, text: &str) -> Option<(String, String)> {
    if dice.below(4) > 0 {
        let range = dice.pick(&numbers(text)).clone();
        let old = &text[range.clone()];
        let new = other_number(dice, old)?;
        let changed = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
        return (new != old).then(|| (changed, format!("{file}: at {}: {old} → {new}", range.start)));
    }
    let mut lines: Vec<&str> = text.lines().collect();
    let k = 1 + dice.below(lines.len().checked_sub(2).filter(|n| *n > 0)?);
    let what = if dice.below(2) == 0 {
        format!("{file}: line deleted: {}", lines.remove(k))
    } else {
        lines.insert(k, lines[k]);
        format!("{file}: line twice: {}", lines[k])
    };
    Some((lines.join("\n") + "\n", what))
}

fn forged_summary(dice: &mut Dice, text: &str) -> Option<(String, String)> {
    let (step, keys) = *dice.pick(&FIGURES);
    let key = *dice.pick(keys);
    let from = text.find(&format!("\"{step}\": {{"))?;
    let at = from + text[from..].find(&format!("\"{key}\": "))? + key.len() + 4;
    let end = at + text[at..].find([',', '\n'])?;
    let old = &text[at..end];
    let new = match old.strip_prefix('"') {
        Some(letter) => format!(
            "\"{}\"",
            dice.pick(
                &["A", "B", "C", "D", "E"].map(|g| g).iter().filter(|g| !letter.starts_with(**g)).collect::<Vec<_>>()
            )
        ),
        None => other_number(dice, old)?,
    };
    // A bound is compared to a billionth: two arithmetics prove it.
    // Money is shown in cents: what lies between two of them may be shown as either.
    let money = if key.contains("_cny") { 0.0105 } else { 0.0 };
    let play = |a: f64| if key.contains("bound") { 0.021 + 1e-9 * a.abs() } else { money };
    let same = old.parse::<f64>().ok().zip(new.parse::<f64>().ok()).is_some_and(|(a, b)| (a - b).abs() <= play(a));
    let changed = format!("{}{new}{}", &text[..at], &text[end..]);
    (!same && new != old).then(|| (changed, format!("summary.json: steps.{step}.{key} {old} → {new}")))
}

/// A plan of the tiny scenario whose files are changed one at a time.
struct Forger {
    home: tempfile::TempDir,
    files: BTreeMap<String, Vec<u8>>,
}

impl Forger {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let scenario = home.path().join("tiny");
        copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny"), &scenario);
        let mut plan = Command::cargo_bin("forecourt").unwrap();
        plan.arg("plan").arg(&scenario).args(["--quiet", "--out"]).arg(home.path().join("r")).assert().success();
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(home.path().join("r")).unwrap() {
            let path = entry.unwrap().path();
            files.insert(path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
        }
        Self { home, files }
    }
    fn results(&self) -> PathBuf {
        self.home.path().join("r")
    }
    fn scenario(&self) -> PathBuf {
        self.home.path().join("tiny")
    }
    fn verify(&self) -> Result<Report, Refused> {
        verify(&self.results(), &self.scenario())
    }
    fn text(&self, file: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(file)?).ok()
    }
    /// Writes a file as if it had been written so, with the seal of the whole folder.
    fn write(&self, file: &str, bytes: &[u8]) {
        let put = |name: &str, bytes: &[u8]| {
            let path = self.results().join(name);
            let _ = fs::remove_file(&path);
            fs::write(path, bytes).unwrap();
        };
        put(file, bytes);
        let mut sums = String::new();
        for (name, own) in &self.files {
            if !["checksums.sha256", "provenance.json", "report.html"].contains(&name.as_str()) {
                let hash = Sha256::digest(if name == file { bytes } else { own });
                sums += &format!("{}  {name}\n", hash.iter().map(|b| format!("{b:02x}")).collect::<String>());
            }
        }
        put("checksums.sha256", sums.as_bytes());
    }
    /// One forged file; whether it is a certificate, and what was changed.
    fn forge(&self, dice: &mut Dice) -> Option<(String, String, bool, String)> {
        let of = |made: Option<(String, String)>, file: &str, certificate: bool| {
            made.map(|(text, what)| (file.to_owned(), text, certificate, what))
        };
        match dice.below(10) {
            0..=4 => {
                let file = *dice.pick(&TABLES);
                of(forged_table(dice, file, self.text(file)?), file, false)
            }
            5..=7 => {
                let file = *dice.pick(&CERTIFICATES);
                of(forged_certificate(dice, file, self.text(file)?), file, true)
            }
            _ => of(forged_summary(dice, self.text("summary.json")?), "summary.json", false),
        }
    }
}

/// Changes so many things, one at a time; how many were found, and how many left a proof of the same claims.
fn forge(wanted: usize) -> (usize, usize) {
    let forger = Forger::new();
    let fresh = forger.verify().unwrap();
    assert!(fresh.sound(), "{fresh}");
    let grades = |r: &Report| r.answers.iter().map(|a| (a.step, a.grade)).collect::<Vec<_>>();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut found, mut same, mut believed) = (0, 0, Vec::new());
    while found + same + believed.len() < wanted {
        let Some((file, text, certificate, what)) = forger.forge(&mut dice) else { continue };
        forger.write(&file, text.as_bytes());
        match forger.verify() {
            Ok(report) if !report.sound() => found += 1,
            Err(_) => found += 1,
            Ok(report) if certificate && grades(&report) == grades(&fresh) => same += 1,
            Ok(_) => believed.push(what),
        }
        forger.write(&file, &forger.files[&file]);
    }
    assert!(believed.is_empty(), "{} of {wanted} believed:\n{}", believed.len(), believed.join("\n"));
    (found, same)
}

#[test]
fn forged_results_are_not_believed() {
    let (found, same) = forge(600);
    assert!(found > 400, "{found} found, {same} prove the same");
}

#[test]
#[ignore = "ten thousand changes: `make torture`"]
fn ten_thousand_forged_results_are_not_believed() {
    let (found, same) = forge(10_000);
    println!(
        "| forged results | 10,000 changes | {found} found, {same} certificates that still prove the same claims, 0 believed |"
    );
}

/// Whatever the file: without a new seal no byte may change, and no input.
#[test]
fn every_byte_of_inputs_and_results_counts() {
    let forger = Forger::new();
    let mut dice = Dice(7);
    for (name, bytes) in forger.files.iter().filter(|f| f.0 != "report.html" && f.0 != "provenance.json") {
        let path = forger.results().join(name);
        let mut changed = bytes.clone();
        let at = dice.below(changed.len());
        changed[at] ^= 1;
        fs::remove_file(&path).unwrap();
        fs::write(&path, &changed).unwrap();
        assert!(!forger.verify().is_ok_and(|r| r.sound()), "{name}: byte {at}");
        fs::write(&path, bytes).unwrap();
    }
    for entry in fs::read_dir(forger.scenario()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        let at = dice.below(changed.len());
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let told = forger.verify();
        let read = path.extension().is_some_and(|e| e != "md");
        assert!(matches!(told, Err(Refused::Changed { .. })) == read, "{}: byte {at}", path.display());
        fs::write(&path, bytes).unwrap();
    }
    assert!(forger.verify().unwrap().sound());
}
