//! `forecourt solve irp FILE`: inventory routing instances.

use crate::cli::session::stop_on_signals;
use crate::io::instances::irp;
use crate::routing::inventory::{Plan, solve};
use crate::routing::{End, Error, Limits};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Solves an inventory routing instance: proved for up to eight customers, by ruin and recreate for more.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  forecourt solve irp S_abs1n5_2_H3.dat --json\n  forecourt solve irp S_abs1n50_2_L3.dat --time-limit 10"
)]
pub struct IrpArgs {
    /// The file to solve.
    file: PathBuf,
    /// Seed of the search.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Ruin-and-recreate steps [default: 4000 for each customer, unless --time-limit is given].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    iterations: Option<u64>,
    /// Wall-clock seconds; without --iterations the search paces itself by them and is not repeatable.
    #[arg(long, value_name = "S", value_parser = super::answer::seconds)]
    time_limit: Option<f64>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// Solves the file, prints the answer and returns the exit code.
pub(super) fn show(args: &IrpArgs) -> i32 {
    let start = Instant::now();
    let instance = match irp::read(&args.file) {
        Ok(instance) => instance,
        Err(fault) => return super::answer::complain(&fault.to_string(), 2),
    };
    let stop = stop_on_signals();
    let limits = Limits { seed: args.seed, iterations: args.iterations, seconds: args.time_limit, stop };
    let plan = match solve(&instance.problem, &limits, &crate::progress::Silent) {
        Ok(plan) => plan,
        Err(error @ Error::Faulty(_)) => return super::answer::complain(&error.to_string(), 2),
        Err(error) => return super::answer::complain(&format!("{}: {error}", args.file.display()), 1),
    };
    let code = match plan.end {
        End::Proved | End::WorkLimit => 0,
        End::TimeLimit => 3,
        End::Interrupted => 130,
    };
    super::answer::print(&written(args, &plan, instance.digits, start), code)
}

fn written(args: &IrpArgs, plan: &Plan, digits: u32, start: Instant) -> String {
    let money = |cost: i64| cost as f64 / 10f64.powi(digits as i32);
    let cost = plan.cost();
    let gap = plan.bound.map(|bound| (cost as f64 - bound).max(0.0) / (cost as f64).abs().max(1e-10));
    let (status, grade) = match plan.end {
        End::Proved => ("optimal", "A"),
        End::WorkLimit => ("feasible", if gap.is_some() { "B" } else { "C" }),
        end => (end.word(), if gap.is_some() { "B" } else { "C" }),
    };
    let tour = |day: usize, tour: &[crate::routing::inventory::Delivery]| {
        json!({
            "day": day + 1,
            "customers": tour.iter().map(|s| s.customer + 1).collect::<Vec<_>>(),
            "units": tour.iter().map(|s| s.units).collect::<Vec<_>>(),
        })
    };
    let routes: Vec<Value> =
        plan.days.iter().enumerate().flat_map(|(day, tours)| tours.iter().map(move |t| tour(day, t))).collect();
    let answer = json!({
        "status": status,
        "objective": money(cost),
        "bound": plan.bound.map(|b| money(b.floor() as i64)),
        "gap": gap,
        "grade": grade,
        "seconds": (start.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        "repeatable": plan.end.repeatable(),
        "vehicles": plan.days.iter().map(Vec::len).max(),
        "cost": money(cost),
        "driving": money(plan.driving),
        "holding": money(plan.holding),
        "seed": args.seed,
        "iterations": plan.steps,
        "routes": routes,
    });
    match (args.json, answer.as_object()) {
        (false, Some(map)) => map.iter().map(|(key, value)| format!("{key:<11} {value}\n")).collect(),
        _ => format!("{answer}\n"),
    }
}
