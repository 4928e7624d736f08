//! `forecourt solve vmi FILE`: a rolling replenishment instance, as a linear relaxation or in whole cars.

use crate::io::instances::vmi::{self, Instance};
use crate::lp::{Limits, Status, Stop};
use crate::replenishment::{Error, Problem, Shape, WholeModel, certificate, compact, worth};
use clap::Args;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Solves a rolling replenishment instance (JSON): the linear relaxation, or whole cars and trucks with `--integer`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  forecourt solve vmi vmi_tiny.json --json\n  forecourt solve vmi vmi_tiny.json --integer --worth"
)]
pub struct VmiArgs {
    /// The instance.
    pub file: PathBuf,
    /// Whole cars, trucks and transfers instead of the linear relaxation.
    #[arg(long)]
    pub integer: bool,
    /// No cars move between dealers.
    #[arg(long)]
    pub no_transfers: bool,
    /// Solves again with one more build slot and place where each is scarce, and prints the differences.
    #[arg(long)]
    pub worth: bool,
    /// Relative gap at which the search may end.
    #[arg(long, value_name = "G", default_value_t = 1e-6)]
    pub gap: f64,
    /// Wall-clock seconds after which the best answer so far is given; the answer is then not repeatable.
    #[arg(long, value_name = "S")]
    pub time_limit: Option<f64>,
    /// Prints one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Solves the file. Returns what goes to stdout, what goes to stderr and the exit code.
pub fn run(args: &VmiArgs, stop: Stop) -> (String, String, u8) {
    let start = Instant::now();
    let refused = |text: String, code| (String::new(), text, code);
    if !(args.gap.is_finite() && args.gap >= 0.0) || args.time_limit.is_some_and(|s| !(s.is_finite() && s > 0.0)) {
        return refused("forecourt: --gap takes a share, --time-limit a positive number of seconds".into(), 2);
    }
    let instance = match vmi::read(&args.file) {
        Ok(instance) => instance,
        Err(fault) => return refused(format!("forecourt: {fault}"), 2),
    };
    let problem = match Problem::new(instance.data.clone()) {
        Ok(problem) => problem,
        Err(Error::Faulty(faults)) => {
            let lines: Vec<_> = faults.iter().map(|f| format!("{}: {f}", args.file.display())).collect();
            return refused(lines.join("\n"), 2);
        }
        Err(other) => return refused(format!("forecourt: {other}"), 1),
    };
    let limits = Limits { gap: args.gap, seconds: args.time_limit, stop, ..Limits::default() };
    match answer(args, &instance, &problem, &limits, start) {
        Ok((text, code)) => (text, String::new(), code),
        Err(error) => refused(format!("forecourt: {error}"), 1),
    }
}

fn answer(
    args: &VmiArgs,
    instance: &Instance,
    problem: &Problem,
    limits: &Limits,
    start: Instant,
) -> Result<(String, u8), Error> {
    let shape = Shape { integer: args.integer, transfers: !args.no_transfers, sell_first: false };
    let whole = compact::solve(problem, shape, limits)?;
    if shape.integer {
        let faults = certificate::faults(problem, &whole.plan);
        if !faults.is_empty() {
            return Err(Error::Impossible(format!("the plan fails its own check: {}", faults.join("; "))));
        }
    }
    let mut map = summary(instance, problem, &whole);
    if args.worth {
        map.insert("worth".into(), differences(instance, problem, shape, limits)?);
    }
    map.insert("seconds".into(), json!((start.elapsed().as_secs_f64() * 1e3).round() / 1e3));
    let code = match whole.status {
        Status::Interrupted => 130,
        Status::Optimal => 0,
        _ => 3,
    };
    let text = if args.json {
        format!("{}\n", Value::Object(map))
    } else {
        map.iter().map(|(key, value)| format!("{key:<12} {value}\n")).collect()
    };
    Ok((text, code))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Optimal => "optimal",
        Status::WorkLimit => "work limit",
        Status::TimeLimit => "time limit",
        Status::Interrupted => "interrupted",
        Status::Infeasible => "infeasible",
        Status::Unbounded => "unbounded",
    }
}

