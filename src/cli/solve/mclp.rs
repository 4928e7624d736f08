use super::answer::{Answer, Common, Trouble, observer};
use crate::ids::{Id, SiteId};
use crate::io::instances::mclp;
use crate::placement::control::End;
use crate::placement::costs::Costs;
use crate::placement::covering::{Collector, Fault, Problem, set, solve};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// `forecourt solve mclp POINTS.csv --sites SITES.csv --radius R --p P`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    /// The candidate sites: a CSV file with x, y and maybe id.
    #[arg(long, value_name = "SITES.csv")]
    sites: PathBuf,
    /// Distance within which a site covers a point, in the unit of the coordinates.
    #[arg(long, value_name = "R")]
    radius: f64,
    /// Number of sites to open.
    #[arg(long, value_name = "N", required_unless_present = "cover")]
    p: Option<usize>,
    /// Every point with demand must be covered: by the fewest sites, or, with --p, by so many sites that cover as much
    /// demand as possible twice.
    #[arg(long, value_name = "WHAT")]
    cover: Option<Covered>,
    /// How many open sites must cover each point (with --cover all).
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "p", requires = "cover")]
    times: usize,
}

/// What must be covered.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Covered {
    /// Every point.
    All,
}

/// What one of the three questions brought.
struct Found {
    end: End,
    objective: Option<String>,
    bound: f64,
    open: Vec<SiteId>,
    more: Vec<(&'static str, Value)>,
}

fn other(fault: Fault) -> Trouble {
    Trouble::Other(fault.to_string())
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let sites = mclp::sites(&options.sites)?;
    let mut collector = Collector::new(sites.places, options.radius).map_err(other)?;
    let points = mclp::points(&options.common.file, &mut collector)?;
    let problem = collector.finish(options.p.unwrap_or(1)).map_err(other)?;
    let read = start.elapsed().as_secs_f64();
    let found = match (options.cover, options.p) {
        (None, _) => most(&problem, options)?,
        (Some(Covered::All), None) => fewest(&problem, options)?,
        (Some(Covered::All), Some(_)) => twice(&problem, options)?,
    };
    let mut more = Map::new();
    for (key, value) in found.more {
        more.insert(key.into(), value);
    }
    more.insert("points".into(), json!(points));
    more.insert("cells".into(), json!(problem.cells().clients()));
    more.insert("seconds_reading".into(), json!((read * 1e3).round() / 1e3));
    Ok(Answer {
        end: found.end,
        objective: found.objective,
        bound: found.bound,
        tolerance: 0.0,
        sites: found.open.iter().map(|i| json!(sites.names[i.index()])).collect(),
        more,
        start,
    })
}

/// Demand as it was written.
fn demand(weight: i64) -> String {
    let scale = 10i64.pow(mclp::DIGITS);
    if weight % scale == 0 { (weight / scale).to_string() } else { format!("{}.{:03}", weight / scale, weight % scale) }
}

fn unscaled(bound: f64) -> f64 {
    bound / 10f64.powi(mclp::DIGITS as i32)
}

/// The most demand that p sites cover.
fn most(problem: &Problem, options: &Options) -> Result<Found, Trouble> {
    let plan = solve(problem, &options.common.limits(), &*observer(&options.common)).map_err(other)?;
    Ok(Found {
        end: plan.end,
        objective: Some(demand(plan.covered)),
        bound: unscaled(plan.bound),
        open: plan.open,
        more: vec![("nodes", json!(plan.nodes))],
    })
}

/// The fewest sites that cover everything.
fn fewest(problem: &Problem, options: &Options) -> Result<Found, Trouble> {
    if let Some(found) = unreachable(problem) {
        return Ok(found);
    }
    let (cells, limits) = (problem.cells(), options.common.limits());
    let ones = vec![1; cells.sites()];
    let plan = set::cover(cells, &ones, options.times, &limits, &*observer(&options.common)).map_err(other)?;
    if plan.end == End::Infeasible {
        return Ok(none(format!("a point lies within the radius of fewer than {} sites", options.times)));
    }
    Ok(Found {
        end: plan.end,
        objective: Some(plan.cost.to_string()),
        bound: plan.bound,
        open: plan.open,
        more: vec![("nodes", json!(plan.nodes))],
    })
}

/// The most demand that p sites cover twice, when they cover everything once.
fn twice(problem: &Problem, options: &Options) -> Result<Found, Trouble> {
    if let Some(found) = unreachable(problem) {
        return Ok(found);
    }
    let (count, limits) = (problem.count(), options.common.limits());
    let plan = set::backup(problem.cells(), count, &limits, &*observer(&options.common)).map_err(other)?;
    if plan.end == End::Infeasible {
        return Ok(none(format!("no {count} sites cover every point; leave --p out to see how many do")));
    }
    Ok(Found {
        end: plan.end,
        objective: (!plan.open.is_empty()).then(|| demand(plan.backed)),
        bound: unscaled(plan.bound),
        open: plan.open,
        more: Vec::new(),
    })
}

fn unreachable(problem: &Problem) -> Option<Found> {
    let left = problem.out_of_reach();
    (left > 0).then(|| none(format!("no site lies within the radius of points with a demand of {}", demand(left))))
}

fn none(cause: String) -> Found {
    let (objective, bound) = (None, f64::INFINITY);
    Found { end: End::Infeasible, objective, bound, open: Vec::new(), more: vec![("cause", json!(cause))] }
}
