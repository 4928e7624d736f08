//! Proportional hazards (Cox 1972) with a ridge, ties by Efron (1977), by Newton's steps.

use super::hazard::{Moment, moments};
use super::{Customers, Refusal, Spell};
use crate::market::customers::people::design::Design;
use crate::stats::newton::{Sums, climb, dot, outer};
use crate::stats::normal;

/// Filled rows beside what happened to them.
pub struct Rows {
    /// What happened.
    pub spells: Vec<Spell>,
    /// Columns a row.
    width: usize,
    filled: Vec<f64>,
}

/// An estimated law: the hazard is multiplied by `exp(w·z)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cox {
    /// Weights `w`.
    pub weights: Vec<f64>,
    /// Inverse of the observed information (of the penalised likelihood).
    pub covariance: Vec<Vec<f64>>,
    /// Logarithm of the partial likelihood, without the penalty.
    pub log_likelihood: f64,
}

/// Whether the effect of a column stays the same over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steady {
    /// Grambsch and Therneau's statistic (1994), chi-squared with one degree where it does.
    pub statistic: f64,
    /// Chance of so large a statistic where it does.
    pub chance: f64,
}

impl Rows {
    /// Some rows of a table.
    pub fn new(design: &Design, table: &Customers, rows: &[usize]) -> Self {
        let width = design.columns.len();
        let mut filled = vec![0.0; width * rows.len()];
        for (k, row) in rows.iter().enumerate() {
            design.fill(&table.features, *row, &mut filled[k * width..][..width]);
        }
        Self { spells: rows.iter().map(|r| table.outcomes[*r]).collect(), width, filled }
    }

    /// A row.
    pub fn row(&self, k: usize) -> &[f64] {
        &self.filled[k * self.width..][..self.width]
    }

    /// `w·z` of every row.
    pub fn scores(&self, weights: &[f64]) -> Vec<f64> {
        (0..self.spells.len()).map(|k| dot(weights, self.row(k))).collect()
    }
}

impl Cox {
    /// Standard error of a row's log hazard against the mean.
    pub fn error(&self, row: &[f64]) -> f64 {
        let sum: f64 = self.covariance.iter().zip(row).map(|(line, x)| x * dot(line, row)).sum();
        sum.max(0.0).sqrt()
    }
}

/// Maximises the partial likelihood less `ridge/2 Σ w²`.
///
/// # Errors
/// [`Refusal::NoMaximum`] where the ridge is 0 and the likelihood rises for ever, or columns repeat each other.
pub fn fit(rows: &Rows, ridge: f64) -> Result<Cox, Refusal> {
    let moments = moments(&rows.spells);
    let small = 1e-16 * rows.spells.len().max(1) as f64;
    let top = climb(vec![0.0; rows.width], |w| sums(rows, &moments, w), (ridge, 0), small);
    let top = top.ok_or(Refusal::NoMaximum)?;
    Ok(Cox { weights: top.weights, covariance: top.covariance, log_likelihood: top.likelihood })
}

