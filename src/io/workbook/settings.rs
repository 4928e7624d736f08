//! `scenario.toml` as a sheet, a row for every key, and back.

use super::draw::{self, Ids, Styles, note, put_text};
use super::load::{Found, Row, Sheet, fault, text_of};
use super::places::{Line, Places};
use crate::io::fault::{Code, Fault};
use crate::io::scenario::Folder;
use crate::io::scenario::schema::{Need, SECTIONS, Type};
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::HashMap;
use std::fmt::Write;

const HEADINGS: [(&str, f64, &str); 6] = [
    ("section", 14.0, "Section of scenario.toml; empty above all sections"),
    ("key", 24.0, "Name of the option"),
    ("value", 24.0, "What is set; empty: the default, or nothing"),
    ("empty_means", 14.0, "What holds when the value is empty"),
    ("meaning", 70.0, "What the option does, its kind and its bounds"),
    ("remark", 40.0, "Your own words, kept as a comment of scenario.toml"),
];

/// Draws the sheet.
pub(super) fn draw(sheet: &mut Worksheet, folder: &Folder, styles: &Styles) -> Result<(), XlsxError> {
    for (column, (name, width, about)) in (0u16..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, name, &styles.heading)?;
        sheet.insert_note(0, column, &note(about))?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    let given = folder.settings();
    let remarks = remarks(folder.toml());
    let mut row = 0;
    for (section, key) in SECTIONS.iter().flat_map(|s| s.keys.iter().map(move |k| (s.name, k))) {
        row += 1;
        let style = if key.need == Need::Required { &styles.needed } else { &styles.text };
        put_text(sheet, (row, 0), section, styles)?;
        sheet.write_string_with_format(row, 1, key.name, style)?;
        if let Some(set) = given.iter().find(|g| g.section == section && g.key.name == key.name) {
            draw::put(sheet, (row, 2), key.holds, &set.value, styles)?;
        }
        match key.need {
            Need::Required => put_text(sheet, (row, 3), "required", styles)?,
            Need::Optional => {}
            Need::Default(value) => draw::put(sheet, (row, 3), key.holds, value, styles)?,
        }
        sheet.write_string_with_format(row, 4, format!("{} ({})", key.about, key.holds.words()), &styles.words)?;
        if let Some(remark) = remarks.get(&(section.to_owned(), key.name.to_owned())) {
            put_text(sheet, (row, 5), remark, styles)?;
        }
        if let Some(rule) = draw::rule(key, &Ids::new())? {
            sheet.add_data_validation(row, 2, row, 2, &rule)?;
        }
    }
    Ok(())
}

/// The comments above and behind each key, on one line.
fn remarks(toml: &str) -> HashMap<(String, String), String> {
    let mut remarks = HashMap::new();
    let (mut section, mut gathered) = (String::new(), Vec::new());
    for line in toml.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            gathered.push(comment.trim().to_owned());
        } else if let Some(name) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            name.trim().clone_into(&mut section);
        } else if let Some((key, value)) = line.split_once('=') {
            gathered.extend(behind(value));
            if !gathered.is_empty() {
                remarks.insert((section.clone(), key.trim().to_owned()), gathered.join("; "));
                gathered.clear();
            }
        }
    }
    remarks
}

