//! One planted defect at a time: each is named by file, line and column, with a code and a way out.

#[path = "common/scenario_folder.rs"]
mod scenario_folder;

use forecourt::io::fault::{Fault, Faults};
use forecourt::io::scenario::read;
use scenario_folder::Folder;

fn faults(folder: &Folder) -> Faults {
    let (_home, path) = folder.write();
    let mut faults = read(&path).err().unwrap_or_default();
    for fault in &mut faults.list {
        fault.file = fault.file.rsplit('/').next().unwrap_or_default().to_string();
    }
    faults
}

fn place(fault: &Fault) -> String {
    let Fault { file, line, column, code, .. } = fault;
    if *line == 0 { format!("{file} {code}") } else { format!("{file}:{line}:{column} {code}") }
}

/// A defect: what it is, the folder with it, and what must be said of it.
struct Defect(&'static str, Folder, &'static str);

fn change(what: &'static str, file: &str, old: &str, new: &str, expected: &'static str) -> Defect {
    Defect(what, Folder::correct().change(file, old, new), expected)
}
fn append(what: &'static str, file: &str, more: &str, expected: &'static str) -> Defect {
    Defect(what, Folder::correct().append(file, more), expected)
}
fn in_matrix(what: &'static str, old: &str, new: &str, expected: &'static str) -> Defect {
    Defect(what, Folder::with_matrix().change("travel.csv", old, new), expected)
}
fn option(what: &'static str, old: &str, new: &str, expected: &'static str) -> Defect {
    change(what, "scenario.toml", old, new, expected)
}

/// Files as such: there, of a sane size, in a known encoding, well formed.
fn files() -> Vec<Defect> {
    let long = "x".repeat(5000);
    vec![
        Defect("no scenario.toml", Folder::correct().without("scenario.toml"), "scenario.toml E001"),
        Defect("a required table is missing", Folder::correct().without("sales.csv"), "sales.csv E001"),
        append(
            "a table outside the folder",
            "scenario.toml",
            "\n[tables]\nstock = \"../stock.csv\"\n",
            "scenario.toml:27:9 E003",
        ),
        append("an absolute path", "scenario.toml", "\n[tables]\nstock = \"/etc/passwd\"\n", "scenario.toml:27:9 E003"),
        append("a named table is missing", "scenario.toml", "\n[tables]\nstock = \"stocks.csv\"\n", "stocks.csv E001"),
        Defect(
            "bytes of no encoding",
            Folder::correct().put("calendar.csv", b"date,name,kind\n2026-10-01,\xff\xfe\xff,holiday\n"),
            "calendar.csv:2:12 E004",
        ),
        Defect("an empty file", Folder::correct().put("stock.csv", b" \n"), "stock.csv E005"),
        change("an open quote", "sites.csv", "Beta city", "\"Beta city", "sites.csv:5:4 E006"),
        change("text after a quote", "sites.csv", "Ltd\"", "Ltd\" and", "sites.csv:4:103 E007"),
        change("a field too many", "stock.csv", "D1,M1,40,5", "D1,M1,40,5,6", "stock.csv:3:1 E008"),
        change("a field too few", "stock.csv", "D1,M1,40,5", "D1,M1,40", "stock.csv:3:1 E008"),
        change("a huge field", "zones.csv", "Alpha", &long, "zones.csv:2:4 E009"),
        change("NUL in an id", "zones.csv", "Z1", "Z\u{0}1", "zones.csv:2:1 E011"),
        change("a long id", "zones.csv", "Z4", &long[..65], "zones.csv:5:1 E027"),
        Defect(
            "no rows",
            Folder::correct().put("supply.csv", b"site_id,model_id,week_start,slots_cars\n"),
            "supply.csv E028",
        ),
    ]
}

