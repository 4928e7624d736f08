//! Complete pooling: identical sites that share all their stock at a cost per unit moved.
//!
//! After demand, excess meets shortage until one of them is used up. The number moved is
//! `T = (Σ|S - D_i| - |NS - ΣD|) / 2`, so
//! `cost(S) = N (h E(S - D)⁺ + p E(D - S)⁺) - (h + p - c)/2 · (N E|S - D| - E|NS - ΣD|)`,
//! with derivative (continuous demand) `N (c F(S) + (h + p - c) F_Σ(NS) - p)`: rising, so the best `S` is its root. A move that costs more than
//! `h + p` never happens. Correlation `ρ`: normal demand takes any `ρ >= -1/(N - 1)`; Poisson and negative binomial demand
//! share a common part with weight `ρ` (each site's law is unchanged).

use super::distribution::root;
use super::error::not_negative;
use super::{Distribution, Lattice, Law, PolicyError, Rates};

/// The best common level and its cost for all sites together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Stock at each site.
    pub level: f64,
    /// Expected cost of a period over all sites.
    pub cost: f64,
    /// The same when moves are free: no network of transfers can do better.
    pub lower: f64,
    /// The same without any transfer.
    pub upper: f64,
}

/// The system: identical sites, one period.
#[derive(Clone, Debug)]
pub struct Pooling {
    sites: u32,
    rates: Rates,
    one: Distribution,
    all: Distribution,
}

impl Pooling {
    /// Prepares the demand of one site and of all sites together.
    pub fn new(sites: u32, law: &Law, rates: Rates, correlation: f64) -> Result<Self, PolicyError> {
        if sites == 0 {
            return Err(PolicyError::Shape("there are no sites: give at least one".into()));
        }
        let one = law.one()?;
        let all = together(sites, law, &one, correlation)?;
        Ok(Self { sites, rates, one, all })
    }

    /// Expected cost of a period when every site starts with `level` and a move costs `transfer`.
    pub fn cost(&self, level: f64, transfer: f64) -> f64 {
        let n = f64::from(self.sites);
        let gain = (self.rates.holding + self.rates.penalty - transfer).max(0.0);
        n * self.rates.expected(&self.one, level) - gain * self.moved(level)
    }

    /// Expected number of units moved.
    pub fn moved(&self, level: f64) -> f64 {
        let n = f64::from(self.sites);
        // (Σ|S - D| - |NS - ΣD|)/2 = Σ(S - D)⁺ - (NS - ΣD)⁺
        (n * self.one.excess(level) - self.all.excess(n * level)).max(0.0)
    }

    /// The best level for a cost per unit moved.
    pub fn best(&self, transfer: f64) -> f64 {
        let Rates { holding: h, penalty: p } = self.rates;
        let c = transfer.min(h + p);
        let n = f64::from(self.sites);
        let slope = |s: f64| c * self.one.cumulative(s) + (h + p - c) * self.all.cumulative(n * s) - p;
        let (alone, shared) = (self.one.quantile(self.rates.critical_ratio()), self.all.quantile(p / (h + p)) / n);
        if c >= h + p {
            return alone;
        }
        let step = match &self.one {
            Distribution::Whole(_) => 1.0,
            Distribution::Steps { step, .. } => *step,
            // Below both fractiles the slope is not above zero, above both not below it.
            _ => return root(alone.min(shared) - 1e-9, alone.max(shared) + 1e-9, slope),
        };
        // On a grid the slope between two levels is an average over N points: compare costs, which are convex.
        let better = |a: f64, b: f64| self.cost(a, c) < self.cost(b, c) - 1e-12 * (h + p) * n;
        let mut level = (alone.min(shared) / step).floor() * step;
        while !better(level, level - step) {
            level -= step;
        }
        while better(level + step, level) {
            level += step;
        }
        level
    }

    /// The best level, its cost and the two bounds.
    pub fn solve(&self, transfer: f64) -> Result<Pooled, PolicyError> {
        not_negative("transfer cost", transfer)?;
        let cost = |c: f64| self.cost(self.best(c), c);
        Ok(Pooled {
            level: self.best(transfer),
            cost: cost(transfer),
            lower: cost(0.0),
            upper: cost(self.rates.holding + self.rates.penalty),
        })
    }
}

/// Law of the sum over all sites.
fn together(sites: u32, law: &Law, one: &Distribution, rho: f64) -> Result<Distribution, PolicyError> {
    let n = f64::from(sites);
    let lowest = if sites > 1 { -1.0 / (n - 1.0) } else { 0.0 };
    if !(rho.is_finite() && (lowest..=1.0).contains(&rho)) {
        return Err(PolicyError::Shape(format!(
            "a correlation of {rho} between {sites} sites is not possible: give one between {lowest:.4} and 1"
        )));
    }
    let infinitely = |part: f64| match law {
        Law::Poisson { mean } => Lattice::poisson(mean * part),
        Law::NegativeBinomial { mean, k } if part > 0.0 => Lattice::negative_binomial(mean * part, k / part),
        _ => Ok(Lattice::certain(0)),
    };
    match law {
        Law::Normal { mean, sd } => {
            let sd = sd * (n * (1.0 + (n - 1.0) * rho)).max(0.0).sqrt();
            Ok(if sd > 0.0 {
                Distribution::Normal { mean: n * mean, sd }
            } else {
                Distribution::Normal { mean: n * mean, sd: f64::MIN_POSITIVE.sqrt() }
            })
        }
        Law::Poisson { .. } | Law::NegativeBinomial { .. } if rho >= 0.0 => {
            let own = infinitely(n * (1.0 - rho))?;
            Ok(Distribution::Whole(own.plus(&infinitely(rho)?.scaled(sites)?)?))
        }
        _ if rho == 0.0 => law.over(n),
        _ if rho == 1.0 => Ok(same_everywhere(sites, one)?),
        _ => Err(PolicyError::Unsupported {
            model: "pooling with this correlation",
            law: law.to_string(),
            hint: "use normal:mean,sd with the same mean and deviation, or a correlation of 0 or 1",
        }),
    }
}

