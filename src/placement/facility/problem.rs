use crate::placement::costs::{Costs, Matrix};

/// Capacities of sites and demands of clients.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Capacity of each site, in demand units.
    pub of_site: Vec<f64>,
    /// Demand of each client, in the same units.
    pub demand: Vec<f64>,
    /// Whether each client must be served by one site.
    pub single_source: bool,
}

/// A facility-location problem; money is whole, in 10^−digits of the unit.
#[derive(Debug)]
pub struct Problem {
    fixed: Vec<i64>,
    costs: Matrix,
    capacity: Option<Capacity>,
    digits: u32,
}

/// What is wrong with a facility-location problem, or with its solution.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nobody to serve.
    #[error("there is no client to serve")]
    NoClient,
    /// Tables of different sizes.
    #[error("{what} has {found} entries instead of {expected}")]
    Size {
        /// Which table.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size it must have.
        expected: usize,
    },
    /// A number outside what is allowed.
    #[error("{what} is outside its range: {value}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// All sites together cannot serve all clients.
    #[error("all sites together can serve {capacity}, but the clients ask for {demand}")]
    TooSmall {
        /// Total capacity.
        capacity: f64,
        /// Total demand.
        demand: f64,
    },
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
    /// No feasible answer was found within the limits.
    #[error("no feasible answer was found within the limits")]
    Nothing,
    /// The answer did not survive its own check: a defect of the program, never to be hidden.
    #[error("the answer failed its certificate: {0}")]
    Certificate(String),
}

const LARGEST: i64 = 1 << 50;

impl Problem {
    /// Checks and wraps the data. `digits` is the number of decimal digits that money was scaled by.
    pub fn new(fixed: Vec<i64>, costs: Matrix, capacity: Option<Capacity>, digits: u32) -> Result<Self, Fault> {
        let (m, n) = (costs.sites(), costs.clients());
        if n == 0 {
            return Err(Fault::NoClient);
        }
        if fixed.len() != m {
            return Err(Fault::Size { what: "the table of fixed costs", found: fixed.len(), expected: m });
        }
        if let Some(&bad) = (0..n).flat_map(|j| costs.row(j)).chain(&fixed).find(|c| !(0..=LARGEST).contains(*c)) {
            return Err(Fault::Range { what: "a cost", value: bad as f64 });
        }
        if let Some(c) = &capacity {
            if c.of_site.len() != m {
                return Err(Fault::Size { what: "the table of capacities", found: c.of_site.len(), expected: m });
            }
            if c.demand.len() != n {
                return Err(Fault::Size { what: "the table of demands", found: c.demand.len(), expected: n });
            }
            if let Some(&bad) = c.of_site.iter().chain(&c.demand).find(|x| !(0.0..=1e12).contains(*x)) {
                return Err(Fault::Range { what: "a capacity or demand", value: bad });
            }
            let (capacity, demand): (f64, f64) = (c.of_site.iter().sum(), c.demand.iter().sum());
            if capacity < demand * (1.0 - 1e-12) {
                return Err(Fault::TooSmall { capacity, demand });
            }
        }
        Ok(Self { fixed, costs, capacity, digits })
    }
    /// Fixed costs of sites, scaled.
    pub fn fixed(&self) -> &[i64] {
        &self.fixed
    }
    /// Costs of serving all demand of a client, scaled.
    pub fn costs(&self) -> &Matrix {
        &self.costs
    }
    /// Capacities, if there are any.
    pub fn capacity(&self) -> Option<&Capacity> {
        self.capacity.as_ref()
    }
    /// Decimal digits that money was scaled by.
    pub fn digits(&self) -> u32 {
        self.digits
    }
    /// What the user's money was multiplied by.
    pub fn scale(&self) -> f64 {
        10f64.powi(self.digits as i32)
    }
}
