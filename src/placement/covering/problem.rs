use crate::placement::costs::{Cells, Costs};

/// A maximal covering problem.
#[derive(Clone, Debug)]
pub struct Problem {
    cells: Cells,
    out_of_reach: i64,
    count: usize,
}

/// What is wrong with a covering problem, or with its solution.
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
    /// No site to open.
    #[error("there is no site")]
    NoSite,
    /// The radius or a coordinate is not a finite number.
    #[error("the radius ({0}) must be a finite number from 0, and all coordinates must be finite")]
    Radius(f64),
    /// A weight is negative, or the weights do not fit together.
    #[error("weights must be from 0 and add up to at most 2^60")]
    Weight,
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] crate::lp::Failure),
    /// The answer did not survive its own check: a defect of the program, never to be hidden.
    #[error("the answer failed its certificate: {0}")]
    Certificate(String),
}

impl Problem {
    /// Checks and wraps cells, the weight that no site reaches, and the number of sites to open.
    pub fn new(cells: Cells, out_of_reach: i64, count: usize) -> Result<Self, Fault> {
        if count == 0 || count > cells.sites() {
            return Err(Fault::Count { count, sites: cells.sites() });
        }
        let mut sum = i128::from(out_of_reach);
        for c in 0..cells.clients() {
            if cells.weight(c) < 0 {
                return Err(Fault::Weight);
            }
            sum += i128::from(cells.weight(c));
        }
        if sum > 1 << 60 || out_of_reach < 0 {
            return Err(Fault::Weight);
        }
        Ok(Self { cells, out_of_reach, count })
    }
    /// The cells.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }
    /// Weight that no site reaches.
    pub fn out_of_reach(&self) -> i64 {
        self.out_of_reach
    }
    /// Number of sites to open.
    pub fn count(&self) -> usize {
        self.count
    }
}
