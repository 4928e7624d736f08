//! One model: the best mixture of whole schedules of its cells within the build slots.
//!
//! The master programme weighs schedules (columns): Σ_k λ_ck = 1 for each cell, Σ x λ <= slots for each source and
//! week, all at least cost. Its duals price the slots; at these prices [`super::schedule`] finds each cell's best
//! schedule exactly; schedules that pay are added until none does. Any prices prove the bound
//! Σ_c best_c(prices) - Σ price · slots (Dantzig and Wolfe 1960, Lagrange), which holds for whole plans because the
//! schedules are whole.

use super::problem::{Error, Mode, Problem};
use super::schedule::{Price, Schedule, Scratch, Tariff, best, price_of};
use super::view::View;
use crate::lp::{Col, Hot, Limits, Programme, Row, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Most rounds of pricing; the bound is valid after any number of them.
const ROUNDS: usize = 60;
/// Distance between the master's value and the bound at which a model is finished, share of the value.
const CLOSE: f64 = 1e-6;

/// Schedules up to which a fractional mixture is turned whole by branch and bound over them.
const CHOICES: usize = 6_000;
/// Nodes of that search.
const NODES: u64 = 500;

/// Prices of the limits that models share.
#[derive(Clone, Debug, Default)]
pub(super) struct Coupling {
    /// `[dealer][week]`, money per car in stock; empty rows for none.
    pub(super) storage: Vec<Vec<f64>>,
    /// `[dealer][week]`, money per unit of money in stock.
    pub(super) credit: Vec<Vec<f64>>,
    /// `[carrier][week]`, money per slot.
    pub(super) fleet: Vec<Vec<f64>>,
}

/// A schedule with the offer used in each week of arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Routed {
    pub(super) packs: Vec<u16>,
    pub(super) offers: Vec<u8>,
}

/// What the mixture says about one model.
#[derive(Clone, Debug, Default)]
pub(super) struct Mixture {
    /// Proven lower bound of the model's cost at the coupling prices (their constants not taken off).
    pub(super) bound: f64,
    /// Weights and schedules of each cell, in the order of [`Problem::cells_of_model`].
    pub(super) parts: Vec<Vec<(f64, Routed)>>,
    /// Slot prices `[supply position of the model's supplies][week]`.
    pub(super) slots: BTreeMap<usize, Vec<f64>>,
    /// Price of a lost car that the fill goal adds.
    pub(super) lost: f64,
}

/// The prices a cell sees, and the offer behind each week.
fn tariff(
    problem: &Problem,
    cell: usize,
    view: &View,
    slots: &BTreeMap<usize, Vec<f64>>,
    coupling: &Coupling,
    lost: f64,
) -> (Tariff, Vec<u8>) {
    let mut chosen = vec![0; view.weeks()];
    let mut orders = Vec::with_capacity(view.weeks());
    for (week, offers) in view.offers.iter().enumerate() {
        let mut price = Price::Closed;
        let mut lowest = f64::INFINITY;
        for (o, offer) in offers.iter().enumerate() {
            let slot = slots.get(&offer.supply).map_or(0.0, |p| p[offer.week]);
            let money = offer.cost + slot + fleet_price(problem, coupling, cell, offer.lane, offer.week);
            if money < lowest {
                (lowest, chosen[week], price) = (money, o as u8, Price::Linear(money));
            }
        }
        orders.push(price);
    }
    let stock = stock_price(problem, cell, coupling, view.weeks());
    (Tariff { orders, stock, most: Vec::new(), lost }, chosen)
}

fn fleet_price(problem: &Problem, coupling: &Coupling, cell: usize, lane: usize, week: usize) -> f64 {
    let price = problem.carrier_of_lane(lane).and_then(|k| coupling.fleet.get(k)).and_then(|p| p.get(week));
    price.map_or(0.0, |p| p * problem.model_of(cell).slots)
}

