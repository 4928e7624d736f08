//! `forecourt choice`: what draws buyers, through the command itself.

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
        .arg("choice")
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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market/choices.csv")
}

/// The example: 60 made-up zones whose 20 to 80 buyers choose among eight stores of two brands. Utility
/// `−1.2 ln(minutes) + 0.7 ln(floor m²) + 0.4 [has test-drive track]`; brands are nests with τ = 0.6.
fn choices() -> String {
    let mut text = String::from("zone_id,dealer_id,brand,sold,minutes,floor_m2,track\n");
    let mut stores = Key { seed: 5, purpose: Purpose::Customer, replication: 1, entity: 0, day: 0 }.stream();
    let place = |dice: &mut forecourt::stats::stream::Stream| [60.0 * dice.unit(), 60.0 * dice.unit()];
    let list: Vec<([f64; 2], f64, f64)> = (0..8)
        .map(|k| (place(&mut stores), (400 + 100 * stores.below(20)) as f64, f64::from(u8::from(k % 3 == 0))))
        .collect();
    for zone in 0..60_u64 {
        let mut dice = Key { seed: 5, purpose: Purpose::Customer, replication: 2, entity: zone, day: 0 }.stream();
        let at = place(&mut dice);
        let minutes: Vec<f64> =
            list.iter().map(|s| (3.0 + ((s.0[0] - at[0]).powi(2) + (s.0[1] - at[1]).powi(2)).sqrt()).round()).collect();
        let v: Vec<f64> =
            (0..8).map(|j| (-1.2 * minutes[j].ln() + 0.7 * list[j].1.ln() + 0.4 * list[j].2) / 0.6).collect();
        let inclusive = [0, 1].map(|b| (0..4).map(|j| v[4 * b + j].exp()).sum::<f64>().ln());
        let up = inclusive.map(|i| (0.6 * i).exp());
        let mut sold = [0_u32; 8];
        for _ in 0..20 + dice.below(61) {
            let brand = usize::from(dice.unit() > up[0] / (up[0] + up[1]));
            let (mut left, mut chosen) = (dice.unit(), 4 * brand + 3);
            for j in 4 * brand..4 * brand + 4 {
                left -= (v[j] - inclusive[brand]).exp();
                if left < 0.0 {
                    chosen = j;
                    break;
                }
            }
            sold[chosen] += 1;
        }
        for j in 0..8 {
            let brand = ["ours", "theirs"][j / 4];
            let (floor, track) = (list[j].1, list[j].2);
            let _ = writeln!(text, "Z{zone:02},S{j},{brand},{},{},{floor},{track}", sold[j], minutes[j]);
        }
    }
    text
}

#[test]
fn the_example_is_what_its_formula_writes() {
    assert!(fs::read_to_string(example()).unwrap() == choices(), "write it again by the ignored test of this file");
}

#[test]
#[ignore = "writes the example into the repository"]
fn write_the_example() {
    fs::write(example(), choices()).unwrap();
}

#[test]
fn the_example_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    let line = format!("{} --log minutes,floor_m2 --nest brand --same --out out", example().display());
    let answer = json(home.path(), &line);
    assert_eq!(
        (&answer["label"], &answer["law"], &answer["cases"]),
        (&"descriptive".into(), &"nested".into(), &60.into())
    );
    let all = answer["parameters"].as_array().unwrap();
    for (name, right) in [("minutes", -1.2), ("floor_m2", 0.7), ("track", 0.4), ("all nests", 0.6)] {
        let p = all.iter().find(|p| p["name"] == name).unwrap();
        let [value, error] = ["value", "standard_error"].map(|k| p[k].as_f64().unwrap());
        assert!((value - right).abs() < 3.0 * error && error < 0.2, "{p}");
    }
    let read = |name: &str| fs::read_to_string(home.path().join("out").join(name)).unwrap();
    assert_eq!(read("parameters.csv").lines().count(), 5);
    let rows = read("alternatives.csv");
    let sum =
        |k: usize| rows.lines().skip(1).map(|l| l.split(',').nth(k).unwrap().parse::<f64>().unwrap()).sum::<f64>();
    assert!((sum(1) - sum(2)).abs() < 0.1 && (sum(1) - answer["choices"].as_f64().unwrap()).abs() < 0.1, "{rows}");
    // Huff's law by logarithms; the plain law is the worse one, for brands hang together.
    let plain = json(home.path(), &format!("{} --log minutes,floor_m2 --without brand", example().display()));
    assert_eq!(plain["law"], "multinomial");
    assert!(plain["log_likelihood"].as_f64() < answer["log_likelihood"].as_f64());
    assert!(plain["parameters"][0]["elasticity"].is_number());
    let (code, text, _) = run(home.path(), &line);
    assert!(code == 0 && text.contains("τ of all nests") && text.contains("farthest from what is expected"), "{text}");
    assert!(text.ends_with("nothing of this enters placement or the simulation\n"), "{text}");
}

#[test]
fn neither_the_order_of_rows_nor_threads_change_a_byte() {
    let home = tempfile::tempdir().unwrap();
    let text = choices();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(home.path().join("one.csv"), &text).unwrap();
    fs::write(home.path().join("other.csv"), lines.join("\r\n")).unwrap();
    let out = |line: &str, name: &str| {
        let (code, text, err) = run(home.path(), &format!("{line} --nest brand --out {name} --json"));
        assert_eq!(code, 0, "{err}");
        (text, ["parameters.csv", "alternatives.csv"].map(|f| fs::read(home.path().join(name).join(f)).unwrap()))
    };
    let first = out("one.csv --threads 1", "a");
    assert!(first == out("other.csv --threads 1", "b") && first == out("one.csv --threads 3", "c"));
}

#[test]
fn faults_come_all_at_once_with_their_places() {
    let home = tempfile::tempdir().unwrap();
    let bad = "zone_id,dealer_id,sold,minutes\nA,S1,1,5\nA,S1,0,0\n,S2,x,3\nB,S1,-1,4\nB,S2,2,far\n";
    fs::write(home.path().join("c.csv"), bad).unwrap();
    let (code, out, err) = run(home.path(), "c.csv --log minutes --out out");
    assert_eq!((code, out.as_str()), (2, ""));
    for place in ["3:3", "3:8", "4:1", "4:5", "5:6", "6:8"] {
        assert!(err.contains(&format!("c.csv:{place}: E")), "{place}: {err}");
    }
    assert!(err.contains("6 faults; nothing was written") && !home.path().join("out").exists(), "{err}");
    fs::write(home.path().join("c.csv"), "zone,km\nA,1\n").unwrap();
    let (code, _, err) = run(home.path(), "c.csv --nest brand");
    for part in ["\"case\" is missing", "\"alternative\" is missing", "\"chosen\" is missing", "no column \"brand\""] {
        assert!(code == 2 && err.contains(part), "{part}: {err}");
    }
    fs::write(home.path().join("c.csv"), "case,alternative,chosen,km\nA,x,0,1\nA,y,0,2\n").unwrap();
    let (code, _, err) = run(home.path(), "c.csv");
    assert!(code == 2 && err.contains("nothing is chosen in any row"), "{err}");
    let (code, _, err) = run(home.path(), "c.csv --upper km");
    assert!(code == 2 && err.contains("--nest"), "{err}");
    fs::write(home.path().join("c.csv"), "case,alternative,chosen,km\nA,x,1,1\nA,y,0,1\n").unwrap();
    let (code, _, err) = run(home.path(), "c.csv");
    assert!(code == 1 && err.contains("\"km\" is the same for all alternatives of every case"), "{err}");
}
