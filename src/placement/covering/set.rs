//! Set covering: the least number (or cost) of sites that reach every cell a given number of times, and, with that
//! many sites, the most weight that is reached once more (backup coverage).

use super::Fault;
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
    /// Weight of the cells that at least two open sites reach.
    pub backed: i64,
    /// Proven upper bound on that weight.
    pub bound: f64,
    /// Why the search ended.
    pub end: End,
}

/// Cells that no other cell implies: those whose set of sites holds no other cell's set.
fn essential(cells: &Cells) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cells.clients()).collect();
    order.sort_by_key(|&c| (cells.covers(c).len(), c));
    let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); cells.sites()];
    let mut kept = Vec::new();
    for c in order {
        let set = cells.covers(c);
        let inside = |k: &usize| cells.covers(*k).iter().all(|i| set.binary_search(i).is_ok());
        if set.iter().any(|&i| of_site[i as usize].iter().any(inside)) {
            continue;
        }
        if let Some(&first) = set.first() {
            of_site[first as usize].push(c);
        }
        kept.push(c);
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
    let rows = if times == 1 { essential(cells) } else { (0..cells.clients()).collect() };
    let mut p = Programme::new();
    for &f in cost {
        p.binary(f as f64);
    }
    for &c in &rows {
        p.at_least(times as f64, cells.covers(c).iter().map(|&i| (Col::at(i as usize), 1.0)));
    }
    let grain = cost.iter().fold(0, |g, &f| divisor(g, f)).max(1) as f64;
    let repair = |x: &[f64]| Some(repaired(cells, &rows, cost, times, x));
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
    let cost: i64 = open.iter().map(|i| cost[i.index()]).sum();
    check(cells, &open, times).map_err(Fault::Certificate)?;
    Ok(Cover { open, cost, bound: solved.outcome.bound, end: solved.outcome.end, nodes: solved.outcome.nodes })
}

fn divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Every cell must be reached `times` times.
fn check(cells: &Cells, open: &[SiteId], times: usize) -> Result<(), String> {
    for c in 0..cells.clients() {
        let reached = cells.covers(c).iter().filter(|&&i| open.binary_search(&SiteId::at(i as usize)).is_ok()).count();
        if reached < times {
            return Err(format!("cell {c} is reached {reached} times instead of {times}"));
        }
    }
    Ok(())
}

/// Greedy repair of a fractional point: keeps what is nearly open, adds the site with the most unmet cells per cost
/// (the fractional value breaks ties), and drops what is not needed, dearest first.
fn repaired(cells: &Cells, rows: &[usize], cost: &[i64], times: usize, x: &[f64]) -> Vec<f64> {
    let m = cost.len();
    let mut open: Vec<bool> = (0..m).map(|i| x[i] > 0.9).collect();
    let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); m];
    let mut reached = vec![0usize; rows.len()];
    for (r, &c) in rows.iter().enumerate() {
        for &i in cells.covers(c) {
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
pub fn backup(cells: &Cells, count: usize, limits: &Limits, observer: &dyn Observer) -> Result<Option<Backup>, Fault> {
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
    let solved = minimise(&p, m, 1.0, Box::new(|_| None), limits, observer)?;
    let Some((_, values)) = solved.best else { return Ok(None) };
    let open: Vec<SiteId> = (0..m).filter(|&i| values[i] > 0.5).map(SiteId::at).collect();
    check(cells, &open, 1).map_err(Fault::Certificate)?;
    let reached = |c: usize| cells.covers(c).iter().filter(|&&i| values[i as usize] > 0.5).count();
    let backed = (0..n).filter(|&c| reached(c) >= 2).map(|c| cells.weight(c)).sum();
    Ok(Some(Backup { open, backed, bound: -solved.outcome.bound, end: solved.outcome.end }))
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
            assert_eq!(plan.map(|p| p.backed), best, "seed {seed}");
        }
    }
}
