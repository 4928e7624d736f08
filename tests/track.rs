//! `forecourt track`: cars on the road, through the command itself.

use assert_cmd::Command;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

fn run(home: &Path, line: &str) -> (i32, String, String) {
    let output =
        Command::cargo_bin("forecourt").unwrap().current_dir(home).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Sixty cars that came at 20 to 26 km an hour, and three that are half way: `slow` lags and is promised early, `quick` is
/// ahead and promised late, `other` goes to another dealer.
fn reports() -> String {
    let mut text = String::from("car_id,time,remaining_km,dealer_id,model_id,promised\n");
    for k in 0..60 {
        let hours = 600.0 / (20.0 + 0.1 * f64::from(k));
        for step in 0..=6 {
            let at = 24.0 * f64::from(k % 20) + hours * f64::from(step) / 6.0;
            let (day, minute) = ((at / 24.0) as u32, ((at % 24.0) * 60.0) as u32);
            let km = 600 - 100 * step;
            let _ = writeln!(text, "F{k},2026-05-{:02} {:02}:{:02},{km},D1,M1,", day + 1, minute / 60, minute % 60);
        }
    }
    for (car, km, dealer, promised) in
        [("slow", 400, "D1", "2026-06-01 22:00"), ("quick", 100, "D1", "2026-06-03 12:00"), ("other", 300, "D2", "")]
    {
        let _ = writeln!(text, "{car},2026-06-01 00:00,600,{dealer},M1,{promised}");
        let _ = writeln!(text, "{car},2026-06-01 14:00,{km},{dealer},M1,{promised}");
    }
    text
}

#[test]
fn the_car_that_is_ahead_takes_the_urgent_promise() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("p.csv"), reports()).unwrap();
    let (code, text, err) = run(home.path(), "track p.csv --json --out out");
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&answer["finished"], &answer["under_way"]), (&60.into(), &3.into()));
    assert_eq!(answer["late"][0]["car_id"], "slow");
    assert!(answer["late"][0]["probability"].as_f64().unwrap() > 0.9, "{answer}");
    let swaps = fs::read_to_string(home.path().join("out/swaps.csv")).unwrap();
    assert!(swaps.contains("quick,M1,D1,D1,slow,2026-06-01 22:00"), "{swaps}");
    assert!(answer["expected_cost_after_swaps"].as_f64() < answer["expected_cost"].as_f64());
    // By the last day everything has come, as surely as can be said.
    let arrivals = fs::read_to_string(home.path().join("out/arrivals.csv")).unwrap();
    let last = arrivals.lines().rfind(|l| l.starts_with("D1")).unwrap();
    assert!(last.rsplit_once(',').unwrap().1.parse::<f64>().unwrap() > 1.98, "{last}");
    assert_eq!(run(home.path(), "track p.csv --json --out out").1, text);
    assert!(run(home.path(), "track p.csv").1.contains("quick takes the place of slow at D1"));
}

#[test]
fn faults_have_a_place_and_too_little_is_said_to_be() {
    let home = tempfile::tempdir().unwrap();
    let bad = "car_id,time,remaining_km,dealer_id,model_id\nA,soon,5,D,M\nA,2026-01-01,-5,D,M\nA,2026-01-01,5,E,M\n";
    fs::write(home.path().join("p.csv"), bad).unwrap();
    let (code, out, err) = run(home.path(), "track p.csv");
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["p.csv:2:3", "p.csv:3:14", "p.csv:4:1"] {
        assert!(err.contains(part), "{part}: {err}");
    }
    fs::write(home.path().join("p.csv"), "car_id,time,remaining_km,dealer_id,model_id\nA,2026-01-01,5,D,M\n").unwrap();
    let (code, _, err) = run(home.path(), "track p.csv");
    assert!(code == 1 && err.contains("at least 30"), "{err}");
}

