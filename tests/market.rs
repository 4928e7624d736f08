//! The market's commands from file to printed answer.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn run(home: &Path, line: &str) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    let output = command.current_dir(home).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn json(home: &Path, line: &str) -> Value {
    let (code, out, err) = run(home, line);
    assert_eq!(code, Some(0), "{line}: {err}");
    serde_json::from_str(&out).unwrap()
}

const MARKET: &str = "name = \"ring\"\nalpha = 0.35\nrho = 0.6\ntravel = 0.073\naround = 120\n\
                      dealers = \"dealers.csv\"\nzones = \"zones.csv\"\n";

/// The ring of eight stores written as files.
fn ring_files(home: &Path) {
    let mut dealers = String::from("dealer,brand,x,quality,invoice,fixed_cost\n");
    (0..8).for_each(|j| dealers += &format!("D{j},A,{},6.2,22,{}\n", 15 * j, if j == 5 { 30 } else { 20 }));
    let mut zones = String::from("zone,x,buyers\n");
    (0..240).for_each(|k| zones += &format!("Z{k},{},{}\n", 0.25 + 0.5 * f64::from(k), 1000.0 / 240.0));
    fs::write(home.join("market.toml"), MARKET).unwrap();
    fs::write(home.join("dealers.csv"), dealers).unwrap();
    fs::write(home.join("zones.csv"), zones).unwrap();
}

#[test]
fn a_market_of_files_is_the_ring_and_says_who_falls_below_survival() {
    let home = tempfile::tempdir().unwrap();
    ring_files(home.path());
    let ring = json(home.path(), "compete --ring 15 --json");
    let market = json(home.path(), "compete market.toml --json");
    for j in 0..8 {
        let (a, b) = (&ring["rings"][0]["stores"][j], &market["segments"][0]["dealers"][j]);
        let gap = |x: &str| (a[x].as_f64().unwrap() - b[x].as_f64().unwrap()).abs();
        assert!(gap("price_thousand") < 1e-9 && gap("sales_cars") < 1e-8, "{a} {b}");
    }
    assert_eq!(market["segments"][0]["certificate"]["holds"], true);
    let (_, text, _) = run(home.path(), "compete market.toml");
    assert!(text.ends_with("under zero): D5\n"), "{text}");
    assert_eq!(run(home.path(), "compete market.toml --threads 1").1, text, "same bytes whatever the threads");
}

#[test]
fn the_table_of_spacings_as_printed() {
    let home = tempfile::tempdir().unwrap();
    let (code, text, _) = run(home.path(), "compete --ring 30,20,15,10,5 --ridge");
    assert_eq!(code, Some(0));
    for line in ["1.653", "1.457", "1.369", "1.287", "1.213", "46.20", "33.29", "26.57", "19.52", "11.70"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.contains("    0.60        0.0730"), "{text}");
}

#[test]
fn faults_of_a_market_come_all_at_once_with_their_places() {
    let home = tempfile::tempdir().unwrap();
    ring_files(home.path());
    fs::write(home.path().join("market.toml"), MARKET.replace("rho = 0.6", "rho = 1.5\nroh = 2")).unwrap();
    fs::write(home.path().join("dealers.csv"), "dealer,x,quality,invoice,colour\nA,1,x,22,red\nA,2,6,,red\nB,1\n")
        .unwrap();
    let (code, out, err) = run(home.path(), "compete market.toml --json");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for place in [
        "market.toml:3:1: E023 rho",
        "market.toml:4:1: E033 unknown key \"roh\"",
        "dealers.csv:1:26: E013",
        "dealers.csv:2:5: E019 \"x\" is not a number",
        "dealers.csv:3:1: E017 \"A\" is there twice",
        "dealers.csv:3:7: E018",
        "dealers.csv:4:1: E008",
        "7 faults",
    ] {
        assert!(err.contains(place), "{place} in {err}");
    }
    fs::write(home.path().join("market.toml"), "alpha = [").unwrap();
    assert_eq!(run(home.path(), "compete market.toml").0, Some(2));
    assert_eq!(run(home.path(), "compete").0, Some(2));
}

