//! `forecourt compete`: dealers who set prices against each other, on a market file, on a ring, on a scenario.

mod rings;
mod scenario;

use super::steps::RunArgs;
use super::terminal::{print, say};
use super::{check, exit};
use crate::io::market::competition::{MarketFile, read};
use crate::market::competition::certificate::{Certificate, certify};
use crate::market::competition::{Equilibrium, Start, solve};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompeteArgs {
    /// A market's options file (TOML), or a scenario's folder.
    #[arg(required_unless_present = "ring", conflicts_with = "ring")]
    market: Option<PathBuf>,
    /// Take a variant of the scenario: a name in its folder variants, or the path of a file.
    #[arg(long, value_name = "NAME", requires = "market")]
    variant: Option<String>,
    /// Results folder with a placement of the scenario [default: the scenario's own, else today's network].
    #[arg(long, value_name = "RESULTS", requires = "market")]
    plan: Option<PathBuf>,
    /// Weight of a thousand of money in a buyer's utility, of the average car
    /// [default: .35 for the ring and USD, .05 for CNY].
    #[arg(long, value_name = "NUMBER", value_parser = positive)]
    alpha: Option<f64>,
    /// Cash pressure of every store of the scenario, thousands of money.
    #[arg(long, value_name = "THOUSANDS", default_value_t = 0.0, value_parser = amount)]
    pressure: f64,
    #[command(flatten)]
    ring: rings::RingArgs,
    #[command(flatten)]
    run: RunArgs,
}

const EXAMPLES: &str = "\
Examples:
  forecourt compete --ring 30,20,15,10,5              a ring with stores so many miles apart
  forecourt compete --ring 15 --pressed 1 --ridge     one of them short of cash; what the data do not identify
  forecourt compete market.toml --json
  forecourt compete scenarios/tiny --plan results/tiny

market.toml (money in thousands): alpha, rho, travel (per unit of x and y), reach, around (a ring), dealers and zones
(tables beside it), [[segment]] with name, buyers_share, alpha, rho, quality, invoice. dealers: dealer, brand, x, y,
quality, invoice, rebate, bonus_step, floor_plan_per_day, days, cash_pressure, fixed_cost. zones: zone, x, y, buyers,
outside. The answer describes; it does not enter the simulation.";

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 1e-9 && x < 1e6 => Ok(x),
        _ => Err("a number above zero is wanted".into()),
    }
}

fn amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..1e6).contains(&x) => Ok(x),
        _ => Err("a number from zero on is wanted".into()),
    }
}

/// Runs the command.
pub(super) fn run(args: CompeteArgs) -> u8 {
    super::steps::set_threads(args.run.threads);
    match &args.market {
        None => rings::run(&args.ring, args.alpha, args.run.json),
        Some(folder) if folder.is_dir() => scenario::run(folder.clone(), &args).unwrap_or_else(|code| code),
        Some(file) if args.plan.is_some() || args.variant.is_some() || args.alpha.is_some() || args.pressure > 0.0 => {
            let file = file.display();
            say(&format!(
                "forecourt: --plan, --variant, --alpha and --pressure are for a scenario's folder; {file} is none"
            ));
            exit::BAD_INPUT
        }
        Some(file) => of_file(file, args.run.json),
    }
}

fn of_file(file: &Path, json: bool) -> u8 {
    let market = match read(file) {
        Ok(market) => market,
        Err(faults) => return check::refused(&faults),
    };
    let each: Vec<Result<(Equilibrium, Certificate), (u8, String)>> = market
        .segments
        .par_iter()
        .map(|segment| {
            let found =
                solve(segment, &Start::Plain).map_err(|e| (exit::NO_PLAN, format!("segment {}: {e}", segment.name)))?;
            let certificate = certify(segment, &found);
            if certificate.holds() {
                return Ok((found, certificate));
            }
            let cause = format!("segment {}: the equilibrium fails its certificate: {certificate:?}", segment.name);
            Err((exit::INTERNAL, cause))
        })
        .collect();
    match each.into_iter().collect::<Result<Vec<_>, (u8, String)>>() {
        Ok(solved) if json => print(&format!("{}\n", as_json(&market, &solved))),
        Ok(solved) => print(&as_text(&market, &solved)),
        Err((code, cause)) => {
            say(&format!("forecourt: {cause}"));
            code
        }
    }
}

/// Profit of a dealer over all segments less its fixed cost, thousands.
fn profit(market: &MarketFile, solved: &[(Equilibrium, Certificate)], dealer: usize) -> f64 {
    solved.iter().map(|s| s.0.dealers[dealer].profit).sum::<f64>() - market.fixed[dealer]
}

/// What a certificate says.
pub(super) fn certified(c: &Certificate) -> String {
    format!(
        "certificate: first-order conditions to {:.1e} thousand; {} lone deviations tried, best gain {:.1e}; sales to {:.1e}\n",
        c.condition, c.tried, c.gain, c.sales
    )
}

fn as_text(market: &MarketFile, solved: &[(Equilibrium, Certificate)]) -> String {
    let mut text = String::from("descriptive: prices that nobody gains by changing alone; money in thousands\n");
    for (segment, (found, certificate)) in market.segments.iter().zip(solved) {
        text += &format!("\nsegment {} ({} rounds)\n", segment.name, found.rounds);
        text += &format!("{:<16}{:>12}{:>12}{:>14}{:>14}\n", "dealer", "price", "margin", "sales", "gross");
        for (player, d) in segment.players.iter().zip(&found.dealers) {
            let name = &player.name;
            text += &format!("{name:<16}{:>12.3}{:>12.3}{:>14.2}{:>14.2}\n", d.price, d.margin, d.sales, d.profit);
        }
        text += &certified(certificate);
    }
    let players = market.segments.first().map_or(&[][..], |s| &s.players);
    let below: Vec<&str> = players
        .iter()
        .enumerate()
        .filter(|(j, _)| profit(market, solved, *j) < 0.0)
        .map(|(_, p)| p.name.as_str())
        .collect();
    let who = if below.is_empty() { "nobody".to_owned() } else { below.join(", ") };
    text + &format!("\nbelow survival (gross of all segments less fixed cost under zero): {who}\n")
}

fn as_json(market: &MarketFile, solved: &[(Equilibrium, Certificate)]) -> Value {
    let segments: Vec<Value> = market
        .segments
        .iter()
        .zip(solved)
        .map(|(segment, (found, certificate))| {
            let dealers: Vec<Value> = segment
                .players
                .iter()
                .zip(&found.dealers)
                .map(|(p, d)| {
                    json!({"dealer": p.name, "price_thousand": d.price, "margin_thousand": d.margin,
                           "sales_cars": d.sales, "gross_thousand": d.profit})
                })
                .collect();
            json!({"segment": segment.name, "rounds": found.rounds, "dealers": dealers,
                   "certificate": certificate_json(certificate)})
        })
        .collect();
    let players = market.segments.first().map_or(&[][..], |s| &s.players);
    let survival: Vec<Value> = players
        .iter()
        .enumerate()
        .map(|(j, p)| json!({"dealer": p.name, "profit_thousand": profit(market, solved, j)}))
        .collect();
    json!({"descriptive": true, "market": market.name, "segments": segments, "dealers": survival})
}

/// A certificate as JSON.
fn certificate_json(c: &Certificate) -> Value {
    json!({"condition_thousand": c.condition, "deviation_gain": c.gain, "sales_difference": c.sales,
           "deviations": c.tried, "holds": c.holds()})
}
