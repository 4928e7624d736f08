//! Independent cells: dealer × model pairs that share nothing, each under base stock with a fixed lead time and lost
//! sales, sixty-four replications side by side in the lanes of vector registers.
//!
//! A day of a cell: what was sold `lead_days` ago arrives; the day's demand is served from the ground, the rest is
//! lost; what was sold is ordered. This is the network kernel with one dealer to a zone, daily review and customers
//! who leave, and a test holds the two together.
//!
//! Draws: the lanes of (seed, cell, block of 64 replications) are sixteen xoshiro256++ streams of the keys
//! `(seed, Cell, block, 16 · cell + lane, 0)`; day by day each gives four 16-bit numbers for four replications. A number
//! that ties with the leading half of a threshold is refined by 16 further bits of the key
//! `(seed, Cell, replication, cell, day + 1)`, so the demand has the 32-bit table's distribution exactly.

mod kernel;

pub use kernel::{Instructions, LANES};

use crate::lp::Stop;
use crate::stats::interval::Moments;
use crate::stats::threshold::Threshold;
use rayon::prelude::*;

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Demand of a day, one distribution for each class of days.
    pub demand: Vec<Demand>,
    /// Base stock in cars.
    pub level: u16,
    /// Days from a sale to the morning on which its replacement stands there, at least 1.
    pub lead_days: u16,
}

/// Demand thresholds of 32 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand(Vec<u32>);

impl Demand {
    /// From an exact table: value `k` or less has the probability `thresholds[k] / 2³²`.
    pub fn new(table: &Threshold) -> Self {
        let first = table.largest() as usize - table.thresholds().len();
        let head = std::iter::repeat_n(0, first);
        Self(head.chain(table.thresholds().iter().map(|t| (t >> 32) as u32)).collect())
    }
    /// Poisson demand; nothing for a mean of 0.
    pub fn poisson(mean: f64) -> Self {
        if mean > 0.0 { Self::new(&Threshold::poisson(mean)) } else { Self(Vec::new()) }
    }
    /// Negative binomial demand with variance `µ + k µ²`.
    pub fn negative_binomial(mean: f64, k: f64) -> Self {
        Self::new(&Threshold::negative_binomial(mean, k))
    }
    /// The thresholds.
    pub fn thresholds(&self) -> &[u32] {
        &self.0
    }
}

/// Cells over a horizon.
#[derive(Clone, Debug)]
pub struct CellProblem {
    days: u32,
    class_of_day: Vec<u8>,
    cells: Vec<Cell>,
}

/// Why cells cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
    /// No day, or more than 32,000.
    #[error("{0} days: between 1 and 32,000 are possible")]
    Days(usize),
    /// A lead time of 0, or longer than 4,000 days.
    #[error("cell {cell}: lead time {lead} days, between 1 and 4,000 are possible")]
    Lead {
        /// The cell.
        cell: usize,
        /// Its lead time.
        lead: u16,
    },
    /// A day's class for which a cell has no demand.
    #[error("cell {cell} has {found} classes of demand, {needed} are needed")]
    Classes {
        /// The cell.
        cell: usize,
        /// Its classes.
        found: usize,
        /// Classes that the days name.
        needed: usize,
    },
    /// Demand so large that the 16-bit arithmetic of the lanes does not hold it.
    #[error("cell {cell}: a demand of {largest} cars a day exceeds 2,000")]
    Demand {
        /// The cell.
        cell: usize,
        /// Its largest demand.
        largest: usize,
    },
}

impl CellProblem {
    /// Checks the cells; `class_of_day` names the demand of each day. Reports all faults at once.
    pub fn new(class_of_day: Vec<u8>, cells: Vec<Cell>) -> Result<Self, Vec<CellFault>> {
        let mut faults = Vec::new();
        if class_of_day.is_empty() || class_of_day.len() > 32_000 {
            faults.push(CellFault::Days(class_of_day.len()));
        }
        let needed = class_of_day.iter().map(|&c| c as usize + 1).max().unwrap_or(0);
        for (k, cell) in cells.iter().enumerate() {
            if cell.lead_days == 0 || cell.lead_days > 4000 {
                faults.push(CellFault::Lead { cell: k, lead: cell.lead_days });
            }
            if cell.demand.len() < needed {
                faults.push(CellFault::Classes { cell: k, found: cell.demand.len(), needed });
            }
            let largest = cell.demand.iter().map(|d| d.0.len()).max().unwrap_or(0);
            if largest > 2000 {
                faults.push(CellFault::Demand { cell: k, largest });
            }
        }
        let days = class_of_day.len() as u32;
        if faults.is_empty() { Ok(Self { days, class_of_day, cells }) } else { Err(faults) }
    }
    /// Number of days.
    pub fn days(&self) -> u32 {
        self.days
    }
    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
    /// The class of each day.
    pub fn class_of_day(&self) -> &[u8] {
        &self.class_of_day
    }
}

