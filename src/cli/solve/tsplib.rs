use super::answer::{Answer, Common, Trouble, observer};
use super::orlib_pmed::answer;
use crate::io::instances::tsplib;
use crate::placement::costs::Plane;
use crate::placement::median::{Distances, Problem, solve};
use clap::Args;
use std::time::Instant;

/// `forecourt solve tsplib-pmedian FILE --p N`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
    /// Number of sites to open.
    #[arg(long, value_name = "N")]
    p: usize,
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let points = tsplib::read(&options.common.file)?;
    let weights = vec![1; points.len()];
    let problem = Problem::new(Distances::Plane(Plane::new(points, weights)), options.p)
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let plan = solve(&problem, &options.common.limits(), &*observer(&options.common))
        .map_err(|e| Trouble::Other(e.to_string()))?;
    Ok(answer(&plan, start))
}
