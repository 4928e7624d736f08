//! Placement: every rule, the sales, the money and the bound.

mod alternatives;
mod bound;
mod money;
mod plan;
mod problem;
mod proof;
mod rules;
mod tables;
#[cfg(test)]
mod tests;
mod worth;

pub use plan::Plan;
pub use problem::{Problem, road};
pub use tables::{compare, same};

use super::answer::{Answer, Grade, Refused, Report};
use super::estimates::Estimates;
use super::input::Input;
use super::interval::Interval;
use super::summary::Step;
use super::{Folder, sheet::Sheet};
use money::Names;
use proof::Certificate;

/// What later steps need of the placement.
pub struct Placed {
    /// The problem.
    pub problem: Problem,
    /// The decisions.
    pub plan: Plan,
    /// Cars a year by store of the problem: today and in the plan.
    pub sold: Vec<[f64; 2]>,
}

/// Verifies the placement; `None` when its decisions cannot be understood (findings say why).
pub fn verify(
    folder: &Folder,
    input: &Input,
    estimates: &Estimates,
    step: Option<&Step<'_>>,
    report: &mut Report,
) -> Result<Option<Placed>, Refused> {
    let problem = Problem::new(input, estimates);
    let certificate = Certificate::parse(&folder.text(proof::FILE)?, input, &problem)?;
    let store = |i: usize| input.sites[problem.stores[i].site].code.clone();
    let zone = |j: usize| input.zones[j].code.clone();
    let names = Names { store: &store, zone: &zone };
    let sheet = match folder.maybe("placement.csv")? {
        Some(text) => Some(Sheet::parse("placement.csv", &text, b',')?),
        None => None,
    };
    let today = Plan::today(&problem);
    let plan = match &sheet {
        Some(sheet) => plan::read(input, &problem, sheet, report)?,
        None => Some(today.clone()),
    };
    let Some(plan) = plan else { return Ok(None) };
    if let Some(what) = sheet.as_ref().and_then(|_| rules::broken(&problem, &plan, &store)) {
        report.wrong("placement.csv", 0, what, "", "");
    }
    for (which, plan, sales) in
        [("the plan", &plan, &certificate.sales), ("today's network", &today, &certificate.sales_today)]
    {
        report.compared += sales.len() as u64;
        let excess = money::excess(&problem, plan, sales, &names);
        if let Some(what) = excess.or_else(|| money::turned_away(&problem, plan, sales, &names)) {
            report.wrong(proof::FILE, 0, format!("{which}: {what}"), "", "");
        }
    }
    // The network of an earlier week goes on: its rules are those of today, its money is not.
    let earlier = step.is_some_and(|s| s.flag("of_earlier_tables"));
    let figures = sheet.as_ref().filter(|_| !earlier);
    tables::check(folder, input, &problem, (&plan, figures), &certificate, report)?;
    if let Some(step) = step.filter(|_| earlier) {
        let answer = Answer {
            step: "place",
            grade: Grade::C,
            objective: money::profit(&problem, &plan, &certificate.sales).mid(),
            bound: None,
            why: "decided on the tables of an earlier week: rules and sales recomputed for today".into(),
        };
        step.grade(&answer, report);
        report.answers.push(answer);
    }
    if let Some(step) = step.filter(|_| !earlier) {
        let worth = [
            money::profit(&problem, &plan, &certificate.sales),
            money::profit(&problem, &today, &certificate.sales_today),
        ];
        headline(&problem, &plan, worth, &certificate, step, report);
    }
    let then = money::by_store(&problem, &plan, &certificate.sales);
    let now = money::by_store(&problem, &today, &certificate.sales_today);
    let sold = now.iter().zip(&then).map(|(a, b)| [a.1, b.1]).collect();
    Ok(Some(Placed { problem, plan, sold }))
}

/// The figures of summary.json and the grade.
fn headline(
    problem: &Problem,
    plan: &Plan,
    [profit, today]: [Interval; 2],
    certificate: &Certificate,
    step: &Step<'_>,
    report: &mut Report,
) {
    let spent: Interval = (0..plan.changes.len()).map(|i| rules::spent(problem, plan, i)).sum();
    step.money("objective_cny_per_year", profit, report);
    step.money("profit_plan_cny_per_year", profit, report);
    step.money("profit_today_cny_per_year", today, report);
    step.money("one_off_cost_cny", spent, report);
    let actions: Vec<&str> = (0..plan.changes.len()).map(|i| plan.action(problem, i)).collect();
    let count = |word: &str| actions.iter().filter(|a| **a == word).count() as f64;
    let last = plan.open(problem, problem.phases.len() - 1);
    for (key, value) in [
        ("opened", count("open")),
        ("closed", count("close")),
        ("moved", plan.moves.len() as f64),
        ("improved", count("improve")),
        ("kept", count("keep")),
        ("stores_today", problem.stores.iter().filter(|s| s.open).count() as f64),
        ("stores_plan", last.iter().flatten().count() as f64),
    ] {
        step.number(key, Interval::point(value), 0.0, report);
    }
    let proved = if certificate.parts.is_empty() {
        Err("there is no branch tree".to_owned())
    } else {
        bound::bound(problem, &certificate.parts)
    };
    let mut answer = Answer {
        step: "place",
        grade: Grade::C,
        objective: profit.mid(),
        bound: None,
        why: "rules, sales and money recomputed; bound from the multipliers of a branch tree".into(),
    };
    match proved {
        Err(why) => {
            report.wrong(proof::FILE, 0, format!("it proves no bound: {why}"), "", "");
            why.clone_into(&mut answer.why);
        }
        Ok(bound) => {
            let bound = bound.max(profit.hi);
            answer.bound = Some(bound);
            let gap = (bound - profit.lo).max(0.0) / profit.lo.abs().max(1.0);
            answer.grade = Grade::of_gap(gap);
            step.bound("bound_cny_per_year", bound, 1.0, 1e-10 + 10.0 * problem.width(), report);
            step.gap("gap", "objective_cny_per_year", "bound_cny_per_year", report);
        }
    }
    step.grade(&answer, report);
    step.status(&answer, report);
    report.answers.push(answer);
}
