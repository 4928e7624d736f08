//! The steps of the main job, alone or all together.

use super::ScenarioArg;
use super::journey;
use super::session::{Ended, Input, Session};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct StepArgs {
    #[command(flatten)]
    pub at: ScenarioArg,
    #[command(flatten)]
    pub run: RunArgs,
}

/// A step that plans a week.
#[derive(Debug, clap::Args)]
pub(super) struct WeekArgs {
    #[command(flatten)]
    pub step: StepArgs,
    /// Results folder of last week's plan: it changes only where that pays, and changes.csv says why.
    #[arg(long, value_name = "RESULTS")]
    pub previous: Option<PathBuf>,
}

/// A step that plans a week's orders.
#[derive(Debug, clap::Args)]
pub(super) struct OrderArgs {
    #[command(flatten)]
    pub week: WeekArgs,
    /// Solve again with one more of each of the N dearest limits (a build slot, a place, 10,000 of credit): one_more.csv
    /// [default: 8 in small networks, else 0].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub worth: Option<u16>,
}

/// How a step is run, whatever it is run on.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RunArgs {
    /// Results folder [default: results/ and the scenario's id].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Key of all random numbers [default: the scenario's].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Replications of the simulation [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub replications: Option<u32>,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,
    /// Stop optimising after so many seconds with the best found; the answer then says `repeatable: false`.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time_limit: Option<f64>,
    /// Print the summary as one JSON object on stdout.
    #[arg(long)]
    pub json: bool,
    /// No progress on stderr.
    #[arg(short, long)]
    pub quiet: bool,
}

pub(super) fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=1024).contains(&n) => Ok(n),
        _ => Err("a whole number from 1 to 1024 is wanted".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s.is_finite() => Ok(s),
        _ => Err("a number of seconds above zero is wanted".into()),
    }
}

/// Which step was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Plan,
    Forecast,
    Place,
    Replenish,
    Transfer,
    Route,
    Journey,
    Simulate,
}

/// Sets the number of threads. Only the first call counts; there is only one.
pub(super) fn set_threads(threads: Option<usize>) {
    if let Some(threads) = threads {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
}

pub(super) fn run(step: Step, args: &StepArgs) -> u8 {
    set_threads(args.run.threads);
    go(step, args, None, None, None).unwrap_or_else(|code| code)
}

/// The step beside last week's plan.
pub(super) fn run_week(step: Step, args: &OrderArgs) -> u8 {
    let week = &args.week;
    set_threads(week.step.run.threads);
    go(step, &week.step, None, week.previous.clone(), args.worth).unwrap_or_else(|code| code)
}

/// The step with a precision for the simulation.
pub(super) fn run_to_precision(step: Step, args: &StepArgs, precision: Precise) -> u8 {
    set_threads(args.run.threads);
    go(step, args, Some(precision), None, None).unwrap_or_else(|code| code)
}

/// Half-width asked for, and replications at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precise {
    pub relative: f64,
    pub most: u32,
}

fn go(
    step: Step,
    args: &StepArgs,
    precise: Option<Precise>,
    previous: Option<PathBuf>,
    worth: Option<u16>,
) -> Result<u8, Ended> {
    let mut input = Input::read(args)?;
    (input.previous, input.worth) = (previous, worth.map(usize::from));
    if let Some(precise) = precise {
        (input.options.precision, input.options.replications) = (Some(precise.relative), precise.most);
    }
    let people = match step {
        Step::Plan if !journey::present(&args.at.scenario) => None,
        Step::Plan | Step::Journey => Some(journey::read(&args.at.scenario, &input)?),
        _ => None,
    };
    let mut session = Session::new(&input, step == Step::Plan);
    match step {
        Step::Plan => {
            session.place()?;
            session.transfer()?;
            let made = session.replenish()?;
            session.warn(&made);
            session.simulate()?;
            if let Some((people, worth)) = &people {
                session.journey(people, worth)?;
            }
        }
        Step::Forecast => {}
        Step::Place => session.place()?,
        Step::Replenish => {
            session.take_placed()?;
            session.replenish()?;
        }
        Step::Transfer => {
            session.take_placed()?;
            session.transfer()?;
        }
        Step::Route => {
            session.take_placed()?;
            session.transfer()?;
            let made = session.replenish()?;
            session.route(&made)?;
        }
        Step::Journey => {
            if let Some((people, worth)) = &people {
                session.journey(people, worth)?;
            }
        }
        Step::Simulate => {
            session.take_placed()?;
            session.transfer()?;
            session.simulate()?;
        }
    }
    session.write(args.run.json)
}
