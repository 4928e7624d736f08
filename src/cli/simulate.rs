//! `forecourt simulate`: today's network against the plan, for a number of replications or to a precision.

use super::steps::{self, Precise, Step, StepArgs};
use super::terminal::say;
use crate::simulation::precision::Reached;
use crate::stats::interval::Interval;

/// Replications at most when a precision is asked for and no number is given.
const MOST: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    step: StepArgs,
    /// Replicate until the 95 % interval of each network's yearly cost (holding, discounts, lost sales, transfers) is
    /// as narrow as this share of it, 1% say; --replications is then the most [default: 10,000].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,
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
    match args.precision {
        None => steps::run(Step::Simulate, &args.step),
        Some(relative) => {
            let most = args.step.replications.unwrap_or(MOST);
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
