//! A company's own sheets: which table each is, which heading means which column, and in which unit its numbers are.

use super::load::{Found, Row, Sheet};
use crate::io::scenario::records::{day, folded, near};
use crate::io::scenario::schema::{Attribute, Need, TABLES, Table, Type};

/// Words in a sheet's or file's name that tell its table.
const TITLES: &[(&str, &[&str])] = &[
    ("in_transit", &["在途", "transit", "pipeline"]),
    ("formats", &["业态", "店型", "format"]),
    ("zones", &["需求区", "区域", "城市", "zone"]),
    ("models", &["车型", "model", "vehicle"]),
    ("carriers", &["板车", "承运", "carrier"]),
    ("sales", &["销量", "销售", "sales"]),
    ("stock", &["库存", "stock", "inventory"]),
    ("supply", &["排产", "产能", "供应", "supply", "production"]),
    ("calendar", &["日历", "节假日", "假日", "calendar", "holiday"]),
    ("lanes", &["线路", "运输", "lane"]),
    ("travel", &["行程", "出行", "travel"]),
    ("thresholds", &["阈值", "预警", "threshold"]),
    ("sites", &["站点", "网点", "经销商", "门店", "site", "dealer", "store"]),
];

/// Units in brackets behind a heading, with what turns them into the column's own.
const UNITS: &[(&str, &str, f64)] = &[
    ("万元", "cny", 1e4),
    ("亿元", "cny", 1e8),
    ("千元", "cny", 1e3),
    ("元", "cny", 1.0),
    ("万人", "persons", 1e4),
    ("人", "persons", 1.0),
    ("小时", "min", 60.0),
    ("分钟", "min", 1.0),
    ("分", "min", 1.0),
    ("小时", "h", 1.0),
    ("分钟", "h", 1.0 / 60.0),
    ("公里", "km", 1.0),
    ("千米", "km", 1.0),
    ("km", "km", 1.0),
    ("米", "km", 0.001),
    ("台", "cars", 1.0),
    ("辆", "cars", 1.0),
    ("天", "days", 1.0),
    ("%", "share", 0.01),
    ("台", "per_year", 1.0),
    ("辆", "per_year", 1.0),
];

/// A heading that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heading {
    /// Column of the sheet.
    pub column: u32,
    /// As it stands there.
    pub text: String,
    /// Position among the table's columns.
    pub means: usize,
    /// What its numbers are multiplied with.
    pub factor: f64,
}

/// A sheet whose table is known.
pub(super) struct Matched {
    pub table: &'static Table,
    /// The sheet from its row of headings on.
    pub sheet: Sheet,
    pub headings: Vec<Heading>,
    /// Headings that mean no column.
    pub unused: Vec<String>,
}

/// Finds the table of a sheet: by its name, else by its headings.
pub(super) fn matched(sheet: &Sheet) -> Option<Matched> {
    let title = folded(&sheet.name);
    let exact = TABLES.iter().find(|t| t.name == title);
    let named = || TITLES.iter().find(|t| t.1.iter().any(|w| title.contains(w))).and_then(|t| by_name(t.0));
    if let Some(table) = exact.or_else(named) {
        return Some(headed(table, sheet)).filter(|m| m.headings.len() >= 2);
    }
    let mut best: Option<(usize, Matched)> = None;
    for table in TABLES {
        let found = headed(table, sheet);
        let needed = table.columns.iter().filter(|c| c.need == Need::Required).count();
        let have = |k: &usize| found.headings.iter().any(|h| h.means == *k) || is_week(table, *k, &found);
        let met = (0..table.columns.len()).filter(|k| table.columns[*k].need == Need::Required).filter(have).count();
        // One heading that nobody understands must not hide what a sheet is.
        if met + 1 >= needed && met >= 2 && best.as_ref().is_none_or(|b| found.headings.len() > b.0) {
            best = Some((found.headings.len(), found));
        }
    }
    best.map(|b| b.1)
}

/// A column that stands as one heading a week.
fn is_week(table: &Table, column: usize, found: &Matched) -> bool {
    table.name == "sales" && column >= 2 && !super::sales::week_columns(&found.sheet).is_empty()
}

fn by_name(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|t| t.name == name)
}

