//! A scenario folder from a company's own book or folder of CSV files.

use super::company::{Heading, Matched, matched};
use super::import::{Made, finish, refuse_folder};
use super::load::{Found, Row, Sheet, book, fault, text_of};
use super::places::{Line, Places};
use super::{BookError, CONTENTS, Imported, SETTINGS, sales, settings};
use crate::io::fault::Fault;
use crate::io::scenario::records::{self, day, folded, number, write_cell};
use crate::io::scenario::schema::{TABLES, Type};
use crate::network::Place;
use jiff::civil::Date;
use std::path::Path;

/// What the book cannot say.
#[derive(Clone, Debug, Default)]
pub struct Founding {
    /// Short name of the scenario; from the folder's when empty.
    pub id: String,
    /// Title; the id when empty.
    pub name: String,
    /// First day of the plan; the Monday after the last week of sales when absent.
    pub today: Option<Date>,
    /// Whether coordinates are those of Chinese web maps.
    pub gcj02: bool,
    /// Whether any table was made up.
    pub synthetic: bool,
}

/// Reads a company's book, or the CSV files of a folder, and writes the scenario folder that they make.
pub fn found(from: &Path, out: &Path, how: &Founding) -> Result<Imported, BookError> {
    refuse_folder(out, false)?;
    let sheets = if from.is_dir() { csv_files(from)? } else { book(from)? };
    let shown = from.to_string_lossy().into_owned();
    let (mut faults, mut remarks, mut tables) = (Vec::new(), Vec::new(), Vec::<Made>::new());
    for sheet in sheets.iter().filter(|s| ![CONTENTS, SETTINGS].contains(&folded(&s.name).as_str())) {
        let Some(known) = matched(sheet) else {
            if !sheet.rows.is_empty() {
                remarks.push(format!("{:?} is no table that is known: passed over", sheet.name));
            }
            continue;
        };
        if tables.iter().any(|m| m.table.name == known.table.name) {
            remarks.push(format!("{:?} would be a second table of {}: passed over", sheet.name, known.table.name));
            continue;
        }
        remarks.push(said(&known));
        tables.push(table(&shown, &known, how, &mut faults, &mut remarks));
    }
    tables.sort_by_key(|m| TABLES.iter().position(|t| t.name == m.table.name));
    let options = sheets.iter().find(|s| folded(&s.name) == SETTINGS).cloned().unwrap_or_default();
    let (toml, places) = if options.rows.is_empty() {
        (written(how, out, &tables, &mut remarks), Places { sheet: "scenario.toml".into(), ..Places::default() })
    } else {
        settings::read(&shown, &options, &mut faults)
    };
    finish(&shown, (toml, &places, &options), tables, (faults, remarks), out)
}

/// How a sheet was understood, in one line.
fn said(m: &Matched) -> String {
    let one = |h: &Heading| {
        let column = m.table.columns[h.means].name;
        let times = if h.factor == 1.0 { String::new() } else { format!(" × {}", h.factor) };
        if h.text == column && times.is_empty() { column.to_owned() } else { format!("{} = {column}{times}", h.text) }
    };
    let known = m.headings.iter().map(one).collect::<Vec<_>>().join(", ");
    let left = if m.unused.is_empty() { String::new() } else { format!("; not used: {}", m.unused.join(", ")) };
    format!("{:?} is the {} table: {known}{left}", m.sheet.name, m.table.name)
}

