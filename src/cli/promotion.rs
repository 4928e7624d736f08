//! `forecourt promotion`: what a promotion brought.

use super::check;
use super::exit;
use super::terminal::{print, say};
use crate::io::market::promotions::read;
use crate::market::promotions::certificate::{Certificate, certify};
use crate::market::promotions::{Effect, Estimate, Panel, measure};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PromotionArgs {
    /// A table with one row for each unit and period.
    file: PathBuf,
    /// Contribution of one unit of the outcome: the answer then says what the promotion earned.
    #[arg(long, value_name = "MONEY", value_parser = amount)]
    margin: Option<f64>,
    /// What the promotion cost.
    #[arg(long, value_name = "MONEY", value_parser = amount, requires = "margin")]
    cost: Option<f64>,
    /// Key of the placebo groups' draws.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object on stdout.
    #[arg(long)]
    json: bool,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  forecourt promotion sales.csv
  forecourt promotion sales.csv --margin 4000 --cost 900000 --json

The table has four columns, whatever they are called: unit (dealer, region), period, outcome, and 1 where the promotion
ran, else 0. Every unit has every period. The answer describes; it does not enter the simulation.";

fn amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..1e15).contains(&x) => Ok(x),
        _ => Err("a number from zero on is wanted".into()),
    }
}

/// Runs the command.
pub(super) fn run(args: &PromotionArgs) -> u8 {
    super::steps::set_threads(args.threads.map(usize::from));
    let panel = match read(&args.file) {
        Ok(panel) => panel,
        Err(faults) => return check::refused(&faults),
    };
    let found = measure(&panel, args.seed);
    let checked = [&found.plain, &found.synthetic].map(|e| certify(&panel, e, found.zeta));
    if let Some(wrong) = checked.iter().find(|c| !c.holds()) {
        say(&format!("forecourt: the effect fails its certificate: {wrong:?}"));
        return exit::INTERNAL;
    }
    if args.json {
        print(&format!("{}\n", as_json(args, &panel, &found, &checked)))
    } else {
        print(&as_text(args, &panel, &found, &checked))
    }
}

/// Treated cells: what one unit's effect in one period is multiplied by.
fn cells(panel: &Panel) -> f64 {
    (panel.treated() * panel.after()) as f64
}

/// What the promotion earned, with its interval.
fn earned(args: &PromotionArgs, panel: &Panel, e: &Estimate) -> Option<[f64; 3]> {
    let (low, high) = e.interval();
    let of = |effect: f64, margin: f64| effect * cells(panel) * margin - args.cost.unwrap_or(0.0);
    args.margin.map(|m| [of(e.effect, m), of(low, m), of(high, m)])
}

fn as_text(args: &PromotionArgs, panel: &Panel, found: &Effect, checked: &[Certificate; 2]) -> String {
    let mut text = format!(
        "descriptive: {} treated, {} controls; {} periods before {}, {} from it on\n",
        panel.treated(),
        panel.controls,
        panel.before,
        panel.periods[panel.before],
        panel.after()
    );
    let names = ["difference-in-differences", "synthetic difference-in-differences"];
    for ((name, e), c) in names.iter().zip([&found.plain, &found.synthetic]).zip(checked) {
        let (low, high) = e.interval();
        text += &format!(
            "{name:<38}{:>12.3}   95 % {low:.3} to {high:.3} ({} placebos, as large or larger {:.3})\n",
            e.effect,
            e.placebos.len(),
            e.rank()
        );
        if let Some([mean, low, high]) = earned(args, panel, e) {
            text += &format!("{:<38}{mean:>12.0}   95 % {low:.0} to {high:.0}\n", "  earned");
        }
        text += &format!("  certificate: weighted regression {:.6}, simplex to {:.1e}\n", c.regression, c.simplex);
    }
    let mut order: Vec<usize> = (0..panel.controls).filter(|&i| found.synthetic.omega[i] > 0.005).collect();
    order.sort_by(|&a, &b| found.synthetic.omega[b].total_cmp(&found.synthetic.omega[a]).then(a.cmp(&b)));
    let who: Vec<String> =
        order.iter().take(12).map(|&i| format!("{} {:.3}", panel.units[i], found.synthetic.omega[i])).collect();
    text += &format!("controls that weigh: {}\n", who.join(", "));
    let when: Vec<String> = (0..panel.before)
        .filter(|&t| found.synthetic.lambda[t] > 0.005)
        .map(|t| format!("{} {:.3}", panel.periods[t], found.synthetic.lambda[t]))
        .collect();
    text + &format!("periods that weigh: {}\n", when.join(", "))
}

fn as_json(args: &PromotionArgs, panel: &Panel, found: &Effect, checked: &[Certificate; 2]) -> Value {
    let one = |e: &Estimate, c: &Certificate| {
        let (low, high) = e.interval();
        json!({"effect": e.effect, "standard_error": e.error(), "low": low, "high": high, "placebos": e.placebos.len(),
               "placebo_rank": e.rank(), "earned": earned(args, panel, e),
               "certificate": {"regression": c.regression, "difference": c.difference, "simplex": c.simplex,
                               "weight_gaps": [c.gaps.0, c.gaps.1]}})
    };
    let named = |names: &[String], weights: &[f64]| {
        let pairs = names.iter().zip(weights).filter(|w| *w.1 > 0.0).map(|(n, w)| (n.clone(), json!(w)));
        Value::Object(pairs.collect())
    };
    json!({"descriptive": true, "treated": panel.treated(), "controls": panel.controls, "before": panel.before,
           "after": panel.after(), "starts": panel.periods[panel.before],
           "difference_in_differences": one(&found.plain, &checked[0]),
           "synthetic_difference_in_differences": one(&found.synthetic, &checked[1]),
           "weights_of_controls": named(&panel.units, &found.synthetic.omega),
           "weights_of_periods": named(&panel.periods, &found.synthetic.lambda)})
}
