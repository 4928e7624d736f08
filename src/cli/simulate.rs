//! `forecourt simulate`: today's network against the plan, for a number of replications or to a precision.

use super::closed_loop::{self, LoopArgs};
use super::exit;
use super::session::{Ended, Input, Session};
use super::steps::{self, Precise, Step, StepArgs};
use super::terminal::{print, say};
use crate::evaluation::{self, NetworkFacts};
use crate::io::results::read_back;
use crate::planning::{NetworkState, Placement, assess, compare_plans, today_and_plan};
use crate::simulation::outcome::Outcome;
use crate::simulation::precision::Reached;
use crate::stats::interval::Interval;
use crate::stats::{normal, special};
use crate::units::Money;
use std::path::{Path, PathBuf};

/// Replications at most when a precision is asked for and no number is given.
const MOST: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    pub(super) step: StepArgs,
    #[command(flatten)]
    pub(super) played: LoopArgs,
    /// Replicate until the 95 % interval of each network's yearly cost (holding, discounts, lost sales, transfers) is
    /// as narrow as this share of it, 1% say; --replications is then the most [default: 10,000].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,
    /// Results folder with a placement of this scenario; give it several times to compare several plans, and today's
    /// network, on the same customers. Nothing is written.
    #[arg(long, value_name = "RESULTS")]
    plan: Vec<PathBuf>,
}

/// Any share from nothing to all, `95%` or `0.95`.
pub(super) fn any_share(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |n| (n, 0.01));
    match number.trim().parse::<f64>().map(|x| x * scale) {
        Ok(x) if (0.0..1.0).contains(&x) => Ok(x),
        _ => Err("a share from 0% to below 100% is wanted, 95% or 0.95 for example".into()),
    }
}

/// `1%` or `0.01`.
fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |n| (n, 0.01));
    match number.trim().parse::<f64>().map(|x| x * scale) {
        Ok(x) if (1e-6..=0.5).contains(&x) => Ok(x),
        _ => Err("a share from 0.0001% to 50% is wanted, 1% or 0.01 for example".into()),
    }
}

pub(super) fn run(args: &SimulateArgs) -> u8 {
    steps::set_threads(args.step.run.threads);
    if args.played.wanted() {
        return closed_loop::run(args).unwrap_or_else(|code| code);
    }
    if !args.plan.is_empty() {
        return plans(args).unwrap_or_else(|code| code);
    }
    match args.precision {
        None => steps::run(Step::Simulate, &args.step),
        Some(relative) => {
            let most = args.step.run.replications.unwrap_or(MOST);
            steps::run_to_precision(Step::Simulate, &args.step, Precise { relative, most })
        }
    }
}

/// Compares several plans and says which is best and how sure that is.
fn plans(args: &SimulateArgs) -> Result<u8, Ended> {
    let mut input = Input::read(&args.step)?;
    input.options.precision = Some(args.precision.unwrap_or(0.01));
    input.options.replications = args.step.run.replications.unwrap_or(MOST);
    let session = Session::new(&input, true);
    let mut placed: Vec<(Placement, NetworkState, NetworkState)> = Vec::new();
    for folder in &args.plan {
        let placement = read(&session, &input, folder)?;
        let (today, plan) = today_and_plan(&session.ground, &placement);
        placed.push((placement, today, plan));
    }
    let states: Vec<NetworkState> = placed.iter().map(|p| p.2.clone()).collect();
    let (outcomes, reached) = compare_plans(&session.ground, &placed[0].1, &states, &input.options, &input.watch)
        .map_err(|e| session.ended(&e))?;
    input.watch.finish();
    let years = 1.0 / input.scenario.settings.placement.years;
    let mut networks = vec![("today".to_owned(), session.facts_of(&placed[0].0, &placed[0].1, Money::ZERO))];
    for (folder, (placement, _, state)) in args.plan.iter().zip(&placed) {
        let facts = session.facts_of(placement, state, placement.plan.one_off * years);
        networks.push((folder.display().to_string(), facts));
    }
    print(&table(&networks, &outcomes, &reached));
    Ok(if reached.met { exit::DONE } else { exit::LIMIT })
}

