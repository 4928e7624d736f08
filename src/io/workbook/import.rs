//! A book as a scenario folder: its tables become texts, the texts are judged, and only what is sound is written.

use super::load::{Found, Sheet, book, fault, text_of};
use super::places::{Line, Places};
use super::{BookError, CONTENTS, SETTINGS, sales, settings, unwritten};
use crate::digest::sha256;
use crate::io::fault::{Code, Fault, Faults};
use crate::io::scenario::records::{folded, near, write_cell};
use crate::io::scenario::schema::{Attribute, Need, TABLES, Table};
use crate::io::scenario::write::write_texts;
use crate::io::scenario::{Folder, TABLE_BYTES};
use std::io::Read;
use std::path::{Component, Path};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files, with their rows.
    pub files: Vec<(String, usize)>,
    /// What was passed over.
    pub remarks: Vec<String>,
}

/// A table on its way from the book to a file.
pub(super) struct Made {
    pub table: &'static Table,
    pub text: String,
    /// Where it stands in the book; a linked file stands for itself.
    pub places: Option<Places>,
}

/// Reads a book and writes the scenario it holds. A folder that holds a scenario already is only replaced when `replace`
/// says so; what else it holds is left alone.
pub fn import(path: &Path, out: &Path, replace: bool) -> Result<Imported, BookError> {
    refuse_folder(out, replace)?;
    let shown = path.to_string_lossy().into_owned();
    let sheets = book(path)?;
    let mut faults = Vec::new();
    let mut remarks = Vec::new();
    let find = |name: &str| sheets.iter().find(|s| folded(&s.name) == name);
    let Some(options) = find(SETTINGS) else {
        let cause = format!("the book has no sheet named {SETTINGS}");
        let help = "Start from a book that `forecourt xlsx export` wrote, or use `forecourt init --from` for your own";
        return Err(BookError::Read { path: path.to_path_buf(), cause, help });
    };
    let (toml, option_places) = settings::read(&shown, options, &mut faults);
    let mut tables = Vec::new();
    for table in TABLES {
        if let Some(made) = find(table.name).and_then(|sheet| read_sheet(&shown, table, sheet, &mut faults)) {
            tables.push(made);
        }
    }
    if let Some(contents) = find(CONTENTS) {
        linked(path, contents, &mut tables, &mut faults);
    }
    for sheet in &sheets {
        let name = folded(&sheet.name);
        if name != CONTENTS && name != SETTINGS && TABLES.iter().all(|t| t.name != name) {
            let hint = near(&name, TABLES.iter().map(|t| t.name)).map(|n| format!("; did you mean {n}?"));
            remarks.push(format!("the sheet {:?} is not read{}", sheet.name, hint.unwrap_or_default()));
        }
    }
    finish(&shown, (toml, &option_places, options), tables, (faults, remarks), out)
}

/// Judges the texts and writes what is sound.
pub(super) fn finish(
    shown: &str,
    (toml, option_places, options): (String, &Places, &Sheet),
    tables: Vec<Made>,
    (faults, remarks): (Vec<Fault>, Vec<String>),
    out: &Path,
) -> Result<Imported, BookError> {
    let texts = tables.iter().map(|m| (m.table.name, m.text.clone())).collect();
    if let Err(found) = Folder::from_texts(shown, toml.clone(), texts).judge() {
        let told = translate(shown, found, options, (&toml, option_places), &tables);
        return Err(together(faults, told).into());
    }
    if !faults.is_empty() {
        return Err(together(faults, Faults::default()).into());
    }
    write(out, toml, tables).map(|files| Imported { files, remarks })
}

