//! `forecourt verify`: a fresh plan verifies with its grades; whatever is changed afterwards is found.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the tiny scenario and a fresh plan of it.
struct Fresh {
    home: tempfile::TempDir,
}

impl Fresh {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        copy_files(&root().join("scenarios/tiny"), &home.path().join("tiny"));
        let fresh = Self { home };
        let mut plan = Command::cargo_bin("forecourt").unwrap();
        plan.arg("plan").arg(fresh.scenario()).args(["--quiet", "--out"]).arg(fresh.results()).assert().success();
        fresh
    }
    fn scenario(&self) -> PathBuf {
        self.home.path().join("tiny")
    }
    fn results(&self) -> PathBuf {
        self.home.path().join("r")
    }
    /// Exit code and the one JSON object.
    fn verify(&self) -> (i32, Value) {
        let mut command = Command::cargo_bin("forecourt").unwrap();
        command.arg("verify").arg(self.results()).arg("--scenario").arg(self.scenario()).arg("--json");
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    }
    /// Replaces text of a file for the time of a verification.
    fn changed(&self, folder: &Path, file: &str, from: &str, to: &str) -> (i32, Value) {
        let path = folder.join(file);
        let before = fs::read_to_string(&path).unwrap();
        assert!(before.contains(from), "{file} holds {from}");
        // The old file may be linked elsewhere: a new one takes its place.
        fs::remove_file(&path).unwrap();
        fs::write(&path, before.replacen(from, to, 1)).unwrap();
        let answer = self.verify();
        fs::write(&path, before).unwrap();
        answer
    }
}

fn grade<'a>(answer: &'a Value, step: &str) -> &'a str {
    let list = answer["answers"].as_array().unwrap();
    list.iter().find(|a| a["step"] == step).map_or("", |a| a["grade"].as_str().unwrap())
}

#[test]
fn a_fresh_plan_verifies_and_what_is_changed_is_found_with_file_line_and_both_values() {
    let fresh = Fresh::new();
    let (code, answer) = fresh.verify();
    assert_eq!((code, &answer["ok"]), (0, &Value::Bool(true)), "{answer}");
    for step in ["place", "transfer", "replenish"] {
        assert_eq!(grade(&answer, step), "A", "{answer}");
    }

    // An input: refused, by name.
    let (code, answer) = fresh.changed(&fresh.scenario(), "zones.csv", "4380", "4381");
    let cause = answer["refused"]["cause"].as_str().unwrap();
    assert!(code == 2 && cause.contains("zones.csv is not the file"), "{answer}");

    // A decision, a figure of a table, the objective, the bound, the grade, a multiplier, sales.
    let results = fresh.results();
    for (file, from, to, line, what) in [
        ("placement.csv", "D1,keep", "D1,close", 5, "action"),
        ("placement.csv", ",2190,2190,", ",2190,2191,", 5, "sales_plan_per_year"),
        ("zones.csv", "0.4444,0.4444", "0.4444,0.4445", 3, "overlap_plan"),
        ("service.csv", "Z1,D1,1095", "Z1,D1,1094", 2, "cars_per_year"),
        ("forecast.csv", "2026-06-29,98,", "2026-06-29,97,", 2, "mean_cars"),
        ("forecast_dealers.csv", "D1,M1,28", "D1,M1,29", 2, "cars_per_week"),
        ("summary.json", "58826824.45", "58826824.55", 0, "steps.place.objective_cny_per_year"),
        (
            "summary.json",
            "58826824.46",
            "58800000.46",
            0,
            "steps.place.bound_cny_per_year: a bound that nothing proves",
        ),
        ("summary.json", "\"grade\": \"A\"", "\"grade\": \"B\"", 0, "steps.place.grade"),
        ("certificate_place.json", "[1,11253.33]", "[1,9253.33]", 0, "steps.place.bound_cny_per_year"),
        ("certificate_place.json", "[0,3,0,1095.0]", "[0,3,0,1096.0]", 0, "the plan: D1 sells 1096 cars in Z1"),
        ("transfers.csv", "D2,D1,M1,40,1", "D2,D1,M1,41,1", 2, "no such car left"),
        ("transfers.csv", ",60,", ",61,", 2, "distance_km"),
        ("orders.csv", "2026-07-06,", "2026-06-29,", 2, "an order in a frozen week"),
        ("dealer_weeks.csv", "2026-06-29,", "2026-06-30,", 2, "no store and week"),
        ("shadow_prices.csv", "build_slots", "storage", 2, "a price that the certificate does not have"),
        ("certificate_replenish.json", "\"prices\":[0.0,", "\"prices\":[-1.0,", 0, "a price below 0"),
        ("estimates.json", "\"dispersion\": 0.0", "\"dispersion\": 0.1", 0, "dispersion"),
    ] {
        let (code, answer) = fresh.changed(&results, file, from, to);
        let found = answer["findings"].as_array().unwrap();
        let named = |f: &Value| {
            f["what"].as_str().unwrap().contains(what) && (line == 0 || f["line"] == line && f["file"] == file)
        };
        assert!(code == 1 && found.iter().any(named), "{file}: {from} → {to}: {answer}");
    }
    assert_eq!(fresh.verify().0, 0, "everything is as it was");

    // A file that is not there.
    fs::remove_file(results.join("estimates.json")).unwrap();
    let (code, answer) = fresh.verify();
    assert!(code == 2 && answer["refused"]["file"].as_str().unwrap().ends_with("estimates.json"), "{answer}");
}
