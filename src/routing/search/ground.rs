//! The problem as the search reads it: flat arrays by node and by request.

use crate::routing::matrix::Matrix;
use crate::routing::problem::{Goal, Kind, Problem};

/// No node, no request, no route.
pub(super) const NONE: u32 = u32::MAX;

/// How many neighbours of a node the ruin may walk through.
const NEIGHBOURS: usize = 400;

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
    /// Distance of the first node of a request from the depot.
    pub depth: Vec<i64>,
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
        let depth = first.iter().map(|&a| i64::from(matrix.row(depot)[a as usize])).collect();
        Self {
            matrix,
            fleet: &data.fleet,
            paired: problem.paired(),
            timed: problem.timed(),
            lifo: data.lifo && problem.paired(),
            ready: data.nodes.iter().map(|x| x.ready.get()).collect(),
            due: data.nodes.iter().map(|x| x.due.get()).collect(),
            service: data.nodes.iter().map(|x| x.service.get()).collect(),
            change,
            near: near(matrix, &request),
            request,
            first,
            last,
            size,
            fixed: fixed(problem),
            depth,
        }
    }
    /// The number of requests.
    pub(in crate::routing) fn requests(&self) -> usize {
        self.first.len()
    }
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

fn near(matrix: &Matrix, request: &[u32]) -> Vec<Vec<u32>> {
    let nodes: Vec<u32> = (0..request.len() as u32).filter(|&v| request[v as usize] != NONE).collect();
    let sorted = |v: usize| {
        if request[v] == NONE {
            return Vec::new();
        }
        let (out, back) = (matrix.row(v), matrix.column(v));
        let mut list = nodes.clone();
        list.sort_by_key(|&w| (out[w as usize].min(back[w as usize]), w != v as u32, w));
        list.truncate(NEIGHBOURS);
        list
    };
    (0..request.len()).map(sorted).collect()
}
