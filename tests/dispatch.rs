//! `forecourt dispatch`: leads to dealers, through the command itself.

use assert_cmd::Command;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("forecourt").unwrap().arg("dispatch").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// 400 leads around 12 dealers with room for 240.
fn tables(folder: &Path) -> (String, String, Vec<String>) {
    let (mut leads, mut dealers) = (
        String::from("lead_id,lat_deg,lon_deg,value_cny,skill,preferred_dealer_id\n"),
        String::from("dealer_id,lat_deg,lon_deg,capacity_leads,conversion_share,skills\n"),
    );
    for d in 0..12 {
        let skills = ["ev", "ev|service", "service"][d % 3];
        let (lat, lon) = (30.0 + 0.1 * (d / 4) as f64, 114.0 + 0.1 * (d % 4) as f64);
        let _ = writeln!(dealers, "D{d},{lat},{lon},20,0.{},{skills}", 1 + d % 3);
    }
    for k in 0..400 {
        let (lat, lon) = (30.0 + 0.2 * ((k * 37) % 101) as f64 / 101.0, 114.0 + 0.3 * ((k * 53) % 97) as f64 / 97.0);
        let (skill, wish) = (["", "ev", "service"][k % 3], if k % 10 == 0 { "D5" } else { "" });
        let _ = writeln!(leads, "L{k},{lat},{lon},{},{skill},{wish}", 9_000 + 1_000 * (k % 7));
    }
    let rows = leads.lines().map(str::to_owned).collect();
    (written(folder, "leads.csv", &leads), written(folder, "dealers.csv", &dealers), rows)
}

#[test]
fn the_answer_is_proved_and_the_table_says_the_same() {
    let home = tempfile::tempdir().unwrap();
    let (leads, dealers, rows) = tables(home.path());
    let out = home.path().join("o.csv").to_str().unwrap().to_owned();
    let (code, text, err) = run(&[&leads, &dealers, "--json", "--online", "--out", &out]);
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["grade"], "A");
    assert_eq!(answer["objective"], answer["bound"]);
    assert_eq!(answer["assigned"], 240);
    assert!(answer["online"]["regret"].as_f64().unwrap() >= 0.0);
    let table = fs::read_to_string(&out).unwrap();
    let cells: Vec<Vec<&str>> = table.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let (mut count, mut worth) = (std::collections::BTreeMap::new(), 0.0);
    for (cell, row) in cells.iter().zip(&rows[1..]) {
        let lead: Vec<&str> = row.split(',').collect();
        assert_eq!(cell[0], lead[0], "rows keep their order");
        if cell[1].is_empty() {
            continue;
        }
        *count.entry(cell[1]).or_insert(0) += 1;
        let [minutes, chance, money] = [cell[2], cell[3], cell[4]].map(|c| c.parse::<f64>().unwrap());
        let d: usize = cell[1][1..].parse().unwrap();
        assert!(minutes <= 120.0);
        // The conversion by hand, from the minutes of the table.
        let rise = if lead[5] == cell[1] { 1.25 } else { 1.0 };
        let right = 0.1 * (1 + d % 3) as f64 * rise * (-minutes / 45.0).exp2();
        assert!((chance - right).abs() < 2e-3, "{chance} {right}");
        assert!((money - chance * lead[3].parse::<f64>().unwrap()).abs() < 0.02, "{cell:?}");
        let skills = ["ev", "ev|service", "service"][d % 3];
        assert!(lead[4].is_empty() || skills.split('|').any(|s| s == lead[4]), "{cell:?}");
        worth += money;
    }
    assert!(count.values().all(|&n| n <= 20));
    assert!((worth - answer["objective"].as_f64().unwrap()).abs() < 0.01 * 240.0, "{worth}");
    // Whoever works it, in whatever order the rows stand, the worth is the same.
    let mut turned = rows.clone();
    turned[1..].reverse();
    let other = written(home.path(), "turned.csv", &(turned.join("\n") + "\n"));
    for (file, threads) in [(&leads, "1"), (&leads, "8"), (&other, "2")] {
        let (_, text, _) = run(&[file, &dealers, "--json", "--threads", threads]);
        let again: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(again["objective"], answer["objective"]);
        assert_eq!(again["dealers"], answer["dealers"]);
    }
}

