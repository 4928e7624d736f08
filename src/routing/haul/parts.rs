//! A week cut into parts of a few hundred loads, and a part as a problem of pairs.

use super::judge::Judge;
use super::plan::{Call, Trip};
use super::problem::Problem;
use crate::routing::matrix::Matrix;
use crate::routing::measure::{Cost, Duration, Load};
use crate::routing::{Data, Error, Goal, Kind, Node, Request, Tour, problem};
use std::sync::Arc;

/// A part as a problem of pairs: node 0 is nowhere, node 1 + 2k loads the k-th load, node 2 + 2k unloads it.
pub(super) fn pairs(problem: &Arc<Problem>, part: &[usize]) -> Result<problem::Problem, Error> {
    let data = problem.data();
    let yard = |node: usize| {
        let freight = &data.loads[part[(node - 1) / 2]];
        if node % 2 == 1 { freight.from } else { freight.to }
    };
    let n = 1 + 2 * part.len();
    let mut table = vec![0i64; n * n];
    for i in 1..n {
        let from = yard(i);
        for j in 1..n {
            table[i * n + j] = i64::from(problem.km(from, yard(j)));
        }
    }
    let matrix = Matrix::new(n, &table, None).map_err(|why| Error::Faulty(vec![why]))?;
    let node = Node { ready: Duration::ZERO, due: Duration::LARGEST, service: Duration::ZERO };
    let request =
        |k: usize| Request { pickup: Some(1 + 2 * k), delivery: 2 + 2 * k, load: Load::new(data.loads[part[k]].size) };
    let kind = |c: &super::Class| Kind {
        count: part.len(),
        capacity: Load::new(c.capacity),
        start: 0,
        end: 0,
        fixed: Cost::new(c.fixed),
        rate: c.rate,
    };
    // One stack everywhere is known to the search; otherwise the judge decides.
    let lifo = data.classes.iter().all(super::Class::stack);
    problem::Problem::new(Data {
        matrix,
        nodes: vec![node; n],
        requests: (0..part.len()).map(request).collect(),
        fleet: data.classes.iter().map(kind).collect(),
        goal: Goal::Cost,
        lifo,
        judge: Some(Arc::new(Judge::new(problem.clone(), part.to_vec()))),
    })
}

/// Tours of a part in the loads of the whole.
pub(super) fn trips(part: &[usize], tours: &[Tour]) -> Vec<Trip> {
    let call = |&v: &usize| Call { load: part[(v - 1) / 2], loads: v % 2 == 1 };
    tours.iter().map(|t| Trip { class: t.kind, calls: t.visits.iter().map(call).collect() }).collect()
}

/// Trips as tours of the part that holds their loads, which is sorted.
pub(super) fn tours(part: &[usize], trips: &[Trip]) -> Vec<Tour> {
    let node = |c: &Call| {
        let k = part.binary_search(&c.load).expect("a part holds the loads of its trips");
        1 + 2 * k + usize::from(!c.loads)
    };
    trips.iter().map(|t| Tour { kind: t.class, visits: t.calls.iter().map(node).collect() }).collect()
}

/// Something that is cut: where it is, and how many loads it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Which.
    pub index: usize,
    /// Whatever stands in different bins is never together.
    pub bin: usize,
    /// Place, in ten-thousandths of a degree.
    pub at: [i64; 2],
    /// Its loads.
    pub loads: usize,
}

/// Halves the pieces of every bin along their longer spread until no part has more than so many loads.
pub(super) fn cut(mut pieces: Vec<Piece>, most: usize) -> Vec<Vec<usize>> {
    pieces.sort_by_key(|p| (p.bin, p.index));
    let mut parts = Vec::new();
    for bin in pieces.chunk_by(|a, b| a.bin == b.bin) {
        halve(bin.to_vec(), most, &mut parts);
    }
    parts
}

fn halve(mut pieces: Vec<Piece>, most: usize, parts: &mut Vec<Vec<usize>>) {
    let loads: usize = pieces.iter().map(|p| p.loads).sum();
    if loads <= most || pieces.len() == 1 {
        parts.push(pieces.iter().map(|p| p.index).collect());
        return;
    }
    let spread = |axis: usize| {
        let places = pieces.iter().map(|p| p.at[axis]);
        places.clone().max().unwrap_or(0) - places.min().unwrap_or(0)
    };
    // A degree of longitude is four fifths of a degree of latitude where most people live.
    let axis = usize::from(spread(1) * 5 > spread(0) * 4);
    pieces.sort_by_key(|p| (p.at[axis], p.at[1 - axis], p.index));
    let (mut half, mut count) = (0, 0);
    while half + 1 < pieces.len() && (half == 0 || 2 * count < loads) {
        count += pieces[half].loads;
        half += 1;
    }
    let rest = pieces.split_off(half);
    halve(pieces, most, parts);
    halve(rest, most, parts);
}