#[test]
fn a_scenarios_stores_compete_today_and_in_a_plan() {
    let home = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    let tiny = tiny.display();
    let (code, _, err) = run(home.path(), &format!("place {tiny} --out placed --quiet"));
    assert_eq!(code, Some(0), "{err}");
    let made = json(home.path(), &format!("compete {tiny} --plan placed --quiet --json"));
    assert_eq!(made["descriptive"], true);
    for network in ["today", "plan"] {
        assert_eq!(made[network]["certificate"]["holds"], true, "{network}");
        assert!(made[network]["margin"].as_f64().unwrap() > 0.0);
    }
    let same = json(home.path(), &format!("compete {tiny} --plan placed --quiet --json --threads 1"));
    assert_eq!(made, same);
    let (code, _, err) = run(home.path(), &format!("compete {tiny} --plan nowhere --quiet"));
    assert!(code == Some(2) && err.contains("nowhere"), "{err}");
}

/// Three regions, two models, bounds of 4 % around the list price, a shared stock.
fn price_files(home: &Path) {
    let options = "name = \"spring\"\nalpha = 0.35\ndelegation = 0.04\nmoving_cost = 0.5\n\
                   regions = \"regions.csv\"\noffers = \"offers.csv\"\nstock = \"stock.csv\"\n";
    fs::write(home.join("price.toml"), options).unwrap();
    fs::write(home.join("regions.csv"), "region,buyers\nNorth,1200\nSouth,900\nWest,500\n").unwrap();
    let offers = "region,model,segment,quality,cost,list,stock\n\
                  North,A,sedan,6.5,18,21,\nNorth,B,suv,8.9,25,31,150\n\
                  South,A,sedan,6.9,18,21,\nSouth,B,suv,8.2,25,31,\nWest,A,sedan,5.1,22.5,21,\n";
    fs::write(home.join("offers.csv"), offers).unwrap();
    fs::write(home.join("stock.csv"), "model,cars\nA,700\n").unwrap();
}

#[test]
fn prices_of_files_with_worths_flags_and_gap() {
    let home = tempfile::tempdir().unwrap();
    price_files(home.path());
    let made = json(home.path(), "price price.toml --json");
    assert!(made["gap"].as_f64().unwrap().abs() < 1e-6, "{made}");
    let offers = made["offers"].as_array().unwrap();
    let number = |o: &Value, key: &str| o[key].as_f64().unwrap();
    for offer in offers {
        assert!(number(offer, "price_thousand") <= number(offer, "cap") + 1e-9, "{offer}");
    }
    assert!(offers.iter().any(|o| number(o, "worth_cap") > 1.0 || number(o, "worth_floor") > 1.0), "{made}");
    assert_eq!(offers[4]["inversion"], true, "the west may not ask what the car costs");
    let (_, text, _) = run(home.path(), "price price.toml");
    assert!(text.contains("inversion: A in West is sold") && text.contains("no prices within the limits"), "{text}");
    assert_eq!(run(home.path(), "price price.toml --threads 1").1, text);
}

#[test]
fn faults_of_prices_and_prices_that_cannot_be() {
    let home = tempfile::tempdir().unwrap();
    price_files(home.path());
    fs::write(home.path().join("stock.csv"), "model,cars\nA,1\nC,4\n").unwrap();
    fs::write(home.path().join("regions.csv"), "region,buyers\nNorth,-4\nSuoth,1\n").unwrap();
    let (code, _, err) = run(home.path(), "price price.toml");
    assert_eq!(code, Some(2));
    for place in [
        "regions.csv:2:7: E023",
        "offers.csv:4:1: E012 unknown region \"South\" → did you mean \"Suoth\"",
        "stock.csv:3:1: E012",
    ] {
        assert!(err.contains(place), "{place} in {err}");
    }
    price_files(home.path());
    fs::write(home.path().join("stock.csv"), "model,cars\nA,1\n").unwrap();
    let (code, _, err) = run(home.path(), "price price.toml");
    assert!(code == Some(1) && err.contains("A lacks"), "{err}");
}

