//! Single-source service of a set of open sites: every client whole at one of them (generalised assignment).
//!
//! The transport problem bounds it and prices capacity; its few divided clients are placed by best fit, then shifts and
//! swaps improve. The exact answer comes from branch and bound over the pairs whose reduced cost leaves a chance.

use super::flow::{Flow, Shares};
use super::{Ground, Serve, Served};
use crate::lp::{Col, Programme};
use crate::placement::compact::minimise;
use crate::placement::control::{End, Limits, Watch};
use crate::progress::Silent;

/// A server of whole clients.
pub struct Whole<'a> {
    ground: &'a Ground,
    flow: Flow<'a>,
    watch: &'a Watch,
    limits: &'a Limits,
    /// The open site of each client in the best answer of the last call.
    place: Vec<u32>,
}

/// Rounds of shifts and swaps.
const ROUNDS: usize = 200;

impl<'a> Whole<'a> {
    /// A server for one problem.
    pub fn new(ground: &'a Ground, limits: &'a Limits, watch: &'a Watch) -> Self {
        Self { ground, flow: Flow::new(ground), watch, limits, place: Vec::new() }
    }

    fn cost(&self, i: u32, j: usize) -> f64 {
        let unit = self.ground.unit[i as usize * self.ground.clients + j];
        if self.ground.demand[j] > 0.0 { unit * self.ground.demand[j] } else { unit }
    }

    fn total(&self, place: &[u32]) -> f64 {
        place.iter().enumerate().map(|(j, &i)| self.cost(i, j)).sum()
    }

    /// Whole clients from the transport answer: the undivided stay, the others go where they fit best.
    fn rounded(&self, open: &[u32]) -> Option<(Vec<u32>, Vec<f64>)> {
        let g = self.ground;
        let mut room = g.capacity.clone();
        let mut place = vec![u32::MAX; g.clients];
        let mut divided = Vec::new();
        for (j, shares) in self.flow.shares().iter().enumerate() {
            match shares[..] {
                [(i, _)] if g.demand[j] <= room[i as usize] => {
                    place[j] = i;
                    room[i as usize] -= g.demand[j];
                }
                _ => divided.push(j),
            }
        }
        divided.sort_by(|&a, &b| g.demand[b].total_cmp(&g.demand[a]).then(a.cmp(&b)));
        for j in divided {
            let fits = |i: &u32| g.demand[j] <= room[*i as usize];
            let by_cost = |a: &u32, b: &u32| self.cost(*a, j).total_cmp(&self.cost(*b, j));
            let site = open.iter().copied().filter(fits).min_by(by_cost);
            let site = site.or_else(|| self.make_room(j, open, &mut place, &mut room))?;
            place[j] = site;
            room[site as usize] -= g.demand[j];
        }
        Some((place, room))
    }

    /// Moves one placed client elsewhere so that another fits; the site with the new room.
    fn make_room(&self, j: usize, open: &[u32], place: &mut [u32], room: &mut [f64]) -> Option<u32> {
        let g = self.ground;
        let mut best: Option<(f64, usize, u32)> = None;
        for k in (0..g.clients).filter(|&k| place[k] != u32::MAX) {
            let from = place[k];
            if room[from as usize] + g.demand[k] < g.demand[j] {
                continue;
            }
            for &to in open.iter().filter(|&&to| to != from && g.demand[k] <= room[to as usize]) {
                let extra = self.cost(to, k) - self.cost(from, k) + self.cost(from, j);
                if best.is_none_or(|b| extra < b.0) {
                    best = Some((extra, k, to));
                }
            }
        }
        let (_, k, to) = best?;
        let from = std::mem::replace(&mut place[k], to);
        room[from as usize] += g.demand[k];
        room[to as usize] -= g.demand[k];
        Some(from)
    }

