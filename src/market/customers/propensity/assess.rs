//! How well a law foretells rows that it has not seen, and whether that is better than the base rate.

use super::logit::{chance, log_odds, loss};
use super::{People, Refusal, law};
use crate::market::customers::people::design::Design;
use crate::market::customers::people::folds::{FOLDS, LEVEL, above_zero, folds};
use crate::market::customers::people::{CONFIDENCE, RIDGE};
use crate::stats::interval::wilson;
use crate::stats::normal::quantile;
use rayon::prelude::*;

/// Groups of the calibration table.
const GROUPS: usize = 10;

/// A group of rows that were foretold alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tenth {
    /// Rows.
    pub people: usize,
    /// Mean foretold probability.
    pub foretold: f64,
    /// Rows that bought.
    pub bought: usize,
    /// Interval of the share that buys (Wilson).
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// How well rows are foretold out of sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Probability of each row with a known outcome, in the order of the table.
    pub foretold: Vec<f64>,
    /// Probability that a buyer is foretold higher than another (ties count half).
    pub auc: f64,
    /// Mean of `−ln P(what happened)`.
    pub log_loss: f64,
    /// The same of the base rate of the other rows.
    pub base_loss: f64,
    /// Chance of so large a gain, if the law were no better than the base rate.
    pub chance: f64,
    /// Rows in ten groups, by rising probability.
    pub tenths: Vec<Tenth>,
}

impl Assessment {
    /// Whether the law is better than the base rate, at the level.
    pub fn gain(&self) -> bool {
        self.log_loss < self.base_loss && self.chance <= LEVEL
    }
}

/// Foretells each fifth of the rows from the others; columns, too, are learnt from the others alone.
///
/// # Errors
/// [`Refusal::NoMaximum`], which a ridge above 0 rules out.
pub fn assess(table: &People, rows: &[usize], bought: &[bool]) -> Result<Assessment, Refusal> {
    let folds = folds(rows.iter().map(|r| table.ids[*r].as_str()), bought);
    let parts: Vec<Vec<(usize, f64, f64)>> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| foretell(table, rows, bought, |k| folds[k] == fold))
        .collect::<Result<_, _>>()?;
    let mut odds = vec![(0.0, 0.0); rows.len()];
    parts.into_iter().flatten().for_each(|(k, law, base)| odds[k] = (law, base));
    let losses: Vec<(f64, f64)> =
        odds.iter().zip(bought).map(|((law, base), b)| (loss(*law, *b), loss(*base, *b))).collect();
    let n = rows.len() as f64;
    let foretold: Vec<f64> = odds.iter().map(|o| chance(o.0)).collect();
    Ok(Assessment {
        auc: auc(&foretold, bought),
        log_loss: losses.iter().map(|l| l.0).sum::<f64>() / n,
        base_loss: losses.iter().map(|l| l.1).sum::<f64>() / n,
        chance: above_zero(&losses.iter().map(|l| l.1 - l.0).collect::<Vec<_>>()),
        tenths: tenths(&foretold, bought),
        foretold,
    })
}

/// Log odds, of the law and of the base rate, of the rows that are held out.
fn foretell(
    table: &People,
    rows: &[usize],
    bought: &[bool],
    out: impl Fn(usize) -> bool,
) -> Result<Vec<(usize, f64, f64)>, Refusal> {
    let kept: Vec<usize> = (0..rows.len()).filter(|k| !out(*k)).collect();
    let seen: Vec<usize> = kept.iter().map(|k| rows[*k]).collect();
    let outcomes: Vec<bool> = kept.iter().map(|k| bought[*k]).collect();
    let design = Design::new(&table.features, &seen);
    let law = law::fit(&design, table, &seen, &outcomes, RIDGE)?;
    let base = log_odds(outcomes.iter().filter(|b| **b).count() as f64 / outcomes.len() as f64);
    let one = |k: usize| (k, law.log_odds(&law::row(&design, table, rows[k])), base);
    Ok((0..rows.len()).filter(|k| out(*k)).map(one).collect())
}

/// Share of pairs of a buyer and another in which the buyer is higher, ties by half (Mann and Whitney 1947).
pub fn auc(foretold: &[f64], bought: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..foretold.len()).collect();
    order.sort_by(|a, b| foretold[*a].total_cmp(&foretold[*b]));
    let buyers = bought.iter().filter(|b| **b).count() as f64;
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in order.chunk_by(|a, b| foretold[*a] == foretold[*b]) {
        let own = tied.iter().filter(|k| bought[**k]).count() as f64;
        let others = tied.len() as f64 - own;
        wins += own * (below + 0.5 * others);
        below += others;
    }
    wins / (buyers * below)
}

/// Ten groups of nearly equal size by rising probability.
pub fn tenths(foretold: &[f64], bought: &[bool]) -> Vec<Tenth> {
    let mut order: Vec<usize> = (0..foretold.len()).collect();
    order.sort_by(|a, b| foretold[*a].total_cmp(&foretold[*b]).then(a.cmp(b)));
    let end = |g: usize| g * order.len() / GROUPS;
    let group = |g: usize| {
        let own = &order[end(g)..end(g + 1)];
        let bought = own.iter().filter(|k| bought[**k]).count();
        let (low, high) = share(bought, own.len());
        let mean = own.iter().map(|k| foretold[*k]).sum::<f64>() / own.len().max(1) as f64;
        Tenth { people: own.len(), foretold: mean, bought, low, high }
    };
    (0..GROUPS).map(group).collect()
}

/// Interval of a share (Wilson); anything of nothing.
pub fn share(count: usize, of: usize) -> (f64, f64) {
    wilson(count as f64, of as f64, quantile(0.5 + CONFIDENCE / 2.0)).unwrap_or((0.0, 1.0))
}
