use super::PolicyError;

/// Longest table of probabilities that is built.
const LIMIT: usize = 4_000_000;
/// Probabilities below this share of the largest one are left out.
const NEGLIGIBLE: f64 = 1e-20;

/// A distribution on whole numbers: a table from `first` on, with its cumulative and loss tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    first: i64,
    mass: Vec<f64>,
    /// `P(D <= first + k)`.
    below: Vec<f64>,
    /// `E(D - (first + k))⁺`.
    loss: Vec<f64>,
    mean: f64,
}

impl Lattice {
    /// From probabilities of `first`, `first + 1`, …; they are scaled to sum to one.
    pub fn new(first: i64, mass: Vec<f64>) -> Self {
        let total: f64 = mass.iter().sum();
        let mass: Vec<f64> = mass.into_iter().map(|m| m / total).collect();
        let n = mass.len();
        let (mut below, mut loss) = (vec![0.0; n], vec![0.0; n]);
        let mut sum = 0.0;
        for k in 0..n {
            sum += mass[k];
            below[k] = sum.min(1.0);
        }
        // Backwards, so that only positive terms of rising size are added: E(D - x)⁺ = Σ_{y >= x} P(D > y).
        let mut tail = 0.0;
        for k in (0..n.saturating_sub(1)).rev() {
            tail += mass[k + 1];
            loss[k] = loss[k + 1] + tail;
        }
        let mean = first as f64 + loss[0];
        Self { first, mass, below, loss, mean }
    }

    /// Poisson with a mean above or equal to zero.
    pub fn poisson(mean: f64) -> Result<Self, PolicyError> {
        Self::from_mode(mean.floor(), mean.sqrt(), |k| mean / (k + 1.0))
    }

    /// Negative binomial with a mean and `k`, so that the variance is `mean + k mean²`.
    pub fn negative_binomial(mean: f64, k: f64) -> Result<Self, PolicyError> {
        let (size, odds) = (1.0 / k, k * mean / (1.0 + k * mean));
        let mode = ((size - 1.0) * odds / (1.0 - odds)).floor().max(0.0);
        Self::from_mode(mode, (mean + k * mean * mean).sqrt(), |j| odds * (size + j) / (j + 1.0))
    }

    /// Builds a unimodal table outwards from its mode with the ratio `P(k + 1) / P(k)`.
    fn from_mode(mode: f64, sd: f64, ratio: impl Fn(f64) -> f64) -> Result<Self, PolicyError> {
        let guess = 20.0 * sd;
        if !guess.is_finite() || guess > LIMIT as f64 {
            return Err(PolicyError::TooLarge { size: guess.min(1e18) as usize, limit: LIMIT });
        }
        let mut down = Vec::new();
        let (mut k, mut p) = (mode, 1.0);
        while k > 0.0 && p > NEGLIGIBLE {
            k -= 1.0;
            p /= ratio(k);
            down.push(p);
        }
        let first = k as i64;
        down.reverse();
        let mut mass = down;
        mass.push(1.0);
        let (mut k, mut p) = (mode, 1.0);
        while p > NEGLIGIBLE {
            p *= ratio(k);
            k += 1.0;
            mass.push(p);
            if mass.len() > LIMIT {
                return Err(PolicyError::TooLarge { size: mass.len(), limit: LIMIT });
            }
        }
        Ok(Self::new(first, mass))
    }

    /// All the weight on one number.
    pub fn certain(value: i64) -> Self {
        Self::new(value, vec![1.0])
    }

    /// Distribution of the sum of two independent draws.
    pub fn plus(&self, other: &Self) -> Result<Self, PolicyError> {
        let size = self.mass.len() + other.mass.len() - 1;
        let work = self.mass.len().saturating_mul(other.mass.len());
        if size > LIMIT || work > 2_000_000_000 {
            return Err(PolicyError::TooLarge { size: size.max(work), limit: LIMIT });
        }
        let mut mass = vec![0.0; size];
        for (i, &a) in self.mass.iter().enumerate() {
            if a > 0.0 {
                for (out, &b) in mass[i..].iter_mut().zip(&other.mass) {
                    *out += a * b;
                }
            }
        }
        Ok(Self::new(self.first + other.first, mass))
    }

