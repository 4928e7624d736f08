//! Customers with how long each was watched, whether they left at its end, and what is known of them.

use super::desk::Desk;
use super::people::{self, ID, Known, People, money, said};
use crate::io::fault::{Code, Faults};
use crate::market::customers::churn::Spell;
use std::path::Path;

/// Columns that do not describe customers.
const KNOWN: [Known; 6] = [
    ID,
    Known { names: &["months", "tenure", "time", "月数", "在网月数", "在册月数", "时长"], needed: true },
    Known { names: &["left", "churn", "churned", "流失", "是否流失"], needed: true },
    Known { names: &["from", "watched_from", "起始月", "观察起点"], needed: false },
    Known { names: &["value_cny", "毛利", "价值", "毛利元"], needed: false },
    Known { names: &["date", "日期"], needed: false },
];
/// Longest time.
const MONTHS: (f64, f64) = (0.0, 1e6);

/// Reads a table of customers.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path) -> Result<People<Spell>, Faults> {
    let mut desk = Desk::default();
    let missing = "add columns that may say who leaves";
    let made = people::read(&mut desk, file, &KNOWN, missing, |[_, months, left, from, value, _], file, desk| {
        let until = months.map_or(f64::NAN, |c| desk.number(file, c, None, MONTHS));
        let start = from.map_or(0.0, |c| desk.number(file, c, Some(0.0), MONTHS));
        let at = months.map(|c| c.at);
        if start >= until {
            let cause = format!("watched until {until} and from {start}: that is no time at all");
            desk.fault(file, at, Code::Range, "", &cause, "write months above 0, and above from where that is given");
        }
        let left = left.and_then(|c| {
            if c.text.is_empty() {
                desk.fault(
                    file,
                    Some(c.at),
                    Code::Blank,
                    "",
                    "whether they left is needed here",
                    "write 1, or 0 while they are there",
                );
            }
            said(c, file, desk, ("left", ""))
        });
        (Spell { from: start, until, left: left == Some(true) }, money(value, file, desk))
    });
    desk.finish(made)
}
