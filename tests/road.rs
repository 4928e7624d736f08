//! The whole road once, through the command itself: from tables to results, step by step, whatever the threads and the
//! order of rows, with the exit codes that scripts rely on.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn forecourt() -> Command {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    command.current_dir(root());
    command
}

/// Runs a command line that must succeed; returns stdout.
fn done(line: &[&str]) -> String {
    let output = forecourt().args(line).output().unwrap();
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// All files of a folder, without what differs between equal runs.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut bytes = fs::read(&path).unwrap();
        if name == "provenance.json" {
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            value.as_object_mut().unwrap().remove("run").expect("times stand under run");
            bytes = value.to_string().into_bytes();
        }
        files.insert(name, bytes);
    }
    files
}

fn plan_tiny(out: &Path, more: &[&str]) -> Value {
    let mut line = vec!["plan", "scenarios/tiny", "--quiet", "--json", "--out", out.to_str().unwrap()];
    line.extend(more);
    serde_json::from_str(&done(&line)).expect("--json prints one object")
}

#[test]
fn the_main_job_gives_the_same_bytes_for_any_number_of_threads() {
    let home = tempfile::tempdir().unwrap();
    let out = |k: &str| home.path().join(k);
    let printed = plan_tiny(&out("one"), &["--threads", "1"]);
    plan_tiny(&out("two"), &["--threads", "2"]);
    plan_tiny(&out("eight"), &["--threads", "8"]);
    let one = content(&out("one"));
    assert_eq!(one, content(&out("two")));
    assert_eq!(one, content(&out("eight")));
    let written: Value = serde_json::from_slice(&one["summary.json"]).unwrap();
    assert_eq!(printed, written, "--json prints what summary.json holds");
    for file in ["placement.csv", "orders.csv", "transfers.csv", "kpi.csv", "zones.csv", "weeks.csv"] {
        assert!(one[file].iter().filter(|b| **b == b'\n').count() > 1, "{file} has rows");
    }
    assert!(out("one").join("report.html").is_file());
}

/// The page uses every table of the main job; eight weeks are too few to test the forecast on itself.
#[test]
fn the_page_finds_its_tables() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    plan_tiny(&out, &[]);
    let output = forecourt().args(["report", out.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.trim_end().rsplit(": ").next().unwrap(), "forecast_backtest.csv", "{said}");
    let map: Value = serde_json::from_slice(&fs::read(out.join("network.geojson")).unwrap()).unwrap();
    let layer =
        |name: &str| map["features"].as_array().unwrap().iter().filter(|f| f["properties"]["layer"] == name).count();
    assert_eq!((layer("zone"), layer("store"), layer("plant")), (5, 7, 1));
    assert!(layer("transfer") > 0);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let home = tempfile::tempdir().unwrap();
    let shuffled = home.path().join("tiny");
    fs::create_dir(&shuffled).unwrap();
    for entry in fs::read_dir(root().join("scenarios/tiny")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let mut text = fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|e| e == "csv") {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[1..].reverse();
            text = lines.join("\n") + "\n";
        }
        fs::write(shuffled.join(path.file_name().unwrap()), text).unwrap();
    }
    plan_tiny(&home.path().join("a"), &[]);
    let (other, scenario) = (home.path().join("b"), shuffled.to_str().unwrap());
    done(&["plan", scenario, "--quiet", "--out", other.to_str().unwrap()]);
    let (mut a, mut b) = (content(&home.path().join("a")), content(&other));
    // The provenance holds the hashes of the files, which differ by design.
    assert_ne!(a.remove("provenance.json"), b.remove("provenance.json"));
    assert_ne!(a.remove("report.html"), b.remove("report.html"), "the page shows the provenance");
    assert_eq!(a, b);
}