    /// Distribution of the sum of `n` independent draws (repeated squaring).
    pub fn times(&self, n: u32) -> Result<Self, PolicyError> {
        let (mut result, mut power, mut rest) = (Self::certain(0), self.clone(), n);
        while rest > 0 {
            if rest & 1 == 1 {
                result = result.plus(&power)?;
            }
            rest >>= 1;
            if rest > 0 {
                power = power.plus(&power)?;
            }
        }
        Ok(result)
    }

    /// Distribution of `factor` times the number (`factor > 0`).
    pub fn scaled(&self, factor: u32) -> Result<Self, PolicyError> {
        let size = (self.mass.len() - 1).saturating_mul(factor as usize) + 1;
        if size > LIMIT {
            return Err(PolicyError::TooLarge { size, limit: LIMIT });
        }
        let mut mass = vec![0.0; size];
        for (k, &m) in self.mass.iter().enumerate() {
            mass[k * factor as usize] = m;
        }
        Ok(Self::new(self.first * i64::from(factor), mass))
    }

    /// Expectation.
    pub fn mean(&self) -> f64 {
        self.mean
    }
    /// Smallest value of the table.
    pub fn first(&self) -> i64 {
        self.first
    }
    /// Largest value of the table.
    pub fn last(&self) -> i64 {
        self.first + self.mass.len() as i64 - 1
    }
    /// Probabilities of `first`, `first + 1`, ….
    pub fn masses(&self) -> &[f64] {
        &self.mass
    }
    /// `P(D = value)`.
    pub fn mass(&self, value: i64) -> f64 {
        usize::try_from(value - self.first).ok().and_then(|k| self.mass.get(k)).copied().unwrap_or(0.0)
    }
    /// `P(D <= value)`.
    pub fn cumulative(&self, value: i64) -> f64 {
        match usize::try_from(value - self.first) {
            Err(_) => 0.0,
            Ok(k) => self.below.get(k).copied().unwrap_or(1.0),
        }
    }
    /// `E(D - value)⁺`.
    pub fn loss(&self, value: i64) -> f64 {
        match usize::try_from(value - self.first) {
            Err(_) => self.mean - value as f64,
            Ok(k) => self.loss.get(k).copied().unwrap_or(0.0),
        }
    }
    /// Smallest value with `P(D <= value) >= p`.
    pub fn quantile(&self, p: f64) -> i64 {
        // A hair of tolerance: 0.8 summed up from five times 0.2 shall count as 0.8.
        let k = self.below.partition_point(|&b| b < p - 1e-12);
        self.first + k.min(self.mass.len() - 1) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_tables_have_the_right_moments() {
        for mean in [0.0, 0.3, 1.0, 18.0, 50.0, 1e4] {
            let d = Lattice::poisson(mean).unwrap();
            let var: f64 =
                d.masses().iter().enumerate().map(|(k, m)| m * ((d.first() + k as i64) as f64 - mean).powi(2)).sum();
            assert!((d.mean() - mean).abs() < 1e-9 * mean.max(1.0), "{mean} {}", d.mean());
            assert!((var - mean).abs() < 1e-8 * mean.max(1.0), "{mean} {var}");
        }
        assert!((Lattice::poisson(6.0).unwrap().mass(4) - (-6f64).exp() * 54.0).abs() < 1e-15);
    }

    #[test]
    fn negative_binomial_tables_have_the_right_moments() {
        for (mean, k) in [(0.5, 3.0), (5.0, 0.018), (20.0, 0.5), (100.0, 2.0)] {
            let d = Lattice::negative_binomial(mean, k).unwrap();
            let var: f64 =
                d.masses().iter().enumerate().map(|(j, m)| m * ((d.first() + j as i64) as f64 - mean).powi(2)).sum();
            assert!((d.mean() / mean - 1.0).abs() < 1e-9, "{mean} {k} {}", d.mean());
            assert!((var / (mean + k * mean * mean) - 1.0).abs() < 1e-8, "{mean} {k} {var}");
        }
    }

    #[test]
    fn sums_of_poisson_draws_are_poisson() {
        let (a, b) = (Lattice::poisson(2.5).unwrap().times(4).unwrap(), Lattice::poisson(10.0).unwrap());
        for v in 0..40 {
            assert!((a.mass(v) - b.mass(v)).abs() < 1e-15);
            assert!((a.loss(v) - b.loss(v)).abs() < 1e-12);
        }
        assert_eq!(a.quantile(0.5), 10);
    }

    #[test]
    fn far_means_are_refused_with_a_way_out() {
        let err = Lattice::poisson(1e15).unwrap_err();
        assert!(err.to_string().contains("normal"));
    }
}
