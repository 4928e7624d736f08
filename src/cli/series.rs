//! `forecourt forecast --series`: forecasts of any table of series, methods tried on its past, sums and parts that add up.

mod backtest;
mod groups;

use super::steps::{RunArgs, Step, StepArgs, set_threads};
use super::terminal::print;
use super::{ScenarioArg, check, exit, out};
use crate::demand::series::method::{ALL, Method};
use crate::demand::series::{self, Choice, Options, Outlook};
use crate::io::series::Table;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ForecastArgs {
    /// Folder with scenario.toml and its tables.
    #[arg(required_unless_present = "series")]
    scenario: Option<PathBuf>,
    /// Take a variant of it: a name in its folder variants, or the path of a file.
    #[arg(long, value_name = "NAME", requires = "scenario")]
    variant: Option<String>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    table: TableArgs,
}

const EXAMPLES: &str = "\
Examples:
  forecourt forecast scenarios/tiny
  forecourt forecast --series sales.csv --season 52 --horizon 13 --levels 5,50,95 --out forecast.csv
  forecourt forecast --series sales.csv --season 12 --horizon 3 --backtest 4
  forecourt forecast --series sales.csv --season 12 --horizon 3 --method ensemble
  forecourt forecast --series sales.csv --season 12 --horizon 3 --groups regions.csv --out forecast.csv

A table of series has one row a series: its name, then its values in order of time (a header is skipped, rows may
end early). The answer has a row for each series and step: id, step, point, and one column a level (q5, q50, q95).
A table of groups has the same names in its first column and labels in the others; total and every label then get rows of
their own, and all add up to the last digit.";

#[derive(Debug, clap::Args)]
struct TableArgs {
    /// Forecast this table of series instead of a scenario.
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    series: Option<PathBuf>,
    /// Steps of a season: 52 for weeks, 12 for months, 1 for none.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000), requires = "series")]
    season: u32,
    /// Steps ahead.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=10_000), requires = "series")]
    horizon: u32,
    /// Who makes it: auto (pooled where the table carries it, else ensemble), pooled (one regression over all series), best (of
    /// the table's own past), ensemble (of each series the mean of the three best), or a method: naive, seasonal-naive, mean, ses, damped, theta, comb, ets,
    /// seasonal-ets, stl, croston, sba, tsb.
    #[arg(long, value_name = "METHOD", default_value = "auto", value_parser = method, requires = "series")]
    method: Choice,
    /// Try every method at so many past origins, one horizon apart, and tell how each did instead of forecasting.
    #[arg(long, value_name = "ORIGINS", value_parser = clap::value_parser!(u16).range(1..=100), requires = "series", conflicts_with_all = ["method", "groups"])]
    backtest: Option<u16>,
    /// Past origins at which best and ensemble try the methods.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100), requires = "series")]
    origins: u16,
    /// Table of groups: sums are forecast too, and made to add up.
    #[arg(long, value_name = "FILE", requires = "series")]
    groups: Option<PathBuf>,
    /// What is believed when sums and parts disagree: trace (variances and correlations of past errors), variance, structure
    /// or bottom-up.
    #[arg(long, value_name = "WHAT", default_value = "trace", value_parser = groups::belief, requires = "groups")]
    reconcile: series::reconcile::Belief,
    /// Quantiles, in percent.
    #[arg(long, value_name = "P,P…", default_value = "5,50,95", value_delimiter = ',', value_parser = level, requires = "series")]
    levels: Vec<f64>,
}

fn level(text: &str) -> Result<f64, String> {
    let percent: f64 = text.trim().parse().map_err(|_| "a level is a number of percent".to_owned())?;
    if percent > 0.0 && percent < 100.0 { Ok(percent) } else { Err("a level lies between 0 and 100".to_owned()) }
}

fn method(text: &str) -> Result<Choice, String> {
    let methods = || ALL.map(Method::name).join(", ");
    Choice::named(text.trim()).ok_or_else(|| format!("give auto, best, ensemble, pooled, or one of {}", methods()))
}

