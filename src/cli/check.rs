//! `forecourt check`: reads a scenario and reports every fault.

use super::{ScenarioArg, exit, terminal};
use crate::io;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    at: ScenarioArg,
    /// Print one JSON object on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &CheckArgs) -> u8 {
    match io::scenario::read(&args.at.scenario) {
        Ok((scenario, notes)) => {
            let text = if args.json {
                format!(
                    "{}\n",
                    json!({"status": "ok", "scenario": scenario.id, "files": notes.files, "notes": notes.notes})
                )
            } else {
                let mut text = format!("{}: {} files, no fault\n", scenario.id, notes.files.len());
                for file in notes.files.iter().filter(|f| !f.sha256.is_empty()) {
                    text += &format!("  {:<11} {:>9} rows  {}\n", file.table, file.rows, file.encoding);
                    for note in &file.notes {
                        text += &format!("              {note}\n");
                    }
                }
                for note in &notes.notes {
                    text += &format!("  {note}\n");
                }
                text
            };
            terminal::print(&text)
        }
        Err(faults) => {
            show_faults(&faults);
            if args.json {
                let list: Vec<_> = faults
                    .list
                    .iter()
                    .map(|f| {
                        json!({
                            "code": f.code.to_string(), "file": f.file, "line": f.line, "column": f.column,
                            "value": f.value, "cause": f.cause, "help": f.help,
                        })
                    })
                    .collect();
                terminal::print(&format!("{}\n", json!({"status": "faults", "count": faults.count(), "faults": list})));
            }
            exit::BAD_INPUT
        }
    }
}

/// Lists faults on stderr.
pub(super) fn show_faults(faults: &io::fault::Faults) {
    terminal::say(faults.to_string().trim_end());
    terminal::say(&format!("{} faults; nothing was written", faults.count()));
}