    /// Shifts of one client and swaps of two while they help.
    fn improve(&self, open: &[u32], place: &mut [u32], room: &mut [f64]) {
        let g = self.ground;
        for _ in 0..ROUNDS {
            let mut moved = false;
            for j in 0..g.clients {
                let here = place[j];
                let better = |i: &u32| self.cost(*i, j) < self.cost(here, j) - 1e-9;
                let wanted: Vec<u32> = open.iter().copied().filter(better).collect();
                if let Some(&to) = wanted.iter().find(|&&i| g.demand[j] <= room[i as usize]) {
                    place[j] = to;
                    room[here as usize] += g.demand[j];
                    room[to as usize] -= g.demand[j];
                    moved = true;
                    continue;
                }
                let saved =
                    |to: u32, k: usize| self.cost(here, j) + self.cost(to, k) - self.cost(to, j) - self.cost(here, k);
                let fits = |to: u32, k: usize| {
                    g.demand[j] <= room[to as usize] + g.demand[k] && g.demand[k] <= room[here as usize] + g.demand[j]
                };
                let partner = (0..g.clients)
                    .filter(|&k| place[k] != here && wanted.contains(&place[k]))
                    .find(|&k| fits(place[k], k) && saved(place[k], k) > 1e-9);
                if let Some(k) = partner {
                    let to = place[k];
                    (place[j], place[k]) = (to, here);
                    room[here as usize] += g.demand[j] - g.demand[k];
                    room[to as usize] += g.demand[k] - g.demand[j];
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// The least cost below `limit`, by branch and bound over pairs of client and site.
    fn exact(&mut self, open: &[u32], limit: f64, relaxed: f64, effort: u64) -> Served {
        let g = self.ground;
        let prices = self.flow.prices();
        let worth = |a: usize, j: usize| self.cost(open[a], j) + g.demand[j] * prices[a];
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for j in 0..g.clients {
            let least = (0..open.len()).map(|a| worth(a, j)).fold(f64::INFINITY, f64::min);
            let hope =
                |a: &usize| relaxed + worth(*a, j) - least < limit + 1e-9 * limit.abs() || limit == f64::INFINITY;
            let fits = |a: &usize| g.demand[j] <= g.capacity[open[*a] as usize];
            pairs.extend((0..open.len()).filter(fits).filter(hope).map(|a| (a, j)));
        }
        let unit = (relaxed / g.clients as f64).max(1e-6);
        let mut p = Programme::new();
        pairs.iter().for_each(|&(a, j)| {
            p.binary(self.cost(open[a], j) / unit);
        });
        let mut by_client: Vec<Vec<(Col, f64)>> = vec![Vec::new(); g.clients];
        let mut by_site: Vec<Vec<(Col, f64)>> = vec![Vec::new(); open.len()];
        for (c, &(a, j)) in pairs.iter().enumerate() {
            by_client[j].push((Col::at(c), 1.0));
            by_site[a].push((Col::at(c), g.demand[j]));
        }
        if by_client.iter().any(Vec::is_empty) {
            return Served::TooDear;
        }
        by_client.into_iter().for_each(|terms| {
            p.equal(1.0, terms);
        });
        for (a, terms) in by_site.into_iter().enumerate() {
            let scale = (g.total / g.clients as f64).max(1e-12);
            p.at_most(g.capacity[open[a] as usize] / scale, terms.into_iter().map(|(c, d)| (c, d / scale)));
        }
        if limit.is_finite() {
            let costs: Vec<(Col, f64)> = (0..pairs.len()).map(|c| (Col::at(c), p.cost(Col::at(c)))).collect();
            p.at_most(limit / unit, costs);
        }
        let limits =
            Limits { gap: 0.0, nodes: Some(effort), seconds: self.watch.left(), stop: self.limits.stop.clone() };
        let Ok(solved) = minimise(&p, pairs.len(), 0.0, Box::new(|_| None), &limits, &Silent) else {
            return Served::Unknown;
        };
        match solved.best {
            _ if solved.outcome.end != End::Proved => Served::Unknown,
            None => Served::TooDear,
            Some((_, values)) => {
                self.place = vec![u32::MAX; g.clients];
                for (&(a, j), x) in pairs.iter().zip(&values) {
                    if *x > 0.5 {
                        self.place[j] = open[a];
                    }
                }
                Served::Cost(self.total(&self.place))
            }
        }
    }
}

impl Serve for Whole<'_> {
    fn serve(&mut self, open: &[u32], limit: f64, exact: Option<u64>) -> Served {
        let Some(relaxed) = self.flow.serve(open, limit) else { return Served::TooDear };
        let mut found = f64::INFINITY;
        if let Some((mut place, mut room)) = self.rounded(open) {
            self.improve(open, &mut place, &mut room);
            found = self.total(&place);
            self.place = place;
        }
        if let Some(effort) = exact.filter(|_| found > relaxed * (1.0 + 1e-12)) {
            let place = self.place.clone();
            return match self.exact(open, limit.min(found), relaxed, effort) {
                Served::TooDear if found < limit => {
                    self.place = place;
                    Served::Cost(found)
                }
                other => other,
            };
        }
        if found < limit { Served::Cost(found) } else { Served::TooDear }
    }

    fn shares(&self) -> Shares {
        self.place.iter().map(|&i| vec![(i, 1.0)]).collect()
    }
}
