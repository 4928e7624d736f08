//! The (s, S) policy, exactly: Zheng & Federgruen (Operations Research 39, 1991).
//!
//! Reviewed every period; when the inventory position is at or below `s` it is raised to `S`. With the renewal density
//! `m(j)` of demand (`m(0) = 1 / (1 - p_0)`, `m(j) = Σ_l p_l m(j - l)` and `M(j) = Σ_{i<j} m(i)`) and the cost `G` of a
//! period (demand of `L + 1` periods), `c(s, S) = (K + Σ_{j=0}^{S-s-1} m(j) G(S - j)) / M(S - s)`.
//! The algorithm moves `s` and `S` outwards from the minimum of `G` and skips every `S` that cannot improve; the cost
//! jumps between distant `S`, so that a local search would miss the optimum.

use super::error::not_negative;
use super::{Distribution, Lattice, Law, PolicyError, Rates, special};

/// Steps of the grid per standard deviation when demand is continuous.
const FINENESS: f64 = 64.0;

/// The best pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SsPlan {
    /// Reorder point: order when the position is at or below it.
    pub reorder: f64,
    /// Order-up-to level.
    pub up_to: f64,
    /// Expected cost of a period.
    pub cost: f64,
    /// Width of the grid on which the pair is best (1 for whole demand; a fraction of the standard deviation otherwise).
    pub grid: f64,
}

/// Finds the best (s, S) for a fixed cost an order and a lead time in periods.
pub fn solve(law: &Law, rates: Rates, fixed: f64, lead: f64) -> Result<SsPlan, PolicyError> {
    not_negative("fixed", fixed)?;
    let interval = law.over(not_negative("lead", lead)? + 1.0)?;
    let one = law.one()?;
    let (step, table) = tabulate(law, &one)?;
    if table.first() < 0 {
        return Err(PolicyError::Unsupported {
            model: "(s, S)",
            law: law.to_string(),
            hint: "demand may not be negative here: give a law on numbers of 0 or more",
        });
    }
    if table.mean() <= 0.0 {
        return Err(PolicyError::NotPositive { name: "mean demand", value: table.mean() });
    }
    let best = Search { rates, fixed, table: &table, interval: &interval, step }.run()?;
    Ok(SsPlan { reorder: best.0 as f64 * step, up_to: best.1 as f64 * step, cost: best.2, grid: step })
}

/// One period's demand on a grid: its own grid when it has one, otherwise cells of a small share of its deviation.
fn tabulate(law: &Law, one: &Distribution) -> Result<(f64, Lattice), PolicyError> {
    match one {
        Distribution::Whole(table) => return Ok((1.0, table.clone())),
        Distribution::Steps { step, count } => return Ok((*step, count.clone())),
        _ => {}
    }
    let sd = law.variance().sqrt();
    let step = sd / FINENESS;
    let low = match law {
        Law::Uniform { low, .. } => *low,
        _ => (law.mean() - 9.0 * sd).max(0.0),
    };
    let high = match law {
        Law::Uniform { high, .. } => *high,
        Law::LogNormal { mu, sigma } => (mu + 8.0 * sigma).exp(),
        _ => law.mean() + 9.0 * sd,
    };
    let first = (low / step).floor();
    let cells = (high / step).ceil() - first + 1.0;
    if cells > 200_000.0 {
        return Err(PolicyError::TooLarge { size: cells as usize, limit: 200_000 });
    }
    // The mass of a cell is spread over its two neighbours so that the mean is kept: the second difference of the loss.
    let loss = |k: f64| one.loss((first + k) * step);
    let mut mass: Vec<f64> = (0..=cells as usize)
        .map(|k| k as f64)
        .map(|k| ((loss(k - 1.0) - 2.0 * loss(k) + loss(k + 1.0)) / step).max(0.0))
        .collect();
    // A normal law reaches below zero by a hair; that hair counts as no demand.
    if first == 0.0 && matches!(law, Law::Normal { .. }) {
        mass[0] += special::cumulative(-law.mean() / sd);
    }
    Ok((step, Lattice::new(first as i64, mass)))
}

