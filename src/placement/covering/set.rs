//! Set covering: the least number (or cost) of sites that reach every cell a given number of times, and, with that
//! many sites, the most weight that is reached once more (backup coverage).

use super::{Fault, certificate};
use crate::ids::{Id, SiteId};
use crate::lp::{Col, Programme};
use crate::placement::compact::minimise;
use crate::placement::control::{End, Limits};
use crate::placement::costs::{Cells, Costs};
use crate::progress::Observer;

/// The answer to a set-covering problem.
#[derive(Clone, Debug)]
pub struct Cover {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Their cost.
    pub cost: i64,
    /// Proven lower bound on the cost.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

/// The answer to a backup-coverage problem.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Weight of the cells that at least two open sites reach; 0 without an answer.
    pub backed: i64,
    /// Proven upper bound on that weight.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
}

/// Rows that no other row implies: those whose set of sites holds no other row's set.
pub(in crate::placement) fn essential<R: AsRef<[u32]>>(rows: &[R], sites: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&r| (rows[r].as_ref().len(), r));
    let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); sites];
    let mut kept = Vec::new();
    for r in order {
        let set = rows[r].as_ref();
        let inside = |k: &usize| rows[*k].as_ref().iter().all(|i| set.binary_search(i).is_ok());
        if set.iter().any(|&i| of_site[i as usize].iter().any(inside)) {
            continue;
        }
        if let Some(&first) = set.first() {
            of_site[first as usize].push(r);
        }
        kept.push(r);
    }
    kept
}