#[test]
fn steps_taken_one_by_one_meet_the_main_job() {
    let home = tempfile::tempdir().unwrap();
    let (whole, steps) = (home.path().join("whole"), home.path().join("steps"));
    plan_tiny(&whole, &[]);
    for step in ["forecast", "place", "transfer", "replenish", "monitor", "simulate"] {
        done(&[step, "scenarios/tiny", "--quiet", "--out", steps.to_str().unwrap()]);
    }
    let (whole, steps) = (content(&whole), content(&steps));
    for (name, bytes) in &whole {
        if !["provenance.json", "summary.json", "report.html"].contains(&name.as_str()) {
            assert!(steps.get(name) == Some(bytes), "{name} differs between the main job and the single steps");
        }
    }
}

/// The placement of scenarios/tiny as docs/tiny.md derives it by hand.
#[test]
fn the_placement_of_tiny_is_the_one_derived_by_hand() {
    let home = tempfile::tempdir().unwrap();
    let summary = plan_tiny(&home.path().join("r"), &[]);
    let place = &summary["steps"]["place"];
    assert_eq!(place["profit_today_cny_per_year"], 46_125_374.45);
    assert_eq!(place["profit_plan_cny_per_year"], 58_826_824.45);
    let above = place["bound_cny_per_year"].as_f64().unwrap() - 58_826_824.45;
    assert!((0.0..1.0).contains(&above), "the bound is {above} above the profit");
    assert_eq!(place["grade"], "A");
    assert_eq!(place["one_off_cost_cny"], 11_000_000.0);
    assert_eq!(summary["steps"]["forecast"]["cars_per_week"], 147.0);
    assert_eq!(summary["steps"]["forecast"]["margin_of_average_car_cny"], 12_000.0);
    assert_eq!(summary["steps"]["forecast"]["holding_of_average_car_cny"], 326.67);
    let text = fs::read_to_string(home.path().join("r/placement.csv")).unwrap();
    let rows: BTreeMap<&str, Vec<&str>> =
        text.lines().skip(1).map(|l| (l.split(',').next().unwrap(), l.split(',').collect())).collect();
    // site: action, sales today, sales plan, profit today, profit plan, one-off, cost of the next best, which that is
    let expected = [
        ("C1", "open", "0", "1095", "0", "7223846.35", "10000000", "5223846.35", "stay_closed"),
        ("C2", "stay_closed", "0", "0", "0", "0", "0", "1914434.55", "open"),
        ("C3", "stay_closed", "0", "0", "0", "0", "0", "4636089.15", "open"),
        ("D1", "keep", "2190", "2190", "16546242.7", "16546242.7", "0", "14990593.22", "close"),
        ("D2", "keep", "3285", "3285", "28934339.05", "28934339.05", "0", "24914210.3", "close"),
        ("D3", "keep", "1095", "1095", "8322396.35", "8322396.35", "0", "6181960.65", "close"),
        ("D4", "close", "1095", "0", "-7677603.65", "0", "1000000", "7477603.65", "keep"),
    ];
    for (site, action, sales_today, sales_plan, profit_today, profit_plan, one_off, cost, next) in expected {
        let row = &rows[site];
        assert_eq!(
            (row[1], row[5], row[6], row[8], row[9], row[10], row[11], row[15]),
            (action, sales_today, sales_plan, profit_today, profit_plan, one_off, cost, next),
            "{site}"
        );
    }
}

