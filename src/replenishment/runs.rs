//! Whole carrier runs: giving one up takes several cells that move a few cars each, which no cell does alone.
//!
//! For every carrier and week, dearest waste first: the last run costs f and carries r slots. Each cell that uses it
//! is scheduled with these slots at f / r apiece; those that leave at least regret go, one after the other at true
//! costs, until the run is empty. If all of them together did not save money, they go back.

use super::prices::Routed;
use super::room::Room;
use super::schedule::Scratch;
use super::whole::{EPS, Whole, run_cost};
use rayon::prelude::*;

/// A cell that would leave a run: what that costs for each slot it frees, the slots, the cell, its new schedule.
type Leaver = (f64, f64, usize, Routed);

impl Whole<'_> {
    /// Tries to give up the last run of every carrier and week; returns the money saved.
    pub(super) fn improve_runs(&mut self, stopped: &(dyn Fn() -> bool + Sync)) -> f64 {
        let mut users = self.users();
        let mut order = Vec::new();
        for (k, weeks) in self.load.iter().enumerate() {
            for week in self.problem.data().freeze..weeks.len() {
                let (last, waste) = self.last_run(k, week);
                if last > EPS && waste > EPS {
                    order.push((waste, k, week));
                }
            }
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut saved = 0.0;
        for (_, k, week) in order {
            if stopped() {
                break;
            }
            saved += self.give_up(k, week, &mut users);
        }
        saved
    }

    /// Slots on the last run of a carrier and week, and the money of those left empty.
    fn last_run(&self, k: usize, week: usize) -> (f64, f64) {
        let carrier = &self.problem.data().carriers[k];
        let load = self.load[k][week];
        let (runs, _, cost) = run_cost(self.problem, k, load);
        let last = load - (runs - 1.0).max(0.0) * carrier.capacity;
        (if runs > 0.0 { last } else { 0.0 }, cost - load / carrier.capacity * carrier.cost)
    }

    /// Cells that load each carrier in each week.
    fn users(&self) -> Vec<Vec<Vec<usize>>> {
        let mut users = vec![vec![Vec::new(); self.problem.data().weeks]; self.load.len()];
        for c in 0..self.routes.len() {
            for (k, week) in self.runs_of(c) {
                users[k][week].push(c);
            }
        }
        users
    }

    /// Carriers and weeks a cell loads.
    fn runs_of(&self, c: usize) -> Vec<(usize, usize)> {
        let route = &self.routes[c];
        let used = route.packs.iter().enumerate().filter(|p| *p.1 > 0);
        let offer = |(t, _): (usize, &u16)| {
            let offer = &self.views[c].offers[t][route.offers[t] as usize];
            Some((self.problem.carrier_of_lane(offer.lane)?, offer.week))
        };
        used.filter_map(offer).collect()
    }

    /// Slots of a carrier and week that a schedule takes.
    fn slots_on(&self, c: usize, route: &Routed, k: usize, week: usize) -> f64 {
        let used = route.packs.iter().enumerate().filter(|p| *p.1 > 0);
        let slots = |(t, &packs): (usize, &u16)| {
            let offer = &self.views[c].offers[t][route.offers[t] as usize];
            let here = offer.week == week && self.problem.carrier_of_lane(offer.lane) == Some(k);
            if here { f64::from(packs) * self.views[c].pack * self.problem.model_of(c).slots } else { 0.0 }
        };
        used.map(slots).sum()
    }

    fn give_up(&mut self, k: usize, week: usize, users: &mut [Vec<Vec<usize>>]) -> f64 {
        let (last, waste) = self.last_run(k, week);
        if last <= EPS || waste <= EPS {
            return 0.0;
        }
        let saving =
            run_cost(self.problem, k, self.load[k][week]).2 - run_cost(self.problem, k, self.load[k][week] - last).2;
        let mine: Vec<usize> =
            users[k][week].iter().copied().filter(|&c| self.runs_of(c).contains(&(k, week))).collect();
        let leave = |scratch: &mut Scratch, &c: &usize| self.leaver(c, k, week, saving / last, scratch);
        let mut leavers: Vec<Leaver> = mine.par_iter().map_init(Scratch::default, leave).flatten_iter().collect();
        leavers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        let (mut freed, mut regret, mut count) = (0.0, 0.0, 0);
        for leaver in &leavers {
            if freed >= last - EPS {
                break;
            }
            freed += leaver.1;
            regret += leaver.0 * leaver.1;
            count += 1;
        }
        if freed < last - EPS || regret >= saving {
            return 0.0;
        }
        leavers.truncate(count);
        self.leave(leavers, users)
    }

    /// A cell's schedule when the slots of a run cost `price` each, if it frees any.
    fn leaver(&self, c: usize, k: usize, week: usize, price: f64, scratch: &mut Scratch) -> Option<Leaver> {
        let room = Room::new(self, c, true).with_price(k, week, price);
        let route = room.schedule(None, 0.0, scratch);
        let before = self.slots_on(c, &self.routes[c], k, week);
        let after = self.slots_on(c, &route, k, week);
        let slots = before - after;
        let regret = room.cost(&route) - price * after - (room.cost(&self.routes[c]) - price * before);
        (slots > EPS && regret.is_finite()).then(|| (regret / slots, slots, c, route))
    }

    /// Changes cells one after the other at true costs; all go back if they save nothing together.
    fn leave(&mut self, leavers: Vec<Leaver>, users: &mut [Vec<Vec<usize>>]) -> f64 {
        let mut saved = 0.0;
        let mut old = Vec::new();
        for (_, _, c, route) in leavers {
            let room = Room::new(self, c, true);
            let gain = room.cost(&self.routes[c]) - room.cost(&route);
            if gain > f64::NEG_INFINITY {
                old.push((c, self.routes[c].clone()));
                saved += gain;
                self.change(c, route);
            }
        }
        if saved <= 1e-7 {
            old.into_iter().rev().for_each(|(c, route)| self.change(c, route));
            return 0.0;
        }
        for (c, _) in old {
            for (k, week) in self.runs_of(c) {
                if !users[k][week].contains(&c) {
                    users[k][week].push(c);
                }
            }
        }
        saved
    }
}
