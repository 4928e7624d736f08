//! `forecourt dispatch`: which dealer each lead goes to.

mod effect;

use self::effect::{Effect, EffectArgs};
use super::steps::set_threads;
use super::terminal::{print, say};
use super::{check, exit, out};
use crate::io::market::leads::{self as table, Known, Tables};
use crate::io::results::table::{Cell, Table};
use crate::market::leads::online::{self, Lesson, Online};
use crate::market::leads::problem::{Plan, Problem};
use crate::market::leads::reach::{Terms, problem};
use crate::market::leads::solve::solve;
use crate::market::leads::waiting::Timed;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  forecourt dispatch leads.csv dealers.csv --out dispatch.csv
  forecourt dispatch leads.csv dealers.csv --fair-share 0.5 --fair-worth 200 --json
  forecourt dispatch leads.csv dealers.csv --online          answer in the order of the rows, and say what that regrets

  forecourt dispatch leads.csv dealers.csv --scenario scenarios/china --simulate 200
                                                             zones, dealers and models of a scenario; what it does to waiting

Leads: lead_id, lat_deg and lon_deg (or zone_id), value_cny (or model_id) and, where known, arrived, skill, preferred_dealer_id,
refused_dealer_id (who had it before: a complaint goes to somebody else), customer_id. Dealers: dealer_id, lat_deg, lon_deg,
capacity_leads, conversion_share and, where known, advisers and skills (a|b). Descriptive: nothing of this enters the plan.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DispatchArgs {
    /// Table of leads or service requests.
    leads: PathBuf,
    /// Table of dealers or teams.
    dealers: PathBuf,
    /// Scenario whose zones, dealers and models the tables name.
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Minutes of travel in which conversion halves.
    #[arg(long, value_name = "MIN", default_value_t = 45.0, value_parser = above_zero)]
    half_time: f64,
    /// Longest way, minutes.
    #[arg(long, value_name = "MIN", default_value_t = 120.0, value_parser = above_zero)]
    reach: f64,
    /// Road by great circle.
    #[arg(long, value_name = "X", default_value_t = 1.3, value_parser = above_zero)]
    circuity: f64,
    /// Kilometres an hour.
    #[arg(long, value_name = "KM/H", default_value_t = 60.0, value_parser = above_zero)]
    speed: f64,
    /// Rise of conversion at the dealer that the customer named, share.
    #[arg(long, value_name = "SHARE", default_value_t = 0.25, value_parser = not_negative)]
    preference: f64,
    /// Share of its fair part that every dealer should get.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    fair_share: f64,
    /// Worth of a lead within it, money.
    #[arg(long, value_name = "MONEY", default_value_t = 0.0, value_parser = not_negative)]
    fair_worth: f64,
    /// Also answer the leads one at a time, as they arrive (or in the order of the rows), and say what that regrets.
    #[arg(long)]
    online: bool,
    #[command(flatten)]
    effect: EffectArgs,
    /// Write a row for each lead.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Threads [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn within(text: &str, fine: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    text.trim().parse::<f64>().ok().filter(|v| v.is_finite() && fine(*v)).ok_or_else(|| format!("give {wanted}"))
}