/// Every task that names an order or a transfer names one that is in the plan, and every raised warning has a task.
#[test]
fn tasks_point_at_lines_of_the_plan() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    done(&["monitor", "scenarios/tiny", "--quiet", "--out", out.to_str().unwrap()]);
    let table = |file: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(out.join(file)).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    };
    let (orders, moves) = (table("orders.csv"), table("transfers.csv"));
    let (warnings, tasks) = (table("warnings.csv"), table("tasks.csv"));
    let raised = warnings.iter().filter(|w| w["status"] == "raised").count();
    let answered: usize = tasks.iter().map(|t| t["warnings"].parse::<usize>().unwrap()).sum();
    assert_eq!(raised, answered, "every raised warning belongs to one task");
    let lines = |t: &BTreeMap<String, String>| -> Vec<String> {
        let place = if t["action"] == "decide" { &t["site_id"] } else { &t["week_start"] };
        let names = ["action", "from_site_id", "to_site_id", "order_model_id"].map(|c| t[c].clone());
        names.into_iter().chain([place.clone()]).collect()
    };
    let different: std::collections::BTreeSet<_> = tasks.iter().map(lines).collect();
    assert_eq!(different.len(), tasks.len(), "one task for a line of the plan");
    let places: std::collections::BTreeSet<_> =
        warnings.iter().map(|w| (&w["site_id"], &w["model_id"], &w["plant_id"], &w["region"])).collect();
    assert_eq!(places.len(), warnings.len(), "one warning a dealer and model");
    let (mut ordered, mut moved) = (0, 0);
    for t in &tasks {
        match t["action"].as_str() {
            "order" => {
                ordered += 1;
                assert!(orders.iter().any(|o| {
                    (&o["plant_id"], &o["site_id"], &o["model_id"], &o["week_start"], &o["cars"])
                        == (&t["from_site_id"], &t["to_site_id"], &t["order_model_id"], &t["week_start"], &t["cars"])
                }));
            }
            "transfer" => {
                moved += 1;
                let same = moves.iter().filter(|m| {
                    (&m["from_site_id"], &m["to_site_id"], &m["model_id"])
                        == (&t["from_site_id"], &t["to_site_id"], &t["order_model_id"])
                });
                assert_eq!(same.count().to_string(), t["cars"]);
            }
            other => assert_eq!(other, "decide"),
        }
    }
    assert!(ordered > 0 && moved > 0);
}

#[test]
fn exit_codes_say_what_happened() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let code = |line: &[&str]| forecourt().args(line).output().unwrap().status.code();
    assert_eq!(code(&["check", "scenarios/tiny"]), Some(0));
    assert_eq!(code(&["check", "scenarios/nowhere"]), Some(2));
    assert_eq!(code(&["plan", "scenarios/nowhere", "--out", out.to_str().unwrap()]), Some(2));
    assert_eq!(code(&["plan"]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
    assert!(!out.exists(), "nothing is written for bad input");
    // A rule that nobody can obey: two stores at the least where only one may be.
    let tight = home.path().join("tight");
    copy_files(&root().join("scenarios/tiny"), &tight);
    let toml = fs::read_to_string(tight.join("scenario.toml")).unwrap();
    let toml: Vec<&str> = toml.lines().filter(|l| !l.contains("max_close")).collect();
    let toml = toml.join("\n").replace("[placement]", "[placement]\nmin_stores = 5\nmax_open = 0");
    fs::write(tight.join("scenario.toml"), toml).unwrap();
    let output = forecourt().args(["place", tight.to_str().unwrap(), "--out", out.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("max_open must be at least 1") || said.contains("min_stores can be at most 4"), "{said}");
    assert!(!out.exists());
}

#[test]
fn money_in_the_tables_adds_up_to_the_summary() {
    let home = tempfile::tempdir().unwrap();
    let out: PathBuf = home.path().join("r");
    let summary = plan_tiny(&out, &[]);
    let kpi = |id: &str, which: &str| {
        let list = summary["kpis"].as_array().unwrap();
        list.iter().find(|k| k["id"] == id).unwrap()[which]["mean"].as_f64().unwrap()
    };
    for which in ["today", "plan", "difference"] {
        let parts = [
            "holding_cost",
            "age_discount",
            "lost_sales_cost",
            "freight_cost",
            "transfer_cost",
            "fixed_cost",
            "one_off_cost",
        ];
        let sum = kpi("contribution", which) - parts.iter().map(|p| kpi(p, which)).sum::<f64>();
        assert!((sum - kpi("profit", which)).abs() <= 6.0, "{which}: {sum} against {}", kpi("profit", which));
    }
    // Profit of the placement, recomputed from placement.csv alone: stores' profits less one-off money over five years.
    let text = fs::read_to_string(out.join("placement.csv")).unwrap();
    let column =
        |k: usize| text.lines().skip(1).map(|l| l.split(',').nth(k).unwrap().parse::<f64>().unwrap()).sum::<f64>();
    let objective = summary["steps"]["place"]["objective_cny_per_year"].as_f64().unwrap();
    assert!((column(9) - column(10) / 5.0 - objective).abs() <= 1e-6 * objective);
    // Cars ordered and moved are those of the tables.
    let rows = |file: &str, k: usize| -> f64 {
        let text = fs::read_to_string(out.join(file)).unwrap();
        text.lines().skip(1).map(|l| l.split(',').nth(k).unwrap().parse::<f64>().unwrap()).sum()
    };
    assert_eq!(rows("orders.csv", 4), summary["steps"]["replenish"]["cars_ordered"].as_f64().unwrap());
    assert_eq!(rows("transfers.csv", 4), summary["steps"]["transfer"]["moves"].as_f64().unwrap());
}

/// Every `forecourt …` line in a fenced block of the README and the guides is run, except those on the large scenario.
#[test]
fn commands_in_the_readme_run() {
    let mut count = 0;
    for page in ["README.md", "docs/tiny.md", "docs/studies.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let mut fenced = false;
        for line in text.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
            }
            let Some(words) = line.trim_start().strip_prefix("target/release/forecourt ").filter(|_| fenced) else {
                continue;
            };
            let words = words.split('#').next().unwrap();
            if words.contains("china") || words.contains("../shared") || words.contains("proof.json") {
                continue;
            }
            let home = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(root().join("scenarios"), home.path().join("scenarios")).unwrap();
            if words.contains("results/tiny") {
                let out = home.path().join("results/tiny");
                plan_tiny(&out, &[]);
            }
            if words.contains("tables.xlsx") {
                let line =
                    ["xlsx", "export", "scenarios/tiny", "--out", home.path().join("tables.xlsx").to_str().unwrap()]
                        .map(str::to_owned);
                done(&line.iter().map(String::as_str).collect::<Vec<_>>());
            }
            if words.contains("results/tiny-growth") {
                plan_tiny(&home.path().join("results/tiny-growth"), &["--variant", "growth"]);
            }
            if words.contains("results/demo.db") && !words.starts_with("ingest") {
                let line = "ingest scenarios/warehouse/mapping.toml --warehouse results/demo.db";
                let mut first = Command::cargo_bin("forecourt").unwrap();
                first.current_dir(home.path()).args(line.split_whitespace()).assert().success();
            }
            let mut command = Command::cargo_bin("forecourt").unwrap();
            let output = command.current_dir(home.path()).args(words.split_whitespace()).output().unwrap();
            assert!(output.status.success(), "{page}: {line}: {}", String::from_utf8_lossy(&output.stderr));
            count += 1;
        }
    }
    assert!(count >= 6, "only {count} commands were found");
}

