//! Tails of small distributions, and what many tests together allow.

use libm::lgamma;

fn ln_choose(n: f64, k: f64) -> f64 {
    lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)
}

/// P(X ≥ x) of a hypergeometric X: `n` draws from `total` things of which `marked` are marked (Fisher's exact test, one
/// side).
pub fn hypergeometric(x: u64, n: u64, marked: u64, total: u64) -> f64 {
    let [n, marked, total] = [n, marked, total].map(|v| v as f64);
    let least = (n + marked - total).max(0.0) as u64;
    let most = n.min(marked) as u64;
    if x <= least {
        return 1.0;
    }
    let all = ln_choose(total, n);
    let term = |k: u64| (ln_choose(marked, k as f64) + ln_choose(total - marked, n - k as f64) - all).exp();
    (x..=most).map(term).sum::<f64>().min(1.0)
}

/// P(X ≥ x) of a Poisson X.
pub fn poisson(x: u64, mean: f64) -> f64 {
    let term = |k: u64| (k as f64 * mean.ln() - mean - lgamma(k as f64 + 1.0)).exp();
    if (x as f64) <= mean {
        return (1.0 - (0..x).map(term).sum::<f64>()).clamp(0.0, 1.0);
    }
    // Beyond the mean the terms fall at least like a geometric series.
    let mut sum = 0.0;
    for k in x..x + 2_000 {
        let t = term(k);
        sum += t;
        if t < sum * 1e-16 {
            break;
        }
    }
    sum.min(1.0)
}

/// Benjamini–Hochberg: for every p the least share of false findings at which it is one.
pub fn shares(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let (mut q, mut least) = (vec![1.0; p.len()], 1.0f64);
    for (k, &at) in order.iter().enumerate() {
        least = least.min(p[at] * p.len() as f64 / (p.len() - k) as f64);
        q[at] = least;
    }
    q
}

/// The median; 0 of nothing.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// The 95 % Wilson interval of a share.
pub fn wilson(x: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = 1.959_963_984_540_054_f64.powi(2);
    let (share, spread) = (x / n, (x / n * (1.0 - x / n) / n + z2 / (4.0 * n * n)).max(0.0).sqrt() * z2.sqrt());
    let (centre, below) = (share + z2 / (2.0 * n), 1.0 + z2 / n);
    (((centre - spread) / below).max(0.0), ((centre + spread) / below).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal::cumulative;

    #[test]
    fn tails_are_those_of_enumeration() {
        // The lady tasting tea: 4 of 4 right, 3 or more.
        assert!((hypergeometric(4, 4, 4, 8) - 1.0 / 70.0).abs() < 1e-12);
        assert!((hypergeometric(3, 4, 4, 8) - 17.0 / 70.0).abs() < 1e-12);
        assert_eq!(hypergeometric(0, 4, 4, 8), 1.0);
        assert!((poisson(3, 2.0) - (1.0 - 5.0 * (-2f64).exp())).abs() < 1e-12);
        assert!((poisson(1, 2.0) - (1.0 - (-2f64).exp())).abs() < 1e-12);
        assert!((cumulative(-1.959_963_984_540_054) - 0.025).abs() < 1e-12);
        let (low, high) = wilson(0.0, 10.0);
        assert!(low == 0.0 && (high - 0.277_532_8).abs() < 1e-6);
    }

    #[test]
    fn shares_of_false_findings_as_published() {
        // Benjamini and Hochberg 1995, section 3: four of these fifteen are findings at a share of 5 %.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(shares(&p).iter().filter(|&&q| q <= 0.05).count(), 4);
    }
}
