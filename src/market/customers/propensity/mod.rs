//! Who of those that drove a car buys it: logistic regression with reasons, judged on rows it has not seen.
//!
//! The formulae are in the room's page under "Test drive to purchase".

pub mod assess;
pub mod law;
pub mod logit;
pub mod outlook;
#[cfg(test)]
mod tests;

use super::people::design::Design;
use super::people::{RIDGE, Table, Unfit};
use assess::{Assessment, assess};
use logit::Logit;

/// People who drove a car, and whether each bought; `None` while that is open.
pub type People = Table<Option<bool>>;

/// Fewest buyers, and fewest others, from which anything is learnt.
pub const FEWEST: usize = 10;

/// Why nothing is learnt; each says the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few rows of one outcome.
    #[error(
        "{buyers} of those with a known outcome bought and {others} did not: at least {FEWEST} of each are needed; give a \
         longer table"
    )]
    Few {
        /// Who bought.
        buyers: usize,
        /// Who did not.
        others: usize,
    },
    /// Columns that do not do.
    #[error(transparent)]
    Columns(#[from] Unfit),
    /// Without a ridge the likelihood may rise for ever.
    #[error("the likelihood has no maximum: a column separates buyers from others; use a ridge above 0")]
    NoMaximum,
}

/// What was learnt from a table.
#[derive(Clone, Debug)]
pub struct Propensity {
    /// How rows become columns.
    pub design: Design,
    /// The law.
    pub law: Logit,
    /// How well rows that were not seen are foretold.
    pub assessment: Assessment,
    /// Rows with a known outcome.
    pub known: usize,
    /// Those of them that bought.
    pub buyers: usize,
}

impl Propensity {
    /// Share of the rows with a known outcome that bought.
    pub fn base(&self) -> f64 {
        self.buyers as f64 / self.known as f64
    }
}

/// Learns from the rows of a table whose outcome is known.
///
/// # Errors
/// [`Refusal`] where there is too little to learn from.
pub fn learn(table: &People) -> Result<Propensity, Refusal> {
    let (rows, bought) = table.known();
    let buyers = bought.iter().filter(|b| **b).count();
    let others = rows.len() - buyers;
    if buyers.min(others) < FEWEST {
        return Err(Refusal::Few { buyers, others });
    }
    let design = Design::new(&table.features, &rows);
    design.enough(&table.features, buyers.min(others), "of the rarer outcome")?;
    let law = law::fit(&design, table, &rows, &bought, RIDGE)?;
    let assessment = assess(table, &rows, &bought)?;
    Ok(Propensity { design, law, assessment, known: rows.len(), buyers })
}
