//! `forecourt churn`: who leaves, when, and why.

use super::people::{reasons, tell_coefficients};
use super::steps::set_threads;
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::io::market::churn as tables;
use crate::io::market::people::People;
use crate::io::results::table::{Cell, Table};
use crate::market::customers::churn::assess::Tenth;
use crate::market::customers::churn::cox::{Rows, Steady, steady};
use crate::market::customers::churn::outlook::{Outlook, outlooks};
use crate::market::customers::churn::{Churn, Refusal, Spell, learn};
use crate::market::customers::people::RIDGE;
use crate::market::customers::people::design::{Coefficient, ratio};
use crate::market::customers::people::folds::LEVEL;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  forecourt churn members.csv
  forecourt churn members.csv --ahead 6 --out churn
  forecourt churn members.csv --out churn.csv --json

The table has a row a customer: id (编号, 客户编号), months (time from coming to leaving, or to today; 月数; any unit, the same
in all rows), left (1 or 0, yes or no, 是 or 否; 流失) and, where known, from (months after coming from which on the books
follow the customer; 0 otherwise), value_cny (margin that hangs on the customer) and date (not learnt from). Every other
column describes customers at the start of their months, not at the end: numbers, or words. A folder given with --out gets
churn.csv (everybody who is still there, with reasons), coefficients.csv, calibration.csv and hazard.csv; a name that ends in
.csv gets the first of them alone. Descriptive: associations in the table, not effects; nothing of this enters the simulation.";

/// Groups of fewer people than this are not shown.
const FEWEST: usize = 5;
/// Customers of the list that are shown.
const SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ChurnArgs {
    /// Table of customers.
    file: PathBuf,
    /// Time ahead, in the unit of the table.
    #[arg(long, value_name = "MONTHS", default_value = "12", value_parser = ahead)]
    ahead: f64,
    /// Folder of the tables, or a file that ends in .csv for the customers alone.
    #[arg(long, value_name = "DIR|FILE")]
    out: Option<PathBuf>,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N", value_parser = super::steps::threads)]
    threads: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn ahead(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x <= 1e6 => Ok(x),
        _ => Err("give a number above 0 and up to 1000000".into()),
    }
}

/// Runs the command.
pub(super) fn run(args: &ChurnArgs) -> u8 {
    set_threads(args.threads);
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &ChurnArgs) -> Result<String, u8> {
    let people = tables::read(&args.file).map_err(|f| check::refused(&f))?;
    let told = Told::new(people, args.ahead).map_err(|why| {
        say(&format!("forecourt: {}: {why}", args.file.display()));
        exit::NO_PLAN
    })?;
    if let Some(out) = &args.out {
        told.write(out)?;
    }
    Ok(if args.json { format!("{}\n", told.json()) } else { told.text() })
}

struct Told {
    people: People<Spell>,
    ahead: f64,
    learnt: Churn,
    coefficients: Vec<Coefficient>,
    /// Of each coefficient, whether it stays the same over time.
    steady: Vec<Steady>,
    /// Those who are still there, the likeliest to leave first.
    there: Vec<Outlook>,
    /// Positions in that list by falling money at risk.
    order: Vec<usize>,
}

impl Told {
    fn new(people: People<Spell>, ahead: f64) -> Result<Self, Refusal> {
        let table = &people.table;
        let learnt = learn(table, ahead)?;
        let Churn { design, law, .. } = &learnt;
        let error = |k: usize| law.covariance[k][k].max(0.0).sqrt();
        let coefficients = design.coefficients(&table.features, &law.weights, error);
        let all: Vec<usize> = (0..table.ids.len()).collect();
        let steady = steady(&Rows::new(design, table, &all), law);
        let there = outlooks(table, &learnt, ahead);
        let mut order: Vec<usize> = (0..there.len()).collect();
        let money = |k: usize| there[k].at_risk.unwrap_or(f64::NEG_INFINITY);
        order.sort_by(|a, b| money(*b).total_cmp(&money(*a)).then(a.cmp(b)));
        Ok(Self { people, ahead, learnt, coefficients, steady, there, order })
    }

