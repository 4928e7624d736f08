//! Linear and mixed-integer programmes, free of dealers.
//!
//! A [`Programme`] is data: columns with cost, bounds and integrality, rows with bounds, and the non-zeros.
//! [`solve`] hands it to HiGHS and returns a [`Solution`] whose status is never softened. [`Hot`] keeps one linear
//! programme alive inside the solver so that rows, columns and bounds can change between dual-simplex runs: the tool
//! for cutting planes, branching and recourse problems. [`compact`] solves small programmes through `good_lp`, an
//! interface of its own to a second opinion.
//!
//! Everything is minimised. Duals follow one sign rule, pinned by a test: the dual of a row is the change of the
//! optimal objective when *both* bounds of that row rise by one, so a binding `>=` row has a dual `>= 0` and a binding
//! `<=` row a dual `<= 0`.

pub mod compact;
pub mod highs;
mod programme;
pub mod stochastic;

pub use highs::{Basis, Hot, NewColumn, NewRow, solve, solver_version};
pub use programme::{Col, Programme, Row};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that any thread may raise to ask every running computation to stop at its next safe point.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that is down.
    pub fn new() -> Self {
        Self::default()
    }
    /// A view of a flag that somebody else (a signal handler, say) raises.
    pub fn from_flag(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
    /// Raises the flag.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    /// Whether the flag is up.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far the solver may go. The defaults count work, so that the same programme always gives the same answer.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Relative optimality gap at which a mixed-integer solve may end (share of the objective).
    pub gap: f64,
    /// Branch-and-bound nodes (mixed-integer programmes).
    pub nodes: Option<u64>,
    /// Simplex iterations (linear programmes).
    pub iterations: Option<u64>,
    /// Wall-clock seconds; using it makes the answer unrepeatable when it strikes.
    pub seconds: Option<f64>,
    /// Whether the solver may presolve. Off for cut masters.
    pub presolve: bool,
    /// Raised from outside to stop early with the best found.
    pub stop: Stop,
}

impl Default for Limits {
    fn default() -> Self {
        Self { gap: 1e-6, nodes: None, iterations: None, seconds: None, presolve: true, stop: Stop::new() }
    }
}

/// What the solver says about a programme; nothing is rounded towards good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Optimal within the tolerances and the gap asked for.
    Optimal,
    /// A feasible point and a bound, stopped by a limit on work.
    WorkLimit,
    /// A feasible point or none, stopped by the clock: not repeatable.
    TimeLimit,
    /// Stopped because the [`Stop`] flag was raised.
    Interrupted,
    /// No feasible point exists, says the solver.
    Infeasible,
    /// The objective has no lower limit (or the programme is infeasible): a fault in a model whose bounds are finite.
    Unbounded,
}

/// The answer to a programme.
#[derive(Clone, Debug)]
pub struct Solution {
    /// What the solver claims.
    pub status: Status,
    /// Objective of `values` as the solver computed it; `+inf` when there is no feasible point.
    pub objective: f64,
    /// Proven lower bound on the objective (equals the objective for an optimal linear programme).
    pub bound: f64,
    /// One value per column; empty when no feasible point was found.
    pub values: Vec<f64>,
    /// One dual per row (linear programmes only; empty otherwise).
    pub duals: Vec<f64>,
    /// One reduced cost per column (linear programmes only; empty otherwise).
    pub reduced_costs: Vec<f64>,
    /// Simplex iterations spent.
    pub iterations: u64,
    /// Branch-and-bound nodes spent.
    pub nodes: u64,
}

impl Solution {
    /// Whether a feasible point is present.
    pub fn has_point(&self) -> bool {
        !self.values.is_empty()
    }
    /// The value of a column.
    pub fn value(&self, col: Col) -> f64 {
        self.values[col.index()]
    }
    /// The value of a column that the model calls whole, rounded to the nearest integer.
    pub fn whole(&self, col: Col) -> i64 {
        self.values[col.index()].round() as i64
    }
    /// The dual of a row (see the module's sign rule).
    pub fn dual(&self, row: Row) -> f64 {
        self.duals[row.index()]
    }
    /// Relative distance between objective and bound, as a share of the objective.
    pub fn gap(&self) -> f64 {
        if self.has_point() {
            (self.objective - self.bound).max(0.0) / self.objective.abs().max(1e-10)
        } else {
            f64::INFINITY
        }
    }
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The solver gave up (numerical trouble, no memory); the text is its own word for it.
    #[error("the LP solver failed: {0}")]
    Solver(String),
    /// The programme itself is wrong: a bound or coefficient that is not a number, or lower above upper.
    #[error("the programme is malformed: {0}")]
    Malformed(String),
}
