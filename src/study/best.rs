//! Which decision is best, with a probability: decisions that are clearly behind are knocked out on common random numbers, the
//! others are simulated further.

use super::crew;
use super::design::Study;
use super::points::Point;
use super::store::{Kind, Store};
use super::task::{Base, Network, TaskError, Worked, keys, network};
use crate::evaluation::yearly_profit;
use crate::planning::{Changes, Error, Options, default_zone};
use crate::progress::Silent;
use crate::simulation::{self, Problem, run_each};
use crate::stats::knockout::{Found, Rule, knockout};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// Replications of every decision before any is left out.
const FIRST: u32 = 10;

/// A decision: the values of the axes that are the planner's choice (of all axes, where none is), and its points, one for
/// each world.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Values of the decision's axes.
    pub values: Vec<String>,
    /// Its points.
    pub points: Vec<Point>,
}

/// The answer.
pub struct Best {
    /// The decisions that have a plan in every world.
    pub decisions: Vec<Decision>,
    /// Which is best, by its mean yearly profit over the worlds.
    pub found: Found,
    /// Indifference zone, money a year.
    pub zone: f64,
    /// Decisions that have no plan in some world, or were not tried in every world.
    pub left_out: usize,
}

/// The decisions of all points, in the order of their first points, each with its points in the order of their worlds; and the
/// number of worlds.
fn decisions(study: &Study, points: impl Iterator<Item = Point>) -> (Vec<Decision>, usize) {
    let any = study.axes.iter().any(|a| a.decision);
    let mut place: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut worlds: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut all: Vec<(Vec<String>, BTreeMap<Vec<String>, Point>)> = Vec::new();
    for point in points {
        let (mut values, mut world) = (Vec::new(), Vec::new());
        for (axis, value) in study.shown(&point) {
            if axis.decision || !any { values.push(value) } else { world.push(value) }
        }
        worlds.insert(world.clone());
        let k = *place.entry(values.clone()).or_insert(all.len());
        if k == all.len() {
            all.push((values, BTreeMap::new()));
        }
        all[k].1.entry(world).or_insert(point);
    }
    let decision =
        |(values, points): (_, BTreeMap<_, Point>)| Decision { values, points: points.into_values().collect() };
    (all.into_iter().map(decision).collect(), worlds.len())
}

/// Replications of points, from what is kept and by simulation.
struct Runs<'a> {
    given: (&'a Base, &'a Study),
    start: Option<&'a Changes>,
    options: &'a Options,
    store: &'a Store,
    kept: HashMap<usize, Vec<f64>>,
    networks: HashMap<usize, Network>,
}

impl Runs<'_> {
    /// Yearly profits of points in the replications `from .. to`, by point.
    fn of(&mut self, points: &[&Point], from: u32, to: u32) -> Result<HashMap<usize, Vec<f64>>, TaskError> {
        let known = |p: &Point| self.kept.get(&p.index).map_or(0, |k| k.len() as u32);
        // All points were worked with the same number of replications, or each to its precision: the fewest count.
        let first = points.iter().map(|p| known(p)).min().unwrap_or(0).clamp(from, to);
        let kept =
            |p: &&Point| (p.index, self.kept[&p.index].get(from as usize..first as usize).unwrap_or_default().to_vec());
        let mut runs: HashMap<usize, Vec<f64>> = points.iter().map(kept).collect();
        if first == to {
            return Ok(runs);
        }
        // Those that were knocked out are needed no more.
        self.networks.retain(|&k, _| points.iter().any(|p| p.index == k));
        let missing: Vec<&&Point> = points.iter().filter(|p| !self.networks.contains_key(&p.index)).collect();
        let made = Mutex::new(Vec::new());
        let one = |index: usize, point: &Point| {
            let network = network(self.given, point, self.start, self.options, self.store)?;
            let network = network.ok_or_else(|| Error::Internal("a worked point has lost its plan".into()))?;
            made.lock().unwrap_or_else(PoisonError::into_inner).push((index, network));
            Ok(Vec::new())
        };
        let missing = missing.into_iter().map(|&p| (p.index, p)).collect();
        crew::work(rayon::current_num_threads(), missing, one).map_err(|(_, e): (usize, TaskError)| e)?;
        self.networks.extend(made.into_inner().unwrap_or_else(PoisonError::into_inner));
        let networks: Vec<&Network> = points.iter().map(|p| &self.networks[&p.index]).collect();
        let problems: Vec<&Problem> = networks.iter().map(|n| &n.problem).collect();
        let options = simulation::Options {
            seed: self.options.seed,
            first,
            replications: to - first,
            threads: None,
            stop: self.options.stop.clone(),
            ..simulation::Options::default()
        };
        let stopped = |e: simulation::Error| match e {
            simulation::Error::Interrupted => Error::Stopped,
            other => Error::Internal(other.to_string()),
        };
        for ((point, network), outcome) in
            points.iter().zip(&networks).zip(run_each(&problems, &options, &Silent).map_err(stopped)?)
        {
            if outcome.stopped {
                return Err(Error::Stopped.into());
            }
            let profit = |t| yearly_profit(t, &network.facts, f64::from(outcome.days));
            runs.entry(point.index).or_default().extend(outcome.totals.iter().map(profit));
        }
        Ok(runs)
    }
}

/// Finds the best decision of a worked study, up to `most` replications of each; a zone of `None` is a ten-thousandth of what
/// today's network earns on its cars, on average over the points. `None` when a point is not worked, or no decision has a plan
/// in every world.
///
/// # Errors
/// Those of a point that is simulated further.
pub fn best(
    (base, study): (&Base, &Study),
    points: impl Iterator<Item = Point>,
    start: Option<&Changes>,
    (probability, zone, most): (f64, Option<f64>, u32),
    options: &Options,
    store: &Store,
    heard: &dyn Fn(&str),
) -> Result<Option<Best>, TaskError> {
    let (all, worlds) = decisions(study, points);
    let tried = all.len();
    let (mut kept, mut whole, mut earned) = (HashMap::new(), Vec::new(), (0.0, 0));
    for decision in all {
        let mut planned = decision.points.len() == worlds;
        for point in &decision.points {
            let key = keys(base, study, point, options).point;
            let Some(worked) = store.read::<Worked>(Kind::Point, &key) else { return Ok(None) };
            planned &= worked.no_plan.is_none();
            if let Some(c) = worked.figures.get("contribution") {
                earned = (earned.0 + c.today[0], earned.1 + 1);
            }
            kept.insert(point.index, worked.profit);
        }
        if planned {
            whole.push(decision);
        }
    }
    if whole.is_empty() {
        return Ok(None);
    }
    let zone = zone.unwrap_or_else(|| default_zone(earned.0 / f64::from(earned.1.max(1))));
    let rule = Rule { first: FIRST, most, probability, zone };
    let mut runs = Runs { given: (base, study), start, options, store, kept, networks: HashMap::new() };
    let found = knockout(whole.len(), &rule, |alive, from, to| {
        heard(&format!("{} of {} decisions left after {from} replications each", alive.len(), whole.len()));
        let points: Vec<&Point> = alive.iter().flat_map(|&k| &whole[k].points).collect();
        let by_point = runs.of(&points, from, to)?;
        let mean = |&k: &usize| -> Vec<f64> {
            let of = |r: usize| whole[k].points.iter().map(|p| by_point[&p.index][r]).sum::<f64>() / worlds as f64;
            (0..(to - from) as usize).map(of).collect()
        };
        Ok::<_, TaskError>(alive.iter().map(mean).collect())
    })?;
    Ok(Some(Best { left_out: tried - whole.len(), decisions: whole, found, zone }))
}
