//! A scenario as a workbook and back, and results as a planner's book.

mod book;
mod hostile;
#[path = "../common/scenario_folder.rs"]
mod scenario_folder;

use assert_cmd::Command;
use book::{To, copy_with, parts};
use calamine::{Data, Reader, Xlsx, open_workbook};
use forecourt::io::scenario::{read, write::files};
use forecourt::io::workbook::{BookError, SHEET_CELLS, export, import};
use forecourt::scenario::Scenario;
use scenario_folder::Folder;
use std::fs;
use std::path::{Path, PathBuf};

fn sound(folder: &Path) -> Scenario {
    read(folder).unwrap_or_else(|faults| panic!("{faults}")).0
}

/// Equal to the last bit of every number, and in every file that the scenario would be written as.
fn same(a: &Path, b: &Path) {
    let (a, b) = (sound(a), sound(b));
    assert_eq!(format!("{a:#?}"), format!("{b:#?}"));
    assert_eq!(files(&a), files(&b));
}

/// Exports a folder and reads the book back.
fn round(folder: &Path, most: usize) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a directory");
    let (book, back) = (home.path().join("book.xlsx"), home.path().join("back"));
    export(folder, &book, most).unwrap_or_else(|e| panic!("{e}"));
    import(&book, &back, false).unwrap_or_else(|e| panic!("{e}"));
    (home, back)
}

fn tiny() -> &'static Path {
    Path::new("scenarios/tiny")
}

#[test]
fn tiny_comes_back_as_it_was() {
    let (_home, back) = round(tiny(), SHEET_CELLS);
    same(tiny(), &back);
    // Where numbers are written in their shortest form, to the byte, comments of the options included.
    for file in ["scenario.toml", "sales.csv", "stock.csv", "in_transit.csv", "supply.csv", "models.csv", "travel.csv"]
    {
        assert_eq!(
            fs::read_to_string(back.join(file)).unwrap(),
            fs::read_to_string(tiny().join(file)).unwrap(),
            "{file}"
        );
    }
    assert!(!back.join("thresholds.csv").exists(), "an optional table without rows does not appear");
}

