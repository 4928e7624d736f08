//! Which of many is best, on common random numbers: alternatives that are clearly behind in paired differences are knocked
//! out, the others are observed further.
//!
//! The fully sequential procedure of Kim and Nelson 2001 (ACM TOMACS 11, 251–273, with c = 1): with `n` first observations of
//! each of `k` alternatives, `S²` the sample variances of all paired differences, `η = ½ ((2 α / (k − 1))^(−2/(n − 1)) − 1)`
//! and `h² = 2 η (n − 1)`, alternative `i` stays after `r` observations as long as
//! `mean_i ≥ mean_l − max(0, (h² S²_il / δ − δ r) / (2 r))` for every `l` that stays. For normal observations, however they
//! depend on each other, the one that is left is the best, or within `δ` of it, with probability at least `1 − α`. Looks
//! after several observations at once only knock out later.

use super::interval::{Interval, none_better, of_floats};

/// Level of the intervals that a bound is taken from.
const LEVEL: f64 = 0.95;

/// How a best alternative is found.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Observations of every alternative before any comparison, at least 5.
    pub first: u32,
    /// Observations of an alternative at most.
    pub most: u32,
    /// Probability `1 − α` of a right answer.
    pub probability: f64,
    /// Indifference zone `δ` > 0: alternatives nearer to the best than this count as equally good.
    pub zone: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Found {
    /// Position of the best.
    pub best: usize,
    /// Probability that no other is better by more than the zone: that of the rule where one alternative is left, else the
    /// Bonferroni bound from the paired differences of those left.
    pub probability: f64,
    /// Those never knocked out; only the best when the rule's probability is reached.
    pub left: Vec<usize>,
    /// Observations of each alternative.
    pub counts: Vec<u32>,
    /// Their means.
    pub means: Vec<f64>,
}

impl Found {
    /// Observations that equal shares would have taken until the same end.
    pub fn equal_shares(&self) -> u64 {
        self.counts.len() as u64 * u64::from(self.counts.iter().copied().max().unwrap_or(0))
    }
    /// Observations made.
    pub fn made(&self) -> u64 {
        self.counts.iter().map(|&c| u64::from(c)).sum()
    }
}

