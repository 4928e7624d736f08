//! `forecourt churn`: who leaves, when and why, through the command itself.

use assert_cmd::Command;
use forecourt::stats::stream::{Key, Purpose};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn run(home: &Path, line: &str) -> (i32, String, String) {
    let output = Command::cargo_bin("forecourt")
        .unwrap()
        .current_dir(home)
        .arg("churn")
        .args(line.split_whitespace())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn json(home: &Path, line: &str) -> Value {
    let (code, text, err) = run(home, &format!("{line} --json"));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&text).unwrap()
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market/members.csv")
}

/// The example: 400 made-up customers of a service plan, watched for up to five years. The hazard of leaving a month is
/// `0.012 exp(0.05 (km to the dealer − 15) − 0.3 (visits in the first year − 1.5) + 0.8 [complained])`, times 0.6 for those who
/// lease and 1 for those who borrowed or paid at once. Every fourth is in the books only from month 6 on.
fn members() -> String {
    let mut text = String::from("id,months,left,from,value_cny,dealer_km,first_year_visits,complained,paid_by\n");
    let mut entity = 0;
    for k in 0..400_u64 {
        let from = if k % 4 == 3 { 6.0 } else { 0.0 };
        loop {
            let mut dice = Key { seed: 27, purpose: Purpose::Customer, replication: 0, entity, day: 0 }.stream();
            entity += 1;
            let (km, visits) = (2 + dice.below(28), dice.below(4));
            let complained = dice.unit() < 0.25;
            let paid = ["loan", "loan", "cash", "lease"][dice.below(4) as usize];
            let score = 0.05 * (km as f64 - 15.0) - 0.3 * (visits as f64 - 1.5) + if complained { 0.8 } else { 0.0 };
            let hazard = 0.012 * score.exp() * if paid == "lease" { 0.6 } else { 1.0 };
            let leaves = -dice.unit().ln() / hazard;
            let watched = 8.0 + dice.below(52) as f64;
            let value = 1500 + 100 * dice.below(40);
            // Who left before being in the books is not in the table: the next one is drawn.
            if leaves.min(watched) <= from {
                continue;
            }
            let (months, left) = (leaves.min(watched), u8::from(leaves < watched));
            let complained = if complained { "yes" } else { "no" };
            let _ = writeln!(text, "M{:03},{months:.1},{left},{from},{value},{km},{visits},{complained},{paid}", k + 1);
            break;
        }
    }
    text
}

#[test]
fn the_example_is_what_its_formula_writes() {
    assert!(fs::read_to_string(example()).unwrap() == members(), "write it again by the ignored test of this file");
}

#[test]
#[ignore = "writes the example into the repository"]
fn write_the_example() {
    fs::write(example(), members()).unwrap();
}

