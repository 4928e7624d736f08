//! How a maker supplies its stores, on variants of scenarios/tiny: cars pushed instead of drawn, smallest orders, goals for
//! the sales served. Each plan is read again by `verify`.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// scenarios/tiny with more options for orders, planned; the summary's part on orders and the folder.
fn planned(home: &Path, name: &str, options: &str, changes: &[(&str, &str, &str)]) -> (Value, PathBuf) {
    let (folder, out) = (home.join(name), home.join(format!("{name}-results")));
    copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny"), &folder);
    let options = format!("[replenishment]\n{options}");
    for (file, old, new) in changes.iter().copied().chain([("scenario.toml", "[replenishment]\n", options.as_str())]) {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(old), "{file}: {old}");
        std::fs::write(folder.join(file), text.replace(old, new)).unwrap();
    }
    for step in ["place", "transfer", "replenish"] {
        let line = [step, folder.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
        Command::cargo_bin("forecourt").unwrap().args(line).assert().success();
    }
    let summary = std::fs::read_to_string(out.join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    (summary["steps"]["replenish"].clone(), out)
}

/// The grade that `verify` gives the orders of a folder in which it finds nothing wrong.
fn verified(out: &Path) -> String {
    let scenario = out.to_str().unwrap().trim_end_matches("-results");
    let line = ["verify", out.to_str().unwrap(), "--scenario", scenario, "--json"];
    let output = Command::cargo_bin("forecourt").unwrap().args(line).output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &said["ok"]), (Some(0), &Value::Bool(true)), "{said:#}");
    let orders = said["answers"].as_array().unwrap().iter().find(|a| a["step"] == "replenish").unwrap();
    orders["grade"].as_str().unwrap().to_owned()
}

/// Lines of orders.csv: site, model, cars, reason.
fn lines(out: &Path) -> Vec<(String, String, u32, String)> {
    let mut reader = csv::Reader::from_path(out.join("orders.csv")).unwrap();
    let at = reader.headers().unwrap().clone();
    let at = |name: &str| at.iter().position(|h| h == name).unwrap();
    let (site, model, cars, reason) = (at("site_id"), at("model_id"), at("cars"), at("reason"));
    let row = |r: csv::StringRecord| (r[site].into(), r[model].into(), r[cars].parse().unwrap(), r[reason].into());
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn cars(lines: &[(String, String, u32, String)]) -> u32 {
    lines.iter().map(|l| l.2).sum()
}

fn money(step: &Value, part: &str) -> f64 {
    step["cost_parts_cny"][part].as_f64().unwrap()
}

/// Two of the three free weeks build cars that no store can have within the horizon: 2 · (112 + 56) at 1,000 each; all else
/// is the plan of docs/tiny.md.
#[test]
fn a_built_car_without_a_store_costs_what_the_scenario_says() {
    let home = tempfile::tempdir().unwrap();
    let (pulled, base) = planned(home.path(), "pull", "", &[]);
    let (pushed, out) = planned(home.path(), "push", "mode = \"push\"\n", &[]);
    assert_eq!(lines(&out), lines(&base));
    assert_eq!(money(&pushed, "unallocated"), 336_000.0);
    assert_eq!(money(&pulled, "unallocated"), 0.0);
    let cost = |step: &Value| step["cost_cny"].as_f64().unwrap();
    assert!((cost(&pushed) - cost(&pulled) - 336_000.0).abs() < 0.005);
    assert_eq!(verified(&out), "A");
}

/// 300 build slots for M1 where the stores have use for fewer: drawn, the rest stays unbuilt; pushed at a price above every
/// cost of a car in the yard, all 300 are sent.
#[test]
fn pushed_cars_go_to_stores_that_would_not_draw_them() {
    let home = tempfile::tempdir().unwrap();
    let slots = [("supply.csv", "P1,M1,2026-07-06,112", "P1,M1,2026-07-06,300")];
    let (_, drawn) = planned(home.path(), "pull", "", &slots);
    let options = "mode = \"push\"\nunallocated_cny_per_car = 30000\n";
    let (_, pushed) = planned(home.path(), "push", options, &slots);
    let of = |out: &Path| lines(out).into_iter().filter(|l| l.1 == "M1").collect::<Vec<_>>();
    assert!(cars(&of(&drawn)) < 300, "{:?}", of(&drawn));
    assert_eq!(cars(&of(&pushed)), 300);
    assert!([drawn, pushed].iter().all(|out| ["A", "B"].contains(&verified(out).as_str())));
}

/// Lost are 91 of 588 cars, of both models more than a twentieth: 91 - 29.4 cars beyond the goal at 5,000 each.
#[test]
fn sales_lost_beyond_the_goal_cost_more() {
    let home = tempfile::tempdir().unwrap();
    let (step, out) = planned(home.path(), "goal", "fill_goal = 0.95\n", &[]);
    assert!((money(&step, "fill") - 61.6 * 5_000.0).abs() < 0.005, "{step}");
    assert_eq!(verified(&out), "A");
    let prices = std::fs::read_to_string(out.join("shadow_prices.csv")).unwrap();
    assert!(prices.contains("fill_goal,,M1,2026-06-29,5000,car"), "{prices}");
}

#[test]
fn no_order_is_smaller_than_the_smallest() {
    let home = tempfile::tempdir().unwrap();
    let (free, base) = planned(home.path(), "free", "", &[]);
    let (held, out) = planned(home.path(), "least", "minimum_order_cars = 20\n", &[]);
    assert!(lines(&base).iter().any(|l| l.2 < 20));
    assert!(lines(&out).iter().all(|l| l.2 >= 20), "{:?}", lines(&out));
    assert!(held["cost_cny"].as_f64() > free["cost_cny"].as_f64());
    // The rules of the trade keep to it as well, and none is cheaper than the plan.
    for rule in ["balanced_days_of_supply", "turn_and_earn"] {
        assert!(held["rules_beyond_plan_cny"][rule].as_f64().unwrap() >= 0.0, "{held}");
    }
    assert!(["A", "B"].contains(&verified(&out).as_str()));
    // A smaller order is found.
    let orders = std::fs::read_to_string(out.join("orders.csv")).unwrap();
    let line = orders.lines().find(|l| l.contains(",22,")).unwrap();
    std::fs::write(out.join("orders.csv"), orders.replace(line, &line.replace(",22,", ",19,"))).unwrap();
    let output = Command::cargo_bin("forecourt")
        .unwrap()
        .args(["verify", out.to_str().unwrap(), "--scenario", home.path().join("least").to_str().unwrap()])
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(0));
}