/// Finds the alternative with the largest mean. `observe(alternatives, from, to)` answers the observations `from .. to` of
/// each of the alternatives named, the same number meaning the same random numbers for all.
///
/// # Errors
/// Those of `observe`.
pub fn knockout<E>(
    alternatives: usize,
    rule: &Rule,
    mut observe: impl FnMut(&[usize], u32, u32) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Found, E> {
    let first = rule.first.max(5).min(rule.most.max(5));
    let mut alive: Vec<usize> = (0..alternatives).collect();
    let mut seen = observe(&alive, 0, first)?;
    let spread = h_square(alternatives, first, 1.0 - rule.probability);
    let variance: Vec<Vec<f64>> =
        (0..alternatives).map(|i| (0..i).map(|l| variance_of_difference(&seen[i], &seen[l])).collect()).collect();
    let of = |i: usize, l: usize| if i > l { variance[i][l] } else { variance[l][i] };
    let mut made = first;
    loop {
        let means: Vec<f64> = seen.iter().map(|values| mean(values)).collect();
        let r = f64::from(made);
        let stays = |&i: &usize| {
            alive.iter().filter(|&&l| l != i).all(|&l| {
                let width = ((spread * of(i, l) / rule.zone - rule.zone * r) / (2.0 * r)).max(0.0);
                let behind = means[l] - means[i];
                // Of equals that no further observation could tell apart the first stays.
                behind < width || behind == width && (width > 0.0 || i < l)
            })
        };
        alive = alive.iter().copied().filter(stays).collect();
        if alive.len() < 2 || made >= rule.most {
            let best = alive.iter().copied().fold(alive[0], |a, b| if means[b] > means[a] { b } else { a });
            let probability =
                if alive.len() < 2 { rule.probability } else { bonferroni(&seen, &alive, best, rule.zone) };
            let counts = seen.iter().map(|v| v.len() as u32).collect();
            return Ok(Found { best, probability, left: alive, counts, means });
        }
        // A look after each tenth more: looks cost nothing, but observations run in parallel.
        let next = (made + (made / 10).max(1)).min(rule.most);
        let more = observe(&alive, made, next)?;
        alive.iter().zip(more).for_each(|(&i, values)| seen[i].extend(values));
        made = next;
    }
}

fn h_square(alternatives: usize, first: u32, error: f64) -> f64 {
    let freedom = f64::from(first - 1);
    let share = 2.0 * error / (alternatives.max(2) - 1) as f64;
    freedom * (share.powf(-2.0 / freedom) - 1.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance_of_difference(a: &[f64], b: &[f64]) -> f64 {
    let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let middle = mean(&apart);
    apart.iter().map(|d| (d - middle).powi(2)).sum::<f64>() / (apart.len() as f64 - 1.0)
}

/// Bonferroni's bound from the paired differences of those left.
fn bonferroni(seen: &[Vec<f64>], alive: &[usize], best: usize, zone: f64) -> f64 {
    let ahead = |&l: &usize| {
        let apart: Vec<f64> = seen[best].iter().zip(&seen[l]).map(|(b, o)| b - o).collect();
        of_floats(&apart, LEVEL)
    };
    let ahead: Vec<Interval> = alive.iter().filter(|&&l| l != best).map(ahead).collect();
    none_better(&ahead, LEVEL, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;
    use crate::stats::stream::{Key, Purpose};
    use std::convert::Infallible;

    fn normal_at(seed: u64, entity: u64, replication: u32) -> f64 {
        normal::quantile(Key { seed, purpose: Purpose::Selection, replication, entity, day: 0 }.stream().unit())
    }

    /// Alternatives with these means; each observation shares a part of its noise with all others.
    fn found(seed: u64, means: &[f64], shared: f64, rule: &Rule) -> Found {
        let observe = |alternatives: &[usize], from: u32, to: u32| {
            let one = |&k: &usize| {
                let noise = |r: u32| {
                    shared.sqrt() * normal_at(seed, u64::MAX, r) + (1.0 - shared).sqrt() * normal_at(seed, k as u64, r)
                };
                (from..to).map(|r| means[k] + noise(r)).collect()
            };
            Ok::<_, Infallible>(alternatives.iter().map(one).collect())
        };
        let Ok(found) = knockout(means.len(), rule, observe);
        found
    }

    /// The hardest case of the proof: one alternative better by exactly the zone.
    #[test]
    fn the_best_by_the_zone_is_found_as_often_as_promised() {
        let rule = Rule { first: 20, most: 1_000_000, probability: 0.95, zone: 0.5 };
        for shared in [0.0, 0.8] {
            let means: Vec<f64> = (0..10).map(|k| if k == 7 { 0.5 } else { 0.0 }).collect();
            let right = (0..400).filter(|&seed| found(seed, &means, shared, &rule).best == 7).count();
            assert!(right >= 380, "{right} of 400");
        }
    }

    /// Two hundred plans a twentieth apart, as far apart as the zone: a tenth of equal shares, which here are those of the
    /// procedure's own end.
    #[test]
    fn the_best_of_two_hundred_with_a_tenth_of_equal_shares() {
        let rule = Rule { first: 20, most: 1_000_000, probability: 0.95, zone: 0.05 };
        let means: Vec<f64> = (0..200).map(|k| -(k as f64) / 20.0).collect();
        for seed in 0..10 {
            let f = found(seed, &means, 0.5, &rule);
            assert!(f.best <= 1 && f.left == [f.best] && f.probability == 0.95);
            assert!(f.made() * 10 <= f.equal_shares(), "{} {}", f.made(), f.equal_shares());
        }
    }

    #[test]
    fn common_noise_saves_and_the_budget_is_kept_and_told() {
        let means = [0.0, 0.1, 0.3];
        let rule = Rule { first: 10, most: 1_000_000, probability: 0.95, zone: 0.1 };
        let made = |shared: f64| found(3, &means, shared, &rule).made();
        assert!(5 * made(0.95) < made(0.0), "{} {}", made(0.95), made(0.0));
        let short = found(3, &means, 0.0, &Rule { most: 30, ..rule });
        assert!(short.counts.iter().all(|&c| c <= 30) && short.left.len() > 1 && short.probability < 0.95);
        assert_eq!(found(1, &[2.0], 0.0, &rule).left, [0]);
        // The same everywhere: any is right.
        assert_eq!(found(1, &[0.0, 0.0], 1.0, &rule).left.len(), 1);
    }
}
