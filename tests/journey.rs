//! `forecourt journey`: segment, offer, lead, dealer, car, delivery, through the command itself on tiny with made-up customers.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn run(home: &Path, line: &str) -> (i32, String, String) {
    let output =
        Command::cargo_bin("forecourt").unwrap().current_dir(home).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const DESKS: [(&str, u32, f64, u32); 4] =
    [("D1", 20, 0.10, 2), ("D2", 30, 0.20, 3), ("D3", 10, 0.15, 1), ("D4", 10, 0.12, 1)];
/// Zone, degrees north: all stand on one meridian.
const ZONES: [(&str, f64); 5] = [("Z1", 30.0), ("Z2", 30.4), ("Z3", 30.2), ("Z4", 32.0), ("Z5", 32.6)];

/// 300 customers of three kinds, 100 leads, four desks with room for 70.
fn scenario(home: &Path) -> PathBuf {
    let folder = home.join("tiny");
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    fs::create_dir_all(folder.join("customers")).unwrap();
    copied::copy_files(&tiny, &folder);
    let customers = folder.join("customers");
    let mut text = String::from("customer_id,date,amount_cny\n");
    for k in 0..300_i64 {
        // The first come often and stay, the second seldom, the third came a few times and left.
        let (gap, most, amount) =
            [(30 + k % 20, 40, 2_000), (120 + k % 60, 8, 900), (40, 1 + k % 4, 500)][(k % 3) as usize];
        let start = jiff::civil::date(2024, 7, 1) + jiff::Span::new().days((k * 5) % 300);
        for n in 0..=most {
            let day = start + jiff::Span::new().days(n * gap + (n * n * 7 + k) % 11);
            if day < jiff::civil::date(2026, 6, 29) {
                let _ = writeln!(text, "C{k:03},{day},{}", amount + 13 * ((k * 31 + n * 17) % 40));
            }
        }
    }
    fs::write(customers.join("purchases.csv"), text).unwrap();
    fs::write(customers.join("offers.csv"), "offer,cost_cny,keeps_share,tiers\ncall,20,0.1,\nvoucher,200,0.3,A\n")
        .unwrap();
    let mut text = String::from("lead_id,customer_id,zone_id,model_id,arrived,preferred_dealer_id\n");
    for k in 0..100 {
        let customer = if k % 3 == 0 { format!("C{:03}", (k * 7) % 300) } else { String::new() };
        let (day, hour, minute) = (22 + k % 7, 8 + (k * 5) % 13, (k * 23) % 60);
        let wish = ["", "", "", "D2", "D3"][k % 5];
        let (zone, model) = (ZONES[(k * 3 + k / 7) % 5].0, ["M1", "M2"][k % 2]);
        let _ = writeln!(text, "L{k:02},{customer},{zone},{model},2026-06-{day} {hour:02}:{minute:02},{wish}");
    }
    fs::write(customers.join("leads.csv"), text).unwrap();
    let mut text = String::from("dealer_id,capacity_leads,conversion_share,advisers\n");
    DESKS.iter().for_each(|(d, room, share, advisers)| writeln!(text, "{d},{room},{share},{advisers}").unwrap());
    fs::write(customers.join("dealers.csv"), text).unwrap();
    fs::write(customers.join("journey.toml"), "offer_budget_cny = 3000\nruns = 40\n").unwrap();
    folder
}

/// Rows of a table by column.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |r: csv::StringRecord| header.iter().cloned().zip(r.iter().map(str::to_owned)).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or(0.0)
}

