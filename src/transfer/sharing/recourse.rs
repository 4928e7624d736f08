use super::problem::{Sharing, SharingError};
use crate::flow::transport::{Transport, TransportPlan, solve};

/// What a scenario costs and how the cost changes with the stock.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// `Φ(S, D)`.
    pub cost: f64,
    /// A subgradient of `Φ` in `S`.
    pub gradient: Vec<f64>,
    /// Cars moved between sites.
    pub moved: f64,
}

/// The second stage: sources are the sites and "nowhere", whose cars cost the penalty.
pub struct Recourse<'a> {
    problem: &'a Sharing,
    /// `c_ij - h_i`, then the penalties: what is left over costs `h_i`, paid in advance.
    cost: Vec<f64>,
    /// Units of the integral flow in one car.
    scale: f64,
    supply: Vec<i64>,
    demand: Vec<i64>,
}

impl<'a> Recourse<'a> {
    /// For stocks and demands up to `largest` in all.
    pub fn new(problem: &'a Sharing, largest: f64) -> Self {
        let n = problem.sites();
        let lanes = (0..n * n).map(|k| problem.lane(k / n, k % n) - problem.holding()[k / n]);
        let cost = lanes.chain(problem.penalty().iter().copied()).collect();
        // Powers of two, so that whole cars stay exact; 2^50 units in all leave room for sums.
        let scale = (2f64.powi(50) / (largest.max(1.0) * (n + 1) as f64)).log2().floor().clamp(0.0, 30.0).exp2();
        Self { problem, cost, scale, supply: vec![0; n + 1], demand: vec![0; n] }
    }

    fn flow(&mut self, stock: &[f64], demand: &[f64]) -> Result<TransportPlan, SharingError> {
        let units = |cars: f64, scale: f64| (cars * scale).round() as i64;
        let n = stock.len();
        for i in 0..n {
            self.supply[i] = units(stock[i], self.scale);
            self.demand[i] = units(demand[i], self.scale);
        }
        self.supply[n] = self.demand.iter().sum();
        Ok(solve(&Transport { supply: &self.supply, demand: &self.demand, cost: &self.cost })?)
    }

    /// Cost, gradient and moves of a scenario.
    pub fn evaluate(&mut self, stock: &[f64], demand: &[f64]) -> Result<Outcome, SharingError> {
        let plan = self.flow(stock, demand)?;
        let (n, holding) = (stock.len(), self.problem.holding());
        let paid: f64 = self.supply.iter().zip(holding).map(|(&s, h)| s as f64 * h).sum();
        let gradient = holding.iter().zip(&plan.source_price).map(|(h, u)| h + u).collect();
        let moved: i64 = plan.flows.iter().filter(|f| f.0 < n && f.0 != f.1).map(|f| f.2).sum();
        Ok(Outcome { cost: (paid + plan.cost) / self.scale, gradient, moved: moved as f64 / self.scale })
    }

    /// The moves of a scenario: from, to, cars.
    pub fn moves(&mut self, stock: &[f64], demand: &[f64]) -> Result<Vec<(usize, usize, f64)>, SharingError> {
        let (n, scale) = (stock.len(), self.scale);
        let plan = self.flow(stock, demand)?;
        Ok(plan.flows.iter().filter(|f| f.0 < n && f.0 != f.1).map(|f| (f.0, f.1, f.2 as f64 / scale)).collect())
    }
}
