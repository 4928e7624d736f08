//! The flow from zones to stores that earns most, and its repair after one store has changed.
//!
//! The buyers whom the zones can send at once form a polymatroid, so serving the zones greedily by margin is optimal:
//! a flow is best when no zone with buyers left reaches a store with room, or a zone of lower margin whose buyer could
//! make way. Both are found by one breadth-first search (Edmonds and Karp 1972).

use super::Problem;
use std::collections::VecDeque;

/// Who can go where, whatever is open.
pub(super) struct Roads {
    /// First edge of every store, and the end; an edge is a pull of a store.
    first: Vec<usize>,
    store: Vec<usize>,
    zone: Vec<usize>,
    of_zone: Vec<Vec<usize>>,
    /// Zones by falling margin.
    order: Vec<usize>,
    margin: Vec<f64>,
}

impl Roads {
    pub(super) fn new(problem: &Problem) -> Self {
        let (mut first, mut store, mut zone) = (vec![0], Vec::new(), Vec::new());
        let mut of_zone = vec![Vec::new(); problem.zones.len()];
        for (i, s) in problem.stores.iter().enumerate() {
            for p in &s.pulls {
                of_zone[p.zone].push(store.len());
                store.push(i);
                zone.push(p.zone);
            }
            first.push(store.len());
        }
        let margin: Vec<f64> = problem.zones.iter().map(|z| z.margin.major()).collect();
        let mut order: Vec<usize> = (0..margin.len()).collect();
        order.sort_by(|&a, &b| margin[b].total_cmp(&margin[a]).then(a.cmp(&b)));
        Self { first, store, zone, of_zone, order, margin }
    }

    fn of_store(&self, store: usize) -> std::ops::Range<usize> {
        self.first[store]..self.first[store + 1]
    }
}

/// Cars below which nothing is moved any more.
const DUST: f64 = 1e-7;

/// Sales of one phase.
#[derive(Clone)]
pub(super) struct Flow {
    phase: usize,
    /// Pull, most cars and cars of every edge.
    pull: Vec<f64>,
    limit: Vec<f64>,
    sold: Vec<f64>,
    /// Free capacity of every store.
    room: Vec<f64>,
    /// Buyers of every zone, and those who find no car.
    wanted: Vec<f64>,
    left: Vec<f64>,
}

impl Flow {
    /// Every zone's buyers split by pull; full stores turn away in proportion; who is turned away goes on.
    pub(super) fn new(problem: &Problem, roads: &Roads, phase: usize, open: &[Option<usize>]) -> Self {
        let edges = roads.store.len();
        let zones = problem.zones.len();
        let mut flow = Self {
            phase,
            pull: vec![0.0; edges],
            limit: vec![0.0; edges],
            sold: vec![0.0; edges],
            room: vec![0.0; open.len()],
            wanted: vec![0.0; zones],
            left: vec![0.0; zones],
        };
        for (i, &option) in open.iter().enumerate() {
            flow.fill(problem, roads, i, option);
        }
        for zone in 0..zones {
            let total = flow.attraction(roads, zone);
            flow.wanted[zone] = flow.buyers(problem, roads, zone, total);
            flow.left[zone] = flow.wanted[zone];
            for &e in &roads.of_zone[zone] {
                if flow.wanted[zone] > 0.0 {
                    flow.sold[e] = flow.wanted[zone] * flow.pull[e] / total;
                    flow.left[zone] -= flow.sold[e];
                }
            }
            flow.left[zone] = flow.left[zone].max(0.0);
        }
        flow.turn_away(roads);
        flow.settle(roads);
        flow
    }

    fn fill(&mut self, problem: &Problem, roads: &Roads, store: usize, option: Option<usize>) {
        let s = &problem.stores[store];
        self.room[store] = option.map_or(0.0, |k| s.options[k].capacity);
        for (e, p) in roads.of_store(store).zip(&s.pulls) {
            self.pull[e] = option.map_or(0.0, |k| p.by_option[k]);
            self.limit[e] = problem.captured(self.phase, p.zone, self.pull[e]);
        }
    }

    fn attraction(&self, roads: &Roads, zone: usize) -> f64 {
        roads.of_zone[zone].iter().map(|&e| self.pull[e]).sum()
    }

    fn buyers(&self, problem: &Problem, roads: &Roads, zone: usize, attraction: f64) -> f64 {
        if roads.margin[zone] > 0.0 { problem.captured(self.phase, zone, attraction) } else { 0.0 }
    }

    fn turn_away(&mut self, roads: &Roads) {
        for i in 0..self.room.len() {
            let asked: f64 = roads.of_store(i).map(|e| self.sold[e]).sum();
            let keep = if asked > self.room[i] { self.room[i] / asked } else { 1.0 };
            for e in roads.of_store(i) {
                self.left[roads.zone[e]] += self.sold[e] * (1.0 - keep);
                self.sold[e] *= keep;
            }
            self.room[i] = (self.room[i] - asked * keep).max(0.0);
        }
    }

    /// Gives a store another option and repairs the flow.
    pub(super) fn change(&mut self, problem: &Problem, roads: &Roads, store: usize, option: Option<usize>) {
        for e in roads.of_store(store) {
            self.left[roads.zone[e]] += self.sold[e];
            self.sold[e] = 0.0;
        }
        self.fill(problem, roads, store, option);
        for e in roads.of_store(store) {
            let zone = roads.zone[e];
            let total = self.attraction(roads, zone);
            let wanted = self.buyers(problem, roads, zone, total);
            self.left[zone] += wanted - self.wanted[zone];
            self.wanted[zone] = wanted;
            if self.left[zone] < 0.0 {
                self.shrink(roads, zone);
            }
        }
        self.settle(roads);
    }

