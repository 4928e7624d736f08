//! The best mixture of whole schedules of some cells within limits they share (Dantzig and Wolfe 1960).
//!
//! Cells are put in groups; a column of the master is one schedule for every cell of a group. The master weighs
//! columns: Σ_k λ_gk = 1 for each group, Σ use λ <= limit, all at least cost. Its duals price the limits; at prices
//! between these and the best known ones (smoothing of Wentges 1997, which halves the rounds) [`super::schedule`]
//! finds every cell's best schedule exactly; columns that pay are added until none does. Any prices prove the bound
//! Σ_c best_c(prices) - Σ price · limit, which holds for whole plans because the schedules are whole.
//!
//! Small problems get one group a cell: the finest mixture. Large ones get [`GROUPS`]: the bound is the same, the
//! linear programme small, and rounding in `whole` starts from coarser weights.

use super::limits::{Caps, clamped};
use super::prices::{Limit, Prices, Routed, each_use, tariff};
use super::problem::{Error, Mode, Problem};
use super::schedule::{Price, Schedule, Scratch, Tariff, best, price_of};
use super::view::View;
use crate::lp::{Col, Hot, Limits, NewRow, Programme, Row, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Most rounds of pricing; the bound is valid after any number of them.
const ROUNDS: usize = 200;
/// Cells up to which every cell is a group of its own.
const SINGLE: usize = 120;
/// Groups of larger masters.
const GROUPS: usize = 48;
/// Distance between the master's value and the bound at which single cells are finished, share of the value.
const CLOSE: f64 = 1e-6;
/// The same for groups: a hundredth of the gap that whole carriers leave in networks of that size.
const CLOSE_GROUPS: f64 = 5e-5;
/// Schedules that take part when a mixture is turned whole, for single cells and for
/// groups; nodes of that search.
const CHOICES: usize = 6_000;
const CHOICES_GROUPS: usize = 1_500;
const NODES: u64 = 500;
/// How far prices stay near the best known ones.
const SMOOTH: f64 = 0.7;

/// Everything a master works on.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) problem: &'a Problem,
    pub(super) views: &'a [View],
    pub(super) caps: &'a Caps,
}

/// What a master says: prices of its limits, the bound they prove for its cells, and the mixture of each cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// Lower bound of the cells' cost at all prices, less the master's own limits at theirs.
    pub(super) bound: f64,
    /// Prices of the master's own limits.
    pub(super) prices: Vec<(Limit, f64)>,
    /// Weights and schedules of each cell, in the order of [`Master::cells`].
    pub(super) parts: Vec<Mixture>,
}

/// Weights and schedules of one cell.
pub(super) type Mixture = Vec<(f64, Routed)>;

/// The schedules of one cell that were ever best, with their cost at no prices.
#[derive(Default)]
struct Known {
    routes: Vec<(Routed, f64)>,
    at: BTreeMap<Routed, u16>,
}

/// A master that keeps its columns from one call to the next.
pub(super) struct Master<'a> {
    field: Field<'a>,
    /// Its cells.
    pub(super) cells: Vec<usize>,
    own: Vec<Limit>,
    groups: usize,
    known: Vec<Known>,
    /// Group and schedule of each of its cells, by column.
    pool: Vec<(usize, Vec<u16>)>,
    seen: BTreeSet<(usize, Vec<u16>)>,
    lp: Option<Hot>,
    /// Columns before the schedules.
    first: usize,
    /// Schedules with weight in the last mixture: cell and number.
    mixed: BTreeSet<(usize, u16)>,
    scratch: Scratch,
}

impl<'a> Master<'a> {
    /// A master of some cells (ascending) that prices some limits.
    pub(super) fn new(field: Field<'a>, cells: Vec<usize>, mut own: Vec<Limit>) -> Self {
        own.sort_unstable();
        let groups = if cells.len() <= SINGLE { cells.len() } else { GROUPS };
        let known = cells.iter().map(|_| Known::default()).collect();
        Self {
            field,
            cells,
            own,
            groups,
            known,
            pool: Vec::new(),
            seen: BTreeSet::new(),
            lp: None,
            first: 0,
            mixed: BTreeSet::new(),
            scratch: Scratch::default(),
        }
    }