/// The large scenario with the sales beside the book; every file but three (whose numbers are not in their shortest
/// form, and whose comment stands behind a value) to the byte.
#[test]
fn china_comes_back_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let china = home.path().join("china");
    let run = |line: &[&str]| {
        let output = Command::cargo_bin("forecourt").unwrap().args(line).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["generate", "china", "--out", china.to_str().unwrap()]);
    let (book, back) = (home.path().join("china.xlsx"), home.path().join("back"));
    let said = run(&["xlsx", "export", china.to_str().unwrap(), "--out", book.to_str().unwrap()]);
    assert!(said.contains("china.sales.csv (1191185 rows)"), "{said}");
    run(&["xlsx", "import", book.to_str().unwrap(), "--out", back.to_str().unwrap()]);
    same(&china, &back);
    for file in ["sales.csv", "stock.csv", "sites.csv", "in_transit.csv", "supply.csv", "models.csv", "calendar.csv"] {
        assert!(fs::read(back.join(file)).unwrap() == fs::read(china.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn every_way_of_writing_a_folder_survives() {
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let aliased = Folder::correct().change("models.csv", "model_id,name,", "车型编号;name;");
    let aliased = aliased.clone().put("models.csv", aliased.text("models.csv").replace(',', ";").as_bytes());
    for folder in [Folder::correct(), Folder::with_matrix(), Folder::with_matrix().recode(gbk), aliased] {
        let (_home, path) = folder.write();
        for most in [SHEET_CELLS, 20, 0] {
            let (_book, back) = round(&path, most);
            same(&path, &back);
        }
    }
}

/// Two exports of one folder are the same bytes.
#[test]
fn a_book_is_repeatable() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (home.path().join("1.xlsx"), home.path().join("2.xlsx"));
    export(tiny(), &one, SHEET_CELLS).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    export(tiny(), &two, SHEET_CELLS).unwrap();
    assert!(fs::read(one).unwrap() == fs::read(two).unwrap());
}

#[test]
fn sheets_say_what_they_hold() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("book.xlsx");
    export(tiny(), &path, SHEET_CELLS).unwrap();
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let names = book.sheet_names();
    assert_eq!(names[..2], ["book", "scenario"]);
    let sites = names.iter().position(|n| n == "sites").unwrap() + 1;
    let sales = book.worksheet_range("sales").unwrap();
    // Four dealers with two models, two columns of ids and eight weeks.
    assert_eq!(sales.get_size(), (9, 10));
    assert!(matches!(sales.get_value((0, 2)), Some(Data::DateTime(d)) if d.as_f64() == 46_146.0), "2026-05-04");
    let parts = parts(&path);
    let sheet = |k: usize| {
        let name = format!("xl/worksheets/sheet{k}.xml");
        String::from_utf8(parts.iter().find(|p| p.0 == name).expect("the sheet").1.clone()).unwrap()
    };
    let xml = sheet(sites);
    assert!(xml.contains("plant,hub,dealer,candidate"), "drop-down of words");
    assert!(xml.contains("formats!$A$2:$A$"), "drop-down of ids");
    assert!(xml.contains("state=\"frozen\""));
    let notes: Vec<_> = parts.iter().filter(|p| p.0.starts_with("xl/comments")).collect();
    let text: String = notes.iter().map(|p| String::from_utf8_lossy(&p.1).into_owned()).collect();
    for part in ["Worth of the unsold cars it may finance", "unit: cny_per_year", "经销商编号", "required"] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let names = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "007", "1e5", "2026-01-05", "TRUE"];
    for name in names {
        let folder = Folder::correct().change("zones.csv", "Z1,Alpha,", &format!("Z1,\"{name}\","));
        let (_home, path) = folder.write();
        let (home, back) = round(&path, SHEET_CELLS);
        same(&path, &back);
        let parts = parts(&home.path().join("book.xlsx"));
        for (part, bytes) in parts.iter().filter(|p| p.0.starts_with("xl/worksheets/sheet")) {
            assert!(!String::from_utf8_lossy(bytes).contains("<f>"), "{part} holds a formula for {name}");
        }
        let styles = String::from_utf8_lossy(&parts.iter().find(|p| p.0 == "xl/styles.xml").unwrap().1).into_owned();
        assert_eq!(styles.contains("quotePrefix"), name.starts_with(['=', '+', '-', '@']), "{name}");
    }
}

/// A change in the book is a change in the scenario, and nothing else is.
#[test]
fn an_edited_cell_arrives() {
    let home = tempfile::tempdir().unwrap();
    let (book, edited, back) = (home.path().join("a.xlsx"), home.path().join("b.xlsx"), home.path().join("back"));
    export(tiny(), &book, SHEET_CELLS).unwrap();
    let changes = [
        ("sites", "K3", To::Number(123_456_789.0)),
        ("sales", "C2", To::Number(31.0)),
        ("sales", "D2", To::Empty),
        ("scenario", "C9", To::Number(5.0)),
        ("models", "B2", To::Text("Saloon")),
    ];
    copy_with(&book, &edited, &changes);
    import(&edited, &back, false).unwrap_or_else(|e| panic!("{e}"));
    let mut expected = tiny().to_path_buf();
    let other = home.path().join("other");
    fs::create_dir(&other).unwrap();
    for entry in fs::read_dir(&expected).unwrap().flatten().filter(|e| e.path().is_file()) {
        fs::copy(entry.path(), other.join(entry.file_name())).unwrap();
    }
    expected = other;
    let change = |file: &str, old: &str, new: &str| {
        let text = fs::read_to_string(expected.join(file)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old}");
        fs::write(expected.join(file), text.replace(old, new)).unwrap();
    };
    change(
        "sites.csv",
        "D1,Alpha 4S,阿尔法4S店,dealer,4S,Z1,30.0,114,5000,300,100000000",
        "D1,Alpha 4S,阿尔法4S店,dealer,4S,Z1,30.0,114,5000,300,123456789",
    );
    change("sales.csv", "D1,M1,2026-05-04,28\n", "D1,M1,2026-05-04,31\n");
    change("sales.csv", "D1,M1,2026-05-11,28\n", "");
    change("scenario.toml", "weeks = 4", "weeks = 5");
    change("models.csv", "M1,Sedan,", "M1,Saloon,");
    same(&expected, &back);
}