/// Everything is worked out again from the scenario's tables: minutes, the car in line, the day, the chance and the money.
#[test]
fn every_lead_is_followed_by_hand() {
    let home = tempfile::tempdir().unwrap();
    let folder = scenario(home.path());
    let (code, text, err) = run(home.path(), "journey tiny --out out --json --quiet");
    assert_eq!(code, 0, "{err}");
    let step = serde_json::from_str::<Value>(&text).unwrap()["steps"]["journey"].clone();
    assert_eq!((&step["grade"], &step["leads"], &step["leads_of_known"]), (&"A".into(), &100.into(), &34.into()));

    // The cars of each store and model: stock from the oldest, then those under way by week.
    let today = jiff::civil::date(2026, 6, 29);
    let mut cars: BTreeMap<(String, String), Vec<(&str, i64, String)>> = BTreeMap::new();
    let mut stock = table(&folder.join("stock.csv"));
    stock.sort_by_key(|r| -number(r, "age_days") as i64);
    for row in stock {
        let list = cars.entry((row["site_id"].clone(), row["model_id"].clone())).or_default();
        (0..number(&row, "cars") as usize).for_each(|_| list.push(("stock", 3, row["age_days"].clone())));
    }
    for row in table(&folder.join("in_transit.csv")) {
        let week: jiff::civil::Date = row["arrival_week_start"].parse().unwrap();
        let days = i64::from((week - today).get_days()) + 3;
        let list = cars.entry((row["site_id"].clone(), row["model_id"].clone())).or_default();
        (0..number(&row, "cars") as usize).for_each(|_| list.push(("road", days, String::new())));
    }
    let leads: BTreeMap<String, BTreeMap<String, String>> =
        table(&folder.join("customers/leads.csv")).into_iter().map(|r| (r["lead_id"].clone(), r)).collect();
    let mut rows = table(&home.path().join("out/journey.csv"));
    rows.sort_by_key(|r| (leads[&r["lead_id"]]["arrived"].clone(), r["lead_id"].clone()));
    let (mut sold, mut taken): (BTreeMap<(String, String), f64>, BTreeMap<String, u32>) = Default::default();
    let (mut margin, mut sales, mut sources) = (0.0, 0.0, BTreeMap::<String, u32>::new());
    for row in rows.iter().filter(|r| !r["site_id"].is_empty()) {
        let lead = &leads[&row["lead_id"]];
        assert_eq!((&lead["model_id"], &lead["customer_id"]), (&row["model_id"], &row["customer_id"]));
        let (site, room, share, _) = *DESKS.iter().find(|d| d.0 == row["site_id"]).unwrap();
        *taken.entry(site.into()).or_default() += 1;
        assert!(taken[site] <= room, "{site}");
        let zone = ZONES.iter().find(|z| z.0 == lead["zone_id"]).unwrap();
        let at = [("D1", 30.0, 114.0), ("D2", 30.4, 114.0), ("D3", 30.4, 114.03), ("D4", 32.0, 114.0)];
        let at = at.iter().find(|a| a.0 == site).unwrap();
        let rad = std::f64::consts::PI / 180.0;
        let (dn, de) = ((at.1 - zone.1) * rad, (at.2 - 114.0) * rad);
        let h = (dn / 2.0).sin().powi(2) + (at.1 * rad).cos() * (zone.1 * rad).cos() * (de / 2.0).sin().powi(2);
        let minutes = 2.0 * 6_371.0088 * h.sqrt().asin() * 1.3;
        assert!((number(row, "travel_min") - minutes).abs() < 0.2, "{minutes} {row:?}");
        let key = (site.to_owned(), row["model_id"].clone());
        let before = sold.entry(key.clone()).or_default();
        let car = cars.get(&key).and_then(|list| list.get(*before as usize));
        let delivery: jiff::civil::Date = row["delivery"].parse().unwrap();
        let days = i64::from((delivery - today).get_days());
        if let Some((source, own, age)) = car {
            assert_eq!((row["car"].as_str(), days, &row["car_age_days"]), (*source, *own, age), "{row:?}");
        } else {
            assert!(row["car"] == "order" && days > 7, "{row:?}");
        }
        let wish = if lead["preferred_dealer_id"] == site { 1.25 } else { 1.0 };
        let chance = share * wish * (-minutes / 45.0).exp2() * (-(days as f64) / 60.0).exp2();
        assert!((number(row, "probability") / chance - 1.0).abs() < 5e-3, "{chance} {row:?}");
        let worth = if row["model_id"] == "M1" { 9_000.0 } else { 18_000.0 };
        assert!((number(row, "margin_cny") - number(row, "probability") * worth).abs() < 0.02);
        *before += number(row, "probability");
        margin += number(row, "margin_cny");
        sales += number(row, "probability");
        *sources.entry(row["car"].clone()).or_default() += 1;
    }
    let near = |figure: &str, found: f64| {
        let said = step[figure].as_f64().unwrap();
        assert!((said - found).abs() < 1e-3 * found.max(1.0), "{figure}: {said} {found}");
    };
    near("margin_cny", margin);
    near("sales", sales);
    near("assigned", f64::from(taken.values().sum::<u32>()));
    for (source, count) in &sources {
        near(source, f64::from(*count));
    }
    assert!(step["margin_cny"].as_f64() >= step["margin_blind_to_cars_cny"].as_f64().map(|m| 0.999 * m));
    // Segments add up to the whole, and each lead stands in that of its customer.
    let segments = table(&home.path().join("out/journey_segments.csv"));
    let sum = |column: &str| segments.iter().map(|s| number(s, column)).sum::<f64>();
    assert_eq!((sum("customers"), sum("leads")), (300.0, 100.0));
    near("margin_cny", sum("margin_cny"));
    near("offers_gain_cny", sum("offers_gain_cny"));
    assert!(sum("offers_cost_cny") <= 3_000.0 && sum("offers") > 0.0);
    for segment in &segments {
        let own = rows.iter().filter(|r| r["segment"] == segment["segment"]).count() as f64;
        assert_eq!(own, number(segment, "leads"), "{segment:?}");
    }
    // One more adviser: never less than nothing, never more than her places at the price of the first.
    let desks = table(&home.path().join("out/journey_desks.csv"));
    for row in desks.iter().filter(|r| !r["adviser_cny"].is_empty()) {
        let each = (number(row, "capacity_leads") / number(row, "advisers")).floor();
        let most = number(row, "place_cny") * each + 0.01;
        assert!((0.0..=most).contains(&number(row, "adviser_cny")), "{row:?}");
    }
    assert!(desks.iter().any(|r| number(r, "adviser_cny") > 0.0), "70 places for 100 leads");
    // The same draws for every way; directed leads are worth more than undirected ones.
    let effect = table(&home.path().join("out/journey_effect.csv"));
    let names: Vec<&str> = effect.iter().map(|r| r["rule"].as_str()).collect();
    assert_eq!(names, ["undirected", "blind", "plan", "live"]);
    let gain = number(&effect[3], "margin_cny") - number(&effect[0], "margin_cny");
    assert!((number(&effect[3], "gain_cny") - gain).abs() < 0.05);
    assert_eq!(number(&effect[0], "gain_cny"), 0.0);
}

