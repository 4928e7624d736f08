//! `forecourt price`: prices within limits and what the limits are worth; markdown of aged stock.

use super::check;
use super::exit;
use super::terminal::{print, say};
use crate::io::market::prices::{PriceFile, read};
use crate::market::prices::certificate::{Certificate, certify};
use crate::market::prices::markdown::{self, Markdown, Path as Course};
use crate::market::prices::{Failure, Flag, Plan, flags, solve};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PriceArgs {
    /// The options file (TOML).
    #[arg(required_unless_present = "markdown", conflicts_with = "markdown")]
    file: Option<PathBuf>,
    /// Mark down so many cars that must go within the time.
    #[arg(long, value_name = "CARS", value_parser = clap::value_parser!(u32).range(1..=500))]
    markdown: Option<u32>,
    /// Buyers in a unit of time at price zero.
    #[arg(long, value_name = "NUMBER", default_value_t = 10.0, value_parser = positive, requires = "markdown")]
    rate: f64,
    /// Weight of a unit of money: buyers arrive as rate · exp(−weight · price).
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = positive, requires = "markdown")]
    weight: f64,
    /// Units of time that are left.
    #[arg(long, value_name = "TIME", default_value_t = 5.0, value_parser = positive, requires = "markdown")]
    time: f64,
    /// What a car that stands costs in a unit of time.
    #[arg(long, value_name = "MONEY", default_value_t = 0.0, value_parser = amount, requires = "markdown")]
    holding: f64,
    /// What a car that is left over brings.
    #[arg(long, value_name = "MONEY", default_value_t = 0.0, value_parser = amount, requires = "markdown")]
    salvage: f64,
    /// Print one JSON object on stdout.
    #[arg(long)]
    json: bool,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  forecourt price price.toml
  forecourt price --markdown 20 --rate 10 --time 5

price.toml (money in thousands): alpha, delegation (share of the list price by which regions may deviate), moving_cost
(price gaps beyond it are flagged), regions, offers and stock (tables beside it). regions: region, buyers, outside.
offers: region, model, segment, quality, cost, list, floor, cap, stock, alpha. stock: model, cars (shared by all
regions). The answer describes; it does not enter the simulation.";

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 1e-9 && x < 1e6 => Ok(x),
        _ => Err("a number above zero and below a million is wanted".into()),
    }
}

fn amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..1e6).contains(&x) => Ok(x),
        _ => Err("a number from zero to a million is wanted".into()),
    }
}

/// Runs the command.
pub(super) fn run(args: &PriceArgs) -> u8 {
    super::steps::set_threads(args.threads.map(usize::from));
    match &args.file {
        Some(file) => of_file(file, args.json),
        None => mark_down(args),
    }
}

fn of_file(file: &Path, json: bool) -> u8 {
    let told = match read(file) {
        Ok(told) => told,
        Err(faults) => return check::refused(&faults),
    };
    let plan = match solve(&told.problem) {
        Ok(plan) => plan,
        Err(failure) => {
            say(&format!("forecourt: {failure}"));
            return if matches!(failure, Failure::Infeasible(_)) { exit::NO_PLAN } else { exit::INTERNAL };
        }
    };
    let certificate = certify(&told.problem, &plan);
    if !certificate.holds() {
        say(&format!("forecourt: the prices fail their certificate: {certificate:?}"));
        return exit::INTERNAL;
    }
    if json {
        print(&format!("{}\n", as_json(&told, &plan, &certificate)))
    } else {
        print(&as_text(&told, &plan, &certificate))
    }
}

