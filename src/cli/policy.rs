//! `forecourt policy`: classical stock policies for numbers on the command line or a small file.

mod answers;
mod gsm_file;
mod serial_file;

use crate::replenishment::policy::{Law, PolicyError};
use clap::{Args, Subcommand};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of `forecourt policy`.
#[derive(Args, Debug)]
pub struct PolicyArgs {
    #[command(subcommand)]
    policy: Policy,
    /// Print the answer as JSON.
    #[arg(long, global = true)]
    json: bool,
}

/// Demand and the two rates.
#[derive(Args, Debug)]
struct Numbers {
    /// Demand of a period: normal:50,8 | poisson:20 | negbin:20,0.2 | uniform:0,200 | lognormal:6,0.3 | empirical:3,5,8.
    #[arg(long, value_name = "LAW")]
    demand: Law,
    /// Holding cost per unit and period.
    #[arg(long, value_name = "H", allow_negative_numbers = true)]
    holding: f64,
    /// Penalty per unit short and period.
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    penalty: f64,
}

#[derive(Subcommand, Debug)]
enum Policy {
    /// One order before demand is known.
    Newsvendor {
        #[command(flatten)]
        numbers: Numbers,
        /// Lead time in periods (0 is the textbook case).
        #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
        lead: f64,
    },
    /// A base-stock level reviewed every period.
    BaseStock {
        #[command(flatten)]
        numbers: Numbers,
        /// Lead time in periods.
        #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
        lead: f64,
    },
    /// The best (s, S) under periodic review.
    Ss {
        #[command(flatten)]
        numbers: Numbers,
        /// Fixed cost of an order.
        #[arg(long, value_name = "K", allow_negative_numbers = true)]
        fixed: f64,
        /// Lead time in periods.
        #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
        lead: f64,
    },
    /// The best (r, Q) under continuous review (Poisson or normal demand).
    Rq {
        #[command(flatten)]
        numbers: Numbers,
        /// Fixed cost of an order.
        #[arg(long, value_name = "K", allow_negative_numbers = true)]
        fixed: f64,
        /// Lead time, in the unit of time of the demand.
        #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
        lead: f64,
    },
    /// Economic order quantity for steady demand.
    Eoq {
        /// Demand per unit of time.
        #[arg(long, value_name = "RATE")]
        demand: String,
        /// Holding cost per unit and unit of time.
        #[arg(long, value_name = "H", allow_negative_numbers = true)]
        holding: f64,
        /// Fixed cost of an order.
        #[arg(long, value_name = "K", allow_negative_numbers = true)]
        fixed: f64,
        /// Backorder cost per unit and unit of time (without it there are no backorders).
        #[arg(long, value_name = "P", allow_negative_numbers = true)]
        penalty: Option<f64>,
        /// Production rate (without it an order arrives at once).
        #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
        production: Option<f64>,
    },
    /// Lot sizes for known demand of each period.
    WagnerWhitin {
        /// Demand of each period: 90,120,80,70.
        #[arg(long, value_name = "LIST")]
        demand: String,
        /// Holding cost per unit left at the end of a period.
        #[arg(long, value_name = "H", allow_negative_numbers = true)]
        holding: f64,
        /// Fixed cost of an order.
        #[arg(long, value_name = "K", allow_negative_numbers = true)]
        fixed: f64,
        /// Purchase cost per unit in each period, if it differs: 3,1,4,6.
        #[arg(long, value_name = "LIST")]
        purchase: Option<String>,
    },
    /// Echelon base-stock levels of a serial system (Clark–Scarf).
    Serial {
        /// JSON, TOML or CSV: stages with `lead_time` and `echelon_holding` or `local_holding`, supplier first.
        file: PathBuf,
        /// Demand per unit of time, when the file does not say.
        #[arg(long, value_name = "LAW")]
        demand: Option<Law>,
        /// Backorder penalty, when the file does not say.
        #[arg(long, value_name = "P", allow_negative_numbers = true)]
        penalty: Option<f64>,
    },
    /// Safety stock in a supply chain with guaranteed service times.
    Gsm {
        /// CSV with `stage_id, lead_time, max_s_time, cost, …, ext_demand_std, ext_demand_thres, up_stages`.
        file: PathBuf,
        /// Relative gap at which the search on a general network may end.
        #[arg(long, default_value_t = 1e-9)]
        gap: f64,
        /// Most nodes of that search.
        #[arg(long, default_value_t = 2_000_000)]
        nodes: usize,
        /// The costs in the file are the holding costs of the stages, not added ones.
        #[arg(long)]
        local_costs: bool,
    },
    /// Identical sites that share their stock completely.
    Pooling {
        #[command(flatten)]
        numbers: Numbers,
        /// Number of sites.
        #[arg(long, value_name = "N")]
        sites: u32,
        /// Cost of moving a unit.
        #[arg(long, value_name = "C", allow_negative_numbers = true)]
        transfer: f64,
        /// Correlation of demand between two sites.
        #[arg(long, value_name = "RHO", default_value_t = 0.0, allow_negative_numbers = true)]
        correlation: f64,
    },
    /// One-for-one replenishment with lateral and emergency supply.
    Emergency {
        /// Number of sites.
        #[arg(long, value_name = "N")]
        sites: u32,
        /// Base stock of each site.
        #[arg(long, value_name = "S")]
        stock: u32,
        /// Poisson demand of a site in one mean resupply time.
        #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
        rate: f64,
    },
}

