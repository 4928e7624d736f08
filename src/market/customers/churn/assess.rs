//! How well people that were not seen are foretold, and whether that is better than taking everybody alike.

use super::cox::{self, Rows};
use super::hazard::{Hazard, moments, stays};
use super::{Customers, Refusal, Spell};
use crate::market::customers::people::RIDGE;
use crate::market::customers::people::design::Design;
use crate::market::customers::people::folds::{FOLDS, LEVEL, above_zero, folds};
use rayon::prelude::*;

/// Groups of the calibration table.
const GROUPS: usize = 10;

/// A group of people who were foretold alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tenth {
    /// People.
    pub people: usize,
    /// Mean foretold probability of having left by the time that calibration is read at.
    pub foretold: f64,
    /// Share that had left by then (one less Kaplan and Meier's); `None` where nobody of the group was watched so long.
    pub left: Option<f64>,
    /// Its interval of 95 %.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// How well people are foretold out of sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Log hazard of each row against the mean of those it was foretold from, in the order of the table.
    pub scores: Vec<f64>,
    /// Of pairs in which one left while the other was at risk, the share in which the one that left was foretold the higher
    /// hazard, ties by half (Harrell 1982), within the parts.
    pub concordance: f64,
    /// What the partial likelihood of a part gains by the scores, natural logarithm for each who left.
    pub gain: f64,
    /// Chance of so large a gain, if the columns said nothing.
    pub chance: f64,
    /// People in ten groups, by rising hazard.
    pub tenths: Vec<Tenth>,
}

impl Assessment {
    /// Whether the law is better than taking everybody alike, at the level.
    pub fn gains(&self) -> bool {
        self.gain > 0.0 && self.chance <= LEVEL
    }
}

/// Foretells each fifth of the rows from the others; columns, too, are learnt from the others alone. Calibration is read at
/// `ahead` after coming.
///
/// # Errors
/// [`Refusal::NoMaximum`], which a ridge above 0 rules out.
pub fn assess(table: &Customers, ahead: f64) -> Result<Assessment, Refusal> {
    let spells = &table.outcomes;
    let left: Vec<bool> = spells.iter().map(|s| s.left).collect();
    let folds = folds(table.ids.iter().map(String::as_str), &left);
    let parts: Vec<Vec<Foretold>> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| foretell(table, |k| folds[k] == fold, ahead))
        .collect::<Result<_, _>>()?;
    let mut all = vec![(0.0, 0.0); spells.len()];
    let (mut gains, mut pairs) = (Vec::new(), Pairs::default());
    for part in &parts {
        part.iter().for_each(|f| all[f.row] = (f.score, f.leaves));
        let own: Vec<Spell> = part.iter().map(|f| spells[f.row]).collect();
        let scores: Vec<f64> = part.iter().map(|f| f.score).collect();
        gains.extend(steps(&own, &scores));
        pairs.add(&concordance(&own, &scores));
    }
    let (scores, leaves): (Vec<f64>, Vec<f64>) = all.into_iter().unzip();
    Ok(Assessment {
        concordance: pairs.share(),
        gain: gains.iter().sum::<f64>() / gains.len() as f64,
        chance: above_zero(&gains),
        tenths: tenths(spells, &leaves, ahead),
        scores,
    })
}

/// What is foretold of a row from others.
struct Foretold {
    row: usize,
    /// Log hazard against the mean.
    score: f64,
    /// Probability of having left by the time that calibration is read at.
    leaves: f64,
}

fn foretell(table: &Customers, out: impl Fn(usize) -> bool, ahead: f64) -> Result<Vec<Foretold>, Refusal> {
    let (held, seen): (Vec<usize>, Vec<usize>) = (0..table.ids.len()).partition(|k| out(*k));
    let design = Design::new(&table.features, &seen);
    let rows = Rows::new(&design, table, &seen);
    let law = cox::fit(&rows, RIDGE)?;
    let hazard = Hazard::new(&rows.spells, &rows.scores(&law.weights));
    let sum = hazard.until(ahead);
    let own = Rows::new(&design, table, &held);
    let one =
        |(row, score): (&usize, f64)| Foretold { row: *row, score, leaves: -libm::expm1(-sum * libm::exp(score)) };
    Ok(held.iter().zip(own.scores(&law.weights)).map(one).collect())
}