    fn group(&self, local: usize) -> usize {
        local * self.groups / self.cells.len()
    }

    /// The best own prices found beside `given` prices of everything else, starting from the own prices in there.
    pub(super) fn solve(&mut self, given: &Prices, limits: &Limits) -> Result<Answer, Error> {
        if self.cells.is_empty() {
            return Ok(Answer { prices: self.own.iter().map(|&l| (l, 0.0)).collect(), ..Answer::default() });
        }
        let mut prices = given.clone();
        self.own.iter().for_each(|&limit| prices.set(limit, 0.0));
        let free = self.price_all(&prices);
        let bound = free.iter().map(|f| f.0.cost).sum();
        if matches!(self.field.problem.data().mode, Mode::Pull) && self.fits(&free) {
            let parts = free.into_iter().map(|f| vec![(1.0, f.1)]).collect();
            return Ok(Answer { bound, prices: self.own.iter().map(|&l| (l, 0.0)).collect(), parts });
        }
        let mut best = Answer { bound, prices: self.own.iter().map(|&l| (l, 0.0)).collect(), parts: Vec::new() };
        self.begin(&prices, limits)?;
        self.add(free, &prices)?;
        self.try_prices(given, &mut prices, &mut best)?;
        self.run(&mut prices, &mut best, limits)?;
        Ok(best)
    }

    /// Whether schedules keep all own limits together.
    fn fits(&self, found: &[(Schedule, Routed)]) -> bool {
        let mut used: BTreeMap<Limit, f64> = self.own.iter().map(|&l| (l, 0.0)).collect();
        for (local, (_, route)) in found.iter().enumerate() {
            let c = self.cells[local];
            each_use(self.field.problem, c, &self.field.views[c], route, &mut |limit, amount| {
                used.get_mut(&limit).into_iter().for_each(|u| *u += amount);
            });
        }
        used.into_iter().all(|(limit, used)| used <= self.field.caps.of(limit) + 1e-9)
    }

    /// Every cell's best schedule at given prices.
    fn price_all(&mut self, prices: &Prices) -> Vec<(Schedule, Routed)> {
        let Field { problem, views, .. } = self.field;
        let scratch = &mut self.scratch;
        let one = |&c: &usize| {
            let (tariff, offers) = tariff(problem, c, &views[c], prices);
            let schedule = best(&views[c], &tariff, scratch);
            let offers = schedule.packs.iter().zip(offers).map(|(&p, o)| if p > 0 { o } else { 0 }).collect();
            let route = Routed { packs: schedule.packs.clone(), offers };
            (schedule, route)
        };
        self.cells.iter().map(one).collect()
    }

    /// Makes the programme, or gives its columns their costs at new prices.
    fn begin(&mut self, prices: &Prices, limits: &Limits) -> Result<(), Error> {
        if self.lp.is_some() {
            for k in 0..self.pool.len() {
                let cost = self.cost(k, prices);
                self.lp.as_mut().into_iter().try_for_each(|lp| lp.set_cost(Col::at(self.first + k), cost))?;
            }
            return Ok(());
        }
        let (mut lp, rows) = self.frame(self.groups);
        self.first = lp.columns();
        rows.into_iter().for_each(|(lower, upper, terms)| {
            lp.row(lower, upper, terms);
        });
        let mut hot = Hot::new(&lp, &Limits { presolve: false, ..limits.clone() })?;
        // Columns come in while the basis stays feasible: the primal simplex method goes on from there.
        hot.set_int_option("simplex_strategy", 4)?;
        self.lp = Some(hot);
        let none = |c: &usize| (Schedule::default(), Routed::none(self.field.views[*c].weeks()));
        let idle = self.cells.iter().map(none).collect();
        self.add(idle, prices)?;
        Ok(())
    }

