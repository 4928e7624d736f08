//! Sales by week, stock by age and cars on their way, from the rows known at a day.

use super::super::schema::{Table, table};
use super::super::{Known, Record, Store, WarehouseError};
use super::Left;
use std::collections::{BTreeMap, HashMap};

/// Oldest week that a scenario takes, in weeks before its day.
const OLDEST_WEEKS: i64 = 520;

/// The Monday of a day's week, both in days since 1970.
pub fn monday(day: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    day - (day + 3).rem_euclid(7)
}

/// What a scenario needs, under the names of the warehouse.
#[derive(Default)]
pub(super) struct Goods {
    /// Cars by dealer, model and Monday.
    pub sales: BTreeMap<(String, String, i64), i64>,
    /// Cars by dealer, model and age in days.
    pub stock: BTreeMap<(String, String, i64), i64>,
    /// Cars by dealer, model and Monday of arrival.
    pub in_transit: BTreeMap<(String, String, i64), i64>,
    /// Whether the warehouse has any count of stock, and any delivery.
    pub counted: bool,
    pub delivered: bool,
}

/// Models and days of birth of the cars that are known.
struct Cars {
    by_vin: HashMap<String, (String, Option<i64>)>,
}

impl Cars {
    fn read(store: &Store, known: Known) -> Result<Self, WarehouseError> {
        let table = schema("vehicles");
        let (vin, model, built) = (at(table, "vin"), at(table, "model_id"), at(table, "built_on"));
        let mut by_vin = HashMap::new();
        store.records(table, known, &mut |r| {
            by_vin.insert(r.text(vin).to_owned(), (r.text(model).to_owned(), r.whole(built)));
        })?;
        Ok(Self { by_vin })
    }

    /// The model that a row names, or that of its car; empty when neither is known.
    fn model<'a>(&'a self, named: &'a str, vin: &str) -> &'a str {
        if named.is_empty() { self.by_vin.get(vin).map_or("", |c| c.0.as_str()) } else { named }
    }
}

fn schema(name: &str) -> &'static Table {
    table(name).expect("the schema lists every table that is read")
}

fn at(table: &Table, column: &str) -> usize {
    table.position(column).expect("the schema lists every column that is read")
}

/// Reads what is known, with Monday `today` as the scenario's day.
pub(super) fn read(store: &Store, known: Known, today: i64, left: &mut Left) -> Result<Goods, WarehouseError> {
    let reading = Reading { store, known, today, cars: Cars::read(store, known)? };
    let mut goods = Goods::default();
    reading.sales(&mut goods, left)?;
    reading.stock(&mut goods, left)?;
    reading.deliveries(&mut goods, left)?;
    Ok(goods)
}

/// What every table is read with.
struct Reading<'a> {
    store: &'a Store,
    known: Known,
    today: i64,
    cars: Cars,
}