/// Opens sites of least total cost such that every cell is reached at least `times` times.
/// Sites cost `cost` each (whole, at least 0). Weights of cells do not matter.
pub fn cover(
    cells: &Cells,
    cost: &[i64],
    times: usize,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Cover, Fault> {
    if cost.len() != cells.sites() || cells.sites() == 0 {
        return Err(Fault::NoSite);
    }
    if (0..cells.clients()).any(|c| cells.covers(c).len() < times) {
        return Ok(Cover { open: Vec::new(), cost: 0, bound: f64::INFINITY, end: End::Infeasible, nodes: 0 });
    }
    let all: Vec<&[u32]> = (0..cells.clients()).map(|c| cells.covers(c)).collect();
    let kept = if times == 1 { essential(&all, cells.sites()) } else { (0..all.len()).collect() };
    let rows: Vec<&[u32]> = kept.into_iter().map(|c| all[c]).collect();
    let mut p = Programme::new();
    for &f in cost {
        p.binary(f as f64);
    }
    for row in &rows {
        p.at_least(times as f64, row.iter().map(|&i| (Col::at(i as usize), 1.0)));
    }
    let grain = cost.iter().fold(0, |g, &f| divisor(g, f)).max(1) as f64;
    let repair = |x: &[f64]| Some(greedy(&rows, cost, times, x));
    let solved = minimise(&p, cost.len(), grain, Box::new(repair), limits, observer)?;
    let Some((_, values)) = solved.best else {
        let open: Vec<SiteId> = (0..cost.len()).map(SiteId::at).collect();
        return Ok(Cover {
            open,
            cost: cost.iter().sum(),
            bound: solved.outcome.bound,
            end: solved.outcome.end,
            nodes: solved.outcome.nodes,
        });
    };
    let open: Vec<SiteId> = (0..cost.len()).filter(|&i| values[i] > 0.5).map(SiteId::at).collect();
    let total: i64 = open.iter().map(|i| cost[i.index()]).sum();
    let outcome = solved.outcome;
    let plan = Cover { open, cost: total, bound: outcome.bound, end: outcome.end, nodes: outcome.nodes };
    certificate::check_cover(cells, cost, times, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

fn divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Greedy cover near a fractional point: keeps what is nearly open, adds the site with the most unmet rows per cost
/// (the fractional value breaks ties), and drops what is not needed, dearest first.
pub(in crate::placement) fn greedy<R: AsRef<[u32]>>(rows: &[R], cost: &[i64], times: usize, x: &[f64]) -> Vec<f64> {
    let m = cost.len();
    let mut open: Vec<bool> = (0..m).map(|i| x[i] > 0.9).collect();
    let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); m];
    let mut reached = vec![0usize; rows.len()];
    for (r, row) in rows.iter().enumerate() {
        for &i in row.as_ref() {
            of_site[i as usize].push(r);
            reached[r] += usize::from(open[i as usize]);
        }
    }
    while reached.iter().any(|&k| k < times) {
        let worth = |i: usize| {
            let unmet = of_site[i].iter().filter(|&&r| reached[r] < times).count() as f64;
            unmet * (0.2 + x[i]) / (cost[i] as f64 + 0.01)
        };
        let closed = (0..m).filter(|&i| !open[i]).map(|i| (worth(i), i));
        let (best, i) = closed.fold((0.0, usize::MAX), |a, b| if b.0 > a.0 { b } else { a });
        if best <= 0.0 {
            break;
        }
        open[i] = true;
        of_site[i].iter().for_each(|&r| reached[r] += 1);
    }
    let mut order: Vec<usize> = (0..m).filter(|&i| open[i]).collect();
    order.sort_by(|&a, &b| cost[b].cmp(&cost[a]).then(x[a].total_cmp(&x[b])).then(a.cmp(&b)));
    for i in order {
        if of_site[i].iter().all(|&r| reached[r] > times) {
            open[i] = false;
            of_site[i].iter().for_each(|&r| reached[r] -= 1);
        }
    }
    open.into_iter().map(|o| f64::from(u8::from(o))).collect()
}

/// With exactly `count` sites that reach every cell, the most weight that two of them reach.
pub fn backup(cells: &Cells, count: usize, limits: &Limits, observer: &dyn Observer) -> Result<Backup, Fault> {
    let m = cells.sites();
    if count == 0 || count > m {
        return Err(Fault::Count { count, sites: m });
    }
    let n = cells.clients();
    let mut p = Programme::new();
    for _ in 0..m {
        p.binary(0.0);
    }
    let twice: Vec<Col> = (0..n).map(|c| p.column(-(cells.weight(c) as f64), 0.0, 1.0)).collect();
    for (c, &u) in twice.iter().enumerate() {
        let sites = cells.covers(c).iter().map(|&i| (Col::at(i as usize), 1.0));
        p.at_least(1.0, sites.chain([(u, -1.0)]));
    }
    p.equal(count as f64, (0..m).map(|i| (Col::at(i), 1.0)));
    let grain = (0..n).fold(0, |g, c| divisor(g, cells.weight(c))).max(1) as f64;
    let near = |x: &[f64]| doubled(cells, count, x);
    let solved = minimise(&p, m, grain, Box::new(near), limits, observer)?;
    let end = solved.outcome.end;
    let Some((_, values)) = solved.best else {
        let end = if end == End::Proved { End::Infeasible } else { end };
        return Ok(Backup { open: Vec::new(), backed: 0, bound: -solved.outcome.bound, end });
    };
    let open: Vec<SiteId> = (0..m).filter(|&i| values[i] > 0.5).map(SiteId::at).collect();
    let reached = |c: usize| cells.covers(c).iter().filter(|&&i| values[i as usize] > 0.5).count();
    let backed = (0..n).filter(|&c| reached(c) >= 2).map(|c| cells.weight(c)).sum();
    let plan = Backup { open, backed, bound: -solved.outcome.bound, end };
    certificate::check_backup(cells, count, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

/// A point near a fractional one that reaches every cell, filled up to the count with what backs most; and the shares of
/// the cells that two sites reach.
fn doubled(cells: &Cells, count: usize, x: &[f64]) -> Option<Vec<f64>> {
    let m = cells.sites();
    let rows: Vec<&[u32]> = (0..cells.clients()).map(|c| cells.covers(c)).collect();
    let mut open = greedy(&rows, &vec![1; m], 1, &x[..m]);
    let stand = open.iter().filter(|&&o| o > 0.5).count();
    let mut reached: Vec<usize> =
        rows.iter().map(|row| row.iter().filter(|&&i| open[i as usize] > 0.5).count()).collect();
    if stand > count || reached.contains(&0) {
        return None;
    }
    for _ in stand..count {
        let mut worth = vec![0; m];
        for (c, row) in rows.iter().enumerate().filter(|e| reached[e.0] == 1) {
            row.iter().for_each(|&i| worth[i as usize] += cells.weight(c));
        }
        let best = (0..m).filter(|&i| open[i] < 0.5).max_by_key(|&i| (worth[i], std::cmp::Reverse(i)))?;
        open[best] = 1.0;
        for (c, row) in rows.iter().enumerate() {
            reached[c] += usize::from(row.binary_search(&(best as u32)).is_ok());
        }
    }
    open.extend(reached.iter().map(|&k| f64::from(u8::from(k >= 2))));
    Some(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    fn random(seed: u64) -> (Cells, Vec<i64>) {
        let mut dice = Dice::new(seed);
        let m = 1 + dice.below(9);
        let mut cells = Cells::new(m);
        for _ in 0..=dice.below(12) {
            let size = 1 + dice.below(m);
            cells.push(&dice.sample(m, size), dice.below(9) as i64);
        }
        let cost = (0..m).map(|_| 1 + dice.below(5) as i64).collect();
        (cells, cost)
    }

    fn reached(cells: &Cells, set: u32, c: usize) -> usize {
        cells.covers(c).iter().filter(|&&i| set >> i & 1 == 1).count()
    }

    #[test]
    fn covers_agree_with_enumeration() {
        covers(0..300);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_covers_agree_with_enumeration() {
        covers(0..2000);
    }

    fn covers(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let (cells, cost) = random(seed);
            let times = 1 + seed as usize % 2;
            let best = (0u32..1 << cost.len())
                .filter(|&s| (0..cells.clients()).all(|c| reached(&cells, s, c) >= times))
                .map(|s| (0..cost.len()).filter(|i| s >> i & 1 == 1).map(|i| cost[i]).sum::<i64>())
                .min();
            let plan = cover(&cells, &cost, times, &Limits::default(), &Silent).unwrap();
            match best {
                None => assert_eq!(plan.end, End::Infeasible, "seed {seed}"),
                Some(best) => assert_eq!((plan.cost, plan.end), (best, End::Proved), "seed {seed}"),
            }
        }
    }

    #[test]
    fn backups_agree_with_enumeration() {
        backups(0..200);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_backups_agree_with_enumeration() {
        backups(0..2000);
    }

    fn backups(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let (cells, cost) = random(seed + 5000);
            let count = 1 + seed as usize % cost.len();
            let best = (0u32..1 << cost.len())
                .filter(|s| s.count_ones() as usize == count)
                .filter(|&s| (0..cells.clients()).all(|c| reached(&cells, s, c) >= 1))
                .map(|s| {
                    (0..cells.clients()).filter(|&c| reached(&cells, s, c) >= 2).map(|c| cells.weight(c)).sum::<i64>()
                })
                .max();
            let plan = backup(&cells, count, &Limits::default(), &Silent).unwrap();
            let found = (plan.end == End::Proved).then_some(plan.backed);
            assert!(best.is_some() || plan.end == End::Infeasible, "seed {seed}");
            assert_eq!(found, best, "seed {seed}");
        }
    }
}
