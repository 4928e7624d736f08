//! What an assignment does to conversion and waiting, on the terminal.

use super::{above_zero, not_negative};
use crate::io::market::leads::Tables;
use crate::market::leads::online::Lesson;
use crate::market::leads::problem::Problem;
use crate::market::leads::reach::Terms;
use crate::market::leads::waiting::{Everything, Hours, Outcome, Patience, Room, Rule, Timed, undirected};
use crate::stats::interval::Interval;
use serde_json::{Value, json};
use std::fmt::Write;

#[derive(Debug, clap::Args)]
pub(super) struct EffectArgs {
    /// Play the leads at desks with advisers so many times, and say what each way to direct them does to waiting and sales.
    #[arg(long, value_name = "RUNS", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub simulate: Option<u32>,
    /// Open hours of waiting in which conversion halves.
    #[arg(long, value_name = "H", default_value_t = 8.0, value_parser = above_zero)]
    wait_half_time: f64,
    /// Open hours within which a lead counts as answered in time.
    #[arg(long, value_name = "H", default_value_t = 1.0, value_parser = not_negative)]
    prompt: f64,
    /// Spread of the time that a lead takes an adviser: standard deviation over mean.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = spread)]
    service_spread: f64,
    /// Hours of a day in which leads are answered.
    #[arg(long, value_name = "FROM-TO", default_value = "9-18", value_parser = hours)]
    open: Hours,
    /// Days in which a dealer can take what it can take [default: from the first lead's day to the last one's].
    #[arg(long, value_name = "N", value_parser = above_zero)]
    pub days: Option<f64>,
    /// Key of the draws.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

fn spread(text: &str) -> Result<f64, String> {
    not_negative(text).ok().filter(|v| *v <= 10.0).ok_or_else(|| "give a number between 0 and 10".into())
}

fn hours(text: &str) -> Result<Hours, String> {
    let ends = text.split_once('-').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    match ends {
        Some((open, close)) if 0.0 <= open && open < close && close <= 24.0 => Ok(Hours { open, close }),
        _ => Err("write 9-18 for nine to six".into()),
    }
}

impl EffectArgs {
    pub(super) fn hours(&self) -> Hours {
        self.open
    }

    pub(super) fn room<'a>(
        &self,
        tables: &'a Tables,
        group: &'a [usize],
        problem: &'a Problem,
        terms: &'a Terms,
        timed: &'a Timed,
    ) -> Room<'a> {
        let patience = Patience { half_time: self.wait_half_time, spread: self.service_spread, prompt: self.prompt };
        Room { leads: &tables.leads, group, desks: &tables.desks, problem, terms, patience, timed, cars: &Everything }
    }
}

/// Ways to direct leads, the first being what the others are measured against.
const RULES: [(&str, &str); 3] = [
    ("undirected", "the customer's own choice"),
    ("plan", "this assignment"),
    ("live", "one at a time, prices and queues"),
];

/// Each way on the same draws.
pub(super) struct Effect {
    outcomes: Vec<Outcome>,
    runs: u32,
    /// Open hours that are played.
    span: f64,
}

/// Level of the intervals.
const LEVEL: f64 = 0.95;

impl Effect {
    pub(super) fn new(room: &Room, plan: &[Option<u32>], lessons: &[Lesson], seed: u64, runs: u32) -> Self {
        let alone = undirected(room.leads, room.group, room.desks, room.problem, room.terms, &room.timed.order);
        let rules = [Rule::Fixed(&alone), Rule::Fixed(plan), Rule::Live(lessons)];
        Self { outcomes: room.compare(&rules, seed, runs, LEVEL), runs, span: room.timed.span }
    }

    pub(super) fn json(&self) -> Value {
        let interval = |i: &Interval| json!([i.mean, i.low(), i.high()]);
        let one = |(rule, o): (&(&str, &str), &Outcome)| {
            json!({ "rule": rule.0, "taken": o.taken, "prompt_share": o.prompt, "wait_h": interval(&o.wait),
                "conversion_percent": interval(&o.conversion), "margin": interval(&o.margin), "gain": interval(&o.gain) })
        };
        json!({ "runs": self.runs, "open_hours": self.span, "level": LEVEL, "rules": RULES.iter().zip(&self.outcomes).map(one).collect::<Vec<_>>() })
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "played {} times with the same draws over {} open hours (margin of the expected sales; the gain's interval holds in 95 of 100):\n\
             {:<34} {:>7} {:>9} {:>8} {:>11} {:>15} {:>30}\n",
            self.runs, self.span, "", "taken", "in time", "wait h", "sales/100", "margin", "gain"
        );
        for ((rule, name), o) in RULES.iter().zip(&self.outcomes) {
            let gain = if *rule == RULES[0].0 {
                String::new()
            } else {
                format!("{:+.0} [{:+.0}, {:+.0}]", o.gain.mean, o.gain.low(), o.gain.high())
            };
            let _ = writeln!(
                text,
                "{name:<34} {:>7.0} {:>7.1} % {:>8.2} {:>11.2} {:>15.0} {gain:>30}",
                o.taken,
                100.0 * o.prompt,
                o.wait.mean,
                o.conversion.mean,
                o.margin.mean
            );
        }
        text
    }
}
