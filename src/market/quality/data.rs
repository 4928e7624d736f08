//! The rows that are looked at, as plain data.

use crate::days;
use std::collections::HashMap;

/// Days since 1970-01-01.
pub type Day = i32;

/// Names by number, in the order they were first met.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    /// The number of a name; none of an empty one.
    pub fn number(&mut self, name: &str) -> Option<u32> {
        if name.is_empty() {
            return None;
        }
        if let Some(&n) = self.numbers.get(name) {
            return Some(n);
        }
        let n = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), n);
        Some(n)
    }
    /// The number of a name that is there.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }
    /// The name of a number.
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Where a row stands: table, feed and key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its table.
    pub table: &'static str,
    /// Number of its feed.
    pub feed: u32,
    /// Its key.
    pub key: String,
}

/// A sale.
#[derive(Clone, Debug, Default)]
pub struct Sale {
    /// Where it stands.
    pub place: Place,
    /// Who sold.
    pub dealer: u32,
    /// The car.
    pub vin: Option<u32>,
    /// Its model.
    pub model: Option<u32>,
    /// Day of the order.
    pub ordered: Option<Day>,
    /// Day it is booked on.
    pub sold: Day,
    /// Day of delivery.
    pub delivered: Option<Day>,
    /// Day it was undone.
    pub cancelled: Option<Day>,
    /// Price in hundredths; 0 when not known.
    pub price: i64,
    /// Cars: 1 for a sale of one car.
    pub cars: i32,
    /// Whether the car leaves the country: it is not registered here.
    pub export: bool,
    /// Whether another content has the same key and moment.
    pub tied: bool,
}

/// A car as it was built.
#[derive(Clone, Debug, Default)]
pub struct Vehicle {
    /// Where the row stands.
    pub place: Place,
    /// The car.
    pub vin: u32,
    /// Its model.
    pub model: Option<u32>,
    /// Day it was built.
    pub built: Option<Day>,
}

/// Something that happened to a car: a registration, a service visit, a test drive, a count of stock.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// Where the row stands.
    pub place: Place,
    /// The car.
    pub vin: Option<u32>,
    /// Where it happened.
    pub dealer: Option<u32>,
    /// When.
    pub day: Day,
    /// What the odometer showed, km.
    pub odometer: Option<f64>,
}

/// A delivery to a dealer.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Where the row stands.
    pub place: Place,
    /// Where to.
    pub dealer: u32,
    /// Day it left.
    pub shipped: Day,
    /// Day it arrived.
    pub arrived: Option<Day>,
}

/// A dealer.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// First day of business.
    pub opened: Option<Day>,
    /// Day after the last.
    pub closed: Option<Day>,
}

/// All rows, as they are known at a day.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The day.
    pub at: Day,
    /// Names of feeds.
    pub feeds: Names,
    /// Names of dealers, whether or not the dealers table has them.
    pub dealers: Names,
    /// VINs.
    pub vins: Names,
    /// Names of models.
    pub models: Names,
    /// Dealers of the dealers table.
    pub stores: HashMap<u32, Store>,
    /// Sales.
    pub sales: Vec<Sale>,
    /// Cars built.
    pub vehicles: Vec<Vehicle>,
    /// Registrations.
    pub registrations: Vec<Event>,
    /// Counts of stock, a car a row.
    pub stock: Vec<Event>,
    /// Visits to workshops.
    pub service: Vec<Event>,
    /// Test drives.
    pub drives: Vec<Event>,
    /// Leads; they have no car.
    pub leads: Vec<Event>,
    /// Deliveries to dealers.
    pub deliveries: Vec<Delivery>,
}

/// A month, counted from year 0.
pub fn month(day: Day) -> i32 {
    let date = days::date(day.into());
    12 * i32::from(date.year()) + i32::from(date.month()) - 1
}

/// Days until the last day of the month: 0 on that day.
pub fn left_in_month(day: Day) -> i32 {
    let date = days::date(day.into());
    i32::from(date.days_in_month() - date.day())
}

/// A month as text.
pub fn month_text(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// A day as text.
pub fn day_text(day: Day) -> String {
    days::text(day.into())
}
