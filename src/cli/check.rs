//! `forecourt check`: reads a scenario folder and says what was read, or everything that is wrong with it.

use crate::io::fault::Faults;
use crate::io::scenario::{ReadNotes, read_variant};
use crate::network::SiteKind;
use crate::scenario::Scenario;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::path::PathBuf;

/// Exit code of a sound input.
pub const SOUND: u8 = 0;
/// Exit code of a faulty input.
pub const FAULTY: u8 = 2;

/// Checks a scenario folder: every fault of its tables at once, or what was read.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:\n  forecourt check scenarios/tiny\n  forecourt check scenarios/tiny --json")]
pub struct CheckArgs {
    /// The scenario's folder.
    pub scenario: PathBuf,
    /// Takes a variant of it: a name in its folder variants, or the path of a file.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Prints one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command; the answer goes to `out`, faults in words to `err`. Returns the exit code.
pub fn run(args: &CheckArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let result = read_variant(&args.scenario, args.variant.as_deref());
    let code = if result.is_ok() { SOUND } else { FAULTY };
    match result {
        Ok((scenario, notes)) if args.json => writeln!(out, "{}", sound(&scenario, &notes))?,
        Ok((scenario, notes)) => out.write_all(summary(&scenario, &notes).as_bytes())?,
        Err(faults) => {
            if args.json {
                writeln!(out, "{}", faulty(&faults))?;
            }
            write!(err, "{faults}")?;
            writeln!(err, "{}", counted(faults.count(), "fault"))?;
        }
    }
    Ok(code)
}

/// Says the faults of an input of which nothing was made; the exit code.
pub(super) fn refused(faults: &Faults) -> u8 {
    super::terminal::say(&format!("{faults}{}; nothing was written", counted(faults.count(), "fault")));
    super::exit::BAD_INPUT
}

/// The same of faults that are told one by one.
pub(super) fn refused_each(faults: &[impl Display]) -> u8 {
    faults.iter().for_each(|f| super::terminal::say(&f.to_string()));
    super::terminal::say(&format!("{}; nothing was written", counted(faults.len() as u64, "fault")));
    super::exit::BAD_INPUT
}

pub(super) fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Numbers of a scenario, with their names.
fn numbers(scenario: &Scenario) -> Vec<(&'static str, u64)> {
    let network = &scenario.network;
    let kind = |kind| network.sites_of(kind).count() as u64;
    vec![
        ("zones", network.zones.len() as u64),
        ("regions", network.regions.len() as u64),
        ("plants", kind(SiteKind::Plant)),
        ("hubs", kind(SiteKind::Hub)),
        ("dealers", kind(SiteKind::Dealer)),
        ("candidates", kind(SiteKind::Candidate)),
        ("formats", network.formats.len() as u64),
        ("models", scenario.catalogue.models.len() as u64),
        ("population", network.zones.values().map(|z| z.population).sum()),
        ("history_weeks", scenario.history.weeks() as u64),
        ("cars_sold", scenario.history.total()),
        ("cars_in_stock", scenario.stock.iter().map(|l| u64::from(l.cars)).sum()),
        ("cars_in_transit", scenario.in_transit.iter().map(|l| u64::from(l.cars)).sum()),
        ("build_slots", scenario.supply.as_slice().iter().flatten().map(|&s| u64::from(s)).sum()),
        ("horizon_weeks", scenario.settings.horizon_weeks as u64),
    ]
}

/// What was read, in words.
pub fn summary(scenario: &Scenario, notes: &ReadNotes) -> String {
    let made_up = if scenario.synthetic { " (synthetic data)" } else { "" };
    let mut text = format!("{} · {}{made_up}\n", scenario.name, scenario.id);
    let _ = writeln!(text, "today {}, money in {}\n", scenario.today, scenario.currency);
    for (name, number) in numbers(scenario) {
        let _ = writeln!(text, "  {:<16}{number:>14}", name.replace('_', " "));
    }
    text += "\n  file                        rows  encoding  sha256\n";
    for file in &notes.files {
        let name = file.file.rsplit('/').next().unwrap_or(&file.file);
        let _ = writeln!(text, "  {name:<20}{:>12}  {:<8}  {}", file.rows, file.encoding, &file.sha256[..12]);
    }
    let remarks = notes.files.iter().flat_map(|f| f.notes.iter().map(move |n| format!("{}: {n}", f.file)));
    let remarks: Vec<String> = remarks.chain(notes.notes.iter().cloned()).collect();
    for remark in &remarks {
        let _ = write!(text, "\nnote: {remark}");
    }
    text += if remarks.is_empty() { "\nno faults\n" } else { "\n\nno faults\n" };
    text
}

/// What was read, as one JSON object.
fn sound(scenario: &Scenario, notes: &ReadNotes) -> Value {
    let numbers: serde_json::Map<String, Value> =
        numbers(scenario).into_iter().map(|(name, number)| (name.to_string(), number.into())).collect();
    json!({
        "ok": true,
        "scenario": {
            "id": scenario.id, "name": scenario.name, "name_zh": scenario.name_zh, "currency": scenario.currency,
            "synthetic": scenario.synthetic, "today": scenario.today.to_string(),
        },
        "counts": numbers,
        "files": notes.files,
        "notes": notes.notes,
        "faults": [],
    })
}

/// What is wrong, as one JSON object.
fn faulty(faults: &Faults) -> Value {
    let list: Vec<Value> = faults
        .list
        .iter()
        .map(|f| {
            json!({
                "code": f.code.to_string(), "file": f.file, "line": f.line, "column": f.column,
                "value": f.value, "cause": f.cause, "help": f.help,
            })
        })
        .collect();
    let further: Vec<Value> =
        faults.further.iter().map(|f| json!({"code": f.code.to_string(), "file": f.file, "count": f.count})).collect();
    json!({"ok": false, "count": faults.count(), "faults": list, "further": further})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(scenario: &str, json: bool) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let args = CheckArgs { scenario: scenario.into(), variant: None, json };
        let code = run(&args, &mut out, &mut err).expect("buffers take everything");
        (code, String::from_utf8(out).expect("text"), String::from_utf8(err).expect("text"))
    }

    #[test]
    fn tiny_is_sound_in_words_and_as_json() {
        let (code, out, err) = checked("scenarios/tiny", false);
        assert_eq!((code, err.as_str()), (SOUND, ""));
        assert!(out.starts_with("Tiny network · tiny (synthetic data)\n") && out.ends_with("no faults\n"), "{out}");
        let (code, out, _) = checked("scenarios/tiny", true);
        let value: Value = serde_json::from_str(&out).expect("one JSON object");
        assert_eq!((code, &value["ok"], &value["counts"]["dealers"]), (SOUND, &json!(true), &json!(4)));
        assert_eq!(value["counts"]["cars_sold"], 8 * 147);
    }

    #[test]
    fn faults_go_to_the_other_stream_with_their_exit_code() {
        let (code, out, err) = checked("scenarios/none", false);
        assert_eq!((code, out.as_str()), (FAULTY, ""));
        assert!(err.starts_with("scenarios/none/scenario.toml: E001 ") && err.ends_with("1 fault\n"), "{err}");
        let (code, out, _) = checked("scenarios/none", true);
        let value: Value = serde_json::from_str(&out).expect("one JSON object");
        assert_eq!((code, &value["ok"], &value["faults"][0]["code"]), (FAULTY, &json!(false), &json!("E001")));
    }
}