fn stock_price(problem: &Problem, cell: usize, coupling: &Coupling, weeks: usize) -> Vec<f64> {
    let (dealer, price) = (problem.data().cells[cell].dealer, problem.model_of(cell).price);
    let at = |table: &[Vec<f64>], t: usize| table.get(dealer).and_then(|p| p.get(t)).copied().unwrap_or(0.0);
    if coupling.storage.is_empty() && coupling.credit.is_empty() {
        return Vec::new();
    }
    (0..weeks).map(|t| at(&coupling.storage, t) + price * at(&coupling.credit, t)).collect()
}

/// Cars lost under a schedule.
pub(super) fn lost_cars(view: &View, packs: &[u16]) -> f64 {
    let (mut stock, mut lost) = (view.initial, 0.0);
    for t in 0..view.weeks() {
        stock +=
            view.standing[t] + f64::from(packs[t]) * view.pack - (view.demand_before[t + 1] - view.demand_before[t]);
        lost -= stock.min(0.0);
        stock = stock.max(0.0);
    }
    lost
}

/// Build slots left for free orders: `(supply, week) -> cars`.
fn free_slots(problem: &Problem, model: usize) -> BTreeMap<(usize, usize), f64> {
    let data = problem.data();
    let mut left = BTreeMap::new();
    for (s, supply) in data.supply.iter().enumerate().filter(|s| s.1.model == model) {
        for (w, &cars) in supply.slots.iter().enumerate().skip(data.freeze) {
            left.insert((s, w), f64::from(cars));
        }
    }
    for &c in problem.cells_of_model(model) {
        for fixed in &data.cells[c].fixed {
            let supply = problem.sources(c).iter().find(|s| data.supply[s.0].plant == fixed.plant);
            if let Some(cars) = supply.and_then(|s| left.get_mut(&(s.0, fixed.week))) {
                *cars -= f64::from(fixed.cars);
            }
        }
    }
    left
}

/// The master of one model while it grows.
struct Master<'a> {
    problem: &'a Problem,
    cells: &'a [usize],
    views: &'a [View],
    coupling: &'a Coupling,
    left: BTreeMap<(usize, usize), f64>,
    hot: Hot,
    slot_row: BTreeMap<(usize, usize), Row>,
    fill_row: Option<Row>,
    first: usize,
    /// The programme without schedules.
    base: Programme,
    pool: Vec<(usize, Routed)>,
    /// Cost and entries of each schedule of the pool.
    entries: Vec<(f64, Vec<(Row, f64)>)>,
    known: Vec<BTreeSet<Routed>>,
    slots: BTreeMap<usize, Vec<f64>>,
    lost: f64,
}

/// Solves one model.
pub(super) fn solve(
    problem: &Problem,
    model: usize,
    views: &[View],
    coupling: &Coupling,
    limits: &Limits,
) -> Result<Mixture, Error> {
    let cells = problem.cells_of_model(model);
    let mut scratch = Scratch::default();
    let left = free_slots(problem, model);
    let free = price_all(problem, cells, views, coupling, &BTreeMap::new(), 0.0, &mut scratch);
    let goal = problem.data().models[model].fill_goal.filter(|g| g.penalty > 0.0);
    let pull = matches!(problem.data().mode, Mode::Pull);
    let bound = free.iter().map(|f| f.0.cost).sum();
    if pull && goal.is_none() && fits(cells, views, &free, &left) {
        let parts = free.into_iter().map(|f| vec![(1.0, routed(f))]).collect();
        return Ok(Mixture { bound, parts, slots: zero_prices(problem, model), lost: 0.0 });
    }
    let mut master = Master::new(problem, model, views, coupling, left, limits)?;
    master.start(free, &mut scratch)?;
    master.run(&mut scratch, limits)
}

