//! `forecourt forecast --series`: forecasts of any table of series.

use super::steps::{RunArgs, Step, StepArgs, set_threads};
use super::terminal::print;
use super::{ScenarioArg, check, exit, out};
use crate::demand::series::{self, Outlook};
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

A table of series has one row a series: its name, then its values in order of time (a header is skipped, rows may
end early). The answer has a row for each series and step: id, step, point, and one column a level (q5, q50, q95).";

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
    /// Quantiles, in percent.
    #[arg(long, value_name = "P,P…", default_value = "5,50,95", value_delimiter = ',', value_parser = level, requires = "series")]
    levels: Vec<f64>,
}

fn level(text: &str) -> Result<f64, String> {
    let percent: f64 = text.trim().parse().map_err(|_| "a level is a number of percent".to_owned())?;
    if percent > 0.0 && percent < 100.0 { Ok(percent) } else { Err("a level lies between 0 and 100".to_owned()) }
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
    let options = series::Options {
        season: args.season as usize,
        horizon: args.horizon as usize,
        levels: levels.iter().map(|p| p / 100.0).collect(),
    };
    // By name, so that the order of rows changes nothing.
    let mut order: Vec<usize> = (0..table.names.len()).collect();
    order.sort_by(|&a, &b| table.names[a].cmp(&table.names[b]));
    let values: Vec<Vec<f64>> = order.iter().map(|&k| table.values[k].clone()).collect();
    let made = series::forecast(&values, &options);
    let mut outlooks: Vec<Option<Outlook>> = vec![None; order.len()];
    for (at, outlook) in order.into_iter().zip(made) {
        outlooks[at] = Some(outlook);
    }
    let outlooks: Vec<Outlook> = outlooks.into_iter().flatten().collect();
    let text = rows(&table.names, &outlooks, &levels);
    let Some(out) = &run.out else { return print(&text) };
    if let Err(code) = out::file(out, text.as_bytes()) {
        return code;
    }
    let of = |method: &str| outlooks.iter().filter(|o| o.method == method).count();
    let methods = ["pooled", "single", "still"].map(|m| (m, of(m)));
    if run.json {
        let mut answer = serde_json::json!({"out": out, "series": outlooks.len(), "steps": options.horizon});
        methods.iter().for_each(|(m, n)| answer[*m] = (*n).into());
        return print(&format!("{answer}\n"));
    }
    let said: Vec<String> = methods.iter().filter(|m| m.1 > 0).map(|(m, n)| format!("{n} {m}")).collect();
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
