//! How many cars may be asked for: Poisson, or negative binomial where the past scatters more.

/// Probabilities of 0, 1, 2 … of a count.
pub struct Count {
    first: usize,
    terms: Vec<f64>,
}

impl Count {
    /// A count with a mean and a relative variance beyond Poisson.
    pub fn new(mean: f64, scatter: f64) -> Self {
        if mean <= 1e-12 {
            return Self { first: 0, terms: vec![1.0] };
        }
        // p(k) / p(k − 1), a limit of the negative binomial's being Poisson's.
        let odds = scatter * mean;
        let step = |k: f64| {
            if scatter > 1e-6 { (k - 1.0 + 1.0 / scatter) / k * odds / (1.0 + odds) } else { mean / k }
        };
        // From the likeliest value both ways, until terms no longer count; then scaled to a sum of one.
        let mode = if scatter > 1e-6 { ((1.0 / scatter - 1.0) * odds).max(0.0).floor() } else { mean.floor() };
        let (mut below, mut p, mut k) = (Vec::new(), 1.0, mode);
        while k > 0.0 && p > 1e-22 {
            p /= step(k);
            below.push(p);
            k -= 1.0;
        }
        let first = k as usize;
        let mut terms: Vec<f64> = below.into_iter().rev().collect();
        terms.push(1.0);
        (p, k) = (1.0, mode);
        while p > 1e-22 {
            k += 1.0;
            p *= step(k);
            terms.push(p);
        }
        let all: f64 = terms.iter().sum();
        terms.iter_mut().for_each(|t| *t /= all);
        Self { first, terms }
    }

    /// Chance of `k` or more, for `k` = 1, 2 … most.
    pub fn at_least(&self, most: usize) -> Vec<f64> {
        let mut rest = 1.0;
        let one = |k: usize| {
            rest -= k.checked_sub(self.first).and_then(|j| self.terms.get(j)).copied().unwrap_or(0.0);
            rest.max(0.0)
        };
        (0..most).map(one).collect()
    }

    /// Smallest count that is not passed with a probability.
    pub fn level(&self, probability: f64) -> f64 {
        let mut sum = 0.0;
        let reached = |t: &f64| {
            sum += t;
            sum >= probability
        };
        let at = self.terms.iter().position(reached).unwrap_or(self.terms.len() - 1);
        (self.first + at) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn poisson_and_negative_binomial_of_textbooks() {
        // Poisson(2): P(≥ 1) = 0.8647, P(≥ 2) = 0.5940, P(≥ 3) = 0.3233; P(≤ 4) = 0.9473.
        let tail = Count::new(2.0, 0.0).at_least(3);
        let near = |x: f64, y: f64| (x - y).abs() < 5e-5;
        assert!(near(tail[0], 0.8647) && near(tail[1], 0.5940) && near(tail[2], 0.3233));
        assert_eq!((Count::new(2.0, 0.0).level(0.947), Count::new(2.0, 0.0).level(0.948)), (4.0, 5.0));
        // Mean 2, variance 2 + 1 · 4: geometric with P(0) = 1/3, P(≥ k) = (2/3)^k.
        let tail = Count::new(2.0, 1.0).at_least(4);
        assert!((0..4).all(|k| near(tail[k], (2.0_f64 / 3.0).powi(k as i32 + 1))), "{tail:?}");
        assert_eq!(Count::new(0.0, 0.3).at_least(2), [0.0, 0.0]);
        let big = Count::new(5_000.0, 0.0);
        assert!((big.level(0.5) - 5_000.0).abs() <= 1.0 && near(big.at_least(1)[0], 1.0));
    }
}
