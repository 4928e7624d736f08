//! The limits that models share (storage, credit, fleets): how much of them a mixture uses, and their prices.

use super::master::{Coupling, Mixture};
use super::problem::Problem;
use super::view::View;
use super::whole::{run_cost, stock_path};

/// The shared limits, and the cost that no decision changes.
pub(super) struct Caps {
    storage: Vec<Vec<f64>>,
    credit: Vec<Vec<f64>>,
    fleet: Vec<Vec<f64>>,
    /// Cost of fixed orders: lanes, and carriers as far as the relaxation counts them.
    pub(super) fixed: f64,
    fixed_load: Vec<Vec<f64>>,
}

/// Excess of use over limit (negative: room), zero where there is no limit.
pub(super) struct Excess {
    storage: Vec<Vec<f64>>,
    credit: Vec<Vec<f64>>,
    fleet: Vec<Vec<f64>>,
}

impl Excess {
    /// Sum of squares.
    pub(super) fn norm(&self) -> f64 {
        [&self.storage, &self.credit, &self.fleet].into_iter().flatten().flatten().map(|v| v * v).sum()
    }
}

impl Caps {
    /// Reads the limits.
    pub(super) fn new(problem: &Problem, views: &[View]) -> Self {
        let data = problem.data();
        let (storage, credit) = stock_caps(problem, views);
        let mut fixed_load = vec![vec![0.0; data.weeks]; data.carriers.len()];
        let mut fixed = 0.0;
        for (c, cell) in data.cells.iter().enumerate() {
            for order in &cell.fixed {
                let Some(lane) = problem.lane(c, order.plant) else { continue };
                fixed += data.lanes[lane].cost * f64::from(order.cars);
                if let Some(k) = problem.carrier_of_lane(lane) {
                    fixed_load[k][order.week] += f64::from(order.cars) * problem.model_of(c).slots;
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
                    fleet[k].push(f64::from(limit).max(runs) * carrier.capacity);
                }
            }
        }
        Self { storage, credit, fleet, fixed, fixed_load }
    }

    /// Whether there is any limit.
    pub(super) fn any(&self) -> bool {
        [&self.storage, &self.credit, &self.fleet].into_iter().flatten().any(|v| !v.is_empty())
    }

    /// Σ price · limit.
    pub(super) fn value(&self, coupling: &Coupling) -> f64 {
        let dot = |caps: &[Vec<f64>], prices: &[Vec<f64>]| -> f64 {
            caps.iter().zip(prices).flat_map(|(c, p)| c.iter().zip(p)).map(|(c, p)| c * p).sum()
        };
        let fixed = dot(&self.fixed_load, &coupling.fleet);
        dot(&self.storage, &coupling.storage) + dot(&self.credit, &coupling.credit) + dot(&self.fleet, &coupling.fleet)
            - fixed
    }

    /// Use of the shared limits by the mixtures, less the limits; room counts only where a price could fall.
    pub(super) fn excess(
        &self,
        problem: &Problem,
        views: &[View],
        mixtures: &[Mixture],
        coupling: &Coupling,
    ) -> Excess {
        let data = problem.data();
        let negative =
            |caps: &[Vec<f64>]| -> Vec<Vec<f64>> { caps.iter().map(|w| w.iter().map(|c| -c).collect()).collect() };
        let mut over =
            Excess { storage: negative(&self.storage), credit: negative(&self.credit), fleet: negative(&self.fleet) };
        for (k, weeks) in over.fleet.iter_mut().enumerate() {
            weeks.iter_mut().zip(&self.fixed_load[k]).for_each(|(o, load)| *o += load);
        }
        for (m, mixture) in mixtures.iter().enumerate() {
            for (&c, parts) in problem.cells_of_model(m).iter().zip(&mixture.parts) {
                let (dealer, model) = (data.cells[c].dealer, problem.model_of(c));
                for (weight, route) in parts {
                    for (t, stock) in stock_path(&views[c], &route.packs).into_iter().enumerate() {
                        over.storage[dealer].get_mut(t).into_iter().for_each(|o| *o += weight * stock);
                        over.credit[dealer].get_mut(t).into_iter().for_each(|o| *o += weight * stock * model.price);
                    }
                    for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
                        let offer = &views[c].offers[t][route.offers[t] as usize];
                        let load = weight * f64::from(packs) * views[c].pack * model.slots;
                        if let Some(k) = problem.carrier_of_lane(offer.lane) {
                            over.fleet[k].get_mut(offer.week).into_iter().for_each(|o| *o += load);
                        }
                    }
                }
            }
        }
        for (table, prices) in [
            (&mut over.storage, &coupling.storage),
            (&mut over.credit, &coupling.credit),
            (&mut over.fleet, &coupling.fleet),
        ] {
            for (r, row) in table.iter_mut().enumerate() {
                for (t, o) in row.iter_mut().enumerate() {
                    let price = prices.get(r).and_then(|p| p.get(t)).copied().unwrap_or(0.0);
                    if *o < 1e-9 && price <= 0.0 {
                        *o = 0.0;
                    }
                }
            }
        }
        over
    }

    /// Prices after a step along the excess.
    pub(super) fn moved(&self, coupling: &Coupling, over: &Excess, step: f64) -> Coupling {
        let shift = |prices: &[Vec<f64>], over: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let row = |(r, o): (usize, &Vec<f64>)| {
                let old = |t: usize| prices.get(r).and_then(|p| p.get(t)).copied().unwrap_or(0.0);
                o.iter().enumerate().map(|(t, v)| (old(t) + step * v).max(0.0)).collect()
            };
            over.iter().enumerate().map(row).collect()
        };
        Coupling {
            storage: shift(&coupling.storage, &over.storage),
            credit: shift(&coupling.credit, &over.credit),
            fleet: shift(&coupling.fleet, &over.fleet),
        }
    }
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
