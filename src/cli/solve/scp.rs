use super::answer::{Answer, Common, Trouble, observer};
use crate::ids::Id;
use crate::io::instances::orlib_scp;
use crate::placement::control::End;
use crate::placement::covering::set::cover;
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve orlib-scp FILE`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    /// How many open columns must cover each row.
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: usize,
    /// Counts columns instead of adding up their costs.
    #[arg(long)]
    unit_costs: bool,
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let mut file = orlib_scp::read(&options.common.file)?;
    if options.unit_costs {
        file.cost.fill(1);
    }
    let limits = options.common.limits();
    let plan = cover(&file.cells, &file.cost, options.times, &limits, &*observer(&options.common))
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let mut more = Map::new();
    more.insert("nodes".into(), json!(plan.nodes));
    if plan.end == End::Infeasible {
        more.insert("cause".into(), json!(format!("a row has fewer than {} columns that cover it", options.times)));
    }
    Ok(Answer {
        end: plan.end,
        objective: (plan.end != End::Infeasible).then(|| plan.cost.to_string()),
        bound: plan.bound,
        tolerance: 0.0,
        sites: plan.open.iter().map(|i| json!(i.index() + 1)).collect(),
        more,
        start,
    })
}