    /// The columns beside schedules, and the rows: one for each of `groups`, one for each own limit.
    fn frame(&self, groups: usize) -> (Programme, Vec<NewRow>) {
        let mut lp = Programme::new();
        let mut rows: Vec<NewRow> = vec![(1.0, 1.0, Vec::new()); groups];
        for &limit in &self.own {
            let right = self.field.caps.of(limit);
            rows.push(match (limit, self.field.problem.data().mode) {
                (Limit::Slot(..), Mode::Push { unallocated }) => {
                    (right, right, vec![(lp.column(unallocated, 0.0, f64::INFINITY), 1.0)])
                }
                (Limit::Fill(m), _) => {
                    let penalty = self.field.problem.data().models[m].fill_goal.map_or(0.0, |g| g.penalty);
                    (f64::NEG_INFINITY, right, vec![(lp.column(penalty, 0.0, f64::INFINITY), -1.0)])
                }
                _ => (f64::NEG_INFINITY, right, Vec::new()),
            });
        }
        (lp, rows)
    }

    /// Adds a column of each group that is new; returns how many there were.
    fn add(&mut self, found: Vec<(Schedule, Routed)>, prices: &Prices) -> Result<usize, Error> {
        let mut columns: Vec<Vec<u16>> = vec![Vec::new(); self.groups];
        for (local, (_, route)) in found.into_iter().enumerate() {
            let group = self.group(local);
            let k = self.know(local, route);
            columns[group].push(k);
        }
        let mut new = Vec::new();
        for (group, column) in columns.into_iter().enumerate() {
            if self.seen.insert((group, column.clone())) {
                self.pool.push((group, column));
                let k = self.pool.len() - 1;
                new.push((self.cost(k, prices), 0.0, f64::INFINITY, self.entries(k)));
            }
        }
        if let (Some(lp), false) = (self.lp.as_mut(), new.is_empty()) {
            lp.add_columns(&new)?;
        }
        Ok(new.len())
    }

    /// Position of a schedule among those known of a cell.
    fn know(&mut self, local: usize, route: Routed) -> u16 {
        let cell = self.cells[local];
        let view = &self.field.views[cell];
        let known = &mut self.known[local];
        if let Some(&k) = known.at.get(&route) {
            return k;
        }
        let orders = view.offers.iter().zip(&route.offers).map(|(offers, &o)| match offers.get(o as usize) {
            None => Price::Closed,
            Some(x) => Price::Linear(x.cost),
        });
        let plain = Tariff { orders: orders.collect(), ..Tariff::default() };
        let cost = price_of(view, &plain, &route.packs).unwrap_or(f64::INFINITY);
        let k = known.routes.len() as u16;
        known.at.insert(route.clone(), k);
        known.routes.push((route, cost));
        k
    }

    /// Cells of a group.
    fn members(&self, group: usize) -> std::ops::Range<usize> {
        let start = |g: usize| (g * self.cells.len()).div_ceil(self.groups);
        start(group)..start(group + 1)
    }

    /// Cost of a column: its schedules at the prices of everything the master does not own.
    fn cost(&self, column: usize, prices: &Prices) -> f64 {
        let (group, choice) = &self.pool[column];
        self.members(*group).zip(choice).map(|(local, &k)| self.route_cost(local, k, prices)).sum()
    }

    /// Rows a column enters.
    fn entries(&self, column: usize) -> Vec<(Row, f64)> {
        let (group, choice) = &self.pool[column];
        let mut used: BTreeMap<usize, f64> = BTreeMap::new();
        for (local, &k) in self.members(*group).zip(choice) {
            self.each_own(local, k, &mut |row, amount| *used.entry(row).or_insert(0.0) += amount);
        }
        let own = used.into_iter().map(|(row, amount)| (Row::at(self.groups + row), amount));
        std::iter::once((Row::at(*group), 1.0)).chain(own).collect()
    }

