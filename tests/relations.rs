//! `forecourt relations`: today's dealers as a graph, through the command itself.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;

fn run(line: &str) -> (i32, String, String) {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn tiny_says_that_it_is_too_small_for_the_gate() {
    let (code, text, err) = run("relations scenarios/tiny");
    assert_eq!(code, 0, "{err}");
    assert!(
        text.contains("no gain: too little") && text.ends_with("descriptive: nothing of this enters the simulation\n")
    );
}

#[test]
fn a_cut_spreads_along_the_price_relations_of_the_table() {
    let home = tempfile::tempdir().unwrap();
    let edges = home.path().join("edges.csv");
    // D1's price moves D2's, and D2's moves D3's: 1,000 becomes 500 and 250.
    fs::write(&edges, "from_dealer_id,to_dealer_id,kind,weight\nD1,D2,price,3\nD2,D3,price,\n").unwrap();
    let out = home.path().join("out.csv");
    let line = format!(
        "relations scenarios/tiny --edges {} --cut D1=1000 --follow 0.5 --json --out {}",
        edges.display(),
        out.display()
    );
    let (code, text, err) = run(&line);
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let cuts: Vec<f64> = answer["cuts"].as_array().unwrap().iter().map(|c| c["cut"].as_f64().unwrap()).collect();
    assert_eq!(cuts, [1000.0, 500.0, 250.0]);
    assert_eq!(answer["dealers_by_multiplier"][0]["cut_multiplier"], 1.75);
    let rows = fs::read_to_string(&out).unwrap();
    assert_eq!(rows.lines().count() as u64, 1 + answer["dealers"].as_u64().unwrap());
    assert_eq!(run(&line).1, text);
}

#[test]
fn rows_of_a_pair_are_counted_as_one_pair() {
    let home = tempfile::tempdir().unwrap();
    let edges = home.path().join("edges.csv");
    let rows = "D1,D2,transfers,1\nD2,D1,transfers,2\nD1,D2,transfers,3\nD1,D2,price,4\nD2,D1,price,4\n";
    fs::write(&edges, format!("from_dealer_id,to_dealer_id,kind,weight\n{rows}")).unwrap();
    let line = format!("relations scenarios/tiny --edges {}", edges.display());
    let answer: Value = serde_json::from_str(&run(&format!("{line} --json")).1).unwrap();
    let of = |kind: &str| answer["relations"].as_array().unwrap().iter().find(|r| r["kind"] == kind).unwrap().clone();
    for (kind, weight) in [("transfers", 6.0), ("price", 8.0)] {
        assert_eq!((&of(kind)["pairs"], of(kind)["weight"].as_f64()), (&1.into(), Some(weight)), "{answer}");
    }
    let text = run(&line).1;
    assert!(text.contains("        1  transfers (weight 6.0)"), "{text}");
}

/// A results folder has a row for each model and age: they are one pair.
#[test]
fn models_moved_between_two_dealers_are_one_pair() {
    let home = tempfile::tempdir().unwrap();
    let rows = "D1,D2,M1,20,1\nD1,D2,M2,20,2\nD2,D1,M2,40,3\n";
    let table = format!("from_site_id,to_site_id,model_id,age_days,cars\n{rows}");
    fs::write(home.path().join("transfers.csv"), table).unwrap();
    let (code, text, err) = run(&format!("relations scenarios/tiny --transfers {}", home.path().display()));
    assert!(code == 0 && text.contains("        1  transfers (weight 6.0)"), "{text} {err}");
}

#[test]
fn faults_of_both_tables_have_a_place() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("bad.csv");
    fs::write(&file, "from_dealer_id,to_dealer_id,kind,weight\nD1,D9,price,3\nD1,D1,price,1\nD1,D2,love,-1\n").unwrap();
    let (code, out, err) = run(&format!("relations scenarios/tiny --edges {}", file.display()));
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["2:4", "3:4", "4:7", "4:12"] {
        assert!(err.contains(&format!("bad.csv:{part}")), "{part}: {err}");
    }
    fs::write(&file, "dealer_id,label\nD1,a\nD1,b\n").unwrap();
    let (code, _, err) = run(&format!("relations scenarios/tiny --labels {}", file.display()));
    assert!(code == 2 && err.contains("bad.csv:3:1"), "{err}");
    let (code, _, err) = run("relations scenarios/tiny --cut NOBODY=5");
    assert!(code == 2 && err.contains("NOBODY"), "{err}");
}
