//! Whole plans: one schedule a cell, every hard limit kept at every step.
//!
//! The mixtures give most cells one schedule already. Cells take theirs in order of its weight when it fits what is
//! left; the others are scheduled anew within what is left. Then passes over all cells: a cell is taken out and
//! scheduled again at true costs (whole carrier runs, real limits) and put back only if the plan gets cheaper. In
//! large networks a batch of cells is scheduled at once against the same books, and each new schedule is checked
//! again when it is booked: the answer depends on the size of the batch, never on the number of threads.

use super::limits::Caps;
use super::prices::{Prices, Routed, lost_cars, stock_path};
use super::problem::Problem;
use super::room::Room;
use super::schedule::Scratch;
use super::view::View;
use rayon::prelude::*;

pub(super) const EPS: f64 = 1e-9;
/// Cells of a model up to which all pairs are tried.
const PAIRED: usize = 24;
/// Cells from which on they are scheduled in batches, and the size of a batch.
const MANY: usize = 2_000;
const BATCH: usize = 128;

/// A whole plan in the making.
pub(super) struct Whole<'a> {
    pub(super) problem: &'a Problem,
    pub(super) views: &'a [View],
    /// Schedule of each cell.
    pub(super) routes: Vec<Routed>,
    /// Build slots not taken: `[supply][week]`.
    pub(super) left: Vec<Vec<i64>>,
    /// Slots loaded on each carrier group: `[carrier][week]`, fixed cars included.
    pub(super) load: Vec<Vec<f64>>,
    /// Runs that may be made: the fleet, or more where fixed cars need more.
    pub(super) fleet: Vec<Vec<f64>>,
    /// Places left in stock at the end of each week: `[dealer][week]`; empty without limit.
    pub(super) places: Vec<Vec<f64>>,
    /// Money left of the credit line: `[dealer][week]`; empty without limit.
    pub(super) credit: Vec<Vec<f64>>,
    /// Cars lost by model.
    pub(super) lost: Vec<f64>,
    /// Cars the fill goal allows to lose, by model.
    allowed: Vec<f64>,
}

/// Runs for a load, slots missing from the minimum load, and the cost of both.
pub(super) fn run_cost(problem: &Problem, carrier: usize, load: f64) -> (f64, f64, f64) {
    let k = &problem.data().carriers[carrier];
    let runs = (load / k.capacity - EPS).ceil().max(0.0);
    let under = (k.minimum_load * k.capacity * runs - load).max(0.0);
    (runs, under, runs * k.cost + under * k.under_load)
}

impl<'a> Whole<'a> {
    /// The plan without any free order.
    pub(super) fn empty(problem: &'a Problem, views: &'a [View], caps: &Caps) -> Self {
        let data = problem.data();
        let weeks = data.weeks;
        let none = Routed::none(weeks);
        let mut left: Vec<Vec<i64>> =
            data.supply.iter().map(|s| s.slots.iter().map(|&v| i64::from(v)).collect()).collect();
        let mut load = vec![vec![0.0; weeks]; data.carriers.len()];
        for (c, cell) in data.cells.iter().enumerate() {
            for fixed in &cell.fixed {
                let source = problem.sources(c).iter().find(|s| data.supply[s.0].plant == fixed.plant);
                let Some(&(s, lane)) = source else { continue };
                left[s][fixed.week] -= i64::from(fixed.cars);
                if let Some(k) = problem.carrier_of_lane(lane) {
                    load[k][fixed.week] += f64::from(fixed.cars) * problem.model_of(c).slots;
                }
            }
        }
        let fleet = (0..load.len())
            .map(|k| {
                let limit = data.carriers[k].fleet.map_or(f64::INFINITY, f64::from);
                load[k].iter().map(|&l| limit.max(run_cost(problem, k, l).0)).collect()
            })
            .collect();
        let mut whole = Self {
            problem,
            views,
            routes: vec![none.clone(); data.cells.len()],
            left,
            load,
            fleet,
            places: caps.storage.clone(),
            credit: caps.credit.clone(),
            lost: vec![0.0; data.models.len()],
            allowed: caps.lost.clone(),
        };
        (0..data.cells.len()).for_each(|c| whole.account(c, 1.0));
        whole
    }

    /// Gives cells the schedules of their mixtures, the surest first, as far as they fit.
    pub(super) fn adopt(&mut self, parts: &[Vec<(f64, Routed)>], prices: &Prices) {
        let mut order = Vec::new();
        for (c, mixture) in parts.iter().enumerate() {
            let surest = mixture.iter().max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
            order.extend(surest.map(|(weight, route)| (*weight, c, route)));
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut scratch = Scratch::default();
        for (weight, c, route) in order {
            let room = Room::new(self, c, true);
            let new = if weight > 0.5 && room.fits(route) {
                route.clone()
            } else {
                // At the slots' prices, so that the first in line does not take what others need more.
                room.schedule(Some(prices), self.lost_price(c, prices), &mut scratch)
            };
            self.change(c, new);
        }
    }

    /// Passes over all cells until one brings nothing; returns the money saved.
    pub(super) fn improve(&mut self, prices: &Prices, passes: usize, stopped: &(dyn Fn() -> bool + Sync)) -> f64 {
        let order = self.order();
        let batch = if order.len() < MANY { 1 } else { BATCH };
        let mut saved = 0.0;
        for _ in 0..passes {
            let before = saved;
            for cells in order.chunks(batch) {
                if stopped() {
                    return saved;
                }
                saved += self.again(cells, prices);
            }
            if saved - before <= EPS {
                break;
            }
        }
        saved
    }

    /// Cells in an order that puts far ones side by side, so that those of a batch rarely want the same.
    fn order(&self) -> Vec<usize> {
        let n = self.views.len();
        if n < MANY {
            return (0..n).collect();
        }
        let models = self.problem.data().models.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&c| {
            let cell = &self.problem.data().cells[c];
            ((cell.dealer * 31 + cell.model * 17) % models.max(1), cell.dealer, cell.model)
        });
        order
    }