fn table(book: &str, m: &Matched, how: &Founding, faults: &mut Vec<Fault>, remarks: &mut Vec<String>) -> Made {
    let weeks = if m.table.name == "sales" { sales::week_columns(&m.sheet) } else { Vec::new() };
    let mut sheet = Sheet { name: m.sheet.name.clone(), rows: Vec::new() };
    let header = m.sheet.rows.first().cloned().unwrap_or_default();
    let kept: Vec<&Heading> = m.headings.iter().collect();
    // The sheet again, with the schema's headings and units; only columns that are understood stay.
    let heads = kept.iter().map(|h| (h.column, Found::Text(m.table.columns[h.means].name.into())));
    let dates = weeks.iter().map(|(c, d)| (*c, Found::Text(monday(*d).to_string())));
    let mut cells: Vec<(u32, Found)> = heads.chain(dates).collect();
    cells.sort_by_key(|c| c.0);
    sheet.rows.push(Row { number: header.number, cells });
    let mut moved = 0;
    for row in m.sheet.rows.iter().skip(1) {
        let mut cells = Vec::new();
        for (column, found) in &row.cells {
            let heading = kept.iter().find(|h| h.column == *column);
            let holds = heading.map(|h| m.table.columns[h.means].holds);
            if let Some(holds) = holds {
                let new = plain(found, holds, heading.map_or(1.0, |h| h.factor));
                moved += u32::from(matches!(holds, Type::Monday) && new != *found);
                cells.push((*column, new));
            } else if weeks.iter().any(|w| w.0 == *column) {
                cells.push((*column, plain(found, Type::Whole(0, i64::MAX), 1.0)));
            }
        }
        if how.gcj02 {
            straighten(m, &mut cells);
        }
        if !cells.is_empty() {
            sheet.rows.push(Row { number: row.number, cells });
        }
    }
    if moved > 0 {
        remarks.push(format!("{:?}: {moved} days were taken as the Monday of their week", m.sheet.name));
    }
    if !weeks.is_empty() {
        let weeks: Vec<(u32, Date)> = weeks.into_iter().map(|(c, d)| (c, monday(d))).collect();
        let (text, places) = sales::lengthen(book, &sheet, &weeks, faults);
        return Made { table: m.table, text, places: Some(places) };
    }
    let mut places = Places { sheet: sheet.name.clone(), ..Places::default() };
    places.columns = sheet.rows[0].cells.iter().map(|c| c.0).collect();
    let mut text = String::new();
    for row in &sheet.rows {
        places.lines.push(Line::Row(row.number));
        for (k, column) in places.columns.iter().enumerate() {
            if k > 0 {
                text.push(',');
            }
            let Some(found) = row.at(*column) else { continue };
            match text_of(found, None) {
                Ok(cell) => write_cell(&mut text, &cell),
                Err((cause, help)) => faults.push(fault(book, &sheet.name, (row.number, *column), cause, help)),
            }
        }
        text.push('\n');
    }
    Made { table: m.table, text, places: Some(places) }
}

fn monday(date: Date) -> Date {
    date.saturating_sub(jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset())))
}

/// A cell in the column's kind and unit: numbers without separators and in its unit, days as days, weeks by their Monday.
fn plain(found: &Found, holds: Type, factor: f64) -> Found {
    let text = match found {
        Found::Text(text) => text.trim(),
        Found::Number(x) if factor != 1.0 => return Found::Number(tidy(x * factor)),
        other => {
            return if let (Type::Monday, Found::Day(y, m, d, 0.0)) = (holds, other) {
                week(*y, *m, *d)
            } else {
                other.clone()
            };
        }
    };
    match holds {
        Type::Key | Type::Reference(_) | Type::Text | Type::Word(_) | Type::Flag | Type::Hour => found.clone(),
        Type::Day | Type::Monday => {
            let plain = text.replace(['年', '月', '.'], "-").replace('日', "");
            match day(&plain) {
                Some(d) if matches!(holds, Type::Monday) => Found::Text(monday(d).to_string()),
                Some(d) => Found::Text(d.to_string()),
                None => found.clone(),
            }
        }
        _ => {
            let share = text.strip_suffix(['%', '％']).filter(|_| matches!(holds, Type::Share));
            let digits: String =
                share.unwrap_or(text).chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{a0}')).collect();
            match number(&folded(&digits)) {
                Some(x) if share.is_some() => Found::Number(tidy(x / 100.0)),
                Some(x) => Found::Number(tidy(x * factor)),
                _ => found.clone(),
            }
        }
    }
}

fn week(year: i16, month: i8, day: i8) -> Found {
    match Date::new(year, month, day) {
        Ok(date) => Found::Text(monday(date).to_string()),
        Err(_) => Found::Day(year, month, day, 0.0),
    }
}

/// Products such as 0.29 · 10,000 without the dust of binary fractions.
fn tidy(x: f64) -> f64 {
    format!("{x:.9}").parse().unwrap_or(x)
}