fn zero_prices(problem: &Problem, model: usize) -> BTreeMap<usize, Vec<f64>> {
    let data = problem.data();
    let mine = data.supply.iter().enumerate().filter(|s| s.1.model == model);
    mine.map(|(s, _)| (s, vec![0.0; data.weeks])).collect()
}

fn routed((schedule, offers): (Schedule, Vec<u8>)) -> Routed {
    let offers = schedule.packs.iter().zip(offers).map(|(&p, o)| if p > 0 { o } else { 0 }).collect();
    Routed { packs: schedule.packs, offers }
}

/// Every cell's best schedule at given prices.
fn price_all(
    problem: &Problem,
    cells: &[usize],
    views: &[View],
    coupling: &Coupling,
    slots: &BTreeMap<usize, Vec<f64>>,
    lost: f64,
    scratch: &mut Scratch,
) -> Vec<(Schedule, Vec<u8>)> {
    let one = |&c: &usize| {
        let (tariff, offers) = tariff(problem, c, &views[c], slots, coupling, lost);
        (best(&views[c], &tariff, scratch), offers)
    };
    cells.iter().map(one).collect()
}

/// Cars a routed schedule takes from each source and week.
fn uses<'a>(view: &'a View, route: &'a Routed) -> impl Iterator<Item = ((usize, usize), f64)> + 'a {
    route.packs.iter().enumerate().filter(|p| *p.1 > 0).map(move |(t, &p)| {
        let offer = &view.offers[t][route.offers[t] as usize];
        ((offer.supply, offer.week), f64::from(p) * view.pack)
    })
}

fn fits(cells: &[usize], views: &[View], free: &[(Schedule, Vec<u8>)], left: &BTreeMap<(usize, usize), f64>) -> bool {
    let mut left = left.clone();
    for (&c, (schedule, offers)) in cells.iter().zip(free) {
        for (t, &p) in schedule.packs.iter().enumerate().filter(|p| *p.1 > 0) {
            let offer = &views[c].offers[t][offers[t] as usize];
            if let Some(cars) = left.get_mut(&(offer.supply, offer.week)) {
                *cars -= f64::from(p) * views[c].pack;
            }
        }
    }
    left.values().all(|&cars| cars >= -1e-9)
}

impl<'a> Master<'a> {
    fn new(
        problem: &'a Problem,
        model: usize,
        views: &'a [View],
        coupling: &'a Coupling,
        left: BTreeMap<(usize, usize), f64>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let cells = problem.cells_of_model(model);
        let mut lp = Programme::new();
        let push = match problem.data().mode {
            Mode::Pull => None,
            Mode::Push { unallocated } => Some(unallocated),
        };
        for _ in cells {
            lp.equal(1.0, []);
        }
        let mut slot_row = BTreeMap::new();
        for (&key, &cars) in &left {
            let row = match push {
                None => lp.at_most(cars, []),
                Some(cost) => {
                    let over = lp.column(cost, 0.0, f64::INFINITY);
                    lp.equal(cars, [(over, 1.0)])
                }
            };
            slot_row.insert(key, row);
        }
        let goal = problem.data().models[model].fill_goal.filter(|g| g.penalty > 0.0);
        let fill_row = goal.map(|g| {
            let missed = lp.column(g.penalty, 0.0, f64::INFINITY);
            let demand: f64 = cells.iter().map(|&c| views[c].demand_before[views[c].weeks()]).sum();
            lp.at_most((1.0 - g.share) * demand, [(missed, -1.0)])
        });
        let first = lp.columns();
        let mut hot = Hot::new(&lp, &Limits { presolve: false, ..limits.clone() })?;
        // Columns come in while the basis stays feasible: the primal simplex method goes on from there.
        hot.set_int_option("simplex_strategy", 4)?;
        Ok(Self {
            problem,
            cells,
            views,
            coupling,
            left,
            hot,
            slot_row,
            fill_row,
            first,
            base: lp,
            pool: Vec::new(),
            entries: Vec::new(),
            known: vec![BTreeSet::new(); cells.len()],
            slots: zero_prices(problem, model),
            lost: 0.0,
        })
    }