    /// Prices all cells at some own prices: a bound, and columns.
    fn try_prices(&mut self, own: &Prices, prices: &mut Prices, best: &mut Answer) -> Result<usize, Error> {
        let mut value = 0.0;
        for &limit in &self.own {
            let price = clamped(self.field.problem, limit, own.of(limit));
            prices.set(limit, price);
            // No price on what has no end.
            value += if price == 0.0 { 0.0 } else { price * self.field.caps.of(limit) };
        }
        let found = self.price_all(prices);
        let bound = found.iter().map(|f| f.0.cost).sum::<f64>() - value;
        if bound > best.bound {
            best.bound = bound;
            best.prices = self.own.iter().map(|&l| (l, prices.of(l))).collect();
        }
        self.add(found, prices)
    }

    /// Prices and adds until the bound meets the master's value.
    fn run(&mut self, prices: &mut Prices, best: &mut Answer, limits: &Limits) -> Result<(), Error> {
        let close = if self.groups == self.cells.len() { CLOSE } else { CLOSE_GROUPS };
        let mut weights = Vec::new();
        let mut wanted = prices.clone();
        for _ in 0..ROUNDS {
            let Some(lp) = self.lp.as_mut() else { break };
            let answer = lp.run()?;
            if answer.status != Status::Optimal {
                break;
            }
            weights.clone_from(&answer.values);
            let gap = |best: &Answer| answer.objective - best.bound;
            let done = |best: &Answer| gap(best) <= close * answer.objective.abs() || limits.stop.raised();
            if done(best) {
                break;
            }
            let mut smooth = SMOOTH;
            let mut added = 0;
            // A smoothed price may find nothing new; then less of it.
            while added == 0 && smooth > -0.5 {
                for (row, &limit) in self.own.iter().enumerate() {
                    let dual = -answer.duals[self.groups + row];
                    wanted.set(limit, smooth * best.prices[row].1 + (1.0 - smooth) * dual);
                }
                added = self.try_prices(&wanted, prices, best)?;
                smooth = if smooth > 0.3 {
                    smooth - 0.35
                } else if smooth > 0.0 {
                    0.0
                } else {
                    -1.0
                };
            }
            if added == 0 || done(best) {
                break;
            }
        }
        best.parts = self.parts(&weights);
        Ok(())
    }

    /// A finer mixture over the schedules that were ever best: for single cells one schedule each, as good as a short
    /// search finds it; for groups (only those schedules take part that come closest to paying at `prices`) a vertex,
    /// in which no more cells are mixed than limits bind.
    pub(super) fn refine(&mut self, prices: &Prices, limits: &Limits) -> Result<Option<Vec<Mixture>>, Error> {
        if self.lp.is_none() {
            return Ok(None);
        }
        let single = self.groups == self.cells.len();
        let found = self.price_all(prices);
        let best: Vec<f64> = found.iter().map(|f| f.0.cost).collect();
        let first: Vec<u16> = found.into_iter().enumerate().map(|(l, f)| self.know(l, f.1)).collect();
        let candidates = self.candidates(prices, &best, &first);
        let (mut lp, mut rows) = self.frame(self.cells.len());
        let mut columns = Vec::new();
        for (local, routes) in candidates.iter().enumerate() {
            for &(k, cost) in routes {
                let column = if single { lp.binary(cost) } else { lp.column(cost, 0.0, f64::INFINITY) };
                rows[local].2.push((column, 1.0));
                self.each_own(local, k, &mut |row, amount| rows[self.cells.len() + row].2.push((column, amount)));
                columns.push((column, local, k));
            }
        }
        let search = Limits { gap: 1e-5, nodes: Some(NODES), presolve: true, ..limits.clone() };
        rows.into_iter().for_each(|(lower, upper, terms)| {
            lp.row(lower, upper, terms);
        });
        let answer = crate::lp::solve(&lp, &search)?;
        if !answer.has_point() {
            return Ok(None);
        }
        let mut parts = vec![Vec::new(); self.cells.len()];
        for (column, local, k) in columns.into_iter().filter(|x| answer.value(x.0) > 1e-7) {
            parts[local].push((answer.value(column), self.known[local].routes[k as usize].0.clone()));
        }
        Ok(Some(parts))
    }