#[test]
fn the_example_is_a_gain_and_finds_what_was_planted() {
    let home = tempfile::tempdir().unwrap();
    let answer = json(home.path(), &format!("{} --out out", example().display()));
    let keys = [
        "label",
        "customers",
        "left",
        "there",
        "ahead",
        "expected_to_leave",
        "value_at_risk_cny",
        "ridge",
        "log_partial_likelihood",
        "coefficients",
        "left_out",
        "out_of_sample",
        "calibration",
        "see_first",
    ];
    assert_eq!(answer.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), keys);
    assert_eq!((&answer["label"], &answer["customers"]), (&"descriptive".into(), &400.into()));
    assert_eq!(answer["out_of_sample"]["verdict"], "gain", "{answer}");
    let all = answer["coefficients"].as_array().unwrap();
    let truth = [
        ("dealer_km", "", 0.05),
        ("first_year_visits", "", -0.3),
        ("complained", "yes", 0.8),
        ("paid_by", "lease", 0.6_f64.ln()),
    ];
    for (column, word, right) in truth {
        let c = all.iter().find(|c| c["column"] == column && c["word"] == word).unwrap();
        let [value, error] = ["log_hazard", "standard_error"].map(|k| c[k].as_f64().unwrap());
        assert!((value - right).abs() < 3.0 * error, "{c}");
        assert!(
            (c["hazard_ratio"].as_f64().unwrap() - value.exp()).abs() < 1e-9
                && c["steady_chance"].as_f64().unwrap() > 0.001
        );
    }
    let read = |name: &str| fs::read_to_string(home.path().join("out").join(name)).unwrap();
    let rows = read("churn.csv");
    let cells: Vec<Vec<&str>> = rows.lines().skip(1).map(|l| l.split(',').collect()).collect();
    assert_eq!(cells.len(), answer["there"].as_u64().unwrap() as usize);
    let number = |c: &str| c.parse::<f64>().unwrap();
    assert!(cells.windows(2).all(|w| number(w[0][2]) >= number(w[1][2])));
    for c in &cells {
        assert!(number(c[3]) < number(c[2]) && number(c[2]) < number(c[4]), "{c:?}");
        assert!((number(c[2]) * number(c[6]) - number(c[7])).abs() < 0.02, "{c:?}");
    }
    let first = cells.iter().max_by(|a, b| number(a[7]).total_cmp(&number(b[7]))).unwrap();
    assert_eq!((first[8], answer["see_first"][0]["id"].as_str().unwrap()), ("1", first[0]));
    assert!(first[9].contains("(+"), "{first:?}");
    let sums = [(2, "expected_to_leave", 1e-3), (7, "value_at_risk_cny", 2.0)];
    for (column, key, digits) in sums {
        let sum: f64 = cells.iter().map(|c| number(c[column])).sum();
        assert!((sum - answer[key].as_f64().unwrap()).abs() < digits, "{key}");
    }
    assert_eq!(read("calibration.csv").lines().count(), 11);
    assert_eq!(read("coefficients.csv").lines().count(), 1 + all.len());
    let hazard = read("hazard.csv");
    let stays: Vec<Vec<f64>> = hazard.lines().skip(1).map(|l| l.split(',').map(number).collect()).collect();
    assert!(stays.windows(2).all(|w| w[0][0] < w[1][0] && w[0][1] > w[1][1] && w[0][2] > w[1][2]));
    let (code, text, _) = run(home.path(), &example().display().to_string());
    assert!(
        code == 0 && text.contains("\ngain, out of sample") && text.contains("see first, by margin at risk"),
        "{text}"
    );
    assert!(text.contains("complained = yes") && text.ends_with("nothing of this enters the simulation\n"), "{text}");
    // Half the time ahead, fewer leave.
    let sooner = json(home.path(), &format!("{} --ahead 6", example().display()));
    assert!(sooner["expected_to_leave"].as_f64() < answer["expected_to_leave"].as_f64());
}

#[test]
fn neither_the_order_of_rows_nor_threads_change_a_byte() {
    let home = tempfile::tempdir().unwrap();
    let text = members();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(home.path().join("one.csv"), &text).unwrap();
    fs::write(home.path().join("other.csv"), lines.join("\r\n")).unwrap();
    let out = |line: &str, name: &str| {
        let (code, text, err) = run(home.path(), &format!("{line} --out {name} --json"));
        assert_eq!(code, 0, "{err}");
        let files = ["churn.csv", "coefficients.csv", "calibration.csv", "hazard.csv"];
        (text, files.map(|f| fs::read_to_string(home.path().join(name).join(f)).unwrap()))
    };
    let first = out("one.csv --threads 1", "a");
    assert!(first == out("other.csv --threads 1", "b"), "another order");
    assert!(first == out("one.csv --threads 3", "c"), "three threads");
    assert_eq!(run(home.path(), "one.csv --out people.csv").0, 0);
    assert_eq!(fs::read_to_string(home.path().join("people.csv")).unwrap(), first.1[0]);
}

