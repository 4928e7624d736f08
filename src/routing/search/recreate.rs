//! Greedy insertion with blinks: absent requests, in a random kind of order, each at its cheapest place.

use super::ground::NONE;
use super::scan::{IMPOSSIBLE, Place, admitted, scan};
use super::state::State;
use super::tuning::Tuning;
use crate::stats::stream::Stream;

/// Scratch memory of the recreation.
pub(super) struct Recreate {
    list: Vec<u32>,
    keys: Vec<(i64, u32)>,
    slots: Vec<(i64, u32)>,
    until_blink: u64,
}

impl Recreate {
    pub(super) fn new() -> Self {
        Self { list: Vec::new(), keys: Vec::new(), slots: Vec::new(), until_blink: 0 }
    }

    /// Inserts what is absent; what finds no place stays absent.
    pub(super) fn run(&mut self, state: &mut State<'_>, tuning: &Tuning, dice: &mut Stream) {
        self.list.clear();
        self.list.append(&mut state.absent);
        self.order(state, dice);
        for k in 0..self.list.len() {
            let request = self.list[k];
            if !self.place(state, request as usize, tuning, dice) {
                state.absent.push(request);
            }
        }
    }

    fn order(&mut self, state: &State<'_>, dice: &mut Stream) {
        let ground = state.ground;
        let kinds = if ground.timed { 17 } else { 11 };
        let kind = dice.below(kinds);
        let node = |r: u32| ground.first[r as usize] as usize;
        let last = |r: u32| ground.last[r as usize] as usize;
        self.keys.clear();
        for &r in &self.list {
            let key = match kind {
                0..=3 => dice.bits() as i64,
                4..=7 => -i64::from(ground.size[r as usize]),
                8..=9 => -ground.depth[r as usize],
                10 => ground.depth[r as usize],
                11..=12 => ground.due[node(r)] - ground.ready[node(r)],
                13..=14 => ground.ready[node(r)],
                _ => -ground.due[last(r)],
            };
            self.keys.push((key, r));
        }
        self.keys.sort_unstable();
        self.list.clear();
        self.list.extend(self.keys.iter().map(|k| k.1));
    }

    fn blinks(&mut self, tuning: &Tuning, dice: &mut Stream) -> bool {
        if self.until_blink == 0 {
            // The number of failures before the first success of a coin that succeeds with chance `blink`.
            let wait = dice.unit().ln() / (1.0 - tuning.blink).ln();
            self.until_blink = wait as u64 + 1;
        }
        self.until_blink -= 1;
        self.until_blink == 0
    }

    /// The cheapest place that the judge admits in the routes of close requests, cheaper than `best`: routes are judged in the
    /// order of what they would cost without a judge, as far as that can matter.
    fn judged(
        &mut self,
        state: &mut State<'_>,
        request: usize,
        tuning: &Tuning,
        dice: &mut Stream,
        best: &mut (i64, usize, Place),
    ) {
        let ground = state.ground;
        let State { routes, route_of, cache, .. } = &mut *state;
        let mut row = cache.row(request);
        self.slots.clear();
        for &other in &ground.close[request] {
            let slot = route_of[other as usize];
            if slot != NONE && !self.slots.iter().any(|s| s.1 == slot) {
                let pick = row.get(slot as usize, || scan(ground, &routes[slot as usize], request));
                let cost = i64::from(pick.best) * ground.fleet[routes[slot as usize].kind as usize].rate;
                if pick.best != IMPOSSIBLE && cost < best.0 {
                    self.slots.push((cost, slot));
                }
            }
        }
        self.slots.sort_unstable();
        for k in 0..self.slots.len() {
            let (least, slot) = (self.slots[k].0, self.slots[k].1 as usize);
            if least >= best.0 {
                break;
            }
            let pick = row.admitted(slot, || admitted(ground, &routes[slot], request));
            let (extra, place) =
                if self.blinks(tuning, dice) { (pick.second, pick.then) } else { (pick.best, pick.at) };
            let cost = i64::from(extra) * ground.fleet[routes[slot].kind as usize].rate;
            if extra != IMPOSSIBLE && cost < best.0 {
                *best = (cost, slot, place);
            }
        }
    }

    /// Inserts one request at its cheapest place; false when there is none.
    fn place(&mut self, state: &mut State<'_>, request: usize, tuning: &Tuning, dice: &mut Stream) -> bool {
        let ground = state.ground;
        let need = if ground.paired { 0 } else { ground.size[request] };
        let mut best = (i64::MAX, usize::MAX, Place::default());
        let mut fresh = None;
        for kind in 0..ground.fleet.len() {
            if state.allows(kind)
                && let Some(cost) = ground.alone(request, kind).filter(|&c| c < best.0)
            {
                best.0 = cost;
                fresh = Some(kind);
            }
        }
        if ground.judged() {
            self.judged(state, request, tuning, dice, &mut best);
        } else {
            let State { routes, room, cache, .. } = &mut *state;
            let mut row = cache.row(request);
            for (slot, &free) in room.iter().enumerate() {
                if free < need {
                    continue;
                }
                let pick = row.get(slot, || scan(ground, &routes[slot], request));
                if pick.best == IMPOSSIBLE {
                    continue;
                }
                let (extra, place) =
                    if self.blinks(tuning, dice) { (pick.second, pick.then) } else { (pick.best, pick.at) };
                if extra == IMPOSSIBLE {
                    continue;
                }
                let cost = i64::from(extra) * ground.fleet[routes[slot].kind as usize].rate;
                // A place in a route is as good as a vehicle of its own at the same cost.
                if cost < best.0 || (cost == best.0 && best.1 == usize::MAX) {
                    best = (cost, slot, place);
                }
            }
        }
        if best.1 != usize::MAX {
            fresh = None;
        }
        if let Some(kind) = fresh {
            // A vehicle that follows its tour begins with all the room there is.
            let largest = ground.largest as usize;
            let wide = ground.follows && ground.alone(request, largest).is_some();
            let slot = state.open(if wide { largest } else { kind });
            state.insert(request, slot, Place::default());
            return true;
        }
        if best.1 == usize::MAX {
            return false;
        }
        state.insert(request, best.1, best.2);
        true
    }
}