/// Coordinates of Chinese web maps as WGS 84, to a tenth of a metre or better.
fn straighten(m: &Matched, cells: &mut [(u32, Found)]) {
    let at = |name: &str| m.headings.iter().find(|h| m.table.columns[h.means].name == name).map(|h| h.column);
    let (Some(lat), Some(lon)) = (at("lat_deg"), at("lon_deg")) else { return };
    let value = |column: u32| {
        cells.iter().position(|c| c.0 == column).and_then(|k| match &cells[k].1 {
            Found::Number(x) => Some((k, *x)),
            Found::Text(t) => number(t).map(|x| (k, x)),
            _ => None,
        })
    };
    if let (Some((i, lat)), Some((j, lon))) = (value(lat), value(lon)) {
        let place = records::straight(Place { lat, lon });
        let round = |x: f64| (x * 1e7).round() / 1e7;
        (cells[i].1, cells[j].1) = (Found::Number(round(place.lat)), Found::Number(round(place.lon)));
    }
}

/// `scenario.toml` with what is known; every other option keeps its default.
fn written(how: &Founding, out: &Path, tables: &[Made], remarks: &mut Vec<String>) -> String {
    let quoted = |t: &str| toml::Value::String(t.into()).to_string();
    let stem = out.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let lower = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_') { c } else { '-' };
    let id: String = if how.id.is_empty() { stem.chars().map(lower).take(40).collect() } else { how.id.clone() };
    let id = if id.trim_matches('-').is_empty() { "scenario".to_owned() } else { id };
    let name = if how.name.is_empty() { id.clone() } else { how.name.clone() };
    let last = tables.iter().find(|m| m.table.name == "sales").and_then(|m| last_week(&m.text));
    let today = how.today.map(monday).or_else(|| last.map(|d| d.saturating_add(jiff::Span::new().weeks(1))));
    let now = || day(jiff::Timestamp::now().to_string().get(..10).unwrap_or_default()).unwrap_or_default();
    let today = today.unwrap_or_else(|| monday(now()));
    if how.today.is_none() {
        remarks.push(format!("the plan starts on {today}, the Monday after the last sales; --today says otherwise"));
    }
    let built = tables.iter().find(|m| m.table.name == "supply").and_then(|m| last_week(&m.text));
    let weeks = built.map_or(0, |d| (d.since(today).map_or(0, |s| s.get_days()) / 7 + 1).clamp(0, 104));
    let horizon = if (1..12).contains(&weeks) {
        remarks.push(format!("build slots are known for {weeks} weeks: so many are planned"));
        let few = if weeks < 6 {
            remarks.push("so few weeks leave room for one frozen week: freeze_weeks = 1 in scenario.toml".into());
            "\n[replenishment]\nfreeze_weeks = 1\n"
        } else {
            ""
        };
        format!("\n[horizon]\nweeks = {weeks}\n{few}")
    } else {
        String::new()
    };
    format!(
        "schema = 1\nid = {}\nname = {}\ncurrency = \"CNY\"\nsynthetic = {}\ntoday = {today}\n",
        quoted(&id),
        quoted(&name),
        how.synthetic
    ) + &horizon
        + if tables.iter().any(|m| m.table.name == "travel") { "\n[travel]\nmode = \"matrix\"\n" } else { "" }
}

fn last_week(text: &str) -> Option<Date> {
    let header: Vec<&str> = text.lines().next()?.split(',').collect();
    let column = header.iter().position(|h| *h == "week_start")?;
    text.lines().skip(1).filter_map(|l| day(l.split(',').nth(column)?)).max()
}

/// Every CSV file of a folder as a sheet named like the file, whatever its encoding and delimiter.
fn csv_files(folder: &Path) -> Result<Vec<Sheet>, BookError> {
    let refuse = |path: &Path, cause: String| BookError::Read {
        path: path.to_path_buf(),
        cause,
        help: "Save it as UTF-8 or GB18030, or name another folder",
    };
    let entries = std::fs::read_dir(folder).map_err(|e| refuse(folder, e.to_string()))?;
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")));
    paths.sort();
    let mut sheets = Vec::new();
    for path in paths {
        let grid = records::grid(&path).map_err(|cause| refuse(&path, cause))?;
        let cell = |(column, text): (usize, String)| (column as u32, Found::Text(text));
        let rows = grid.into_iter().map(|(line, cells)| Row {
            number: line - 1,
            cells: cells.into_iter().enumerate().filter(|c| !c.1.is_empty()).map(cell).collect(),
        });
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        sheets.push(Sheet { name, rows: rows.collect() });
    }
    Ok(sheets)
}
