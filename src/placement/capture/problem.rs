/// A maximum-capture problem.
#[derive(Clone, Debug)]
pub struct Problem {
    sites: usize,
    /// Attractions over those of the rivals, customer by customer.
    attraction: Vec<f64>,
    demand: Vec<f64>,
    count: usize,
}

/// What is wrong with a maximum-capture problem, or with its solution.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// p is zero or exceeds the number of sites.
    #[error("p must lie between 1 and the number of sites ({sites}), but is {count}. Choose another --p.")]
    Count {
        /// The p asked for.
        count: usize,
        /// Number of sites.
        sites: usize,
    },
    /// Tables of different sizes, or nobody to serve.
    #[error("there must be customers, and a row of attractions for each")]
    Size,
    /// A number that is not finite or negative.
    #[error("{what} of customer {customer} is not a finite number from 0: {value}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Position of the customer.
        customer: usize,
        /// Its value.
        value: f64,
    },
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
    /// The answer did not survive its own check: a defect of the program, never to be hidden.
    #[error("the answer failed its certificate: {0}")]
    Certificate(String),
}

/// Attractions above this are as good as this: they leave the rivals a share below 1e-15.
const LARGEST: f64 = 1e15;

impl Problem {
    /// From attractions relative to all rivals together (`customers × sites`, customer by customer).
    pub fn new(sites: usize, attraction: Vec<f64>, demand: Vec<f64>, count: usize) -> Result<Self, Fault> {
        if count == 0 || count > sites {
            return Err(Fault::Count { count, sites });
        }
        if demand.is_empty() || attraction.len() != sites * demand.len() {
            return Err(Fault::Size);
        }
        for (customer, &value) in demand.iter().enumerate() {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Fault::Range { what: "the demand", customer, value });
            }
        }
        if let Some(at) = attraction.iter().position(|a| a.is_nan() || *a < 0.0) {
            return Err(Fault::Range { what: "an attraction", customer: at / sites, value: attraction[at] });
        }
        let attraction = attraction.into_iter().map(|a| a.min(LARGEST)).collect();
        Ok(Self { sites, attraction, demand, count })
    }

    /// Multinomial logit: utilities of the sites (customer by customer) and of every rival (customer by customer).
    pub fn logit(
        sites: usize,
        utility: &[f64],
        rivals: &[Vec<f64>],
        demand: Vec<f64>,
        count: usize,
    ) -> Result<Self, Fault> {
        if rivals.len() != demand.len() || utility.len() != sites * demand.len() {
            return Err(Fault::Size);
        }
        let mut attraction = Vec::with_capacity(utility.len());
        for (j, rivals) in rivals.iter().enumerate() {
            // Subtracting the best rival keeps the exponentials in range.
            let best = rivals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let others: f64 = rivals.iter().map(|r| (r - best).exp()).sum();
            attraction.extend(utility[j * sites..(j + 1) * sites].iter().map(|u| (u - best).exp() / others));
        }
        Self::new(sites, attraction, demand, count)
    }

    /// Huff: attraction = size / distance^exponent, for own sites (`distance` customer by customer) and rivals alike.
    pub fn huff(
        size: &[f64],
        distance: &[f64],
        rivals: &[Vec<(f64, f64)>],
        exponent: f64,
        demand: Vec<f64>,
        count: usize,
    ) -> Result<Self, Fault> {
        let sites = size.len();
        if rivals.len() != demand.len() || distance.len() != sites * demand.len() {
            return Err(Fault::Size);
        }
        let pull = |size: f64, distance: f64| size / distance.max(1e-6).powf(exponent);
        let mut attraction = Vec::with_capacity(distance.len());
        for (j, rivals) in rivals.iter().enumerate() {
            let others: f64 = rivals.iter().map(|&(s, d)| pull(s, d)).sum();
            let row = &distance[j * sites..(j + 1) * sites];
            attraction.extend(row.iter().zip(size).map(|(&d, &s)| pull(s, d) / others));
        }
        Self::new(sites, attraction, demand, count)
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }
    /// Number of customers.
    pub fn customers(&self) -> usize {
        self.demand.len()
    }
    /// Attractions of all sites for a customer.
    pub fn row(&self, customer: usize) -> &[f64] {
        &self.attraction[customer * self.sites..(customer + 1) * self.sites]
    }
    /// Demand of a customer.
    pub fn demand(&self, customer: usize) -> f64 {
        self.demand[customer]
    }
    /// Number of sites to open.
    pub fn count(&self) -> usize {
        self.count
    }
    /// The same problem with customers of equal rows merged, in the order of their first appearance.
    pub fn merged(&self) -> Self {
        let mut place = std::collections::HashMap::new();
        let (mut attraction, mut demand) = (Vec::new(), Vec::new());
        for j in 0..self.customers() {
            if self.demand[j] == 0.0 {
                continue;
            }
            let key: Vec<u64> = self.row(j).iter().map(|a| a.to_bits()).collect();
            let at = *place.entry(key).or_insert_with(|| {
                attraction.extend_from_slice(self.row(j));
                demand.push(0.0);
                demand.len() - 1
            });
            demand[at] += self.demand[j];
        }
        Self { sites: self.sites, attraction, demand, count: self.count }
    }
}
