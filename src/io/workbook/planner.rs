//! Results as a planner's book: what to order, move, watch and do, with the placement and the key figures behind it.

use super::draw::{Styles, note, put_text, serial};
use super::export::failed;
use super::{BookError, CONTENTS, SHEET_CELLS, unwritten};
use crate::io::results::folder::replace_file;
use crate::io::scenario::records::{day, number};
use rust_xlsxwriter::{ConditionalFormatText, ConditionalFormatTextRule, DocProperties, ExcelDateTime};
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use serde_json::Value;
use std::path::Path;

/// Tables of the book in the planner's order: file, heading in English and Chinese.
const TABLES: &[(&str, &str, &str)] = &[
    ("tasks.csv", "What to do this week", "本周任务"),
    ("warnings.csv", "What to watch", "预警"),
    (
        "orders.csv",
        "Cars to order: plant, dealer, model, week of leaving the plant",
        "订单：工厂、经销商、车型、发车周",
    ),
    ("transfers.csv", "Cars to move between dealers, one row a car", "调拨：每行一辆车"),
    ("placement.csv", "What to do with every store and site", "网点规划"),
    ("kpi.csv", "Key figures: today, plan and their paired difference", "关键指标：现状、方案与配对差异"),
    ("dealers.csv", "Dealers in the simulation", "经销商仿真结果"),
    ("dealer_weeks.csv", "Expected stock, demand and arrivals by dealer and week", "各店各周预计库存、需求与到货"),
    ("shadow_prices.csv", "What one more unit of a limit is worth in the relaxation", "松弛问题中各限制的边际价值"),
    (
        "one_more.csv",
        "What one more of the dearest limits is worth, solved again",
        "最紧限制各增加一单位、重新求解后的价值",
    ),
    ("forecast.csv", "National forecast by model and week", "全国各车型各周预测"),
    ("forecast_dealers.csv", "Expected cars a week by dealer and model", "各店各车型每周预计销量"),
    ("sites.csv", "Sites: names and places", "站点"),
    ("models.csv", "Models: names and prices", "车型"),
    ("zones.csv", "Zones: market and service", "区域"),
];

/// Endings of column names, with what they say.
const UNITS: &[(&str, &str)] = &[
    ("_cny_per_year", "CNY a year"),
    ("_cny_per_km", "CNY a kilometre"),
    ("_cny", "CNY"),
    ("_per_year", "a year"),
    ("_per_week", "a week"),
    ("_cars", "cars"),
    ("_days", "days"),
    ("_km", "km"),
    ("_min", "minutes"),
    ("_share", "share, 0 to 1"),
    ("_deg", "degrees"),
    ("_persons", "people"),
    ("_id", "id"),
    ("_low", "lower end of the 95 % interval"),
    ("_high", "upper end of the 95 % interval"),
    ("_zh", "in Chinese"),
];

/// Writes the book; returns its sheets with their rows.
pub fn planner(results: &Path, out: &Path) -> Result<Vec<(String, usize)>, BookError> {
    let read = |cause: String, help| BookError::Read { path: results.to_path_buf(), cause, help };
    let text = std::fs::read_to_string(results.join("summary.json"))
        .map_err(|e| read(format!("summary.json: {e}"), "Give a folder that `forecourt plan` wrote"))?;
    let summary: Value = serde_json::from_str(&text)
        .map_err(|e| read(format!("summary.json: {e}"), "Run `forecourt plan` into the folder again"))?;
    let mut sheets = Vec::new();
    for (file, english, chinese) in TABLES {
        match std::fs::read_to_string(results.join(file)) {
            Ok(text) => sheets.push((*file, *english, *chinese, text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(read(format!("{file}: {e}"), "Run `forecourt plan` into the folder again")),
        }
    }
    let (bytes, done) = draw(&summary, &sheets).map_err(|e| failed(out, &e))?;
    replace_file(out, &bytes).map_err(unwritten(out))?;
    Ok(done)
}

type Drawn = (Vec<u8>, Vec<(String, usize)>);

fn draw(summary: &Value, tables: &[(&str, &str, &str, String)]) -> Result<Drawn, XlsxError> {
    let styles = Styles::new();
    let mut book = Workbook::new();
    if let Some(today) = summary["scenario"]["today"].as_str().and_then(day) {
        let at = ExcelDateTime::from_ymd(today.year() as u16, today.month() as u8, today.day() as u8)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&at));
    }
    let mut done = Vec::new();
    let mut pages = Vec::new();
    for (file, english, chinese, text) in tables {
        let name = file.trim_end_matches(".csv");
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        let count = table(&mut sheet, text, &styles)?;
        done.push((name.to_owned(), count));
        pages.push((sheet, *english, *chinese, count));
    }
    let mut front = Worksheet::new();
    front.set_name(CONTENTS)?;
    contents(&mut front, summary, &pages, &done, &styles)?;
    book.push_worksheet(front);
    pages.into_iter().for_each(|p| {
        book.push_worksheet(p.0);
    });
    Ok((book.save_to_buffer()?, done))
}

