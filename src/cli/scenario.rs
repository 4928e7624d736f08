//! `forecourt scenario build`: a scenario folder from a warehouse at a day.

use super::ingest::{date, faulty};
use super::terminal::{print, say};
use super::{check, exit};
use crate::days;
use crate::io::warehouse::Store;
use crate::io::warehouse::build::{BuildError, Built, build};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct ScenarioArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Sales history, stock, cars in transit and dealers of a warehouse as they were known at a day; the rest from a base.
    #[command(after_help = "\
Examples:
  forecourt scenario build results/demo.db --at 2026-06-29 --base scenarios/tiny --out results/demo-scenario
  forecourt check results/demo-scenario")]
    Build {
        /// The warehouse.
        warehouse: PathBuf,
        /// The day; rows recorded after it are not known yet, and its week's Monday becomes the scenario's day.
        #[arg(long, value_name = "DATE", value_parser = date)]
        at: i64,
        /// Scenario that the other tables and the options come from.
        #[arg(long, value_name = "SCENARIO")]
        base: PathBuf,
        /// The new scenario's folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub(super) fn run(args: &ScenarioArgs) -> u8 {
    let What::Build { warehouse, at, base, out, json } = &args.what;
    let store = match Store::open(warehouse) {
        Ok(store) => store,
        Err(e) => return faulty(&[e]),
    };
    match build(&store, base, *at, out) {
        Ok(built) if *json => print(&format!("{}\n", as_json(&built))),
        Ok(built) => {
            print(&format!("{}scenario: {}\nnext: forecourt check {2}\n", text(&built), out.display(), out.display()))
        }
        Err(BuildError::Warehouse(e)) => faulty(&[e]),
        Err(BuildError::Faults(faults)) => check::refused(&faults),
        Err(e @ BuildError::Write(..)) => {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        }
    }
}

fn as_json(b: &Built) -> serde_json::Value {
    let left: Vec<_> = b
        .left
        .reasons
        .iter()
        .map(|(reason, (rows, cars, keys))| json!({"reason": reason, "rows": rows, "cars": cars, "for_example": keys}))
        .collect();
    json!({
        "today": days::text(b.today), "weeks": b.weeks, "cars_sold": b.cars[0], "cars_in_stock": b.cars[1],
        "cars_in_transit": b.cars[2], "left_out": left, "remarks": b.remarks,
    })
}

fn text(b: &Built) -> String {
    let [sold, stock, way] = b.cars;
    let mut text = format!(
        "today {}: {sold} cars sold in {} weeks, {stock} in stock, {way} on their way\n",
        days::text(b.today),
        b.weeks
    );
    for (reason, (rows, cars, keys)) in &b.left.reasons {
        let _ = writeln!(text, "left out: {reason}: {rows} rows, {cars} cars ({})", keys.join(", "));
    }
    b.remarks.iter().for_each(|r| text += &format!("note: {r}\n"));
    text
}