pub(super) fn refuse_folder(out: &Path, replace: bool) -> Result<(), BookError> {
    let refuse = |cause: &str, help| Err(BookError::Write { path: out.to_path_buf(), cause: cause.into(), help });
    let empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if out.exists() && !out.is_dir() {
        return refuse("this is no folder", "Name a folder with --out");
    }
    if empty || (replace && out.join("scenario.toml").is_file()) {
        return Ok(());
    }
    if out.join("scenario.toml").is_file() {
        return refuse("the folder holds a scenario", "Name another with --out, or say --replace to write over it");
    }
    refuse("the folder holds files that are no scenario", "Name an empty or new folder with --out")
}

/// A sheet as the text of its table; none when an optional table's sheet has no rows.
fn read_sheet(book: &str, table: &'static Table, sheet: &Sheet, faults: &mut Vec<Fault>) -> Option<Made> {
    if sheet.rows.len() < 2 && !table.required {
        return None;
    }
    let weeks = if table.name == "sales" { sales::week_columns(sheet) } else { Vec::new() };
    if !weeks.is_empty() {
        let (text, places) = sales::lengthen(book, sheet, &weeks, faults);
        return Some(Made { table, text, places: Some(places) });
    }
    let header = sheet.rows.first().cloned().unwrap_or_default();
    let mut places = Places { sheet: sheet.name.clone(), ..Places::default() };
    let (mut kinds, mut unused) = (Vec::new(), Vec::new());
    for (column, found) in &header.cells {
        let name = folded(&text_of(found, None).unwrap_or_default());
        let kind = table.columns.iter().find(|a: &&Attribute| a.name == name || a.zh.contains(&name.as_str()));
        // A column that need not be there and holds nothing stays away.
        let optional = kind.is_some_and(|a| a.need != Need::Required);
        if optional && sheet.rows.iter().skip(1).all(|r| r.at(*column).is_none()) {
            unused.push(*column);
            continue;
        }
        places.columns.push(*column);
        kinds.push(kind);
    }
    let mut text = String::new();
    for row in &sheet.rows {
        places.lines.push(Line::Row(row.number));
        for (k, (column, attribute)) in places.columns.iter().zip(&kinds).enumerate() {
            if k > 0 {
                text.push(',');
            }
            let Some(found) = row.at(*column) else { continue };
            let holds = if row.number == header.number { None } else { attribute.map(|a| a.holds) };
            match text_of(found, holds) {
                Ok(cell) => write_cell(&mut text, &cell),
                Err((cause, help)) => faults.push(fault(book, &sheet.name, (row.number, *column), cause, help)),
            }
        }
        text.push('\n');
        for (column, _) in row.cells.iter().filter(|c| !places.columns.contains(&c.0) && !unused.contains(&c.0)) {
            let cause = "the cell stands under no heading".into();
            faults.push(fault(
                book,
                &sheet.name,
                (row.number, *column),
                cause,
                "give its column a heading, or clear it",
            ));
        }
    }
    Some(Made { table, text, places: Some(places) })
}

/// Tables that the contents say are files beside the book.
fn linked(path: &Path, contents: &Sheet, tables: &mut Vec<Made>, faults: &mut Vec<Fault>) {
    let book = path.to_string_lossy();
    let text = |found: Option<&Found>| found.and_then(|f| text_of(f, None).ok()).unwrap_or_default();
    for row in contents.rows.iter().skip(1) {
        let (name, file, hash) = (text(row.at(0)), text(row.at(1)), text(row.at(3)));
        let Some(table) = TABLES.iter().find(|t| t.name == folded(&name)).filter(|_| !file.is_empty()) else {
            continue;
        };
        let mut refuse = |column: u32, cause: String, help: &str| {
            let mut fault = fault(&book, &contents.name, (row.number, column), cause, help);
            fault.code = Code::Linked;
            fault.value = file.clone();
            faults.push(fault);
        };
        if tables.iter().any(|m| m.table.name == table.name) {
            let cause = format!("{} is there as a sheet and as a file", table.name);
            refuse(1, cause, "clear the file's name, or remove the sheet");
            continue;
        }
        let plain = Path::new(&file).components().all(|c| matches!(c, Component::Normal(_)));
        let beside = path.with_file_name(&file);
        match plain.then(|| bounded(&beside)) {
            None => refuse(1, format!("the file {file:?} leaves the book's folder"), "put it beside the book"),
            Some(Err(e)) => refuse(1, format!("{file}: {e}"), "put the CSV file that was exported beside the book"),
            Some(Ok(found)) if !hash.is_empty() && sha256(&found) != hash => {
                refuse(
                    3,
                    format!("{file} is not the file that was exported"),
                    "put the right one there, or clear this cell to take it as it is",
                );
            }
            Some(Ok(text)) => tables.push(Made { table, text, places: None }),
        }
    }
    tables.sort_by_key(|m| TABLES.iter().position(|t| t.name == m.table.name));
}