#[test]
fn fair_parts_are_kept_where_they_are_worth_it() {
    let home = tempfile::tempdir().unwrap();
    let (_, dealers, rows) = tables(home.path());
    let few = written(home.path(), "few.csv", &(rows[..121].join("\n") + "\n"));
    let least = |more: &[&str]| {
        let (code, text, err) = run(&[&[few.as_str(), dealers.as_str(), "--json"], more].concat());
        assert_eq!(code, 0, "{err}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["grade"], "A");
        answer["dealers"].as_array().unwrap().iter().map(|d| d["leads"].as_u64().unwrap()).min().unwrap()
    };
    let (plain, fair) = (least(&[]), least(&["--fair-share", "0.8", "--fair-worth", "5000"]));
    assert!(plain < 5 && fair >= 8, "{plain} {fair}");
}

#[test]
fn faults_of_both_tables_are_named() {
    let home = tempfile::tempdir().unwrap();
    let leads = written(
        home.path(),
        "l.csv",
        "lead_id,lat_deg,lon_deg,value_cny,skill,preferred_dealer_id\na,30,114,1,,\na,95,114,-1,gold,D9\n",
    );
    let dealers = written(
        home.path(),
        "d.csv",
        "dealer_id,lat_deg,lon_deg,capacity_leads,conversion_share\nD1,30,x,5,0.1\n,30,114,5,1.5\n",
    );
    let (code, _, err) = run(&[&leads, &dealers]);
    assert_eq!(code, 2);
    for said in [
        "d.csv:2:7:",
        "d.csv:3:1:",
        "d.csv:3:11: E023 1.5",
        "l.csv:3:3: E023 95",
        "l.csv:3:10: E023 -1",
        "\"gold\"",
        "\"D9\"",
        "twice",
    ] {
        assert!(err.contains(said), "{said} in {err}");
    }
    let (code, _, err) = run(&[&dealers, &leads]);
    assert!(code == 2 && err.contains("lead_id") && err.contains("conversion_share"), "{err}");
}

/// Arrivals, advisers and a scenario: what the assignment does to waiting, and places from the scenario's own tables.
#[test]
fn leads_are_played_with_advisers() {
    let home = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    let mut text = String::from("lead_id,zone_id,model_id,arrived,refused_dealer_id\n");
    for k in 0..120 {
        let refused = if k % 9 == 0 { "D2" } else { "" };
        let _ = writeln!(
            text,
            "L{k:03},Z{},M{},2026-06-{} {:02}:30,{refused}",
            1 + k % 3,
            1 + k % 2,
            22 + k % 5,
            9 + k % 8
        );
    }
    let leads = written(home.path(), "l.csv", &text);
    let desks = "dealer_id,capacity_leads,conversion_share,advisers\nD1,40,0.2,2\nD2,40,0.25,2\nD3,40,0.15,1\n";
    let dealers = written(home.path(), "d.csv", desks);
    let out = home.path().join("o.csv").to_str().unwrap().to_owned();
    let all = [&leads, &dealers, "--scenario", tiny.to_str().unwrap(), "--simulate", "50", "--json", "--out", &out];
    let (code, text, err) = run(&all);
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let rules = answer["simulated"]["rules"].as_array().unwrap();
    assert_eq!((rules.len(), answer["simulated"]["open_hours"].as_f64()), (3, Some(45.0)));
    for rule in rules {
        let ends = &rule["margin"];
        assert!(ends[1].as_f64() <= ends[0].as_f64() && ends[0].as_f64() <= ends[2].as_f64());
    }
    // Who refused a dealer's answer goes to another.
    for row in fs::read_to_string(&out).unwrap().lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let k: usize = cells[0][1..].parse().unwrap();
        assert!(!k.is_multiple_of(9) || cells[1] != "D2", "{row}");
    }
    assert_eq!(run(&[&all[..], &["--threads", "1"]].concat()).1, text);
    let (code, said, _) = run(&all[..6]);
    assert!(code == 0 && said.contains("the customer's own choice") && said.contains("prices and queues"), "{said}");
    let (code, _, err) = run(&[&leads, &dealers]);
    assert!(code == 2 && err.contains("give --scenario") && err.contains("l.csv:2"), "{err}");
}
