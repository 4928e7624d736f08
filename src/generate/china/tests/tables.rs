//! The text: headers, keys, references, dates; the same bytes every time, and those the repository lists.

use super::{files, rows};
use crate::digest::sha256;
use crate::generate::{DEFAULT_SEED, DIGESTS, china, digests, parse_digests};
use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;
use std::path::Path;

const HEADERS: [(&str, &str); 10] = [
    ("zones.csv", "zone_id,name,name_zh,region,lat_deg,lon_deg,population_persons,registrations_per_year,rival_weight"),
    (
        "sites.csv",
        "site_id,name,name_zh,kind,format_id,zone_id,lat_deg,lon_deg,capacity_per_year,storage_cars,credit_cny,\
         fixed_cost_cny_per_year,opening_cost_cny,moving_cost_cny,closing_cost_cny,owner,opens_h,closes_h,rule",
    ),
    ("formats.csv", "format_id,name,name_zh,attraction,reach_min,cost_factor,capacity_factor,conversion_cost_cny"),
    (
        "models.csv",
        "model_id,name,name_zh,segment,powertrain,price_cny,margin_cny,carrier_slots,holding_cny_per_day,lost_sale_cny",
    ),
    ("sales.csv", "site_id,model_id,week_start,sold_cars"),
    ("stock.csv", "site_id,model_id,age_days,cars"),
    ("in_transit.csv", "site_id,model_id,arrival_week_start,cars"),
    ("supply.csv", "site_id,model_id,week_start,slots_cars"),
    ("carriers.csv", "carrier_id,name,name_zh,slots,cost_cny_per_km,cost_cny_per_trip,minimum_load_share"),
    ("calendar.csv", "date,name,kind"),
];

fn ids(name: &str) -> BTreeSet<String> {
    rows(name).iter().skip(1).map(|r| r[0].to_owned()).collect()
}

fn sites_of(kind: &str) -> BTreeSet<String> {
    rows("sites.csv").iter().skip(1).filter(|r| &r[3] == kind).map(|r| r[0].to_owned()).collect()
}

#[test]
fn headers_are_those_of_the_format() {
    for (name, header) in HEADERS {
        assert_eq!(rows(name)[0].iter().collect::<Vec<_>>().join(","), header, "{name}");
    }
}

#[test]
fn ids_are_unique_and_ascending() {
    for name in ["zones.csv", "sites.csv", "formats.csv", "models.csv", "carriers.csv"] {
        let found: Vec<String> = rows(name).iter().skip(1).map(|r| r[0].to_owned()).collect();
        assert!(found.windows(2).all(|w| w[0] < w[1]), "{name}");
    }
    for (name, key) in [("sales.csv", 3), ("stock.csv", 3), ("in_transit.csv", 3), ("supply.csv", 3)] {
        let found: Vec<Vec<String>> =
            rows(name).iter().skip(1).map(|r| r.iter().take(key).map(str::to_owned).collect()).collect();
        let distinct: BTreeSet<&Vec<String>> = found.iter().collect();
        assert_eq!(distinct.len(), found.len(), "{name}");
    }
}

#[test]
fn references_dates_and_counts_hold() {
    let (dealers, plants, models) = (sites_of("dealer"), sites_of("plant"), ids("models.csv"));
    let today: Date = "2026-01-05".parse().expect("a date");
    for (name, sites, dated) in [
        ("sales.csv", &dealers, Some(false)),
        ("stock.csv", &dealers, None),
        ("in_transit.csv", &dealers, Some(true)),
        ("supply.csv", &plants, Some(true)),
    ] {
        for row in rows(name).iter().skip(1) {
            assert!(sites.contains(&row[0]) && models.contains(&row[1]), "{name}: {row:?}");
            assert!(row[3].parse::<u32>().is_ok_and(|n| n > 0), "{name}: {row:?}");
            if let Some(ahead) = dated {
                let monday: Date = row[2].parse().expect("a date");
                assert!(monday.weekday() == Weekday::Monday && (monday >= today) == ahead, "{name}: {row:?}");
            }
        }
    }
    let weeks: BTreeSet<String> = rows("sales.csv").iter().skip(1).map(|r| r[2].to_owned()).collect();
    assert_eq!((weeks.len(), weeks.first().map(String::as_str)), (104, Some("2024-01-08")));
}

