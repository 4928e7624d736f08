//! Who of those that drove a car buys it: logistic regression with reasons, judged on rows it has not seen.
//!
//! The formulae are in the room's page under "Test drive to purchase".

pub mod assess;
pub mod design;
pub mod logit;
pub mod outlook;
mod table;
#[cfg(test)]
mod tests;

pub use table::{Cells, Feature, Table};

use assess::{Assessment, assess};
use design::Design;
use logit::Logit;

/// Fewest buyers, and fewest others, from which anything is learnt.
pub const FEWEST: usize = 10;
/// Fewest of the rarer outcome for each coefficient (Vittinghoff and McCulloch 2007: five to nine do with care).
pub const PER_COEFFICIENT: usize = 5;
/// Most coefficients.
pub const MOST_COEFFICIENTS: usize = 300;
/// Ridge on standardised columns: as if each coefficient came from a normal distribution with variance 1.
pub const RIDGE: f64 = 1.0;
/// Level of the two-sided intervals.
pub const CONFIDENCE: f64 = 0.95;

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
    /// No column differs between rows.
    #[error("no column can be learnt from: {0}; give columns that differ between people")]
    Nothing(String),
    /// Too many coefficients for the rows.
    #[error(
        "{coefficients} coefficients are too many for {rarer} of the rarer outcome, of which each needs {PER_COEFFICIENT}: \
         leave columns out or put words together (\"{widest}\" alone takes {width}), or give a longer table"
    )]
    Thin {
        /// Coefficients without the start.
        coefficients: usize,
        /// Rows of the rarer outcome.
        rarer: usize,
        /// The column that takes most of them.
        widest: String,
        /// How many it takes.
        width: usize,
    },
    /// More coefficients than can be handled.
    #[error("{0} coefficients are more than {MOST_COEFFICIENTS}: leave columns out or put words together")]
    Wide(usize),
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
pub fn learn(table: &Table) -> Result<Propensity, Refusal> {
    let (rows, bought) = table.known();
    let buyers = bought.iter().filter(|b| **b).count();
    let others = rows.len() - buyers;
    if buyers.min(others) < FEWEST {
        return Err(Refusal::Few { buyers, others });
    }
    let design = Design::new(table, &rows);
    enough(table, &design, buyers.min(others))?;
    let law = design.fit(table, &rows, &bought, RIDGE)?;
    let assessment = assess(table, &rows, &bought)?;
    Ok(Propensity { design, law, assessment, known: rows.len(), buyers })
}

/// Refuses more coefficients than the rarer outcome can carry.
fn enough(table: &Table, design: &Design, rarer: usize) -> Result<(), Refusal> {
    let coefficients = design.columns.len();
    if coefficients == 0 {
        let why: Vec<String> = design.left_out(table).map(|(name, why)| format!("\"{name}\" {why}")).collect();
        return Err(Refusal::Nothing(if why.is_empty() { "there is none".into() } else { why.join(", ") }));
    }
    if coefficients > MOST_COEFFICIENTS {
        return Err(Refusal::Wide(coefficients));
    }
    if rarer < PER_COEFFICIENT * coefficients {
        let width = |f: usize| design.columns.iter().filter(|c| c.feature == f).count();
        let widest = (0..table.features.len()).rev().max_by_key(|f| width(*f)).unwrap_or(0);
        let (name, width) = (table.features[widest].name.clone(), width(widest));
        return Err(Refusal::Thin { coefficients, rarer, widest: name, width });
    }
    Ok(())
}