/// Headers.
fn headers() -> Vec<Defect> {
    vec![
        change("a misspelt column", "zones.csv", "rival_weight", "rival_wieght", "zones.csv:1:87 E013"),
        change(
            "a missing column",
            "stock.csv",
            "site_id,model_id,age_days,cars",
            "site_id,model_id,age_days,",
            "stock.csv:1:1 E014",
        ),
        change("a column twice", "stock.csv", "age_days,cars", "cars,cars", "stock.csv:1:23 E015"),
        change("a column without its unit", "models.csv", "price_cny", "price", "models.csv:1:42 E016"),
        change("a column of another unit", "formats.csv", "reach_min", "reach_h", "formats.csv:1:35 E016"),
    ]
}

/// Single values.
fn values() -> Vec<Defect> {
    vec![
        change("an id twice", "models.csv", "M2", "M1", "models.csv:3:1 E017"),
        change("ids that differ by width", "models.csv", "M2", "ｍ１", "models.csv:3:1 E017"),
        change("a required cell is empty", "zones.csv", "Beta,贝塔,North", "Beta,贝塔,", "zones.csv:3:12 E018"),
        change("a word for a number", "zones.csv", "13140", "ten", "zones.csv:3:38 E019"),
        change("a thousands separator", "zones.csv", "13140", "\"13,140\"", "zones.csv:3:39 E019"),
        change("per cent", "carriers.csv", "0.75", "75%", "carriers.csv:2:30 E019"),
        change("NaN", "zones.csv", "13140", "NaN", "zones.csv:3:38 E020"),
        change("infinity", "formats.csv", "4S店,2,60", "4S店,inf,60", "formats.csv:2:17 E020"),
        change("1e999", "models.csv", "120000", "1e999", "models.csv:2:31 E020"),
        change("half a car", "stock.csv", "40,5", "40,5.5", "stock.csv:3:10 E021"),
        change("negative sales", "sales.csv", "06-15,30", "06-15,-30", "sales.csv:3:18 E022"),
        change("a share above 1", "carriers.csv", "0.75", "75", "carriers.csv:2:30 E023"),
        change("sales beyond counting", "sales.csv", "06-15,30", "06-15,70000", "sales.csv:3:18 E023"),
        change("no date", "sales.csv", "2026-06-08", "8 June", "sales.csv:2:7 E024"),
        change("30 February", "calendar.csv", "2026-10-01", "2026-02-30", "calendar.csv:2:1 E024"),
        change("a Tuesday", "sales.csv", "2026-06-08", "2026-06-09", "sales.csv:2:7 E025"),
        change("an unknown word", "models.csv", "electric", "eletric", "models.csv:3:19 E026"),
        change("hour 25", "sites.csv", "B,9:30,18", "B,9:30,25", "sites.csv:5:101 E023"),
    ]
}

/// Places.
fn places() -> Vec<Defect> {
    vec![
        change("swapped coordinates", "zones.csv", "30.75,114.5", "114.5,30.75", "zones.csv:3:18 E040"),
        change("coordinates 0, 0", "zones.csv", "30.75,114.5", "0,0", "zones.csv:3:18 E041"),
        change("no place on earth", "zones.csv", "30.75,114.5", "30.75,1145", "zones.csv:3:24 E042"),
        change("a site far from its zone", "sites.csv", "4S,Z1,30.5,114.25", "4S,Z1,50.5,14.25", "sites.csv:4:30 E073"),
        append(
            "a store twice",
            "sites.csv",
            "D3,Beta City,,dealer,CITY,Z2,30.75,114.5,2500,100,40000000,4000000,,1000000,500000,,,,\n",
            "sites.csv:7:1 E076",
        ),
        change("a population in tens of thousands", "zones.csv", "1000000,2190", "100,2", "zones.csv:5:1 E059"),
        change("a region in two spellings", "zones.csv", "贝塔,North", "贝塔,NORTH", "zones.csv:3:12 E078"),
        change("more cars than people", "zones.csv", "1000000,2190", "2000,2190", "zones.csv:5:35 E070"),
    ]
}

