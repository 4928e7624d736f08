//! Which of many is best: replications go where the decision is close (computing budget allocation in the spirit of Chen,
//! Lin, Yücesan & Chick 2000, with the gain of each further observation taken from the bound itself), and the answer says
//! how likely it is right.

use super::normal;

/// How a selection is made.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Observations of every alternative before any comparison, at least 5.
    pub first: u32,
    /// Observations shared out in each round.
    pub step: u32,
    /// Observations of all alternatives together at most.
    pub most: u64,
    /// Probability of correct selection at which to stop.
    pub probability: f64,
    /// Indifference zone: alternatives nearer to the best than this count as equally good.
    pub zone: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Selected {
    /// Position of the alternative with the largest sample mean.
    pub best: usize,
    /// Estimated lower bound (Bonferroni) on the probability that no other is better by more than the zone.
    pub probability: f64,
    /// Observations of each alternative.
    pub counts: Vec<u32>,
    /// Their means.
    pub means: Vec<f64>,
}

#[derive(Clone, Copy, Default)]
struct Running {
    count: u32,
    mean: f64,
    squares: f64,
}

impl Running {
    fn push(&mut self, value: f64) {
        self.count += 1;
        let step = value - self.mean;
        self.mean += step / f64::from(self.count);
        self.squares += step * (value - self.mean);
    }
    fn variance(&self) -> f64 {
        (self.squares / f64::from(self.count.max(2) - 1)).max(1e-300)
    }
}

/// Selects the alternative with the largest mean. `observe(alternative, replication)` gives one observation;
/// replications of an alternative are numbered from 0, so that common random numbers can be used.
pub fn select(alternatives: usize, rule: &Rule, mut observe: impl FnMut(usize, u32) -> f64) -> Selected {
    let mut runs = vec![Running::default(); alternatives];
    let mut total = 0u64;
    let mut take = |runs: &mut [Running], k: usize, times: u32, total: &mut u64| {
        for _ in 0..times {
            let value = observe(k, runs[k].count);
            runs[k].push(value);
        }
        *total += u64::from(times);
    };
    for k in 0..alternatives {
        take(&mut runs, k, rule.first.max(5), &mut total);
    }
    loop {
        let best = (0..alternatives).max_by(|&a, &b| runs[a].mean.total_cmp(&runs[b].mean)).unwrap_or(0);
        let probability = correct(&runs, best, rule.zone);
        if probability >= rule.probability || total >= rule.most || alternatives < 2 {
            let (counts, means) = runs.iter().map(|r| (r.count, r.mean)).unzip();
            return Selected { best, probability, counts, means };
        }
        for (k, times) in shares(&runs, best, rule).into_iter().enumerate() {
            take(&mut runs, k, times, &mut total);
        }
    }
}

/// 1 − Σ P(alternative beats the best by more than the zone), normal approximation.
fn correct(runs: &[Running], best: usize, zone: f64) -> f64 {
    let b = &runs[best];
    let wrong = |r: &Running| {
        let spread = (b.variance() / f64::from(b.count) + r.variance() / f64::from(r.count)).sqrt();
        normal::cumulative(-(b.mean - r.mean + zone) / spread)
    };
    1.0 - runs.iter().enumerate().filter(|(k, _)| *k != best).map(|(_, r)| wrong(r)).sum::<f64>()
}

/// Observations of the next round: portions go one after the other to whoever lowers the bound on the error most,
/// `∂/∂N_i Φ(−d_i / s_i) = −φ(d_i / s_i) d_i σ_i² / (2 s_i³ N_i²)` with `s_i² = σ_b²/N_b + σ_i²/N_i`.
fn shares(runs: &[Running], best: usize, rule: &Rule) -> Vec<u32> {
    let portion = (rule.step / 20).max(1);
    let mut counts: Vec<f64> = runs.iter().map(|r| f64::from(r.count)).collect();
    let mut shares = vec![0; runs.len()];
    let mut left = rule.step;
    while left > 0 {
        let own = runs[best].variance() / counts[best];
        let mut gain = vec![0.0; runs.len()];
        for (k, r) in runs.iter().enumerate().filter(|(k, _)| *k != best) {
            let d = runs[best].mean - r.mean + rule.zone;
            let s = (own + r.variance() / counts[k]).sqrt();
            let slope = normal::density(d / s) * d / (2.0 * s * s * s);
            gain[k] = slope * r.variance() / (counts[k] * counts[k]);
            gain[best] += slope * own / counts[best];
        }
        let most = (0..runs.len()).fold(best, |a, b| if gain[b] > gain[a] { b } else { a });
        let times = portion.min(left);
        shares[most] += times;
        counts[most] += f64::from(times);
        left -= times;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::stream::{Key, Purpose};

    /// Alternative k has mean −k/20 and deviation 1; the best is the first.
    fn observe(seed: u64, k: usize, replication: u32) -> f64 {
        let key = Key { seed, purpose: Purpose::Selection, replication, entity: k as u64, day: 0 };
        normal::quantile(key.stream().unit()) - k as f64 / 20.0
    }

    #[test]
    fn the_best_of_two_hundred_with_a_tenth_of_the_equal_effort() {
        let rule = Rule { first: 10, step: 100, most: 200_000, probability: 0.95, zone: 0.05 };
        let (mut good, mut effort) = (0, 0u64);
        for seed in 0..100 {
            let s = select(200, &rule, |k, r| observe(seed, k, r));
            // The second is within the zone of the first.
            good += usize::from(s.best <= 1);
            effort += s.counts.iter().map(|&c| u64::from(c)).sum::<u64>();
            assert!(s.probability >= 0.95, "{s:?}");
        }
        assert!(good >= 95, "{good}");
        // The same rule with equal shares, on the same draws.
        let equal: u64 = (0..10).map(|seed| 200 * u64::from(equally(200, &rule, seed))).sum();
        println!("{} observations against {} of equal shares", effort / 100, equal / 10);
        assert!(effort / 100 * 10 <= equal / 10, "{} {}", effort / 100, equal / 10);
    }

    /// Observations each that equal shares need for the probability asked for.
    fn equally(alternatives: usize, rule: &Rule, seed: u64) -> u32 {
        let mut runs = vec![Running::default(); alternatives];
        loop {
            for (k, run) in runs.iter_mut().enumerate() {
                for _ in 0..10 {
                    let value = observe(seed, k, run.count);
                    run.push(value);
                }
            }
            let best = (0..alternatives).max_by(|&a, &b| runs[a].mean.total_cmp(&runs[b].mean)).unwrap();
            if correct(&runs, best, rule.zone) >= rule.probability {
                return runs[0].count;
            }
        }
    }

    #[test]
    fn the_budget_is_kept_and_told() {
        let rule = Rule { first: 5, step: 10, most: 60, probability: 0.9999, zone: 0.0 };
        let s = select(4, &rule, |k, r| observe(1, k, r));
        assert!(s.counts.iter().sum::<u32>() <= 70 && s.probability < 0.9999);
        assert_eq!(select(1, &rule, |_, _| 1.0).best, 0);
    }
}