/// The placement of a results folder that was made from these tables.
pub(super) fn read(session: &Session, input: &Input, folder: &Path) -> Result<Placement, Ended> {
    let refuse = |why: String| {
        say(&format!("forecourt: {why}"));
        exit::BAD_INPUT
    };
    if read_back::same(folder, &input.notes) != read_back::Same::Everything {
        let why = "was not made from these tables; run `forecourt place` with --out into it";
        return Err(refuse(format!("{}: {why}", folder.display())));
    }
    let placed = read_back::placement(folder, &input.scenario).map_err(|e| refuse(e.to_string()))?;
    let placed = placed.ok_or_else(|| refuse(format!("{}: there is no placement.csv", folder.display())))?;
    assess(&session.ground, &placed.open, &placed.moves).map_err(|e| session.ended(&e))
}

/// Yearly profit of every network, its difference to today's, and the best with the probability that it is.
fn table(networks: &[(String, NetworkFacts)], outcomes: &[Outcome], reached: &Reached) -> String {
    let profit = |a: usize, b: usize| {
        let kpis = evaluation::kpis((&outcomes[a], &networks[a].1), (&outcomes[b], &networks[b].1));
        *kpis.iter().find(|k| k.id == "profit").expect("the profit is a key figure")
    };
    let mut text = String::from("yearly profit, million; 95 % intervals, differences pair by pair\n");
    for (k, (name, _)) in networks.iter().enumerate() {
        let row = profit(0, k);
        let told = |i: &Interval| format!("{:14.3} ± {:.3}", i.mean / 1e6, i.half / 1e6);
        text += &format!("{name}: {} against today {}\n", told(&row.plan), told(&row.difference));
    }
    let best = (0..networks.len()).fold(0, |a, b| if profit(a, b).difference.mean > 0.0 { b } else { a });
    let others: Vec<Interval> =
        (0..networks.len()).filter(|&k| k != best).map(|k| profit(k, best).difference).collect();
    text += &format!(
        "best: {} with probability at least {:.4} (Bonferroni over paired differences, no indifference zone)\n",
        networks[best].0,
        correct(&others)
    );
    let share = 100.0 * reached.cost.iter().map(Interval::relative).fold(0.0, f64::max);
    text + &format!("{} replications; network costs known to ± {share:.2} %\n", reached.cost[0].count)
}

/// Lower bound on the probability that none of the alternatives behind by these paired differences is better.
fn correct(behind: &[Interval]) -> f64 {
    let wrong = |i: &Interval| {
        let error = i.half / special::student_two_sided(evaluation::kpi::LEVEL, (i.count - 1) as f64);
        if error > 0.0 { normal::cumulative(-i.mean / error) } else { f64::from(u8::from(i.mean < 0.0)) }
    };
    (1.0 - behind.iter().map(wrong).sum::<f64>()).max(0.0)
}

/// Says how narrow the intervals became.
pub(super) fn tell(reached: &Reached) {
    let millions = |i: &Interval| format!("{:.3} ± {:.3} million a run", i.mean / 1e8, i.half / 1e8);
    for (name, cost) in ["today", "plan"].iter().zip(&reached.cost) {
        say(&format!("network cost, {name}: {} (± {:.2} %)", millions(cost), 100.0 * cost.relative()));
    }
    if let Some(profit) = reached.profit.get(1) {
        say(&format!("profit before fixed costs and freight, plan less today: {}", millions(profit)));
    }
    let (count, asked) = (reached.cost[0].count, 100.0 * reached.relative);
    let word = if reached.met { "reached" } else { "not reached; give more --replications" };
    say(&format!("{count} replications, control variates on the market; ± {asked} % {word}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probability_of_a_right_choice() {
        let half = special::student_two_sided(0.95, 99.0);
        let at = |mean: f64| Interval { mean, half, count: 100 };
        // One rival three standard errors behind, one nobody can tell apart.
        assert!((correct(&[at(3.0)]) - 0.998_650_1).abs() < 1e-6);
        assert!((correct(&[at(3.0), at(0.0)]) - 0.498_650_1).abs() < 1e-6);
        assert_eq!(correct(&[]), 1.0);
    }

    #[test]
    fn shares_in_both_spellings() {
        assert_eq!((share("1%"), share("0.02"), share(" 5 %")), (Ok(0.01), Ok(0.02), Ok(0.05)));
        assert!(share("0").is_err() && share("90%").is_err() && share("x").is_err());
    }
}