/// The comment behind a value.
fn behind(value: &str) -> Option<String> {
    let mut quote = None;
    for (at, letter) in value.char_indices() {
        match (quote, letter) {
            (None, '#') => return Some(value[at + 1..].trim().to_owned()),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

/// What the sheet says: the text of `scenario.toml`, and where each line stands.
pub(super) fn read(book: &str, sheet: &Sheet, faults: &mut Vec<Fault>) -> (String, Places) {
    let header = sheet.rows.first().cloned().unwrap_or_default();
    let column = |name: &str, usual: u32| {
        let heads = |c: &&(u32, Found)| matches!(&c.1, Found::Text(t) if t.trim().eq_ignore_ascii_case(name));
        header.cells.iter().find(heads).map_or(usual, |c| c.0)
    };
    let columns = [column("section", 0), column("key", 1), column("value", 2), column("remark", 5)];
    let mut places = Places { sheet: sheet.name.clone(), lines: Vec::new(), columns: vec![columns[1], columns[2]] };
    let mut sections: Vec<(String, Vec<(u32, String)>)> = vec![(String::new(), Vec::new())];
    for row in sheet.rows.iter().skip(1) {
        let mut text = |k: usize, holds| match row.at(columns[k]).map(|f| text_of(f, holds)) {
            None => String::new(),
            Some(Ok(text)) => text,
            Some(Err((cause, help))) => {
                faults.push(fault(book, &sheet.name, (row.number, columns[k]), cause, help));
                String::new()
            }
        };
        let (section, key, remark) = (text(0, None), text(1, None), text(3, None));
        let attribute = SECTIONS.iter().filter(|s| s.name == section).flat_map(|s| s.keys).find(|a| a.name == key);
        let holds = attribute.map(|a| a.holds);
        let value = text(2, holds);
        if value.is_empty() {
            continue;
        }
        let mut lines = String::new();
        if !remark.is_empty() {
            let _ = writeln!(lines, "# {remark}");
        }
        let _ = writeln!(lines, "{} = {}", quoted_key(&key), written(row, columns[2], holds, &value));
        match sections.iter_mut().find(|s| s.0 == section) {
            Some(known) => known.1.push((row.number, lines)),
            None => sections.push((section, vec![(row.number, lines)])),
        }
    }
    let mut toml = String::new();
    for (name, rows) in sections.iter().filter(|s| !s.1.is_empty()) {
        if !name.is_empty() {
            let _ = write!(toml, "\n[{}]\n", quoted_key(name));
            let row = rows[0].0;
            places.lines.extend([Line::Row(row), Line::Row(row)]);
        }
        for (row, text) in rows {
            places.lines.extend(text.lines().map(|_| Line::Row(*row)));
            toml += text;
        }
    }
    (toml, places)
}

/// Text as TOML writes keys: bare where that is allowed.
fn quoted_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { toml::Value::String(key.into()).to_string() }
}

/// A value as TOML writes it: numbers and days bare where the option wants them, all else in quotes.
fn written(row: &Row, column: u32, holds: Option<Type>, value: &str) -> String {
    let plain = match (row.at(column), crate::io::scenario::records::number(value)) {
        (Some(Found::Number(_)), _) => Some(value.to_owned()),
        // A long whole number keeps its digits, which no spreadsheet's number could.
        (_, Some(_)) if value.bytes().all(|b| b.is_ascii_digit()) => Some(value.to_owned()),
        (_, number) => number.map(|x| x.to_string()),
    };
    let bare = match holds {
        Some(Type::Flag) => matches!(value, "true" | "false").then(|| value.to_owned()),
        Some(Type::Day | Type::Monday) => crate::io::scenario::records::day(value).map(|d| d.to_string()),
        Some(Type::Text | Type::Word(_) | Type::Key | Type::Reference(_)) => None,
        _ => plain,
    };
    bare.unwrap_or_else(|| toml::Value::String(value.into()).to_string())
}

/// A fault of the text as one of the sheet. A key that is missing is one whose value is empty.
pub(super) fn translate(book: &str, sheet: &Sheet, toml: &str, places: &Places, fault: &mut Fault) {
    if sheet.rows.is_empty() {
        // The options were not in the book: they are those that the new folder starts with.
        fault.file = format!("{book}: scenario.toml");
        (fault.line, fault.column) = (0, 0);
        return;
    }
    let missing = fault.code == Code::MissingKey || fault.code == Code::Older;
    let key = if fault.code == Code::Older { "schema" } else { fault.value.as_str() };
    let row = sheet.rows.iter().find(|r| matches!(r.at(1), Some(Found::Text(t)) if t == key));
    if let (true, Some(row)) = (missing, row) {
        fault.file = format!("{book}: {}!{}", sheet.name, super::cell_name(row.number, 2));
        (fault.line, fault.column) = (0, 0);
        return;
    }
    // Key and value are told apart by the sign between them.
    let line = toml.lines().nth((fault.line as usize).saturating_sub(1)).unwrap_or("");
    let value = line.split_once('=').is_some_and(|(key, _)| fault.column as usize > key.chars().count() + 1);
    let at = places.lines.get((fault.line as usize).wrapping_sub(1));
    let cell = match at {
        Some(Line::Row(row)) => format!("!{}", super::cell_name(*row, places.columns[usize::from(value)])),
        _ => String::new(),
    };
    fault.file = format!("{book}: {}{cell}", sheet.name);
    (fault.line, fault.column) = (0, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_belong_to_the_key_below_or_before_them() {
        let toml =
            "# All of it.\nschema = 1\n[market]\n# Assumed.\n# Twice.\nnest = 0.4 # see \"x\"\nname = \"a # b\"\n";
        let all = remarks(toml);
        let of = |s: &str, k: &str| all.get(&(s.to_owned(), k.to_owned())).map(String::as_str);
        assert_eq!(of("", "schema"), Some("All of it."));
        assert_eq!(of("market", "nest"), Some("Assumed.; Twice.; see \"x\""));
        assert_eq!(of("market", "name"), None);
    }
}