fn bounded(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(TABLE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > TABLE_BYTES {
        return Err(std::io::Error::other(format!("larger than {} MiB", TABLE_BYTES >> 20)));
    }
    Ok(text)
}

/// Faults of the texts as faults of the book.
fn translate(
    book: &str,
    mut found: Faults,
    options: &Sheet,
    (toml, option_places): (&str, &Places),
    tables: &[Made],
) -> Faults {
    let of = |file: &str| file.strip_prefix(book).and_then(|f| f.strip_prefix('/')).map(str::to_owned);
    let made = |file: &str| tables.iter().find(|m| file.strip_suffix(".csv") == Some(m.table.name));
    for fault in &mut found.list {
        let Some(file) = of(&fault.file) else { continue };
        match made(&file) {
            Some(Made { text, places: Some(places), .. }) => places.translate(book, text, fault),
            Some(Made { table, .. }) => fault.file = beside(book, table.name),
            None if file == "scenario.toml" => settings::translate(book, options, toml, option_places, fault),
            None => fault.file = format!("{book}: {}", file.trim_end_matches(".csv")),
        }
    }
    for further in &mut found.further {
        if let Some(file) = of(&further.file) {
            further.file = format!("{book}: {}", file.trim_end_matches(".csv").trim_end_matches(".toml"));
        }
    }
    found
}

fn beside(book: &str, table: &str) -> String {
    let path = Path::new(book);
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}.{table}.csv")).to_string_lossy().into_owned()
}

/// All faults in one list, those of a kind and sheet beyond the limit counted.
fn together(own: Vec<Fault>, mut judged: Faults) -> Faults {
    let mut shown = std::collections::HashMap::new();
    let mut more = std::collections::BTreeMap::new();
    for fault in own {
        let sheet = fault.file.split('!').next().unwrap_or_default().to_owned();
        let count: &mut u64 = shown.entry((sheet.clone(), fault.code)).or_default();
        *count += 1;
        if *count <= Faults::PER_KIND {
            // An empty cell that stands for one that could not be taken over is no fault of its own.
            judged.list.retain(|f| f.file != fault.file);
            judged.list.push(fault);
        } else {
            *more.entry((sheet, fault.code)).or_insert(0) += 1;
        }
    }
    let further = more.into_iter().map(|((file, code), count)| crate::io::fault::Further { code, file, count });
    judged.further.extend(further);
    judged.sort();
    // A cell that stands for many figures, as an id of a row of sales does, is told once.
    judged.list.dedup_by(|a, b| a.line == 0 && (&a.file, a.code, &a.cause) == (&b.file, b.code, &b.cause));
    judged
}

fn write(out: &Path, toml: String, tables: Vec<Made>) -> Result<Vec<(String, usize)>, BookError> {
    let mut files = vec![("scenario.toml".to_owned(), toml)];
    files.extend(tables.into_iter().map(|m| (format!("{}.csv", m.table.name), m.text)));
    write_texts(&files, out).map_err(unwritten(out))?;
    Ok(files.into_iter().map(|(name, text)| (name, text.lines().count().saturating_sub(1))).collect())
}
