//! Whole plans: one schedule a cell, every hard limit kept at every step.
//!
//! The mixtures give nearly every cell one schedule already. Cells take theirs in order of its weight when it fits
//! what is left; the others are scheduled anew within what is left. Then passes over all cells: a cell is taken out
//! and scheduled again at true costs (whole carrier runs, real limits) and put back only if the plan gets cheaper.

use super::master::{Mixture, Routed, lost_cars};
use super::problem::{Mode, Problem};
use super::schedule::{Price, Scratch, Tariff, best, price_of, widest};
use super::view::{Offer, View};
use std::collections::BTreeMap;

const EPS: f64 = 1e-9;
/// Cells of a model up to which all pairs are tried.
const PAIRED: usize = 24;

/// Slot prices by supply and week.
type Prices = BTreeMap<usize, Vec<f64>>;

/// A whole plan in the making.
pub(super) struct Whole<'a> {
    problem: &'a Problem,
    views: &'a [View],
    /// Schedule of each cell.
    pub(super) routes: Vec<Routed>,
    /// Build slots not taken: `[supply][week]`.
    left: Vec<Vec<i64>>,
    /// Slots loaded on each carrier group: `[carrier][week]`, fixed cars included.
    pub(super) load: Vec<Vec<f64>>,
    /// Runs that may be made: the fleet, or more where fixed cars need more.
    fleet: Vec<Vec<f64>>,
    /// Places left in stock at the end of each week: `[dealer][week]`; empty without limit.
    places: Vec<Vec<f64>>,
    /// Money left of the credit line: `[dealer][week]`; empty without limit.
    credit: Vec<Vec<f64>>,
    /// Cars lost by model.
    lost: Vec<f64>,
    /// Cars the fill goal allows to lose, by model.
    allowed: Vec<f64>,
}

/// Cost of a load: runs and slots missing from the minimum load.
pub(super) fn run_cost(problem: &Problem, carrier: usize, load: f64) -> (f64, f64, f64) {
    let k = &problem.data().carriers[carrier];
    let runs = (load / k.capacity - EPS).ceil().max(0.0);
    let under = (k.minimum_load * k.capacity * runs - load).max(0.0);
    (runs, under, runs * k.cost + under * k.under_load)
}

/// Stock at the end of each week under a schedule.
pub(super) fn stock_path(view: &View, packs: &[u16]) -> Vec<f64> {
    let mut stock = view.initial;
    let step = |t: usize| {
        stock += view.standing[t] + f64::from(packs[t]) * view.pack;
        stock = (stock - (view.demand_before[t + 1] - view.demand_before[t])).max(0.0);
        stock
    };
    (0..view.weeks()).map(step).collect()
}

impl<'a> Whole<'a> {
    /// The plan without any free order.
    pub(super) fn empty(problem: &'a Problem, views: &'a [View]) -> Self {
        let data = problem.data();
        let weeks = data.weeks;
        let none = Routed { packs: vec![0; weeks], offers: vec![0; weeks] };
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
        let demand =
            |m: usize| -> f64 { problem.cells_of_model(m).iter().map(|&c| views[c].demand_before[weeks]).sum() };
        let allowed = (0..data.models.len())
            .map(|m| data.models[m].fill_goal.map_or(f64::INFINITY, |g| (1.0 - g.share) * demand(m)))
            .collect();
        let mut lost = vec![0.0; data.models.len()];
        for (c, view) in views.iter().enumerate() {
            lost[data.cells[c].model] += lost_cars(view, &none.packs);
        }
        let (places, credit) = room(problem, views, &none.packs);
        Self { problem, views, routes: vec![none; data.cells.len()], left, load, fleet, places, credit, lost, allowed }
    }

