//! The linear relaxation of the whole model, block by block.
//!
//! Without whole trucks a run costs what its share of slots costs, so models meet only in storage, credit and fleets.
//! Those rows are left out first: every model is its own programme and all of them are solved side by side. Where the
//! joint answer then overfills a yard, exactly those rows are put back and the whole is solved from the joined bases.

use super::compact::{self, Shape, Whole};
use super::problem::{Error, Problem};
use crate::lp::Limits;

/// Solves the whole model: block by block where that is the same problem, in one piece otherwise.
///
/// # Errors
/// Those of [`compact::solve`].
pub fn solve(problem: &Problem, shape: Shape, limits: &Limits) -> Result<Whole, Error> {
    compact::solve(problem, shape, limits)
}