/// An order that no week's slots can fill is a fault of the scenario, with the place and the way out.
#[test]
fn a_smallest_order_that_is_never_built_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("tiny");
    copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny"), &folder);
    let file = folder.join("scenario.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("[replenishment]\n", "[replenishment]\nminimum_order_cars = 500\n")).unwrap();
    let output = Command::cargo_bin("forecourt").unwrap().args(["check", folder.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("scenario.toml:34:") && said.contains("minimum_order_cars to 112 or less"), "{said}");
}

/// D2 gives D1 28 M1 in docs/tiny.md, and D4, which closes, gives C1 all it has. A D2 that gives no car keeps its own; a C1 that
/// takes none leaves D4's to be sent on; a D4 that consents to nothing gives all the same, because it closes.
#[test]
fn stores_trade_as_far_as_they_consent() {
    let home = tempfile::tempdir().unwrap();
    let words = |site: &str, word: &str| -> Vec<String> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tiny/sites.csv")).unwrap();
        let with = |(k, line): (usize, &str)| match k {
            0 => format!("{line},transfers\n"),
            _ if line.starts_with(&format!("{site},")) => format!("{line},{word}\n"),
            _ => format!("{line},\n"),
        };
        vec![text.clone(), text.lines().enumerate().map(with).collect()]
    };
    let moved = |name: &str, site: &str, word: &str| {
        let [old, new] = words(site, word).try_into().unwrap();
        let (_, out) = planned(home.path(), name, "", &[("sites.csv", &old, &new)]);
        assert_eq!(verified(&out), "A");
        let text = std::fs::read_to_string(out.join("transfers.csv")).unwrap();
        let ends = |l: &str| l.split(',').take(2).collect::<Vec<_>>().join(" ");
        let all: Vec<String> = text.lines().skip(1).map(ends).collect();
        move |from: &str, to: &str| all.iter().filter(|e| **e == format!("{from} {to}")).count()
    };
    let free = moved("free", "D2", "both");
    assert_eq!((free("D2", "D1"), free("D3", "D1"), free("D4", "C1")), (28, 4, 42));
    let keeps = moved("keeps", "D2", "仅调入");
    assert_eq!((keeps("D2", "D1"), keeps("D4", "C1")), (0, 42));
    let closed = moved("closed", "D4", "none");
    assert_eq!((closed("D2", "D1"), closed("D4", "C1")), (28, 42));
    let alone = moved("alone", "C1", "gives");
    assert_eq!((alone("D2", "D1"), alone("D4", "C1")), (28, 0));
}
