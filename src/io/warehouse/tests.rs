use super::ingest::{How, ingest};
use super::mapping;
use super::schema::table;
use super::*;
use crate::days;
use crate::stats::stream::mix;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "单号,门店,车架号,开票日期,退车日期,价格（万元）,录入时间\n";

const MAPPING: &str = "[[feed]]\nname = \"dms\"\ntable = \"sales\"\ncsv = \"part_*.csv\"\n[feed.columns]\n\
    sale_id = \"单号\"\ndealer_id = \"门店\"\nvin = \"车架号\"\nsold_on = \"开票日期\"\ncancelled_on = \"退车日期\"\n\
    price_cny = { from = \"价格（万元）\", unit = \"万元\" }\nrecorded_at = \"录入时间\"\n";

/// Lines of an export with corrections, late rows, exact repetitions and rows that cannot be taken.
fn lines(n: u64) -> Vec<String> {
    let mut lines = Vec::new();
    for k in 0..n {
        let day = 1 + mix(k) % 28;
        let mut line = format!("S{k:05},D{},V{k},2026-03-{day:02},,{}.5,2026-04-{day:02} 08:00:00", k % 7, 10 + k % 9);
        if k % 50 == 7 {
            line = line.replace("2026-03", "2026-13");
        }
        lines.push(line.clone());
        if k % 5 == 0 {
            lines.push(line.replace(",,", ",2026-05-02,").replace("2026-04", "2026-05"));
        }
        if k % 11 == 0 {
            lines.push(line);
        }
    }
    lines.push("S9,\"open,x\n".trim().into());
    lines
}

fn shuffled(lines: &[String], seed: u64) -> Vec<&String> {
    let mut order: Vec<&String> = lines.iter().collect();
    for k in (1..order.len()).rev() {
        order.swap(k, (mix(seed ^ mix(k as u64)) % (k as u64 + 1)) as usize);
    }
    order
}

fn write(folder: &Path, name: &str, lines: &[&String]) {
    let text = lines.iter().fold(HEAD.to_owned(), |mut t, l| {
        let _ = writeln!(t, "{l}");
        t
    });
    fs::write(folder.join(name), text).expect("a file");
}

fn taken(folder: &Path, warehouse: &Path, rows: usize) -> Vec<ingest::Brought> {
    let mapping = mapping::read(&folder.join("m.toml")).unwrap_or_else(|f| panic!("{f}"));
    let mut store = Store::open_or_create(warehouse).expect("a warehouse");
    ingest(&mut store, &mapping, How { rows }).unwrap_or_else(|e| panic!("{e:?}"))
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("m.toml"), MAPPING).expect("a file");
    let warehouse = folder.path().join("w.db");
    (folder, warehouse)
}

fn dump(warehouse: &Path) -> String {
    let mut text = String::new();
    let store = Store::open(warehouse).expect("a warehouse");
    store.dump(&mut |table, line| text += &format!("{table}\t{line}\n")).expect("a dump");
    text
}

#[test]
fn the_content_is_that_of_the_rows_in_any_order_split_and_number() {
    let lines = lines(400);
    let (whole, first) = folder();
    write(whole.path(), "part_1.csv", &lines.iter().collect::<Vec<_>>());
    let brought = taken(whole.path(), &first, 1_000_000);
    let (once, counts) = (dump(&first), brought[0].counts);
    assert_eq!(counts.read, lines.len() as u64);
    assert_eq!((counts.fresh + counts.known + counts.refused, counts.refused), (counts.read, 9));
    let distinct: std::collections::BTreeSet<&String> = lines.iter().collect();
    assert_eq!(once.lines().count(), distinct.len(), "every distinct line stands somewhere, taken or refused");
    for seed in 1..6 {
        let (parts, second) = folder();
        let order = shuffled(&lines, seed);
        let cut = order.len() * seed as usize / 7;
        write(parts.path(), "part_1.csv", &order[..cut]);
        taken(parts.path(), &second, 1 + 13 * seed as usize);
        write(parts.path(), "part_2.csv", &order[cut..]);
        write(parts.path(), "part_3.csv", &shuffled(&lines, seed + 100));
        let last = taken(parts.path(), &second, 64);
        assert!(last[0].again && !last[2].again);
        assert_eq!((dump(&second), last[2].counts.fresh), (once.clone(), 0), "seed {seed}");
    }
}

