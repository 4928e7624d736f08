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

#[test]
fn methods_are_tried_and_chosen() {
    let home = tempfile::tempdir().unwrap();
    let (file, out) = (home.path().join("t.csv"), home.path().join("o.csv"));
    fs::write(&file, table(12)).unwrap();
    let run = |line: &str| {
        let mut c = forecourt();
        c.current_dir(home.path()).arg("forecast").args(line.split_whitespace());
        let output = c.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let (code, text, err) = run("--series t.csv --season 12 --horizon 4 --backtest 2 --out o.csv");
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("12 series at 2 past origins") && text.contains("least pinball loss: "), "{text}");
    let rows = fs::read_to_string(&out).unwrap();
    assert_eq!(rows.lines().next(), Some("method,pinball,mase,smape,bias,inside,served"));
    let methods: Vec<&str> = rows.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert!(methods.len() == 14 && methods.contains(&"seasonal-ets") && methods.contains(&"pooled"));
    let (code, text, err) = run("--series t.csv --season 12 --horizon 4 --backtest 2 --json");
    assert_eq!(code, 0, "{err}");
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((answer["methods"][0]["method"].as_str(), answer["origins"].as_u64()), (Some(methods[0]), Some(2)));
    for method in ["best", "ensemble", "theta", "tsb"] {
        let (code, text, err) = run(&format!("--series t.csv --season 12 --horizon 4 --method {method} --out o.csv"));
        assert_eq!(code, 0, "{err}");
        assert!(method == "best" || text.contains(&format!("12 {method}")), "{text}");
        let one = fs::read_to_string(&out).unwrap();
        assert_eq!(one.lines().count(), 1 + 12 * 4);
        let (code, ..) =
            run(&format!("--series t.csv --season 12 --horizon 4 --method {method} --out o.csv --threads 1"));
        assert!(code == 0 && fs::read_to_string(&out).unwrap() == one, "{method}: threads");
    }
    let (code, _, err) = run("--series t.csv --method magic");
    assert!(code == 2 && err.contains("ensemble, pooled, or one of naive, seasonal-naive"), "{err}");
    let (code, _, err) = run("--series t.csv --horizon 200 --backtest 1");
    assert!(code == 1 && err.contains("give longer ones or a shorter --horizon"), "{err}");
}

#[test]
fn sums_and_parts_add_up_in_the_table() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let row = |k: usize| {
        let values: Vec<String> = (0..60).map(|t| format!("{}", 10 * (k + 1) + (t * 7 + k * 5) % 12)).collect();
        format!("S{k},{}\n", values.join(","))
    };
    fs::write(path("t.csv"), (0..6).map(row).collect::<String>()).unwrap();
    let labels: String = (0..6).map(|k| format!("S{k},r{},m{}\n", k % 2, k % 3)).collect();
    fs::write(path("g.csv"), format!("id,region,model\n{labels}")).unwrap();
    let run = |line: &str| {
        let output =
            forecourt().current_dir(home.path()).arg("forecast").args(line.split_whitespace()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for belief in ["trace", "variance", "structure", "bottom-up"] {
        let line = format!("--series t.csv --season 12 --horizon 3 --groups g.csv --reconcile {belief} --out o.csv");
        assert_eq!(run(&line).0, 0);
        let text = fs::read_to_string(path("o.csv")).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
        assert_eq!(rows.len(), (1 + 2 + 3 + 6) * 3);
        // In whole millionths, read from the digits themselves.
        let units = |cell: &str| {
            let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
            format!("{whole}{part:0<6}").parse::<i64>().unwrap()
        };
        let sum = |keep: &dyn Fn(usize) -> bool, step: &str| -> i64 {
            (0..6)
                .filter(|k| keep(*k))
                .map(|k| {
                    let id = format!("S{k}");
                    units(rows.iter().find(|r| r[0] == id && r[1] == step).unwrap()[2])
                })
                .sum()
        };
        for r in rows.iter().filter(|r| !r[0].starts_with('S')) {
            let right = match r[0].split_once('=') {
                None => sum(&|_| true, r[1]),
                Some(("region", label)) => sum(&|k| format!("r{}", k % 2) == label, r[1]),
                Some((_, label)) => sum(&|k| format!("m{}", k % 3) == label, r[1]),
            };
            assert_eq!(units(r[2]), right, "{belief}: {r:?}");
        }
    }
    // Everything that is wrong with the groups, at once.
    fs::write(path("g.csv"), "id,region\nS0,r0\nS0,r1\nX,r0\nS1,\nS2,r0\nS3,r0\nS4,r0\n").unwrap();
    let (code, err) = run("--series t.csv --groups g.csv --out none.csv");
    assert!(code == 2 && !path("none.csv").exists(), "{err}");
    let wanted = [
        "g.csv:3: column 1: the name \"S0\" is there twice",
        "g.csv:4: column 1: no series is called \"X\"",
        "g.csv:5: column 2: a label is missing",
        "the series \"S5\" has no row",
    ];
    for part in wanted {
        assert!(err.contains(part), "{part}: {err}");
    }
    fs::write(path("t.csv"), "total,1,2,3\nB,1,2\n").unwrap();
    fs::write(path("g.csv"), "id,region\ntotal,a\nB,a\n").unwrap();
    let (code, err) = run("--series t.csv --groups g.csv");
    assert!(code == 2 && err.contains("called like a sum") && err.contains("has 2 values, others 3"), "{err}");
}
