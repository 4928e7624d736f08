//! `forecourt forecast --series`: any table of series, through the command itself.

use assert_cmd::Command;
use std::fs;

fn forecourt() -> Command {
    Command::cargo_bin("forecourt").unwrap()
}

fn table(rows: usize) -> String {
    let row = |k: usize| {
        let values: Vec<String> = (0..60 + k).map(|t| format!("{}", 100 * (k + 1) + (t * 7 + k * 5) % 12)).collect();
        format!("S{k},{}\n", values.join(","))
    };
    "id,first\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn every_series_and_step_has_a_row_whatever_the_threads_and_the_order() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let text = table(30);
    fs::write(path("a.csv"), &text).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(path("b.csv"), lines.join("\n") + "\n").unwrap();
    let run = |file: &str, threads: &str, out: &str| {
        let mut c = forecourt();
        c.arg("forecast").arg("--series").arg(path(file)).args(["--season", "12", "--horizon", "6"]);
        c.args(["--levels", "95,5,50", "--threads", threads, "--out"]).arg(path(out)).assert().success();
        fs::read_to_string(path(out)).unwrap()
    };
    let one = run("a.csv", "1", "1.csv");
    assert_eq!(one, run("a.csv", "2", "2.csv"));
    let other = run("b.csv", "8", "3.csv");
    let sorted = |t: &str| {
        let mut l: Vec<String> = t.lines().map(str::to_owned).collect();
        l.sort();
        l
    };
    assert_eq!(sorted(&one), sorted(&other), "the order of rows changes nothing");
    let mut rows = one.lines();
    assert_eq!(rows.next(), Some("id,step,point,q5,q50,q95"));
    assert_eq!(rows.clone().count(), 30 * 6);
    for row in rows {
        let v: Vec<f64> = row.split(',').skip(1).map(|x| x.parse().unwrap()).collect();
        assert!(v[2] <= v[3] && v[3] <= v[4], "{row}");
    }
}

#[test]
fn faults_name_line_and_column_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let (file, out) = (home.path().join("t.csv"), home.path().join("o.csv"));
    fs::write(&file, "id,w1,w2\na,1,x\nb,,2\n").unwrap();
    let mut c = forecourt();
    let output = c.arg("forecast").arg("--series").arg(&file).arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("t.csv:2: column 3") && said.contains("t.csv:3: column 2"), "{said}");
    assert!(!out.exists());
    assert_eq!(forecourt().arg("forecast").output().unwrap().status.code(), Some(2), "neither scenario nor table");
}
