use super::answer::{Answer, Common, Trouble, observer};
use crate::ids::Id;
use crate::io::instances::{orlib_pmed, tsplib};
use crate::placement::centre::solve;
use crate::placement::costs::{Costs, Plane};
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve orlib-pcentre FILE`.
#[derive(Debug, Args)]
pub struct Orlib {
    #[command(flatten)]
    pub(super) common: Common,
    /// Number of sites to open instead of the file's own.
    #[arg(long, value_name = "N")]
    p: Option<usize>,
}

/// `forecourt solve tsplib-pcentre FILE --p N`.
#[derive(Debug, Args)]
pub struct Tsplib {
    #[command(flatten)]
    pub(super) common: Common,
    /// Number of sites to open.
    #[arg(long, value_name = "N")]
    p: usize,
}

pub(super) fn run_orlib(options: &Orlib) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let file = orlib_pmed::read(&options.common.file)?;
    run(&file.distances, options.p.unwrap_or(file.count), &options.common, start)
}

pub(super) fn run_tsplib(options: &Tsplib) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let points = tsplib::read(&options.common.file)?;
    let weights = vec![1; points.len()];
    run(&Plane::new(points, weights), options.p, &options.common, start)
}

fn run(costs: &impl Costs, count: usize, common: &Common, start: Instant) -> Result<Answer, Trouble> {
    let plan = solve(costs, count, &common.limits(), &*observer(common)).map_err(|e| Trouble::Other(e.to_string()))?;
    Ok(Answer {
        end: plan.end,
        objective: Some(plan.radius.to_string()),
        bound: plan.bound as f64,
        tolerance: 0.0,
        sites: plan.open.iter().map(|i| json!(i.index() + 1)).collect(),
        more: Map::new(),
        start,
    })
}
