use super::answer::{Answer, Common, Trouble, observer};
use crate::ids::Id;
use crate::io::instances::hm14;
use crate::placement::capture::solve;
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve hm14 FILE --alpha A --beta B --p P`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    /// Factor of the rivals' costs.
    #[arg(long, value_parser = positive)]
    alpha: f64,
    /// Sensitivity of customers to costs.
    #[arg(long, value_parser = positive)]
    beta: f64,
    /// Number of sites to open.
    #[arg(long, value_name = "N")]
    p: usize,
    /// Which block of the file, from 1.
    #[arg(long, value_name = "K", default_value_t = 1)]
    block: usize,
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0).ok_or_else(|| "a finite number from 0".into())
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let Options { alpha, beta, p: count, block, .. } = *options;
    let problem = hm14::read(&options.common.file, hm14::Reading { alpha, beta, count, block })?;
    let plan = solve(&problem, &options.common.limits(), &*observer(&options.common))
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let mut more = Map::new();
    more.insert("nodes".into(), json!(plan.nodes));
    Ok(Answer {
        end: plan.end,
        objective: Some(format!("{}", plan.captured)),
        bound: plan.bound,
        tolerance: 1e-6,
        sites: plan.open.iter().map(|i| json!(i.index() + 1)).collect(),
        more,
        start,
    })
}
