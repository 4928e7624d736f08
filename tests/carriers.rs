//! `forecourt route` on the tiny scenario, from its tables alone: every car once, last on first off, no carrier overfull, yards
//! open, hours of driving as the law of the rule set says.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::Path;

type Row = BTreeMap<String, String>;

fn rows(folder: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join(name)).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |r: csv::StringRecord| header.iter().zip(&r).map(|(h, c)| (h.to_owned(), c.to_owned())).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

fn routed(folder: &Path, threads: &str) -> serde_json::Value {
    let line =
        ["route", "scenarios/tiny", "--quiet", "--json", "--threads", threads, "--out", folder.to_str().unwrap()];
    let output = Command::cargo_bin("forecourt").unwrap().current_dir(env!("CARGO_MANIFEST_DIR")).args(line).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Minutes after the first Monday's midnight.
fn minute(text: &str) -> i64 {
    let (date, time) = text.split_once(' ').unwrap();
    let date: jiff::civil::Date = date.parse().unwrap();
    let days = (date - jiff::civil::date(2026, 6, 29)).get_days();
    let (hour, minute) = time.split_once(':').unwrap();
    i64::from(days) * 1440 + hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
}

#[test]
fn every_car_of_the_week_rides_once_and_lawfully() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let summary = routed(&out, "2");
    let (loads, tours) = (rows(&out, "loads.csv"), rows(&out, "tours.csv"));
    let mut wanted: BTreeMap<[String; 4], i64> = BTreeMap::new();
    let orders = rows(&out, "orders.csv");
    let first = orders.iter().map(|r| r["week_start"].clone()).min().unwrap();
    for r in orders.iter().filter(|r| r["week_start"] == first) {
        let key = [r["plant_id"].clone(), r["site_id"].clone(), r["model_id"].clone(), "order".into()];
        *wanted.entry(key).or_default() += number(r, "cars") as i64;
    }
    for r in rows(&out, "transfers.csv") {
        let key = [r["from_site_id"].clone(), r["to_site_id"].clone(), r["model_id"].clone(), "transfer".into()];
        *wanted.entry(key).or_default() += 1;
    }
    let mut carried: BTreeMap<[String; 4], i64> = BTreeMap::new();
    for r in &loads {
        let key = ["from_site_id", "to_site_id", "model_id", "cause"].map(|c| r[c].clone());
        *carried.entry(key).or_default() += number(r, "cars") as i64;
    }
    assert!(!wanted.is_empty());
    assert_eq!(carried, wanted);
    let mut by_tour: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    tours.iter().for_each(|r| by_tour.entry(&r["tour"]).or_default().push(r));
    let mut cost = 0.0;
    for stops in by_tour.values() {
        cost += lawful(stops, &loads);
    }
    let step = &summary["steps"]["route"];
    assert!((step["cost_cny"].as_f64().unwrap() - cost).abs() < 0.01 * by_tour.len() as f64);
    assert!(step["cost_cny"].as_f64() <= step["cost_of_loads_alone_cny"].as_f64());
    assert_eq!(step["tours"].as_u64().unwrap() as usize, by_tour.len());
    assert!(step["cost_cny"].as_f64() <= step["cost_first_fit_nearest_insertion_cny"].as_f64());
    let priced = step["priced_parts"].as_array().unwrap();
    assert!(!priced.is_empty());
    for part in priced {
        let (cost, bound) = (part["cost_cny"].as_f64().unwrap(), part["bound_cny"].as_f64().unwrap());
        assert!(bound > 0.0 && bound <= cost + 0.02 && cost <= 1.03 * bound, "{part}");
    }
    dispatched(&rows(&out, "dispatch.csv"), &tours);
}

/// The sheets hold every stop of every tour in the tours' order, day by day.
fn dispatched(sheets: &[Row], tours: &[Row]) {
    let days: Vec<&String> = sheets.iter().map(|r| &r["date"]).collect();
    assert!(days.is_sorted());
    let mut stops: BTreeMap<&str, Vec<[&str; 3]>> = BTreeMap::new();
    for r in tours {
        stops.entry(&r["tour"]).or_default().push([&r["action"], &r["site_id"], &r["load"]]);
    }
    let mut written: BTreeMap<&str, Vec<[&str; 3]>> = BTreeMap::new();
    for r in sheets.iter().filter(|r| !r["site_id"].is_empty()) {
        written.entry(&r["tour"]).or_default().push([&r["activity"], &r["site_id"], &r["load"]]);
    }
    assert_eq!(written, stops);
    assert!(sheets.iter().any(|r| r["activity"] == "drive"));
}

