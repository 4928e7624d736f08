//! Customers from a table: either a summary (id, frequency, recency, T, and an amount where known), or every purchase
//! (id, date, and an amount where known). Headers say which; Chinese ones are known too.

use super::instances::Fault;
use crate::market::customers::Customer;
use crate::market::customers::offers::Offer;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// Most rows that are read.
const MOST: usize = 50_000_000;

/// Days of the unit that time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks.
    #[default]
    Week,
    /// Months of 365.25 / 12 days.
    Month,
}

impl Unit {
    fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 365.25 / 12.0,
        }
    }
}

/// A purchase: day and amount.
type Purchase = (Date, Option<f64>);

/// What a file holds.
pub enum Table {
    /// One row a customer: names and numbers, in the order of the file.
    Summary(Vec<String>, Vec<Customer>),
    /// Every purchase, by customer and day; those of a day are one.
    Purchases(BTreeMap<String, Vec<Purchase>>),
}

/// Names under which columns are known.
const NAMES: [(&str, &[&str]); 6] = [
    ("id", &["id", "customer_id", "customer", "vin", "客户", "客户编号", "客户id"]),
    ("frequency", &["frequency", "repeats", "x", "复购次数"]),
    ("recency", &["recency", "t_x", "最近购买"]),
    ("t", &["t", "age", "观察时长"]),
    ("date", &["date", "day", "purchase_date", "日期", "购买日期", "成交日期"]),
    ("amount", &["amount", "monetary_value", "monetary", "amount_cny", "金额", "平均金额"]),
];

/// Reads a table; every fault is found, with line and column.
pub fn read(file: &Path) -> Result<Table, Vec<Fault>> {
    let fault = |line: usize, reason: String| Fault { file: file.to_path_buf(), line, reason };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|e| vec![fault(0, format!("cannot be read: {e}"))])?;
    let header = reader.headers().map_err(|e| vec![fault(1, format!("cannot be read: {e}"))])?.clone();
    let known = |name: &str| {
        let of = NAMES.iter().find(|n| n.0 == name).map_or(&[][..], |n| n.1);
        header.iter().position(|h| of.contains(&h.trim_start_matches('\u{feff}').to_lowercase().as_str()))
    };
    let [id, frequency, recency, age, date, amount] = ["id", "frequency", "recency", "t", "date", "amount"].map(known);
    let columns = match (id, frequency, recency, age, date) {
        (Some(id), Some(x), Some(r), Some(t), _) => (id, Some((x, r, t)), 0),
        (Some(id), _, _, _, Some(date)) => (id, None, date),
        _ => {
            let seen: Vec<&str> = header.iter().collect();
            return Err(vec![fault(
                1,
                format!(
                    "columns {seen:?}: give id, frequency, recency and T (one row a customer), or customer_id and date (one \
                     row a purchase); amount is optional"
                ),
            )]);
        }
    };
    let mut rows = Rows { file, faults: Vec::new() };
    let (mut names, mut customers) = (Vec::new(), Vec::new());
    let mut purchases: BTreeMap<String, Vec<Purchase>> = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (k, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                rows.say(e.position().map_or(k + 2, |p| p.line() as usize), format!("cannot be read: {e}"));
                continue;
            }
        };
        let line = record.position().map_or(k + 2, |p| p.line() as usize);
        if k >= MOST {
            return Err(vec![fault(line, format!("more than {MOST} rows"))]);
        }
        let field = |at: usize| record.get(at).unwrap_or_default();
        let name = field(columns.0).to_owned();
        if name.is_empty() {
            rows.say(line, format!("column {}: the customer has no id", columns.0 + 1));
            continue;
        }
        let paid = amount.and_then(|at| Some((at, field(at))).filter(|f| !f.1.is_empty()));
        let paid = paid.and_then(|(at, text)| rows.number(line, at, text));
        if let Some((x, r, t)) = columns.1 {
            if let Some(first) = seen.insert(name.clone(), line) {
                rows.say(
                    line,
                    format!("column {}: the id \"{name}\" is there twice, first in line {first}", columns.0 + 1),
                );
            }
            let numbers = [x, r, t].map(|at| rows.number(line, at, field(at)));
            let [Some(x_value), Some(recency), Some(age)] = numbers else { continue };
            if x_value < 0.0 || x_value.fract() != 0.0 || x_value > 1e6 {
                rows.say(line, format!("column {}: {x_value} is no count of repeat purchases", x + 1));
                continue;
            }
            // A customer without repeat purchases has no mean amount, whatever stands there.
            let amount = paid.filter(|_| x_value > 0.0);
            let customer = Customer { repeats: x_value as u32, recency, age, amount };
            if let Some(wrong) = customer.fault() {
                rows.say(line, wrong);
            }
            names.push(name);
            customers.push(customer);
        } else {
            let text = field(columns.2);
            match text.parse::<Date>() {
                Ok(day) => purchases.entry(name).or_default().push((day, paid)),
                Err(_) => rows.say(
                    line,
                    format!(
                        "column {}: \"{}\" is no date; write 2026-01-31",
                        columns.2 + 1,
                        text.chars().take(40).collect::<String>()
                    ),
                ),
            }
        }
    }
    if rows.faults.is_empty() && customers.is_empty() && purchases.is_empty() {
        rows.say(1, "there are no customers below the header".into());
    }
    if !rows.faults.is_empty() {
        return Err(rows.faults);
    }
    purchases.values_mut().for_each(|list| *list = by_day(list));
    Ok(if columns.1.is_some() { Table::Summary(names, customers) } else { Table::Purchases(purchases) })
}