/// Runs the command.
pub(super) fn run(args: ForecastArgs) -> u8 {
    match (args.table.series.clone(), args.scenario) {
        (Some(file), _) => of_table(&file, &args.table, &args.run),
        (None, Some(scenario)) => {
            let at = ScenarioArg { scenario, variant: args.variant };
            super::steps::run(Step::Forecast, &StepArgs { at, run: args.run })
        }
        (None, None) => exit::BAD_INPUT,
    }
}

fn of_table(file: &Path, args: &TableArgs, run: &RunArgs) -> u8 {
    let table = match crate::io::series::read(file) {
        Ok(table) => table,
        Err(faults) => return check::refused_each(&faults),
    };
    set_threads(run.threads);
    let mut levels = args.levels.clone();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let options = Options {
        season: args.season as usize,
        horizon: args.horizon as usize,
        levels: levels.iter().map(|p| p / 100.0).collect(),
        choice: args.method,
        origins: usize::from(args.origins),
    };
    if let Some(origins) = args.backtest {
        return backtest::run(file, &sorted(&table).1, &options, usize::from(origins), run);
    }
    if let Some(groups) = &args.groups {
        return groups::run(&table, groups, &options, args.reconcile, &levels, run);
    }
    let (order, values) = sorted(&table);
    let made = series::forecast(&values, &options);
    let mut outlooks: Vec<Option<Outlook>> = vec![None; order.len()];
    for (at, outlook) in order.into_iter().zip(made) {
        outlooks[at] = Some(outlook);
    }
    let outlooks: Vec<Outlook> = outlooks.into_iter().flatten().collect();
    tell(&table.names, &outlooks, &levels, run)
}

/// Positions and values by name, so that the order of rows changes nothing.
fn sorted(table: &Table) -> (Vec<usize>, Vec<Vec<f64>>) {
    let mut order: Vec<usize> = (0..table.names.len()).collect();
    order.sort_by(|&a, &b| table.names[a].cmp(&table.names[b]));
    let values = order.iter().map(|&k| table.values[k].clone()).collect();
    (order, values)
}

/// Prints the rows, or writes them and says what was done.
fn tell(names: &[String], outlooks: &[Outlook], levels: &[f64], run: &RunArgs) -> u8 {
    let text = rows(names, outlooks, levels);
    let Some(out) = &run.out else { return print(&text) };
    if let Err(code) = out::file(out, text.as_bytes()) {
        return code;
    }
    let mut methods: Vec<(&str, usize)> = Vec::new();
    for o in outlooks {
        match methods.iter_mut().find(|m| m.0 == o.method) {
            Some(m) => m.1 += 1,
            None => methods.push((o.method, 1)),
        }
    }
    methods.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    if run.json {
        let steps = outlooks.first().map_or(0, |o| o.point.len());
        let mut answer = serde_json::json!({"out": out, "series": outlooks.len(), "steps": steps});
        methods.iter().for_each(|(m, n)| answer[*m] = (*n).into());
        return print(&format!("{answer}\n"));
    }
    let said: Vec<String> = methods.iter().map(|(m, n)| format!("{n} {m}")).collect();
    print(&format!("forecast: {} ({} series: {})\n", out.display(), outlooks.len(), said.join(", ")))
}

/// One row for each series and step.
fn rows(names: &[String], outlooks: &[Outlook], levels: &[f64]) -> String {
    let mut text = String::from("id,step,point");
    levels.iter().for_each(|p| {
        let _ = write!(text, ",q{p}");
    });
    text.push('\n');
    for (name, o) in names.iter().zip(outlooks) {
        let mut cell = Vec::new();
        crate::io::results::table::text_cell(&mut cell, name);
        let name = String::from_utf8_lossy(&cell);
        for (h, point) in o.point.iter().enumerate() {
            let _ = write!(text, "{name},{},{point}", h + 1);
            o.quantiles.iter().for_each(|q| {
                let _ = write!(text, ",{}", q[h]);
            });
            text.push('\n');
        }
    }
    text
}
