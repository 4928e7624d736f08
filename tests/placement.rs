//! Covering, centres and undivided customers through the command: answers worked out by hand, and published optima where the files are there.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn solve(line: &[&str]) -> (i32, Value) {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    let output = command.arg("solve").args(line).arg("--json").output().unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), value)
}

fn data(name: &str) -> Option<PathBuf> {
    let home = std::env::var_os("FORECOURT_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = home.join("placement").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// The keys that every answer has, for an answer that is proved.
fn proved(value: &Value, objective: i64) {
    assert_eq!(value["status"], "optimal", "{value}");
    assert_eq!(value["objective"], objective, "{value}");
    assert_eq!(value["bound"], objective as f64, "{value}");
    assert_eq!((&value["gap"], &value["grade"]), (&Value::from(0.0), &Value::from("A")), "{value}");
    assert!(value["repeatable"] == true && value["seconds"].is_f64(), "{value}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Ten points on a line, a site on each, a radius that reaches the neighbours.
#[test]
fn a_line_is_covered_by_every_third_site() {
    let home = tempfile::tempdir().unwrap();
    let (sites, points) = (home.path().join("sites.csv"), home.path().join("points.csv"));
    let lines =
        |head: &str, row: &dyn Fn(usize) -> String| (0..10).fold(format!("{head}\n"), |all, k| all + &row(k) + "\n");
    fs::write(&sites, lines("id,x,y", &|k| format!("S{k},{k},0"))).unwrap();
    fs::write(&points, lines("x,y,demand", &|k| format!("{k},0,{}", if k == 4 { 20 } else { 1 }))).unwrap();
    let line =
        |more: &[&str]| solve(&[&["mclp", text(&points), "--sites", text(&sites), "--radius", "1"], more].concat());

    let (code, value) = line(&["--cover", "all"]);
    proved(&value, 4);
    assert_eq!((code, value["sites"].as_array().unwrap().len()), (0, 4));
    // Twice: the ends need 0, 1, 8 and 9, point 3 two of sites 2 to 4, point 6 two of sites 5 to 7.
    let (_, value) = line(&["--cover", "all", "--times", "2"]);
    proved(&value, 8);
    // The ends lie within the radius of two sites only.
    let (code, value) = line(&["--cover", "all", "--times", "3"]);
    assert_eq!((code, &value["status"], &value["objective"]), (1, &Value::from("infeasible"), &Value::Null));
    assert!(value["cause"].as_str().unwrap().contains("fewer than 3 sites"), "{value}");
    // Four sites that cover all reach 12 places: two of ten twice, one of them with a demand of 20.
    let (_, value) = line(&["--cover", "all", "--p", "4"]);
    assert_eq!((&value["status"], &value["objective"]), (&Value::from("optimal"), &Value::from(21)), "{value}");
    let (code, value) = line(&["--cover", "all", "--p", "3"]);
    assert!(code == 1 && value["cause"].as_str().unwrap().contains("no 3 sites"), "{value}");
    let (_, value) = line(&["--p", "1"]);
    proved(&value, 22);
    assert_eq!(line(&[]).0, 2);
    assert_eq!(line(&["--times", "2", "--p", "3"]).0, 2);
    fs::write(&points, "x,y\n50,0\n1,0\n").unwrap();
    let (code, value) = line(&["--cover", "all"]);
    assert!(code == 1 && value["cause"].as_str().unwrap().contains("a demand of 1"), "{value}");
}

#[test]
fn columns_cover_rows() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("scp.txt");
    // Column 4 covers everything for 9; columns 1 to 3 cover one row each for 2, 3, 3.
    fs::write(&file, "3 4\n2 3 3 9\n2\n1 4\n2\n2 4\n2\n3 4\n").unwrap();
    let (code, value) = solve(&["orlib-scp", text(&file)]);
    proved(&value, 8);
    assert_eq!((code, &value["sites"]), (0, &serde_json::json!([1, 2, 3])));
    let (_, value) = solve(&["orlib-scp", text(&file), "--unit-costs"]);
    proved(&value, 1);
    let (_, value) = solve(&["orlib-scp", text(&file), "--times", "2"]);
    proved(&value, 17);
    let (code, value) = solve(&["orlib-scp", text(&file), "--times", "3"]);
    assert!(code == 1 && value["cause"].as_str().unwrap().contains("fewer than 3 columns"), "{value}");
    fs::write(&file, "1 1\n3\n2\n").unwrap();
    assert_eq!(solve(&["orlib-scp", text(&file)]).0, 2);
}

/// Optima of Elloumi, Labbé and Pochet (2004), *A new formulation and resolution method for the p-center problem*,
/// INFORMS J. Comput. 16, for the graphs of OR-Library's p-median files.
#[test]
fn published_centres() {
    let optima = [127, 98, 93, 74, 48, 84, 64, 55, 37, 20, 59, 51, 36, 26, 18, 47, 39, 28, 18, 13];
    for (k, &optimum) in optima.iter().enumerate() {
        let Some(file) = data(&format!("pmed/pmed{}.txt", k + 1)) else { return };
        let (code, value) = solve(&["orlib-pcentre", text(&file)]);
        proved(&value, optimum);
        assert_eq!(code, 0);
    }
}

#[test]
fn centres_of_points() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("line.tsp");
    let points = (1..=9).fold(String::new(), |all, k| all + &format!("{k} {} 0\n", 10 * k));
    fs::write(&file, format!("DIMENSION : 9\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n{points}EOF\n")).unwrap();
    for (p, radius) in [(1, 40), (2, 20), (3, 10), (4, 10), (9, 0)] {
        let (_, value) = solve(&["tsplib-pcentre", text(&file), "--p", &p.to_string()]);
        proved(&value, radius);
        assert_eq!(value["sites"].as_array().unwrap().len(), p);
    }
    assert_eq!(solve(&["tsplib-pcentre", text(&file), "--p", "10"]).0, 1);
}

/// Centres that two published sources agree on, floor of the Euclidean distance.
#[test]
fn published_centres_of_points() {
    let rows = [("rl1304", 10, 3001), ("fl1400", 10, 389), ("fl1400", 100, 33)];
    let slow = [("rl1304", 100, 758), ("u1432", 10, 1063)];
    // Without optimisation the slow ones take minutes.
    let slow: &[_] = if cfg!(debug_assertions) { &[] } else { &slow };
    for (name, p, optimum) in rows.iter().chain(slow) {
        let Some(file) = data(&format!("tsplib/{name}.tsp")) else { return };
        let (code, value) = solve(&["tsplib-pcentre", text(&file), "--p", &p.to_string()]);
        proved(&value, *optimum);
        assert_eq!((code, value["sites"].as_array().unwrap().len()), (0, *p), "{name}");
    }
}

/// Two facilities of 5 at a fixed cost of 10, customers who ask for 3, 3 and 2. Divided, facility 1 serves the first and two
/// thirds of the second: 20 + 3 + (4 + 10) + 4. Undivided, only one of them fits there, and the first loses more elsewhere.
#[test]
fn undivided_customers_by_hand() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("cap.txt");
    let write = |demands: [u32; 3]| {
        let [a, b, c] = demands;
        fs::write(&file, format!("2 3\n5 10\n5 10\n{a}\n3 30\n{b}\n6 30\n{c}\n4 4\n")).unwrap();
    };
    write([3, 3, 2]);
    let (_, value) = solve(&["orlib-cap", text(&file)]);
    assert!((value["objective"].as_f64().unwrap() - 41.0).abs() < 1e-6, "{value}");
    let (code, value) = solve(&["orlib-cap", text(&file), "--single-source"]);
    assert_eq!(
        (code, &value["status"], &value["objective"]),
        (0, &Value::from("optimal"), &Value::from(57)),
        "{value}"
    );
    // All three together fill both facilities, but no two of them fit into one.
    write([3, 3, 4]);
    assert_eq!(solve(&["orlib-cap", text(&file)]).0, 0);
    let (code, value) = solve(&["orlib-cap", text(&file), "--single-source"]);
    assert_eq!((code, &value["status"], &value["cause"]), (1, &Value::from("infeasible"), &Value::Null), "{value}");
    write([2, 2, 6]);
    let (code, value) = solve(&["orlib-cap", text(&file), "--single-source"]);
    assert!(code == 1 && value["cause"].as_str().unwrap().contains("customer 3 asks for 6"), "{value}");
}

/// The published optima of divided customers bound those of undivided ones; where capacities are wide the two agree.
#[test]
fn published_optima_bound_undivided_customers() {
    let rows = [(61, 932_615.75), (62, 977_799.4), (63, 1_014_062.05), (64, 1_045_650.25), (74, 1_034_976.975)];
    let mut dearer = 0;
    for (name, divided) in rows {
        let Some(file) = data(&format!("cap/cap{name}.txt")) else { return };
        let (_, value) = solve(&["orlib-cap", text(&file)]);
        let found = value["objective"].as_f64().unwrap();
        assert!((found - divided).abs() < 1e-6 * divided, "{value}");
        let (code, value) = solve(&["orlib-cap", text(&file), "--single-source"]);
        assert_eq!(
            (code, &value["status"], &value["grade"]),
            (0, &Value::from("optimal"), &Value::from("A")),
            "{value}"
        );
        let whole = value["objective"].as_f64().unwrap();
        assert!(whole > divided * (1.0 - 1e-6), "{value}");
        dearer += usize::from(whole > divided * (1.0 + 1e-6));
    }
    assert_eq!(dearer, 2);
}