#[test]
fn markdown_of_twenty_cars_as_printed() {
    let home = tempfile::tempdir().unwrap();
    let (code, text, _) = run(home.path(), "price --markdown 20 --rate 10 --time 5");
    assert!(code == Some(0) && text.contains("expected contribution of 20 cars: 18.0353"), "{text}");
}

#[test]
fn proposition_99_by_both_estimates() {
    let data = std::env::var("FORECOURT_DATA").unwrap_or_else(|_| "../shared/data".into());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(data).join("market/prop99.csv");
    if !file.is_file() {
        eprintln!("{} is not there: Proposition 99 was not measured", file.display());
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let line = format!("promotion {} --json", file.display());
    let made = json(home.path(), &line);
    let effect = |of: &str| made[of]["effect"].as_f64().unwrap();
    assert_eq!(format!("{:.3}", effect("difference_in_differences")), "-27.349");
    assert_eq!(format!("{:.3}", effect("synthetic_difference_in_differences")), "-15.604");
    assert_eq!(made["synthetic_difference_in_differences"]["placebos"], 38);
    assert_eq!(json(home.path(), &format!("{line} --threads 1")), made);
}

#[test]
fn a_promotion_of_files_earns_and_faults_have_places() {
    let home = tempfile::tempdir().unwrap();
    let mut rows = String::from("dealer,month,sold,campaign\n");
    for dealer in 0..9 {
        for month in 1..=12 {
            let on = dealer == 4 && month > 8;
            let sold = 20 + dealer * 3 + (month * (dealer + 5)) % 4 + if on { 10 } else { 0 };
            rows += &format!("D{dealer},{month},{sold},{}\n", u8::from(on));
        }
    }
    fs::write(home.path().join("sold.csv"), &rows).unwrap();
    let made = json(home.path(), "promotion sold.csv --margin 4000 --cost 90000 --json");
    let told = &made["synthetic_difference_in_differences"];
    let effect = told["effect"].as_f64().unwrap();
    assert!((effect - 10.0).abs() < 2.0 && made["starts"] == "9", "{made}");
    assert!((told["earned"][0].as_f64().unwrap() - (effect * 4.0 * 4000.0 - 90_000.0)).abs() < 1e-6);
    assert!(run(home.path(), "promotion sold.csv").1.contains("controls that weigh: D"));
    let broken = rows.replace("D1,2,", "D1,2,x").replace("D3,7,", "D3,6,").replace("D5,1,37,0", "D5,1,37,2");
    fs::write(home.path().join("sold.csv"), broken).unwrap();
    let (code, _, err) = run(home.path(), "promotion sold.csv");
    assert_eq!(code, Some(2));
    for place in ["sold.csv:15:6: E019", "sold.csv:44:1: E046 D3 in 6 is there twice", "E023 2 lies outside 0 to 1"] {
        assert!(err.contains(place), "{place} in {err}");
    }
    fs::write(home.path().join("sold.csv"), rows.replace("D2,5,", "D2,55,")).unwrap();
    let (code, _, err) = run(home.path(), "promotion sold.csv");
    assert!(code == Some(2) && err.contains("D2 has no row for 5"), "{err}");
    fs::write(home.path().join("sold.csv"), "a,b\n1,2\n").unwrap();
    assert!(run(home.path(), "promotion sold.csv").2.contains("4 are needed"));
}

#[test]
fn questions_that_cannot_be_worked_are_refused() {
    let home = tempfile::tempdir().unwrap();
    ring_files(home.path());
    for line in [
        "compete --ring 17",
        "compete --ring 15 --rho 1",
        "compete --ring 15 market.toml",
        "compete market.toml --pressure 2",
        "compete market.toml --plan somewhere",
        "price --markdown 0",
        "price --markdown 20 --rate 900000 --time 900000",
        "price",
        "promotion nowhere.csv",
    ] {
        let (code, out, err) = run(home.path(), line);
        assert!(code == Some(2) && out.is_empty() && !err.is_empty() && !err.contains("panicked"), "{line}: {err}");
    }
}
