//! The tables of a warehouse, as data.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// An id: one width, composed, at most 64 characters.
    Id,
    /// A vehicle identification number: like an id, in capitals, without blanks and hyphens. Whether it is sound is for
    /// the audit to say.
    Vin,
    /// A text of at most 200 characters.
    Text,
    /// A day, kept as days since 1970-01-01.
    Day,
    /// A moment, kept as seconds since 1970-01-01, as the clocks of the source show it.
    Moment,
    /// A whole number between two bounds.
    Whole(i64, i64),
    /// A finite number between two bounds.
    Number(f64, f64),
    /// Money, kept in hundredths.
    Money,
    /// One of several words.
    Word(&'static [&'static str]),
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, the unit included.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether a row without it is refused.
    pub required: bool,
    /// What it means.
    pub about: &'static str,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What it lists.
    pub about: &'static str,
    /// Columns that tell its rows apart, unless a mapping names others.
    pub key: &'static [&'static str],
    /// The column whose day is when the thing happened, if any: lag and freshness are measured from it.
    pub happened: Option<&'static str>,
    /// Its columns.
    pub columns: &'static [Column],
}

impl Table {
    /// The position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

/// Name of the column of every table that says when its source wrote the row.
pub const RECORDED: &str = "recorded_at";

/// The table of a name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|t| t.name == name)
}

const fn need(name: &'static str, holds: Holds, about: &'static str) -> Column {
    Column { name, holds, required: true, about }
}

const fn may(name: &'static str, holds: Holds, about: &'static str) -> Column {
    Column { name, holds, required: false, about }
}

use Holds::{Day, Id, Money, Number, Text, Vin, Whole, Word};

