use super::answer::{Answer, Common, Trouble, observer};
use crate::io::instances::mps;
use crate::placement::compact::minimise;
use crate::placement::control::End;
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve mps FILE`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let file = mps::read(&options.common.file)?;
    let round = |x: &[f64]| Some(x.iter().map(|v| v.round()).collect());
    let speaker = observer(&options.common);
    let limits = options.common.limits();
    let solved = minimise(&file.programme, file.decisions, 0.0, Box::new(round), &limits, &*speaker)
        .map_err(|e| Trouble::Other(e.to_string()))?;
    let sign = if file.maximise { -1.0 } else { 1.0 };
    let outside = |value: f64| sign * value + file.constant;
    let end =
        if solved.best.is_none() && solved.outcome.end == End::Proved { End::Infeasible } else { solved.outcome.end };
    let mut more = Map::new();
    more.insert("nodes".into(), json!(solved.outcome.nodes));
    let open = |x: &[f64]| (0..file.decisions).filter(|&d| x[d] > 0.5).map(|d| json!(file.names[d])).collect();
    Ok(Answer {
        end,
        objective: solved.best.as_ref().map(|b| format!("{}", outside(b.0))),
        bound: outside(solved.outcome.bound),
        tolerance: 1e-6,
        sites: solved.best.as_ref().map_or_else(Vec::new, |b| open(&b.1)),
        more,
        start,
    })
}