/// Replays one tour; its cost by the carrier's table (800 a trip, 8 a kilometre, 8 slots).
fn lawful(stops: &[&Row], loads: &[Row]) -> f64 {
    let (mut aboard, mut slots, mut km, mut before) = (Vec::new(), 0.0, 0.0, 0);
    for r in stops {
        let load = loads.iter().find(|l| l["load"] == r["load"]).unwrap();
        assert_eq!(load["tour"], r["tour"]);
        if r["action"] == "load" {
            assert_eq!(load["from_site_id"], r["site_id"]);
            aboard.push(&r["load"]);
            slots += number(load, "load_slots");
        } else {
            assert_eq!(load["to_site_id"], r["site_id"]);
            assert_eq!(aboard.pop(), Some(&r["load"]), "last on, first off: {r:?}");
            slots -= number(load, "load_slots");
        }
        assert!(slots <= 8.0 + 1e-9 && (number(r, "slots_aboard_after") - slots).abs() < 1e-6);
        km += number(r, "distance_km");
        let (begins, ends) = (minute(&r["work_begins"]), minute(&r["work_ends"]));
        assert!(begins >= before && ends - begins == 20 + 8 * number(r, "cars") as i64, "{r:?}");
        assert!(r["site_id"] == "P1" || (9 * 60..=18 * 60).contains(&(begins % 1440)), "the yard is closed: {r:?}");
        // 75 km/h at most is driven on these roads; nobody arrives before.
        assert!(begins - before >= (number(r, "distance_km") / 75.0 * 60.0) as i64 || before == 0, "{r:?}");
        before = ends;
    }
    assert!(aboard.is_empty(), "everything is unloaded");
    let cost = 800.0 + 8.0 * km;
    let told = number(stops[0], "tour_cost_cny");
    assert!((told - cost).abs() < 0.5 * stops.len() as f64, "{told} for {cost}");
    told
}

#[test]
fn the_same_seed_gives_the_same_tours_for_any_number_of_threads() {
    let home = tempfile::tempdir().unwrap();
    let read = |threads: &str| {
        let out = home.path().join(threads);
        routed(&out, threads);
        ["loads.csv", "tours.csv", "drivers.csv", "dispatch.csv", "tours.geojson"]
            .map(|file| std::fs::read(out.join(file)).unwrap())
    };
    assert_eq!(read("1"), read("8"));
}

/// With decks in carriers.csv every car of a load has a slot of its own, large enough, on a carrier that is never overfull.
#[test]
fn cars_stand_on_the_slots_of_the_decks() {
    let home = tempfile::tempdir().unwrap();
    let (folder, out) = (home.path().join("tiny"), home.path().join("out"));
    std::fs::create_dir(&folder).unwrap();
    copied::copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny"), &folder);
    let table = "carrier_id,slots,cost_cny_per_km,cost_cny_per_trip,decks,unloading\nT8,8,8,800,LLLL+LLLL,forbid\n";
    std::fs::write(folder.join("carriers.csv"), table).unwrap();
    let run = |out: &Path| {
        let line = ["route", folder.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
        Command::cargo_bin("forecourt").unwrap().args(line).output().unwrap()
    };
    let done = run(&out);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let loads = rows(&out, "loads.csv");
    let bound_for: BTreeMap<String, &String> = loads.iter().map(|r| (r["load"].clone(), &r["to_site_id"])).collect();
    let mut standing: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut seen = 0;
    for r in rows(&out, "dispatch.csv").iter().filter(|r| !r["site_id"].is_empty()) {
        let carrier = standing.entry(r["tour"].clone()).or_default();
        let slots: Vec<&str> = r["deck_slots"].split(' ').collect();
        assert_eq!(slots.len() as f64, number(r, "cars"), "{r:?}");
        for slot in slots {
            assert!(slot.starts_with(['A', 'B']) && ("1"..="4").contains(&&slot[1..]), "{r:?}");
            let before = if r["activity"] == "load" {
                carrier.insert(slot.to_owned(), r["load"].clone())
            } else {
                // Whoever stands nearer the door of the same deck is gone, or leaves at this yard too.
                let stays = |load: &String| *bound_for[load] != r["site_id"];
                let shut = carrier.iter().any(|(s, load)| s[..1] == slot[..1] && s[1..] > slot[1..] && stays(load));
                assert!(!shut, "{r:?} with {carrier:?} aboard");
                assert_eq!(carrier.remove(slot), Some(r["load"].clone()));
                None
            };
            assert_eq!(before, None, "two cars stand on {slot}: {r:?}");
            seen += 1;
        }
    }
    assert!(seen > 10 && standing.values().all(BTreeMap::is_empty));
    std::fs::write(folder.join("carriers.csv"), table.replace("LLLL+LLLL", "LLXL")).unwrap();
    let refused = run(&home.path().join("none"));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("carriers.csv:2:"), "{said}");
}
