//! `forecourt verify RESULTS`: checks a results folder against the scenario's tables by code that plans nothing.

use super::exit;
use crate::verify::{Refused, Report, verify, verify_location};
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Recomputes every decision of a results folder from the scenario's own tables, by code that knows no solver.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Grades: A optimal, proved; B gap proved; C feasible, nothing proved about better ones; D infeasible, proved;
E infeasible, claimed.

Exit codes: 0 everything verifies, 1 something is wrong (each finding names file, line and both values), 2 the folder
cannot be read or an input was changed since.

Examples:
  forecourt verify results/tiny
  forecourt verify results/spring --scenario scenarios/china --json
  forecourt verify --answer proof.json --instance pmed1.txt")]
pub struct VerifyArgs {
    /// The results folder.
    #[arg(required_unless_present = "answer")]
    pub results: Option<PathBuf>,
    /// Instead of a results folder: what `forecourt solve … --certificate` wrote.
    #[arg(long, value_name = "FILE", requires = "instance", conflicts_with_all = ["results", "scenario"])]
    pub answer: Option<PathBuf>,
    /// The instance that the answer is of.
    #[arg(long, value_name = "FILE", requires = "answer")]
    pub instance: Option<PathBuf>,
    /// The scenario's folder [default: scenarios/ and the id that summary.json names].
    #[arg(long, value_name = "DIR")]
    pub scenario: Option<PathBuf>,
    /// Print one JSON object on stdout.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command; the answer goes to `out`, refusals to `err`. Returns the exit code.
pub fn run(args: &VerifyArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let verified = match (&args.results, &args.answer, &args.instance) {
        (_, Some(answer), Some(instance)) => verify_location(answer, instance),
        (results, ..) => {
            // Clap sees to it that one of both is given.
            let results = results.clone().unwrap_or_default();
            let scenario = args.scenario.clone().unwrap_or_else(|| default_scenario(&results));
            verify(&results, &scenario)
        }
    };
    match verified {
        Ok(report) => {
            if args.json {
                writeln!(out, "{}", object(&report))?;
            } else {
                write!(out, "{report}")?;
            }
            Ok(if report.sound() { exit::DONE } else { exit::NO_PLAN })
        }
        Err(refused) => {
            if args.json {
                writeln!(out, "{}", refusal(&refused))?;
            }
            writeln!(err, "forecourt: {refused}")?;
            Ok(exit::BAD_INPUT)
        }
    }
}

/// The folder of the scenario that summary.json names.
fn default_scenario(results: &Path) -> PathBuf {
    let summary = std::fs::read_to_string(results.join("summary.json")).unwrap_or_default();
    let summary: Value = serde_json::from_str(&summary).unwrap_or_default();
    let id = summary["scenario"]["id"].as_str().unwrap_or_default();
    // An id is a short name; anything else would lead elsewhere.
    let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    Path::new("scenarios").join(if plain { id } else { "unnamed" })
}

fn object(report: &Report) -> Value {
    let answers: Vec<Value> = report
        .answers
        .iter()
        .map(|a| {
            json!({"step": a.step, "grade": a.grade.letter(), "meaning": a.grade.words(), "objective": a.objective,
                   "bound": a.bound, "gap": a.gap(), "why": a.why})
        })
        .collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|f| json!({"file": f.file, "line": f.line, "what": f.what, "says": f.says, "gives": f.gives}))
        .collect();
    json!({"ok": report.sound(), "answers": answers, "findings": findings, "further": report.further,
           "compared": report.compared, "given": report.given})
}

fn refusal(refused: &Refused) -> Value {
    let file = match refused {
        Refused::File { file, .. } | Refused::Changed { file, .. } => file,
    };
    json!({"ok": false, "refused": {"file": file, "cause": refused.to_string()}})
}
