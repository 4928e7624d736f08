//! What an audit says.

use super::data::Place;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The form and check digit of a VIN.
    Vin,
    /// One car sold twice.
    Duplicate,
    /// One VIN on two cars.
    Reuse,
    /// A sale without registration.
    Unregistered,
    /// An impossible order of days.
    Sequence,
    /// Something that another table does not have.
    Join,
    /// Two contents of one moment.
    Undated,
    /// Sold, and still in stock.
    StillInStock,
    /// Booked long after the car was in use.
    Old,
    /// A dealer whose sales are undone in the next month.
    Unwind,
    /// A dealer whose sales stand at the end of the month.
    MonthEnd,
    /// A month with the shape of booked old or unsold cars.
    MonthShape,
}

impl Check {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vin => "vin",
            Self::Duplicate => "duplicate",
            Self::Reuse => "reuse",
            Self::Unregistered => "unregistered",
            Self::Sequence => "sequence",
            Self::Join => "join",
            Self::Undated => "undated",
            Self::StillInStock => "still_in_stock",
            Self::Old => "old",
            Self::Unwind => "unwind",
            Self::MonthEnd => "month_end",
            Self::MonthShape => "month_shape",
        }
    }
}

/// A repair that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The row.
    pub place: Place,
    /// The column; none to leave the row out.
    pub column: Option<&'static str>,
    /// What stands there.
    pub before: String,
    /// What it becomes.
    pub after: String,
}

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// Whether it can be nothing else.
    pub sure: bool,
    /// The dealer it touches.
    pub dealer: Option<u32>,
    /// Its rows.
    pub rows: Vec<Place>,
    /// Why.
    pub reason: String,
    /// Money it touches, hundredths.
    pub money: i64,
    /// Probability of the like without cause, of statistical findings.
    pub p: Option<f64>,
    /// The repair, where one answer is left.
    pub mend: Option<Mend>,
}

impl Finding {
    /// A finding of one row.
    pub fn row(check: Check, sure: bool, place: &Place, dealer: Option<u32>, money: i64, reason: String) -> Self {
        Self { check, sure, dealer, rows: vec![place.clone()], reason, money, p: None, mend: None }
    }
}

/// Most findings of one check that are kept with their rows and reasons; the rest is counted.
pub const KEPT: u64 = 100_000;

/// Findings as they come, and what of them is summed up.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The findings that are kept.
    pub list: Vec<Finding>,
    /// What is not kept, by check and certainty: how many, and their money.
    pub further: BTreeMap<(Check, bool), (u64, i64)>,
    counts: BTreeMap<Check, u64>,
    /// By row: whether its worst finding is sure. Rows are known by their hashes: there may be many millions.
    flags: HashMap<u64, bool>,
    /// Money of findings by dealer and by feed.
    pub(super) money: (BTreeMap<u32, i64>, BTreeMap<u32, i64>),
}

fn hash(place: &Place) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

impl Findings {
    /// Takes in a finding.
    pub fn push(&mut self, f: Finding) {
        // Of rows that merely stand together with the one that is wrong, only that one counts.
        let own = if f.p.is_some() { &f.rows[..] } else { &f.rows[f.rows.len().saturating_sub(1)..] };
        for place in own {
            *self.flags.entry(hash(place)).or_insert(false) |= f.sure;
        }
        if let Some(dealer) = f.dealer {
            *self.money.0.entry(dealer).or_default() += f.money;
        }
        if let Some(row) = f.rows.last() {
            *self.money.1.entry(row.feed).or_default() += f.money;
        }
        let count = self.counts.entry(f.check).or_default();
        *count += 1;
        if *count <= KEPT {
            self.list.push(f);
        } else {
            let sum = self.further.entry((f.check, f.sure)).or_default();
            *sum = (sum.0 + 1, sum.1 + f.money);
        }
    }

    /// Whether anything is said against a row, and whether it is sure.
    pub fn flag(&self, place: &Place) -> Option<bool> {
        self.flags.get(&hash(place)).copied()
    }
}
