//! Poisson and negative-binomial counts, exact to the precision of f64.

use super::stream::{Stream, unit};
use super::threshold::Threshold;
use libm::{exp, log};

/// First value and probabilities of Poisson(`mean`) where they exceed 2⁻⁷⁰ of the largest.
pub fn probabilities(mean: f64) -> (u32, Vec<f64>) {
    // p(k) = p(k − 1) µ / k
    outwards(mean.floor() as u32, |k| mean / f64::from(k))
}

/// First value and probabilities of the negative binomial with mean `µ` and variance `µ + k µ²`, cut the same way.
pub fn negative_binomial(mean: f64, k: f64) -> (u32, Vec<f64>) {
    let shape = 1.0 / k;
    let odds = k * mean;
    let mode = ((shape - 1.0) * odds).max(0.0).floor() as u32;
    // p(n) = p(n − 1) (n − 1 + 1/k) / n · kµ / (1 + kµ)
    outwards(mode, |n| (f64::from(n) - 1.0 + shape) / f64::from(n) * odds / (1.0 + odds))
}

/// Recursion from the mode in both directions, so that nothing under- or overflows; `ratio(k)` is p(k) / p(k − 1).
fn outwards(mode: u32, ratio: impl Fn(u32) -> f64) -> (u32, Vec<f64>) {
    const SMALL: f64 = 1e-21;
    let mut p = 1.0;
    let mut out = vec![p];
    let mut k = mode;
    while k > 0 && p > SMALL {
        p /= ratio(k);
        out.push(p);
        k -= 1;
    }
    out.reverse();
    let first = k;
    p = 1.0;
    k = mode;
    while p > SMALL {
        k += 1;
        p *= ratio(k);
        out.push(p);
    }
    let total: f64 = out.iter().sum();
    for p in &mut out {
        *p /= total;
    }
    (first, out)
}

/// Draws Poisson counts of any mean below 2²⁰: the mean is split into powers of two, whose tables are built once, and
/// a rest below one, drawn by sequential inversion (a sum of independent Poisson counts is Poisson).
#[derive(Clone, Debug)]
pub struct Ladder {
    steps: Vec<Threshold>,
}

/// Largest power of two that has its own table.
const TOP: u32 = 12;

impl Default for Ladder {
    fn default() -> Self {
        Self::new()
    }
}

impl Ladder {
    /// Builds the tables of 1, 2, 4, … 4096.
    pub fn new() -> Self {
        Self { steps: (0..=TOP).map(|k| Threshold::poisson(f64::from(1u32 << k))).collect() }
    }

    /// A Poisson count; uses one draw for each set binary digit of the mean (above 4096: each multiple of it) and one
    /// for the rest.
    #[inline]
    pub fn draw(&self, mean: f64, stream: &mut Stream) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        let whole = mean as u32;
        let mut count = small(mean - f64::from(whole), stream.unit());
        for _ in 0..whole >> TOP {
            count += self.steps[TOP as usize].pick(stream.bits());
        }
        for (k, step) in self.steps[..TOP as usize].iter().enumerate() {
            if whole >> k & 1 == 1 {
                count += step.pick(stream.bits());
            }
        }
        count
    }
}

/// Inversion for a mean below one.
#[inline]
fn small(mean: f64, u: f64) -> u32 {
    let mut p = exp(-mean);
    let mut sum = p;
    let mut k = 0;
    while u > sum && k < 64 {
        k += 1;
        p *= mean / f64::from(k);
        sum += p;
    }
    k
}

/// Gamma factor of mean 1 and variance `k` (Marsaglia & Tsang 2000; for k > 1 with their power of a uniform).
pub fn gamma_factor(k: f64, stream: &mut Stream) -> f64 {
    let shape = 1.0 / k;
    if shape < 1.0 {
        let boost = exp(log(stream.unit()) / shape);
        return k * marsaglia_tsang(shape + 1.0, stream) * boost;
    }
    k * marsaglia_tsang(shape, stream)
}

fn marsaglia_tsang(shape: f64, stream: &mut Stream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = super::normal::quantile(stream.unit());
        let v = (1.0 + c * x).powi(3);
        if v <= 0.0 {
            continue;
        }
        let u = unit(stream.bits());
        if u < 1.0 - 0.0331 * x * x * x * x || log(u) < 0.5 * x * x + d * (1.0 - v + log(v)) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libm::lgamma;

    #[test]
    fn probabilities_match_the_formula() {
        for mean in [0.02, 1.0, 7.3, 300.0] {
            let (first, p) = probabilities(mean);
            for (k, p) in p.iter().enumerate().filter(|(_, p)| **p > 1e-15) {
                let n = f64::from(first) + k as f64;
                let exact = exp(n * log(mean) - mean - lgamma(n + 1.0));
                assert!((p / exact - 1.0).abs() < 1e-10, "{mean} {n}");
            }
        }
        let (first, nb) = negative_binomial(4.0, 0.25);
        assert_eq!(first, 0);
        let (mean, total): (f64, f64) =
            nb.iter().enumerate().fold((0.0, 0.0), |(m, t), (n, p)| (m + n as f64 * p, t + p));
        assert!((mean - 4.0).abs() < 1e-12 && (total - 1.0).abs() < 1e-12);
        // By hand: shape 4, p(0) = 2^-4, p(1) = 4 · 2^-5.
        assert!((nb[0] - 0.0625).abs() < 1e-15 && (nb[1] - 0.125).abs() < 1e-15);
        // A mean so large that p(0) underflows keeps its mean.
        let (first, nb) = negative_binomial(3000.0, 0.0005);
        let mean: f64 = nb.iter().zip(first..).map(|(p, n)| p * f64::from(n)).sum();
        assert!(first > 0 && (mean - 3000.0).abs() < 1e-8);
    }

    #[test]
    fn the_ladder_keeps_mean_and_variance() {
        let ladder = Ladder::new();
        for mean in [0.0, 0.4, 5.7, 91.3, 10_000.5] {
            let mut stream = Stream::from_hash(3);
            let n = 100_000;
            let (mut s, mut q) = (0.0, 0.0);
            for _ in 0..n {
                let x = f64::from(ladder.draw(mean, &mut stream)) - mean;
                s += x;
                q += x * x;
            }
            let n = f64::from(n);
            assert!((s / n).abs() <= 4.0 * (mean / n).sqrt(), "{mean}");
            assert!((q / n - mean).abs() <= 0.03 * mean, "{mean}");
        }
    }

    #[test]
    fn gamma_factors_have_mean_one_and_the_variance_asked_for() {
        for k in [0.018, 0.5, 2.0] {
            let mut stream = Stream::from_hash(9);
            let n = 200_000;
            let (mut s, mut q) = (0.0, 0.0);
            for _ in 0..n {
                let x = gamma_factor(k, &mut stream) - 1.0;
                s += x;
                q += x * x;
            }
            let n = f64::from(n);
            assert!((s / n).abs() < 4.0 * (k / n).sqrt(), "{k}");
            assert!((q / n / k - 1.0).abs() < 0.06, "{k}");
        }
    }
}
