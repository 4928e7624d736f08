//! Scenario folders: read, written, read again; in any order of rows and any usual encoding.

#[path = "common/scenario_folder.rs"]
mod scenario_folder;

use forecourt::ids::{Id, ModelId, SiteId, ZoneId};
use forecourt::io::scenario::{ReadNotes, read, write::write};
use forecourt::network::SiteKind;
use forecourt::scenario::Scenario;
use forecourt::units::Money;
use scenario_folder::Folder;
use std::path::Path;

fn sound(folder: &Folder) -> (Scenario, ReadNotes) {
    let (_home, path) = folder.write();
    read(&path).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Everything a scenario holds, as text: equal texts are equal scenarios, to the last bit of every number.
fn all(scenario: &Scenario) -> String {
    format!("{scenario:#?}")
}

#[test]
fn the_shipped_tiny_scenario_reads_without_remarks() {
    let (scenario, notes) = read(Path::new("scenarios/tiny")).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!((scenario.network.zones.len(), scenario.network.regions.len()), (5, 2));
    let count = |kind| scenario.network.sites_of(kind).count();
    let kinds = [SiteKind::Plant, SiteKind::Hub, SiteKind::Dealer, SiteKind::Candidate];
    assert_eq!(kinds.map(count), [1, 0, 4, 3]);
    assert_eq!((scenario.history.weeks(), scenario.settings.horizon_weeks), (8, 4));
    assert_eq!(scenario.history.total(), 8 * 147);
    assert!(notes.files.iter().all(|f| f.encoding == "UTF-8" && f.notes.is_empty()), "{notes:#?}");
    assert_eq!(notes.files.len(), 13);
}

#[test]
fn every_table_arrives_in_the_domain() {
    let (scenario, notes) = sound(&Folder::correct());
    let network = &scenario.network;
    let codes: Vec<&str> = network.sites.values().map(|s| s.code.as_str()).collect();
    assert_eq!(codes, ["C1", "D1", "D2", "H1", "P1"]);
    let dealer = &network.sites[SiteId::at(1)];
    assert_eq!(dealer.owner, "Group A, Ltd");
    assert_eq!(dealer.fixed_cost, Money::from_major(8e6));
    assert_eq!(network.sites[SiteId::at(2)].service_hours, (9.5, 18.0));
    // C1 and P1 name no zone: the nearest centre is Z3's for the one, Z2's or Z1's for the other.
    assert_eq!(network.sites[SiteId::at(0)].zone, ZoneId::at(2));
    assert_eq!(network.regions.values().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["North", "South"]);
    let (d1, m1, m2) = (SiteId::at(1), ModelId::at(0), ModelId::at(1));
    assert_eq!(scenario.history.series(d1, m1), [28, 30, 0]);
    assert_eq!(scenario.history.series(d1, m2), [0, 0, 14]);
    assert_eq!(scenario.supply[(SiteId::at(4), m1)], [60, 60, 0, 0]);
    assert_eq!(scenario.stock.len(), 3);
    assert_eq!((scenario.in_transit[0].week.index(), scenario.in_transit[1].week.index()), (0, 1));
    assert_eq!(scenario.settings.placement.budget, Some(Money::from_major(1e7)));
    assert_eq!(scenario.settings.placement.stores, (Some(1), Some(3)));
    assert_eq!(scenario.calendar.len(), 2);
    assert_eq!(network.lanes.len(), 2);
    assert!(network.travel.matrix.is_none());
    let sales = notes.files.iter().find(|f| f.table == "sales").expect("sales were read");
    assert_eq!((sales.rows, sales.delimiter.as_str()), (4, "comma"));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(sales.sha256.len() == 64 && sales.sha256 != empty);
}

#[test]
fn a_written_scenario_reads_back_equal() {
    for folder in [Folder::correct(), Folder::with_matrix()] {
        let (scenario, _) = sound(&folder);
        let home = tempfile::tempdir().expect("a directory");
        write(&scenario, home.path()).expect("written");
        let (again, _) = read(home.path()).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!(all(&again), all(&scenario));
        let left: Vec<_> = std::fs::read_dir(home.path()).expect("listed").flatten().map(|e| e.file_name()).collect();
        assert!(left.iter().all(|n| !n.to_string_lossy().ends_with(".tmp")), "{left:?}");
    }
    let (tiny, _) = read(Path::new("scenarios/tiny")).unwrap_or_else(|f| panic!("{f}"));
    let home = tempfile::tempdir().expect("a directory");
    write(&tiny, home.path()).expect("written");
    assert_eq!(all(&read(home.path()).unwrap_or_else(|f| panic!("{f}")).0), all(&tiny));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let plain = all(&sound(&Folder::with_matrix()).0);
    let reversed = Folder::with_matrix().recode(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].reverse();
        lines.join("\r\n").into_bytes()
    });
    assert_eq!(all(&sound(&reversed).0), plain);
    let rotated = Folder::with_matrix().recode(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].rotate_left(1);
        lines.join("\n").into_bytes()
    });
    assert_eq!(all(&sound(&rotated).0), plain);
}