#[test]
fn another_warehouse_has_another_digest() {
    let lines = lines(30);
    let digest = |lines: &[&String]| {
        let (folder, warehouse) = folder();
        write(folder.path(), "part_1.csv", lines);
        taken(folder.path(), &warehouse, 10);
        Store::open(&warehouse).expect("a warehouse").content().expect("a digest").sha256
    };
    let all: Vec<&String> = lines.iter().collect();
    assert_eq!(digest(&all), digest(&shuffled(&lines, 3)));
    assert_ne!(digest(&all), digest(&all[..all.len() - 1]));
}

#[test]
fn corrections_are_dated_and_known_from_their_day() {
    let (folder, warehouse) = folder();
    let lines = lines(1);
    write(folder.path(), "part_1.csv", &lines.iter().collect::<Vec<_>>());
    taken(folder.path(), &warehouse, 10);
    let store = Store::open(&warehouse).expect("a warehouse");
    let sales = table("sales").expect("sales");
    let cancelled = sales.position("cancelled_on").expect("a column");
    let at = |y, m, d| {
        let mut seen = Vec::new();
        let known = Known { day: Some(days::number(jiff::civil::date(y, m, d))), repaired: true };
        store.records(sales, known, &mut |r| seen.push((r.versions, r.whole(cancelled).is_some()))).expect("rows");
        seen
    };
    assert_eq!(at(2026, 3, 30), []);
    assert_eq!(at(2026, 4, 30), [(1, false)]);
    assert_eq!(at(2026, 6, 1), [(2, true)]);
    let trace = store.trace("sales", "S00000").expect("a trace");
    assert_eq!(trace.iter().map(|t| t[3].as_str()).collect::<Vec<_>>(), ["2", "3"], "lines of the file");
    let between: (String, String) = store
        .sql
        .query_row(
            "SELECT valid_from, valid_to FROM sales_versions WHERE key = 'S00000' AND valid_to IS NOT NULL",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .expect("a version");
    assert!(between.0 < between.1 && between.1.starts_with("2026-05"), "{between:?}");
}

#[test]
fn refused_rows_stand_with_their_reasons_until_a_mapping_takes_them() {
    let (folder, warehouse) = folder();
    fs::write(folder.path().join("part_1.csv"), format!("{HEAD}S1,D1,V1,2026-03-01,,十二,2026-04-01\n"))
        .expect("a file");
    assert_eq!(taken(folder.path(), &warehouse, 10)[0].counts.refused, 1);
    assert!(dump(&warehouse).contains("price_cny (价格（万元）): \"十二\" is not a number"));
    let coded = MAPPING.replace("unit = \"万元\"", "unit = \"万元\", codes = { \"十二\" = \"12\" }");
    fs::write(folder.path().join("m.toml"), coded).expect("a file");
    assert_eq!(taken(folder.path(), &warehouse, 10)[0].counts.fresh, 1);
    let dump = dump(&warehouse);
    assert!(dump.contains("120000.00") && !dump.contains("quarantine"), "{dump}");
}

#[test]
fn headings_that_are_not_there_stop_everything_before_the_first_row() {
    let (folder, warehouse) = folder();
    fs::write(folder.path().join("part_1.csv"), "单号,门店名,车架号\nS1,D1,V1\n").expect("a file");
    let mapping = mapping::read(&folder.path().join("m.toml")).unwrap_or_else(|f| panic!("{f}"));
    let mut store = Store::open_or_create(&warehouse).expect("a warehouse");
    let faults = ingest(&mut store, &mapping, How::default()).expect_err("faults");
    assert_eq!(faults.len(), 5, "{faults:?}");
    assert!(faults[0].help.contains("did you mean \"门店名\"?"), "{}", faults[0].help);
    assert_eq!(store.content().expect("a digest").tables.iter().map(|t| t.1).sum::<u64>(), 0);
}

#[test]
fn what_is_no_warehouse_is_refused_and_left_alone() {
    let (folder, warehouse) = folder();
    fs::write(&warehouse, "this is no database at all, though it is long enough to have a head of its own")
        .expect("a file");
    assert!(Store::open(&warehouse).is_err() && Store::open_or_create(&warehouse).is_err());
    assert!(fs::read_to_string(&warehouse).expect("text").starts_with("this is"));
    let other = folder.path().join("other.db");
    let sql = rusqlite::Connection::open(&other).expect("a database");
    sql.execute_batch("CREATE TABLE t(x)").expect("a table");
    assert!(Store::open_or_create(&other).err().is_some_and(|e| e.cause.contains("something else")));
}

#[test]
fn repairs_change_what_is_read_and_leave_no_trace() {
    let (folder, warehouse) = folder();
    let lines = lines(3);
    write(folder.path(), "part_1.csv", &lines.iter().collect::<Vec<_>>());
    taken(folder.path(), &warehouse, 10);
    let before = dump(&warehouse);
    let mut store = Store::open(&warehouse).expect("a warehouse");
    let repair = |key: &str, column: &str, after: &str| repairs::Repair {
        table: "sales".into(),
        feed: "dms".into(),
        key: key.into(),
        column: column.into(),
        before: String::new(),
        after: after.into(),
        reason: "test".into(),
    };
    store.repair(&[repair("S00001", "vin", "X1"), repair("S00002", repairs::LEAVE_OUT, "")]).expect("repairs");
    let sales = table("sales").expect("sales");
    let vin = sales.position("vin").expect("a column");
    let vins = |store: &Store, repaired| {
        let mut vins = Vec::new();
        store.records(sales, Known { day: None, repaired }, &mut |r| vins.push(r.text(vin).to_owned())).expect("rows");
        vins
    };
    assert_eq!(
        (vins(&store, true), vins(&store, false)),
        (vec!["V0".into(), "X1".into()], vec!["V0".into(), "V1".into(), "V2".into()])
    );
    assert_ne!(dump(&warehouse), before);
    assert_eq!((store.undo(), store.undo()), (Ok(2), Ok(0)));
    assert_eq!(dump(&warehouse), before);
}

/// Tiny's weekly sales through a warehouse and back are tiny's weekly sales.
#[test]
fn tinys_sales_come_back_byte_for_byte() {
    let (folder, warehouse) = folder();
    let tiny = Path::new("scenarios/tiny").canonicalize().expect("tiny");
    for (k, seed) in [5u64, 6].into_iter().enumerate() {
        let text = fs::read_to_string(tiny.join("sales.csv")).expect("sales");
        let lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        let half: Vec<&String> = shuffled(&lines, seed).into_iter().skip(k * 7).collect();
        let text = half.iter().fold("site_id,model_id,week_start,sold_cars\n".to_owned(), |t, l| t + l + "\n");
        fs::write(folder.path().join(format!("part_{k}.csv")), text).expect("a file");
    }
    let mapping = "[[feed]]\nname = \"weekly\"\ntable = \"sales\"\ncsv = \"part_*.csv\"\n\
                   key = [\"dealer_id\", \"model_id\", \"sold_on\"]\n[feed.columns]\ndealer_id = \"site_id\"\n\
                   model_id = \"model_id\"\nsold_on = \"week_start\"\ncars = \"sold_cars\"\n";
    fs::write(folder.path().join("m.toml"), mapping).expect("a file");
    taken(folder.path(), &warehouse, 10);
    let store = Store::open(&warehouse).expect("a warehouse");
    let out = folder.path().join("back");
    let day = days::number(jiff::civil::date(2026, 6, 29));
    let built = build::build(&store, &tiny, day, &out).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((built.cars[0], built.weeks, built.left.reasons.len()), (8 * 147, 8, 0));
    for file in ["sales.csv", "stock.csv", "in_transit.csv", "sites.csv", "supply.csv", "travel.csv"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(file)).expect("a table");
        assert_eq!(read(&out), read(&tiny), "{file}");
    }
    assert!(crate::io::scenario::read(&out).is_ok());
}