    /// Schedules of each cell that take part in the search, with their cost beside the own limits: the best one, and
    /// of all others those with the least reduced cost.
    fn candidates(&self, prices: &Prices, best: &[f64], first: &[u16]) -> Vec<Vec<(u16, f64)>> {
        let mut others = Vec::new();
        let mut taken = Vec::new();
        for (local, known) in self.known.iter().enumerate() {
            for k in 0..known.routes.len() as u16 {
                let cost = self.route_cost(local, k, prices);
                let mut reduced = cost - best[local];
                self.each_own(local, k, &mut |row, amount| reduced += amount * prices.of(self.own[row]));
                // Those that were mixed keep the search feasible.
                if k == first[local] || self.mixed.contains(&(local, k)) {
                    taken.push((local, k, cost));
                } else {
                    others.push((reduced, local, k, cost));
                }
            }
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let most = if self.cells.len() <= SINGLE { CHOICES } else { CHOICES_GROUPS };
        taken.extend(others.into_iter().take(most).map(|(_, local, k, cost)| (local, k, cost)));
        let mut candidates = vec![Vec::new(); self.cells.len()];
        taken.sort_by_key(|t| (t.0, t.1));
        taken.into_iter().for_each(|(local, k, cost)| candidates[local].push((k, cost)));
        candidates
    }

    /// Cost of a known schedule at the prices of everything the master does not own.
    fn route_cost(&self, local: usize, k: u16, prices: &Prices) -> f64 {
        let c = self.cells[local];
        let (route, cost) = &self.known[local].routes[k as usize];
        let mut sum = *cost;
        each_use(self.field.problem, c, &self.field.views[c], route, &mut |limit, amount| {
            let price = prices.of(limit);
            if price != 0.0 && self.own.binary_search(&limit).is_err() {
                sum += price * amount;
            }
        });
        sum
    }

    /// Calls `f` with the position of every own limit a known schedule uses, and how much of it.
    fn each_own(&self, local: usize, k: u16, f: &mut impl FnMut(usize, f64)) {
        let c = self.cells[local];
        let route = &self.known[local].routes[k as usize].0;
        each_use(self.field.problem, c, &self.field.views[c], route, &mut |limit, amount| {
            if let Ok(row) = self.own.binary_search(&limit) {
                f(row, amount);
            }
        });
    }

    /// Weights by cell; equal schedules in several columns are one.
    fn parts(&mut self, weights: &[f64]) -> Vec<Mixture> {
        let mut sums: Vec<BTreeMap<u16, f64>> = vec![BTreeMap::new(); self.cells.len()];
        for (k, (group, choice)) in self.pool.iter().enumerate() {
            let weight = weights.get(self.first + k).copied().unwrap_or(0.0);
            if weight > 1e-7 {
                for (local, &route) in self.members(*group).zip(choice) {
                    *sums[local].entry(route).or_insert(0.0) += weight;
                }
            }
        }
        let mixed = sums.iter().enumerate().flat_map(|(local, sum)| sum.keys().map(move |&k| (local, k)));
        self.mixed = mixed.collect();
        let routes = |(local, sum): (usize, BTreeMap<u16, f64>)| {
            sum.into_iter().map(|(k, w)| (w, self.known[local].routes[k as usize].0.clone())).collect()
        };
        sums.into_iter().enumerate().map(routes).collect()
    }
}
