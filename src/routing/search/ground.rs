//! The problem as the search reads it: flat arrays by node and by request.

use crate::routing::matrix::Matrix;
use crate::routing::problem::{Goal, Judge, Kind, Problem};
use std::cell::RefCell;

/// No node, no request, no route.
pub(super) const NONE: u32 = u32::MAX;

/// How many neighbours of a node the ruin may walk through.
const NEIGHBOURS: usize = 400;

/// How many nodes near each node of a request may have it in their routes, where tours are judged.
const CLOSE: usize = 24;

/// What never changes during a search.
pub(in crate::routing) struct Ground<'a> {
    pub matrix: &'a Matrix,
    pub fleet: &'a [Kind],
    pub paired: bool,
    pub timed: bool,
    pub lifo: bool,
    /// By node.
    pub ready: Vec<i64>,
    pub due: Vec<i64>,
    pub service: Vec<i64>,
    /// What the load on board changes by at a node (pairs only).
    pub change: Vec<i32>,
    /// The request of a node.
    pub request: Vec<u32>,
    /// By request: first node and last node (the same for a delivery from the depot), size.
    pub first: Vec<u32>,
    pub last: Vec<u32>,
    pub size: Vec<i32>,
    /// What one vehicle costs in the search, by kind: large when vehicles count first.
    pub fixed: Vec<i64>,
    /// Nodes of requests by distance from a node, nearest first.
    pub near: Vec<Vec<u32>>,
    /// Where tours are judged: by request, the requests with a node near one of its own, in whose routes it is looked for a place.
    pub close: Vec<Vec<u32>>,
    /// Distance of the first node of a request from the depot.
    pub depth: Vec<i64>,
    /// The kind with the largest capacity.
    pub largest: u32,
    /// Whether vehicles follow the tours: tours are judged, and there are vehicles of every kind from one place for all.
    pub follows: bool,
    /// Further conditions on tours.
    judge: Option<&'a dyn Judge>,
    /// By request and kind: what a vehicle of its own costs.
    alone: Vec<Option<i64>>,
    /// A tour on trial.
    trial: RefCell<Vec<u32>>,
}

impl<'a> Ground<'a> {
    pub(in crate::routing) fn new(problem: &'a Problem) -> Self {
        let data = problem.data();
        let n = data.nodes.len();
        let mut request = vec![NONE; n];
        let mut change = vec![0; n];
        let (mut first, mut last, mut size) = (Vec::new(), Vec::new(), Vec::new());
        for (r, wish) in data.requests.iter().enumerate() {
            let load = wish.load.get() as i32;
            let from = wish.pickup.unwrap_or(wish.delivery);
            request[from] = r as u32;
            request[wish.delivery] = r as u32;
            if wish.pickup.is_some() {
                change[from] = load;
                change[wish.delivery] = -load;
            }
            first.push(from as u32);
            last.push(wish.delivery as u32);
            size.push(load);
        }
        let matrix = &data.matrix;
        let depot = data.fleet[0].start;
        let mut depth: Vec<i64> = first.iter().map(|&a| i64::from(matrix.row(depot)[a as usize])).collect();
        if depth.iter().all(|&d| d == 0) {
            // Tours that begin anywhere: a far request is one with a long way of its own.
            depth = first.iter().zip(&last).map(|(&a, &b)| i64::from(matrix.row(a as usize)[b as usize])).collect();
        }
        let near = near(matrix, &request, &first, &last);
        let close = if data.judge.is_some() { close(&near, &request, &first, &last) } else { Vec::new() };
        let mut ground = Self {
            matrix,
            fleet: &data.fleet,
            paired: problem.paired(),
            timed: problem.timed(),
            lifo: data.lifo && problem.paired(),
            ready: data.nodes.iter().map(|x| x.ready.get()).collect(),
            due: data.nodes.iter().map(|x| x.due.get()).collect(),
            service: data.nodes.iter().map(|x| x.service.get()).collect(),
            change,
            near,
            close,
            request,
            first,
            last,
            size,
            fixed: fixed(problem),
            depth,
            largest: (0..data.fleet.len()).rev().max_by_key(|&k| data.fleet[k].capacity).unwrap_or(0) as u32,
            follows: follows(problem),
            judge: data.judge.as_deref(),
            trial: RefCell::default(),
            alone: Vec::new(),
        };
        let kinds = data.fleet.len();
        ground.alone = (0..ground.requests() * kinds).map(|k| alone(&ground, k / kinds, k % kinds)).collect();
        ground
    }
    /// What a vehicle of its own costs a request, if it can serve it.
    #[inline]
    pub(super) fn alone(&self, request: usize, kind: usize) -> Option<i64> {
        self.alone[request * self.fleet.len() + kind]
    }
    /// Whether a tour stays admitted with a request's nodes behind these positions (`last` is not read unless paired).
    #[inline]
    pub(super) fn admits(&self, kind: u32, nodes: &[u32], request: usize, first: usize, last: usize) -> bool {
        let Some(judge) = self.judge else { return true };
        let mut trial = self.trial.borrow_mut();
        trial.clear();
        trial.extend_from_slice(&nodes[1..=first]);
        trial.push(self.first[request]);
        if self.paired {
            trial.extend_from_slice(&nodes[first + 1..=last]);
            trial.push(self.last[request]);
        }
        let from = if self.paired { last } else { first };
        trial.extend_from_slice(&nodes[from + 1..nodes.len() - 1]);
        judge.admits(kind as usize, &trial)
    }
    /// Whether a vehicle of a kind may drive these nodes, both depots among them.
    #[inline]
    pub(super) fn admitted(&self, kind: u32, nodes: &[u32]) -> bool {
        self.judge.is_none_or(|judge| nodes.len() <= 2 || judge.admits(kind as usize, &nodes[1..nodes.len() - 1]))
    }
    /// Whether tours are judged as a whole.
    #[inline]
    pub(super) fn judged(&self) -> bool {
        self.judge.is_some()
    }
    /// The number of requests.
    pub(in crate::routing) fn requests(&self) -> usize {
        self.first.len()
    }
}

