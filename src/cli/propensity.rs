//! `forecourt propensity`: who of those that drove a car buys it.

use super::people::{reasons, tell_coefficients};
use super::steps::set_threads;
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::io::market::people::People;
use crate::io::market::propensity as tables;
use crate::io::results::table::{Cell, Table};
use crate::market::customers::people::RIDGE;
use crate::market::customers::people::design::{Coefficient, ratio};
use crate::market::customers::people::folds::LEVEL;
use crate::market::customers::propensity::assess::Tenth;
use crate::market::customers::propensity::law::coefficients;
use crate::market::customers::propensity::outlook::{Outlook, follow_up, outlooks};
use crate::market::customers::propensity::{Propensity, Refusal, learn};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  forecourt propensity drives.csv
  forecourt propensity drives.csv --out propensity
  forecourt propensity drives.csv --out propensity.csv --json

The table has a row a person: id (编号, 客户编号), bought (1 or 0, yes or no, 是 or 否; empty while it is open) and, where
known, value_cny (margin if bought) and date (not learnt from). Every other column describes people: numbers, or words. A
folder given with --out gets propensity.csv (everybody, with reasons), coefficients.csv and calibration.csv; a name that ends
in .csv gets the first of them alone. Descriptive: associations in the table, not effects; nothing of this enters the
simulation.";