/// Sites of each kind and rule.
fn kinds() -> Vec<Defect> {
    let sites = Folder::correct().text("sites.csv");
    let only = |keep: fn(&str) -> bool| {
        let lines: Vec<&str> = sites.lines().enumerate().filter(|(k, l)| *k == 0 || keep(l)).map(|l| l.1).collect();
        lines.join("\n")
    };
    let without_plant = Folder::correct()
        .put("sites.csv", only(|l| !l.starts_with('P')).as_bytes())
        .change("lanes.csv", "P1,D1,60,1,\nP1,D2,90,1.5,250\n", "")
        .put("supply.csv", b"site_id,model_id,week_start,slots_cars\nD1,M1,2026-06-29,60\nD1,M2,2026-06-29,60\n");
    vec![
        change("an unknown zone", "sites.csv", "4S,Z1,30.5", "4S,Z9,30.5", "sites.csv:4:30 E012"),
        change("an unknown model", "sales.csv", "D1,M2", "D1,M7", "sales.csv:4:4 E012"),
        change("a store without a format", "sites.csv", "dealer,4S,Z1", "dealer,,Z1", "sites.csv:4:27 E060"),
        change("a plant with a format", "sites.csv", "plant,,", "plant,4S,", "sites.csv:2:19 E061"),
        change("a dealer without storage", "sites.csv", "5000,300,", "5000,,", "sites.csv:4:50 E075"),
        change("a forbidden dealer", "sites.csv", "9,18,free", "9,18,forbidden", "sites.csv:4:109 E062"),
        change(
            "a rule for a hub",
            "sites.csv",
            "114.75,,,,,,,,Maker,0,24,",
            "114.75,,,,,,,,Maker,0,24,required",
            "sites.csv:3:50 E074",
        ),
        change("a yard that closes first", "sites.csv", "B,9:30,18", "B,19:30,18", "sites.csv:5:96 E063"),
        Defect(
            "build slots at a dealer",
            without_plant
                .clone()
                .append("sites.csv", "\nP1,,,plant,,,30.25,114.5,100000,,,,,,,,,,\n")
                .append("supply.csv", "P1,M1,2026-06-29,1\nP1,M2,2026-06-29,1\n")
                .change("supply.csv", "D1,M2,2026-06-29,60\n", ""),
            "supply.csv:2:1 E050",
        ),
        append(
            "a plant without slots",
            "sites.csv",
            "P2,,,plant,,,30.25,114.5,100000,,,,,,,,,,\n",
            "sites.csv:7:1 E051",
        ),
        change(
            "a model that nobody builds",
            "supply.csv",
            "P1,M2,2026-07-06",
            "P1,M1,2026-07-13",
            "models.csv:3:1 E052",
        ),
        change("a model too large for carriers", "models.csv", "18000,1.25", "18000,12.5", "models.csv:3:1 E072"),
        change("a margin above the price", "models.csv", "120000,9000", "120000,900000", "models.csv:2:38 E064"),
    ]
}