#[test]
fn noise_is_no_gain_and_everybody_has_the_hazard_of_all() {
    let home = tempfile::tempdir().unwrap();
    let mut text = String::from("编号,月数,流失,颜色,年龄\n");
    for k in 0..200_u64 {
        let mut dice = Key { seed: 99, purpose: Purpose::Customer, replication: 0, entity: k, day: 0 }.stream();
        let left = if dice.unit() < 0.3 { "是" } else { "否" };
        let colour = ["红", "白", "黑"][dice.below(3) as usize];
        let _ = writeln!(text, "客{k},{},{left},{colour},{}", 1 + dice.below(40), 20 + dice.below(40));
    }
    fs::write(home.path().join("n.csv"), text).unwrap();
    let answer = json(home.path(), "n.csv");
    assert_eq!(answer["out_of_sample"]["verdict"], "no gain");
    let list = answer["see_first"].as_array().unwrap();
    assert!(list.len() == 10 && list.iter().all(|p| p["reasons_for"] == ""), "{answer}");
    let (_, text, _) = run(home.path(), "n.csv");
    assert!(text.contains("\nno gain, out of sample") && text.contains("everybody has the hazard of all"), "{text}");
    assert!(
        text.contains("lies beyond what was seen of anybody") && text.contains("see first, by probability"),
        "{text}"
    );
}

#[test]
fn faults_come_all_at_once_with_their_places() {
    let home = tempfile::tempdir().unwrap();
    let bad = "id,months,left,from,age\nA,5,maybe,0,1\nA,-5,1,0,2\n,3,0,x,3\nB,4,0\nC,7,,0,1\nD,5,0,6,1\nE,0,0,,1\n";
    fs::write(home.path().join("c.csv"), bad).unwrap();
    let (code, out, err) = run(home.path(), "c.csv --out out");
    assert_eq!((code, out.as_str()), (2, ""));
    for place in ["2:5", "3:1", "3:3", "4:1", "4:6", "5:1", "6:5", "7:3", "8:3"] {
        assert!(err.contains(&format!("c.csv:{place}: E")), "{place}: {err}");
    }
    assert!(err.contains("9 faults; nothing was written") && !home.path().join("out").exists(), "{err}");
    assert!(err.contains("watched until 5 and from 6"), "{err}");
    fs::write(home.path().join("c.csv"), "name,age\nA,1\n").unwrap();
    let (code, _, err) = run(home.path(), "c.csv");
    for column in ["id", "months", "left"] {
        assert!(code == 2 && err.contains(&format!("\"{column}\" is missing")), "{err}");
    }
    fs::write(home.path().join("c.csv"), "id,months,left\nA,1,1\n").unwrap();
    let (code, _, err) = run(home.path(), "c.csv");
    assert!(code == 2 && err.contains("no column describes people") && err.contains("who leaves"), "{err}");
    let (code, _, err) = run(home.path(), "absent.csv");
    assert!(code == 2 && err.contains("absent.csv"), "{err}");
    let (code, _, err) = run(home.path(), "c.csv --ahead 0");
    assert!(code == 2 && err.contains("above 0"), "{err}");
}

#[test]
fn too_little_is_said_to_be_and_small_groups_are_not_shown() {
    let home = tempfile::tempdir().unwrap();
    let people = |n: u64| {
        let mut text = String::from("id,months,left,visits\n");
        (0..n).for_each(|k| {
            let _ = writeln!(text, "c{k},{},{},{}", 1 + k * 11 % 37, k % 3 / 2, (k * 7) % 5);
        });
        text
    };
    fs::write(home.path().join("c.csv"), people(20)).unwrap();
    let (code, out, err) = run(home.path(), "c.csv");
    assert!(
        code == 1 && out.is_empty() && err.contains("at least 10 of each are needed; give a longer table"),
        "{err}"
    );
    // Forty people are four a tenth.
    fs::write(home.path().join("c.csv"), people(40)).unwrap();
    let answer = json(home.path(), "c.csv --out out");
    assert!(answer["calibration"].as_array().unwrap().iter().all(|t| t["people"].is_null() && t["left"].is_null()));
    let table = fs::read_to_string(home.path().join("out/calibration.csv")).unwrap();
    assert!(table.lines().skip(1).all(|l| l.ends_with(",,,,,")), "{table}");
}