/// Tiny's table expects 14 cars of M1 at D3 in the first week and 28 at D1 in the second. Of those of D3 one comes in time, one ten
/// days from now; one comes to a store that the table has nothing for.
#[test]
fn a_scenario_is_planned_again_with_what_is_on_the_road() {
    let home = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    let tiny = tiny.to_str().unwrap();
    let mut text = reports().replace("2026-05-", "2026-06-");
    text =
        text.lines().filter(|l| l.starts_with("car_id") || l.starts_with('F')).fold(String::new(), |t, l| t + l + "\n");
    for (car, km, dealer) in [("near", 300, "D3"), ("far", 5_000, "D3"), ("new", 300, "D2")] {
        let _ = writeln!(text, "{car},2026-06-27 00:00,{},{dealer},M1,", km + 300);
        let _ = writeln!(text, "{car},2026-06-27 14:00,{km},{dealer},M1,");
    }
    fs::write(home.path().join("p.csv"), &text).unwrap();
    let (code, said, err) = run(home.path(), &format!("track p.csv --scenario {tiny} --out out --json"));
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    let table = &answer["under_way_table"];
    let counts = ["later", "sooner", "unknown", "lost", "pairs"].map(|k| table[k].as_u64().unwrap());
    assert_eq!(counts, [1, 0, 1, 0, 2], "{table}");
    // The reports end at 14:00 two days before today.
    assert_eq!((table["arrived"].as_u64(), table["hours_before_today"].as_f64()), (Some(0), Some(34.0)));
    let variant = fs::read_to_string(home.path().join("out/tracked.toml")).unwrap();
    for row in [
        "site_id = \"D2\", model_id = \"M1\", arrival_week_start = \"2026-06-29\", cars = 1 }",
        "site_id = \"D3\", model_id = \"M1\", arrival_week_start = \"2026-06-29\", cars = 12 }",
        "arrival_week_start = \"2026-06-29\", cars = 1, promised_week_start = \"2026-06-29\" }",
        "arrival_week_start = \"2026-07-06\", cars = 1, promised_week_start = \"2026-06-29\" }",
    ] {
        assert!(variant.contains(row), "{row} in {variant}");
    }
    // The variant is a scenario: it is checked, and planned from.
    let (code, _, err) = run(home.path(), &format!("check {tiny} --variant out/tracked.toml"));
    assert_eq!(code, 0, "{err}");
    for step in ["transfer", "replenish"] {
        let line = format!("{step} {tiny} --variant out/tracked.toml --out planned --quiet");
        let (code, _, err) = run(home.path(), &line);
        assert_eq!(code, 0, "{err}");
    }
    let (code, said, _) = run(home.path(), &format!("track p.csv --scenario {tiny} --out out"));
    assert!(
        code == 0
            && said.contains("1 arrive in a later week")
            && said.contains("--variant out/tracked.toml")
            && said.contains("warning: the present lies 1.4 days before the scenario's today, 2026-06-29"),
        "{said}"
    );
    // Ids that the scenario does not have.
    fs::write(home.path().join("q.csv"), text.replace(",D3,", ",D33,")).unwrap();
    let (code, _, err) = run(home.path(), &format!("track q.csv --scenario {tiny}"));
    assert!(code == 2 && err.contains("dealer \"D33\""), "{err}");
}

/// A copy of tiny with other cars under way.
fn tiny_with(home: &Path, in_transit: &str) {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    fs::create_dir(home.join("tiny")).unwrap();
    for entry in fs::read_dir(tiny).unwrap().map(Result::unwrap).filter(|e| e.file_type().unwrap().is_file()) {
        fs::copy(entry.path(), home.join("tiny").join(entry.file_name())).unwrap();
    }
    let table = format!("site_id,model_id,arrival_week_start,cars\n{in_transit}");
    fs::write(home.join("tiny/in_transit.csv"), table).unwrap();
}