/// Rows about goods and time.
fn goods() -> Vec<Defect> {
    vec![
        change("a sale after today", "sales.csv", "2026-06-22", "2026-06-29", "sales.csv:4:7 E044"),
        change("a sale of another age", "sales.csv", "2026-06-08", "1926-06-07", "sales.csv:2:7 E071"),
        change("a sale at a hub", "sales.csv", "D2,M1", "H1,M1", "sales.csv:5:1 E045"),
        change("a sale twice", "sales.csv", "2026-06-15,30", "2026-06-08,30", "sales.csv:3:1 E046"),
        Defect(
            "a week without sales",
            Folder::correct().change("sales.csv", "2026-06-15,30", "2026-06-22,30").change(
                "sales.csv",
                "D2,M1,2026-06-15",
                "D2,M1,2026-06-22",
            ),
            "sales.csv E079",
        ),
        Defect(
            "build slots that end before the horizon",
            Folder::correct().change("scenario.toml", "weeks = 4", "weeks = 6"),
            "supply.csv E079",
        ),
        change("a lot twice", "stock.csv", "40,5", "20,5", "stock.csv:3:1 E046"),
        change("stock above the storage", "stock.csv", "10,12", "10,120", "stock.csv:4:10 E047"),
        change("stock at a candidate", "stock.csv", "D2,M2", "C1,M2", "stock.csv:4:1 E048"),
        change("cars long overdue", "in_transit.csv", "2026-06-29", "2026-06-22", "in_transit.csv:2:7 E049"),
        Defect(
            "limits of an unknown region",
            Folder::correct().put("thresholds.csv", b"rule,region,amber\nexcess,Nort,2\n"),
            "thresholds.csv:2:8 E012",
        ),
        Defect(
            "limits of a region and a model at once",
            Folder::correct().put("thresholds.csv", b"rule,region,model_id,amber\nexcess,North,M1,2\n"),
            "thresholds.csv:2:14 E069",
        ),
        Defect(
            "amber above red",
            Folder::correct().put("thresholds.csv", b"rule,amber,red\nexcess,3,2\n"),
            "thresholds.csv:2:8 E069",
        ),
        Defect(
            "limits twice",
            Folder::correct().put("thresholds.csv", b"rule,amber\nexcess,2\nexcess,3\n"),
            "thresholds.csv:3:1 E046",
        ),
        Defect(
            "limits of no rule",
            Folder::correct().put("thresholds.csv", b"rule,amber\nexces,2\n"),
            "thresholds.csv:2:1 E026",
        ),
        Defect(
            "an order for a plant",
            Folder::correct().put("order_locks.csv", b"site_id,model_id,week_start,hand\nP1,M1,2026-07-06,forbid\n"),
            "order_locks.csv:2:1 E082",
        ),
        Defect(
            "an order set without cars",
            Folder::correct().put("order_locks.csv", b"site_id,model_id,week_start,hand,cars\nD1,M1,2026-07-06,set,\n"),
            "order_locks.csv:2:22 E083",
        ),
        Defect(
            "a locked order with cars",
            Folder::correct()
                .put("order_locks.csv", b"site_id,model_id,week_start,hand,cars\nD1,M1,2026-07-06,lock,3\n"),
            "order_locks.csv:2:23 E083",
        ),
        Defect(
            "more cars set than are built",
            Folder::correct().put(
                "order_locks.csv",
                b"site_id,model_id,week_start,hand,cars\nD1,M2,2026-07-06,set,20\nD2,M2,2026-07-06,set,11\n",
            ),
            "order_locks.csv:3:22 E084",
        ),
        Defect(
            "an order decided twice",
            Folder::correct().put(
                "order_locks.csv",
                b"site_id,model_id,week_start,hand\nD1,M1,2026-07-06,lock\nD1,M1,2026-07-06,forbid\n",
            ),
            "order_locks.csv:3:1 E046",
        ),
        Defect(
            "an order of no known hand",
            Folder::correct().put("order_locks.csv", b"site_id,model_id,week_start,hand\nD1,M1,2026-07-06,hold\n"),
            "order_locks.csv:2:18 E026",
        ),
        Defect(
            "leads won of nobody knows how many",
            Folder::correct().put("channel.csv", b"site_id,month_start,leads,leads_won\nD1,2026-05-01,,3\n"),
            "channel.csv:2:15 E018",
        ),
        Defect(
            "more leads won than came",
            Folder::correct().put("channel.csv", b"site_id,month_start,leads,leads_won\nD1,2026-05-01,2,3\n"),
            "channel.csv:2:17 E069",
        ),
        Defect(
            "a month that is there twice",
            Folder::correct()
                .put("channel.csv", b"site_id,month_start,sales_staff\nD1,2026-05-01,2\nD1,2026-05-20,3\n"),
            "channel.csv:3:4 E046",
        ),
        Defect(
            "the month of a plant",
            Folder::correct().put("channel.csv", b"site_id,month_start,sales_staff\nP1,2026-05-01,2\n"),
            "channel.csv:2:1 E048",
        ),
        change("a summer festival", "calendar.csv", "2027-02-06", "2027-07-06", "calendar.csv:3:1 E066"),
        change(
            "a day twice",
            "calendar.csv",
            "2026-10-01,National Day,holiday",
            "2027-02-06,Eve,holiday",
            "calendar.csv:3:1 E046",
        ),
        change("a lane to itself", "lanes.csv", "P1,D1", "D1,D1", "lanes.csv:2:4 E067"),
        change("a lane twice", "lanes.csv", "P1,D2,90", "P1,D1,90", "lanes.csv:3:1 E046"),
        change("minutes for hours", "lanes.csv", "60,1,", "60,60,", "lanes.csv:2:10 E057"),
    ]
}

