//! Mixed fleets: between ruin and recreation a route may get a vehicle of another kind, free or in exchange.

use super::Search;
use super::ground::Ground;
use super::route::Route;

/// Chance that a step tries to exchange a vehicle.
const CHANCE: f64 = 0.3;

impl Search<'_> {
    /// Tries one exchange on a route, one of the ruined ones half the time.
    pub(super) fn exchange(&mut self) {
        let kinds = self.state.ground.fleet.len() as u64;
        if kinds < 2 || self.dice.unit() > CHANCE || self.state.touched().is_empty() {
            return;
        }
        let ruined = self.dice.below(2) == 0;
        let choice = if ruined { self.state.touched().len() } else { self.state.routes.len() };
        let pick = self.dice.below(choice as u64) as usize;
        let slot = if ruined { self.state.touched()[pick].0 as usize } else { pick };
        let kind = self.dice.below(kinds) as u32;
        let old = self.state.routes[slot].kind;
        if kind == old || self.state.routes[slot].is_empty() {
            return;
        }
        let ground = self.state.ground;
        if self.state.used[kind as usize] < ground.fleet[kind as usize].count {
            if fits(ground, &self.state.routes[slot], kind) {
                self.state.assign(slot, kind);
            }
            return;
        }
        let others = self.state.routes.iter().enumerate().filter(|(_, r)| r.kind == kind && !r.is_empty());
        let others: Vec<usize> = others.map(|(other, _)| other).collect();
        if others.is_empty() {
            return;
        }
        let other = others[self.dice.below(others.len() as u64) as usize];
        if fits(ground, &self.state.routes[slot], kind) && fits(ground, &self.state.routes[other], old) {
            self.state.assign(slot, kind);
            self.state.assign(other, old);
        }
    }
}

/// Where tours are judged, vehicles follow the tours: ruined routes get the largest before they are filled again, and whatever
/// was touched gets the cheapest that can drive it at the end of the step.
impl Search<'_> {
    /// Gives every touched route the largest vehicle.
    pub(super) fn widen(&mut self) {
        for k in 0..self.state.touched().len() {
            let slot = self.state.touched()[k].0 as usize;
            if !self.state.routes[slot].is_empty() && self.state.routes[slot].kind != self.state.ground.largest {
                self.state.assign(slot, self.state.ground.largest);
            }
        }
    }

    /// Gives every touched route the cheapest vehicle that can drive it.
    pub(super) fn narrow(&mut self) {
        let ground = self.state.ground;
        for k in 0..self.state.touched().len() {
            let slot = self.state.touched()[k].0 as usize;
            let route = &self.state.routes[slot];
            if route.is_empty() {
                continue;
            }
            let heaviest = route.aboard.iter().copied().max().unwrap_or(0);
            let price = |kind: &usize| ground.fixed[*kind] + ground.fleet[*kind].rate * route.length;
            let takes = |kind: &usize| {
                *kind == route.kind as usize
                    || (ground.fleet[*kind].capacity.get() >= i64::from(heaviest)
                        && ground.admitted(*kind as u32, &route.nodes))
            };
            let cheapest = (0..ground.fleet.len()).filter(takes).min_by_key(price);
            if let Some(kind) = cheapest.filter(|&kind| kind != route.kind as usize) {
                self.state.assign(slot, kind as u32);
            }
        }
    }
}

/// Whether a vehicle of a kind can drive a route.
fn fits(ground: &Ground<'_>, route: &Route, kind: u32) -> bool {
    let mut driven = route.clone();
    driven.become_kind(ground, kind);
    let capacity = ground.fleet[kind as usize].capacity.get();
    let heaviest = driven.aboard.iter().copied().max().unwrap_or(0).max(driven.load);
    let start = driven.nodes[0] as usize;
    i64::from(heaviest) <= capacity
        && (!ground.timed || ground.ready[start] <= driven.late[0])
        && ground.admitted(kind, &driven.nodes)
}