/// The README's commands on public instances, one after the other in one folder, where the instances are there.
#[test]
fn commands_on_public_instances_run() {
    let shared = std::env::var("FORECOURT_DATA").map_or_else(|_| root().join("../shared/data"), Into::into);
    let Ok(data) = shared.canonicalize() else {
        println!("not there: {}", shared.display());
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let work = home.path().join("work");
    fs::create_dir(&work).unwrap();
    fs::create_dir(home.path().join("shared")).unwrap();
    std::os::unix::fs::symlink(data, home.path().join("shared/data")).unwrap();
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let public = |l: &&str| l.contains("../shared") || l.contains("proof.json");
    let lines = text.lines().filter_map(|l| l.strip_prefix("target/release/forecourt ")).filter(public);
    let mut count = 0;
    for line in lines {
        let output = forecourt().current_dir(&work).args(line.split_whitespace()).output().unwrap();
        // An answer that the clock stops says so: 3.
        let fine = [Some(0), line.contains("--time-limit").then_some(3)];
        assert!(fine.contains(&output.status.code()), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        count += 1;
    }
    assert!(count >= 9, "only {count} commands were found");
}

/// The next Monday's tables: other stock and a later today. The network that was placed stays; a folder of somebody else
/// is refused before any work.
#[test]
fn a_new_monday_keeps_the_placed_network() {
    let home = tempfile::tempdir().unwrap();
    let (out, monday) = (home.path().join("r"), home.path().join("tiny"));
    copy_files(&root().join("scenarios/tiny"), &monday);
    let (folder, to) = (monday.to_str().unwrap(), out.to_str().unwrap());
    done(&["plan", folder, "--quiet", "--out", to]);
    let placed = fs::read(out.join("placement.csv")).unwrap();
    let orders = fs::read(out.join("orders.csv")).unwrap();
    let stock = fs::read_to_string(monday.join("stock.csv")).unwrap();
    let fewer: Vec<&str> = stock.lines().filter(|l| !l.starts_with("D4,")).collect();
    assert!(fewer.len() < stock.lines().count(), "a table that differs");
    fs::write(monday.join("stock.csv"), fewer.join("\n") + "\n").unwrap();
    let said = forecourt().args(["monitor", folder, "--quiet", "--out", to]).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.contains("today's network"), "{said}");
    assert_eq!(fs::read(out.join("placement.csv")).unwrap(), placed);
    assert!(!out.join("kpi.csv").exists(), "figures of other tables are gone");
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["steps"]["place"]["closed"], 1);
    let closed = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().any(|l| l.contains("D4"));
    assert!(!closed(&orders) && !closed(&fs::read(out.join("orders.csv")).unwrap()));
    // Another network: the old plan is left aside, and that is said.
    let sites = fs::read_to_string(monday.join("sites.csv")).unwrap();
    fs::write(monday.join("sites.csv"), sites + "\n").unwrap();
    let said = forecourt().args(["monitor", folder, "--quiet", "--out", to]).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("left aside"), "{said}");
    let full = home.path().join("mine");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("thesis.txt"), "years").unwrap();
    let refused = forecourt().args(["plan", folder, "--out", full.to_str().unwrap()]).output().unwrap();
    assert_eq!(refused.status.code(), Some(73));
    let drawn = forecourt().args(["report", full.to_str().unwrap()]).output().unwrap();
    assert_ne!(drawn.status.code(), Some(0));
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1, "nothing was added");
}