fn summary(instance: &Instance, problem: &Problem, whole: &WholeModel) -> Map<String, Value> {
    let data = problem.data();
    let names = |cell: usize| {
        let c = &data.cells[cell];
        (instance.dealers[c.dealer].clone(), instance.models[c.model].clone())
    };
    let orders = whole.orders.iter().map(|&(cell, _, week, cars)| {
        let (dealer, model) = names(cell);
        json!({"dealer": dealer, "model": model, "week": week, "cars": tidy(cars)})
    });
    let transfers = whole.plan.transfers.iter().map(|t| {
        let ((from, model), (to, _)) = (names(t.from), names(t.to));
        json!({"from": from, "to": to, "model": model, "week": t.week, "age": t.age, "cars": tidy(t.cars)})
    });
    let gap = (whole.objective - whole.bound).max(0.0) / whole.objective.abs().max(1e-9);
    let cost: Map<String, Value> =
        whole.plan.cost.named().iter().map(|&(name, v)| (name.to_owned(), json!(tidy(v)))).collect();
    let mut map = Map::new();
    map.insert("status".into(), json!(word(whole.status)));
    map.insert("objective".into(), json!(tidy(whole.objective)));
    map.insert("bound".into(), json!(tidy(whole.bound)));
    map.insert("gap".into(), json!(gap));
    map.insert("repeatable".into(), json!(whole.plan.repeatable));
    map.insert("cost".into(), Value::Object(cost));
    map.insert("trucks".into(), json!(tidy(whole.plan.carriers.iter().map(|c| c.runs).sum())));
    map.insert("transferred".into(), json!(tidy(whole.plan.transfers.iter().map(|t| t.cars).sum())));
    map.insert("columns".into(), json!(whole.size.0));
    map.insert("rows".into(), json!(whole.size.1));
    map.insert("orders".into(), orders.collect());
    map.insert("transfers".into(), transfers.collect());
    map.insert("shadow_prices_of_the_relaxation".into(), prices(instance, problem, whole));
    map
}

/// Numbers free of the solver's last digits.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9 + 0.0
}

fn prices(instance: &Instance, problem: &Problem, whole: &WholeModel) -> Value {
    let p = &whole.plan.prices;
    let mut list = Vec::new();
    let scarce = |weeks: &[f64]| -> Vec<(usize, f64)> {
        weeks.iter().enumerate().filter(|w| w.1.abs() > 1e-9).map(|(t, &v)| (t, tidy(v))).collect()
    };
    for (s, weeks) in p.slots.iter().enumerate() {
        let model = &instance.models[problem.data().supply[s].model];
        list.extend(scarce(weeks).iter().map(|(t, v)| json!({"build_slot": model, "week": t, "value": v})));
    }
    for (d, weeks) in p.storage.iter().enumerate() {
        let dealer = &instance.dealers[d];
        list.extend(scarce(weeks).iter().map(|(t, v)| json!({"storage": dealer, "week": t, "value": v})));
    }
    Value::Array(list)
}

fn differences(instance: &Instance, problem: &Problem, shape: Shape, limits: &Limits) -> Result<Value, Error> {
    let rows = worth::of_the_whole_model(problem, shape, limits)?;
    let line = |w: &worth::Worth| {
        let (kind, name) = match w.what {
            worth::Scarce::Slot { supply, .. } => {
                ("build_slot", instance.models[problem.data().supply[supply].model].clone())
            }
            worth::Scarce::Storage { dealer } => ("storage", instance.dealers[dealer].clone()),
            worth::Scarce::Credit { dealer } => ("credit", instance.dealers[dealer].clone()),
            worth::Scarce::Run { carrier } => ("carrier", carrier.to_string()),
        };
        json!({"one_more": kind, "of": name, "week": w.what.week(), "relaxation": tidy(w.relaxation),
            "solved_again": tidy(w.solved_again)})
    };
    Ok(rows.iter().map(line).collect())
}

/// Solves the file and prints the answer; returns the exit code.
pub(super) fn show(args: &VmiArgs) -> i32 {
    let (out, err, code) = run(args, crate::cli::session::stop_on_signals());
    if !err.is_empty() {
        crate::cli::terminal::say(&err);
        return i32::from(code);
    }
    match crate::cli::terminal::print(&out) {
        0 => i32::from(code),
        failed => i32::from(failed),
    }
}