/// The first fault of a changed book, as it is told.
fn told(changes: &[(&str, &str, To)]) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let (book, edited, back) = (home.path().join("a.xlsx"), home.path().join("b.xlsx"), home.path().join("back"));
    export(tiny(), &book, SHEET_CELLS).unwrap();
    copy_with(&book, &edited, changes);
    let Err(BookError::Faults(faults)) = import(&edited, &back, false) else { panic!("no fault was found") };
    assert!(!back.exists(), "nothing is written");
    let place = format!("{}: ", edited.display());
    faults.list.iter().map(|f| f.to_string().replace(&place, "")).collect()
}

#[test]
fn faults_name_sheet_and_cell() {
    let cases: &[(&str, &str, To, &str)] = &[
        ("sites", "F3", To::Text("Z9"), "sites!F3: E012 "),
        ("sites", "D3", To::Text("deeler"), "sites!D3: E026 "),
        ("sites", "I3", To::Text("5 000"), "sites!I3: E019 "),
        ("sites", "I3", To::Number(-1.0), "sites!I3: E022 "),
        ("sites", "J4", To::Number(0.5), "sites!J4: E021 "),
        ("sites", "A3", To::Date(46_146.0), "sites!A3: E090 "),
        ("sites", "G3", To::Error("#DIV/0!"), "sites!G3: E090 "),
        ("sites", "A4", To::Text("D1"), "sites!A4: E017 "),
        ("sites", "Z4", To::Text("left over"), "sites!Z4: E090 "),
        ("zones", "G1", To::Text("population"), "zones!G1: E016 "),
        ("zones", "E1", To::Text("lat_deq"), "zones!E1: E013 "),
        ("stock", "C2", To::Date(46_146.0), "stock!C2: E019 "),
        ("supply", "C3", To::Date(46_205.0), "supply!C3: E025 "),
        ("sales", "A2", To::Text("D9"), "sales!A2: E012 "),
        ("sales", "B3", To::Text("M7"), "sales!B3: E012 "),
        ("sales", "E5", To::Text("many"), "sales!E5: E019 "),
        ("sales", "D1", To::Date(46_154.0), "sales!D1: E025 "),
        ("sales", "C1", To::Text("wek"), "sales!C1: E090 "),
        ("scenario", "C8", To::Date(46_205.0), "scenario!C8: E025 "),
        ("scenario", "C8", To::Empty, "scenario!C8: E034 "),
        ("scenario", "C9", To::Text("four"), "scenario!C9: E035 "),
        ("scenario", "C9", To::Number(4.5), "scenario!C9: E021 "),
        ("scenario", "B9", To::Text("week"), "scenario!B9: E033 "),
        ("scenario", "C2", To::Number(2.0), "scenario!C2: E031 "),
    ];
    for (sheet, cell, to, expected) in cases {
        let told = told(&[(sheet, cell, to.clone())]);
        let found: Vec<_> = told.iter().filter(|t| t.starts_with(expected)).collect();
        assert_eq!(found.len(), 1, "{sheet}!{cell}: {told:#?}");
        assert!(found[0].contains(" → "), "{told:?}");
    }
}

#[test]
fn faults_of_all_sheets_are_told_at_once() {
    let told = told(&[
        ("sites", "F3", To::Text("Z9")),
        ("scenario", "C9", To::Number(4.5)),
        ("models", "F3", To::Text("dear")),
    ]);
    let places: Vec<&str> = told.iter().map(|t| t.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["models!F3", "scenario!C9", "sites!F3"], "{told:#?}");
}

