//! The plan as placement.csv tells it.

use super::problem::Problem;
use crate::verify::answer::{Refused, Report};
use crate::verify::input::Input;
use crate::verify::sheet::Sheet;
use std::collections::BTreeMap;

/// The change of a store: the phase and the option from then on (`None`: closed).
pub type Change = Option<(usize, Option<usize>)>;

/// What is decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One change per store; `None`: it stays as it is.
    pub changes: Vec<Change>,
    /// Moves taken, positions in the problem's moves, ascending.
    pub moves: Vec<usize>,
}

impl Plan {
    /// Today's network for ever.
    pub fn today(problem: &Problem) -> Self {
        Self { changes: vec![None; problem.stores.len()], moves: Vec::new() }
    }

    /// The option of every store in a phase.
    pub fn open(&self, problem: &Problem, phase: usize) -> Vec<Option<usize>> {
        (0..self.changes.len()).map(|i| problem.option(i, self.changes[i], phase)).collect()
    }

    /// The word for what happens to a store.
    pub fn action(&self, problem: &Problem, i: usize) -> &'static str {
        let moved = |end: fn(&super::problem::Move) -> usize| self.moves.iter().any(|&k| end(&problem.moves[k]) == i);
        match (problem.stores[i].open, self.changes[i]) {
            (true, None) => "keep",
            (false, None) => "stay_closed",
            (true, Some((_, Some(_)))) => "improve",
            (true, Some((_, None))) if moved(|m| m.from) => "move_out",
            (true, Some((_, None))) => "close",
            (false, Some(_)) if moved(|m| m.to) => "move_in",
            (false, Some(_)) => "open",
        }
    }
}

/// Reads the decisions; every store has one row, and each row's words fit each other.
pub fn read(input: &Input, problem: &Problem, sheet: &Sheet, report: &mut Report) -> Result<Option<Plan>, Refused> {
    let [id, action, today, format, moved, phase] =
        ["site_id", "action", "format_today", "format_plan", "moved_to", "phase"].map(|n| sheet.needed(&[n]));
    let (id, action, today, format, moved, phase) = (id?, action?, today?, format?, moved?, phase?);
    let place: BTreeMap<&str, usize> =
        problem.stores.iter().enumerate().map(|(i, s)| (input.sites[s.site].code.as_str(), i)).collect();
    let mut rows = vec![None; problem.stores.len()];
    let mut plan = Plan::today(problem);
    let (mut sound, mut taken) = (true, Vec::new());
    for row in &sheet.rows {
        let mut wrong = |what: String, says: &str| {
            report.wrong(&sheet.file, row.line, what, says, "");
            sound = false;
        };
        let Some(&i) = place.get(row.shown(id)) else {
            wrong("no store of the scenario".into(), row.shown(id));
            continue;
        };
        if rows[i].replace(row).is_some() {
            wrong("a second decision about this store".into(), row.shown(id));
            continue;
        }
        let store = &problem.stores[i];
        let code = |o: usize| input.formats[store.options[o].format].code.as_str();
        if row.shown(today) != if store.open { code(0) } else { "" } {
            wrong("format_today".into(), row.shown(today));
        }
        let option = (0..store.options.len()).find(|&o| code(o) == row.shown(format));
        if option.is_none() && !row.shown(format).is_empty() {
            wrong("a format that this store cannot have".into(), row.shown(format));
        }
        let when = row.shown(phase).parse::<usize>().ok().filter(|p| (1..=problem.phases.len()).contains(p));
        if when.is_none() && !row.shown(phase).is_empty() {
            wrong("a phase that the plan does not have".into(), row.shown(phase));
        }
        plan.changes[i] = when.map(|p| (p - 1, option));
        if when.is_none() && option != store.open.then_some(0) {
            wrong("format_plan without a phase".into(), row.shown(format));
        }
        if !row.shown(moved).is_empty() {
            let to = place.get(row.shown(moved)).copied();
            match problem.moves.iter().position(|m| m.from == i && Some(m.to) == to) {
                Some(k) => taken.push(k),
                None => wrong(
                    "a move that no rule allows: not from dealer to candidate, another owner, or too far".into(),
                    row.shown(moved),
                ),
            }
        }
    }
    taken.sort_unstable();
    plan.moves = taken;
    for (i, row) in rows.iter().enumerate() {
        let Some(row) = row else {
            report.wrong(
                &sheet.file,
                0,
                format!("no decision about {}", input.sites[problem.stores[i].site].code),
                "",
                "",
            );
            sound = false;
            continue;
        };
        let right = plan.action(problem, i);
        report.compared += 1;
        if row.shown(action) != right {
            report.wrong(&sheet.file, row.line, "action", row.shown(action), right);
            sound = false;
        }
    }
    Ok(sound.then_some(plan))
}