/// What-if factors reach the forecast, the stores and the customers: half of everything is half of everything; a zone that
/// asks for nothing leaves its stores without its sales.
#[test]
fn factors_of_models_and_zones_scale_what_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let copy = |name: &str, change: &dyn Fn(&str, String) -> String| {
        let folder = home.path().join(name);
        fs::create_dir(&folder).unwrap();
        for entry in fs::read_dir(root().join("scenarios/tiny")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).unwrap();
                fs::write(folder.join(&file), change(&file, text)).unwrap();
            }
        }
        let out = home.path().join(format!("{name}-out"));
        done(&["place", folder.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()]);
        let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
        let mut sales = BTreeMap::new();
        for row in csv::Reader::from_path(out.join("placement.csv")).unwrap().deserialize::<BTreeMap<String, String>>()
        {
            let row = row.unwrap();
            sales.insert(row["site_id"].clone(), row["sales_today_per_year"].parse::<f64>().unwrap_or(0.0));
        }
        (summary["steps"]["forecast"]["cars_per_week"].as_f64().unwrap(), sales)
    };
    let column = |text: String, of: &dyn Fn(&str) -> &'static str| -> String {
        let add = |(k, l): (usize, &str)| format!("{l},{}", if k == 0 { "demand_factor" } else { of(l) });
        text.lines().enumerate().map(add).collect::<Vec<_>>().join("\n") + "\n"
    };
    let plain = copy("plain", &|_, text| text);
    let models = copy("models", &|file, text| if file == "models.csv" { column(text, &|_| "0.5") } else { text });
    let zones = copy("zones", &|file, text| if file == "zones.csv" { column(text, &|_| "0.5") } else { text });
    let one = |l: &str| if l.starts_with("Z4,") { "0" } else { "1" };
    let empty = copy("empty", &|file, text| if file == "zones.csv" { column(text, &one) } else { text });
    assert!((plain.0 - 147.0).abs() < 1e-9);
    for half in [&models, &zones] {
        assert!((half.0 - 73.5).abs() < 1e-6, "{}", half.0);
    }
    // Z4 buys 21 cars a week from D4 alone.
    assert!((empty.0 - 126.0).abs() < 1e-6, "{}", empty.0);
    assert!((plain.1["D4"] - 1095.0).abs() < 1e-6 && empty.1["D4"] == 0.0);
    assert!((empty.1["D2"] - plain.1["D2"]).abs() < 1e-6);
    for half in [&models, &zones] {
        assert!((half.1["D2"] - 0.5 * plain.1["D2"]).abs() < 1e-6, "{}", half.1["D2"]);
    }
}

