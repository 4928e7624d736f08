//! Whether edges predict what the dealers' own features do not.

use super::learn::{Smooth, convolved, ridge, spread};
use super::web::Web;
use crate::stats::stream::{Key, Purpose};

/// Parts of the dealers that are predicted in turn.
const FOLDS: usize = 5;

/// Fewest dealers of a table, and of a class, from which anything is said.
const FEWEST: (usize, usize) = (30, 10);

/// Level of the test over both ways.
pub const LEVEL: f64 = 0.01;

/// One way of using the edges, against features alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Share of dealers predicted right, out of sample.
    pub right: f64,
    /// Dealers that it predicts right and features alone do not.
    pub won: u64,
    /// Dealers that features alone predict right and it does not.
    pub lost: u64,
    /// Chance of so many or more won if neither were better.
    pub chance: f64,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Share of dealers that features alone predict right.
    pub alone: f64,
    /// Convolution.
    pub convolution: Way,
    /// Spread labels.
    pub propagation: Way,
}

impl Verdict {
    /// Whether the edges help at the level.
    pub fn gain(&self) -> bool {
        self.convolution.chance.min(self.propagation.chance) <= LEVEL / 2.0
    }
}

/// Predicts every dealer's label out of sample; `Err` where there is too little to say anything.
pub fn gate(web: &Web, features: &[Vec<f64>], labels: &[usize], seed: u64) -> Result<Verdict, String> {
    let n = labels.len();
    let classes = labels.iter().max().map_or(0, |m| m + 1);
    let counts: Vec<usize> = (0..classes).map(|c| labels.iter().filter(|l| **l == c).count()).collect();
    if n < FEWEST.0 || classes < 2 || counts.iter().any(|c| *c < FEWEST.1) {
        let (all, each) = FEWEST;
        return Err(format!(
            "{n} dealers with labels {counts:?}: at least {all}, and {each} of each of two labels or more"
        ));
    }
    let folds = folds(labels, classes, seed);
    let smooth = [Smooth::new(web, true), Smooth::new(web, false)];
    let wide = convolved(&smooth[0], features);
    let mut right = vec![[false; 3]; n];
    for fold in 0..FOLDS {
        let known: Vec<bool> = folds.iter().map(|f| *f != fold).collect();
        let alone = ridge(features, labels, classes, &known);
        let far = ridge(&wide, labels, classes, &known);
        let told = spread(&smooth[1], labels, classes, &known);
        for i in (0..n).filter(|&i| !known[i]) {
            let said = [alone[i], far[i], told[i].unwrap_or(alone[i])];
            right[i] = said.map(|s| s == labels[i]);
        }
    }
    let share = |w: usize| right.iter().filter(|r| r[w]).count() as f64 / n as f64;
    let way = |w: usize| {
        let won = right.iter().filter(|r| r[w] && !r[0]).count() as u64;
        let lost = right.iter().filter(|r| !r[w] && r[0]).count() as u64;
        Way { right: share(w), won, lost, chance: sign(won, lost) }
    };
    Ok(Verdict { alone: share(0), convolution: way(1), propagation: way(2) })
}

/// Folds with equal parts of every class, in a keyed order.
fn folds(labels: &[usize], classes: usize, seed: u64) -> Vec<usize> {
    let mut dice = Key { seed, purpose: Purpose::Selection, replication: 0, entity: 1, day: 0 }.stream();
    let mut folds = vec![0; labels.len()];
    let mut next = 0;
    for class in 0..classes {
        let mut own: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == class).collect();
        for k in (1..own.len()).rev() {
            own.swap(k, dice.below(k as u64 + 1) as usize);
        }
        for i in own {
            folds[i] = next % FOLDS;
            next += 1;
        }
    }
    folds
}

/// P(at least `won` heads of `won + lost` fair coins).
pub fn sign(won: u64, lost: u64) -> f64 {
    let n = won + lost;
    let log = |k: u64| {
        let f = |m: u64| libm::lgamma(m as f64 + 1.0);
        f(n) - f(k) - f(n - k) - n as f64 * std::f64::consts::LN_2
    };
    (won..=n).map(|k| log(k).exp()).sum::<f64>().min(1.0)
}
