//! `forecourt simulate`: today's network against the plan, for a number of replications or to a precision.

use super::closed_loop::{self, LoopArgs};
use super::plans;
use super::steps::{self, Precise, Step, StepArgs};
use super::terminal::say;
use crate::simulation::precision::Reached;
use crate::stats::interval::Interval;
use std::path::PathBuf;

/// Replications at most when a precision is asked for and no number is given.
pub(super) const MOST: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    pub(super) step: StepArgs,
    #[command(flatten)]
    pub(super) played: LoopArgs,
    /// Replicate until the 95 % interval of each network's yearly cost (holding, discounts, lost sales, transfers) is
    /// as narrow as this share of it, 1% say; --replications is then the most [default: 10,000].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) precision: Option<f64>,
    /// Results folder with a placement of this scenario; give it several times to compare several plans, and today's
    /// network, on the same customers. Nothing is written.
    #[arg(long, value_name = "RESULTS")]
    pub(super) plan: Vec<PathBuf>,
    /// With several plans: simulate those longer that may be the best, until the best is found with this probability
    /// (95%, say); --replications is then the most of each.
    #[arg(long, value_name = "SHARE", value_parser = any_share, requires = "plan", conflicts_with = "precision")]
    pub(super) best: Option<f64>,
    /// Plans whose yearly profit differs by no more than this from the best one's count as equally good, money [default: a
    /// ten-thousandth of what today's network earns on its cars].
    #[arg(long, value_name = "MONEY", value_parser = zone, requires = "best")]
    pub(super) zone: Option<f64>,
}

/// A sum of money above nothing.
pub(super) fn zone(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x <= 1e15 => Ok(x),
        _ => Err("a sum of money above 0 is wanted, 1000000 for example".into()),
    }
}

/// `1%` or `0.01`, where it fits.
fn fraction(text: &str, fits: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |n| (n, 100.0));
    let value = number.trim().parse::<f64>().ok().map(|x| x / scale);
    value.filter(|&x| fits(x)).ok_or_else(|| wanted.into())
}

/// Any share from nothing to all, `95%` or `0.95`.
pub(super) fn any_share(text: &str) -> Result<f64, String> {
    let wanted = "a share from 0% to below 100% is wanted, 95% or 0.95 for example";
    fraction(text, |x| (0.0..1.0).contains(&x), wanted)
}

/// A share that intervals can reach.
fn share(text: &str) -> Result<f64, String> {
    let wanted = "a share from 0.0001% to 50% is wanted, 1% or 0.01 for example";
    fraction(text, |x| (1e-6..=0.5).contains(&x), wanted)
}

pub(super) fn run(args: &SimulateArgs) -> u8 {
    steps::set_threads(args.step.run.threads);
    if args.played.wanted() {
        return closed_loop::run(args).unwrap_or_else(|code| code);
    }
    if !args.plan.is_empty() {
        return plans::run(args).unwrap_or_else(|code| code);
    }
    match args.precision {
        None => steps::run(Step::Simulate, &args.step),
        Some(relative) => {
            let most = args.step.run.replications.unwrap_or(MOST);
            steps::run_to_precision(Step::Simulate, &args.step, Precise { relative, most })
        }
    }
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
    fn shares_in_both_spellings() {
        assert_eq!((share("1%"), share("0.02"), share(" 5 %")), (Ok(0.01), Ok(0.02), Ok(0.05)));
        assert!(share("0").is_err() && share("90%").is_err() && share("x").is_err());
    }
}