/// Sums of `e^η`, `e^η z` and `e^η z zᵀ` over some people.
struct Crowd {
    weight: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Crowd {
    fn new(width: usize) -> Self {
        Self { weight: 0.0, first: vec![0.0; width], second: vec![0.0; width * (width + 1) / 2] }
    }

    fn clear(&mut self) {
        self.weight = 0.0;
        self.first.fill(0.0);
        self.second.fill(0.0);
    }

    fn add(&mut self, weight: f64, row: &[f64]) {
        self.weight += weight;
        self.first.iter_mut().zip(row).for_each(|(s, x)| *s += weight * x);
        outer(&mut self.second, weight, row);
    }
}

/// Walks through the moments at which somebody leaves, the last first, and tells of each who left, the crowd at risk and the
/// crowd that left, weighted by `exp(η − largest η)`.
fn walk(rows: &Rows, moments: &[Moment], scores: &[f64], mut each: impl FnMut(&Moment, &Crowd, &Crowd)) {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weight = |k: usize| libm::exp(scores[k] - top);
    let (mut risk, mut gone) = (Crowd::new(rows.width), Crowd::new(rows.width));
    for m in moments {
        m.enter.iter().for_each(|&k| risk.add(weight(k), rows.row(k)));
        m.go.iter().for_each(|&k| risk.add(-weight(k), rows.row(k)));
        if !m.left.is_empty() {
            gone.clear();
            m.left.iter().for_each(|&k| gone.add(weight(k), rows.row(k)));
            each(m, &risk, &gone);
        }
    }
}

/// Mean row of the crowd at risk less a share of those that left, into `mean`; the crowd's weight.
fn thinned(risk: &Crowd, gone: &Crowd, share: f64, mean: &mut [f64]) -> f64 {
    let weight = risk.weight - share * gone.weight;
    for ((m, a), b) in mean.iter_mut().zip(&risk.first).zip(&gone.first) {
        *m = (a - share * b) / weight;
    }
    weight
}

fn sums(rows: &Rows, moments: &[Moment], at: &[f64]) -> Sums {
    let mut sums = Sums::zero(rows.width);
    let scores = rows.scores(at);
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    sums.farthest = scores.iter().fold(0.0, |far: f64, s| far.max(s.abs()));
    let mut mean = vec![0.0; rows.width];
    walk(rows, moments, &scores, |m, risk, gone| {
        for &k in &m.left {
            sums.likelihood += scores[k] - top;
            sums.slope.iter_mut().zip(rows.row(k)).for_each(|(s, x)| *s += x);
        }
        for l in 0..m.left.len() {
            let share = l as f64 / m.left.len() as f64;
            let weight = thinned(risk, gone, share, &mut mean);
            sums.likelihood -= libm::log(weight);
            sums.slope.iter_mut().zip(&mean).for_each(|(s, m)| *s -= m);
            for ((s, a), b) in sums.information.iter_mut().zip(&risk.second).zip(&gone.second) {
                *s += (a - share * b) / weight;
            }
            outer(&mut sums.information, -1.0, &mean);
        }
    });
    sums
}

/// Whether the effects stay the same: what those who left are beyond those at risk (Schoenfeld 1982), against one less the
/// share that stays (Kaplan and Meier).
pub fn steady(rows: &Rows, law: &Cox) -> Vec<Steady> {
    let moments = moments(&rows.spells);
    let scores = rows.scores(&law.weights);
    // Of each moment the share that stays, and the rests of those who left; the last moment first.
    let mut list: Vec<(f64, Vec<Vec<f64>>)> = Vec::new();
    let mut mean = vec![0.0; rows.width];
    walk(rows, &moments, &scores, |m, risk, gone| {
        let d = m.left.len() as f64;
        let mut middle = vec![0.0; rows.width];
        for l in 0..m.left.len() {
            thinned(risk, gone, l as f64 / d, &mut mean);
            middle.iter_mut().zip(&mean).for_each(|(s, x)| *s += x / d);
        }
        let rest = |k: &usize| rows.row(*k).iter().zip(&middle).map(|(x, m)| x - m).collect();
        list.push((1.0 - d / m.risk as f64, m.left.iter().map(rest).collect()));
    });
    let (mut stay, mut times, mut rests) = (1.0, Vec::new(), Vec::new());
    for (share, own) in list.into_iter().rev() {
        times.resize(times.len() + own.len(), 1.0 - stay);
        rests.extend(own);
        stay *= share;
    }
    let n = times.len() as f64;
    let centre = times.iter().sum::<f64>() / n;
    let spread: f64 = times.iter().map(|t| (t - centre) * (t - centre)).sum();
    let slopes: Vec<f64> =
        (0..rows.width).map(|j| rests.iter().zip(&times).map(|(r, t)| (t - centre) * r[j]).sum()).collect();
    let test = |j: usize| {
        let line = &law.covariance[j];
        let scaled = n * dot(line, &slopes);
        let statistic = scaled * scaled / (n * line[j] * spread);
        let statistic = if statistic.is_finite() { statistic } else { 0.0 };
        Steady { statistic, chance: 2.0 * normal::cumulative(-statistic.sqrt()) }
    };
    (0..rows.width).map(test).collect()
}