/// Of each who left: logarithm of the chance that it was this one of those at risk, by the scores, less the same for everybody
/// alike.
fn steps(spells: &[Spell], scores: &[f64]) -> Vec<f64> {
    let mut weight = 0.0;
    let mut list = Vec::new();
    for m in moments(spells) {
        let own = |k: &usize| libm::exp(scores[*k]);
        weight += m.enter.iter().map(own).sum::<f64>() - m.go.iter().map(own).sum::<f64>();
        list.extend(m.left.iter().map(|k| scores[*k] - libm::log(weight / m.risk as f64)));
    }
    list
}

/// Pairs of one who left and one who was at risk then and did not leave at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Those in which the one who left has the higher score.
    pub right: u64,
    /// Those with the same score.
    pub tied: u64,
    /// All.
    pub all: u64,
}

impl Pairs {
    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.tied += other.tied;
        self.all += other.all;
    }

    /// Share of right pairs, ties by half; a half of none.
    pub fn share(&self) -> f64 {
        if self.all == 0 { 0.5 } else { (self.right as f64 + 0.5 * self.tied as f64) / self.all as f64 }
    }
}

/// Counts the pairs, in the order of `n log n`.
pub fn concordance(spells: &[Spell], scores: &[f64]) -> Pairs {
    let mut different: Vec<f64> = scores.to_vec();
    different.sort_by(f64::total_cmp);
    different.dedup();
    let place = |k: usize| different.partition_point(|s| *s < scores[k]);
    let mut crowd = Counts(vec![0; different.len() + 1]);
    let mut pairs = Pairs::default();
    for m in moments(spells) {
        m.enter.iter().for_each(|&k| crowd.change(place(k), 1));
        m.go.iter().for_each(|&k| crowd.change(place(k), -1));
        m.left.iter().for_each(|&k| crowd.change(place(k), -1));
        for &k in &m.left {
            let (below, upto) = (crowd.below(place(k)), crowd.below(place(k) + 1));
            pairs.right += below;
            pairs.tied += upto - below;
            pairs.all += (m.risk - m.left.len()) as u64;
        }
        m.left.iter().for_each(|&k| crowd.change(place(k), 1));
    }
    pairs
}

/// Counts by place, summed in logarithmic time (Fenwick 1994).
struct Counts(Vec<i64>);

impl Counts {
    fn change(&mut self, place: usize, by: i64) {
        let mut k = place + 1;
        while k < self.0.len() {
            self.0[k] += by;
            k += k & k.wrapping_neg();
        }
    }

    fn below(&self, place: usize) -> u64 {
        let (mut k, mut sum) = (place, 0);
        while k > 0 {
            sum += self.0[k];
            k -= k & k.wrapping_neg();
        }
        sum.unsigned_abs()
    }
}

fn tenths(spells: &[Spell], leaves: &[f64], ahead: f64) -> Vec<Tenth> {
    let mut order: Vec<usize> = (0..leaves.len()).collect();
    order.sort_by(|a, b| leaves[*a].total_cmp(&leaves[*b]).then(a.cmp(b)));
    let end = |g: usize| g * order.len() / GROUPS;
    let group = |g: usize| {
        let own = &order[end(g)..end(g + 1)];
        let watched: Vec<Spell> = own.iter().map(|k| spells[*k]).collect();
        let foretold = own.iter().map(|k| leaves[*k]).sum::<f64>() / own.len().max(1) as f64;
        let there = stays(&watched, ahead);
        let (low, high) = there.map_or((0.0, 1.0), |s| (1.0 - s.2, 1.0 - s.1));
        Tenth { people: own.len(), foretold, left: there.map(|s| 1.0 - s.0), low, high }
    };
    (0..GROUPS).map(group).collect()
}