fn above_zero(text: &str) -> Result<f64, String> {
    within(text, |v| v > 0.0 && v < 1e6, "a number above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    within(text, |v| (0.0..1e9).contains(&v), "a number of at least 0")
}

fn share(text: &str) -> Result<f64, String> {
    within(text, |v| (0.0..=1.0).contains(&v), "a share between 0 and 1")
}

/// Runs the command.
pub(super) fn run(args: &DispatchArgs) -> u8 {
    set_threads(args.threads);
    match answer(args) {
        Ok(text) => print(&text),
        Err(code) => code,
    }
}

fn answer(args: &DispatchArgs) -> Result<String, u8> {
    let scenario = args.scenario.as_ref().map(|s| crate::io::scenario::read(s)).transpose();
    let scenario = scenario.map_err(|f| check::refused(&f))?.map(|s| s.0);
    let known = scenario.as_ref().map(Known::new);
    let tables = table::read(&args.leads, &args.dealers, known.as_ref()).map_err(|f| check::refused(&f))?;
    if args.effect.simulate.is_some() && tables.arrived.is_empty() {
        say(&format!("forecourt: {}: --simulate needs the column arrived: when each lead came", args.leads.display()));
        return Err(exit::BAD_INPUT);
    }
    let terms = Terms {
        circuity: args.circuity,
        speed: args.speed,
        half_time: args.half_time,
        reach: args.reach,
        preference: args.preference,
        fair_share: args.fair_share,
        fair_worth: args.fair_worth,
    };
    let (problem, group) = problem(&tables.leads, &tables.desks, &terms);
    let mut timed =
        (!tables.arrived.is_empty()).then(|| Timed::new(&tables.arrived, &tables.lead_ids, args.effect.hours()));
    if let (Some(timed), Some(days)) = (&mut timed, args.effect.days) {
        timed.span = days * (args.effect.hours().close - args.effect.hours().open);
    }
    let order = timed.as_ref().map_or_else(|| (0..group.len()).collect(), |t| t.order.clone());
    let failed = |e: crate::flow::FlowError| {
        say(&format!("forecourt: {e}"));
        exit::INTERNAL
    };
    let plan = solve(&problem).map_err(failed)?;
    let dealer = plan.spread(&problem.groups, &group, &order);
    let arrivals: Vec<usize> = order.iter().map(|&l| group[l]).collect();
    let lessons: Vec<Lesson> = if args.online || args.effect.simulate.is_some() {
        online::lessons(&problem, &arrivals, arrivals.len()).map_err(failed)?
    } else {
        Vec::new()
    };
    let online = args.online.then(|| online::answer(&problem, &arrivals, &lessons));
    let effect = args.effect.simulate.zip(timed.as_ref()).map(|(runs, timed)| {
        let room = args.effect.room(&tables, &group, &problem, &terms, timed);
        Effect::new(&room, &dealer, &lessons, args.effect.seed, runs)
    });
    let all = Answer { args, tables, terms, problem, group, plan, dealer, online, effect };
    if let Some(path) = &args.out {
        out::file(path, &all.rows())?;
    }
    Ok(if args.json { format!("{}\n", all.json()) } else { all.text() })
}

struct Answer<'a> {
    args: &'a DispatchArgs,
    tables: Tables,
    terms: Terms,
    problem: Problem,
    group: Vec<usize>,
    plan: Plan,
    dealer: Vec<Option<u32>>,
    online: Option<Online>,
    effect: Option<Effect>,
}