/// The sheet from the row, among the first ones, that holds most headings of a table.
fn headed(table: &'static Table, sheet: &Sheet) -> Matched {
    const LOOKED_AT: usize = 10;
    let mut best = (0, 0);
    for (k, row) in sheet.rows.iter().take(LOOKED_AT).enumerate() {
        let count = headings(table, row).0.len();
        if count > best.0 {
            best = (count, k);
        }
    }
    let rows = sheet.rows.get(best.1..).unwrap_or_default().to_vec();
    let (headings, unused) = rows.first().map(|r| headings(table, r)).unwrap_or_default();
    Matched { table, sheet: Sheet { name: sheet.name.clone(), rows }, headings, unused }
}

fn headings(table: &'static Table, row: &Row) -> (Vec<Heading>, Vec<String>) {
    let (mut known, mut unused): (Vec<Heading>, Vec<String>) = (Vec::new(), Vec::new());
    for (column, found) in &row.cells {
        let Found::Text(text) = found else { continue };
        if day(text).is_some() {
            continue;
        }
        match heading(table, text).filter(|(means, _)| known.iter().all(|k| k.means != *means)) {
            Some((means, factor)) => known.push(Heading { column: *column, text: text.clone(), means, factor }),
            None => unused.push(text.clone()),
        }
    }
    (known, unused)
}

/// The column that a heading means, and the factor of its unit.
fn heading(table: &Table, text: &str) -> Option<(usize, f64)> {
    let whole = folded(text);
    let (name, unit) = bracket(&whole);
    let name = name.replace([' ', '　'], "_");
    let is = |a: &Attribute| a.name == whole || a.name == name || a.zh.contains(&name.as_str());
    let stem = |a: &Attribute| !a.unit.is_empty() && a.stem() == name && !unit.is_empty();
    let close = || {
        let found = near(&name, table.columns.iter().map(|c| c.name))?;
        table.columns.iter().position(|c| c.name == found && name.len() > 4)
    };
    let means = table.columns.iter().position(is).or_else(|| table.columns.iter().position(stem)).or_else(close)?;
    let factor = factor(&table.columns[means], unit)?;
    Some((means, factor))
}

/// Splits `价格（万元）` into its name and its unit.
fn bracket(text: &str) -> (&str, &str) {
    let open = text.find(['(', '[']);
    match open {
        Some(at) if at > 0 => (text[..at].trim(), text[at + 1..].trim_end_matches([')', ']']).trim()),
        _ => (text, ""),
    }
}

/// `None` when the unit is not one of the column's.
fn factor(attribute: &Attribute, unit: &str) -> Option<f64> {
    if unit.is_empty() || unit == attribute.unit {
        return Some(1.0);
    }
    let first = unit.split(['/', '每']).next().unwrap_or(unit);
    let own = attribute.unit.split("_per_").next().unwrap_or("");
    let holds = if matches!(attribute.holds, Type::Share) { "share" } else { own };
    let fits = |u: &&(&str, &str, f64)| u.0 == first && (u.1 == holds || u.1 == attribute.unit);
    UNITS.iter().find(fits).map(|u| u.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(table: &str, text: &str) -> Option<(&'static str, f64)> {
        let table = by_name(table).expect("a table");
        heading(table, text).map(|(k, f)| (table.columns[k].name, f))
    }

    #[test]
    fn headings_are_understood_with_their_units() {
        assert_eq!(of("models", "价格（万元）"), Some(("price_cny", 1e4)));
        assert_eq!(of("models", "售价(元)"), Some(("price_cny", 1.0)));
        assert_eq!(of("zones", "人口（万人）"), Some(("population_persons", 1e4)));
        assert_eq!(of("formats", "辐射时间（小时）"), Some(("reach_min", 60.0)));
        assert_eq!(of("sites", "经销商编号"), None);
        assert_eq!(of("sites", "网点编号"), Some(("site_id", 1.0)));
        assert_eq!(of("sites", "年固定成本（万元/年）"), Some(("fixed_cost_cny_per_year", 1e4)));
        assert_eq!(of("carriers", "最低装载率（%）"), Some(("minimum_load_share", 0.01)));
        assert_eq!(of("models", "price_cnny"), Some(("price_cny", 1.0)));
        assert_eq!(of("models", "价格（美元）"), None);
        assert_eq!(of("models", "备注"), None);
    }
}
