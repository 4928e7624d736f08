//! The transport problem behind a set of open sites: serve all demand at the least cost.

use super::Problem;
use crate::lp::{Col, Failure, Limits, Programme, Status, solve};
use crate::placement::costs::Costs;

/// Shares by client: which site serves how much of it.
pub type Shares = Vec<Vec<(u32, f64)>>;

/// The cheapest way to serve all clients from the open sites, with its serving cost in scaled money; `None` where the
/// open sites are too small.
pub fn serve(problem: &Problem, open: &[u32]) -> Result<Option<(f64, Shares)>, Failure> {
    let Some(capacity) = problem.capacity() else { return Ok(None) };
    let room: f64 = open.iter().map(|&i| capacity.of_site[i as usize]).sum();
    let total: f64 = capacity.demand.iter().sum();
    if open.is_empty() || room < total * (1.0 - 1e-12) {
        return Ok(None);
    }
    if let Some(easy) = nearest(problem, open) {
        return Ok(Some(easy));
    }
    let costs = problem.costs();
    let n = costs.clients();
    let unit = 1.0 / problem.scale();
    let mut p = Programme::new();
    let whole = capacity.single_source;
    for j in 0..n {
        for &i in open {
            let cost = costs.cost(i as usize, j) as f64 * unit;
            if whole {
                p.binary(cost);
            } else {
                p.column(cost, 0.0, 1.0);
            }
        }
    }
    let k = open.len();
    for j in 0..n {
        p.equal(1.0, (0..k).map(|a| (Col::at(j * k + a), 1.0)));
    }
    for (a, &i) in open.iter().enumerate() {
        p.at_most(capacity.of_site[i as usize], (0..n).map(|j| (Col::at(j * k + a), capacity.demand[j])));
    }
    let limits = Limits { nodes: whole.then_some(2000), gap: 1e-9, ..Limits::default() };
    let solution = solve(&p, &limits)?;
    if !solution.has_point() || !matches!(solution.status, Status::Optimal | Status::WorkLimit) {
        return Ok(None);
    }
    let shares = (0..n).map(|j| tidy(open, &solution.values[j * k..(j + 1) * k], capacity.demand[j])).collect();
    Ok(Some((cost(problem, &shares), shares)))
}

/// Serving cost in scaled money.
pub fn cost(problem: &Problem, shares: &Shares) -> f64 {
    let one = |(j, all): (usize, &Vec<(u32, f64)>)| -> f64 {
        all.iter().map(|&(i, s)| s * problem.costs().cost(i as usize, j) as f64).sum()
    };
    shares.iter().enumerate().map(one).sum()
}

/// Every client at its cheapest open site, if that fits.
fn nearest(problem: &Problem, open: &[u32]) -> Option<(f64, Shares)> {
    let capacity = problem.capacity()?;
    let costs = problem.costs();
    let mut load = vec![0.0; costs.sites()];
    let mut shares = Vec::with_capacity(costs.clients());
    for j in 0..costs.clients() {
        let i = open.iter().copied().min_by_key(|&i| (costs.cost(i as usize, j), i))?;
        load[i as usize] += capacity.demand[j];
        if load[i as usize] > capacity.of_site[i as usize] {
            return None;
        }
        shares.push(vec![(i, 1.0)]);
    }
    Some((cost(problem, &shares), shares))
}

/// Shares without numerical dust: amounts near a whole number of units are that number, and shares sum to one.
fn tidy(open: &[u32], values: &[f64], demand: f64) -> Vec<(u32, f64)> {
    let snap = |share: f64| {
        let amount = share * demand;
        if demand > 0.0 && (amount - amount.round()).abs() < 1e-6 { amount.round() / demand } else { share }
    };
    let mut kept: Vec<(u32, f64)> =
        open.iter().zip(values).map(|(&i, &x)| (i, snap(x))).filter(|s| s.1 > 1e-9).collect();
    let total: f64 = kept.iter().map(|s| s.1).sum();
    if kept.len() == 1 {
        kept[0].1 = 1.0;
    } else {
        for share in &mut kept {
            share.1 /= total;
        }
    }
    kept
}
