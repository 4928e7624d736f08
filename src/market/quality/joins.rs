//! How far the systems speak of the same cars.

use super::data::{Data, Event};
use super::tails::wilson;
use std::collections::BTreeSet;

/// Cars of one table, and how many of them another one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The table whose cars are counted.
    pub from: &'static str,
    /// The table they are looked for in.
    pub to: &'static str,
    /// Cars of the first.
    pub cars: u64,
    /// Cars of both.
    pub matched: u64,
}

impl Join {
    /// The 95 % interval of the share that is matched.
    pub fn share(&self) -> (f64, f64) {
        wilson(self.matched as f64, self.cars as f64)
    }
}

/// Joins of every table with cars to the cars built and the cars sold, and of those to the registrations.
pub fn joins(data: &Data) -> Vec<Join> {
    let of = |events: &[Event]| events.iter().filter_map(|e| e.vin).collect::<BTreeSet<u32>>();
    let tables = [
        ("vehicles", data.vehicles.iter().map(|v| v.vin).collect::<BTreeSet<u32>>()),
        ("sales", data.sales.iter().filter_map(|s| s.vin).collect()),
        ("registrations", of(&data.registrations)),
        ("stock", of(&data.stock)),
        ("service", of(&data.service)),
        ("test_drives", of(&data.drives)),
    ];
    let mut joins = Vec::new();
    for (from, cars) in tables.iter().filter(|t| !t.1.is_empty()) {
        for (to, others) in tables[..3].iter().filter(|t| t.0 != *from && !t.1.is_empty()) {
            let matched = cars.intersection(others).count() as u64;
            joins.push(Join { from, to, cars: cars.len() as u64, matched });
        }
    }
    joins
}

#[cfg(test)]
mod tests {
    use super::super::data::{Sale, Vehicle};
    use super::*;

    #[test]
    fn shares_of_cars_that_two_tables_know() {
        let sales = [Some(1), Some(1), Some(2), None].map(|vin| Sale { vin, ..Sale::default() }).into();
        let vehicles = [2, 3, 4].map(|vin| Vehicle { vin, ..Vehicle::default() }).into();
        let data = Data { sales, vehicles, ..Data::default() };
        let joins = joins(&data);
        let told: Vec<_> = joins.iter().map(|j| (j.from, j.to, j.cars, j.matched)).collect();
        assert_eq!(told, [("vehicles", "sales", 3, 1), ("sales", "vehicles", 2, 1)]);
        assert!(joins[1].share().0 < 0.5 && joins[1].share().1 > 0.5);
    }
}
