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

/// Whether a vehicle of a kind can drive a route.
fn fits(ground: &Ground<'_>, route: &Route, kind: u32) -> bool {
    let mut driven = route.clone();
    driven.become_kind(ground, kind);
    let capacity = ground.fleet[kind as usize].capacity.get();
    let heaviest = driven.aboard.iter().copied().max().unwrap_or(0).max(driven.load);
    let start = driven.nodes[0] as usize;
    i64::from(heaviest) <= capacity && (!ground.timed || ground.ready[start] <= driven.late[0])
}
