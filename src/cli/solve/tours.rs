//! `forecourt solve vrplib|solomon|lilim FILE`: routing instances of the public families.

use crate::cli::session::stop_on_signals;
use crate::io::instances::tours::{Instance, Round};
use crate::io::instances::{Fault, lilim, solomon, vrplib};
use crate::routing::{End, Error, Goal, Limits, Plan, solve};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How distances become whole numbers.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rounding {
    /// To the nearest whole number, as in the X instances.
    Nint,
    /// Not at all.
    Exact,
    /// Cut off behind one decimal, as in the DIMACS challenge.
    Dimacs,
}

/// What is minimised.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Objective {
    /// The distance.
    Distance,
    /// The number of vehicles first, then the distance.
    Vehicles,
}

/// Solves a routing instance by ruin and recreate; every answer is driven through the file's data before it is printed.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  forecourt solve vrplib X-n101-k25.vrp --time-limit 5 --json\n  forecourt solve vrplib RC208.vrp --round dimacs --iterations 500000\n  forecourt solve lilim lrc206.txt --seed 2 --json"
)]
pub struct TourArgs {
    /// The file to solve.
    file: PathBuf,
    /// How distances are rounded [default: vrplib nint, with time windows dimacs; solomon and lilim exact].
    #[arg(long, value_name = "RULE")]
    round: Option<Rounding>,
    /// What is minimised [default: distance; for solomon (unless --round dimacs) and lilim vehicles].
    #[arg(long, value_name = "GOAL")]
    objective: Option<Objective>,
    /// Seed of the search.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Ruin-and-recreate steps [default: 5000 for each request, unless --time-limit is given].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    iterations: Option<u64>,
    /// Wall-clock seconds; without --iterations the search paces itself by them and is not repeatable.
    #[arg(long, value_name = "S", value_parser = super::answer::seconds)]
    time_limit: Option<f64>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// The family a file belongs to.
#[derive(Clone, Copy)]
pub(super) enum Family {
    Vrplib,
    Solomon,
    LiLim,
}

/// Solves the file, prints the answer and returns the exit code.
pub(super) fn show(args: &TourArgs, family: Family) -> i32 {
    let start = Instant::now();
    let instance = match read(family, &args.file) {
        Ok(instance) => instance,
        Err(fault) => return super::answer::complain(&fault.to_string(), 2),
    };
    let (round, goal) = rules(args, family, &instance);
    let problem = match instance.problem(round, goal) {
        Ok(problem) => problem,
        Err(fault) => return super::answer::complain(&fault.to_string(), 2),
    };
    let stop = stop_on_signals();
    let limits = Limits { seed: args.seed, iterations: args.iterations, seconds: args.time_limit, stop };
    let plan = match solve(&problem, &limits, &crate::progress::Silent) {
        Ok(plan) => plan,
        Err(error @ Error::Faulty(_)) => return super::answer::complain(&error.to_string(), 2),
        Err(error) => return super::answer::complain(&format!("{}: {error}", args.file.display()), 1),
    };
    let tours: Vec<Vec<usize>> = plan.tours.iter().map(|t| t.visits.clone()).collect();
    if let Err(why) = instance.drive(&tours, round) {
        return super::answer::complain(
            &format!("{}: the answer fails the file's own data: {why}", args.file.display()),
            1,
        );
    }
    let code = match plan.end {
        End::Proved | End::WorkLimit => 0,
        End::TimeLimit => 3,
        End::Interrupted => 130,
    };
    super::answer::print(&written(args, &instance, round, &plan, start), code)
}

fn read(family: Family, file: &Path) -> Result<Instance, Fault> {
    match family {
        Family::Vrplib => vrplib::read(file),
        Family::Solomon => solomon::read(file),
        Family::LiLim => lilim::read(file),
    }
}

/// What the options ask for, or the custom of the family.
fn rules(args: &TourArgs, family: Family, instance: &Instance) -> (Round, Goal) {
    let windows = instance.customers.iter().any(|c| c.window.is_some());
    let round = match (args.round, family) {
        (Some(Rounding::Dimacs), _) => Round::Dimacs,
        (None, Family::Vrplib) if windows => Round::Dimacs,
        (Some(Rounding::Nint), _) | (None, Family::Vrplib) => Round::Nint,
        (Some(Rounding::Exact) | None, _) => Round::Exact,
    };
    let goal = match (args.objective, family) {
        (Some(Objective::Distance), _) | (None, Family::Vrplib) => Goal::Cost,
        (None, Family::Solomon) if round == Round::Dimacs => Goal::Cost,
        _ => Goal::VehiclesThenCost,
    };
    (round, goal)
}

fn written(args: &TourArgs, instance: &Instance, round: Round, plan: &Plan, start: Instant) -> String {
    let cost = match round {
        Round::Nint => json!(plan.distance.get()),
        Round::Dimacs => json!(plan.distance.get() as f64 / instance.scale(round) as f64),
        Round::Exact => json!((instance.length(plan.tours.iter().map(|t| &t.visits[..])) * 1e6).round() / 1e6),
    };
    let status = if plan.end == End::WorkLimit { "feasible" } else { plan.end.word() };
    let answer = json!({
        "status": status,
        "objective": cost,
        "bound": Value::Null,
        "gap": Value::Null,
        "grade": "C",
        "seconds": (start.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        "repeatable": plan.end.repeatable(),
        "vehicles": plan.vehicles(),
        "cost": cost,
        "seed": args.seed,
        "iterations": plan.iterations,
        "routes": plan.tours.iter().map(|t| &t.visits).collect::<Vec<_>>(),
    });
    match (args.json, answer.as_object()) {
        (false, Some(map)) => map.iter().map(|(key, value)| format!("{key:<11} {value}\n")).collect(),
        _ => format!("{answer}\n"),
    }
}