#[test]
fn a_linked_table_is_known_by_its_hash() {
    let home = tempfile::tempdir().unwrap();
    let (book, back) = (home.path().join("big.xlsx"), home.path().join("back"));
    let done = export(tiny(), &book, 150).unwrap();
    let names: Vec<_> = done.linked.iter().map(|l| l.0.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["big.sites.csv", "big.lanes.csv"]);
    let beside = home.path().join("big.lanes.csv");
    let text = fs::read_to_string(&beside).unwrap();
    fs::write(&beside, text.replace("390", "391")).unwrap();
    let refused = import(&book, &back, false).unwrap_err().to_string();
    assert!(refused.contains("book!D") && refused.contains("E091"), "{refused}");
    fs::remove_file(&beside).unwrap();
    let refused = import(&book, &back, false).unwrap_err().to_string();
    assert!(refused.contains("book!B") && refused.contains("E091"), "{refused}");
    fs::write(&beside, text).unwrap();
    import(&book, &back, false).unwrap();
    same(tiny(), &back);
}

#[test]
fn a_folder_is_only_replaced_when_told_so() {
    let home = tempfile::tempdir().unwrap();
    let (book, back) = (home.path().join("a.xlsx"), home.path().join("back"));
    export(tiny(), &book, SHEET_CELLS).unwrap();
    import(&book, &back, false).unwrap();
    assert!(import(&book, &back, false).unwrap_err().to_string().contains("--replace"));
    import(&book, &back, true).unwrap();
    fs::write(home.path().join("thesis.txt"), "years").unwrap();
    assert!(import(&book, home.path(), true).unwrap_err().to_string().contains("--out"));
}

/// What another program saves is read as what it shows: the book goes through LibreOffice and comes back equal.
#[test]
fn libreoffice_opens_and_saves_it() {
    let home = tempfile::tempdir().unwrap();
    let (book, saved) = (home.path().join("tiny.xlsx"), home.path().join("saved"));
    export(tiny(), &book, SHEET_CELLS).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", home.path().display());
    let convert = std::process::Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"])
        .args([&saved, &book])
        .output();
    let Ok(output) = convert else {
        eprintln!("not checked: soffice is not installed (Debian: apt-get install libreoffice-calc)");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let back = home.path().join("back");
    import(&saved.join("tiny.xlsx"), &back, false).unwrap_or_else(|e| panic!("{e}"));
    same(tiny(), &back);
}

/// Every figure of the planner's book is one of the tables.
#[test]
fn the_planners_book_holds_the_tables() {
    let home = tempfile::tempdir().unwrap();
    let (out, path) = (home.path().join("r"), home.path().join("week.xlsx"));
    for line in [
        &["plan", "scenarios/tiny", "--quiet", "--out", out.to_str().unwrap()][..],
        &["xlsx", "export", out.to_str().unwrap(), "--out", path.to_str().unwrap()],
    ] {
        let output = Command::cargo_bin("forecourt").unwrap().args(line).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let mut seen = 0;
    for name in ["orders", "transfers", "warnings", "tasks", "placement", "kpi"] {
        let range = book.worksheet_range(name).unwrap();
        let mut rows = csv::Reader::from_path(out.join(format!("{name}.csv"))).unwrap();
        let header = rows.headers().unwrap().clone();
        let records: Vec<_> = rows.records().map(Result::unwrap).collect();
        assert!(!records.is_empty(), "{name}");
        for (row, record) in (1u32..).zip(&records) {
            for (column, cell) in (0u32..).zip(record) {
                let shown = match range.get_value((row, column)) {
                    None | Some(Data::Empty) => String::new(),
                    Some(Data::String(t)) => t.clone(),
                    Some(Data::Float(x)) => x.to_string(),
                    Some(Data::DateTime(d)) => {
                        let (y, m, d, ..) = d.to_ymd_hms_milli();
                        format!("{y:04}-{m:02}-{d:02}")
                    }
                    other => panic!("{other:?}"),
                };
                let column_name = &header[column as usize];
                assert_eq!(shown, cell, "{name} {column_name} row {row}");
                seen += 1;
            }
        }
    }
    assert!(seen > 300, "{seen}");
}
