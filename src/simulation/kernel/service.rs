//! One customer: buy, have a car fetched, go elsewhere, wait, substitute or leave.

use super::super::customers::{Customer, Turn};
use super::super::outcome::Measure;
use super::{Kernel, Waiter};
use crate::stats::stream::below;

/// Positions of a customer's draws beside those of the dealer choice (0–31 and 64–67).
const DRAW_DIVERT: u64 = 32;
const DRAW_LAST: u64 = 40;
const DRAW_FAILURE: u64 = 48;
const DRAW_DONOR: u64 = 52;

impl Kernel<'_> {
    /// Serves a customer whose first turn is known.
    pub(super) fn serve(&mut self, c: &Customer, turn: Turn) {
        let t = self.t;
        let first = match turn {
            Turn::Dealer(dealer) => dealer,
            Turn::Outside => return self.outside(c, Measure::Elsewhere),
            Turn::Nowhere => {
                self.balance.customers += 1;
                self.balance.lost += 1;
                self.outside(c, Measure::Customers);
                self.outside(c, Measure::Lost);
                let cost = t.money[c.model as usize].lost;
                self.unserved[t.parts.zones[c.zone as usize].region as usize].add(Measure::LostCost, cost);
                self.models[c.model as usize].add(Measure::LostCost, cost);
                return;
            }
        };
        let at = t.cell(first, c.model);
        self.ground.cells[at].customers += 1;
        self.balance.customers += 1;
        if self.selling[first as usize] > 0
            && let Some(birth) = self.take(first, c.model)
        {
            self.ground.cells[at].on_spot += 1;
            return self.sold(at, first, c.model, self.day as i32 - birth);
        }
        self.elsewhere(first, c);
    }

    /// What a customer does whose first choice has no car.
    fn elsewhere(&mut self, first: u32, c: &Customer) {
        let t = self.t;
        let behaviour = &t.parts.behaviour;
        let mut tried = [u32::MAX; 4];
        let mut dealer = first;
        for visit in 0..=behaviour.further_dealers as usize {
            let at = t.cell(dealer, c.model);
            let room = self.selling[dealer as usize] > 0;
            if visit > 0
                && room
                && let Some(birth) = self.take(dealer, c.model)
            {
                self.note_diverted(first, dealer, c.model);
                return self.sold(at, dealer, c.model, self.day as i32 - birth);
            }
            if room && let Some(age) = self.trade(dealer, c, visit as u64) {
                if visit > 0 {
                    self.note_diverted(first, dealer, c.model);
                }
                return self.sold(at, dealer, c.model, age);
            }
            tried[visit] = dealer;
            if visit == behaviour.further_dealers as usize || c.unit(DRAW_DIVERT + visit as u64) >= behaviour.divert {
                break;
            }
            match t.choose(c, visit + 1, &tried[..=visit]) {
                Turn::Dealer(next) => dealer = next,
                Turn::Outside => return self.lose(first, c.model),
                Turn::Nowhere => break,
            }
        }
        self.without_car(first, c);
    }

    /// Waits, substitutes or leaves.
    fn without_car(&mut self, dealer: u32, c: &Customer) {
        let behaviour = &self.t.parts.behaviour;
        if self.selling[dealer as usize] <= 0 {
            return self.lose(dealer, c.model);
        }
        let coin = c.unit(DRAW_LAST);
        if coin < behaviour.wait {
            let at = self.t.cell(dealer, c.model);
            let cell = &mut self.ground.cells[at];
            let deadline = self.day + 1 + u32::from(behaviour.wait_days);
            self.waiters.push_back(Waiter { dealer, model: c.model, ordinal: cell.joined, deadline });
            cell.joined += 1;
            self.ground.position[at] -= 1;
            self.balance.waiting += 1;
            return;
        }
        if coin < behaviour.wait + behaviour.substitute
            && let Some(model) = self.substitute(dealer, c.model)
            && let Some(birth) = self.take(dealer, model)
        {
            self.note(dealer, model, Measure::Substituted, 1);
            return self.sold(self.t.cell(dealer, model), dealer, model, self.day as i32 - birth);
        }
        self.lose(dealer, c.model);
    }

    /// The other model of the segment with most cars at the dealer.
    fn substitute(&self, dealer: u32, model: u32) -> Option<u32> {
        let segment = self.t.parts.models[model as usize].segment as usize;
        let stock = |m: u32| self.ground.stock[self.t.cell(dealer, m)];
        let others = self.t.segments[segment].iter().copied().filter(|&m| m != model && stock(m) > 0);
        others.max_by_key(|&m| (stock(m), std::cmp::Reverse(m)))
    }

    fn outside(&mut self, c: &Customer, measure: Measure) {
        self.unserved[self.t.parts.zones[c.zone as usize].region as usize].add(measure, 1);
        self.models[c.model as usize].add(measure, 1);
    }

    fn note_diverted(&mut self, first: u32, dealer: u32, model: u32) {
        self.note(dealer, model, Measure::DivertedIn, 1);
        self.note(first, model, Measure::DivertedOut, 1);
    }

    /// Fetches a car for a customer from a neighbour, if that is worth it; answers its age. Donors of equal cost are
    /// tried from a random one onwards.
    fn trade(&mut self, dealer: u32, c: &Customer, visit: u64) -> Option<i32> {
        let t = self.t;
        if t.reserve.is_empty() {
            return None;
        }
        let money = &t.money[c.model as usize];
        let worth = money.contribution + money.lost;
        let donors = &t.donors[dealer as usize];
        let mut from = 0;
        while from < donors.len() && donors[from].cost < worth {
            let (cost, same) = (donors[from].cost, donors[from].same as usize);
            let turn = if same > 1 { below(c.bits(DRAW_DONOR + visit), same as u64) as usize } else { 0 };
            for k in 0..same {
                let donor = donors[from + if turn + k < same { turn + k } else { turn + k - same }].dealer;
                if !self.gives(donor, c.model) {
                    continue;
                }
                if c.unit(DRAW_FAILURE + visit) < t.parts.trade.failure {
                    return None;
                }
                let birth = self.take(donor, c.model)?;
                self.allowance[donor as usize] -= 1;
                self.note(donor, c.model, Measure::TransfersOut, 1);
                self.note(dealer, c.model, Measure::TransfersIn, 1);
                self.note(dealer, c.model, Measure::TransferCost, cost);
                self.events += 1;
                return Some(self.day as i32 - birth);
            }
            from += same;
        }
        None
    }

    fn gives(&mut self, donor: u32, model: u32) -> bool {
        let cell = self.t.cell(donor, model);
        let old_enough = |birth: i32| self.day as i32 - birth >= i32::from(self.t.parts.trade.least_age);
        self.ground.spares(cell)
            && self.allowance[donor as usize] > 0
            && self.ground.first_birth(cell).is_some_and(old_enough)
    }
}