    /// Price of a lost car that the fill goal adds.
    fn lost_price(&self, c: usize, prices: &Prices) -> f64 {
        prices.lost[self.problem.data().cells[c].model]
    }

    /// Schedules cells anew against the same books, then books what still saves money; returns it.
    fn again(&mut self, cells: &[usize], prices: &Prices) -> f64 {
        let propose = |scratch: &mut Scratch, &c: &usize| {
            let route = Room::new(self, c, true).schedule(None, self.lost_price(c, prices), scratch);
            (route != self.routes[c]).then_some(route)
        };
        let found: Vec<Option<Routed>> = match cells {
            [one] => vec![propose(&mut Scratch::default(), one)],
            many => many.par_iter().map_init(Scratch::default, propose).collect(),
        };
        let mut saved = 0.0;
        for (&c, route) in cells.iter().zip(found) {
            let Some(route) = route else { continue };
            let room = Room::new(self, c, true);
            let gain = room.cost(&self.routes[c]) - room.cost(&route);
            if gain > 1e-7 {
                self.change(c, route);
                saved += gain;
            }
        }
        saved
    }

    /// Tries every pair of cells of small models: both out, one back in before the other, in either order, at true
    /// costs or at the slots' prices.
    pub(super) fn improve_pairs(&mut self, prices: &Prices, stopped: &(dyn Fn() -> bool + Sync)) -> f64 {
        let mut scratch = Scratch::default();
        let mut saved = 0.0;
        for m in 0..self.problem.data().models.len() {
            let cells = self.problem.cells_of_model(m).to_vec();
            let supplies = self.problem.data().supply.iter().enumerate().filter(|s| s.1.model == m);
            let scarce = supplies.flat_map(|s| &prices.slots[s.0]).any(|p| p.abs() > 1e-9);
            if cells.len() > PAIRED || !scarce {
                continue;
            }
            for &a in &cells {
                for &b in cells.iter().filter(|&&b| b != a) {
                    if stopped() {
                        return saved;
                    }
                    saved += self.pair(a, b, prices, &mut scratch);
                }
            }
        }
        saved
    }

    fn pair(&mut self, a: usize, b: usize, prices: &Prices, scratch: &mut Scratch) -> f64 {
        let old = (self.routes[a].clone(), self.routes[b].clone());
        // One after the other: the second is priced beside the first, so the sum is what both cost together.
        let cost_b = Room::new(self, b, true).cost(&old.1);
        self.account(b, -1.0);
        let cost_a = Room::new(self, a, true).cost(&old.0);
        self.account(a, -1.0);
        let before = cost_b + cost_a;
        let mut found = (before - 1e-7, old);
        for slots in [None, Some(prices)] {
            let room = Room::new(self, a, false);
            let first = room.schedule(slots, self.lost_price(a, prices), scratch);
            let cost_a = room.cost(&first);
            self.routes[a] = first;
            self.account(a, 1.0);
            let room = Room::new(self, b, false);
            let second = room.schedule(None, self.lost_price(b, prices), scratch);
            let after = cost_a + room.cost(&second);
            self.account(a, -1.0);
            if after < found.0 {
                found = (after, (self.routes[a].clone(), second));
            }
        }
        (self.routes[a], self.routes[b]) = found.1;
        self.account(a, 1.0);
        self.account(b, 1.0);
        if found.0 < before - 1e-7 { before - found.0 } else { 0.0 }
    }

    /// Cost of the fill goal when a model loses so many cars.
    pub(super) fn fill_cost(&self, model: usize, lost: f64) -> f64 {
        let penalty = self.problem.data().models[model].fill_goal.map_or(0.0, |g| g.penalty);
        if penalty > 0.0 { penalty * (lost - self.allowed[model]).max(0.0) } else { 0.0 }
    }

    /// Gives a cell another schedule.
    pub(super) fn change(&mut self, c: usize, route: Routed) {
        self.account(c, -1.0);
        self.routes[c] = route;
        self.account(c, 1.0);
    }

    /// Books a cell's schedule (`sign` 1) or takes it off the books (-1).
    fn account(&mut self, c: usize, sign: f64) {
        let cell = &self.problem.data().cells[c];
        let (view, route) = (&self.views[c], &self.routes[c]);
        for (t, &packs) in route.packs.iter().enumerate().filter(|p| *p.1 > 0) {
            let offer = &view.offers[t][route.offers[t] as usize];
            let cars = f64::from(packs) * view.pack;
            self.left[offer.supply][offer.week] -= (sign * cars) as i64;
            if let Some(k) = self.problem.carrier_of_lane(offer.lane) {
                self.load[k][offer.week] += sign * cars * self.problem.model_of(c).slots;
            }
        }
        self.lost[cell.model] += sign * lost_cars(view, &route.packs);
        if self.places[cell.dealer].is_empty() && self.credit[cell.dealer].is_empty() {
            return;
        }
        let price = self.problem.model_of(c).price;
        for (t, stock) in stock_path(view, &route.packs).into_iter().enumerate() {
            if let Some(left) = self.places[cell.dealer].get_mut(t) {
                *left -= sign * stock;
            }
            if let Some(left) = self.credit[cell.dealer].get_mut(t) {
                *left -= sign * stock * price;
            }
        }
    }
}