/// Policies in a closed loop on sixty weeks of tiny's sales: every policy serves what was asked for, knowing the future is
/// cheapest, and threads change nothing.
#[test]
fn policies_are_played_week_by_week() {
    let home = tempfile::tempdir().unwrap();
    let long = home.path().join("tiny");
    copy_files(&root().join("scenarios/tiny"), &long);
    let sales = fs::read_to_string(long.join("sales.csv")).unwrap();
    let first: jiff::civil::Date = "2026-05-04".parse().unwrap();
    let mut rows = String::from("site_id,model_id,week_start,sold_cars\n");
    for line in sales.lines().filter(|l| l.contains(",2026-05-04,")) {
        let cells: Vec<&str> = line.split(',').collect();
        let sold: i64 = cells[3].parse().unwrap();
        for w in 0..60_i64 {
            let monday = first.saturating_add(jiff::Span::new().days(7 * (w - 52)));
            rows += &format!("{},{},{monday},{}\n", cells[0], cells[1], sold + (w * 7 % 5) - 2);
        }
    }
    fs::write(long.join("sales.csv"), rows).unwrap();
    let line =
        ["simulate", long.to_str().unwrap(), "--policy", "all", "--replications", "6", "--fill", "90%", "--json"];
    let on = |threads: &str| done(&[&line[..], &["--quiet", "--threads", threads]].concat());
    let told = on("1");
    assert_eq!(told, on("2"));
    let value: Value = serde_json::from_str(&told).unwrap();
    let policies = value["policies"].as_array().unwrap();
    let names: Vec<&str> = policies.iter().map(|p| p["policy"].as_str().unwrap()).collect();
    assert_eq!(names, ["vmi", "vmi-alone", "base-stock", "balanced-days", "perfect"]);
    let cost = |k: usize| policies[k]["cost"]["mean"].as_f64().unwrap();
    for k in 0..4 {
        let fill = policies[k]["fill_rate"].as_f64().unwrap();
        assert!((fill - 0.9).abs() < 0.03, "{}: {fill}", names[k]);
        assert!(cost(k) > cost(4), "{}: {} against {}", names[k], cost(k), cost(4));
    }
    // Eight weeks of sales are too few to learn from, and that is said.
    let short = forecourt().args(["simulate", "scenarios/tiny", "--policy", "vmi"]).output().unwrap();
    assert_eq!(short.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&short.stderr).contains("34 weeks"));
}

/// The Chinese page says nothing that the English one does not run.
#[test]
fn both_readmes_show_the_same_commands() {
    let commands = |page: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let line = |l: &str| l.trim().starts_with("target/release/forecourt ") || l.trim().starts_with("make ");
        text.lines().filter(|l| line(l)).map(|l| l.split('#').next().unwrap().trim().to_owned()).collect()
    };
    let (english, chinese) = (commands("README.md"), commands("README.zh.md"));
    assert!(chinese.len() >= 10);
    for command in &chinese {
        assert!(english.contains(command), "{command}");
    }
    for word in ["init", "xlsx", "compare", "why", "doctor"] {
        assert!(chinese.iter().any(|c| c.contains(&format!("forecourt {word}"))), "{word}");
    }
}

