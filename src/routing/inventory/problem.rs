//! An inventory routing problem as plain data, checked as a whole.

use crate::routing::Error;
use crate::routing::matrix::Matrix;

/// Where the product is made; node 0 of the matrix. Costs are whole, in the problem's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supplier {
    /// Units in stock at the start.
    pub stock: i64,
    /// Units made every day, ready the day after.
    pub production: i64,
    /// Cost of a unit held over a day's end.
    pub holding: i64,
}

/// Who uses the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Units in stock at the start.
    pub stock: i64,
    /// Least level at a day's end.
    pub least: i64,
    /// Largest level after a delivery.
    pub most: i64,
    /// Units used every day.
    pub demand: i64,
    /// Cost of a unit held over a day's end.
    pub holding: i64,
}

/// The parts of a problem.
#[derive(Clone, Debug)]
pub struct Data {
    /// Number of days.
    pub days: usize,
    /// Tours a day at most.
    pub vehicles: usize,
    /// Capacity of each.
    pub capacity: i64,
    /// The supplier.
    pub supplier: Supplier,
    /// Customers: nodes 1, 2 … of the matrix.
    pub customers: Vec<Customer>,
    /// Distances between nodes.
    pub matrix: Matrix,
    /// Cost of one unit of distance.
    pub rate: i64,
}

/// A checked problem.
#[derive(Clone, Debug)]
pub struct Problem(Data);

/// Largest quantity or unit cost: sums stay exact, also in floating point.
const LARGEST: i64 = 1_000_000_000;

impl Problem {
    /// Checks the parts; the error lists every fault.
    pub fn new(data: Data) -> Result<Self, Error> {
        let mut faults = Vec::new();
        let range = 0..=LARGEST;
        if data.days == 0 || data.days > 365 || data.vehicles == 0 || data.vehicles > 1000 {
            faults.push(format!("{} days and {} vehicles are not possible", data.days, data.vehicles));
        }
        let supplier = [data.supplier.stock, data.supplier.production, data.supplier.holding, data.capacity, data.rate];
        if supplier.iter().any(|x| !range.contains(x)) {
            faults.push("a number of the supplier or the capacity is out of range".into());
        }
        if data.matrix.size() != data.customers.len() + 1 {
            faults.push(format!("{} customers need a matrix of one node more", data.customers.len()));
        }
        for (i, c) in data.customers.iter().enumerate() {
            if [c.stock, c.least, c.most, c.demand, c.holding].iter().any(|x| !range.contains(x)) {
                faults.push(format!("a number of customer {} is out of range", i + 1));
            } else if c.stock > c.most || c.least + c.demand > c.most {
                faults.push(format!("customer {} has no room for its stock or a day's demand", i + 1));
            }
        }
        if faults.is_empty() { Ok(Self(data)) } else { Err(Error::Faulty(faults)) }
    }
    /// The parts.
    pub fn data(&self) -> &Data {
        &self.0
    }
    /// Units a visit can bring at most.
    pub(super) fn largest(&self, customer: usize) -> i64 {
        self.0.customers[customer].most.min(self.0.capacity)
    }
}