#[test]
fn threads_and_the_order_of_rows_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = scenario(home.path());
    let read = |out: &str| {
        ["journey.csv", "journey_segments.csv", "journey_desks.csv", "journey_effect.csv"].map(|f| {
            let text = fs::read_to_string(home.path().join(out).join(f)).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines[1..].sort();
            lines
        })
    };
    assert_eq!(run(home.path(), "journey tiny --out a --quiet --threads 1").0, 0);
    let first = read("a");
    for name in ["purchases.csv", "leads.csv", "dealers.csv"] {
        let file = folder.join("customers").join(name);
        let text = fs::read_to_string(&file).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        // Dealers keep their order: of equal ones the first is taken.
        if name != "dealers.csv" {
            lines[1..].reverse();
        }
        fs::write(&file, lines.join("\n") + "\n").unwrap();
    }
    assert_eq!(run(home.path(), "journey tiny --out b --quiet --threads 8").0, 0);
    assert_eq!(read("b"), first);
}

#[test]
fn the_page_follows_the_customer() {
    let home = tempfile::tempdir().unwrap();
    scenario(home.path());
    let (code, _, err) = run(home.path(), "plan tiny --out out --quiet --replications 4");
    assert_eq!(code, 0, "{err}");
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(page.contains("<section id=\"journey\"") && page.contains("客户自行选择"));
    for row in table(&home.path().join("out/journey_segments.csv")) {
        let key = format!(
            "data-key=\"journey_segments.csv/{}/margin_cny\" data-value=\"{}\"",
            row["segment"], row["margin_cny"]
        );
        let plain = key.trim_end_matches("0\"").trim_end_matches('.').to_owned();
        assert!(page.contains(&key) || page.contains(&plain), "{key}");
    }
    // Without customers there is no such section.
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    let (code, _, err) = run(home.path(), &format!("place {} --out none --quiet", tiny.display()));
    assert_eq!(code, 0, "{err}");
    assert!(!fs::read_to_string(home.path().join("none/report.html")).unwrap().contains("id=\"journey\""));
}

