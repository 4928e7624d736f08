//! Capacitated facility location: Lagrangian bounds, transport incumbents, and a tree over the sites.

mod flow;
mod ground;
mod incumbent;
mod knapsack;
mod lagrangian;
mod tree;
mod volume;
mod whole;

pub use ground::Ground;

use self::flow::{Flow, Shares};
use self::incumbent::Incumbent;
use self::lagrangian::Lagrangian;
use self::tree::{Rules, Tree};
use self::volume::Volume;
use self::whole::Whole;
use super::{Fault, Plan, Problem};
use crate::ids::{Id, SiteId};
use crate::placement::branch::Outcome;
use crate::placement::control::{End, Limits, Watch};
use crate::placement::costs::Costs;
use crate::progress::Observer;

/// Smallest relative gap at which capacitated problems count as solved: their costs are divided amounts.
const SMALLEST_GAP: f64 = 1e-7;
/// Steps of the volume algorithm at the root.
const ROOT_STEPS: usize = 1500;

/// What is decided about a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Free,
    /// It is open.
    Open,
    /// It is closed.
    Closed,
}

impl Fate {
    fn of(open: bool) -> Self {
        if open { Self::Open } else { Self::Closed }
    }
}

/// What serving all clients from a set costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Served {
    /// This much.
    Cost(f64),
    /// More than the limit, or it cannot be done; where the exact answer was asked for, that is proved.
    TooDear,
    /// The search for the exact answer was stopped.
    Unknown,
}

/// Serves the clients from a set of open sites.
pub trait Serve {
    /// The serving cost where it is below the limit; the least there is when an effort (nodes) is given for that.
    fn serve(&mut self, open: &[u32], limit: f64, exact: Option<u64>) -> Served;
    /// Who serves whom in the last answer.
    fn shares(&self) -> Shares;
}

impl Serve for Flow<'_> {
    fn serve(&mut self, open: &[u32], limit: f64, _exact: Option<u64>) -> Served {
        Flow::serve(self, open, limit).map_or(Served::TooDear, Served::Cost)
    }

    fn shares(&self) -> Shares {
        Flow::shares(self)
    }
}

/// Solves a capacitated problem.
pub fn solve(problem: &Problem, limits: &Limits, observer: &dyn Observer) -> Result<Plan, Fault> {
    let watch = Watch::start(limits);
    let ground = Ground::new(problem).ok_or(Fault::Nothing)?;
    let largest = ground.capacity.iter().copied().fold(0.0, f64::max);
    if ground.single && ground.demand.iter().any(|&d| d > largest) {
        return Ok(Plan::infeasible(0));
    }
    let found = if ground.single {
        search(&ground, &mut Whole::new(&ground, limits, &watch), limits, &watch, observer)
    } else {
        search(&ground, &mut Flow::new(&ground), limits, &watch, observer)
    };
    if found.open.is_empty() && found.outcome.end != End::Proved {
        return Err(Fault::Nothing);
    }
    Ok(plan(problem, found))
}

/// What the search found, in scaled money.
struct Found {
    open: Vec<u32>,
    shares: Shares,
    multipliers: Vec<f64>,
    outcome: Outcome,
}

/// Root bound and incumbent, then the tree.
fn search(ground: &Ground, serve: &mut impl Serve, limits: &Limits, watch: &Watch, observer: &dyn Observer) -> Found {
    let gap = limits.gap.max(SMALLEST_GAP);
    let mut incumbent = Incumbent::new(ground);
    observer.stage("incumbent and Lagrangian", 0);
    let volume = root(ground, serve, &mut incumbent, gap, watch, observer);
    let mut fates = vec![Fate::Free; ground.sites];
    let mut lagrangian = Lagrangian::new(ground);
    let bound = lagrangian.bound(&volume.v, &fates);
    let cutoff = incumbent.value * (1.0 - gap);
    for (i, yes) in lagrangian.decided(bound, cutoff, &fates.clone()) {
        fates[i as usize] = Fate::of(yes);
    }
    observer.note(&format!("root: bound {bound:.3}, incumbent {:.3}", incumbent.value));
    observer.stage("branch and bound", 0);
    let rules = Rules { gap, wanted: limits.gap, nodes: limits.nodes, watch, observer };
    let outcome = Tree::new(ground, serve, &mut incumbent, fates, rules).run(bound, &volume.v);
    Found { open: incumbent.open, shares: incumbent.shares, multipliers: volume.v, outcome }
}

/// The root bound by the volume algorithm, with incumbents from the sets it opens.
fn root(
    ground: &Ground,
    serve: &mut impl Serve,
    incumbent: &mut Incumbent,
    gap: f64,
    watch: &Watch,
    observer: &dyn Observer,
) -> Volume {
    let fates = vec![Fate::Free; ground.sites];
    let mut lagrangian = Lagrangian::new(ground);
    incumbent.offer(serve, (0..ground.sites as u32).collect());
    let price = |list: &Vec<(u32, f64)>| list[ground.sites / 8].1;
    let mut volume = Volume::new(ground, ground.lists.iter().map(price).collect(), 0.3);
    for step in 0..ROOT_STEPS {
        if volume.bound > incumbent.value * (1.0 - gap) || volume.factor < 2e-3 || watch.over() {
            break;
        }
        let rose = volume.step(&mut lagrangian, &fates, incumbent.value);
        if step % 10 == 0 || rose && step % 3 == 0 {
            incumbent.offer(serve, lagrangian.open());
        }
        if step % 100 == 99 {
            lagrangian.bound(&volume.v, &fates);
            incumbent.improve(serve, volume.v.iter().sum(), &lagrangian.reduced, &|| watch.over());
            observer.note(&format!("step {step}: bound {:.3}, incumbent {:.3}", volume.bound, incumbent.value));
        }
    }
    volume
}

/// The answer in the user's money.
fn plan(problem: &Problem, found: Found) -> Plan {
    let Found { open, shares, multipliers, outcome } = found;
    let multipliers = multipliers.iter().map(|v| v / problem.scale()).collect();
    if open.is_empty() {
        return Plan { multipliers, ..Plan::infeasible(outcome.nodes) };
    }
    let used = |i: &u32| shares.iter().flatten().any(|s| s.0 == *i);
    let open: Vec<u32> = open.into_iter().filter(used).collect();
    let mut whole = open.iter().map(|&i| problem.fixed()[i as usize]).sum::<i64>();
    let mut divided = 0.0;
    for (j, client) in shares.iter().enumerate() {
        for &(i, share) in client {
            let cost = problem.costs().cost(i as usize, j);
            if share == 1.0 {
                whole += cost;
            } else {
                divided += share * cost as f64;
            }
        }
    }
    let cost = (whole as f64 + divided) / problem.scale();
    let site = |i: u32| SiteId::at(i as usize);
    Plan {
        open: open.into_iter().map(site).collect(),
        served: shares.into_iter().map(|all| all.into_iter().map(|(i, s)| (site(i), s)).collect()).collect(),
        cost,
        exact: (divided == 0.0).then_some(whole),
        bound: (outcome.bound / problem.scale()).min(cost),
        end: outcome.end,
        nodes: outcome.nodes,
        multipliers,
    }
}