/// The sum when every site sees the same demand.
fn same_everywhere(sites: u32, one: &Distribution) -> Result<Distribution, PolicyError> {
    let n = f64::from(sites);
    Ok(match one {
        Distribution::Uniforms { draws, low, high } => {
            Distribution::Uniforms { draws: *draws, low: n * low, high: n * high }
        }
        Distribution::LogNormal { mu, sigma } => Distribution::LogNormal { mu: mu + n.ln(), sigma: *sigma },
        Distribution::Normal { mean, sd } => Distribution::Normal { mean: n * mean, sd: n * sd },
        Distribution::Whole(table) => Distribution::Whole(table.scaled(sites)?),
        Distribution::Steps { step, count } => Distribution::Steps { step: step * n, count: count.clone() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooled(sites: u32, law: &str, c: f64, rho: f64) -> Pooled {
        Pooling::new(sites, &law.parse().unwrap(), Rates::new(1.0, 4.0).unwrap(), rho).unwrap().solve(c).unwrap()
    }

    #[test]
    fn uniform_rows() {
        for (n, c, level, cost) in [
            (2, 0.5, 138.65781, 121.34613),
            (4, 0.0, 125.05439, 162.23930),
            (4, 0.5, 127.01999, 183.78079),
            (4, 2.0, 135.09602, 243.01548),
            (4, 5.0, 160.0, 320.0),
        ] {
            let got = pooled(n, "uniform:0,200", c, 0.0);
            assert!((got.level - level).abs() <= 5e-6, "{n} {c} {got:?}");
            assert!((got.cost - cost).abs() <= 5e-6, "{n} {c} {got:?}");
            assert!(got.lower <= got.cost + 1e-12 && got.cost <= got.upper + 1e-12);
        }
    }

    #[test]
    fn correlated_normal_rows() {
        for (rho, level, cost) in [(0.0, 104.9726, 243.7907), (0.555, 116.3842, 604.0509), (1.0, 121.0405, 769.8953)] {
            let got = pooled(22, "normal:100,25", 0.5, rho);
            assert!((got.level - level).abs() <= 5e-5, "{rho} {got:?}");
            assert!((got.cost - cost).abs() <= 5e-5, "{rho} {got:?}");
            assert!((got.upper - 769.8953).abs() <= 5e-5);
        }
    }

    /// Every pair of demands of two sites, one by one.
    #[test]
    fn poisson_cost_agrees_with_enumeration() {
        let (law, rates) = ("poisson:3".parse::<Law>().unwrap(), Rates::new(1.0, 6.0).unwrap());
        let pooling = Pooling::new(2, &law, rates, 0.0).unwrap();
        let table = Lattice::poisson(3.0).unwrap();
        let best = pooling.solve(0.7).unwrap();
        for s in 0..12_i64 {
            let mut cost = 0.0;
            for a in 0..60 {
                for b in 0..60 {
                    let (x, y) = ((s - a) as f64, (s - b) as f64);
                    let moved = if x * y < 0.0 { x.abs().min(y.abs()) } else { 0.0 };
                    let one = |v: f64| if v > 0.0 { rates.holding * v } else { -rates.penalty * v };
                    cost += table.mass(a) * table.mass(b) * (one(x) + one(y) - (7.0 - 0.7) * moved);
                }
            }
            assert!((pooling.cost(s as f64, 0.7) - cost).abs() < 1e-9, "{s}");
            assert!(best.cost <= cost + 1e-9);
        }
    }

    /// With a common part the site's own law is unchanged and the variance of the sum is N σ² (1 + (N - 1) ρ).
    #[test]
    fn common_parts_give_the_correlation_asked_for() {
        for law in ["poisson:5", "negbin:5,0.3"] {
            let law: Law = law.parse().unwrap();
            let Distribution::Whole(all) = together(6, &law, &law.one().unwrap(), 0.35).unwrap() else { panic!() };
            let mean = 6.0 * law.mean();
            let var: f64 = all
                .masses()
                .iter()
                .enumerate()
                .map(|(k, m)| m * ((all.first() + k as i64) as f64 - mean).powi(2))
                .sum();
            assert!((all.mean() - mean).abs() < 1e-8);
            assert!((var / (6.0 * law.variance() * (1.0 + 5.0 * 0.35)) - 1.0).abs() < 1e-8, "{law}");
        }
    }

    #[test]
    fn impossible_correlations_are_refused() {
        let law: Law = "normal:9,2".parse().unwrap();
        assert!(Pooling::new(3, &law, Rates::new(1.0, 4.0).unwrap(), -0.6).is_err());
        let law: Law = "uniform:0,9".parse().unwrap();
        let err = Pooling::new(3, &law, Rates::new(1.0, 4.0).unwrap(), 0.5).unwrap_err();
        assert!(err.to_string().contains("normal"));
    }
}
