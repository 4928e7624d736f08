//! Prices recomputed from the data, and a bound from the duals. Knows no solver.

use super::plan::Plan;
use super::problem::Problem;

/// Largest relative gap, and largest relative excess over stock.
pub const TOLERANCE: f64 = 1e-6;

/// What was recomputed.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Contribution at the prices, thousands.
    pub profit: f64,
    /// Nothing that obeys the limits earns more, thousands.
    pub bound: f64,
    /// Largest relative difference of shares and profit told and recomputed.
    pub difference: f64,
    /// Largest excess of a price over its bounds (thousands) or of sales over stock (relative).
    pub excess: f64,
}

impl Certificate {
    /// Bound less profit, relative to the profit's size.
    pub fn gap(&self) -> f64 {
        (self.bound - self.profit) / self.bound.abs().max(self.profit.abs()).max(1e-300)
    }
    /// Whether the prices stand.
    pub fn holds(&self) -> bool {
        self.gap().abs() <= TOLERANCE && self.difference <= 1e-9 && self.excess <= TOLERANCE
    }
}

/// Checks a plan.
pub fn certify(problem: &Problem, plan: &Plan) -> Certificate {
    let mut certificate = Certificate { profit: 0.0, bound: 0.0, difference: 0.0, excess: 0.0 };
    let mut sold = vec![0.0; problem.offers.len()];
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); problem.regions.len()];
    problem.offers.iter().enumerate().for_each(|(i, o)| members[o.region].push(i));
    for (r, region) in problem.regions.iter().enumerate() {
        let utility = |i: usize| problem.offers[i].quality - problem.offers[i].alpha * plan.offers[i].price;
        let top = members[r].iter().map(|&i| utility(i)).fold(region.outside.ln(), f64::max);
        let all = (region.outside.ln() - top).exp() + members[r].iter().map(|&i| (utility(i) - top).exp()).sum::<f64>();
        for &i in &members[r] {
            let share = (utility(i) - top).exp() / all;
            sold[i] = region.buyers * share;
            worst(&mut certificate.difference, (share / plan.offers[i].share - 1.0).abs());
            certificate.profit += sold[i] * (plan.offers[i].price - problem.offers[i].cost);
        }
        certificate.bound += region_bound(problem, plan, r, &members[r]);
    }
    let told = certificate.profit.abs().max(1e-300);
    worst(&mut certificate.difference, (plan.profit - certificate.profit).abs() / told);
    limits(problem, plan, &sold, &mut certificate);
    certificate
}

/// Bounds and stock at these sales; stock also enters the bound.
fn limits(problem: &Problem, plan: &Plan, sold: &[f64], certificate: &mut Certificate) {
    for (i, offer) in problem.offers.iter().enumerate() {
        let price = plan.offers[i].price;
        worst(&mut certificate.excess, offer.floor.map_or(0.0, |l| l - price));
        worst(&mut certificate.excess, offer.cap.map_or(0.0, |u| price - u));
        if let Some(cars) = offer.stock {
            worst(&mut certificate.excess, (sold[i] - cars) / cars.max(1.0));
            certificate.bound += plan.multipliers.stock[i] * cars;
        }
    }
    for (pool, dual) in problem.pools.iter().zip(&plan.multipliers.pool) {
        let drawn: f64 = pool.offers.iter().map(|&i| sold[i]).sum();
        worst(&mut certificate.excess, (drawn - pool.cars) / pool.cars.max(1.0));
        certificate.bound += dual * pool.cars;
    }
}

/// Largest value of a region's Lagrangian: the root of `λ = κ + Σ w e^{(a − λ)/w − 1}`.
fn region_bound(problem: &Problem, plan: &Plan, r: usize, members: &[usize]) -> f64 {
    let region = &problem.regions[r];
    let mut drawn = vec![0.0; members.len()];
    for (pool, dual) in problem.pools.iter().zip(&plan.multipliers.pool).filter(|p| *p.1 > 0.0) {
        for (k, i) in members.iter().enumerate() {
            drawn[k] += if pool.offers.contains(i) { dual * region.buyers } else { 0.0 };
        }
    }
    let mut constant = 0.0;
    let mut terms = Vec::new();
    for (k, &i) in members.iter().enumerate() {
        let (offer, m) = (&problem.offers[i], &plan.multipliers);
        let weight = region.buyers / offer.alpha;
        let odds = |price: f64| (offer.quality - offer.alpha * price).exp() / region.outside;
        let (mut linear, stock) = (0.0, m.stock[i].max(0.0) * region.buyers);
        if let Some(cap) = offer.cap {
            linear += m.cap[i].max(0.0);
            constant -= m.cap[i].max(0.0) * odds(cap);
        }
        if let Some(floor) = offer.floor {
            linear -= m.floor[i].max(0.0);
            constant += m.floor[i].max(0.0) * odds(floor);
        }
        linear -= if offer.stock.is_some() { stock } else { 0.0 };
        let net = offer.quality - region.outside.ln() - offer.alpha * offer.cost;
        terms.push((weight, weight * net + linear - drawn[k]));
    }
    let over = |x: f64| constant + terms.iter().map(|(w, a)| w * ((a - x) / w - 1.0).exp()).sum::<f64>() - x;
    let size = 1.0 + constant.abs() + terms.iter().map(|(w, a)| w + a.abs()).sum::<f64>();
    let (mut low, mut high) = (constant.min(0.0) - size, size);
    while over(high) > 0.0 {
        high += high.abs();
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if over(middle) > 0.0 { low = middle } else { high = middle }
    }
    high
}

fn worst(most: &mut f64, value: f64) {
    if value > *most || value.is_nan() {
        *most = value;
    }
}