struct Search<'a> {
    rates: Rates,
    fixed: f64,
    table: &'a Lattice,
    interval: &'a Distribution,
    step: f64,
}

impl Search<'_> {
    fn g(&self, y: i64) -> f64 {
        self.rates.expected(self.interval, y as f64 * self.step)
    }

    fn run(&self) -> Result<(i64, i64, f64), PolicyError> {
        let mut renewal = Renewal::new(self.table);
        let floor = (self.interval.quantile(self.rates.critical_ratio()) / self.step).round() as i64;
        let peak = if self.g(floor) <= self.g(floor + 1) { floor } else { floor + 1 };
        let mut costs = Costs { at: peak, below: Vec::new(), above: Vec::new(), search: self };
        // Start: the best s for S = peak.
        let mut up_to = peak;
        let mut s = peak - 1;
        let mut cost = self.average(&mut renewal, &mut costs, s, up_to)?;
        while cost > costs.get(s) {
            s -= 1;
            cost = self.average(&mut renewal, &mut costs, s, up_to)?;
        }
        // Then every S whose own period cost does not exceed the best average.
        let mut candidate = up_to + 1;
        while costs.get(candidate) <= cost {
            let trial = self.average(&mut renewal, &mut costs, s, candidate)?;
            if trial < cost {
                up_to = candidate;
                cost = trial;
                while s + 1 < up_to && cost <= costs.get(s + 1) {
                    s += 1;
                    cost = self.average(&mut renewal, &mut costs, s, up_to)?;
                }
            }
            candidate += 1;
        }
        Ok((s, up_to, cost))
    }

    /// `c(s, S)`.
    fn average(
        &self,
        renewal: &mut Renewal<'_>,
        costs: &mut Costs<'_, '_>,
        s: i64,
        up_to: i64,
    ) -> Result<f64, PolicyError> {
        let width = (up_to - s) as usize;
        renewal.extend(width)?;
        let _ = costs.get(s + 1);
        let _ = costs.get(up_to);
        let sum: f64 = (0..width).map(|j| renewal.density[j] * costs.known(up_to - j as i64)).sum();
        Ok((self.fixed + sum) / renewal.total[width])
    }
}

/// `G` tabulated outwards from its minimum, as far as it is asked for.
struct Costs<'a, 'b> {
    at: i64,
    below: Vec<f64>,
    above: Vec<f64>,
    search: &'a Search<'b>,
}

impl Costs<'_, '_> {
    fn get(&mut self, y: i64) -> f64 {
        if y >= self.at {
            while self.above.len() as i64 <= y - self.at {
                self.above.push(self.search.g(self.at + self.above.len() as i64));
            }
        } else {
            while (self.below.len() as i64) < self.at - y {
                self.below.push(self.search.g(self.at - 1 - self.below.len() as i64));
            }
        }
        self.known(y)
    }

    fn known(&self, y: i64) -> f64 {
        if y >= self.at { self.above[(y - self.at) as usize] } else { self.below[(self.at - 1 - y) as usize] }
    }
}

/// Renewal density `m` and its running sums `M`.
struct Renewal<'a> {
    table: &'a Lattice,
    density: Vec<f64>,
    total: Vec<f64>,
}

impl<'a> Renewal<'a> {
    fn new(table: &'a Lattice) -> Self {
        Self { table, density: Vec::new(), total: vec![0.0] }
    }