/// Groups of fewer people than this are not shown.
const FEWEST: usize = 5;
/// People of the list that are shown.
const SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PropensityArgs {
    /// Table of people who drove a car.
    file: PathBuf,
    /// Folder of the tables, or a file that ends in .csv for the people alone.
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
pub(super) fn run(args: &PropensityArgs) -> u8 {
    set_threads(args.threads);
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &PropensityArgs) -> Result<String, u8> {
    let people = tables::read(&args.file).map_err(|f| check::refused(&f))?;
    let told = Told::new(people).map_err(|why| {
        say(&format!("forecourt: {}: {why}", args.file.display()));
        exit::NO_PLAN
    })?;
    if let Some(out) = &args.out {
        told.write(out)?;
    }
    Ok(if args.json { format!("{}\n", told.json()) } else { told.text() })
}

struct Told {
    people: People<Option<bool>>,
    learnt: Propensity,
    coefficients: Vec<Coefficient>,
    /// People whose outcome is open, the likeliest first.
    open: Vec<Outlook>,
    /// Positions in that list, whom to follow up first.
    order: Vec<usize>,
}

impl Told {
    fn new(people: People<Option<bool>>) -> Result<Self, Refusal> {
        let learnt = learn(&people.table)?;
        let coefficients = coefficients(&learnt.design, &people.table, &learnt.law);
        let open = outlooks(&people.table, &learnt);
        let order = follow_up(&open);
        Ok(Self { people, learnt, coefficients, open, order })
    }

    fn write(&self, path: &Path) -> Result<(), u8> {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            return out::file(path, &self.rows().into_bytes());
        }
        let tables = [
            ("propensity.csv", self.rows()),
            ("coefficients.csv", self.coefficients()),
            ("calibration.csv", self.calibration()),
        ];
        out::tables(path, tables)
    }

    /// Reasons for, or against: the column with the person's value, and the log odds that it adds.
    fn reasons(&self, of: &Outlook, with: bool) -> String {
        reasons(&self.people.table.features, of.row, &of.reasons, with)
    }

    /// People whose outcome is open, then the others with what the rows of other parts foretell of them.
    fn rows(&self) -> Table {
        let header = [
            "id",
            "bought",
            "probability",
            "low",
            "high",
            "value_cny",
            "expected_value_cny",
            "follow_up",
            "reasons_for",
            "reasons_against",
        ];
        let mut table = Table::new(&header);
        let people = &self.people.table;
        let money = |v: Option<f64>| v.map_or(Cell::Empty, |v| Cell::Number(v, 2));
        let mut place = vec![0; self.open.len()];
        self.order.iter().enumerate().for_each(|(p, k)| place[*k] = p + 1);
        for (o, place) in self.open.iter().zip(place) {
            let [with, against] = [true, false].map(|w| self.reasons(o, w));
            table.row([
                Cell::from(&people.ids[o.row]),
                Cell::Empty,
                Cell::Number(o.chance, 6),
                Cell::Number(o.low, 6),
                Cell::Number(o.high, 6),
                money(people.values[o.row]),
                money(o.expected),
                Cell::from(place),
                Cell::from(&with),
                Cell::from(&against),
            ]);
        }
        let (rows, bought) = people.known();
        let mut known: Vec<(f64, usize, bool)> =
            rows.iter().zip(bought).zip(&self.learnt.assessment.foretold).map(|((r, b), p)| (*p, *r, b)).collect();
        known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (chance, row, bought) in known {
            table.row([
                Cell::from(&people.ids[row]),
                Cell::Whole(i64::from(bought)),
                Cell::Number(chance, 6),
                Cell::Empty,
                Cell::Empty,
                money(people.values[row]),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
            ]);
        }
        table
    }

    fn coefficients(&self) -> Table {
        let header = [
            "column",
            "word",
            "against",
            "people",
            "log_odds",
            "standard_error",
            "low",
            "high",
            "odds_ratio",
            "odds_ratio_low",
            "odds_ratio_high",
        ];
        let mut table = Table::new(&header);
        for c in &self.coefficients {
            let (low, high) = c.interval();
            table.row([
                Cell::from(if c.feature.is_empty() { "start" } else { &c.feature }),
                Cell::from(&c.word),
                Cell::from(&c.against),
                if c.feature.is_empty() { Cell::Empty } else { Cell::from(c.rows) },
                Cell::Number(c.estimate, 9),
                Cell::Number(c.error, 9),
                Cell::Number(low, 9),
                Cell::Number(high, 9),
                Cell::Number(ratio(c.estimate), 6),
                Cell::Number(ratio(low), 6),
                Cell::Number(ratio(high), 6),
            ]);
        }
        table
    }

    fn calibration(&self) -> Table {
        let mut table = Table::new(&["tenth", "people", "foretold", "bought", "share", "low", "high"]);
        for (k, t) in self.learnt.assessment.tenths.iter().enumerate() {
            let shown = |cell: Cell<'static>| if t.people < FEWEST { Cell::Empty } else { cell };
            table.row([
                Cell::from(k + 1),
                shown(Cell::from(t.people)),
                shown(Cell::Number(t.foretold, 6)),
                shown(Cell::from(t.bought)),
                shown(Cell::Number(share(t), 6)),
                shown(Cell::Number(t.low, 6)),
                shown(Cell::Number(t.high, 6)),
            ]);
        }
        table
    }

    /// Expected buyers and expected value of the open rows.
    fn expected(&self) -> (f64, Option<f64>) {
        let value = self.open.iter().filter_map(|o| o.expected).reduce(|a, b| a + b);
        (self.open.iter().map(|o| o.chance).sum(), value)
    }

    fn json(&self) -> Value {
        let (table, assessed) = (&self.people.table, &self.learnt.assessment);
        let coefficient = |c: &Coefficient| {
            let (low, high) = c.interval();
            json!({
                "column": if c.feature.is_empty() { "start" } else { &c.feature }, "word": c.word, "against": c.against,
                "people": (!c.feature.is_empty()).then_some(c.rows), "log_odds": c.estimate, "standard_error": c.error,
                "odds_ratio": ratio(c.estimate), "odds_ratio_low": ratio(low), "odds_ratio_high": ratio(high),
            })
        };
        let tenth = |(k, t): (usize, &Tenth)| {
            let shown = t.people >= FEWEST;
            json!({
                "tenth": k + 1, "people": shown.then_some(t.people), "foretold": shown.then_some(t.foretold),
                "bought": shown.then_some(t.bought), "low": shown.then_some(t.low), "high": shown.then_some(t.high),
            })
        };
        let person = |o: &Outlook| {
            json!({
                "id": table.ids[o.row], "probability": o.chance, "low": o.low, "high": o.high, "expected_value_cny": o.expected,
                "reasons_for": self.reasons(o, true), "reasons_against": self.reasons(o, false),
            })
        };
        let (buyers, value) = self.expected();
        json!({
            "label": "descriptive",
            "known": self.learnt.known, "bought": self.learnt.buyers, "base_rate": self.learnt.base(),
            "open": self.open.len(), "expected_buyers": buyers, "expected_value_cny": value,
            "ridge": RIDGE, "log_likelihood": self.learnt.law.log_likelihood,
            "coefficients": self.coefficients.iter().map(coefficient).collect::<Vec<_>>(),
            "left_out": self.learnt.design.left_out(&table.features).map(|(name, why)| json!({ "column": name, "why": why }))
                .collect::<Vec<_>>(),
            "out_of_sample": json!({
                "verdict": self.verdict(), "chance": assessed.chance, "level": LEVEL, "auc": assessed.auc,
                "log_loss": assessed.log_loss, "base_rate_log_loss": assessed.base_loss,
            }),
            "calibration": assessed.tenths.iter().enumerate().map(tenth).collect::<Vec<_>>(),
            "follow_up": self.order.iter().take(SHOWN).map(|k| person(&self.open[*k])).collect::<Vec<_>>(),
        })
    }

    fn verdict(&self) -> &'static str {
        if self.learnt.assessment.gain() { "gain" } else { "no gain" }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{} people with a known outcome, {} bought ({:.1} %); {} are open\n",
            self.learnt.known,
            self.learnt.buyers,
            100.0 * self.learnt.base(),
            self.open.len()
        );
        tell_coefficients(&mut text, ["log odds", "odds ratio"], &self.coefficients, &self.learnt.design, &self.people);
        self.tell_assessment(&mut text);
        self.tell_open(&mut text);
        text + "descriptive: associations, not effects; nothing of this enters the simulation\n"
    }

    fn tell_assessment(&self, text: &mut String) {
        let a = &self.learnt.assessment;
        let _ = writeln!(
            text,
            "\n{}, out of sample (each fifth foretold from the others), at the level of 1 %: log loss {:.4}, of the base rate \
             {:.4}, chance {:.4}; AUC {:.3}",
            self.verdict(),
            a.log_loss,
            a.base_loss,
            a.chance,
            a.auc
        );
        let _ =
            writeln!(text, "  {:>8} {:>9} {:>7}  95 % interval of the share that buys", "people", "foretold", "bought");
        for t in a.tenths.iter().filter(|t| t.people >= FEWEST) {
            let [foretold, share, low, high] = [t.foretold, share(t), t.low, t.high].map(|x| 100.0 * x);
            let _ = writeln!(text, "  {:>8} {foretold:>7.1} % {share:>5.1} %  {low:.1} to {high:.1} %", t.people);
        }
    }

    fn tell_open(&self, text: &mut String) {
        if self.open.is_empty() {
            *text += "\nnobody is open: leave bought empty for those to be foretold\n";
            return;
        }
        let (buyers, value) = self.expected();
        let worth = value.map_or_else(String::new, |v| format!(", a margin of {v:.0}"));
        let _ = writeln!(text, "\n{buyers:.1} of the {} open ones are expected to buy{worth}", self.open.len());
        if !self.learnt.assessment.gain() {
            *text += "everybody is foretold the base rate, for the columns say no more\n";
        }
        let by = if value.is_some() { "by expected margin" } else { "by probability" };
        let _ = writeln!(text, "follow up first, {by}:");
        for o in self.order.iter().take(SHOWN).map(|k| &self.open[*k]) {
            let money = o.expected.map_or_else(String::new, |v| format!(" {v:>9.0}"));
            let (percent, low, high) = (100.0 * o.chance, 100.0 * o.low, 100.0 * o.high);
            let id = &self.people.table.ids[o.row];
            let reasons: Vec<String> =
                [self.reasons(o, true), self.reasons(o, false)].into_iter().filter(|r| !r.is_empty()).collect();
            let _ = writeln!(text, "{money}  {percent:>5.1} % ({low:.0} to {high:.0} %)  {id}  {}", reasons.join("; "));
        }
    }
}

/// Share of a group that bought.
fn share(t: &Tenth) -> f64 {
    t.bought as f64 / t.people.max(1) as f64
}
