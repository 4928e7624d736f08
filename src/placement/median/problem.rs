use crate::placement::costs::{Costs, Matrix, Plane};

/// Where the costs of a p-median problem come from.
pub enum Distances {
    /// A full table.
    Matrix(Matrix),
    /// Points in the plane, weight × floor(Euclidean distance).
    Plane(Plane),
}

impl Costs for Distances {
    fn sites(&self) -> usize {
        match self {
            Self::Matrix(m) => m.sites(),
            Self::Plane(p) => p.sites(),
        }
    }
    fn clients(&self) -> usize {
        match self {
            Self::Matrix(m) => m.clients(),
            Self::Plane(p) => p.clients(),
        }
    }
    fn cost(&self, site: usize, client: usize) -> i64 {
        match self {
            Self::Matrix(m) => m.cost(site, client),
            Self::Plane(p) => p.cost(site, client),
        }
    }
    fn nearest(&self, client: usize, count: usize) -> Vec<(u32, i64)> {
        match self {
            Self::Matrix(m) => m.nearest(client, count),
            Self::Plane(p) => p.nearest(client, count),
        }
    }
}

/// A p-median problem.
pub struct Problem {
    distances: Distances,
    count: usize,
}

/// What is wrong with a p-median problem, or with its solution.
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
    /// Nobody to serve.
    #[error("there is no client to serve")]
    NoClient,
    /// A cost is negative or so large that sums would not fit.
    #[error("the cost of serving client {client} from site {site} is {cost}, outside 0 to {limit}")]
    Cost {
        /// Position of the client.
        client: usize,
        /// Position of the site.
        site: usize,
        /// The cost.
        cost: i64,
        /// Largest cost allowed.
        limit: i64,
    },
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
    /// The answer did not survive its own check: a defect of the program, never to be hidden.
    #[error("the answer failed its certificate: {0}")]
    Certificate(String),
}

/// Largest single cost, so that sums over a million clients fit.
pub const LARGEST_COST: i64 = 1 << 40;

impl Problem {
    /// Checks and wraps the data.
    pub fn new(distances: Distances, count: usize) -> Result<Self, Fault> {
        let sites = distances.sites();
        if distances.clients() == 0 {
            return Err(Fault::NoClient);
        }
        if count == 0 || count > sites {
            return Err(Fault::Count { count, sites });
        }
        if let Distances::Matrix(m) = &distances {
            for client in 0..m.clients() {
                for (site, &cost) in m.row(client).iter().enumerate() {
                    if !(0..=LARGEST_COST).contains(&cost) {
                        return Err(Fault::Cost { client, site, cost, limit: LARGEST_COST });
                    }
                }
            }
        }
        Ok(Self { distances, count })
    }
    /// Serving costs.
    pub fn distances(&self) -> &Distances {
        &self.distances
    }
    /// Number of sites to open.
    pub fn count(&self) -> usize {
        self.count
    }
}