/// Figures of one cell, or of all cells together, in one replication or summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellTally {
    /// Customers.
    pub demand: u64,
    /// Cars sold; the rest of the demand was lost.
    pub sales: u64,
    /// Cars on the ground, summed over evenings.
    pub stock_days: u64,
}

/// One cell over all replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellSummary {
    /// Customers.
    pub demand: Moments,
    /// Cars sold.
    pub sales: Moments,
    /// Cars on the ground, summed over evenings.
    pub stock_days: Moments,
}

impl CellSummary {
    fn push(&mut self, tally: &CellTally) {
        self.demand.push(tally.demand as i64);
        self.sales.push(tally.sales as i64);
        self.stock_days.push(tally.stock_days as i64);
    }
    fn merge(&mut self, other: &Self) {
        self.demand.merge(&other.demand);
        self.sales.merge(&other.sales);
        self.stock_days.merge(&other.stock_days);
    }
}

/// What the cells did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellOutcome {
    /// One summary per cell.
    pub cells: Vec<CellSummary>,
    /// All cells together in each replication.
    pub totals: Vec<CellTally>,
}

/// How cells are run.
#[derive(Clone, Debug)]
pub struct CellOptions {
    /// Seed of every draw.
    pub seed: u64,
    /// Number of replications.
    pub replications: u32,
    /// Threads; `None` for one per core.
    pub threads: Option<usize>,
    /// Instruction set; the answer does not depend on it.
    pub instructions: Instructions,
    /// Raised from outside to stop early.
    pub stop: Stop,
}

impl Default for CellOptions {
    fn default() -> Self {
        Self { seed: 1, replications: 256, threads: None, instructions: Instructions::best(), stop: Stop::new() }
    }
}

/// Runs all cells; whole-number sums, so the same bytes for any number of threads and any instruction set.
pub fn run_cells(problem: &CellProblem, options: &CellOptions) -> Result<CellOutcome, super::Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    let pool = pool.map_err(|e| super::Error::Threads(e.to_string()))?;
    let empty = || vec![CellTally::default(); options.replications as usize];
    let add = |mut a: Vec<CellTally>, b: Vec<CellTally>| {
        for (a, b) in a.iter_mut().zip(&b) {
            a.demand += b.demand;
            a.sales += b.sales;
            a.stock_days += b.stock_days;
        }
        a
    };
    pool.install(|| {
        let mut cells = vec![CellSummary::default(); problem.cells.len()];
        let share = problem.cells.len().div_ceil(8 * pool.current_num_threads()).max(1);
        let totals = cells
            .par_chunks_mut(share)
            .enumerate()
            .map(|(chunk, summaries)| {
                let mut totals = empty();
                let mut work = kernel::Work::default();
                for (k, summary) in summaries.iter_mut().enumerate() {
                    one_cell(problem, options, chunk * share + k, &mut work, summary, &mut totals);
                }
                totals
            })
            .reduce(empty, add);
        if options.stop.raised() { Err(super::Error::Interrupted) } else { Ok(CellOutcome { cells, totals }) }
    })
}

/// All blocks of one cell.
fn one_cell(
    problem: &CellProblem,
    options: &CellOptions,
    number: usize,
    work: &mut kernel::Work,
    summary: &mut CellSummary,
    totals: &mut [CellTally],
) {
    if options.stop.raised() {
        return;
    }
    for (block, totals) in totals.chunks_mut(LANES).enumerate() {
        let tallies = work.block(problem, options, number, block as u32);
        let mut sum = CellSummary::default();
        for (total, tally) in totals.iter_mut().zip(&tallies) {
            total.demand += tally.demand;
            total.sales += tally.sales;
            total.stock_days += tally.stock_days;
            sum.push(tally);
        }
        summary.merge(&sum);
    }
}

#[cfg(test)]
mod tests;
