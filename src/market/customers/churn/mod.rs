//! Who leaves, when, and why: proportional hazards with reasons, judged on people it has not seen.
//!
//! The formulae are in the room's page under "Leaving".

pub mod assess;
pub mod cox;
pub mod hazard;
pub mod outlook;
#[cfg(test)]
mod tests;

use super::people::design::Design;
use super::people::{RIDGE, Table, Unfit};
use assess::{Assessment, assess};
use cox::Cox;
use hazard::Hazard;

/// How long somebody was watched, in months since coming (any unit, the same in all rows).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// From when on, at least 0: who left before was not in the books.
    pub from: f64,
    /// Until when, above `from`.
    pub until: f64,
    /// Whether that is when they left; otherwise they were still there.
    pub left: bool,
}

/// Customers, and how long each was watched.
pub type Customers = Table<Spell>;

/// Fewest who left, and fewest who did not, from which anything is learnt.
pub const FEWEST: usize = 10;

/// Why nothing is learnt; each says the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few of one kind.
    #[error("{left} left and {stayed} are still there: at least {FEWEST} of each are needed; give a longer table")]
    Few {
        /// Who left.
        left: usize,
        /// Who is still there.
        stayed: usize,
    },
    /// Columns that do not do.
    #[error(transparent)]
    Columns(#[from] Unfit),
    /// Without a ridge the likelihood may rise for ever.
    #[error("the likelihood has no maximum: a column says for certain who leaves first; use a ridge above 0")]
    NoMaximum,
}

/// What was learnt from a table.
#[derive(Clone, Debug)]
pub struct Churn {
    /// How rows become columns.
    pub design: Design,
    /// The law.
    pub law: Cox,
    /// Cumulative hazard of somebody who is everywhere at the mean.
    pub hazard: Hazard,
    /// Cumulative hazard of everybody alike, whatever the columns.
    pub plain: Hazard,
    /// How well people that were not seen are foretold.
    pub assessment: Assessment,
    /// Those who left.
    pub left: usize,
}

/// Learns from a table; calibration is read at `ahead` after coming.
///
/// # Errors
/// [`Refusal`] where there is too little to learn from.
pub fn learn(table: &Customers, ahead: f64) -> Result<Churn, Refusal> {
    let spells = &table.outcomes;
    let left = spells.iter().filter(|s| s.left).count();
    let stayed = spells.len() - left;
    if left.min(stayed) < FEWEST {
        return Err(Refusal::Few { left, stayed });
    }
    let all: Vec<usize> = (0..spells.len()).collect();
    let design = Design::new(&table.features, &all);
    design.enough(&table.features, left, "who left")?;
    let rows = cox::Rows::new(&design, table, &all);
    let law = cox::fit(&rows, RIDGE)?;
    let hazard = Hazard::new(&rows.spells, &rows.scores(&law.weights));
    let plain = Hazard::new(spells, &vec![0.0; spells.len()]);
    let assessment = assess(table, ahead)?;
    Ok(Churn { design, law, hazard, plain, assessment, left })
}
