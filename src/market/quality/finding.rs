//! What an audit says.

use super::data::Place;

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
