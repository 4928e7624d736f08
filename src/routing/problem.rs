//! A routing problem as plain data, checked as a whole.

use super::Error;
use super::matrix::Matrix;
use super::measure::{Cost, Duration, Load};
use std::sync::Arc;

/// A place that is visited once, or a depot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Earliest start of service.
    pub ready: Duration,
    /// Latest start of service.
    pub due: Duration,
    /// Duration of service.
    pub service: Duration,
}

/// Something to carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The node where it is picked up; `None` when it is loaded at the start of the tour.
    pub pickup: Option<usize>,
    /// The node where it is delivered.
    pub delivery: usize,
    /// Its size.
    pub load: Load,
}

/// Vehicles of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// How many there are.
    pub count: usize,
    /// What each can carry.
    pub capacity: Load,
    /// The node where its tours start.
    pub start: usize,
    /// The node where its tours end.
    pub end: usize,
    /// Cost of using one.
    pub fixed: Cost,
    /// Cost of one unit of distance.
    pub rate: i64,
}

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The cost.
    Cost,
    /// The number of vehicles first, then the cost.
    VehiclesThenCost,
}

/// Conditions on a whole tour that arcs and single nodes cannot say: a driver's days, cars on decks.
///
/// What it admits it should also admit with a request taken out; where it does not, the search undoes its step.
pub trait Judge: std::fmt::Debug + Send + Sync {
    /// Whether a vehicle of a kind may visit these nodes in this order (depots are left out).
    fn admits(&self, kind: usize, visits: &[u32]) -> bool;
}

/// The parts of a problem.
#[derive(Clone, Debug)]
pub struct Data {
    /// Distances and durations between the nodes.
    pub matrix: Matrix,
    /// One entry a row of the matrix.
    pub nodes: Vec<Node>,
    /// What is to be carried; either all requests have a pickup node or none has.
    pub requests: Vec<Request>,
    /// The fleet.
    pub fleet: Vec<Kind>,
    /// What is minimised.
    pub goal: Goal,
    /// Whether what is picked up last must be delivered first (pairs only).
    pub lifo: bool,
    /// Further conditions on tours, if there are any.
    pub judge: Option<Arc<dyn Judge>>,
}

/// A checked problem.
#[derive(Clone, Debug)]
pub struct Problem {
    data: Data,
    paired: bool,
    timed: bool,
}

impl Problem {
    /// Checks the parts; the error lists every fault.
    pub fn new(data: Data) -> Result<Self, Error> {
        let faults = faults(&data);
        if !faults.is_empty() {
            return Err(Error::Faulty(faults));
        }
        let paired = data.requests.first().is_some_and(|r| r.pickup.is_some());
        let timed = timed(&data);
        Ok(Self { data, paired, timed })
    }
    /// The parts.
    pub fn data(&self) -> &Data {
        &self.data
    }
    /// Whether requests are picked up on the way.
    pub fn paired(&self) -> bool {
        self.paired
    }
    /// Whether any time window can bind.
    pub fn timed(&self) -> bool {
        self.timed
    }
}

/// Windows bind unless even a tour through all nodes by the longest arcs fits into each of them.
fn timed(data: &Data) -> bool {
    let n = data.nodes.len();
    let longest = |i: usize| (0..n).map(|j| data.matrix.duration(i, j)).max().unwrap_or_default();
    let whole: Duration = (0..n).map(|i| longest(i) + data.nodes[i].service).sum();
    let latest = data.nodes.iter().map(|x| x.ready).max().unwrap_or_default() + whole;
    data.nodes.iter().any(|node| node.due < latest)
}

fn faults(data: &Data) -> Vec<String> {
    let n = data.matrix.size();
    let mut faults = Vec::new();
    if data.nodes.len() != n {
        faults.push(format!("{} nodes stand beside a matrix of {n}", data.nodes.len()));
        return faults;
    }
    if data.fleet.is_empty() {
        faults.push("there are no vehicles".into());
    }
    let mut visits = vec![0u32; n];
    for (k, kind) in data.fleet.iter().enumerate() {
        if kind.start >= n || kind.end >= n {
            faults.push(format!("vehicle kind {k} starts or ends at a node that is not there"));
            continue;
        }
        visits[kind.start] |= 1 << 16;
        visits[kind.end] |= 1 << 16;
        let money = kind.fixed >= Cost::ZERO && kind.fixed <= Cost::LARGEST && (0..=1 << 20).contains(&kind.rate);
        if kind.capacity < Load::ZERO || kind.capacity.get() > i64::from(i32::MAX) / 2 || !money {
            faults.push(format!("vehicle kind {k} has a capacity, cost or rate out of range"));
        }
    }
    for (i, node) in data.nodes.iter().enumerate() {
        let times = [node.ready, node.due, node.service];
        if times.iter().any(|&t| t < Duration::ZERO || t > Duration::LARGEST) {
            faults.push(format!("node {i} has a time out of range"));
        } else if node.ready > node.due {
            faults.push(format!("the window of node {i} closes at {} before it opens at {}", node.due, node.ready));
        }
    }
    let largest = data.fleet.iter().map(|k| k.capacity).max().unwrap_or_default();
    let paired = data.requests.first().is_some_and(|r| r.pickup.is_some());
    for (r, request) in data.requests.iter().enumerate() {
        if request.pickup.is_some() != paired {
            faults.push(format!("request {r}: either all requests have a pickup node or none has"));
        }
        if request.load < Load::ZERO || request.load > largest {
            faults.push(format!("request {r} has size {}; the largest vehicle carries {largest}", request.load));
        }
        for node in [Some(request.delivery), request.pickup].into_iter().flatten() {
            match visits.get_mut(node) {
                None => faults.push(format!("request {r} names node {node}, which is not there")),
                Some(seen) => {
                    *seen += 1;
                    if *seen != 1 {
                        faults.push(format!("request {r}: node {node} is a depot or belongs to another request"));
                    }
                }
            }
        }
    }
    faults
}