    /// Gives cells the schedules of their mixtures, the surest first, as far as they fit.
    pub(super) fn adopt(&mut self, mixtures: &[Mixture]) {
        let mut order = Vec::new();
        for (m, mixture) in mixtures.iter().enumerate() {
            for (&c, parts) in self.problem.cells_of_model(m).iter().zip(&mixture.parts) {
                let surest = parts.iter().max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
                if let Some((weight, route)) = surest {
                    order.push((*weight, c, route, mixture.lost));
                }
            }
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut scratch = Scratch::default();
        for (weight, c, route, lost) in order {
            self.take_out(c);
            if weight > 0.5 && self.fits(c, route) {
                self.routes[c] = route.clone();
            } else {
                // At the slots' prices, so that the first in line does not take what others need more.
                let prices = &mixtures[self.problem.data().cells[c].model].slots;
                self.schedule(c, lost, prices, &mut scratch);
            }
            self.put_in(c);
        }
    }

    /// Passes over all cells until one brings nothing; returns the money saved.
    pub(super) fn improve(&mut self, mixtures: &[Mixture], passes: usize, stopped: &dyn Fn() -> bool) -> f64 {
        let mut scratch = Scratch::default();
        let mut saved = 0.0;
        for _ in 0..passes {
            let before = saved;
            for c in 0..self.views.len() {
                if stopped() {
                    return saved;
                }
                saved += self.again(c, mixtures, &mut scratch);
            }
            if saved - before <= EPS {
                break;
            }
        }
        saved
    }

    /// Gives a cell (taken out) its best schedule within what is left, scarce slots at the given prices.
    fn schedule(&mut self, c: usize, lost: f64, prices: &Prices, scratch: &mut Scratch) {
        let tariff = self.tariff(c, lost, prices);
        let packs = best(&self.views[c], &tariff, scratch).packs;
        self.routes[c] = self.route(c, packs, prices);
    }

    /// True cost of the schedule a cell (taken out) has, fill goal included.
    fn true_cost(&self, c: usize) -> f64 {
        let packs = &self.routes[c].packs;
        let plain = self.tariff(c, 0.0, &Prices::new());
        let model = self.problem.data().cells[c].model;
        let fill = self.fill_cost(model, lost_cars(&self.views[c], packs));
        price_of(&self.views[c], &plain, packs).map_or(f64::INFINITY, |p| p + fill)
    }

    /// Tries every pair of cells of small models: both out, one back in before the other, in either order, at true
    /// costs or at the slots' prices.
    pub(super) fn improve_pairs(&mut self, mixtures: &[Mixture], stopped: &dyn Fn() -> bool) -> f64 {
        let mut scratch = Scratch::default();
        let mut saved = 0.0;
        for (m, mixture) in mixtures.iter().enumerate() {
            let cells = self.problem.cells_of_model(m).to_vec();
            if cells.len() > PAIRED || !mixture.slots.values().flatten().any(|&p| p.abs() > 1e-9) {
                continue;
            }
            for &a in &cells {
                for &b in cells.iter().filter(|&&b| b != a) {
                    if stopped() {
                        return saved;
                    }
                    saved += self.pair(a, b, mixture, &mut scratch);
                }
            }
        }
        saved
    }

    fn pair(&mut self, a: usize, b: usize, mixture: &Mixture, scratch: &mut Scratch) -> f64 {
        let old = (self.routes[a].clone(), self.routes[b].clone());
        // One after the other: the second is priced beside the first, so the sum is what both cost together.
        let cost_b = self.outside(b);
        let cost_a = self.outside(a);
        let before = cost_b + cost_a;
        let mut found = (before - 1e-7, old);
        for prices in [&Prices::new(), &mixture.slots] {
            self.schedule(a, mixture.lost, prices, scratch);
            let cost_a = self.true_cost(a);
            self.put_in(a);
            self.schedule(b, mixture.lost, &Prices::new(), scratch);
            let after = cost_a + self.true_cost(b);
            self.take_out(a);
            if after < found.0 {
                found = (after, (self.routes[a].clone(), self.routes[b].clone()));
            }
        }
        (self.routes[a], self.routes[b]) = found.1;
        self.put_in(a);
        self.put_in(b);
        if found.0 < before - 1e-7 { before - found.0 } else { 0.0 }
    }

    /// Takes a cell out and says what its schedule costs there.
    fn outside(&mut self, c: usize) -> f64 {
        self.take_out(c);
        self.true_cost(c)
    }

    /// Schedules one cell anew; returns the money saved (0 when the old schedule stays).
    fn again(&mut self, c: usize, mixtures: &[Mixture], scratch: &mut Scratch) -> f64 {
        let model = self.problem.data().cells[c].model;
        self.take_out(c);
        let old = self.routes[c].clone();
        let before = self.true_cost(c);
        self.schedule(c, mixtures.get(model).map_or(0.0, |m| m.lost), &Prices::new(), scratch);
        let gain = before - self.true_cost(c);
        let better = gain > 1e-7;
        if !better {
            self.routes[c] = old;
        }
        self.put_in(c);
        if better { gain } else { 0.0 }
    }

    /// Cost of the fill goal when a model loses this many more cars.
    fn fill_cost(&self, model: usize, more: f64) -> f64 {
        let penalty = self.problem.data().models[model].fill_goal.map_or(0.0, |g| g.penalty);
        if penalty > 0.0 { penalty * (self.lost[model] + more - self.allowed[model]).max(0.0) } else { 0.0 }
    }

    fn take_out(&mut self, c: usize) {
        self.account(c, -1.0);
    }

    fn put_in(&mut self, c: usize) {
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

    /// Most cars a cell (taken out) may have in stock each week.
    fn most(&self, c: usize) -> Vec<f64> {
        let dealer = self.problem.data().cells[c].dealer;
        let price = self.problem.model_of(c).price;
        let (places, credit) = (&self.places[dealer], &self.credit[dealer]);
        let limit = |t: usize| {
            let money = credit.get(t).filter(|_| price > 0.0).map_or(f64::INFINITY, |&m| m / price);
            places.get(t).copied().unwrap_or(f64::INFINITY).min(money).max(0.0)
        };
        if places.is_empty() && credit.is_empty() {
            return Vec::new();
        }
        (0..self.views[c].weeks()).map(limit).collect()
    }

    /// The cheapest offer with room for so many packs, and its true cost.
    fn cheapest(&self, c: usize, offers: &[Offer], packs: usize, prices: &Prices) -> Option<(usize, f64)> {
        let view = &self.views[c];
        let cars = packs as f64 * view.pack;
        let data = self.problem.data();
        let mut found: Option<(usize, f64)> = None;
        for (o, offer) in offers.iter().enumerate() {
            if self.left[offer.supply][offer.week] < cars as i64 {
                continue;
            }
            let mut money = data.lanes[offer.lane].cost * cars;
            if let Some(k) = self.problem.carrier_of_lane(offer.lane) {
                let load = self.load[k][offer.week];
                let (runs, _, cost) = run_cost(self.problem, k, load + cars * self.problem.model_of(c).slots);
                if runs > self.fleet[k][offer.week] {
                    continue;
                }
                money += cost - run_cost(self.problem, k, load).2;
            }
            if let Mode::Push { unallocated } = data.mode {
                money -= unallocated * cars;
            }
            money += cars * prices.get(&offer.supply).map_or(0.0, |p| p[offer.week]);
            if found.is_none_or(|f| money < f.1) {
                found = Some((o, money));
            }
        }
        found
    }

    /// True costs and limits as a cell (taken out) sees them.
    fn tariff(&self, c: usize, lost: f64, prices: &Prices) -> Tariff {
        let view = &self.views[c];
        let longest = widest(view);
        let table = |offers: &Vec<Offer>| {
            if offers.is_empty() {
                return Price::Closed;
            }
            let mut costs = vec![0.0];
            for packs in 1..=longest {
                match self.cheapest(c, offers, packs, prices) {
                    Some(found) => costs.push(found.1),
                    None => break,
                }
            }
            if costs.len() == 1 { Price::Closed } else { Price::Table(costs) }
        };
        Tariff { orders: view.offers.iter().map(table).collect(), stock: Vec::new(), most: self.most(c), lost }
    }

    fn route(&self, c: usize, packs: Vec<u16>, prices: &Prices) -> Routed {
        let offers = packs.iter().enumerate().map(|(t, &p)| match p {
            0 => 0,
            _ => self.cheapest(c, &self.views[c].offers[t], p as usize, prices).map_or(0, |f| f.0 as u8),
        });
        Routed { offers: offers.collect(), packs }
    }

    /// Whether a schedule keeps every limit for a cell that is taken out.
    fn fits(&self, c: usize, route: &Routed) -> bool {
        let view = &self.views[c];
        let orders = route.packs.iter().enumerate().filter(|p| *p.1 > 0).all(|(t, &p)| {
            let offer = &view.offers[t][route.offers[t] as usize];
            self.cheapest(c, std::slice::from_ref(offer), p as usize, &Prices::new()).is_some()
        });
        let most = self.most(c);
        orders && (most.is_empty() || stock_path(view, &route.packs).iter().zip(&most).all(|(s, m)| *s <= m + EPS))
    }
}

/// Places and credit left over the stock of a plan without free orders; where that stock alone breaks the limit, the
/// stock is the limit.
fn room(problem: &Problem, views: &[View], none: &[u16]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let data = problem.data();
    let mut tables = (Vec::new(), Vec::new());
    for (d, dealer) in data.dealers.iter().enumerate() {
        let (mut cars, mut money) = (vec![0.0; data.weeks], vec![0.0; data.weeks]);
        if dealer.storage.is_some() || dealer.credit.is_some() {
            for &c in problem.cells_of_dealer(d) {
                for (t, stock) in stock_path(&views[c], none).into_iter().enumerate() {
                    cars[t] += stock;
                    money[t] += stock * problem.model_of(c).price;
                }
            }
        }
        let rest = |limit: Option<f64>, used: &[f64]| {
            limit.map_or_else(Vec::new, |l| used.iter().map(|u| (l - u).max(0.0)).collect())
        };
        tables.0.push(rest(dealer.storage, &cars));
        tables.1.push(rest(dealer.credit, &money));
    }
    tables
}
