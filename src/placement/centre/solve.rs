use super::certificate;
use crate::ids::{Id, SiteId};
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::{Cells, Costs};
use crate::placement::covering::{self, set};
use crate::progress::Observer;

/// The answer to a p-centre problem.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Open sites, ascending.
    pub open: Vec<SiteId>,
    /// Largest cost from a client to its nearest open site.
    pub radius: i64,
    /// Proven lower bound on that cost.
    pub bound: i64,
    /// Why the search ended.
    pub end: End,
}

/// What is wrong with a p-centre problem, or with its solution.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// p is zero or exceeds the number of sites, or there is no client.
    #[error("p must lie between 1 and the number of sites ({sites}), but is {count}, and there must be clients")]
    Count {
        /// The p asked for.
        count: usize,
        /// Number of sites.
        sites: usize,
    },
    /// The covering problem inside failed.
    #[error(transparent)]
    Covering(#[from] covering::Fault),
    /// The answer did not survive its own check: a defect of the program, never to be hidden.
    #[error("the answer failed its certificate: {0}")]
    Certificate(String),
}

/// Opens `count` sites such that the farthest client is as near as possible.
pub fn solve(costs: &impl Costs, count: usize, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let (m, n) = (costs.sites(), costs.clients());
    if count == 0 || count > m || n == 0 {
        return Err(Fault::Count { count, sites: m });
    }
    let watch = Watch::start(limits);
    let mut open = walk(costs, count);
    let mut radius = reach(costs, &open);
    let mut levels: Vec<i64> = Vec::new();
    for j in 0..n {
        levels.extend((0..m).map(|i| costs.cost(i, j)).filter(|&c| c < radius));
        if levels.len() > 4_000_000 {
            levels.sort_unstable();
            levels.dedup();
        }
    }
    levels.sort_unstable();
    levels.dedup();
    // Invariant: levels below `low` are proved too small; `radius` is attained.
    let (mut low, mut high) = (0, levels.len());
    let mut end = End::Proved;
    let ones = vec![1; m];
    while low < high {
        let middle = usize::midpoint(low, high);
        observer.note(&format!("radius {radius}, trying {}", levels[middle]));
        let inner = Limits { seconds: watch.left(), ..limits.clone() };
        let cover = set::cover(&cells(costs, levels[middle]), &ones, 1, &inner, observer)?;
        if cover.end == End::Infeasible || cover.bound > count as f64 + 1e-6 {
            low = middle + 1;
        } else if cover.open.len() <= count && !cover.open.is_empty() {
            open = cover.open.iter().map(|i| i.index()).collect();
            radius = reach(costs, &open);
            high = levels.partition_point(|&c| c < radius).min(middle);
        } else {
            end = cover.end;
            break;
        }
    }
    let spare = (0..m).filter(|i| !open.contains(i)).take(count - open.len()).collect::<Vec<_>>();
    open.extend(spare);
    open.sort_unstable();
    let radius = reach(costs, &open);
    let bound = if end == End::Proved { radius } else { levels.get(low).copied().unwrap_or(radius).min(radius) };
    let plan = Plan { open: open.into_iter().map(SiteId::at).collect(), radius, bound, end };
    certificate::check(costs, count, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

/// Which sites reach each client at a radius.
fn cells(costs: &impl Costs, radius: i64) -> Cells {
    let mut cells = Cells::new(costs.sites());
    for j in 0..costs.clients() {
        let covers: Vec<u32> = (0..costs.sites() as u32).filter(|&i| costs.cost(i as usize, j) <= radius).collect();
        cells.push(&covers, 1);
    }
    cells
}

fn reach(costs: &impl Costs, open: &[usize]) -> i64 {
    let nearest = |j: usize| open.iter().map(|&i| costs.cost(i, j)).min().unwrap_or(i64::MAX);
    (0..costs.clients()).map(nearest).max().unwrap_or(0)
}

/// Farthest-first walk: again and again the cheapest site of the client that is worst off.
fn walk(costs: &impl Costs, count: usize) -> Vec<usize> {
    let n = costs.clients();
    let mut open: Vec<usize> = Vec::new();
    let mut nearest = vec![i64::MAX; n];
    while open.len() < count {
        let Some(worst) = (0..n).max_by_key(|&j| (nearest[j], std::cmp::Reverse(j))) else { break };
        let closed = (0..costs.sites()).filter(|i| !open.contains(i));
        let Some(site) = closed.min_by_key(|&i| (costs.cost(i, worst), i)) else { break };
        open.push(site);
        for (j, near) in nearest.iter_mut().enumerate() {
            *near = (*near).min(costs.cost(site, j));
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::costs::Matrix;
    use crate::placement::dice::Dice;
    use crate::progress::Silent;

    #[test]
    fn random_problems_agree_with_enumeration() {
        random_problems(0..300);
    }

    #[test]
    #[ignore = "all two thousand: cargo test --release --lib placement -- --include-ignored"]
    fn two_thousand_random_problems_agree_with_enumeration() {
        random_problems(0..2000);
    }

    fn random_problems(seeds: std::ops::Range<u64>) {
        for seed in seeds {
            let mut dice = Dice::new(seed);
            let (m, n) = (1 + dice.below(8), 1 + dice.below(10));
            let costs = Matrix::new(m, (0..m * n).map(|_| dice.below(30) as i64).collect());
            let p = 1 + dice.below(m);
            let radius = |set: u32| {
                let near = |j: usize| (0..m).filter(|i| set >> i & 1 == 1).map(|i| costs.cost(i, j)).min().unwrap();
                (0..n).map(near).max().unwrap()
            };
            let best = (0u32..1 << m).filter(|s| s.count_ones() as usize == p).map(radius).min().unwrap();
            let plan = solve(&costs, p, &Limits::default(), &Silent).unwrap();
            assert_eq!((plan.radius, plan.bound, plan.end), (best, best, End::Proved), "seed {seed}");
        }
    }
}
