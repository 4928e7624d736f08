//! A lower bound on what a part costs: the linear programme over all sets of loads that fit a carrier.

use super::problem::Problem;
use crate::lp::{Hot, Limits, Programme, Row, Status};
use crate::routing::Error;
use std::collections::HashMap;

/// Most sets that are priced.
const SETS: u64 = 600_000;
/// Sets that enter the programme in one round.
const ENTER: usize = 200;

/// A proved lower bound on the cost of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The loads of the part.
    pub loads: Vec<usize>,
    /// Sets of loads that fit a carrier: all were priced.
    pub sets: usize,
    /// What the part costs at least, in tenths of the smallest unit of money.
    pub least: f64,
}

/// Parts of one cell each that are small enough to price, largest first, each of at least so many loads.
pub(super) fn parts(problem: &Problem, least: usize) -> Vec<Vec<usize>> {
    let data = problem.data();
    let mut cells: HashMap<u32, Vec<usize>> = HashMap::new();
    for (k, load) in data.loads.iter().enumerate() {
        cells.entry(load.cell).or_default().push(k);
    }
    let mut parts: Vec<Vec<usize>> = cells.into_values().filter(|p| p.len() >= least && open(problem, p)).collect();
    parts.sort_by_key(|p| (std::cmp::Reverse(p.len()), p[0]));
    parts
}

/// Whether a part has one origin, its tours cannot gain by coming back to it, and its sets can be priced.
fn open(problem: &Problem, part: &[usize]) -> bool {
    let data = problem.data();
    let origin = data.loads[part[0]].from;
    let far = |k: &usize| {
        let back = i64::from(problem.km(data.loads[*k].to, origin));
        data.classes.iter().all(|c| c.rate * back >= c.fixed)
    };
    part.len() <= 64
        && part.iter().all(|k| data.loads[*k].from == origin)
        && part.iter().all(far)
        && count(problem, part) <= SETS
}

/// How many sets of a part's loads fit the largest carrier.
fn count(problem: &Problem, part: &[usize]) -> u64 {
    let most = problem.largest() as usize;
    let mut ways = vec![0u64; most + 1];
    ways[0] = 1;
    for &k in part {
        let size = problem.data().loads[k].size as usize;
        for sum in (size..=most).rev() {
            ways[sum] = ways[sum].saturating_add(ways[sum - size]);
        }
    }
    ways.iter().fold(0, |a, &b| a.saturating_add(b))
}

/// Prices a part; `None` when it is not one that can be priced.
pub fn bound(problem: &Problem, part: &[usize]) -> Result<Option<Bound>, Error> {
    if part.is_empty() || !open(problem, part) {
        return Ok(None);
    }
    let sets = sets(problem, part);
    let prices = prices(part.len(), &sets)?;
    // Weak duality: prices that no set exceeds, but for what is taken off here, make a bound.
    let excess = |(mask, cost): &(u64, i64)| bits(*mask).map(|k| prices[k]).sum::<f64>() - *cost as f64;
    let over = sets.iter().map(excess).fold(0.0, f64::max);
    let least = prices.iter().sum::<f64>() - over * part.len() as f64;
    Ok(Some(Bound { loads: part.to_vec(), sets: sets.len(), least }))
}

fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (mask != 0).then(|| {
            let k = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            k
        })
    })
}

/// Every set that fits a carrier with the cost of its shortest order on its cheapest class.
pub(super) fn sets(problem: &Problem, part: &[usize]) -> Vec<(u64, i64)> {
    let data = problem.data();
    let loads: Vec<_> = part.iter().map(|&k| &data.loads[k]).collect();
    let origin = loads[0].from;
    let leg = |i: usize, j: usize| i64::from(problem.km(loads[i].to, loads[j].to));
    let price = |size: i64, length: i64| {
        let fits = data.classes.iter().filter(|c| c.capacity >= size);
        fits.map(|c| c.fixed + c.rate * length).min()
    };
    // By set of one size: its load, and the shortest way that ends at each of its members, in the order of bits.
    let mut level: Vec<(u64, i64)> = (0..loads.len()).map(|k| (1 << k, loads[k].size)).collect();
    let mut ways: Vec<i64> = loads.iter().map(|l| i64::from(problem.km(origin, l.to))).collect();
    let (mut found, mut members) = (Vec::new(), 1);
    while !level.is_empty() {
        for ((mask, size), ways) in level.iter().zip(ways.chunks(members)) {
            let shortest = ways.iter().copied().min().unwrap_or(0);
            found.extend(price(*size, shortest).map(|cost| (*mask, cost)));
        }
        let places: HashMap<u64, usize> = level.iter().enumerate().map(|(p, l)| (l.0, p)).collect();
        let (mut next, mut longer) = (Vec::new(), Vec::new());
        for &(mask, size) in &level {
            let highest = 64 - mask.leading_zeros() as usize;
            for k in highest..loads.len() {
                let (mask, size) = (mask | 1 << k, size + loads[k].size);
                if size > problem.largest() {
                    continue;
                }
                next.push((mask, size));
                for last in bits(mask) {
                    let rest = mask & !(1 << last);
                    let before = &ways[places[&rest] * members..][..members];
                    let way = bits(rest).zip(before).map(|(i, w)| w + leg(i, last)).min();
                    longer.push(way.unwrap_or(0));
                }
            }
        }
        (level, ways) = (next, longer);
        members += 1;
    }
    found
}

/// Duals of the covering programme over the sets, by column generation.
fn prices(loads: usize, sets: &[(u64, i64)]) -> Result<Vec<f64>, Error> {
    let failed = |e: crate::lp::Failure| Error::Certificate(e.to_string());
    let mut programme = Programme::new();
    let alone: Vec<_> = sets[..loads].iter().map(|s| programme.column(s.1 as f64, 0.0, f64::INFINITY)).collect();
    for &col in &alone {
        programme.at_least(1.0, [(col, 1.0)]);
    }
    let mut hot = Hot::new(&programme, &Limits { presolve: false, ..Limits::default() }).map_err(failed)?;
    loop {
        let solution = hot.run().map_err(failed)?;
        if solution.status != Status::Optimal {
            return Err(Error::Certificate(format!("the covering programme ended {:?}", solution.status)));
        }
        let duals: Vec<f64> = solution.duals.iter().map(|&d| d.max(0.0)).collect();
        let reduced = |s: &(u64, i64)| s.1 as f64 - bits(s.0).map(|k| duals[k]).sum::<f64>();
        let mut entering: Vec<(f64, usize)> =
            sets.iter().enumerate().map(|(i, s)| (reduced(s), i)).filter(|r| r.0 < -1e-3).collect();
        if entering.is_empty() {
            return Ok(duals);
        }
        entering.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        entering.truncate(ENTER);
        let column = |&(_, i): &(f64, usize)| {
            let entries = bits(sets[i].0).map(|k| (Row::at(k), 1.0)).collect();
            (sets[i].1 as f64, 0.0, f64::INFINITY, entries)
        };
        hot.add_columns(&entering.iter().map(column).collect::<Vec<_>>()).map_err(failed)?;
    }
}
