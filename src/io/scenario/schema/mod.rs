//! The schema of a scenario folder, as data: it validates, prints and documents.

mod options;
mod print;
mod tables;

pub use options::{SECTIONS, Section};
pub use print::{json, markdown, text};
pub use tables::TABLES;

/// Version of the schema that this program reads and writes.
pub const VERSION: i64 = 1;

/// A word of a list, with the other spellings that are accepted.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The spelling that is written.
    pub word: &'static str,
    /// Further spellings.
    pub also: &'static [&'static str],
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// The id of the row's own thing.
    Key,
    /// An id of another table.
    Reference(&'static str),
    /// Text on one line.
    Text,
    /// A whole number between two bounds.
    Whole(i64, i64),
    /// A finite number between two bounds.
    Number(f64, f64),
    /// Money in the scenario's currency, between two bounds, rounded to hundredths.
    Money(f64, f64),
    /// Degrees north, -90 to 90.
    Latitude,
    /// Degrees east, -180 to 180.
    Longitude,
    /// A share between 0 and 1.
    Share,
    /// A day, as 2026-01-05.
    Day,
    /// A Monday.
    Monday,
    /// An hour of the day, 0 to 24.
    Hour,
    /// One of several words.
    Word(&'static [Word]),
    /// True or false.
    Flag,
}

/// Whether an attribute must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// No; nothing stands for it.
    Optional,
    /// No; this stands for it.
    Default(&'static str),
}

/// A column of a table or a key of a section.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name, the unit included.
    pub name: &'static str,
    /// Chinese names that are accepted in headers.
    pub zh: &'static [&'static str],
    /// What it holds.
    pub holds: Type,
    /// Its unit, as it ends (or stands in) the name; empty when it has none.
    pub unit: &'static str,
    /// Whether it must be given.
    pub need: Need,
    /// What it means.
    pub about: &'static str,
}

/// A table of the folder.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name; the file is `<name>.csv` unless `[tables]` names another.
    pub name: &'static str,
    /// Whether the folder must hold it.
    pub required: bool,
    /// Most rows.
    pub rows: u64,
    /// What it lists.
    pub about: &'static str,
    /// Its columns, in the order they are written.
    pub columns: &'static [Attribute],
}

impl Table {
    /// Position of a column.
    pub fn position(&self, name: &str) -> usize {
        self.columns.iter().position(|c| c.name == name).expect("the schema lists every column that is read")
    }
}

/// The table of a name.
pub fn table(name: &str) -> &'static Table {
    TABLES.iter().find(|t| t.name == name).expect("the schema lists every table that is read")
}

impl Attribute {
    const fn new(name: &'static str, holds: Type, need: Need, about: &'static str) -> Self {
        Self { name, zh: &[], holds, unit: "", need, about }
    }
    const fn zh(mut self, zh: &'static [&'static str]) -> Self {
        self.zh = zh;
        self
    }
    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
    /// The name without its unit: `price` of `price_cny`.
    pub fn stem(&self) -> &'static str {
        match self.name.strip_suffix(self.unit).and_then(|s| s.strip_suffix('_')) {
            Some(stem) if !self.unit.is_empty() => stem,
            _ => self.name,
        }
    }
}

const fn required(name: &'static str, holds: Type, about: &'static str) -> Attribute {
    Attribute::new(name, holds, Need::Required, about)
}
const fn optional(name: &'static str, holds: Type, about: &'static str) -> Attribute {
    Attribute::new(name, holds, Need::Optional, about)
}
const fn default(name: &'static str, holds: Type, value: &'static str, about: &'static str) -> Attribute {
    Attribute::new(name, holds, Need::Default(value), about)
}
