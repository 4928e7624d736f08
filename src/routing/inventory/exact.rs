//! Every set of customers as a column: for few customers.

use super::formulation::{Bring, levels};
use super::plan::Delivery;
use super::problem::Problem;
use crate::lp::{self, Col, Programme, Solution};
use crate::routing::Error;

/// Most customers for which every set has its column.
pub(super) const CUSTOMERS: usize = 8;

/// Cost and order of the cheapest tour through every set of customers (bit i: customer i).
fn tours(problem: &Problem) -> Vec<(i64, Vec<usize>)> {
    let data = problem.data();
    let n = data.customers.len();
    let far = |i: usize, j: usize| data.matrix.distance(i, j).get() * data.rate;
    // best[set][last]: from the depot through the set, ending at last.
    let mut best = vec![vec![(i64::MAX, n); n]; 1 << n];
    for set in 1usize..1 << n {
        for last in (0..n).filter(|l| set >> l & 1 == 1) {
            let rest = set & !(1 << last);
            let from = (0..n).filter(|k| rest >> k & 1 == 1);
            let step = from.map(|k| (best[rest][k].0 + far(k + 1, last + 1), k)).min();
            best[set][last] = if rest == 0 { (far(0, last + 1), n) } else { step.unwrap_or((i64::MAX, n)) };
        }
    }
    let tour = |set: usize| {
        let ends = (0..n).filter(|l| set >> l & 1 == 1).map(|l| (best[set][l].0 + far(l + 1, 0), l));
        let (cost, mut last) = ends.min().unwrap_or((0, n));
        let (mut order, mut left) = (Vec::new(), set);
        while last < n {
            order.push(last);
            let before = best[left][last].1;
            left &= !(1 << last);
            last = before;
        }
        order.reverse();
        (cost, order)
    };
    (0..1 << n).map(tour).collect()
}

/// The chosen tours by day and what the solver says.
pub(super) fn solve(problem: &Problem, limits: &lp::Limits) -> Result<(Vec<Vec<Vec<Delivery>>>, Solution), Error> {
    let data = problem.data();
    let n = data.customers.len();
    let tours = tours(problem);
    let mut p = Programme::new();
    let mut chosen: Vec<(usize, usize, Col)> = Vec::new();
    let mut brings = Vec::new();
    for day in 0..data.days {
        let mut visits: Vec<Vec<Col>> = vec![Vec::new(); n];
        let first = chosen.len();
        for set in 1..tours.len() {
            let z = p.binary(tours[set].0 as f64);
            let mut load = vec![(z, -data.capacity as f64)];
            for customer in (0..n).filter(|i| set >> i & 1 == 1) {
                let largest = problem.largest(customer) as f64;
                let col = p.column(0.0, 0.0, largest);
                p.at_most(0.0, [(col, 1.0), (z, -largest)]);
                load.push((col, 1.0));
                brings.push(Bring { customer, day, col });
                visits[customer].push(z);
            }
            p.at_most(0.0, load);
            chosen.push((day, set, z));
        }
        for once in visits {
            p.at_most(1.0, once.into_iter().map(|z| (z, 1.0)));
        }
        p.at_most(data.vehicles as f64, chosen[first..].iter().map(|c| (c.2, 1.0)));
    }
    levels(&mut p, problem, &brings);
    let solution = lp::solve(&p, limits).map_err(|e| Error::Unserved(e.to_string()))?;
    let mut days = vec![Vec::new(); data.days];
    if solution.has_point() {
        for (day, set, z) in chosen {
            if solution.whole(z) == 1 {
                days[day].push(tours[set].1.iter().map(|&customer| Delivery { customer, units: 0 }).collect());
            }
        }
    }
    Ok((days, solution))
}