const CARS: Holds = Whole(-1_000_000, 1_000_000);

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "dealers",
        about: "Stores",
        key: &["dealer_id"],
        happened: None,
        columns: &[
            need("dealer_id", Id, "Id of the store"),
            may("name", Text, "Its name"),
            may("region", Text, "Region it belongs to"),
            may("owner", Text, "Who owns it"),
            may("opened_on", Day, "First day of business"),
            may("closed_on", Day, "Day after the last day of business"),
            may("lat_deg", Number(-90.0, 90.0), "Degrees north"),
            may("lon_deg", Number(-180.0, 180.0), "Degrees east"),
        ],
    },
    Table {
        name: "vehicles",
        about: "Cars built",
        key: &["vin"],
        happened: Some("built_on"),
        columns: &[
            need("vin", Vin, "The car"),
            may("model_id", Id, "Its model"),
            may("built_on", Day, "Day it left the line"),
            may("invoiced_on", Day, "Day it was invoiced to a dealer"),
            may("dealer_id", Id, "That dealer"),
            may("invoice_cny", Money, "Price to that dealer"),
        ],
    },
    Table {
        name: "sales",
        about: "Cars that dealers report as sold, or counts of them",
        key: &["sale_id"],
        happened: Some("sold_on"),
        columns: &[
            may("sale_id", Id, "Id of the sale"),
            need("dealer_id", Id, "Who sold"),
            may("vin", Vin, "The car"),
            may("model_id", Id, "Its model"),
            may("ordered_on", Day, "Day the customer ordered"),
            need("sold_on", Day, "Day that the sale is booked on; of weekly counts their Monday"),
            may("delivered_on", Day, "Day the customer got the car"),
            may("cancelled_on", Day, "Day the sale was undone"),
            may("price_cny", Money, "Price of a car"),
            may("channel", Word(&["retail", "fleet", "staff", "export"]), "Kind of buyer"),
            may("customer_id", Id, "The buyer"),
            may("cars", CARS, "How many; one when absent, below zero for returns"),
        ],
    },
    Table {
        name: "registrations",
        about: "Cars registered with the authorities, or insured",
        key: &["vin", "registered_on"],
        happened: Some("registered_on"),
        columns: &[
            need("vin", Vin, "The car"),
            need("registered_on", Day, "Day of registration"),
            may("model_id", Id, "Its model"),
            may("place", Text, "Where"),
            may("customer_id", Id, "On whom"),
        ],
    },
    Table {
        name: "stock",
        about: "Unsold cars at dealers on a day",
        key: &["dealer_id", "vin", "model_id", "counted_on", "received_on", "age_days"],
        happened: Some("counted_on"),
        columns: &[
            need("dealer_id", Id, "Where they stand"),
            may("vin", Vin, "The car"),
            may("model_id", Id, "Its model; of a known car that of the vehicles table"),
            need("counted_on", Day, "Day of the count"),
            may("received_on", Day, "Day they came"),
            may("age_days", Whole(0, 36_500), "Days they have stood"),
            may("cars", Whole(0, 1_000_000), "How many; one when absent"),
        ],
    },
    Table {
        name: "leads",
        about: "People who asked",
        key: &["lead_id"],
        happened: Some("created_on"),
        columns: &[
            need("lead_id", Id, "Id of the lead"),
            may("dealer_id", Id, "Who got it"),
            may("model_id", Id, "What was asked for"),
            may("customer_id", Id, "Who asked"),
            need("created_on", Day, "Day it came"),
            may("source", Text, "Where from"),
            may("answered_on", Day, "Day of the first answer"),
            may("closed_on", Day, "Day it ended"),
            may("outcome", Word(&["sold", "lost", "open"]), "How it ended"),
        ],
    },
    Table {
        name: "test_drives",
        about: "Test drives",
        key: &["drive_id"],
        happened: Some("driven_on"),
        columns: &[
            need("drive_id", Id, "Id of the drive"),
            need("dealer_id", Id, "Where"),
            may("model_id", Id, "Which model"),
            may("vin", Vin, "Which car"),
            may("customer_id", Id, "Who drove"),
            may("lead_id", Id, "The lead it belongs to"),
            need("driven_on", Day, "When"),
        ],
    },
    Table {
        name: "deliveries",
        about: "Cars on their way from plants to dealers",
        key: &["delivery_id"],
        happened: Some("shipped_on"),
        columns: &[
            need("delivery_id", Id, "Id of the delivery"),
            need("dealer_id", Id, "Where to"),
            may("vin", Vin, "The car"),
            may("model_id", Id, "Its model; of a known car that of the vehicles table"),
            need("shipped_on", Day, "Day it left"),
            may("due_on", Day, "Day it should arrive"),
            may("arrived_on", Day, "Day it arrived"),
            may("cars", Whole(0, 1_000_000), "How many; one when absent"),
        ],
    },
    Table {
        name: "service",
        about: "Visits to workshops",
        key: &["visit_id"],
        happened: Some("visited_on"),
        columns: &[
            need("visit_id", Id, "Id of the visit"),
            may("dealer_id", Id, "Where"),
            need("vin", Vin, "The car"),
            need("visited_on", Day, "When"),
            may("odometer_km", Number(0.0, 5e6), "What the odometer showed"),
            may("amount_cny", Money, "What was paid"),
        ],
    },
    Table {
        name: "prices",
        about: "Prices from a day on",
        key: &["kind", "dealer_id", "model_id", "from_on"],
        happened: Some("from_on"),
        columns: &[
            need("kind", Word(&["guide", "invoice", "street"]), "Which price"),
            may("dealer_id", Id, "Whose; all dealers' when absent"),
            need("model_id", Id, "Of which model"),
            need("from_on", Day, "First day"),
            need("price_cny", Money, "The price"),
        ],
    },
    Table {
        name: "promotions",
        about: "Promotions",
        key: &["promotion_id"],
        happened: Some("from_on"),
        columns: &[
            need("promotion_id", Id, "Id of the promotion"),
            may("name", Text, "Its name"),
            may("dealer_id", Id, "Where; everywhere when absent"),
            may("model_id", Id, "For which model; all when absent"),
            need("from_on", Day, "First day"),
            may("to_on", Day, "Last day"),
            may("per_car_cny", Money, "What a car gets"),
        ],
    },
];

impl Holds {
    /// In a few words.
    fn words(self) -> String {
        match self {
            Self::Id => "id".into(),
            Self::Vin => "VIN".into(),
            Self::Text => "text".into(),
            Self::Day => "day".into(),
            Self::Moment => "moment".into(),
            Self::Whole(least, most) => format!("whole number, {least} to {most}"),
            Self::Number(least, most) => format!("number, {least} to {most}"),
            Self::Money => "money".into(),
            Self::Word(words) => words.join(" | "),
        }
    }
}

/// Every table with its columns, for people who write a mapping.
pub fn text() -> String {
    let mut text = String::new();
    for table in TABLES {
        text += &format!("{}: {}; key {}\n", table.name, table.about, table.key.join(", "));
        for c in table.columns {
            let need = if c.required { "needed" } else { "" };
            text += &format!("  {:<14}{:<8}{}: {}\n", c.name, need, c.holds.words(), c.about);
        }
        text.push('\n');
    }
    text + "Every table also takes recorded_at, the moment its source wrote the row.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_days_are_columns_of_their_tables() {
        for table in TABLES {
            assert!(table.key.iter().chain(&table.happened).all(|k| table.position(k).is_some()), "{}", table.name);
            let mut names: Vec<_> = table.columns.iter().map(|c| c.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.columns.len(), "{}: a column is there twice", table.name);
            assert!(table.position(RECORDED).is_none(), "{}: every table has that column", table.name);
        }
    }
}
