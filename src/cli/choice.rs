//! `forecourt choice`: what draws buyers, estimated from what they chose.

use super::steps::set_threads;
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::io::market::choice::{self as tables, Columns};
use crate::io::results::table::{Cell, Table};
use crate::io::scenario::records::folded;
use crate::market::choice::fit::Kind;
use crate::market::choice::{Choices, Estimate, Form, Law, Parameter, estimate};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  forecourt choice sales_by_zone.csv --log minutes
  forecourt choice sales_by_zone.csv --log minutes --nest brand --out choice
  forecourt choice modes.csv --nest branch --unscaled --upper income_air --constants

The table has a row for each case and alternative: case (zone_id, buyer; 区域, 客户), alternative (dealer_id; 门店), chosen (0 or 1,
or how many; sold; 销量), and columns of numbers: what differs between alternatives. All of them enter, but for --without. A
folder given with --out gets parameters.csv and alternatives.csv (chosen against expected). Descriptive.";

/// Alternatives that are shown.
const SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ChoiceArgs {
    /// Table of choices.
    file: PathBuf,
    /// Column of nests, alternatives that stand in for one another.
    #[arg(long, value_name = "COLUMN")]
    nest: Option<String>,
    /// Utility inside a nest as it is, as in Greene's book; else over the nest's τ.
    #[arg(long, requires = "nest")]
    unscaled: bool,
    /// One τ for all nests.
    #[arg(long, requires = "nest")]
    same: bool,
    /// Columns that differ between nests only.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', requires = "nest")]
    upper: Vec<String>,
    /// Columns whose logarithm enters (size and distance of Huff's law).
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    log: Vec<String>,
    /// Columns that do not enter.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    without: Vec<String>,
    /// A constant for every alternative but the one chosen most.
    #[arg(long)]
    constants: bool,
    /// Folder of the tables, or a file that ends in .csv for the parameters alone.
    #[arg(long, value_name = "DIR|FILE")]
    out: Option<PathBuf>,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N", value_parser = super::steps::threads)]
    threads: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &ChoiceArgs) -> u8 {
    set_threads(args.threads);
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &ChoiceArgs) -> Result<String, u8> {
    let asked = Columns { nest: args.nest.clone(), logs: args.log.clone(), without: args.without.clone() };
    let choices = tables::read(&args.file, &asked).map_err(|f| check::refused(&f))?;
    let refused = |why: &dyn std::fmt::Display| {
        say(&format!("forecourt: {}: {why}", args.file.display()));
        exit::NO_PLAN
    };
    let place = |name: &String| {
        let found = choices.columns.iter().position(|c| c.eq_ignore_ascii_case(name.trim()));
        found.ok_or_else(|| {
            let cause =
                format!("--upper: there is no column \"{name}\"; the columns are {}", choices.columns.join(", "));
            refused(&cause);
            exit::BAD_INPUT
        })
    };
    let upper = args.upper.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let form = match (&args.nest, args.unscaled) {
        (None, _) => Form::Plain,
        (_, true) => Form::Unscaled,
        _ => Form::Scaled,
    };
    let named = |c: &String| args.log.iter().any(|l| folded(l) == folded(c));
    let logs = (0..choices.columns.len()).filter(|k| named(&choices.columns[*k])).collect();
    let law = Law { form, same: args.same, constants: args.constants, upper, logs };
    let found = estimate(&choices, &law).map_err(|why| refused(&why))?;
    let told = Told { choices, found, form };
    if let Some(out) = &args.out {
        told.write(out)?;
    }
    Ok(if args.json { format!("{}\n", told.json()) } else { told.text() })
}

struct Told {
    choices: Choices,
    found: Estimate,
    form: Form,
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Column => "column",
        Kind::Constant => "constant",
        Kind::Upper => "upper",
        Kind::Tau => "tau",
    }
}

