use super::answer::{Answer, Common, Trouble, observer};
use crate::ids::Id;
use crate::io::instances::mclp;
use crate::placement::covering::{Collector, solve};
use clap::Args;
use serde_json::{Map, json};
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
    #[arg(long, value_name = "N")]
    p: usize,
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let other = |e: crate::placement::covering::Fault| Trouble::Other(e.to_string());
    let start = Instant::now();
    let speaker = observer(&options.common);
    let sites = mclp::sites(&options.sites)?;
    let mut collector = Collector::new(sites.places, options.radius).map_err(other)?;
    let points = mclp::points(&options.common.file, &mut collector)?;
    let problem = collector.finish(options.p).map_err(other)?;
    let read = start.elapsed().as_secs_f64();
    let plan = solve(&problem, &options.common.limits(), &*speaker).map_err(other)?;
    let mut more = Map::new();
    more.insert("nodes".into(), json!(plan.nodes));
    more.insert("points".into(), json!(points));
    more.insert("cells".into(), json!(crate::placement::costs::Costs::clients(problem.cells())));
    more.insert("seconds_reading".into(), json!((read * 1e3).round() / 1e3));
    let scale = 10i64.pow(mclp::DIGITS);
    let objective = if plan.covered % scale == 0 {
        (plan.covered / scale).to_string()
    } else {
        format!("{}.{:03}", plan.covered / scale, plan.covered % scale)
    };
    Ok(Answer {
        end: plan.end,
        objective: Some(objective),
        bound: plan.bound / scale as f64,
        tolerance: 0.0,
        sites: plan.open.iter().map(|i| json!(sites.names[i.index()])).collect(),
        more,
        start,
    })
}
