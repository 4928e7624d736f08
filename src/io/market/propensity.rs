//! People who drove a car, with what is known of them and, where that is known, whether they bought.

use super::desk::Desk;
use super::people::{self, ID, Known, People, money, said};
use crate::io::fault::Faults;
use std::path::Path;

/// Columns that say nothing of a person.
const KNOWN: [Known; 4] = [
    ID,
    Known { names: &["bought", "purchased", "购买", "是否购买", "成交", "是否成交"], needed: true },
    Known { names: &["value_cny", "毛利", "价值", "毛利元"], needed: false },
    Known { names: &["date", "drive_date", "日期", "试驾日期"], needed: false },
];

/// Reads a table of people.
///
/// # Errors
/// Every fault of the file.
pub fn read(file: &Path) -> Result<People<Option<bool>>, Faults> {
    let mut desk = Desk::default();
    let made = people::read(
        &mut desk,
        file,
        &KNOWN,
        "add columns that may say who buys",
        |[_, bought, value, _], file, desk| {
            let bought = bought.and_then(|c| said(c, file, desk, ("bought", "; nothing while it is open")));
            (bought, money(value, file, desk))
        },
    );
    desk.finish(made)
}
