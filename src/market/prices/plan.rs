//! Prices and what the limits are worth; money in thousands.

use super::problem::Problem;

/// Duals of an offer's or pool's limits, all at least zero, thousands per unit of share (cap, floor) or car (stock).
#[derive(Clone, Debug, Default)]
pub struct Multipliers {
    /// Of the caps.
    pub cap: Vec<f64>,
    /// Of the floors.
    pub floor: Vec<f64>,
    /// Of the offers' stock.
    pub stock: Vec<f64>,
    /// Of the pools.
    pub pool: Vec<f64>,
}

/// One offer priced.
#[derive(Clone, Debug, Default)]
pub struct Priced {
    /// The price.
    pub price: f64,
    /// Share of the region's buyers.
    pub share: f64,
    /// Cars sold in the period.
    pub sales: f64,
    /// Contribution.
    pub profit: f64,
    /// What a cap higher by one thousand would bring.
    pub worth_cap: f64,
    /// What a floor lower by one thousand would bring.
    pub worth_floor: f64,
    /// What one more car would bring.
    pub worth_stock: f64,
}

/// All prices.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of the offers.
    pub offers: Vec<Priced>,
    /// What one more car in each pool would bring.
    pub worth_pool: Vec<f64>,
    /// Contribution of all.
    pub profit: f64,
    /// The duals.
    pub multipliers: Multipliers,
    /// Iterations of the solver, all groups.
    pub iterations: u64,
}

/// Something about the prices that somebody should look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Flag {
    /// A price below the car's cost: offer and how far, thousands.
    Inversion(usize, f64),
    /// The same model dearer elsewhere by more than moving a car costs: cheap offer, dear offer, gap, thousands.
    Leak(usize, usize, f64),
}

/// Flags of a plan; `moving` is what carrying a car from region to region costs.
pub fn flags(problem: &Problem, plan: &Plan, moving: Option<f64>) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (i, (offer, priced)) in problem.offers.iter().zip(&plan.offers).enumerate() {
        if priced.price < offer.cost {
            flags.push(Flag::Inversion(i, offer.cost - priced.price));
        }
    }
    let mut models: std::collections::BTreeMap<&str, (usize, usize)> = std::collections::BTreeMap::new();
    for (i, offer) in problem.offers.iter().enumerate() {
        let ends = models.entry(offer.model.as_str()).or_insert((i, i));
        if plan.offers[i].price < plan.offers[ends.0].price {
            ends.0 = i;
        }
        if plan.offers[i].price > plan.offers[ends.1].price {
            ends.1 = i;
        }
    }
    for (low, high) in models.into_values() {
        let gap = plan.offers[high].price - plan.offers[low].price;
        if moving.is_some_and(|m| gap > m) {
            flags.push(Flag::Leak(low, high, gap));
        }
    }
    flags
}
