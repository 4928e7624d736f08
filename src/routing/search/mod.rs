//! Ruin and recreate under simulated annealing.

mod cache;
mod fleet;
mod ground;
mod kinds;
mod recreate;
mod route;
mod ruin;
mod scan;
mod state;
#[cfg(test)]
mod tests;
mod tuning;

pub(super) use ground::Ground;
pub use tuning::Tuning;

use super::control::Meter;
use super::plan::Tour;
use crate::stats::stream::Stream;
use recreate::Recreate;
use ruin::Ruin;
use state::{State, inner};

/// A search in progress.
pub(super) struct Search<'a> {
    state: State<'a>,
    tuning: Tuning,
    dice: Stream,
    ruin: Ruin,
    recreate: Recreate,
}

/// The routes of a solution, as nodes.
pub(super) type Snapshot = Vec<(u32, Vec<u32>)>;

impl<'a> Search<'a> {
    /// Inserts every request that fits, from nothing.
    pub(super) fn new(ground: &'a Ground<'a>, tuning: Tuning, dice: Stream) -> Self {
        let state = State::new(ground);
        let mut search = Self { state, tuning, dice, ruin: Ruin::default(), recreate: Recreate::new() };
        search.state.begin();
        search.recreate.run(&mut search.state, &search.tuning, &mut search.dice);
        search
    }

    /// Goes on from tours that serve every request.
    pub(super) fn from(ground: &'a Ground<'a>, tuning: Tuning, dice: Stream, tours: &[Tour]) -> Self {
        let state = State::new(ground);
        let mut search = Self { state, tuning, dice, ruin: Ruin::default(), recreate: Recreate::new() };
        let nodes = |t: &Tour| (t.kind as u32, t.visits.iter().map(|&v| v as u32).collect());
        search.restore(&tours.iter().map(nodes).collect());
        search
    }

    /// Requests that no route serves.
    pub(super) fn absent(&self) -> &[u32] {
        &self.state.absent
    }

    /// One ruin and one recreation; the caller keeps them or rolls back.
    fn step(&mut self) {
        self.state.begin();
        self.ruin.run(&mut self.state, &self.tuning, &mut self.dice);
        if self.state.ground.follows {
            self.widen();
            self.recreate.run(&mut self.state, &self.tuning, &mut self.dice);
            self.narrow();
        } else {
            self.exchange();
            self.recreate.run(&mut self.state, &self.tuning, &mut self.dice);
        }
    }

    /// Anneals until the meter ends; leaves the best solution behind and returns its cost. Every request must be served.
    pub(super) fn anneal(&mut self, meter: &mut Meter) -> i64 {
        let mean = self.mean_arc();
        let (hot, cold) = (mean * self.tuning.hot, mean * self.tuning.cold);
        let mut best = self.state.cost;
        let mut kept = self.snapshot();
        let mut temperature = hot;
        let something = self.state.ground.requests() > 0;
        while something && meter.step() {
            if meter.done().is_multiple_of(64) {
                temperature = hot * (cold / hot).powf(meter.used());
            }
            let before = self.state.cost;
            let absent = self.state.absent.len();
            self.step();
            let allowance = -temperature * self.dice.unit().ln();
            let worse = self.state.absent.len() > absent || (self.state.cost - before) as f64 >= allowance;
            if worse || !self.admitted() {
                self.state.rollback();
            } else if self.state.cost < best {
                best = self.state.cost;
                self.keep(&mut kept);
            }
        }
        self.restore(&kept);
        best
    }

    /// Whether the routes of the step are admitted: shorter ones need not be.
    fn admitted(&self) -> bool {
        let State { ground, routes, .. } = &self.state;
        let good = |slot: u32| {
            let route = &routes[slot as usize];
            ground.admitted(route.kind, &route.nodes)
        };
        !ground.judged() || self.state.touched().iter().all(|t| good(t.0))
    }

    /// The mean cost of an arc.
    fn mean_arc(&self) -> f64 {
        let state = &self.state;
        let used = state.routes.iter().filter(|r| !r.is_empty());
        let (cost, arcs) = used.fold((0.0, 0.0), |(cost, arcs), r| {
            let rate = state.ground.fleet[r.kind as usize].rate;
            (cost + (r.length * rate) as f64, arcs + (r.visits() + 1) as f64)
        });
        f64::max(cost / f64::max(arcs, 1.0), 1e-3)
    }

    /// The routes in use.
    pub(super) fn snapshot(&self) -> Snapshot {
        let mut kept = Snapshot::new();
        self.keep(&mut kept);
        kept
    }

    fn keep(&self, kept: &mut Snapshot) {
        let mut count = 0;
        for route in self.state.routes.iter().filter(|r| !r.is_empty()) {
            if kept.len() == count {
                kept.push((0, Vec::new()));
            }
            kept[count].0 = route.kind;
            kept[count].1.clear();
            kept[count].1.extend_from_slice(inner(&route.nodes));
            count += 1;
        }
        kept.truncate(count);
    }

    /// Replaces the routes by others that serve every request.
    pub(super) fn restore(&mut self, kept: &Snapshot) {
        self.state.load(kept);
    }

    /// The tours in the order of their first nodes.
    pub(super) fn tours(&self) -> Vec<Tour> {
        let mut tours: Vec<_> = self
            .snapshot()
            .into_iter()
            .map(|(kind, nodes)| Tour { kind: kind as usize, visits: nodes.into_iter().map(|v| v as usize).collect() })
            .collect();
        tours.sort_by(|a, b| a.visits.cmp(&b.visits));
        tours
    }
}