#[test]
fn usual_encodings_are_recognised_and_said() {
    let plain = all(&sound(&Folder::correct()).0);
    let utf16 = |text: &str, big: bool, mark: bool| -> Vec<u8> {
        let bytes = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let ways: [(&str, Box<dyn Fn(&str) -> Vec<u8>>); 6] = [
        ("UTF-8", Box::new(marked)),
        ("UTF-16LE", Box::new(move |t| utf16(t, false, true))),
        ("UTF-16BE", Box::new(move |t| utf16(t, true, true))),
        ("UTF-16LE", Box::new(move |t| utf16(t, false, false))),
        ("UTF-16BE", Box::new(move |t| utf16(t, true, false))),
        ("gb18030", Box::new(gbk)),
    ];
    for (name, way) in ways {
        let (scenario, notes) = sound(&Folder::correct().recode(way));
        assert_eq!(all(&scenario), plain, "{name}");
        let zones = notes.files.iter().find(|f| f.table == "zones").expect("zones were read");
        assert_eq!(zones.encoding, name);
        assert_eq!(zones.notes.iter().any(|n| n.contains(name)), name != "UTF-8", "{:?}", zones.notes);
    }
}

#[test]
fn semicolons_and_tabs_are_recognised_and_said() {
    let plain = all(&sound(&Folder::correct()).0);
    for (delimiter, name) in [(";", "semicolon"), ("\t", "tab")] {
        let folder = Folder::correct().recode(|text| {
            let text = text.replace("\"Group A, Ltd\"", "Group A@ Ltd").replace(',', delimiter).replace('@', ",");
            text.into_bytes()
        });
        let (scenario, notes) = sound(&folder);
        assert_eq!(all(&scenario), plain);
        let table = notes.files.iter().find(|f| f.table == "stock").expect("stock was read");
        assert_eq!(table.delimiter, name);
        assert!(table.notes.iter().any(|n| n.contains(name)), "{:?}", table.notes);
    }
}

#[test]
fn headers_may_be_padded_in_any_case_or_chinese_and_in_any_order() {
    let plain = all(&sound(&Folder::correct()).0);
    let padded = Folder::correct().change(
        "stock.csv",
        "site_id,model_id,age_days,cars",
        " Site_ID ,\"MODEL_ID\", Age_Days,CARS ",
    );
    assert_eq!(all(&sound(&padded).0), plain);
    let chinese =
        Folder::correct().change("stock.csv", "site_id,model_id,age_days,cars", "经销商编号,车型编号,库龄,数量");
    assert_eq!(all(&sound(&chinese).0), plain);
    let turned = Folder::correct().put(
        "carriers.csv",
        "slots,carrier_id,cost_cny_per_trip,name_zh,cost_cny_per_km,name,,\n8,T8,800,八位板车,8,Carrier of 8,,\n"
            .as_bytes(),
    );
    assert_eq!(all(&sound(&turned).0), plain);
}

#[test]
fn ids_are_matched_without_case_and_width() {
    let plain = all(&sound(&Folder::correct()).0);
    let folder = Folder::correct().change("stock.csv", "D2,M2,10,12", "ｄ２,m2,10,12");
    assert_eq!(all(&sound(&folder).0), plain);
}

#[test]
fn gcj02_coordinates_become_wgs84() {
    let (plain, _) = sound(&Folder::correct());
    let (moved, _) = sound(&Folder::correct().change("scenario.toml", "wgs84", "gcj02"));
    for (a, b) in plain.network.zones.values().zip(moved.network.zones.values()) {
        let metres = forecourt::network::travel::geodesic(a.place, b.place).get() * 1000.0;
        assert!((100.0..1000.0).contains(&metres), "{metres} m");
    }
}

#[test]
fn a_table_may_have_another_name_inside_the_folder() {
    let plain = all(&sound(&Folder::correct()).0);
    let text = Folder::correct().text("sales.csv");
    let folder = Folder::correct()
        .without("sales.csv")
        .put("sales 2026.csv", text.as_bytes())
        .append("scenario.toml", "\n[tables]\nsales = \"sales 2026.csv\"\n");
    assert_eq!(all(&sound(&folder).0), plain);
}

#[test]
fn what_lies_outside_the_horizon_is_left_out_and_said() {
    let folder = Folder::correct()
        .append("in_transit.csv", "D1,M1,2026-12-28,3\n")
        .append("supply.csv", "P1,M1,2026-12-28,3\nP1,M1,2026-01-05,3\n");
    let (scenario, notes) = sound(&folder);
    assert_eq!(scenario.in_transit.len(), 2);
    let said =
        |table: &str| notes.files.iter().find(|f| f.table == table).map(|f| f.notes.join("; ")).unwrap_or_default();
    assert_eq!(said("in_transit"), "1 rows arrive after the horizon and are left out");
    assert_eq!(
        said("supply"),
        "2 rows lie outside the horizon and are left out; 5 weeks of plants and models with slots in other weeks have no row \
         and count as 0"
    );
}

#[test]
fn every_option_is_written_out() {
    let (mut scenario, _) = sound(&Folder::correct());
    let placement = &mut scenario.settings.placement;
    (placement.max_open, placement.max_close) = (Some(1), Some(2));
    let files = forecourt::io::scenario::write::files(&scenario);
    let written: toml::Table = files[0].1.parse().expect("TOML");
    for section in forecourt::io::scenario::schema::SECTIONS {
        let keys = if section.name.is_empty() { Some(&written) } else { written[section.name].as_table() };
        for key in section.keys {
            assert!(keys.is_some_and(|k| k.contains_key(key.name)), "[{}] {}", section.name, key.name);
        }
    }
}

#[test]
fn what_may_be_a_slip_is_remarked() {
    let folder =
        Folder::correct().put("lane.csv", b"from,to\n").change("sales.csv", "D2,M1,2026-06-15,9", "D1,M2,2026-06-08,9");
    let (_, notes) = sound(&folder);
    let expected = ["lane.csv is not read; did you mean lanes.csv?", "1 dealers sold nothing in the history: D2"];
    assert_eq!(notes.notes, expected);
}

/// The table in the README of `scenarios/tiny`: shares are pull / (pull + rivals), sales are what the shares bring.
#[test]
fn tiny_sold_what_its_readme_derives() {
    use forecourt::network::coverage::{Coverage, open_today};
    use forecourt::units::Hours;
    let (tiny, _) = read(Path::new("scenarios/tiny")).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(tiny.settings.market.nest, 1.0);
    let network = &tiny.network;
    let coverage = Coverage::new(network, Hours::new(tiny.settings.market.half_time_min / 60.0));
    let open = open_today(network);
    let mut weekly = vec![0.0; network.sites.len()];
    for (zone, z) in network.zones.iter() {
        let pulls = coverage.pulls(network, zone, &open);
        let total: f64 = pulls.iter().map(|p| p.1).sum();
        let won = total / (total + z.rival_weight);
        assert!((won - if z.code == "Z5" { 0.0 } else { 0.25 }).abs() < 1e-12, "{}: {won}", z.code);
        for (site, pull) in pulls {
            weekly[site.index()] += z.registrations.weekly().get() * won * pull / total;
        }
    }
    for (code, cars) in [("D1", 42), ("D2", 63), ("D3", 21), ("D4", 21)] {
        let (site, _) = network.sites.iter().find(|(_, s)| s.code == code).expect("a dealer of the README");
        assert!((weekly[site.index()] - f64::from(cars)).abs() < 1e-9, "{code}: {}", weekly[site.index()]);
        let sold: u64 =
            tiny.catalogue.models.ids().flat_map(|m| tiny.history.series(site, m)).map(|&s| u64::from(s)).sum();
        assert_eq!(sold, 8 * cars as u64, "{code}");
        let sedans = tiny.history.series(site, ModelId::at(0));
        assert!(sedans.iter().all(|&s| u64::from(s) * 3 == cars as u64 * 2), "{code}");
    }
}