/// The travel matrix.
fn matrix() -> Vec<Defect> {
    let text = Folder::with_matrix().text("travel.csv");
    vec![
        in_matrix("hours for minutes", "60,60", "60,1", "travel.csv:3:10 E057"),
        in_matrix("a pair twice", "Z1,D2", "Z1,D1", "travel.csv:3:1 E046"),
        in_matrix("a store's own zone is lacking", "Z3,C1,15,20\n", "Z3,D2,80,90\n", "sites.csv:6:1 E054"),
        in_matrix("a zone is lacking", "Z4,C1,80,90\n", "", "zones.csv:5:1 E054"),
        Defect("a matrix that is not used", Folder::correct().put("travel.csv", text.as_bytes()), "travel.csv E055"),
        Defect("no matrix", Folder::with_matrix().without("travel.csv"), "scenario.toml:13:8 E001"),
    ]
}

/// Options.
fn options() -> Vec<Defect> {
    vec![
        option("no TOML", "weeks = 4", "weeks = = 4", "scenario.toml:10:9 E030"),
        option("a newer schema", "schema = 1", "schema = 2", "scenario.toml:1:10 E031"),
        option("an older schema", "schema = 1", "schema = 0", "scenario.toml:1:10 E032"),
        option("no schema", "schema = 1\n", "", "scenario.toml:1:1 E032"),
        option("an unknown key", "circuity", "circuitry", "scenario.toml:14:1 E033"),
        option("a key without its unit", "budget_cny", "budget", "scenario.toml:21:1 E033"),
        option("an unknown section", "[horizon]", "[horizn]", "scenario.toml:9:2 E033"),
        option("a missing key", "synthetic = true\n", "", "scenario.toml:1:1 E034"),
        option("text for a number", "speed_kmh = 60", "speed_kmh = \"60\"", "scenario.toml:15:13 E035"),
        option("NaN", "circuity = 1.3", "circuity = nan", "scenario.toml:14:12 E020"),
        option("infinity", "circuity = 1.3", "circuity = 1e999", "scenario.toml:14:12 E020"),
        option("a speed of rockets", "speed_kmh = 60", "speed_kmh = 6000", "scenario.toml:15:13 E023"),
        option("today is a Sunday", "2026-06-29", "2026-06-28", "scenario.toml:7:9 E025"),
        option("an unknown word", "geodesic", "straight", "scenario.toml:13:8 E026"),
        option("an id with blanks", "\"small\"", "\"a small one\"", "scenario.toml:2:6 E027"),
        option("least above most", "min_stores = 1", "min_stores = 5", "scenario.toml:19:14 E069"),
        option("nothing arrives in the horizon", "weeks = 4", "weeks = 3", "scenario.toml:10:9 E080"),
        option(
            "packs that no week can build",
            "freeze_weeks = 1",
            "freeze_weeks = 1\npack_cars = 31",
            "scenario.toml:25:13 E081",
        ),
        option("all weeks frozen", "freeze_weeks = 1", "freeze_weeks = 4", "scenario.toml:24:16 E069"),
    ]
}

