use super::certificate;
use super::cover::{Answer, Reach};
use crate::ids::{Id, SiteId};
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::Costs;
use crate::placement::covering;
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
    let (mut open, first) = walk(costs, count);
    let (mut radius, _) = reach(costs, &open);
    // Invariant: no `count` sites serve everybody for less than `low`; `open` does for `radius`.
    let mut low = (0..n).map(|j| costs.nearest(j, 1).first().map_or(0, |e| e.1)).max().unwrap_or(0).min(radius);
    let mut cover = Reach::new(costs, count, first);
    let mut end = End::Proved;
    while low < radius && end == End::Proved {
        let middle = low + (radius - low) / 2;
        observer.note(&format!("radius {radius}, bound {low}, {} clients decide", cover.clients().len()));
        match cover.within(middle, &watch, limits, observer)? {
            Answer::Sites(sites) => {
                radius = reach(costs, &sites).0;
                open = sites;
            }
            Answer::None(next) => low = next.min(radius),
            Answer::Unknown(why) => end = why,
        }
    }
    let mut taken = vec![false; m];
    open.iter().for_each(|&i| taken[i] = true);
    let spare: Vec<usize> = (0..m).filter(|&i| !taken[i]).take(count - open.len()).collect();
    open.extend(spare);
    open.sort_unstable();
    let radius = reach(costs, &open).0;
    let open = open.into_iter().map(SiteId::at).collect();
    let plan = Plan { open, radius, bound: low.min(radius), end };
    certificate::check(costs, count, &plan).map_err(Fault::Certificate)?;
    Ok(plan)
}

/// The farthest client of a set of open sites and what it costs to serve.
pub(super) fn reach(costs: &impl Costs, open: &[usize]) -> (i64, usize) {
    let nearest = |j: usize| open.iter().map(|&i| costs.cost(i, j)).min().unwrap_or(i64::MAX);
    let far = (0..costs.clients()).map(|j| (nearest(j), std::cmp::Reverse(j))).max();
    far.map_or((0, 0), |(cost, j)| (cost, j.0))
}

/// Farthest-first walk: again and again the cheapest site of the client that is worst off. Returns the sites and those
/// clients.
fn walk(costs: &impl Costs, count: usize) -> (Vec<usize>, Vec<u32>) {
    let (m, n) = (costs.sites(), costs.clients());
    let (mut open, mut clients) = (Vec::new(), Vec::new());
    let mut is_open = vec![false; m];
    let mut nearest = vec![i64::MAX; n];
    while open.len() < count {
        let Some(worst) = (0..n).max_by_key(|&j| (nearest[j], std::cmp::Reverse(j))) else { break };
        let cheapest = costs.nearest(worst, 1).first().map(|e| e.0 as usize).filter(|&i| !is_open[i]);
        let closed = || (0..m).filter(|&i| !is_open[i]).min_by_key(|&i| (costs.cost(i, worst), i));
        let Some(site) = cheapest.or_else(closed) else { break };
        is_open[site] = true;
        open.push(site);
        clients.push(worst as u32);
        for (j, near) in nearest.iter_mut().enumerate() {
            *near = (*near).min(costs.cost(site, j));
        }
        if nearest.iter().all(|&c| c == 0) {
            break;
        }
    }
    clients.sort_unstable();
    clients.dedup();
    (open, clients)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::costs::{Matrix, Plane};
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
            agrees(&costs, p, seed);
            let points: Vec<[f64; 2]> = (0..4 + n).map(|_| [60.0 * dice.unit(), 60.0 * dice.unit()]).collect();
            let p = 1 + dice.below(points.len().min(4));
            let weights = vec![1; points.len()];
            agrees(&Plane::new(points, weights), p, seed);
        }
    }

    fn agrees(costs: &impl Costs, p: usize, seed: u64) {
        let m = costs.sites();
        let radius = |set: u32| {
            let near = |j: usize| (0..m).filter(|i| set >> i & 1 == 1).map(|i| costs.cost(i, j)).min().unwrap();
            (0..costs.clients()).map(near).max().unwrap()
        };
        let best = (0u32..1 << m).filter(|s| s.count_ones() as usize == p).map(radius).min().unwrap();
        let plan = solve(costs, p, &Limits::default(), &Silent).unwrap();
        assert_eq!((plan.radius, plan.bound, plan.end), (best, best, End::Proved), "seed {seed}");
    }

    #[test]
    fn a_plan_without_a_proof_keeps_an_honest_bound() {
        let mut dice = Dice::new(1);
        let points: Vec<[f64; 2]> = (0..200).map(|_| [1e4 * dice.unit(), 1e4 * dice.unit()]).collect();
        let costs = Plane::new(points, vec![1; 200]);
        let best = solve(&costs, 7, &Limits::default(), &Silent).unwrap();
        let limits = Limits { nodes: Some(0), ..Limits::default() };
        let plan = solve(&costs, 7, &limits, &Silent).unwrap();
        assert_eq!((best.end, plan.end), (End::Proved, End::WorkLimit));
        assert!(plan.bound <= best.radius && plan.radius > plan.bound, "{} {}", plan.bound, plan.radius);
    }
}