impl Reading<'_> {
    fn sales(&self, goods: &mut Goods, left: &mut Left) -> Result<(), WarehouseError> {
        let (today, cars) = (self.today, &self.cars);
        let table = schema("sales");
        let [dealer, vin, model, sold, cancelled, count] =
            ["dealer_id", "vin", "model_id", "sold_on", "cancelled_on", "cars"].map(|c| at(table, c));
        // A car is sold once: the first standing sale of a VIN counts, whatever other feeds say of it.
        let mut first: HashMap<String, (i64, String, String)> = HashMap::new();
        let stands = |r: &Record| {
            let day = r.whole(sold).unwrap_or(i64::MAX);
            day < today && r.whole(cancelled).is_none_or(|c| c > today) && r.whole(count).unwrap_or(1) == 1
        };
        self.store.records(table, self.known, &mut |r| {
            if !r.text(vin).is_empty() && stands(&r) {
                let this = (r.whole(sold).unwrap_or_default(), r.feed.clone(), r.key.clone());
                let kept = first.entry(r.text(vin).to_owned()).or_insert_with(|| this.clone());
                if this < *kept {
                    *kept = this;
                }
            }
        })?;
        self.store.records(table, self.known, &mut |r| {
            let (day, n) = (r.whole(sold).unwrap_or_default(), r.whole(count).unwrap_or(1));
            let name = cars.model(r.text(model), r.text(vin));
            let again = first.get(r.text(vin)).is_some_and(|f| (f.1.as_str(), f.2.as_str()) != (&r.feed, &r.key));
            let reason = if day >= today {
                "sold on or after the scenario's day"
            } else if r.whole(cancelled).is_some_and(|c| c <= today) {
                "sales that were undone"
            } else if n == 1 && again {
                "second and later sales of one VIN"
            } else if monday(day) < today - 7 * OLDEST_WEEKS {
                "sold more than ten years before"
            } else if name.is_empty() {
                "sales without a model, of cars that are not in vehicles"
            } else {
                let week = (r.text(dealer).to_owned(), name.to_owned(), monday(day));
                *goods.sales.entry(week).or_default() += n;
                return;
            };
            left.add(reason, n, &r.key);
        })?;
        for (place, n) in goods.sales.iter_mut().filter(|(_, n)| **n < 0) {
            left.add("returns beyond what was sold in their week", *n, &place.0);
            *n = 0;
        }
        Ok(())
    }

    fn stock(&self, goods: &mut Goods, left: &mut Left) -> Result<(), WarehouseError> {
        let (today, cars) = (self.today, &self.cars);
        let table = schema("stock");
        let [dealer, vin, model, counted, received, age, count] =
            ["dealer_id", "vin", "model_id", "counted_on", "received_on", "age_days", "cars"].map(|c| at(table, c));
        let mut newest: HashMap<(String, String), i64> = HashMap::new();
        self.store.records(table, self.known, &mut |r| {
            if let Some(day) = r.whole(counted).filter(|&d| d <= today) {
                let last = newest.entry((r.feed.clone(), r.text(dealer).to_owned())).or_insert(day);
                *last = day.max(*last);
            }
        })?;
        self.store.records(table, self.known, &mut |r| {
            goods.counted = true;
            let (day, n) = (r.whole(counted).unwrap_or_default(), r.whole(count).unwrap_or(1));
            if newest.get(&(r.feed.clone(), r.text(dealer).to_owned())) != Some(&day) {
                return left.add("stock of other days", n, &r.key);
            }
            let name = cars.model(r.text(model), r.text(vin));
            if name.is_empty() {
                return left.add("stock without a model, of cars that are not in vehicles", n, &r.key);
            }
            let built = cars.by_vin.get(r.text(vin)).and_then(|c| c.1);
            let since = |d: i64| (today - d).clamp(0, 36_500);
            let days = match (r.whole(age), built, r.whole(received)) {
                (Some(age), _, _) => (age + today - day).clamp(0, 36_500),
                (None, Some(built), _) => since(built),
                (None, None, Some(received)) => since(received),
                (None, None, None) => since(day),
            };
            *goods.stock.entry((r.text(dealer).to_owned(), name.to_owned(), days)).or_default() += n;
        })
    }

    fn deliveries(&self, goods: &mut Goods, left: &mut Left) -> Result<(), WarehouseError> {
        let (today, cars) = (self.today, &self.cars);
        let table = schema("deliveries");
        let [dealer, vin, model, shipped, due, arrived, count] =
            ["dealer_id", "vin", "model_id", "shipped_on", "due_on", "arrived_on", "cars"].map(|c| at(table, c));
        self.store.records(table, self.known, &mut |r| {
            goods.delivered = true;
            let n = r.whole(count).unwrap_or(1);
            let name = cars.model(r.text(model), r.text(vin));
            if r.whole(shipped).is_some_and(|d| d > today) {
                left.add("deliveries shipped after the scenario's day", n, &r.key);
            } else if r.whole(arrived).is_some_and(|d| d <= today) {
                left.add("deliveries that have arrived", n, &r.key);
            } else if name.is_empty() {
                left.add("deliveries without a model, of cars that are not in vehicles", n, &r.key);
            } else {
                let week = monday(r.whole(due).unwrap_or(today)).max(today);
                *goods.in_transit.entry((r.text(dealer).to_owned(), name.to_owned(), week)).or_default() += n;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::days;

    #[test]
    fn weeks_start_on_mondays() {
        let day = days::number(jiff::civil::date(2026, 6, 29));
        assert_eq!((monday(day), monday(day + 6), monday(day - 1)), (day, day, day - 7));
    }
}