/// Faults of a file.
struct Rows<'a> {
    file: &'a Path,
    faults: Vec<Fault>,
}

impl Rows<'_> {
    fn say(&mut self, line: usize, reason: String) {
        self.faults.push(Fault { file: self.file.to_path_buf(), line, reason });
    }

    fn number(&mut self, line: usize, at: usize, text: &str) -> Option<f64> {
        match text.parse::<f64>() {
            Ok(v) if v.is_finite() && v >= 0.0 => Some(v),
            _ => {
                let shown: String = text.chars().take(40).collect();
                self.say(line, format!("column {}: \"{shown}\" is not a finite number of at least 0", at + 1));
                None
            }
        }
    }
}

/// Purchases of a day are one, for the sum of their amounts.
fn by_day(list: &[Purchase]) -> Vec<Purchase> {
    let mut sorted = list.to_vec();
    sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.unwrap_or(0.0).total_cmp(&b.1.unwrap_or(0.0))));
    let mut days: Vec<Purchase> = Vec::new();
    for (day, amount) in sorted {
        match days.last_mut() {
            Some(last) if last.0 == day => last.1 = last.1.zip(amount).map(|(a, b)| a + b).or(last.1).or(amount),
            _ => days.push((day, amount)),
        }
    }
    days
}

/// Customers who bought before `until`, as purchases up to then show them, and what each bought after it.
pub fn summary(
    purchases: &BTreeMap<String, Vec<Purchase>>,
    until: Date,
    unit: Unit,
) -> (Vec<String>, Vec<Customer>, Vec<u32>) {
    let (mut names, mut customers, mut later) = (Vec::new(), Vec::new(), Vec::new());
    let between = |a: Date, b: Date| f64::from((b - a).get_days()) / unit.days();
    for (name, list) in purchases {
        let known: Vec<&Purchase> = list.iter().filter(|p| p.0 <= until).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { continue };
        let age = between(first.0, until);
        if age <= 0.0 {
            continue;
        }
        let repeats = known.len() as u32 - 1;
        let paid: Vec<f64> = known[1..].iter().filter_map(|p| p.1).collect();
        let amount = (!paid.is_empty()).then(|| paid.iter().sum::<f64>() / paid.len() as f64);
        customers.push(Customer { repeats, recency: between(first.0, last.0), age, amount });
        names.push(name.clone());
        later.push((list.len() - known.len()) as u32);
    }
    (names, customers, later)
}

/// Last day of any purchase.
pub fn last_day(purchases: &BTreeMap<String, Vec<Purchase>>) -> Option<Date> {
    purchases.values().filter_map(|list| list.last()).map(|p| p.0).max()
}

/// Time from one day to another.
pub fn time(from: Date, to: Date, unit: Unit) -> f64 {
    f64::from((to - from).get_days()) / unit.days()
}

/// Offers: name, cost_cny, keeps_share, and tiers where an offer is not for all.
pub fn offers(file: &Path) -> Result<Vec<Offer>, Vec<Fault>> {
    let mut rows = Rows { file, faults: Vec::new() };
    let mut reader = match csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_path(file) {
        Ok(reader) => reader,
        Err(e) => {
            rows.say(0, format!("cannot be read: {e}"));
            return Err(rows.faults);
        }
    };
    let header: Vec<String> = reader.headers().map(|h| h.iter().map(str::to_lowercase).collect()).unwrap_or_default();
    let at = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
    let [Some(name), Some(cost), Some(keeps)] = ["offer", "cost_cny", "keeps_share"].map(at) else {
        rows.say(1, format!("columns {header:?}: give offer, cost_cny and keeps_share; tiers (A, AB, …) is optional"));
        return Err(rows.faults);
    };
    let mut offers: Vec<Offer> = Vec::new();
    for (k, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                rows.say(e.position().map_or(k + 2, |p| p.line() as usize), format!("cannot be read: {e}"));
                continue;
            }
        };
        let line = record.position().map_or(k + 2, |p| p.line() as usize);
        let field = |at: usize| record.get(at).unwrap_or_default();
        let tiers = at("tiers").map(field).unwrap_or_default().to_uppercase();
        if let Some(wrong) = tiers.chars().find(|c| !"ABC".contains(*c)) {
            rows.say(line, format!("tiers: \"{wrong}\" is none of A, B, C"));
        }
        if field(name).is_empty() {
            rows.say(line, format!("column {}: the offer has no name", name + 1));
        }
        let (Some(cost), Some(share)) = (rows.number(line, cost, field(cost)), rows.number(line, keeps, field(keeps)))
        else {
            continue;
        };
        if share > 1.0 {
            rows.say(line, format!("column {}: {share} is no share between 0 and 1", keeps + 1));
        }
        offers.push(Offer { name: field(name).to_owned(), cost, keeps: share, tiers });
    }
    if rows.faults.is_empty() { Ok(offers) } else { Err(rows.faults) }
}
