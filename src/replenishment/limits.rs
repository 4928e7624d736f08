//! The limits that cells share (build slots, fill goals, storage, credit, fleets): what is left of them for free
//! orders, what they are worth at given prices, and the bound that any prices prove.

use super::prices::{Limit, Prices, Routed, each_use, stock_path};
use super::problem::{Mode, Problem};
use super::view::View;
use super::whole::run_cost;
use std::collections::BTreeMap;

/// The shared limits, and the cost that no decision changes.
pub(super) struct Caps {
    /// Cars left for free orders `[supply][week]`; 0 inside the freeze.
    pub(super) slots: Vec<Vec<f64>>,
    /// Cars a model may lose under its fill goal; infinite without a goal.
    pub(super) lost: Vec<f64>,
    /// `[dealer][week]`, empty without limit.
    pub(super) storage: Vec<Vec<f64>>,
    pub(super) credit: Vec<Vec<f64>>,
    /// Carrier slots `[carrier][week]` beyond fixed loads, empty without limit.
    pub(super) fleet: Vec<Vec<f64>>,
    /// Cost of fixed orders: lanes, and carriers as far as the relaxation counts them.
    pub(super) fixed: f64,
}

impl Caps {
    /// Reads the limits.
    pub(super) fn new(problem: &Problem, views: &[View]) -> Self {
        let data = problem.data();
        let (storage, credit) = stock_caps(problem, views);
        let mut slots: Vec<Vec<f64>> =
            data.supply.iter().map(|s| s.slots.iter().map(|&v| f64::from(v)).collect()).collect();
        slots.iter_mut().for_each(|weeks| weeks[..data.freeze.min(data.weeks)].fill(0.0));
        let mut fixed_load = vec![vec![0.0; data.weeks]; data.carriers.len()];
        let mut fixed = 0.0;
        for (c, cell) in data.cells.iter().enumerate() {
            for order in &cell.fixed {
                let Some(lane) = problem.lane(c, order.plant) else { continue };
                fixed += data.lanes[lane].cost * f64::from(order.cars);
                if let Some(k) = problem.carrier_of_lane(lane) {
                    fixed_load[k][order.week] += f64::from(order.cars) * problem.model_of(c).slots;
                }
                let supply = problem.sources(c).iter().find(|s| s.1 == lane).map(|s| s.0);
                if let (Some(s), true) = (supply, order.week >= data.freeze) {
                    slots[s][order.week] -= f64::from(order.cars);
                }
            }
        }
        let mut fleet = vec![Vec::new(); data.carriers.len()];
        for (k, carrier) in data.carriers.iter().enumerate() {
            for (week, &load) in fixed_load[k].iter().enumerate() {
                let (runs, _, cost) = run_cost(problem, k, load);
                // In frozen weeks the runs are known; later the relaxation counts each slot at the price of a full run.
                fixed += if week < data.freeze { cost } else { load / carrier.capacity * carrier.cost };
                if let Some(limit) = carrier.fleet {
                    fleet[k].push(f64::from(limit).max(runs) * carrier.capacity - load);
                }
            }
        }
        let lost = (0..data.models.len()).map(|m| allowed(problem, views, m)).collect();
        Self { slots, lost, storage, credit, fleet, fixed }
    }

    /// What is left of a limit; infinite where there is none.
    pub(super) fn of(&self, limit: Limit) -> f64 {
        let at = |table: &[Vec<f64>], i: usize, t: usize| table[i].get(t).copied().unwrap_or(f64::INFINITY);
        match limit {
            Limit::Slot(s, w) => self.slots[s][w],
            Limit::Fill(m) => self.lost[m],
            Limit::Storage(d, t) => at(&self.storage, d, t),
            Limit::Credit(d, t) => at(&self.credit, d, t),
            Limit::Fleet(k, w) => at(&self.fleet, k, w),
        }
    }

    /// Σ price · limit.
    pub(super) fn value(&self, prices: &Prices) -> f64 {
        let dot = |caps: &[Vec<f64>], prices: &[Vec<f64>]| -> f64 {
            caps.iter().zip(prices).flat_map(|(c, p)| c.iter().zip(p)).map(|(c, p)| c * p).sum()
        };
        let goals: f64 = self.lost.iter().zip(&prices.lost).filter(|x| *x.1 > 0.0).map(|(c, p)| c * p).sum();
        goals
            + dot(&self.slots, &prices.slots)
            + dot(&self.storage, &prices.storage)
            + dot(&self.credit, &prices.credit)
            + dot(&self.fleet, &prices.fleet)
    }

    /// Storage, credit and fleets that mixtures of schedules (one mixture a cell) use beyond their limits.
    pub(super) fn excess(
        &self,
        problem: &Problem,
        views: &[View],
        parts: &[Vec<(f64, Routed)>],
    ) -> BTreeMap<Limit, f64> {
        let mut used = BTreeMap::new();
        for (c, mixture) in parts.iter().enumerate() {
            for (weight, route) in mixture {
                each_use(problem, c, &views[c], route, &mut |limit, amount| {
                    if !matches!(limit, Limit::Slot(..) | Limit::Fill(_)) && self.of(limit) < f64::INFINITY {
                        *used.entry(limit).or_insert(0.0) += weight * amount;
                    }
                });
            }
        }
        used.into_iter()
            .map(|(limit, used)| (limit, used - self.of(limit)))
            .filter(|&(limit, over)| over > 1e-6 * (1.0 + self.of(limit)))
            .collect()
    }
}

/// The range of prices that prove something: none below zero, but in push mode a car without a dealer costs money,
/// and no lost car is dearer than the penalty of its goal.
pub(super) fn clamped(problem: &Problem, limit: Limit, price: f64) -> f64 {
    match (limit, problem.data().mode) {
        (Limit::Slot(..), Mode::Push { unallocated }) => price.max(-unallocated),
        (Limit::Fill(m), _) => price.clamp(0.0, problem.data().models[m].fill_goal.map_or(0.0, |g| g.penalty)),
        _ => price.max(0.0),
    }
}

/// Cars a model may lose.
fn allowed(problem: &Problem, views: &[View], model: usize) -> f64 {
    let cells = problem.cells_of_model(model).iter();
    let demand: f64 = cells.map(|&c| views[c].demand_before[views[c].weeks()]).sum();
    problem.data().models[model].fill_goal.map_or(f64::INFINITY, |g| (1.0 - g.share) * demand)
}

/// Storage and credit by dealer and week, never below the stock that stands there if nothing is ordered.
pub(super) fn stock_caps(problem: &Problem, views: &[View]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let data = problem.data();
    let mut caps = (Vec::new(), Vec::new());
    for (d, dealer) in data.dealers.iter().enumerate() {
        let (mut cars, mut money) = (vec![0.0_f64; data.weeks], vec![0.0_f64; data.weeks]);
        if dealer.storage.is_some() || dealer.credit.is_some() {
            for &c in problem.cells_of_dealer(d) {
                for (t, stock) in stock_path(&views[c], &vec![0; data.weeks]).into_iter().enumerate() {
                    cars[t] += stock;
                    money[t] += stock * problem.model_of(c).price;
                }
            }
        }
        let cap = |limit: Option<f64>, idle: &[f64]| {
            limit.map_or_else(Vec::new, |l| idle.iter().map(|&v| v.max(l)).collect())
        };
        caps.0.push(cap(dealer.storage, &cars));
        caps.1.push(cap(dealer.credit, &money));
    }
    caps
}