    fn extend(&mut self, length: usize) -> Result<(), PolicyError> {
        const LIMIT: usize = 100_000;
        if length > LIMIT {
            return Err(PolicyError::TooLarge { size: length, limit: LIMIT });
        }
        let (first, masses) = (self.table.first() as usize, self.table.masses());
        let stay = 1.0 - self.table.mass(0);
        while self.density.len() < length {
            let j = self.density.len();
            let from = first.max(1);
            let sum: f64 =
                (from..=j.min(first + masses.len() - 1)).map(|l| masses[l - first] * self.density[j - l]).sum();
            let value = if j == 0 { 1.0 } else { sum } / stay;
            self.density.push(value);
            self.total.push(self.total[j] + value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(law: &str, h: f64, p: f64, k: f64) -> SsPlan {
        solve(&law.parse().unwrap(), Rates::new(h, p).unwrap(), k, 0.0).unwrap()
    }

    #[test]
    fn snyder_shen_example_4_7() {
        let plan = solved("poisson:6", 1.0, 4.0, 5.0);
        assert_eq!((plan.reorder, plan.up_to), (4.0, 10.0));
        assert!((plan.cost - 8.034_111_561_5).abs() < 5e-11, "{}", plan.cost);
    }

    #[test]
    fn zheng_federgruen_table() {
        for (mean, s, up_to, cost) in [
            (10, 6.0, 40.0, 35.0216),
            (20, 14.0, 62.0, 49.1730),
            (23, 17.0, 52.0, 52.7567),
            (40, 33.0, 87.0, 64.5118),
            (50, 42.0, 108.0, 70.9752),
            (61, 52.0, 131.0, 77.9287),
            (62, 53.0, 72.0, 78.1718),
            (75, 67.0, 86.0, 79.5538),
        ] {
            let plan = solved(&format!("poisson:{mean}"), 1.0, 9.0, 64.0);
            assert_eq!((plan.reorder, plan.up_to), (s, up_to), "mean {mean}");
            assert!((plan.cost - cost).abs() <= 5e-5, "mean {mean}: {} != {cost}", plan.cost);
        }
    }

    /// The stationary cost of any pair by iterating the Markov chain of the position: another road to `c(s, S)`.
    fn by_markov_chain(table: &Lattice, rates: Rates, fixed: f64, s: i64, up_to: i64) -> f64 {
        let demand = Distribution::Whole(table.clone());
        let n = (up_to - s) as usize;
        let mut share = vec![1.0 / n as f64; n];
        for _ in 0..4000 {
            let mut next = vec![0.0; n];
            for (k, &w) in share.iter().enumerate() {
                let mut left = 1.0;
                for d in 0..n - k {
                    let m = table.mass(d as i64);
                    next[k + d] += w * m;
                    left -= m;
                }
                next[0] += w * left;
            }
            share = next.iter().zip(&share).map(|(a, b)| 0.5 * (a + b)).collect();
        }
        let mut cost = 0.0;
        for (k, &w) in share.iter().enumerate() {
            let order: f64 = 1.0 - table.cumulative((n - k) as i64 - 1);
            cost += w * (rates.expected(&demand, (up_to - k as i64) as f64) + fixed * order);
        }
        cost
    }

    #[test]
    fn no_other_pair_is_cheaper() {
        for law in ["poisson:3", "negbin:2,0.8", "empirical:0,0,1,7"] {
            let law: Law = law.parse().unwrap();
            let rates = Rates::new(1.0, 6.0).unwrap();
            let plan = solve(&law, rates, 12.0, 0.0).unwrap();
            let (_, table) = tabulate(&law, &law.one().unwrap()).unwrap();
            let mut least = f64::INFINITY;
            for s in -3..10_i64 {
                for up_to in s + 1..s + 25 {
                    least = least.min(by_markov_chain(&table, rates, 12.0, s, up_to));
                }
            }
            assert!((plan.cost - least).abs() < 1e-7, "{law}: {} {least}", plan.cost);
        }
    }

    #[test]
    fn a_free_order_is_a_base_stock_policy() {
        let plan = solved("poisson:6", 1.0, 4.0, 0.0);
        let level = super::super::newsvendor::newsvendor(&"poisson:6".parse().unwrap(), Rates::new(1.0, 4.0).unwrap());
        assert!((plan.cost - level.unwrap().cost).abs() < 1e-12);
    }

    #[test]
    fn continuous_demand_is_solved_on_a_fine_grid() {
        // Fine Poisson-like normal: the cost must lie near that of the lattice of whole units.
        let plan = solved("normal:50,8", 0.18, 0.7, 2.5);
        assert!(plan.reorder < plan.up_to && (plan.grid - 0.125).abs() < 1e-12);
        let coarse = solved("normal:5000,800", 0.0018, 0.007, 2.5);
        assert!((plan.cost - coarse.cost).abs() < 1e-9, "{} {}", plan.cost, coarse.cost);
    }
}