    fn write(&self, path: &Path) -> Result<(), u8> {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            return out::file(path, &self.rows().into_bytes());
        }
        let tables = [
            ("churn.csv", self.rows()),
            ("coefficients.csv", self.table_of_coefficients()),
            ("calibration.csv", self.calibration()),
            ("hazard.csv", self.hazard()),
        ];
        out::tables(path, tables)
    }

    fn reasons(&self, of: &Outlook, with: bool) -> String {
        reasons(&self.people.table.features, of.row, &of.reasons, with)
    }

    fn rows(&self) -> Table {
        let header = [
            "id",
            "months",
            "leaves_probability",
            "low",
            "high",
            "beyond_what_was_seen",
            "value_cny",
            "value_at_risk_cny",
            "see_first",
            "reasons_for",
            "reasons_against",
        ];
        let mut table = Table::new(&header);
        let people = &self.people.table;
        let money = |v: Option<f64>| v.map_or(Cell::Empty, |v| Cell::Number(v, 2));
        let mut place = vec![0; self.there.len()];
        self.order.iter().enumerate().for_each(|(p, k)| place[*k] = p + 1);
        for (o, place) in self.there.iter().zip(place) {
            let [with, against] = [true, false].map(|w| self.reasons(o, w));
            table.row([
                Cell::from(&people.ids[o.row]),
                Cell::Number(people.outcomes[o.row].until, 3),
                Cell::Number(o.chance, 6),
                Cell::Number(o.low, 6),
                Cell::Number(o.high, 6),
                Cell::from(o.beyond),
                money(people.values[o.row]),
                money(o.at_risk),
                Cell::from(place),
                Cell::from(&with),
                Cell::from(&against),
            ]);
        }
        table
    }

    fn table_of_coefficients(&self) -> Table {
        let header = [
            "column",
            "word",
            "against",
            "people",
            "log_hazard",
            "standard_error",
            "low",
            "high",
            "hazard_ratio",
            "hazard_ratio_low",
            "hazard_ratio_high",
            "steady_statistic",
            "steady_chance",
        ];
        let mut table = Table::new(&header);
        for (c, s) in self.coefficients.iter().zip(&self.steady) {
            let (low, high) = c.interval();
            table.row([
                Cell::from(&c.feature),
                Cell::from(&c.word),
                Cell::from(&c.against),
                Cell::from(c.rows),
                Cell::Number(c.estimate, 9),
                Cell::Number(c.error, 9),
                Cell::Number(low, 9),
                Cell::Number(high, 9),
                Cell::Number(ratio(c.estimate), 6),
                Cell::Number(ratio(low), 6),
                Cell::Number(ratio(high), 6),
                Cell::Number(s.statistic, 6),
                Cell::Number(s.chance, 6),
            ]);
        }
        table
    }

    fn calibration(&self) -> Table {
        let mut table = Table::new(&["tenth", "people", "foretold", "left", "low", "high"]);
        for (k, t) in self.learnt.assessment.tenths.iter().enumerate() {
            let seen = t.people >= FEWEST;
            let shown = |x: Option<f64>| x.filter(|_| seen).map_or(Cell::Empty, |x| Cell::Number(x, 6));
            table.row([
                Cell::from(k + 1),
                if seen { Cell::from(t.people) } else { Cell::Empty },
                shown(Some(t.foretold)),
                shown(t.left),
                shown(t.left.map(|_| t.low)),
                shown(t.left.map(|_| t.high)),
            ]);
        }
        table
    }

    fn hazard(&self) -> Table {
        let mut table = Table::new(&["months", "stays_at_the_mean", "stays_alike"]);
        let stays = |h: f64| Cell::Number(libm::exp(-h), 6);
        for (time, sum) in self.learnt.hazard.steps() {
            table.row([Cell::Number(*time, 3), stays(*sum), stays(self.learnt.plain.until(*time))]);
        }
        table
    }

    /// Expected leavers among those who are still there, and the money at risk.
    fn expected(&self) -> (f64, Option<f64>) {
        let money = self.there.iter().filter_map(|o| o.at_risk).reduce(|a, b| a + b);
        (self.there.iter().map(|o| o.chance).sum(), money)
    }

    fn verdict(&self) -> &'static str {
        if self.learnt.assessment.gains() { "gain" } else { "no gain" }
    }

    fn json(&self) -> Value {
        let (table, assessed) = (&self.people.table, &self.learnt.assessment);
        let coefficient = |(c, s): (&Coefficient, &Steady)| {
            let (low, high) = c.interval();
            json!({
                "column": c.feature, "word": c.word, "against": c.against, "people": c.rows,
                "log_hazard": c.estimate, "standard_error": c.error, "hazard_ratio": ratio(c.estimate),
                "hazard_ratio_low": ratio(low), "hazard_ratio_high": ratio(high),
                "steady_statistic": s.statistic, "steady_chance": s.chance,
            })
        };
        let tenth = |(k, t): (usize, &Tenth)| {
            let shown = t.people >= FEWEST;
            let left = t.left.filter(|_| shown);
            json!({
                "tenth": k + 1, "people": shown.then_some(t.people), "foretold": shown.then_some(t.foretold),
                "left": left, "low": left.map(|_| t.low), "high": left.map(|_| t.high),
            })
        };
        let person = |o: &Outlook| {
            json!({
                "id": table.ids[o.row], "months": table.outcomes[o.row].until, "probability": o.chance, "low": o.low,
                "high": o.high, "value_at_risk_cny": o.at_risk,
                "reasons_for": self.reasons(o, true), "reasons_against": self.reasons(o, false),
            })
        };
        let (leavers, money) = self.expected();
        json!({
            "label": "descriptive",
            "customers": table.ids.len(), "left": self.learnt.left, "there": self.there.len(), "ahead": self.ahead,
            "expected_to_leave": leavers, "value_at_risk_cny": money,
            "ridge": RIDGE, "log_partial_likelihood": self.learnt.law.log_likelihood,
            "coefficients": self.coefficients.iter().zip(&self.steady).map(coefficient).collect::<Vec<_>>(),
            "left_out": self.learnt.design.left_out(&table.features)
                .map(|(name, why)| json!({ "column": name, "why": why })).collect::<Vec<_>>(),
            "out_of_sample": json!({
                "verdict": self.verdict(), "chance": assessed.chance, "level": LEVEL, "concordance": assessed.concordance,
                "log_gain": assessed.gain,
            }),
            "calibration": assessed.tenths.iter().enumerate().map(tenth).collect::<Vec<_>>(),
            "see_first": self.order.iter().take(SHOWN).map(|k| person(&self.there[*k])).collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let (table, ahead) = (&self.people.table, self.ahead);
        let there = self.there.len();
        let mut text =
            format!("{} customers, of whom {} left and {there} are still there\n", table.ids.len(), self.learnt.left);
        let heads = ["log hazard", "hazard ratio"];
        tell_coefficients(&mut text, heads, &self.coefficients, &self.learnt.design, &self.people);
        for (c, s) in self.coefficients.iter().zip(&self.steady).filter(|x| x.1.chance < LEVEL) {
            let _ = writeln!(
                text,
                "  {} does not do the same over time (chance {:.4}): read its ratio as a mean",
                c.name(),
                s.chance
            );
        }
        self.tell_assessment(&mut text);
        let (leavers, money) = self.expected();
        let worth = money.map_or_else(String::new, |v| format!(", with a margin of {v:.0}"));
        let _ = writeln!(text, "\n{leavers:.1} of the {there} are expected to leave within {ahead}{worth}");
        if !self.learnt.assessment.gains() {
            text += "everybody has the hazard of all, for the columns say no more\n";
        }
        let beyond = self.there.iter().filter(|o| o.beyond).count();
        if beyond > 0 {
            let _ = writeln!(
                text,
                "for {beyond} of them that lies beyond what was seen of anybody: the last hazard goes on"
            );
        }
        let by = if money.is_some() { "by margin at risk" } else { "by probability" };
        let _ = writeln!(text, "see first, {by}:");
        for o in self.order.iter().take(SHOWN).map(|k| &self.there[*k]) {
            let money = o.at_risk.map_or_else(String::new, |v| format!(" {v:>9.0}"));
            let (percent, low, high) = (100.0 * o.chance, 100.0 * o.low, 100.0 * o.high);
            let id = &table.ids[o.row];
            let all = [true, false].map(|w| self.reasons(o, w));
            let reasons: Vec<&str> = all.iter().map(String::as_str).filter(|r| !r.is_empty()).collect();
            let _ = writeln!(text, "{money}  {percent:>5.1} % ({low:.0} to {high:.0} %)  {id}  {}", reasons.join("; "));
        }
        text + "descriptive: associations, not effects; nothing of this enters the simulation\n"
    }

    fn tell_assessment(&self, text: &mut String) {
        let a = &self.learnt.assessment;
        let _ = writeln!(
            text,
            "\n{}, out of sample (each fifth foretold from the others), at the level of 1 %: log likelihood {:+.4} for each who \
             left, chance {:.4}; concordance {:.3}",
            self.verdict(),
            a.gain,
            a.chance,
            a.concordance
        );
        let ahead = self.ahead;
        let _ = writeln!(
            text,
            "  {:>8} {:>9} {:>7}  95 % interval of the share that had left by {ahead}",
            "people", "foretold", "left"
        );
        for t in a.tenths.iter().filter(|t| t.people >= FEWEST) {
            let [foretold, low, high] = [t.foretold, t.low, t.high].map(|x| 100.0 * x);
            let people = t.people;
            let _ = match t.left {
                Some(left) => {
                    writeln!(text, "  {people:>8} {foretold:>7.1} % {:>5.1} %  {low:.1} to {high:.1} %", 100.0 * left)
                }
                None => writeln!(text, "  {people:>8} {foretold:>7.1} %       -  nobody was watched so long"),
            };
        }
    }
}
