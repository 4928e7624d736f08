//! `forecourt solve smps`: two-stage stochastic programmes.

use super::answer::{complain, print};
use crate::io::instances::smps;
use crate::lp::stochastic::bounds::{Effort, bounded};
use crate::lp::stochastic::{Sampling, Settings, TwoStage, solve};
use crate::lp::{Limits, Status, Stop};
use crate::stats::interval::Interval;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The three files and how they are solved.
#[derive(Debug, Args)]
pub struct Options {
    /// The core file.
    core: PathBuf,
    /// The time file; by default the core's name ending in .tim.
    #[arg(long, value_name = "FILE")]
    tim: Option<PathBuf>,
    /// The stoch file; by default the core's name ending in .sto.
    #[arg(long, value_name = "FILE")]
    sto: Option<PathBuf>,
    /// Solve exactly when there are at most so many realisations, otherwise on samples.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    exact_up_to: u64,
    /// Scenarios of each sample problem.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    scenarios: u32,
    /// Sample problems, and evaluations of the decision chosen.
    #[arg(long, value_name = "M", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    batches: u32,
    /// Scenarios of each evaluation.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    evaluation: u32,
    /// Sample independently instead of by Latin hypercubes.
    #[arg(long)]
    plain: bool,
    /// Seed of the samples.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Relative gap at which each decomposition ends [default: 1e-8 when solved exactly, 1e-6 on samples].
    #[arg(long, value_name = "G")]
    gap: Option<f64>,
    /// Prints the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Reads, solves, prints; returns the exit code (0 answered, 1 no answer, 2 malformed, 3 a limit, 130 interrupted).
pub fn run(options: &Options) -> i32 {
    let beside = |given: &Option<PathBuf>, ending| given.clone().unwrap_or_else(|| options.core.with_extension(ending));
    let (tim, sto) = (beside(&options.tim, "tim"), beside(&options.sto, "sto"));
    let problem = match read(&options.core, &tim, &sto) {
        Ok(problem) => problem,
        Err(why) => return complain(&why, 2),
    };
    let flag = std::sync::Arc::default();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let _ = signal_hook::flag::register(signal, std::sync::Arc::clone(&flag));
    }
    let limits = Limits { stop: Stop::from_flag(flag), ..Limits::default() };
    let exact = problem.realisations() <= options.exact_up_to;
    let gap = options.gap.unwrap_or(if exact { 1e-8 } else { 1e-6 }).clamp(1e-12, 0.5);
    let settings = Settings { gap, limits, ..Settings::default() };
    if exact { exactly(&problem, &settings, options.json) } else { by_samples(&problem, &settings, options) }
}

fn read(core: &Path, tim: &Path, sto: &Path) -> Result<TwoStage, String> {
    let text = |path: &Path| std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    smps::read(&text(core)?, &text(tim)?, &text(sto)?).map_err(|fault| {
        let path = match fault.part {
            smps::Part::Core => core,
            smps::Part::Time => tim,
            smps::Part::Stoch => sto,
        };
        format!("{}:{}: {}", path.display(), fault.line, fault.cause)
    })
}

fn exactly(problem: &TwoStage, settings: &Settings, as_json: bool) -> i32 {
    let answer = match solve(problem, &problem.enumerate(), settings) {
        Ok(answer) => answer,
        Err(failure) => return complain(&failure.to_string(), 1),
    };
    let (word, code) = match answer.status {
        Status::Optimal => ("optimal", 0),
        Status::Infeasible => ("infeasible", 1),
        Status::Unbounded => ("unbounded", 1),
        Status::Interrupted => ("interrupted", 130),
        Status::WorkLimit | Status::TimeLimit => ("limit", 3),
    };
    let finite = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let told = json!({
        "status": word,
        "objective": finite(answer.objective),
        "bound": finite(answer.bound),
        "realisations": problem.realisations(),
        "rounds": answer.rounds,
        "recourse_solves": answer.recourse_solves,
        "first_stage": answer.x,
    });
    let text = format!(
        "{word}: {:.7} (bound {:.7}) over {} realisations, {} rounds\n",
        answer.objective,
        answer.bound,
        problem.realisations(),
        answer.rounds
    );
    print(&if as_json { format!("{told}\n") } else { text }, code)
}

fn by_samples(problem: &TwoStage, settings: &Settings, options: &Options) -> i32 {
    let effort = Effort {
        batches: options.batches,
        scenarios: options.scenarios as usize,
        evaluation: options.evaluation as usize,
        sampling: if options.plain { Sampling::Plain } else { Sampling::LatinHypercube },
        seed: options.seed,
    };
    let found = match bounded(problem, effort, settings) {
        Ok(found) => found,
        Err(_) if settings.limits.stop.raised() => return complain("interrupted", 130),
        Err(failure) => return complain(&failure.to_string(), 1),
    };
    let told = |i: &Interval| json!({ "mean": i.mean, "low": i.low(), "high": i.high(), "batches": i.count });
    let text = format!(
        "sampled: cost of the decision {:.5} ± {:.5}, optimum at least {:.5} ± {:.5}; gap at 95 % below {:.5} ({:.3} %)\n",
        found.upper.mean,
        found.upper.half,
        found.lower.mean,
        found.lower.half,
        found.gap(),
        100.0 * found.gap() / found.upper.mean.abs()
    );
    let json = json!({
        "status": "sampled",
        "objective": found.upper.mean,
        "bound": found.lower.mean,
        "upper": told(&found.upper),
        "lower": told(&found.lower),
        "gap": found.gap(),
        "confidence": 0.95,
        "scenarios": options.scenarios,
        "evaluation": options.evaluation,
        "seed": options.seed,
        "recourse_solves": found.work.1,
        "first_stage": found.x,
    });
    print(&if options.json { format!("{json}\n") } else { text }, 0)
}