impl Answer<'_> {
    /// Why a lead goes where it goes.
    fn reason(&self, lead: usize) -> (&'static str, Option<u32>) {
        let worth = &self.problem.groups[self.group[lead]].worth;
        // The first of equal dealers.
        let best =
            worth.iter().fold(None, |b: Option<(u32, i64)>, &w| if b.is_none_or(|b| w.1 > b.1) { Some(w) } else { b });
        match (self.dealer[lead], best) {
            (_, None) => ("no able dealer within reach", None),
            (Some(d), Some((b, _))) if d == b => ("the dealer that it is worth most at", Some(b)),
            (Some(_), Some((b, _))) => ("the best dealer's places are worth more to others", Some(b)),
            (None, Some((b, _))) => ("every place within reach is worth more to others", Some(b)),
        }
    }

    fn rows(&self) -> Vec<u8> {
        let header =
            ["lead_id", "dealer_id", "minutes", "probability", "worth_cny", "best_dealer_id", "price_cny", "reason"];
        let mut out = Table::new(&header);
        for (k, (id, lead)) in self.tables.lead_ids.iter().zip(&self.tables.leads).enumerate() {
            let (reason, best) = self.reason(k);
            let name = |d: Option<u32>| d.map_or(Cell::Empty, |d| Cell::Text(&self.tables.dealer_ids[d as usize]));
            let taken = self.dealer[k].map(|d| (d, &self.tables.desks[d as usize]));
            let number = |x: Option<f64>, decimals| x.map_or(Cell::Empty, |x| Cell::Number(x, decimals));
            let chance = taken.map(|(d, desk)| self.terms.converts(lead, d, desk));
            out.row([
                Cell::from(id),
                name(self.dealer[k]),
                number(taken.map(|(_, desk)| self.terms.minutes(lead, desk)), 1),
                number(chance, 6),
                number(chance.map(|c| c * lead.value), 2),
                name(best),
                number(best.map(|b| self.plan.price[b as usize].max(0) as f64 / 100.0), 2),
                Cell::Text(reason),
            ]);
        }
        out.into_bytes()
    }

    /// Leads of every dealer.
    fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.tables.desks.len()];
        self.dealer.iter().flatten().for_each(|&d| counts[d as usize] += 1);
        counts
    }

    fn json(&self) -> Value {
        let money = |x: i64| x as f64 / 100.0;
        let (plan, counts) = (&self.plan, self.counts());
        let mut answer = json!({
            "label": "descriptive",
            "status": if plan.bound == plan.objective { "optimal" } else { "gap" },
            "objective": money(plan.objective), "bound": money(plan.bound),
            "gap": (plan.bound - plan.objective) as f64 / (plan.bound.abs().max(1)) as f64,
            "grade": if plan.bound == plan.objective { "A" } else { "B" }, "repeatable": true,
            "leads": self.dealer.len(), "assigned": self.dealer.iter().flatten().count(),
            "dealers": self.tables.dealer_ids.iter().enumerate().map(|(d, id)| json!({
                "dealer_id": id, "leads": counts[d], "capacity": self.tables.desks[d].capacity,
                "price": money(plan.price[d].max(0)),
            })).collect::<Vec<_>>(),
        });
        if let Some(online) = &self.online {
            answer["online"] = json!({
                "worth": money(online.worth), "regret": self.regret(online), "lessons": online.lessons,
            });
        }
        if let Some(effect) = &self.effect {
            answer["simulated"] = effect.json();
        }
        answer
    }

    /// What hindsight is worth more, fair parts left out.
    fn regret(&self, online: &Online) -> f64 {
        let fair: i64 = self
            .problem
            .dealers
            .iter()
            .zip(self.counts())
            .map(|(d, n)| i64::from(n.min(d.fair)) * self.problem.fair_worth)
            .sum();
        1.0 - online.worth as f64 / ((self.plan.objective - fair).max(1)) as f64
    }

    fn text(&self) -> String {
        let (plan, counts) = (&self.plan, self.counts());
        let assigned = self.dealer.iter().flatten().count();
        let mut text = format!(
            "{assigned} of {} leads assigned, worth {:.2}; no assignment is worth more than {:.2}\n",
            self.dealer.len(),
            plan.objective as f64 / 100.0,
            plan.bound as f64 / 100.0
        );
        let mut order: Vec<usize> = (0..counts.len()).filter(|&d| plan.price[d] > 0 && counts[d] > 0).collect();
        order.sort_by_key(|&d| (-plan.price[d], d));
        if !order.is_empty() {
            let _ = writeln!(
                text,
                "{} dealers are full; one more place would be worth at most, at the dearest:",
                order.len()
            );
            for &d in order.iter().take(10) {
                let (id, price) = (&self.tables.dealer_ids[d], plan.price[d] as f64 / 100.0);
                let _ = writeln!(text, "  {id:<16} {:>6} leads {price:>12.2}", counts[d]);
            }
        }
        if let Some(online) = &self.online {
            let _ = writeln!(
                text,
                "one at a time, at prices learnt {} times: worth {:.2}, {:.2} % less than hindsight",
                online.lessons,
                online.worth as f64 / 100.0,
                100.0 * self.regret(online)
            );
        }
        if let Some(effect) = &self.effect {
            text += &effect.text();
        }
        if let Some(out) = &self.args.out {
            let _ = writeln!(text, "leads: {}", out.display());
        }
        text + "descriptive: nothing of this enters the plan\n"
    }
}