fn as_text(told: &PriceFile, plan: &Plan, certificate: &Certificate) -> String {
    let problem = &told.problem;
    let mut text = String::from("descriptive: best prices within the limits; money in thousands\n");
    text += &format!(
        "{:<14}{:<14}{:<12}{:>10}{:>9}{:>11}{:>12}{:>11}{:>11}{:>11}\n",
        "region", "model", "segment", "price", "share", "cars", "profit", "cap +1", "floor -1", "car +1"
    );
    for (offer, priced) in problem.offers.iter().zip(&plan.offers) {
        text += &format!(
            "{:<14}{:<14}{:<12}{:>10.3}{:>8.2}%{:>11.2}{:>12.2}{:>11.3}{:>11.3}{:>11.3}\n",
            problem.regions[offer.region].name,
            offer.model,
            offer.segment,
            priced.price,
            100.0 * priced.share,
            priced.sales,
            priced.profit,
            priced.worth_cap,
            priced.worth_floor,
            priced.worth_stock
        );
    }
    for (pool, worth) in problem.pools.iter().zip(&plan.worth_pool) {
        text += &format!("stock of {} ({} cars): one more is worth {worth:.3}\n", pool.name, pool.cars);
    }
    let name = |i: usize| format!("{} in {}", problem.offers[i].model, problem.regions[problem.offers[i].region].name);
    for flag in flags(problem, plan, told.moving) {
        text += &match flag {
            Flag::Inversion(i, by) => format!("inversion: {} is sold {by:.3} below its cost\n", name(i)),
            Flag::Leak(low, high, gap) => {
                format!("leak: {} is {gap:.3} cheaper than {}, more than moving a car costs\n", name(low), name(high))
            }
        };
    }
    text + &format!(
        "profit {:.6}, no prices within the limits earn more than {:.6} (gap {:.1e}); recomputed to {:.1e}\n",
        certificate.profit,
        certificate.bound,
        certificate.gap(),
        certificate.difference
    )
}

fn as_json(told: &PriceFile, plan: &Plan, certificate: &Certificate) -> Value {
    let problem = &told.problem;
    let offers: Vec<Value> = problem
        .offers
        .iter()
        .zip(&plan.offers)
        .map(|(o, p)| {
            json!({"region": problem.regions[o.region].name, "model": o.model, "segment": o.segment,
                   "price_thousand": p.price, "share": p.share, "sales_cars": p.sales, "profit_thousand": p.profit,
                   "cap": o.cap, "floor": o.floor, "worth_cap": p.worth_cap, "worth_floor": p.worth_floor,
                   "worth_stock_thousand": p.worth_stock, "inversion": p.price < o.cost})
        })
        .collect();
    let pools: Vec<Value> = problem
        .pools
        .iter()
        .zip(&plan.worth_pool)
        .map(|(pool, worth)| json!({"model": pool.name, "cars": pool.cars, "worth_stock_thousand": worth}))
        .collect();
    let leaks: Vec<Value> = flags(problem, plan, told.moving)
        .into_iter()
        .filter_map(|flag| match flag {
            Flag::Leak(low, high, gap) => Some(json!({"model": problem.offers[low].model,
                "cheap": problem.regions[problem.offers[low].region].name,
                "dear": problem.regions[problem.offers[high].region].name, "gap_thousand": gap})),
            Flag::Inversion(..) => None,
        })
        .collect();
    json!({"descriptive": true, "name": told.name, "offers": offers, "stock": pools, "leaks": leaks,
           "profit_thousand": certificate.profit, "bound_thousand": certificate.bound, "gap": certificate.gap(),
           "iterations": plan.iterations})
}

fn mark_down(args: &PriceArgs) -> u8 {
    let plan = Markdown {
        rate: args.rate,
        sensitivity: args.weight,
        cars: args.markdown.unwrap_or(1) as usize,
        time: args.time,
        holding: args.holding,
        salvage: args.salvage,
    };
    if plan.rate * plan.time > 1e5 || plan.sensitivity * plan.holding * plan.cars as f64 * plan.time > 1e4 {
        say("forecourt: more than 100,000 buyers, or cars that cost far more to keep than they bring: check the units");
        return exit::BAD_INPUT;
    }
    let course = markdown::solve(&plan);
    if !course.holds() {
        say(
            "forecourt: the two ways to the value disagree: the numbers are out of proportion; check rate, weight and time",
        );
        return exit::BAD_INPUT;
    }
    if args.json {
        let prices: Vec<f64> = (1..=plan.cars).map(|n| course.price(&plan, n)).collect();
        let answer = json!({"descriptive": true, "value": course.value[plan.cars], "prices_by_cars": prices,
                            "difference": course.difference(), "steps": course.steps});
        return print(&format!("{answer}\n"));
    }
    print(&course_text(&plan, &course))
}

fn course_text(plan: &Markdown, course: &Course) -> String {
    let mut text = String::from("descriptive: markdown of aged stock\n");
    text += &format!("expected contribution of {} cars: {:.4}\n", plan.cars, course.value[plan.cars]);
    text += &format!("{:>10}{:>12}   with all the time left\n", "cars left", "price");
    (1..=plan.cars).rev().for_each(|n| text += &format!("{n:>10}{:>12.4}\n", course.price(plan, n)));
    text + &format!("certificate: the linear system gives the same value to {:.1e}\n", course.difference())
}
