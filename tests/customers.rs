//! `forecourt customers`: from a table of purchases to tiers, warnings and offers, through the command itself.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("forecourt").unwrap().arg("customers").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn json(args: &[&str]) -> Value {
    let (code, out, err) = run(&[args, &["--json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// With amounts that say nothing of the customer everybody spends the mean.
#[test]
fn amounts_that_differ_by_chance_are_taken_as_alike() {
    let home = tempfile::tempdir().unwrap();
    let text = purchases();
    let alike = text.lines().enumerate().map(|(n, l)| match (n, l.rsplit_once(',')) {
        (1.., Some((rest, _))) => format!("{rest},{}\n", 100 + n * 7919 % 400),
        _ => format!("{l}\n"),
    });
    let file = written(home.path(), "p.csv", &alike.collect::<String>());
    let spending = &json(&[&file])["spending"];
    assert_eq!(spending["alike"], true, "{spending}");
    assert!((spending["amount"].as_f64().unwrap() - 300.0).abs() < 15.0, "{spending}");
}

/// Purchases of 600 customers over two years: the k-th buys every `5 + k mod 40` days until it leaves, which it does after
/// `k mod 11` repeats unless that is 0.
fn purchases() -> String {
    let mut text = String::from("客户编号,购买日期,金额\n");
    for k in 0..600_i64 {
        let start = jiff::civil::date(2024, 1, 1) + jiff::Span::new().days(k % 180);
        let gap = 5 + (k * 7) % 40;
        let most = if k % 11 == 0 { 200 } else { k % 11 };
        for n in 0..=most {
            let day = start + jiff::Span::new().days(n * gap + (n * n + k) % 3);
            if day > jiff::civil::date(2025, 12, 31) {
                break;
            }
            text += &format!("c{k},{day},{}\n", (100 + (k * 37) % 400) * (90 + (n * 13 + k) % 20) / 100);
        }
    }
    text
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn rows_in_any_order_give_the_same_customers() {
    let home = tempfile::tempdir().unwrap();
    let text = purchases();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let one = written(home.path(), "one.csv", &text);
    let other = written(home.path(), "other.csv", &(lines.join("\n") + "\n"));
    let out = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (a, b) = (out("a.csv"), out("b.csv"));
    let first = json(&[&one, "--horizon", "26", "--margin", "0.1", "--out", &a]);
    let second = json(&[&other, "--horizon", "26", "--margin", "0.1", "--out", &b]);
    assert_eq!(first, second);
    let rows = fs::read_to_string(&a).unwrap();
    assert_eq!(rows, fs::read_to_string(&b).unwrap());
    assert_eq!(rows.lines().count(), 601);
    assert!(first["spending"]["parameters"]["q"].as_f64().unwrap() > 1.0);
    // The table and the answer say the same.
    let column = |k: usize| rows.lines().skip(1).map(move |l| l.split(',').nth(k).unwrap().to_owned());
    let value: f64 = column(5).map(|v| v.parse::<f64>().unwrap()).sum();
    assert!((value - first["value"].as_f64().unwrap()).abs() < 0.1, "{value} {}", first["value"]);
    assert_eq!(column(7).filter(|w| w == "true").count() as u64, first["warned"].as_u64().unwrap());
    let product = |a: String, b: String| a.parse::<f64>().unwrap() * b.parse::<f64>().unwrap();
    let leaving: f64 = column(2).zip(column(9)).map(|(active, leaves)| product(active, leaves)).sum();
    assert!((leaving - first["leaving"].as_f64().unwrap()).abs() < 1e-3, "{leaving} {}", first["leaving"]);
    // Recency, frequency and money: who bought last and most has the highest scores, a fifth of the customers each or nearly so.
    let header: Vec<&str> = rows.lines().next().unwrap().split(',').collect();
    assert_eq!(header[12..], ["repeats", "since_last", "age", "recency_score", "frequency_score", "money_score"]);
    let pairs: Vec<(f64, u8)> =
        column(13).zip(column(15)).map(|(since, score)| (since.parse().unwrap(), score.parse().unwrap())).collect();
    assert!(pairs.iter().all(|a| pairs.iter().all(|b| a.0 >= b.0 || a.1 >= b.1)), "{pairs:?}");
    assert!((1..=5).all(|score| pairs.iter().filter(|p| p.1 == score).count() >= 90));
    // Hashed ids hide the names and keep the rows.
    let (code, _, err) = run(&[&one, "--horizon", "26", "--margin", "0.1", "--out", &b, "--hash-ids", "secret"]);
    assert_eq!(code, 0, "{err}");
    let hashed = fs::read_to_string(&b).unwrap();
    let rest = |t: &str| t.lines().skip(1).map(|l| l.split_once(',').unwrap().1.to_owned()).collect::<Vec<_>>();
    assert_eq!(rest(&rows), rest(&hashed));
    assert!(!hashed.contains("c599,"));
}

#[test]
fn what_was_learnt_is_compared_with_what_came_after() {
    let home = tempfile::tempdir().unwrap();
    let file = written(home.path(), "p.csv", &purchases());
    let answer = json(&[&file, "--split", "2025-03-31"]);
    let classes = answer["backtest"].as_array().unwrap();
    let sum = |key: &str| classes.iter().map(|c| c[key].as_f64().unwrap()).sum::<f64>();
    let after = purchases().lines().skip(1).filter(|l| l.split(',').nth(1).unwrap() > "2025-03-31").count();
    assert_eq!(sum("customers"), 600.0);
    assert_eq!(sum("bought"), after as f64);
    assert!(sum("expected") > 0.0);
    let (code, text, _) = run(&[&file, "--split", "2025-03-31"]);
    assert!(code == 0 && text.contains("afterwards") && text.contains("descriptive"), "{text}");
    let (code, _, err) = run(&[&file, "--split", "2030-01-01"]);
    assert!(code == 2 && err.contains("no purchase lies after"), "{err}");
}

#[test]
fn offers_keep_to_the_budget_and_their_tiers() {
    let home = tempfile::tempdir().unwrap();
    let file = written(home.path(), "p.csv", &purchases());
    let offers = written(home.path(), "o.csv", "offer,cost_cny,keeps_share,tiers\ncall,2,0.1,\nvisit,20,0.4,AB\n");
    let out = home.path().join("c.csv").to_str().unwrap().to_owned();
    let answer = json(&[&file, "--offers", &offers, "--budget", "500", "--out", &out]);
    let plan = &answer["offers"];
    let number = |key: &str| plan[key].as_f64().unwrap();
    assert!(number("cost") <= 500.0 && number("gain") > 0.0 && number("gain") <= number("bound") + 1e-9, "{plan}");
    assert!(number("gap") < 0.02, "{plan}");
    let rows = fs::read_to_string(&out).unwrap();
    let cells = rows.lines().skip(1).map(|l| l.split(',').collect::<Vec<_>>());
    let spent: f64 =
        cells.clone().map(|c| [("call", 2.0), ("visit", 20.0)].iter().find(|o| o.0 == c[8]).map_or(0.0, |o| o.1)).sum();
    assert_eq!(spent, number("cost"));
    assert!(cells.clone().filter(|c| c[8] == "visit").all(|c| c[1] != "C"), "visits are for A and B");
    let bad = written(home.path(), "bad.csv", "offer,cost_cny,keeps_share,tiers\n,x,2,AD\n");
    let (code, _, err) = run(&[&file, "--offers", &bad, "--budget", "500"]);
    assert!(code == 2 && err.contains("bad.csv:2") && err.contains("\"D\"") && err.contains("\"x\""), "{err}");
}

#[test]
fn faults_are_all_named_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let text = "id,frequency,recency,T,monetary_value\na,1,2,3,4\na,1,2,3,4\nb,1.5,2,3,4\nc,1,9,3,4\nd,1,2,nan,4\n,1,2,3,4\ne,0,1,3,4\n";
    let file = written(home.path(), "s.csv", text);
    let out = home.path().join("o.csv").to_str().unwrap().to_owned();
    let (code, _, err) = run(&[&file, "--out", &out]);
    assert_eq!(code, 2);
    for line in 3..=8 {
        assert!(err.contains(&format!("s.csv:{line}")), "line {line} of {err}");
    }
    assert!(!Path::new(&out).exists());
    let file = written(home.path(), "d.csv", "customer_id,date\na,2026-01-01\nb,31.1.2026\n");
    let (code, _, err) = run(&[&file]);
    assert!(code == 2 && err.contains("d.csv:3: column 2"), "{err}");
    let file = written(home.path(), "h.csv", "name,day2\na,b\n");
    let (code, _, err) = run(&[&file]);
    assert!(code == 2 && err.contains("give id, frequency"), "{err}");
    // Too little to learn from is no fault of the table: no estimate exists.
    let file = written(home.path(), "few.csv", "id,frequency,recency,T\na,1,2,3\nb,0,0,3\n");
    let (code, _, err) = run(&[&file]);
    assert!(code == 1 && err.contains("1 of 2 customers"), "{err}");
}
