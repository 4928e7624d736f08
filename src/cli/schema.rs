//! `forecourt schema`: the tables and options of a scenario folder, and the kinds of faults.

use crate::io::fault::Code;
use crate::io::scenario::schema;
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints the schema of a scenario folder: tables, columns, units, defaults, options.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  forecourt schema\n  forecourt schema --json\n  forecourt schema --faults\n  forecourt schema --warehouse"
)]
pub struct SchemaArgs {
    /// Prints one JSON object: the JSON Schema of scenario.toml and the tables.
    #[arg(long)]
    pub json: bool,
    /// Prints a page of Markdown.
    #[arg(long, conflicts_with_all = ["json", "faults"])]
    pub markdown: bool,
    /// Prints the kinds of faults instead.
    #[arg(long)]
    pub faults: bool,
    /// Prints the tables of a warehouse instead.
    #[arg(long, conflicts_with_all = ["json", "faults", "markdown"])]
    pub warehouse: bool,
}

/// Runs the command. Returns the exit code.
pub fn run(args: &SchemaArgs, out: &mut dyn Write) -> io::Result<u8> {
    match (args.faults, args.json) {
        _ if args.warehouse => out.write_all(crate::io::warehouse::schema::text().as_bytes())?,
        _ if args.markdown => out.write_all(schema::markdown().as_bytes())?,
        (false, false) => out.write_all(schema::text().as_bytes())?,
        (false, true) => writeln!(out, "{:#}", schema::json())?,
        (true, false) => {
            for code in Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
        }
        (true, true) => {
            let list: Vec<Value> =
                Code::ALL.iter().map(|c| json!({"code": c.to_string(), "title": c.title()})).collect();
            writeln!(out, "{:#}", json!({"faults": list}))?;
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_prints() {
        for (json, faults, markdown, warehouse, part) in [
            (false, false, false, false, "price_cny"),
            (true, false, false, false, "\"$schema\""),
            (false, true, false, false, "E012"),
            (true, true, false, false, "\"E012\""),
            (false, false, true, false, "| `price_cny` (价格, 售价) |"),
            (false, false, false, true, "cancelled_on"),
        ] {
            let mut out = Vec::new();
            assert_eq!(
                run(&SchemaArgs { json, markdown, faults, warehouse }, &mut out).expect("a buffer takes everything"),
                0
            );
            let text = String::from_utf8(out).expect("text");
            assert!(text.contains(part), "{part}");
            assert!(!json || serde_json::from_str::<Value>(&text).is_ok());
        }
    }
}
