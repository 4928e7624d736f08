//! Books that nobody should trust: bombs, damaged files, files of another kind.

use crate::book::parts;
use forecourt::io::workbook::{BookError, SHEET_CELLS, export, import};
use std::fs;
use std::io::Write;
use std::path::Path;

/// What reading a book that is refused says; nothing may be written.
fn refused(book: &Path) -> String {
    let back = book.with_extension("back");
    let error = import(book, &back, false).expect_err("the book is refused");
    assert!(!back.exists());
    error.to_string()
}

/// A book with one of its parts replaced.
fn with_part(from: &Path, to: &Path, part: &str, bytes: &[u8]) {
    let mut new = zip::ZipWriter::new(fs::File::create(to).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, old) in parts(from) {
        new.start_file(&name, options).unwrap();
        new.write_all(if name == part { bytes } else { &old }).unwrap();
    }
    new.finish().unwrap();
}

#[test]
fn files_of_another_kind_are_refused_with_the_way_out() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    fs::write(at("text.xlsx"), "a,b\n1,2\n").unwrap();
    fs::write(at("empty.xlsx"), "").unwrap();
    fs::write(at("old.xlsx"), [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]).unwrap();
    fs::create_dir(at("folder.xlsx")).unwrap();
    for (name, says) in [
        ("text.xlsx", "no Excel workbook"),
        ("empty.xlsx", "no Excel workbook"),
        ("old.xlsx", "password"),
        ("folder.xlsx", "cannot be read"),
        ("none.xlsx", "cannot be read"),
    ] {
        let said = refused(&at(name));
        assert!(said.contains(says), "{name}: {said}");
    }
    let mut other = rust_xlsxwriter::Workbook::new();
    other.add_worksheet().write_string(0, 0, "hello").unwrap();
    other.save(at("other.xlsx")).unwrap();
    assert!(refused(&at("other.xlsx")).contains("forecourt xlsx export"));
}

/// A cell at the far corner takes no room for the cells before it, and a sheet of endless columns is refused.
#[test]
fn an_address_takes_no_room() {
    let home = tempfile::tempdir().unwrap();
    let (book, bad) = (home.path().join("a.xlsx"), home.path().join("b.xlsx"));
    export(Path::new("scenarios/tiny"), &book, SHEET_CELLS).unwrap();
    let sheet = |cell: &str| {
        let row: String = cell.chars().filter(char::is_ascii_digit).collect();
        format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
             <row r=\"{row}\"><c r=\"{cell}\"><v>1</v></c></row></sheetData></worksheet>"
        )
    };
    with_part(&book, &bad, "xl/worksheets/sheet3.xml", sheet("XFD1048576").as_bytes());
    assert!(refused(&bad).contains("1000 columns"));
    with_part(&book, &bad, "xl/worksheets/sheet3.xml", sheet("A1048576").as_bytes());
    assert!(refused(&bad).contains("formats"), "{}", refused(&bad));
}

/// Entities that would multiply are not followed.
#[test]
fn entities_do_not_multiply() {
    let home = tempfile::tempdir().unwrap();
    let (book, bad) = (home.path().join("a.xlsx"), home.path().join("b.xlsx"));
    export(Path::new("scenarios/tiny"), &book, SHEET_CELLS).unwrap();
    let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE sst [<!ENTITY a0 \"lol\">");
    for k in 1..30 {
        text += &format!("<!ENTITY a{k} \"&a{0};&a{0};&a{0};&a{0};\">", k - 1);
    }
    text += "]><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>&a29;</t></si></sst>";
    with_part(&book, &bad, "xl/sharedStrings.xml", text.as_bytes());
    assert!(!refused(&bad).is_empty());
}

/// Whatever happens to a book's bytes, the answer is a scenario or a fault, never a panic.
#[test]
fn damaged_books_are_faults() {
    let home = tempfile::tempdir().unwrap();
    let (book, bad) = (home.path().join("a.xlsx"), home.path().join("b.xlsx"));
    export(Path::new("scenarios/tiny"), &book, SHEET_CELLS).unwrap();
    let bytes = fs::read(&book).unwrap();
    let mut state = 1u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let all = parts(&book);
    let (mut faults, mut sound) = (0, 0);
    for case in 0..150 {
        if case % 3 == 0 {
            let mut cut = bytes.clone();
            cut.truncate(next(bytes.len()));
            fs::write(&bad, cut).unwrap();
        } else {
            // Inside a part, so that the checksums of the parts are right again.
            let (name, old) = &all[next(all.len())];
            let mut new = old.clone();
            for _ in 0..=next(3) {
                let at = next(new.len().max(1));
                if !new.is_empty() {
                    new[at] = [b'<', b'"', b'9', 0, 0xff, b'&'][next(6)];
                }
            }
            with_part(&book, &bad, name, &new);
        }
        let back = home.path().join(format!("back{case}"));
        match import(&bad, &back, false) {
            Ok(_) => sound += 1,
            Err(BookError::Faults(_) | BookError::Read { .. }) => {
                faults += 1;
                assert!(!back.exists());
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(faults > 50 && sound > 5, "{faults} faults, {sound} sound");
}