impl Told {
    fn write(&self, path: &Path) -> Result<(), u8> {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            return out::file(path, &self.parameters().into_bytes());
        }
        out::tables(path, [("parameters.csv", self.parameters()), ("alternatives.csv", self.alternatives())])
    }

    fn parameters(&self) -> Table {
        let header = ["name", "kind", "value", "standard_error", "robust_error", "low", "high", "elasticity"];
        let mut table = Table::new(&header);
        for p in &self.found.parameters {
            let (low, high) = p.interval();
            table.row([
                Cell::from(&p.name),
                Cell::Text(kind(p.kind)),
                Cell::Number(p.value, 9),
                Cell::Number(p.error, 9),
                Cell::Number(p.robust, 9),
                Cell::Number(low, 9),
                Cell::Number(high, 9),
                p.elasticity.map_or(Cell::Empty, |e| Cell::Number(e, 6)),
            ]);
        }
        table
    }

    /// Alternatives: chosen, expected, and by how many standard deviations they differ.
    fn gaps(&self) -> Vec<(usize, f64, f64)> {
        let chosen = self.choices.by_alternative();
        let gap = |a: usize| {
            let wide = self.found.variance[a].sqrt();
            let apart = chosen[a] - self.found.expected[a];
            (a, chosen[a], if wide > 0.0 { apart / wide } else { 0.0 })
        };
        (0..chosen.len()).map(gap).collect()
    }

    fn alternatives(&self) -> Table {
        let mut table = Table::new(&["alternative", "chosen", "expected", "ratio", "deviations"]);
        for (a, chosen, apart) in self.gaps() {
            let expected = self.found.expected[a];
            table.row([
                Cell::from(&self.choices.alternatives[a]),
                Cell::Number(chosen, 3),
                Cell::Number(expected, 3),
                if expected > 0.0 { Cell::Number(chosen / expected, 4) } else { Cell::Empty },
                Cell::Number(apart, 3),
            ]);
        }
        table
    }

    fn fit(&self) -> f64 {
        1.0 - self.found.log_likelihood / self.found.equal
    }

    fn json(&self) -> Value {
        let one = |p: &Parameter| {
            let (low, high) = p.interval();
            json!({ "name": p.name, "kind": kind(p.kind), "value": p.value, "standard_error": p.error,
                "robust_error": p.robust, "low": low, "high": high, "elasticity": p.elasticity })
        };
        let law = match self.form {
            Form::Plain => "multinomial",
            Form::Scaled => "nested",
            Form::Unscaled => "nested, unscaled",
        };
        json!({
            "label": "descriptive", "law": law, "cases": self.choices.cases.len(),
            "alternatives": self.choices.alternatives.len(), "choices": self.choices.total(),
            "log_likelihood": self.found.log_likelihood, "equal_chances": self.found.equal, "r2": self.fit(),
            "base": self.found.base, "parameters": self.found.parameters.iter().map(one).collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let (found, choices) = (&self.found, &self.choices);
        let mut text = format!(
            "{} cases, {} alternatives, {} choices\nlog-likelihood {:.4} (equal chances {:.4}, R² {:.4})\n",
            choices.cases.len(),
            choices.alternatives.len(),
            choices.total(),
            found.log_likelihood,
            found.equal,
            self.fit()
        );
        let name = |p: &Parameter| match p.kind {
            Kind::Tau => format!("τ of {}", p.name),
            Kind::Constant => format!("constant of {}", p.name),
            _ => p.name.clone(),
        };
        let width = found.parameters.iter().map(|p| name(p).chars().count()).max().unwrap_or(0).clamp(8, 40);
        let _ = writeln!(
            text,
            "\n  {:<width$} {:>11} {:>10} {:>10}  95 % interval (robust)  elasticity",
            "", "value", "error", "robust"
        );
        for p in &found.parameters {
            let (low, high) = p.interval();
            let elasticity = p.elasticity.map_or_else(String::new, |e| format!("  {e:+.3}"));
            let _ = writeln!(
                text,
                "  {:<width$} {:>11.6} {:>10.6} {:>10.6}  {low:.6} to {high:.6}{elasticity}",
                name(p),
                p.value,
                p.error,
                p.robust
            );
        }
        if let Some(base) = &found.base {
            let _ = writeln!(text, "  constants are against {base}");
        }
        let beyond = |p: &&Parameter| p.kind == Kind::Tau && self.form == Form::Scaled && p.value > 1.0;
        for p in found.parameters.iter().filter(beyond) {
            let _ = writeln!(
                text,
                "  the τ of {} is above 1: buyers who take what is of most use to them do not choose so; try other nests",
                p.name
            );
        }
        let mut gaps = self.gaps();
        gaps.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()).then(a.0.cmp(&b.0)));
        let _ = writeln!(text, "\nfarthest from what is expected (chosen, expected, standard deviations):");
        for (a, chosen, apart) in gaps.into_iter().take(SHOWN) {
            let (name, expected) = (&choices.alternatives[a], found.expected[a]);
            let _ = writeln!(text, "  {chosen:>10.1} {expected:>10.1} {apart:>+7.1}  {name}");
        }
        text + "descriptive: nothing of this enters placement or the simulation\n"
    }
}