fn contents(
    sheet: &mut Worksheet,
    summary: &Value,
    pages: &[(Worksheet, &str, &str, usize)],
    names: &[(String, usize)],
    styles: &Styles,
) -> Result<(), XlsxError> {
    let scenario = &summary["scenario"];
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    for (k, width) in [(0u16, 18.0), (1, 60.0), (2, 40.0), (3, 10.0)] {
        sheet.set_column_width(k, width)?;
    }
    sheet.write_string_with_format(0, 0, "forecourt", &styles.heading)?;
    put_text(sheet, (0, 1), &text(&scenario["name"]), styles)?;
    put_text(sheet, (0, 2), &text(&scenario["name_zh"]), styles)?;
    put_text(sheet, (1, 0), &text(&scenario["today"]), styles)?;
    if scenario["synthetic"].as_bool() == Some(true) {
        sheet.write_string(1, 1, "Made-up data")?;
        sheet.write_string(1, 2, "合成数据")?;
    }
    for (k, name) in (0u16..).zip(["sheet", "holds", "内容", "rows"]) {
        sheet.write_string_with_format(3, k, name, &styles.heading)?;
    }
    for (row, ((_, english, chinese, count), (name, _))) in (4u32..).zip(pages.iter().zip(names)) {
        put_text(sheet, (row, 0), name, styles)?;
        sheet.write_string(row, 1, *english)?;
        sheet.write_string(row, 2, *chinese)?;
        sheet.write_number_with_format(row, 3, *count as f64, &styles.whole)?;
    }
    Ok(())
}

/// Draws a table; rows beyond what a sheet takes are left out and said. Returns the rows drawn.
fn table(sheet: &mut Worksheet, text: &str, styles: &Styles) -> Result<usize, XlsxError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let most = SHEET_CELLS / header.len().max(1);
    for (k, name) in (0u16..).zip(&header) {
        sheet.write_string_with_format(0, k, name, &styles.heading)?;
        if let Some((_, unit)) = UNITS.iter().find(|u| name.ends_with(u.0)) {
            sheet.insert_note(0, k, &note(&format!("{}: {unit}", name.replace('_', " "))).set_height(40))?;
        }
        let words = matches!(name, "text" | "text_zh" | "reason" | "reason_zh" | "action_zh");
        sheet.set_column_width(k, if words { 60.0 } else { name.chars().count().max(9) as f64 + 2.0 })?;
    }
    sheet.set_freeze_panes(1, 1)?;
    let mut rows = 0;
    for record in reader.records().flatten() {
        if rows == most {
            let left = "… further rows are in the CSV file beside this book's results";
            sheet.write_string(rows as u32 + 1, 0, left)?;
            break;
        }
        rows += 1;
        for (k, cell) in (0u16..).zip(&record) {
            let at = (rows as u32, k);
            figure(sheet, at, header.get(usize::from(k)).unwrap_or(""), cell, styles)?;
        }
    }
    let last = header.len().saturating_sub(1) as u16;
    sheet.autofilter(0, 0, rows as u32, last)?;
    if let Some(k) = header.iter().position(|h| h == "severity") {
        for (word, style) in [("red", &styles.red), ("amber", &styles.amber)] {
            let rule = ConditionalFormatText::new()
                .set_rule(ConditionalFormatTextRule::BeginsWith(word.into()))
                .set_format(style.clone());
            sheet.add_conditional_format(1, k as u16, rows.max(1) as u32, k as u16, &rule)?;
        }
    }
    Ok(rows)
}

/// Writes a cell as what its column holds: ids and names stay text, whatever they look like.
fn figure(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    name: &str,
    cell: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let named = name.ends_with("_id") || name.starts_with("name") || matches!(name, "owner" | "region" | "moved_to");
    if cell.is_empty() {
        return Ok(());
    }
    // The tables put ' before text that a spreadsheet would take for a formula; here the cell's own mark does that.
    let plain = cell.strip_prefix('\'').filter(|c| super::draw::formula_like(c)).unwrap_or(cell);
    let is_day = name.ends_with("week_start") || matches!(name, "due" | "date");
    if let Some(date) = day(plain).filter(|_| is_day) {
        sheet.write_number_with_format(row, column, serial(date), &styles.date)?;
    } else if let Some(x) = number(plain).filter(|_| !named) {
        let style = if name.contains("cny") || x.abs() >= 1e4 { &styles.whole } else { &styles.plain };
        sheet.write_number_with_format(row, column, x, style)?;
    } else {
        put_text(sheet, (row, column), plain, styles)?;
    }
    Ok(())
}