/// A study: every point once, the second run works nothing, shards and merge write what one run writes, a stopped study goes
/// on, and points that cannot be worked are named.
#[test]
fn a_study_is_the_same_whoever_works_it() {
    let home = tempfile::tempdir().unwrap();
    let study = home.path().join("what-if.toml");
    let text = fs::read_to_string(root().join("scenarios/tiny/studies/what-if.toml")).unwrap();
    let base = root().join("scenarios/tiny");
    let text = text.replace("base = \"..\"", &format!("base = {:?}", base.to_str().unwrap()));
    fs::write(&study, text.replace("replications = 50", "replications = 4")).unwrap();
    let out = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let run = |what: &str, to: &str, more: &[&str]| {
        let line = ["study", what, study.to_str().unwrap(), "--quiet", "--out", to];
        forecourt().args(line).args(more).output().unwrap()
    };
    let one = out("one");
    let first = run("run", &one, &["--json", "--threads", "1"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let value: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!((&value["points"], &value["with_plan"]), (&12.into(), &12.into()));
    assert_eq!(value["ranking"].as_array().unwrap().len(), 12);
    let points = |to: &str| fs::read_to_string(Path::new(to).join("points.csv")).unwrap();
    assert_eq!(points(&one).lines().count(), 13);
    // Demand that is built for is more profit (beyond it, customers are lost); a rival that leaves too.
    let effects = value["effects"].as_array().unwrap();
    let rises = |axis: &str| {
        let of = effects.iter().find(|e| e["axis"] == axis).unwrap()["profit_by_value"].as_array().unwrap();
        let profit = |name: &str| of.iter().find(|v| v[0] == name).unwrap()[1].as_f64().unwrap();
        if axis == "demand" { profit("1") > profit("0.8") } else { profit("leaves") > profit("stays") }
    };
    assert!(rises("demand") && rises("rival"), "{effects:?}");
    assert!(value["regrets"][0]["regret"].as_f64().unwrap() >= 0.0);
    let again = run("status", &one, &["--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&again.stdout).unwrap()["missing"], 0);
    // Three shards, one of them missing at first.
    let parts = out("parts");
    for part in ["1/3", "3/3"] {
        assert!(run("shard", &parts, &["--part", part]).status.success());
    }
    let early = run("merge", &parts, &[]);
    assert_eq!(early.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&early.stderr).contains("4 of 12 points are not worked yet (2, 5, 8, 11)"));
    assert!(run("shard", &parts, &["--part", "2/3"]).status.success());
    assert!(run("merge", &parts, &[]).status.success());
    for file in ["points.csv", "effects.csv", "study.json"] {
        let read = |to: &str| fs::read(Path::new(to).join(file)).unwrap();
        assert_eq!(read(&one), read(&parts), "{file}");
    }
    // Half of the store is lost: only that is worked again.
    let store = home.path().join("parts.store/points");
    let kept: Vec<_> = fs::read_dir(&store).unwrap().map(|e| e.unwrap().path()).collect();
    kept.iter().step_by(2).for_each(|p| fs::remove_dir_all(p).unwrap());
    assert!(run("run", &parts, &[]).status.success());
    assert_eq!(points(&one), points(&parts));
    // A point that is no scenario.
    let text = fs::read_to_string(&study).unwrap().replace("rival_weight = 0.8", "rival_weight = -0.8");
    fs::write(&study, text).unwrap();
    let wrong = run("run", &out("wrong"), &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("rival = leaves") && said.contains("E02"), "{said}");
    assert!(!home.path().join("wrong").exists());
}

/// Points far more than threads do not pile up on one stack.
#[test]
fn a_study_of_many_points_comes_to_its_end() {
    let home = tempfile::tempdir().unwrap();
    let (study, out) = (home.path().join("many.toml"), home.path().join("many"));
    let base = root().join("scenarios/tiny");
    let text = format!(
        "base = {:?}\ndesign = \"sobol\"\npoints = 400\nreplications = 2\n[[axis]]\nname = \"demand\"\nrange = [0.8, 1.2]\n\
         table = \"zones\"\nscale = \"demand_factor\"\n[[axis]]\nname = \"rival\"\nrange = [0.5, 1.5]\ntable = \"zones\"\n\
         scale = \"rival_weight\"\n",
        base.to_str().unwrap()
    );
    fs::write(&study, text).unwrap();
    let told = done(&["study", "run", study.to_str().unwrap(), "--quiet", "--json", "--out", out.to_str().unwrap()]);
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["points"], 400);
}