/// Why the command gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PolicyCommandError {
    /// The numbers have no answer.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}; check the path and the rights of the file")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file or list does not say what it must; all faults at once, one a line.
    #[error("{0}")]
    Content(String),
    /// The answer cannot be written.
    #[error("cannot write the answer: {0}")]
    Write(#[from] std::io::Error),
}

/// Computes the policy and writes the answer.
pub fn run(args: &PolicyArgs, out: &mut dyn Write) -> Result<(), PolicyCommandError> {
    let answer = answers::answer(&args.policy)?;
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&answer).unwrap_or_default())?;
    } else {
        answers::print(&answer, out)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, PolicyCommandError> {
    fs::read_to_string(path).map_err(|source| PolicyCommandError::Read { path: path.into(), source })
}

/// Numbers separated by commas; a word and a colon in front (`list:90,120`) are allowed.
fn list(name: &str, text: &str) -> Result<Vec<f64>, PolicyCommandError> {
    let numbers = text.rsplit_once(':').map_or(text, |(_, rest)| rest);
    numbers
        .split(',')
        .map(|piece| match piece.trim().parse::<f64>() {
            Ok(v) if v.is_finite() => Ok(v),
            _ => Err(PolicyCommandError::Content(format!(
                "--{name}: `{}` is not a number: write numbers separated by commas, such as 90,120,80,70",
                piece.trim()
            ))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replenishment::policy::gsm;
    use clap::Parser;
    use serde_json::Value;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: PolicyArgs,
    }

    fn json(line: &str) -> Value {
        let args = Line::try_parse_from(["policy"].into_iter().chain(line.split_whitespace())).unwrap().args;
        let mut out = Vec::new();
        run(&args, &mut out).unwrap();
        if args.json { serde_json::from_slice(&out).unwrap() } else { Value::String(String::from_utf8(out).unwrap()) }
    }

    fn fault(line: &str) -> String {
        match Line::try_parse_from(["policy"].into_iter().chain(line.split_whitespace())) {
            Err(e) => e.to_string(),
            Ok(line) => run(&line.args, &mut Vec::new()).unwrap_err().to_string(),
        }
    }

    fn data(name: &str) -> Option<PathBuf> {
        let root = std::env::var_os("FORECOURT_DATA")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
        let path = root.join(name);
        if path.exists() {
            return Some(path);
        }
        println!("skipped: {} is not there", path.display());
        None
    }

    #[test]
    fn each_policy_answers_with_its_keys() {
        let v = json("newsvendor --demand normal:50,8 --holding 0.18 --penalty 0.7 --json");
        assert!((v["S"].as_f64().unwrap() - 56.603_955_927_4).abs() < 5e-11);
        let v = json("base-stock --demand normal:50,8 --holding 0.18 --penalty 0.7 --lead 4 --json");
        assert!((v["cost"].as_f64().unwrap() - 4.466_781_004_1).abs() < 5e-11);
        let v = json("ss --demand poisson:62 --holding 1 --penalty 9 --fixed 64 --json");
        assert_eq!((v["s"].as_f64(), v["S"].as_f64()), (Some(53.0), Some(72.0)));
        let v = json("rq --demand poisson:50 --holding 10 --penalty 25 --fixed 25 --lead 1 --json");
        assert_eq!((v["r"].as_f64(), v["Q"].as_f64()), (Some(44.0), Some(23.0)));
        let v = json("eoq --demand 1300 --holding 0.225 --fixed 8 --json");
        assert!((v["Q"].as_f64().unwrap() - 304.046_780_026_4).abs() < 5e-11);
        let v = json("wagner-whitin --demand 90,120,80,70 --holding 2 --fixed 500 --json");
        assert_eq!(v["cost"].as_f64(), Some(1380.0));
        let v = json("pooling --sites 4 --demand uniform:0,200 --transfer 0.5 --holding 1 --penalty 4 --json");
        assert!((v["upper"].as_f64().unwrap() - 320.0).abs() < 1e-9 && v["lower"].as_f64().unwrap() < 162.24);
        let v = json("emergency --sites 2 --stock 1 --rate 1 --json");
        assert!((v["lateral"].as_f64().unwrap() - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_plain_answer_names_the_same_numbers() {
        let text = json("newsvendor --demand poisson:18 --holding 200 --penalty 270").to_string();
        assert!(text.contains("S ") && text.contains("786.0884"), "{text}");
    }

    #[test]
    fn wrong_arguments_say_what_to_do() {
        for (line, hint) in [
            ("newsvendor --demand normal:50 --holding 1 --penalty 2", "normal:50,8"),
            ("newsvendor --demand normal:50,8 --holding -1 --penalty 2", "above 0"),
            ("ss --demand poisson:5 --holding 1 --penalty 2", "--fixed"),
            ("rq --demand uniform:0,9 --holding 1 --penalty 2 --fixed 3 --lead 1", "poisson"),
            ("eoq --demand many --holding 1 --fixed 2", "numbers separated by commas"),
            ("wagner-whitin --demand 5,x --holding 1 --fixed 2", "`x`"),
            ("gsm /no/such/file.csv", "check the path"),
            ("pooling --sites 0 --demand poisson:5 --transfer 1 --holding 1 --penalty 2", "at least one"),
            ("pooling --sites 3 --demand poisson:5 --transfer -1 --holding 1 --penalty 2", "not negative"),
        ] {
            let text = fault(line);
            assert!(text.contains(hint), "{line}: {text}");
        }
    }

    #[test]
    fn published_chains_have_their_published_cost() {
        for (name, cost) in [("bulldozer", 2_109_250.11), ("battery", 3_412_309.33)] {
            let Some(path) = data(&format!("gsm/{name}.csv")) else { return };
            let v = json(&format!("gsm {} --json", path.display()));
            assert!((v["cost"].as_f64().unwrap() - cost).abs() <= 0.005, "{name}: {}", v["cost"]);
            assert!(v["gap"].as_f64().unwrap() < 1e-9);
        }
    }

    #[test]
    fn general_chains_are_solved_to_the_gap() {
        for name in ["cutlery", "food"] {
            let Some(path) = data(&format!("gsm/{name}.csv")) else { return };
            let v = json(&format!("gsm {} --json", path.display()));
            assert!(v["gap"].as_f64().unwrap() <= 1.1e-9, "{name}: {v}");
            // Another relaxation, stopped early, must not contradict the answer.
            let chain = gsm::Chain::new(&gsm_file::parse(&read(&path).unwrap()).unwrap(), false).unwrap();
            let effort = gsm::Effort { nodes: 200, ..gsm::Effort::default() };
            let other = gsm::solve_by(&chain, &effort, gsm::Method::Chords).unwrap();
            let cost = v["cost"].as_f64().unwrap();
            assert!(other.bound <= cost * (1.0 + 1e-9) && cost <= other.cost * (1.0 + 1e-9), "{name}: {}", other.cost);
        }
    }
}