fn every_defect() -> Vec<Defect> {
    [files(), headers(), values(), places(), kinds(), goods(), matrix(), options()].into_iter().flatten().collect()
}

#[test]
fn the_folders_are_correct_before_anything_is_planted() {
    for folder in [Folder::correct(), Folder::with_matrix()] {
        let faults = faults(&folder);
        assert!(faults.is_empty(), "{faults}");
    }
}

#[test]
fn each_planted_defect_is_named_by_place_and_code_with_a_way_out() {
    let mut wrong = Vec::new();
    for Defect(what, folder, expected) in every_defect() {
        let faults = faults(&folder);
        let found: Vec<String> = faults.list.iter().map(place).collect();
        if found != [expected] {
            wrong.push(format!("{what}: expected {expected}, found {found:?}\n{faults}"));
        }
        for fault in &faults.list {
            assert!(fault.help.len() >= 8 && fault.cause.len() >= 8, "{what}: {fault}");
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_defects_are_of_at_least_forty_kinds() {
    let defects = every_defect();
    let kinds: std::collections::BTreeSet<&str> = defects.iter().filter_map(|d| d.2.split(' ').nth(1)).collect();
    assert!(defects.len() >= 80 && kinds.len() >= 40, "{} defects of {} kinds", defects.len(), kinds.len());
}

#[test]
fn several_defects_are_reported_at_once_in_order() {
    let folder = Folder::correct()
        .change("zones.csv", "13140", "ten")
        .change("zones.csv", "Z4,Delta,德尔塔,South,29,", "Z4,Delta,德尔塔,South,NaN,")
        .change("zones.csv", "3000000,8760,6", "3000000,8760,-6")
        .change("sales.csv", "2026-06-08", "2026-06-09")
        .change("sales.csv", "2026-06-15,30", "2026-06-15,1.5")
        .change("scenario.toml", "speed_kmh = 60", "speed_kmh = 600")
        .change("models.csv", "electric", "steam");
    let found: Vec<String> = faults(&folder).list.iter().map(place).collect();
    let expected = [
        "models.csv:3:19 E026",
        "sales.csv:2:7 E025",
        "sales.csv:3:18 E021",
        "scenario.toml:15:13 E023",
        "zones.csv:3:38 E019",
        "zones.csv:4:41 E022",
        "zones.csv:5:20 E020",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_fault_of_every_row_is_listed_up_to_a_limit_and_counted() {
    let rows: String = (0..1000).map(|k| format!("D1,M1,2026-06-08,{k}x\n")).collect();
    let faults = faults(&Folder::correct().append("sales.csv", &rows));
    assert_eq!(faults.list.len() as u64, Faults::PER_KIND);
    assert_eq!(faults.count(), 1000);
    assert!(faults.to_string().contains("E019 and 980 more of this kind"), "{faults}");
}

#[test]
fn a_lost_row_is_not_reported_again_by_those_that_refer_to_it() {
    let faults = faults(&Folder::correct().change("zones.csv", "Z1,Alpha", "Z1,\"Alpha"));
    assert_eq!(faults.list.iter().map(place).collect::<Vec<_>>(), ["zones.csv:2:4 E006"]);
}

#[test]
fn a_folder_that_is_not_there_is_one_fault() {
    let faults = read(std::path::Path::new("no/such/folder")).expect_err("nothing to read");
    assert_eq!(faults.count(), 1);
    assert!(faults.to_string().starts_with("no/such/folder/scenario.toml: E001 "), "{faults}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let (home, path) = Folder::correct().without("stock.csv").write();
    std::fs::write(home.path().join("stock.csv"), Folder::correct().text("stock.csv")).expect("written");
    std::os::unix::fs::symlink(home.path().join("stock.csv"), path.join("stock.csv")).expect("linked");
    let faults = read(&path).expect_err("the link leaves the folder");
    assert!(faults.list[0].to_string().contains("E003"), "{faults}");
}
