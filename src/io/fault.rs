//! Faults of the user's files: where, what, why, and the way out.

use std::fmt;

macro_rules! codes {
    ($($name:ident $number:literal $title:literal;)*) => {
        /// The kind of a fault. Numbers are stable: a fault keeps its code from version to version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name = $number,)*
        }
        impl Code {
            /// Every kind, ascending by number.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// What the kind means, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    Missing 1 "a file or folder that is needed is not there or cannot be read";
    TooLarge 2 "a file larger than the limit";
    Outside 3 "a path that leaves the scenario's folder";
    Encoding 4 "an encoding that is not recognised";
    EmptyFile 5 "an empty file";
    OpenQuote 6 "a quote that is not closed on its line";
    StrayQuote 7 "text after a closing quote";
    Width 8 "a row with more or fewer fields than the header";
    LongField 9 "a field longer than the limit";
    TooMany 10 "more rows or things than the limit";
    Control 11 "a control character";
    UnknownId 12 "a reference to an id that no table has";
    UnknownColumn 13 "an unknown column";
    MissingColumn 14 "a required column that is not there";
    TwiceColumn 15 "a column that is there twice";
    Unit 16 "a column without its unit or with another unit";
    TwiceId 17 "an id that is there twice";
    Blank 18 "a required value that is empty";
    NotNumber 19 "text where a number is needed";
    NotFinite 20 "a number that is not finite";
    NotWhole 21 "a fraction where a whole number is needed";
    Negative 22 "a negative number where none may be";
    Range 23 "a number outside its range";
    NotDate 24 "text where a date is needed";
    NotMonday 25 "a week that does not start on a Monday";
    Word 26 "a word that is not in the list";
    LongText 27 "an id or name that is too long or not allowed";
    NoRows 28 "a table without rows";
    Toml 30 "text that is not TOML";
    Newer 31 "a scenario of a newer schema";
    Older 32 "a scenario of an older or no schema";
    UnknownKey 33 "an unknown key or section";
    MissingKey 34 "a required key that is not there";
    Kind 35 "a value of another type";
    Swapped 40 "latitude and longitude that look swapped";
    NullIsland 41 "coordinates 0, 0";
    Coordinates 42 "coordinates outside the earth";
    LateSale 44 "a sale that is not before today";
    SaleElsewhere 45 "a sale at a site that is no dealer";
    TwiceRow 46 "a row whose key is there twice";
    Overfull 47 "more stock than the storage holds";
    StockElsewhere 48 "stock at or on its way to a site that is no dealer";
    EarlyArrival 49 "cars in transit that should have arrived";
    SupplyElsewhere 50 "build slots at a site that is no plant";
    IdlePlant 51 "a plant without build slots in the horizon";
    Unbuilt 52 "a model that no plant builds in the horizon";
    MissingPair 54 "a pair that the travel matrix lacks";
    Matrix 55 "a travel matrix that is not used";
    Speed 57 "a distance and a time that imply an unlikely speed";
    Jump 59 "a value far out of scale with its column";
    NeedsFormat 60 "a store without a format";
    HasFormat 61 "a plant or hub with a format";
    ForbiddenDealer 62 "a dealer that is forbidden";
    Hours 63 "a yard that closes before it opens";
    Margin 64 "a margin above the price";
    NoneOf 65 "a network without plants or without stores";
    Festival 66 "a Spring Festival outside its season";
    SelfLane 67 "a lane from a site to itself";
    Order 69 "a least value above the greatest";
    Registrations 70 "more new cars than people";
    OldSale 71 "a sale too long ago";
    Slots 72 "a model that fits on no carrier";
    FarZone 73 "a site far from the zone it names";
    RulePlant 74 "a rule for a site that is no store";
    NeedsValue 75 "a value that this kind of site needs";
    TwicePlace 76 "two stores at one place";
    ZeroMarket 77 "a market without buyers";
    Spelling 78 "a name written in two ways";
    Gap 79 "a week without any row";
    Late 80 "orders that cannot arrive within the horizon";
    LockElsewhere 82 "an order that is decided for a site that is no store";
    Hand 83 "a decided order that lacks cars, or names cars it does not need";
    SetBeyond 84 "more cars set than are built";
    Pack 81 "packs larger than any week builds";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:03}", *self as u16)
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub code: Code,
    /// The file, as the user named its folder.
    pub file: String,
    /// Line from 1; 0 when the fault is of the whole file.
    pub line: u32,
    /// Column in characters from 1; 0 when the fault is of the whole line or file.
    pub column: u32,
    /// The value as it stands in the file, shortened.
    pub value: String,
    /// What is wrong.
    pub cause: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {} {} → {}", self.code, self.cause, self.help)
    }
}

/// Further faults of a kind that are counted but not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Further {
    /// Their kind.
    pub code: Code,
    /// Their file.
    pub file: String,
    /// How many.
    pub count: u64,
}

/// All faults of an input, ascending by file, line and column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The faults that are listed.
    pub list: Vec<Fault>,
    /// What the limit per kind and file left out.
    pub further: Vec<Further>,
}

impl Faults {
    /// Faults listed per kind and file; the rest is counted.
    pub const PER_KIND: u64 = 20;
    /// All faults, listed or not.
    pub fn count(&self) -> u64 {
        self.list.len() as u64 + self.further.iter().map(|f| f.count).sum::<u64>()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Brings the list into order.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| {
            (&a.file, a.line, a.column, a.code, &a.cause).cmp(&(&b.file, b.line, b.column, b.code, &b.cause))
        });
        self.further.sort_by(|a, b| (&a.file, a.code).cmp(&(&b.file, b.code)));
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.list {
            writeln!(f, "{fault}")?;
        }
        for more in &self.further {
            writeln!(f, "{}: {} and {} more of this kind ({})", more.file, more.code, more.count, more.code.title())?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A value cut to a length that fits on a line, control characters made visible.
pub fn shorten(value: &str) -> String {
    const MOST: usize = 40;
    let mut short = String::new();
    for letter in value.chars().take(MOST) {
        if matches!(letter, '"' | '\'' | '\\') { short.push(letter) } else { short.extend(letter.escape_debug()) }
    }
    if value.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_one_line_with_its_place_and_the_way_out() {
        let fault = Fault {
            code: Code::UnknownId,
            file: "scenarios/x/sites.csv".into(),
            line: 14,
            column: 7,
            value: "Z9".into(),
            cause: "unknown zone \"Z9\"".into(),
            help: "write an id of zones.csv".into(),
        };
        let line = "scenarios/x/sites.csv:14:7: E012 unknown zone \"Z9\" → write an id of zones.csv";
        assert_eq!(fault.to_string(), line);
    }

    #[test]
    fn numbers_of_kinds_are_distinct_and_ascending() {
        assert!(Code::ALL.windows(2).all(|w| (w[0] as u16) < (w[1] as u16)));
    }

    #[test]
    fn long_and_invisible_values_are_cut_and_shown() {
        assert_eq!(shorten("a\u{0}b"), "a\\0b");
        assert_eq!(shorten(&"x".repeat(99)).chars().count(), 41);
    }
}