    /// Takes sales from a zone that wants fewer cars than it gets.
    fn shrink(&mut self, roads: &Roads, zone: usize) {
        let served: f64 = roads.of_zone[zone].iter().map(|&e| self.sold[e]).sum();
        let keep = if served > 0.0 { (self.wanted[zone] / served).min(1.0) } else { 0.0 };
        for &e in &roads.of_zone[zone] {
            self.room[roads.store[e]] += self.sold[e] * (1.0 - keep);
            self.sold[e] *= keep;
        }
        self.left[zone] = 0.0;
    }

    /// Contribution of a year.
    pub(super) fn earned(&self, problem: &Problem, roads: &Roads) -> f64 {
        (0..problem.zones.len()).map(|z| roads.margin[z] * (self.wanted[z] - self.left[z])).sum()
    }

    /// `(store, zone, cars a year)`, ascending.
    pub(super) fn service(&self, roads: &Roads) -> Vec<(usize, usize, f64)> {
        let sold = (0..self.sold.len()).filter(|&e| self.sold[e] > 1e-9);
        sold.map(|e| (roads.store[e], roads.zone[e], self.sold[e])).collect()
    }

    /// Sends on who is left, best margin first. A zone that a failed search has seen can help nobody after it.
    fn settle(&mut self, roads: &Roads) {
        let mut search = Search::new(self.left.len(), self.room.len());
        for &zone in &roads.order {
            while self.left[zone] > DUST && !search.dead[zone] {
                match search.run(self, roads, zone) {
                    Some(end) => self.push(roads, &search, zone, end),
                    None => search.bury(),
                }
            }
        }
    }

    /// Moves as many buyers as the path of a search allows.
    fn push(&mut self, roads: &Roads, search: &Search, start: usize, end: End) {
        let mut path = Vec::new();
        let (mut store, limit) = match end {
            End::Room(i) => (i, self.room[i]),
            End::Yields(e) => {
                path.push((e, -1.0));
                (roads.store[e], self.sold[e])
            }
        };
        let mut amount = self.left[start].min(limit);
        loop {
            let forward = search.into_store[store];
            amount = amount.min(self.limit[forward] - self.sold[forward]);
            path.push((forward, 1.0));
            let zone = roads.zone[forward];
            if zone == start {
                break;
            }
            let back = search.into_zone[zone];
            amount = amount.min(self.sold[back]);
            path.push((back, -1.0));
            store = roads.store[back];
        }
        for (e, sign) in path {
            self.sold[e] += sign * amount;
        }
        self.left[start] -= amount;
        match end {
            End::Room(i) => self.room[i] -= amount,
            End::Yields(e) => self.left[roads.zone[e]] += amount,
        }
    }
}

/// Where a path ends: a store with room, or an edge whose buyer makes way.
#[derive(Clone, Copy)]
enum End {
    Room(usize),
    Yields(usize),
}

struct Search {
    round: u32,
    seen_zone: Vec<u32>,
    seen_store: Vec<u32>,
    into_zone: Vec<usize>,
    into_store: Vec<usize>,
    dead: Vec<bool>,
    queue: VecDeque<usize>,
    visited: Vec<usize>,
}

impl Search {
    fn new(zones: usize, stores: usize) -> Self {
        Self {
            round: 0,
            seen_zone: vec![0; zones],
            seen_store: vec![0; stores],
            into_zone: vec![0; zones],
            into_store: vec![0; stores],
            dead: vec![false; zones],
            queue: VecDeque::new(),
            visited: Vec::new(),
        }
    }

    fn bury(&mut self) {
        for &zone in &self.visited {
            self.dead[zone] = true;
        }
    }

    fn run(&mut self, flow: &Flow, roads: &Roads, start: usize) -> Option<End> {
        self.round += 1;
        self.queue.clear();
        self.visited.clear();
        self.enter(start);
        let mut worst: Option<(f64, usize)> = None;
        while let Some(zone) = self.queue.pop_front() {
            for &e in &roads.of_zone[zone] {
                let store = roads.store[e];
                if self.seen_store[store] == self.round || flow.limit[e] - flow.sold[e] <= DUST {
                    continue;
                }
                self.seen_store[store] = self.round;
                self.into_store[store] = e;
                if flow.room[store] > DUST {
                    return Some(End::Room(store));
                }
                for back in roads.of_store(store) {
                    let next = roads.zone[back];
                    if self.seen_zone[next] == self.round || self.dead[next] || flow.sold[back] <= DUST {
                        continue;
                    }
                    let margin = roads.margin[next];
                    if margin < roads.margin[start] - 0.005 && worst.is_none_or(|w| margin < w.0) {
                        worst = Some((margin, back));
                    }
                    self.into_zone[next] = back;
                    self.enter(next);
                }
            }
        }
        worst.map(|w| End::Yields(w.1))
    }

    fn enter(&mut self, zone: usize) {
        self.seen_zone[zone] = self.round;
        self.visited.push(zone);
        self.queue.push_back(zone);
    }
}