#[test]
fn what_is_wrong_is_said_before_anything_is_planned() {
    let home = tempfile::tempdir().unwrap();
    let folder = scenario(home.path());
    let customers = folder.join("customers");
    let leads = fs::read_to_string(customers.join("leads.csv")).unwrap();
    fs::write(customers.join("leads.csv"), leads.replace(",Z4,M1,", ",Z9,M7,").replace("2026-06-23", "2026-06-31"))
        .unwrap();
    let (code, _, err) = run(home.path(), "plan tiny --out out --quiet");
    assert_eq!(code, 2);
    for said in ["unknown zone \"Z9\"", "unknown model \"M7\"", "2026-06-31", "leads.csv:", "nothing was written"] {
        assert!(err.contains(said), "{said} in {err}");
    }
    assert!(!home.path().join("out/summary.json").exists());
    fs::remove_file(customers.join("offers.csv")).unwrap();
    let (code, _, err) = run(home.path(), "journey tiny --out out --quiet");
    assert!(code == 2 && err.contains("offers.csv is not there"), "{err}");
    fs::write(customers.join("offers.csv"), "offer,cost_cny,keeps_share\ncall,20,0.1\n").unwrap();
    fs::write(customers.join("leads.csv"), leads.replace("2026-06-23", "2025-06-23")).unwrap();
    let (code, _, err) = run(home.path(), "journey tiny --out out --quiet");
    assert!(code == 2 && err.contains("did not come in the 7 days before 2026-06-29") && err.contains("L01"), "{err}");
    let desks = fs::read_to_string(customers.join("dealers.csv")).unwrap();
    fs::write(customers.join("dealers.csv"), desks.replace("D3,10,0.15,1", "D3,10,0.15,0")).unwrap();
    let (code, _, err) = run(home.path(), "journey tiny --out out --quiet");
    assert!(code == 2 && err.contains("dealers.csv:4:") && err.contains("0 lies outside 1"), "{err}");
    fs::write(customers.join("dealers.csv"), desks).unwrap();
    let (code, _, err) = run(home.path(), "journey missing --out out --quiet");
    assert_eq!(code, 2, "{err}");
    fs::write(customers.join("offers.csv"), "offer,cost_cny,keeps_share\ncall,20,0.1\n").unwrap();
    fs::write(customers.join("leads.csv"), &leads).unwrap();
    fs::write(customers.join("journey.toml"), "offer_budgt_cny = 1\nruns = 1\n").unwrap();
    let (code, _, err) = run(home.path(), "journey tiny --out out --quiet");
    assert!(code == 2 && err.contains("journey.toml:1") && err.contains("journey.toml:2"), "{err}");
}

/// Forty customers are too few to be grouped: they stand in their tiers. Three who came again are too few to learn from, which is said
/// before anything is planned. A lead that asks for no model gets no car, and a wrong model is a fault although the value is given.
#[test]
fn thin_tables_and_leads_without_a_model() {
    let home = tempfile::tempdir().unwrap();
    let customers = scenario(home.path()).join("customers");
    let purchases = fs::read_to_string(customers.join("purchases.csv")).unwrap();
    let of = |most: i64| {
        let few =
            |l: &&str| l.split(',').next().is_some_and(|c| c == "customer_id" || c[1..].parse::<i64>().unwrap() < most);
        purchases.lines().filter(few).fold(String::new(), |t, l| t + l + "\n")
    };
    let leads = fs::read_to_string(customers.join("leads.csv")).unwrap();
    let mut lines: Vec<String> =
        leads.lines().map(|l| format!("{l},{}", if l.starts_with("lead_id") { "value_cny" } else { "" })).collect();
    lines[1] = "L00,,Z1,,2026-06-22 09:00,D1,3000".into();
    fs::write(customers.join("leads.csv"), lines.join("\n") + "\n").unwrap();
    fs::write(customers.join("purchases.csv"), of(40)).unwrap();
    let (code, text, err) = run(home.path(), "journey tiny --out out --json --quiet");
    assert_eq!(code, 0, "{err}");
    let step = serde_json::from_str::<Value>(&text).unwrap()["steps"]["journey"].clone();
    assert_eq!((&step["grouped"], &step["customers"]), (&false.into(), &40.into()));
    let segments = table(&home.path().join("out/journey_segments.csv"));
    assert!(segments.iter().all(|s| ["A", "B", "C", "new"].contains(&s["segment"].as_str())));
    let first = table(&home.path().join("out/journey.csv")).remove(0);
    assert_eq!((first["car"].as_str(), first["delivery"].as_str(), first["site_id"].as_str()), ("", "", "D1"));
    // Next door at the dealer that was named: 0.10 with a quarter more.
    assert!((number(&first, "margin_cny") - 3_000.0 * 0.125).abs() < 0.01, "{first:?}");
    lines[1] = "L00,,Z1,M9,2026-06-22 09:00,D1,3000".into();
    fs::write(customers.join("leads.csv"), lines.join("\n") + "\n").unwrap();
    let (code, _, err) = run(home.path(), "journey tiny --out other --quiet");
    assert!(code == 2 && err.contains("leads.csv:2:") && err.contains("unknown model \"M9\""), "{err}");
    lines[1] = "L00,,Z1,,2026-06-22 09:00,D1,3000".into();
    fs::write(customers.join("leads.csv"), lines.join("\n") + "\n").unwrap();
    fs::write(customers.join("purchases.csv"), of(4)).unwrap();
    let (code, _, err) = run(home.path(), "plan tiny --out other --quiet");
    assert!(code == 2 && err.contains("bought again") && err.contains("nothing was written"), "{err}");
    assert!(!home.path().join("other").join("summary.json").exists());
}
