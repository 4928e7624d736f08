//! `forecourt simulate --policy`: policies that plan again every week, on the same customers.

use super::exit;
use super::session::{Ended, stop_on_signals};
use super::simulate::SimulateArgs;
use super::terminal::{Terminal, print, say};
use crate::planning::closed_loop::{Play, Played, Rule, closed_loop};
use crate::planning::{Ground, Options};
use crate::progress::Observer;
use crate::scenario::Scenario;
use crate::stats::interval::Interval;
use serde_json::{Value, json};

/// Runs when nobody says how many.
const RUNS: u32 = 30;
/// Weeks when nobody says how many.
pub(super) const WEEKS: usize = 52;

/// What is played, beside the step's own options.
#[derive(Debug, clap::Args)]
pub(super) struct LoopArgs {
    /// Plays policies week by week on the same customers (vmi, vmi-alone, base-stock, balanced-days, perfect; separated by
    /// commas, or all): today's dealers, each policy's stock set so that all serve the same share. Nothing is written.
    #[arg(long, value_name = "NAMES", value_parser = rules, conflicts_with_all = ["precision", "plan"])]
    policy: Option<Rules>,
    /// Weeks that policies are played for.
    #[arg(long, value_name = "N", default_value_t = WEEKS as u16, value_parser = clap::value_parser!(u16).range(1..=520), requires = "policy")]
    weeks: u16,
    /// Share of customers that every policy serves.
    #[arg(long, value_name = "SHARE", default_value = "95%", value_parser = super::simulate::any_share, requires = "policy")]
    fill: f64,
    /// Only dealers of this region, as zones.csv names it; may be given several times.
    #[arg(long, value_name = "NAME", requires = "policy")]
    region: Vec<String>,
}

impl LoopArgs {
    pub(super) fn wanted(&self) -> bool {
        self.policy.is_some()
    }
}

/// Policies by name.
#[derive(Clone, Debug)]
struct Rules(Vec<Rule>);

fn rules(text: &str) -> Result<Rules, String> {
    if text == "all" {
        return Ok(Rules(Rule::ALL.to_vec()));
    }
    let known = || Rule::ALL.map(Rule::name).join(", ");
    let one = |name: &str| {
        let found = Rule::ALL.into_iter().find(|r| r.name() == name.trim());
        found.ok_or_else(|| format!("\"{}\" is no policy; there are {} and all", name.trim(), known()))
    };
    text.split(',').map(one).collect::<Result<Vec<_>, _>>().map(Rules)
}

pub(super) fn run(args: &SimulateArgs) -> Result<u8, Ended> {
    let step = &args.step;
    let watch = Terminal::new(step.run.quiet);
    watch.stage("check", 0);
    let (scenario, _) = crate::io::scenario::read(&step.at.scenario).map_err(|faults| {
        watch.finish();
        say(faults.to_string().trim_end());
        exit::BAD_INPUT
    })?;
    let options = Options {
        seed: step.run.seed.unwrap_or(scenario.settings.simulation.seed),
        replications: step.run.replications.unwrap_or(RUNS),
        precision: None,
        threads: step.run.threads,
        seconds: None,
        stop: stop_on_signals(),
    };
    let play = Play {
        rules: args.played.policy.as_ref().map(|r| r.0.clone()).unwrap_or_default(),
        weeks: usize::from(args.played.weeks),
        runs: options.replications,
        fill: args.played.fill,
        regions: regions(&scenario, &args.played.region)?,
    };
    let ground = Ground::new(&scenario, &watch);
    let played = closed_loop(&ground, &play, &options, &watch).map_err(|e| {
        watch.finish();
        say(&format!("forecourt: {e}"));
        exit::of(&e)
    })?;
    watch.finish();
    let text = if step.run.json { format!("{}\n", value(&play, &played)) } else { table(&play, &played) };
    Ok(print(&text))
}

fn regions(scenario: &Scenario, names: &[String]) -> Result<Vec<crate::ids::RegionId>, Ended> {
    let all = &scenario.network.regions;
    let one = |name: &String| {
        all.iter().find(|(_, r)| r.name == *name).map(|(id, _)| id).ok_or_else(|| {
            let known: Vec<&str> = all.values().map(|r| r.name.as_str()).collect();
            say(&format!("forecourt: \"{name}\" is no region of this scenario; there are {}", known.join(", ")));
            exit::BAD_INPUT
        })
    };
    names.iter().map(one).collect()
}

fn table(play: &Play, played: &[Played]) -> String {
    let mut text = format!(
        "{} weeks, {} runs on the same customers; cost of a run (holding, discounts, lost sales, transfers), million, 95 %\n",
        play.weeks, play.runs
    );
    text += &format!("{:<14} {:>7} {:>22} {:>24} {:>9}\n", "policy", "served", "cost", "less the first", "stock");
    for p in played {
        let shown = |i: &Interval| format!("{:.3} ± {:.3}", i.mean / 1e6, i.half / 1e6);
        let apart = if p.rule == played[0].rule { String::new() } else { shown(&p.against(&played[0])) };
        text += &format!(
            "{:<14} {:>6.2}% {:>22} {:>24} {:>9.0}\n",
            p.rule.name(),
            100.0 * p.fill(),
            shown(&p.cost()),
            apart,
            mean_stock(play, p)
        );
    }
    text
}

/// Cars on the ground on average.
fn mean_stock(play: &Play, played: &Played) -> f64 {
    let sum: u64 = played.ledgers.iter().map(|l| l.stock_weeks).sum();
    sum as f64 / played.ledgers.len().max(1) as f64 / play.weeks as f64
}

fn value(play: &Play, played: &[Played]) -> Value {
    let figure = |i: Interval| json!({"mean": i.mean, "low": i.low(), "high": i.high()});
    let one = |p: &Played| {
        let mean = |of: fn(&crate::rolling::Ledger) -> f64| {
            p.ledgers.iter().map(of).sum::<f64>() / p.ledgers.len().max(1) as f64
        };
        json!({
            "policy": p.rule.name(), "fill_rate": p.fill(), "cost": figure(p.cost()),
            "against_first": figure(p.against(&played[0])), "holding": mean(|l| l.holding),
            "discount": mean(|l| l.discount), "transfers": mean(|l| l.transfer), "lost_sales": mean(|l| l.lost),
            "mean_stock_cars": mean_stock(play, p), "traded_cars": mean(|l| l.traded as f64),
        })
    };
    json!({
        "weeks": play.weeks, "runs": play.runs, "fill_wanted": play.fill, "repeatable": true,
        "policies": played.iter().map(one).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_named_or_refused() {
        assert_eq!(rules("vmi, perfect").unwrap().0, [Rule::Vmi, Rule::Perfect]);
        assert_eq!(rules("all").unwrap().0, Rule::ALL);
        assert!(rules("vim").unwrap_err().contains("balanced-days"));
    }
}