    /// The schedules to begin with: free slots, no order at all, and some uniform slot prices between.
    fn start(&mut self, free: Vec<(Schedule, Vec<u8>)>, scratch: &mut Scratch) -> Result<(), Error> {
        let none = |c: &usize| {
            let weeks = self.views[*c].weeks();
            Routed { packs: vec![0; weeks], offers: vec![0; weeks] }
        };
        let mut columns: Vec<(usize, Routed)> = self.cells.iter().map(none).enumerate().collect();
        columns.extend(free.into_iter().map(routed).enumerate());
        let worth = self.cells.iter().map(|&c| self.views[c].lost + self.views[c].end_penalty).fold(0.0, f64::max);
        for share in [0.05, 0.15, 0.4, 0.8] {
            let prices = self.slots.iter().map(|(&s, p)| (s, vec![share * worth; p.len()])).collect();
            let found = price_all(self.problem, self.cells, self.views, self.coupling, &prices, 0.0, scratch);
            columns.extend(found.into_iter().map(routed).enumerate());
        }
        self.add(columns).map(|_| ())
    }

    /// Adds the schedules not seen before; returns how many.
    fn add(&mut self, columns: Vec<(usize, Routed)>) -> Result<usize, Error> {
        let mut new = Vec::new();
        for (local, route) in columns {
            if self.known[local].contains(&route) {
                continue;
            }
            let view = &self.views[self.cells[local]];
            let Some(cost) = self.cost(local, &route) else { continue };
            let mut entries = vec![(Row::at(local), 1.0)];
            let used = uses(view, &route).filter_map(|(key, cars)| self.slot_row.get(&key).map(|&r| (r, cars)));
            entries.extend(used);
            if let Some(row) = self.fill_row {
                entries.push((row, lost_cars(view, &route.packs)));
            }
            new.push((cost, 0.0, f64::INFINITY, entries.clone()));
            self.entries.push((cost, entries));
            self.known[local].insert(route.clone());
            self.pool.push((local, route));
        }
        if !new.is_empty() {
            self.hot.add_columns(&new)?;
        }
        Ok(new.len())
    }

    /// Cost of a routed schedule without slot prices.
    fn cost(&self, local: usize, route: &Routed) -> Option<f64> {
        let cell = self.cells[local];
        let view = &self.views[cell];
        let orders = view.offers.iter().zip(&route.offers).map(|(offers, &o)| match offers.get(o as usize) {
            None => Price::Closed,
            Some(x) => Price::Linear(x.cost + fleet_price(self.problem, self.coupling, cell, x.lane, x.week)),
        });
        let stock = stock_price(self.problem, cell, self.coupling, view.weeks());
        price_of(view, &Tariff { orders: orders.collect(), stock, ..Tariff::default() }, &route.packs)
    }

    /// Prices and adds until the bound meets the master's value.
    fn run(mut self, scratch: &mut Scratch, limits: &Limits) -> Result<Mixture, Error> {
        let mut best = Mixture { bound: f64::NEG_INFINITY, ..Mixture::default() };
        let mut weights = Vec::new();
        for round in 0..ROUNDS {
            let answer = self.hot.run()?;
            if answer.status != Status::Optimal {
                break;
            }
            weights.clone_from(&answer.values);
            self.read_prices(&answer.duals);
            let found = price_all(self.problem, self.cells, self.views, self.coupling, &self.slots, self.lost, scratch);
            let schedules: f64 = found.iter().map(|f| f.0.cost).sum();
            let bound = schedules + self.constant(&answer.duals);
            if bound > best.bound {
                best = Mixture { bound, parts: Vec::new(), slots: self.slots.clone(), lost: self.lost };
            }
            if answer.objective - best.bound <= CLOSE * answer.objective.abs() || limits.stop.raised() {
                break;
            }
            let columns = self.paying(found, &answer.duals);
            if round + 1 == ROUNDS || self.add(columns)? == 0 {
                break;
            }
        }
        best.parts = self.parts(&weights);
        if best.parts.iter().any(|p| p.len() > 1) && self.pool.len() <= CHOICES {
            if let Some(choice) = self.choose(limits)? {
                best.parts = self.parts(&choice);
            }
        }
        Ok(best)
    }

