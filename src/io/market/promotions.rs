//! A panel: one row for each unit and period with its outcome and whether the promotion ran there.

use super::desk::Desk;
use crate::io::fault::{Code, Faults};
use crate::market::promotions::Panel;
use std::collections::BTreeMap;
use std::path::Path;

/// Unit, period, outcome, treated: by position, whatever the header calls them.
const COLUMNS: &[(&str, bool)] = &[("", true), ("", true), ("", true), ("", true)];
/// Most cells of a panel: weights are found again for every placebo.
const MOST: usize = 200_000;

/// Reads a panel; every fault at once.
pub fn read(file: &Path) -> Result<Panel, Faults> {
    let mut desk = Desk::default();
    let made = panel(file, &mut desk);
    desk.finish(made)
}

fn panel(path: &Path, desk: &mut Desk) -> Option<Panel> {
    let sheet = desk.sheet(path, COLUMNS);
    let file = sheet.file;
    let mut cells: BTreeMap<(String, String), (f64, bool)> = BTreeMap::new();
    let (mut units, mut periods) = (Vec::new(), BTreeMap::new());
    let mut known = std::collections::BTreeSet::new();
    for row in &sheet.rows {
        for (k, what) in [(0, "unit"), (1, "period")] {
            if row[k].text.is_empty() {
                desk.fault(file, Some(row[k].at), Code::Blank, "", &format!("a {what} is needed here"), "write it");
            }
        }
        if known.insert(row[0].text.clone()) {
            units.push(row[0].text.clone());
        }
        periods.insert(row[1].text.clone(), row[1].at);
        let outcome = desk.number(file, &row[2], None, (-1e15, 1e15));
        let treated = desk.number(file, &row[3], None, (0.0, 1.0));
        if treated > 0.0 && treated < 1.0 {
            desk.fault(file, Some(row[3].at), Code::Range, "", "treated is neither 0 nor 1", "write 0 or 1");
        }
        if cells.insert((row[0].text.clone(), row[1].text.clone()), (outcome, treated > 0.5)).is_some() {
            let cause = format!("{} in {} is there twice", row[0].text, row[1].text);
            desk.fault(file, Some(row[0].at), Code::TwiceRow, "", &cause, "keep one of the rows");
        }
    }
    if !desk.log.is_empty() {
        return None;
    }
    let mut periods: Vec<String> = periods.into_keys().collect();
    let numbers: Vec<Option<f64>> = periods.iter().map(|p| p.parse::<f64>().ok()).collect();
    if numbers.iter().all(Option::is_some) {
        periods.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    if units.len().saturating_mul(periods.len()) > MOST {
        let cause = format!("more than {MOST} cells");
        desk.fault(file, None, Code::TooMany, "", &cause, "measure fewer units or longer periods");
        return None;
    }
    let (mut outcome, mut treated) = (Vec::new(), Vec::new());
    for unit in &units {
        let row: Vec<Option<&(f64, bool)>> = periods.iter().map(|p| cells.get(&(unit.clone(), p.clone()))).collect();
        if let Some(gap) = row.iter().position(Option::is_none) {
            let cause = format!("{unit} has no row for {}", periods[gap]);
            let help = "write every period of every unit, or leave the unit out";
            desk.fault(file, None, Code::Gap, "", &cause, help);
            continue;
        }
        outcome.push(row.iter().flatten().map(|c| c.0).collect());
        treated.push(row.iter().flatten().map(|c| c.1).collect());
    }
    if !desk.log.is_empty() {
        return None;
    }
    match Panel::new(units, periods, outcome, &treated) {
        Ok(panel) => Some(panel),
        Err(faults) => {
            for fault in faults {
                desk.fault(file, None, Code::Range, "", &fault.to_string(), "see the last column");
            }
            None
        }
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