#[test]
fn sites_have_the_figures_of_their_kind() {
    let (zones, formats) = (ids("zones.csv"), ids("formats.csv"));
    for row in rows("sites.csv").iter().skip(1) {
        let store = matches!(&row[3], "dealer" | "candidate");
        assert!(zones.contains(&row[5]) && store == formats.contains(&row[4]) && (store || row[4].is_empty()));
        let (lat, lon): (f64, f64) = (row[6].parse().expect("a number"), row[7].parse().expect("a number"));
        assert!((16.0..54.0).contains(&lat) && (73.0..135.5).contains(&lon), "{row:?}");
        for (column, wanted) in [
            (10, store),
            (11, store),
            (12, &row[3] == "candidate"),
            (13, &row[3] == "dealer"),
            (14, &row[3] == "dealer"),
        ] {
            assert_eq!(row[column].parse::<f64>().is_ok_and(|x| x > 0.0), wanted, "{row:?}");
        }
        assert!(row[8].parse::<f64>().is_ok_and(|x| x > 0.0) && row[9].parse::<u32>().is_ok_and(|x| x > 0));
        let hours: (f64, f64) = (row[16].parse().expect("a number"), row[17].parse().expect("a number"));
        assert!(hours.0 < hours.1 && ["free", "required", "forbidden"].contains(&&row[18]));
        assert!(!row[2].starts_with(|c: char| c.is_ascii_digit()), "{row:?}");
    }
}

#[test]
fn the_settings_say_synthetic_and_parse() {
    let file = files().iter().find(|f| f.name == "scenario.toml").expect("the file is there");
    let text = std::str::from_utf8(&file.bytes).expect("text");
    let table: toml::Table = text.parse().expect("TOML");
    assert_eq!(table["schema"].as_integer(), Some(1));
    assert_eq!(table["synthetic"].as_bool(), Some(true));
    assert_eq!(table["today"].to_string(), "2026-01-05");
    assert_eq!(table["travel"]["speed_kmh"].as_float(), Some(60.0));
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_thread_and_another_seed_others() {
    let others: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = [DEFAULT_SEED, 7].map(|seed| scope.spawn(move || china(seed).expect("text"))).into();
        runs.into_iter().map(|run| run.join().expect("no panic")).collect()
    });
    assert!(others[0] == files(), "the second run differs");
    for name in ["sales.csv", "stock.csv", "in_transit.csv", "supply.csv", "zones.csv", "sites.csv"] {
        let of = |files: &[crate::generate::GeneratedFile]| {
            files.iter().find(|f| f.name == name).map(crate::generate::GeneratedFile::digest)
        };
        assert_ne!(of(&others[1]), of(files()), "{name}");
    }
}

#[test]
fn the_repository_lists_these_digests_and_holds_these_small_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china");
    let listed = std::fs::read_to_string(folder.join(DIGESTS)).expect("the list is committed");
    assert_eq!(listed, digests(files()), "run `forecourt generate china` and commit the small files");
    let bulky = ["sales.csv", "stock.csv", "in_transit.csv", "supply.csv", "channel.csv"];
    let drawn = |name: &str| bulky.contains(&name) || name.starts_with("customers/");
    let mut committed = 0;
    for (name, want) in parse_digests(&listed).into_iter().filter(|l| !drawn(l.0)) {
        let bytes = std::fs::read(folder.join(name)).expect("the small files are committed");
        assert_eq!(sha256(&bytes), want, "{name}");
        committed += bytes.len();
    }
    assert!(committed < 2_000_000, "{committed}");
}