    /// Slot and lost-sale prices from the duals: a price is never negative in pull mode.
    fn read_prices(&mut self, duals: &[f64]) {
        let pull = matches!(self.problem.data().mode, Mode::Pull);
        for (&(s, w), row) in &self.slot_row {
            let price = -duals[row.index()];
            if let Some(p) = self.slots.get_mut(&s) {
                p[w] = if pull { price.max(0.0) } else { price };
            }
        }
        self.lost = self.fill_row.map_or(0.0, |r| (-duals[r.index()]).max(0.0));
    }

    /// What the bound takes off for the prices: slots at their price (and what the fill goal allows). In push mode
    /// a price below minus the cost of an unallocated car proves nothing and is first cut to it.
    fn constant(&mut self, duals: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (&(s, w), &cars) in &self.left {
            let price = self.slots.get(&s).map_or(0.0, |p| p[w]);
            sum -= price * cars;
        }
        if let (Some(row), Some(&c)) = (self.fill_row, self.cells.first()) {
            let goal = self.problem.model_of(c).fill_goal;
            let demand: f64 = self.cells.iter().map(|&c| self.views[c].demand_before[self.views[c].weeks()]).sum();
            debug_assert!(duals[row.index()] <= 1e-6);
            sum -= self.lost * goal.map_or(0.0, |g| (1.0 - g.share) * demand);
        }
        sum
    }

    /// The schedules whose reduced cost is below zero.
    fn paying(&self, found: Vec<(Schedule, Vec<u8>)>, duals: &[f64]) -> Vec<(usize, Routed)> {
        let pays = |local: usize, cost: f64| cost < duals[local] - 1e-7 * (1.0 + cost.abs());
        found.into_iter().enumerate().filter(|(l, f)| pays(*l, f.0.cost)).map(|(l, f)| (l, routed(f))).collect()
    }

    /// One schedule of the pool for each cell, as good as a short search finds it.
    fn choose(&self, limits: &Limits) -> Result<Option<Vec<f64>>, Error> {
        let mut lp = Programme::new();
        for c in 0..self.base.columns() {
            let (lower, upper) = self.base.column_bounds(Col::at(c));
            lp.column(self.base.cost(Col::at(c)), lower, upper);
        }
        let mut terms: Vec<Vec<(Col, f64)>> =
            (0..self.base.rows()).map(|r| self.base.terms(Row::at(r)).collect()).collect();
        for (cost, entries) in &self.entries {
            let column = lp.binary(*cost);
            entries.iter().for_each(|&(row, v)| terms[row.index()].push((column, v)));
        }
        for (r, terms) in terms.into_iter().enumerate() {
            let (lower, upper) = self.base.row_bounds(Row::at(r));
            lp.row(lower, upper, terms);
        }
        let search = Limits { gap: 1e-5, nodes: Some(NODES), presolve: true, ..limits.clone() };
        let answer = crate::lp::solve(&lp, &search)?;
        Ok(answer.has_point().then_some(answer.values))
    }

    fn parts(&self, weights: &[f64]) -> Vec<Vec<(f64, Routed)>> {
        let mut parts = vec![Vec::new(); self.cells.len()];
        for (k, (local, route)) in self.pool.iter().enumerate() {
            let weight = weights.get(Col::at(self.first + k).index()).copied().unwrap_or(0.0);
            if weight > 1e-7 {
                parts[*local].push((weight, route.clone()));
            }
        }
        parts
    }
}
