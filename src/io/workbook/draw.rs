//! Sheets as they look: headings with notes, a frozen first row, cells of their kinds, drop-downs.

use crate::io::scenario::records::{day, number};
use crate::io::scenario::schema::{Attribute, Need, Type};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, Formula, Note, Worksheet, XlsxError,
};
use std::collections::BTreeMap;

/// How cells look.
pub(super) struct Styles {
    pub heading: Format,
    pub needed: Format,
    pub week: Format,
    pub text: Format,
    /// Text that a spreadsheet would take for a formula when it is typed again.
    pub formula_like: Format,
    pub date: Format,
    pub plain: Format,
    pub whole: Format,
    pub money: Format,
    pub words: Format,
    pub red: Format,
    pub amber: Format,
}

impl Styles {
    pub fn new() -> Self {
        let heading = Format::new().set_bold().set_background_color(Color::RGB(0x00E8_EDF3)).set_text_wrap();
        Self {
            needed: heading.clone().set_background_color(Color::RGB(0x00C9_DAEC)),
            week: heading.clone().set_num_format("yyyy-mm-dd"),
            heading,
            text: Format::new().set_num_format("@"),
            formula_like: Format::new().set_num_format("@").set_quote_prefix(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            plain: Format::new(),
            whole: Format::new().set_num_format("#,##0"),
            money: Format::new().set_num_format("#,##0.00"),
            words: Format::new().set_text_wrap(),
            red: Format::new().set_background_color(Color::RGB(0x00F6_C9C5)),
            amber: Format::new().set_background_color(Color::RGB(0x00FB_E7B5)),
        }
    }
}

/// Whether a spreadsheet would take a text for a formula if it were typed.
pub(super) fn formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Writes text as text, whatever it looks like.
pub(super) fn put_text(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let style = if formula_like(text) { &styles.formula_like } else { &styles.text };
    sheet.write_string_with_format(row, column, text, style)?;
    Ok(())
}

/// Writes a cell of a kind; text that does not suit the kind stays text.
pub(super) fn put(
    sheet: &mut Worksheet,
    at: (u32, u16),
    holds: Type,
    text: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let (row, column) = at;
    match holds {
        Type::Key | Type::Reference(_) | Type::Text | Type::Word(_) => return put_text(sheet, at, text, styles),
        Type::Day | Type::Monday => match day(text) {
            Some(date) => sheet.write_number_with_format(row, column, serial(date), &styles.date)?,
            None => return put_text(sheet, at, text, styles),
        },
        Type::Flag => match text {
            "true" | "false" => sheet.write_boolean(row, column, text == "true")?,
            _ => return put_text(sheet, at, text, styles),
        },
        _ => match number(text) {
            // More digits than a spreadsheet's number keeps.
            Some(_) if text.len() > 15 && text.bytes().all(|b| b.is_ascii_digit()) => {
                return put_text(sheet, at, text, styles);
            }
            Some(x) => sheet.write_number_with_format(row, column, x, figure(holds, x, styles))?,
            None => return put_text(sheet, at, text, styles),
        },
    };
    Ok(())
}

fn figure(holds: Type, x: f64, styles: &Styles) -> &Format {
    match holds {
        Type::Money(..) if x.fract() == 0.0 => &styles.whole,
        Type::Money(..) => &styles.money,
        _ => &styles.plain,
    }
}

/// Excel's number of a day.
pub(super) fn serial(date: jiff::civil::Date) -> f64 {
    let epoch = jiff::civil::date(1899, 12, 30);
    f64::from(date.since(epoch).map_or(0, |s| s.get_days()))
}

/// Writes a heading with its note: meaning, kind, need, unit, other names.
pub(super) fn heading(sheet: &mut Worksheet, column: u16, a: &Attribute, styles: &Styles) -> Result<(), XlsxError> {
    let style = if a.need == Need::Required { &styles.needed } else { &styles.heading };
    sheet.write_string_with_format(0, column, a.name, style)?;
    sheet.insert_note(0, column, &note(&about(a)))?;
    let width = a.name.len().max(if matches!(a.holds, Type::Text) { 18 } else { 8 });
    sheet.set_column_width(column, width as f64 + 2.0)?;
    if matches!(a.holds, Type::Key | Type::Reference(_) | Type::Text) {
        sheet.set_column_format(column, &styles.text)?;
    }
    Ok(())
}

pub(super) fn note(text: &str) -> Note {
    Note::new(text).add_author_prefix(false).set_width(320).set_height(130)
}

fn about(a: &Attribute) -> String {
    let mut text = format!("{}\n{}", a.about, a.holds.words());
    if !a.unit.is_empty() {
        text += &format!("\nunit: {}", a.unit);
    }
    text += &match a.need {
        Need::Required => "\nrequired".to_owned(),
        Need::Optional => "\nmay stay empty".to_owned(),
        Need::Default(value) => format!("\nempty: {value}"),
    };
    if !a.zh.is_empty() {
        text += &format!("\n{}", a.zh.join(" / "));
    }
    text
}

/// Rows that hold ids, by table: what drop-downs offer.
pub(super) type Ids = BTreeMap<&'static str, u32>;

/// What a cell of a kind may hold, as a rule that the spreadsheet checks while one types.
pub(super) fn rule(a: &Attribute, ids: &Ids) -> Result<Option<DataValidation>, XlsxError> {
    const SPARE: u32 = 1_000;
    let new = DataValidation::new;
    let rule = match a.holds {
        Type::Word(words) => new().allow_list_strings(&words.iter().map(|w| w.word).collect::<Vec<_>>())?,
        Type::Flag => new().allow_list_strings(&["TRUE", "FALSE"])?,
        Type::Reference(table) => match ids.get(table) {
            Some(rows) => new().allow_list_formula(Formula::new(format!("={table}!$A$2:$A${}", rows + 1 + SPARE))),
            None => return Ok(None),
        },
        Type::Whole(least, most) => match (i32::try_from(least), i32::try_from(most)) {
            (Ok(least), Ok(most)) => new().allow_whole_number(DataValidationRule::Between(least, most)),
            _ => new().allow_decimal_number(DataValidationRule::Between(least as f64, most as f64)),
        },
        Type::Number(least, most) | Type::Money(least, most) => {
            new().allow_decimal_number(DataValidationRule::Between(least, most))
        }
        Type::Latitude => new().allow_decimal_number(DataValidationRule::Between(-90.0, 90.0)),
        Type::Longitude => new().allow_decimal_number(DataValidationRule::Between(-180.0, 180.0)),
        Type::Share => new().allow_decimal_number(DataValidationRule::Between(0.0, 1.0)),
        Type::Key | Type::Text | Type::Day | Type::Monday | Type::Hour => return Ok(None),
    };
    let message: String = format!("{}: {}", a.name, a.holds.words()).chars().take(200).collect();
    Ok(Some(rule.set_error_message(message)?.set_error_style(DataValidationErrorStyle::Stop)))
}
