use super::answer::{Answer, Common, Trouble, observer};
use super::certificate::{Certificate, Proof};
use crate::ids::Id;
use crate::io::instances::orlib_pmed;
use crate::placement::median::{Distances, Plan, Problem, solve};
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve orlib-pmed FILE`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    certificate: Certificate,
    /// Number of sites to open instead of the file's own.
    #[arg(long, value_name = "N")]
    p: Option<usize>,
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let file = orlib_pmed::read(&options.common.file)?;
    let problem = Problem::new(Distances::Matrix(file.distances), options.p.unwrap_or(file.count))
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let plan = solve(&problem, &options.common.limits(), &*observer(&options.common))
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let proof = Proof {
        format: "orlib-pmed",
        count: options.p,
        open: plan.open.iter().map(|i| i.index()).collect(),
        objective: plan.cost,
        scale: plan.scale,
        multipliers: plan.multipliers.clone(),
    };
    options.certificate.write(&options.common.file, &proof)?;
    Ok(answer(&plan, start))
}

/// A p-median plan in the words of the command; sites are numbered from 1 as in the files.
pub(super) fn answer(plan: &Plan, start: Instant) -> Answer {
    let mut more = Map::new();
    more.insert("nodes".into(), json!(plan.nodes));
    Answer {
        end: plan.end,
        objective: Some(plan.cost.to_string()),
        bound: plan.bound,
        tolerance: 0.0,
        sites: plan.open.iter().map(|i| json!(i.index() + 1)).collect(),
        more,
        start,
    }
}