/// Today is Monday, the reports end on Thursday. The table has a car for this week, which came on Wednesday, and one for the week
/// after the next two, which is on time.
#[test]
fn a_car_that_has_come_stands_for_the_first_row() {
    let home = tempfile::tempdir().unwrap();
    tiny_with(home.path(), "D1,M1,2026-06-29,1\nD1,M1,2026-07-20,1\n");
    let mut text = reports().lines().take_while(|l| !l.starts_with("slow")).fold(String::new(), |t, l| t + l + "\n");
    text += "here,2026-06-30 06:00,600,D1,M1,\nhere,2026-07-01 12:00,0,D1,M1,\n";
    text += "coming,2026-07-01 10:00,11700,D1,M1,\ncoming,2026-07-02 00:00,11400,D1,M1,\n";
    fs::write(home.path().join("p.csv"), text).unwrap();
    let (code, said, err) = run(home.path(), "track p.csv --scenario tiny --out out --json");
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    let table = &answer["under_way_table"];
    let counts = ["later", "sooner", "unknown", "lost", "pairs", "arrived"].map(|k| table[k].as_u64().unwrap());
    assert_eq!(counts, [0, 0, 0, 0, 1, 1], "{table}");
    let variant = fs::read_to_string(home.path().join("out/tracked.toml")).unwrap();
    for week in ["2026-06-29", "2026-07-20"] {
        let row = format!("arrival_week_start = \"{week}\", cars = 1, promised_week_start = \"{week}\" }}");
        assert!(variant.contains(&row), "{row} in {variant}");
    }
    let (code, _, err) = run(home.path(), "check tiny --variant out/tracked.toml");
    assert_eq!(code, 0, "{err}");
    let (_, said, _) = run(home.path(), "track p.csv --scenario tiny");
    assert!(said.contains("of these 1 have come since the scenario's today") && !said.contains("warning:"), "{said}");
}

/// Nobody has heard of `silent` for twenty days; its promise lies ahead, and so does that of `quick`.
#[test]
fn of_a_lost_car_no_hours_are_told_and_it_changes_no_promise() {
    let home = tempfile::tempdir().unwrap();
    let text = reports() + "silent,2026-05-12 00:00,600,D1,M1,2026-06-02 20:00\n";
    fs::write(home.path().join("p.csv"), text).unwrap();
    let (code, said, err) = run(home.path(), "track p.csv --json --out out");
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["lost"], serde_json::json!(["silent"]));
    assert!(!answer["swaps"].to_string().contains("silent"), "{answer}");
    let etas = fs::read_to_string(home.path().join("out/eta.csv")).unwrap();
    let row = etas.lines().find(|l| l.starts_with("silent")).unwrap();
    assert!(row.ends_with(",,,,2026-06-02 20:00,0.5000,") || row.ends_with(",,,,2026-06-02 20:00,0.5,"), "{row}");
}

#[test]
fn redirections_that_move_nothing_are_told_and_pairs_stand_once() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("p.csv"), reports()).unwrap();
    let head = "from_dealer_id,to_dealer_id,extra_km,cost_cny\n";
    let ways = home.path().join("ways.csv");
    fs::write(&ways, format!("{head}D1,D2,40,300\nD1x,D2,40,300\nD2,Elsewhere,40,300\n")).unwrap();
    let (code, said, err) = run(home.path(), "track p.csv --redirections ways.csv --json");
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    let told = &answer["redirections"];
    assert_eq!((told["ways"].as_u64(), told["rows_without_cars"].as_u64()), (Some(1), Some(2)), "{told}");
    let dealers = serde_json::json!([{ "dealer_id": "D1x", "near": "D1" }, { "dealer_id": "Elsewhere", "near": null }]);
    assert_eq!(told["dealers_without_cars"], dealers);
    let said = run(home.path(), "track p.csv --redirections ways.csv").1;
    let line = "2 rows name a dealer without a car in the reports: D1x (did you mean D1?), Elsewhere\n";
    assert!(said.contains(line), "{said}");
    // A pair that is there twice, known to the reports or not; and no dealer at all.
    let twice = "D1,D2,40,300\nD1,D2,50,200\nD1x,D2,1,1\nD1x,D2,1,1\n,D2,1,1\n";
    fs::write(&ways, format!("{head}{twice}")).unwrap();
    let (code, out, err) = run(home.path(), "track p.csv --redirections ways.csv");
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["ways.csv:3:1", "ways.csv:5:1", "ways.csv:6:1", "D1 to D2 is there twice"] {
        assert!(err.contains(part), "{part}: {err}");
    }
}
