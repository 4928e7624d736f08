use super::answer::{Answer, Common, Trouble, observer};
use super::certificate::{Certificate, Proof};
use crate::ids::Id;
use crate::io::instances::{cfl, orlib_cap, ufllib};
use crate::placement::control::End;
use crate::placement::facility::{Plan, Problem, solve};
use clap::Args;
use serde_json::{Map, Value, json};
use std::time::Instant;

/// `forecourt solve orlib-cap FILE`.
#[derive(Debug, Args)]
pub struct Cap {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    certificate: Certificate,
    /// Ignores the capacities.
    #[arg(long, conflicts_with_all = ["capacity", "single_source"])]
    uncapacitated: bool,
    /// Capacity of facilities whose file leaves it open.
    #[arg(long, value_name = "C")]
    capacity: Option<f64>,
    /// Every customer is served by one facility.
    #[arg(long)]
    single_source: bool,
}

/// `forecourt solve ufllib FILE`.
#[derive(Debug, Args)]
pub struct Ufl {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    certificate: Certificate,
}

/// `forecourt solve cfl FILE`.
#[derive(Debug, Args)]
pub struct Cfl {
    #[command(flatten)]
    pub(super) common: Common,
    /// Every customer is served by one depot.
    #[arg(long)]
    single_source: bool,
}

pub(super) fn run_cap(options: &Cap) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let reading = orlib_cap::Reading {
        uncapacitated: options.uncapacitated,
        capacity: options.capacity,
        single_source: options.single_source,
    };
    let problem = orlib_cap::read(&options.common.file, reading)?;
    if options.certificate.wanted() && !options.uncapacitated {
        let why = "a certificate is written for uncapacitated problems: add --uncapacitated or leave --certificate out";
        return Err(Trouble::Other(why.into()));
    }
    run(&problem, &options.common, Some((&options.certificate, "orlib-cap")), start, |i| json!(i + 1))
}

pub(super) fn run_ufl(options: &Ufl) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let problem = ufllib::read(&options.common.file)?;
    run(&problem, &options.common, Some((&options.certificate, "ufllib")), start, |i| json!(i + 1))
}

pub(super) fn run_cfl(options: &Cfl) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let file = cfl::read(&options.common.file, options.single_source)?;
    run(&file.problem, &options.common, None, start, |i| json!(file.names[i]))
}

/// What the multipliers of a certificate are multiplied by, beyond the file's own digits.
const FINE: i64 = 1024;

fn run(
    problem: &Problem,
    common: &Common,
    certificate: Option<(&Certificate, &str)>,
    start: Instant,
    name: impl Fn(usize) -> Value,
) -> Result<Answer, Trouble> {
    let plan = solve(problem, &common.limits(), &*observer(common)).map_err(|e| Trouble::Other(e.to_string()))?;
    if let (Some((certificate, format)), Some(objective)) = (certificate, plan.exact) {
        let whole = |v: &f64| (v * problem.scale() * FINE as f64).round() as i64;
        let proof = Proof {
            format,
            count: None,
            open: plan.open.iter().map(|i| i.index()).collect(),
            objective,
            scale: FINE,
            multipliers: plan.multipliers.iter().map(whole).collect(),
        };
        certificate.write(&common.file, &proof)?;
    }
    let mut more = Map::new();
    more.insert("nodes".into(), json!(plan.nodes));
    if let Some(cause) = too_large(problem).filter(|_| plan.end == End::Infeasible) {
        more.insert("cause".into(), json!(cause));
    }
    Ok(Answer {
        end: plan.end,
        objective: objective(&plan, problem.digits()),
        bound: plan.bound,
        tolerance: if plan.exact.is_some() && problem.capacity().is_none() { 0.0 } else { 1e-6 },
        sites: plan.open.iter().map(|i| name(i.index())).collect(),
        more,
        start,
    })
}

/// The first customer who fits into no facility whole.
fn too_large(problem: &Problem) -> Option<String> {
    let capacity = problem.capacity().filter(|c| c.single_source)?;
    let largest = capacity.of_site.iter().copied().fold(0.0, f64::max);
    let j = capacity.demand.iter().position(|&d| d > largest)?;
    Some(format!("customer {} asks for {}, but no facility holds more than {largest}", j + 1, capacity.demand[j]))
}

/// The cost as a decimal number, exact where it is whole in the file's own digits.
fn objective(plan: &Plan, digits: u32) -> Option<String> {
    match plan.exact {
        Some(value) => {
            let scale = 10i64.pow(digits);
            let part = format!("{:0width$}", value % scale, width = digits as usize);
            let part = part.trim_end_matches('0');
            Some(if digits == 0 || part.is_empty() {
                (value / scale).to_string()
            } else {
                format!("{}.{part}", value / scale)
            })
        }
        None => plan.cost.is_finite().then(|| format!("{}", plan.cost)),
    }
}