fn follows(problem: &Problem) -> bool {
    let (data, depot) = (problem.data(), (problem.data().fleet[0].start, problem.data().fleet[0].end));
    let ample = |k: &Kind| k.count >= data.requests.len() && (k.start, k.end) == depot;
    data.judge.is_some() && problem.paired() && !problem.timed() && data.fleet.iter().all(ample)
}

/// When vehicles count first, one more costs more than any distance could save.
fn fixed(problem: &Problem) -> Vec<i64> {
    let data = problem.data();
    let n = data.nodes.len();
    let longest: i64 = (0..n).map(|i| data.matrix.row(i).iter().copied().max().map_or(0, i64::from)).sum();
    let rate = data.fleet.iter().map(|k| k.rate).max().unwrap_or(0);
    let dear = data.fleet.iter().map(|k| k.fixed.get()).max().unwrap_or(0);
    let first = match data.goal {
        Goal::Cost => 0,
        Goal::VehiclesThenCost => {
            longest.saturating_mul(rate).saturating_add(dear.saturating_mul(n as i64)).min(1 << 50)
        }
    };
    data.fleet.iter().map(|k| k.fixed.get() + first).collect()
}

/// Nodes by distance; what lies at one place (the yard of a plant) is told apart by the other ends of the requests.
fn near(matrix: &Matrix, request: &[u32], first: &[u32], last: &[u32]) -> Vec<Vec<u32>> {
    let nodes: Vec<u32> = (0..request.len() as u32).filter(|&v| request[v as usize] != NONE).collect();
    let other = |v: usize| {
        let r = request[v] as usize;
        if first[r] as usize == v { last[r] as usize } else { first[r] as usize }
    };
    let sorted = |v: usize| {
        if request[v] == NONE {
            return Vec::new();
        }
        let (out, back) = (matrix.row(v), matrix.column(v));
        let partner = matrix.row(other(v));
        let mut list = nodes.clone();
        let key = |w: u32| (out[w as usize].min(back[w as usize]), w != v as u32, partner[other(w as usize)], w);
        list.sort_by_cached_key(|&w| key(w));
        list.truncate(NEIGHBOURS);
        list
    };
    (0..request.len()).map(sorted).collect()
}

/// Requests with a node near a node of a request, without itself, ascending.
fn close(near: &[Vec<u32>], request: &[u32], first: &[u32], last: &[u32]) -> Vec<Vec<u32>> {
    let of = |(r, (&a, &b)): (usize, (&u32, &u32))| {
        let nodes = [a, b].into_iter().flat_map(|v| near[v as usize].iter().take(CLOSE + 1));
        let mut list: Vec<u32> = nodes.map(|&v| request[v as usize]).filter(|&other| other != r as u32).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    first.iter().zip(last).enumerate().map(of).collect()
}

/// What a vehicle of its own costs a request, if it can serve it.
fn alone(ground: &Ground<'_>, request: usize, kind: usize) -> Option<i64> {
    let vehicle = &ground.fleet[kind];
    if i64::from(ground.size[request]) > vehicle.capacity.get() {
        return None;
    }
    let mut here = vehicle.start;
    let mut clock = ground.ready[here] + ground.service[here];
    let mut length = 0;
    let (a, b) = (ground.first[request] as usize, ground.last[request] as usize);
    let both = [a, b, vehicle.end];
    for &next in if a == b { &both[1..] } else { &both[..] } {
        length += i64::from(ground.matrix.row(here)[next]);
        clock = (clock + i64::from(ground.matrix.time_row(here)[next])).max(ground.ready[next]);
        if clock > ground.due[next] {
            return None;
        }
        clock += ground.service[next];
        here = next;
    }
    let nodes = [vehicle.start as u32, vehicle.end as u32];
    ground.admits(kind as u32, &nodes, request, 0, 0).then_some(ground.fixed[kind] + vehicle.rate * length)
}
