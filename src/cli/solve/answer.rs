use crate::lp::Stop;
use crate::placement::control::{End, Grade, Limits, gap};
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Options of every format.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// The file to solve.
    pub file: PathBuf,
    /// Wall-clock seconds after which the best answer so far is given.
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time_limit: Option<f64>,
    /// Relative gap at which the search may end.
    #[arg(long, value_name = "G", default_value_t = 0.0, value_parser = share)]
    pub gap: f64,
    /// Threads (the answer does not depend on them).
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub threads: usize,
    /// Prints the answer as JSON.
    #[arg(long)]
    pub json: bool,
    /// Prints progress to standard error.
    #[arg(long)]
    pub progress: bool,
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|s| s.is_finite() && *s > 0.0).ok_or_else(|| "a positive number of seconds".into())
}

fn share(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|g| (0.0..1.0).contains(g)).ok_or_else(|| "a share from 0 to below 1".into())
}

impl Common {
    /// The search limits these options ask for, with a flag that Ctrl-C raises.
    pub fn limits(&self) -> Limits {
        let flag = std::sync::Arc::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // Without the handler Ctrl-C ends the program at once, which is no reason to refuse the run.
            let _ = signal_hook::flag::register(signal, std::sync::Arc::clone(&flag));
        }
        Limits { gap: self.gap, nodes: None, seconds: self.time_limit, stop: Stop::from_flag(flag) }
    }
}

/// What a format hands back.
#[derive(Debug)]
pub struct Answer {
    /// Why the search ended.
    pub end: End,
    /// Objective, as text so that exact numbers stay exact; `None` without an answer.
    pub objective: Option<String>,
    /// Proven bound.
    pub bound: f64,
    /// Largest relative gap that counts as optimal.
    pub tolerance: f64,
    /// Numbers or names of the open sites.
    pub sites: Vec<Value>,
    /// Further keys.
    pub more: Map<String, Value>,
    /// When the work began.
    pub start: Instant,
}

/// Why there is no answer.
pub enum Trouble {
    /// The file is malformed.
    File(String),
    /// Anything else.
    Other(String),
}

impl From<crate::io::instances::Fault> for Trouble {
    fn from(fault: crate::io::instances::Fault) -> Self {
        Self::File(fault.to_string())
    }
}

/// Prints the answer or the trouble; returns the exit code.
pub fn show(common: &Common, answer: Result<Answer, Trouble>) -> i32 {
    let (text, code) = match answer {
        Ok(answer) => (written(&answer, common.json), code(answer.end)),
        Err(Trouble::File(why)) => return complain(&why, 2),
        Err(Trouble::Other(why)) => return complain(&why, 1),
    };
    print(&text, code)
}

/// 0 answered, 1 proved to have no answer, 3 stopped by a limit or an interrupt with the best found.
fn code(end: End) -> i32 {
    match end {
        End::Proved => 0,
        End::Infeasible => 1,
        End::WorkLimit | End::TimeLimit | End::Interrupted => 3,
    }
}

/// Writes to standard output; the code becomes 1 when nobody takes the text.
pub(super) fn print(text: &str, code: i32) -> i32 {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() { 1 } else { code }
}

/// Says why on standard error.
pub(super) fn complain(why: &str, code: i32) -> i32 {
    let _ = writeln!(std::io::stderr(), "forecourt: {why}");
    code
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn written(answer: &Answer, json: bool) -> String {
    let objective = answer.objective.as_deref().map_or(Value::Null, number);
    let value = objective.as_f64().unwrap_or(f64::INFINITY);
    let distance = if value == answer.bound { 0.0 } else { gap(value, answer.bound) };
    let grade = match answer.end {
        End::Infeasible => Grade::D,
        _ => Grade::of_gap(distance, answer.tolerance),
    };
    let status = if grade == Grade::A { End::Proved.word(true) } else { answer.end.word(false) };
    let finite = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let mut map = Map::new();
    map.insert("status".into(), json!(status));
    map.insert("objective".into(), objective);
    map.insert("bound".into(), finite(answer.bound));
    map.insert("gap".into(), finite(distance));
    map.insert("grade".into(), json!(grade.letter()));
    map.insert("seconds".into(), json!((answer.start.elapsed().as_secs_f64() * 1e3).round() / 1e3));
    map.insert("repeatable".into(), json!(!matches!(answer.end, End::TimeLimit | End::Interrupted)));
    map.insert("sites".into(), Value::Array(answer.sites.clone()));
    for (key, value) in &answer.more {
        map.insert(key.clone(), value.clone());
    }
    if json {
        return format!("{}\n", Value::Object(map));
    }
    let mut text = String::new();
    for (key, value) in &map {
        // Writing to a string cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{key:<11} {value}\n"));
    }
    text
}

/// Says progress on standard error, or nothing.
pub fn observer(common: &Common) -> Box<dyn crate::progress::Observer> {
    if common.progress { Box::new(Speaker(Instant::now())) } else { Box::new(crate::progress::Silent) }
}

struct Speaker(Instant);

impl crate::progress::Observer for Speaker {
    fn stage(&self, name: &str, _steps: u64) {
        let _ = writeln!(std::io::stderr(), "{:8.2} s  {name}", self.0.elapsed().as_secs_f64());
    }
    fn advance(&self, _steps: u64) {}
    fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{:8.2} s    {text}", self.0.elapsed().as_secs_f64());
    }
}
