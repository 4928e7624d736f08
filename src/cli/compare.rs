//! `forecourt compare A B …`: results side by side.

use super::terminal::{print, say};
use super::{exit, lang};
use crate::io::results::read::facts;
use crate::io::results::replications::of_plan;
use crate::report::compare::{Plan, compare, csv, json, table};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  forecourt plan scenarios/tiny --variant growth
  forecourt compare results/tiny results/tiny-growth
  forecourt compare results/tiny results/tiny-growth --csv > differences.csv")]
pub(super) struct CompareArgs {
    /// Results folders; the first is the one that the others are measured against.
    #[arg(required = true, num_args = 2.., value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// List every decision that differs, not only the first of each kind.
    #[arg(long)]
    all: bool,
    /// Print one JSON object on stdout.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print one CSV table on stdout.
    #[arg(long)]
    csv: bool,
}

/// Decisions of a kind that are listed.
const MOST: usize = 12;

/// Runs the command.
pub(super) fn run(args: &CompareArgs) -> u8 {
    let mut plans = Vec::new();
    for folder in &args.results {
        match facts(folder) {
            Ok(facts) => plans.push(Plan { name: folder.display().to_string(), facts, runs: of_plan(folder) }),
            Err(e) => {
                say(&format!("forecourt: {e}"));
                return exit::BAD_INPUT;
            }
        }
    }
    let comparison = compare(&plans);
    if args.json {
        return print(&format!("{}\n", json(&comparison)));
    }
    if args.csv {
        return print(&csv(&comparison));
    }
    print(&table(&comparison, lang::lang(), if args.all { usize::MAX } else { MOST }))
}
