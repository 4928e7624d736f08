//! The next best thing to do with every store, everything else kept but the other end of a move: which it is, and what
//! the network would lose in a year.

use super::bound::choices;
use super::plan::Plan;
use super::problem::Problem;
use super::rules::broken;
use super::tables::same;
use super::worth::Market;
use crate::verify::answer::{Refused, Report};
use crate::verify::input::Input;
use crate::verify::sheet::{Row, Sheet};

/// Compares worth_cny_per_year, the words for it, and what the next best thing is.
pub fn check(input: &Input, problem: &Problem, plan: &Plan, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
    let id = sheet.needed(&["site_id"])?;
    let market = Market::new(problem);
    let (profit, earned) = market.profit(plan, None);
    let name = |i: usize| input.sites[problem.stores[i].site].code.clone();
    for row in &sheet.rows {
        let Some(i) = problem.stores.iter().position(|s| input.sites[s.site].code == row.shown(id)) else { continue };
        let mut others = Vec::new();
        for other in others_of(problem, plan, i) {
            if broken(problem, &other, &name).is_none() {
                let (worth, new) = market.profit(&other, Some((plan, &earned)));
                others.push((profit - worth, new.crowded, other));
            }
        }
        compare(input, problem, (i, plan), others, sheet, row, report)?;
    }
    Ok(())
}

/// Plans in which a store is treated differently; a move is undone at both ends, or goes elsewhere.
fn others_of(problem: &Problem, plan: &Plan, i: usize) -> Vec<Plan> {
    let touches = |k: usize, store: usize| problem.moves[k].from == store || problem.moves[k].to == store;
    let undone: Vec<usize> = plan.moves.iter().copied().filter(|&k| touches(k, i)).collect();
    let mut base = plan.clone();
    base.moves.retain(|k| !undone.contains(k));
    for &k in &undone {
        let m = &problem.moves[k];
        (base.changes[m.from], base.changes[m.to]) = (None, None);
    }
    let mut all = Vec::new();
    for choice in choices(problem, i).into_iter().filter(|c| *c != plan.changes[i]) {
        let mut other = base.clone();
        other.changes[i] = choice;
        all.push(other);
    }
    for phase in 0..problem.phases.len() {
        for k in (0..problem.moves.len()).filter(|&k| touches(k, i) && !undone.contains(&k)) {
            let m = &problem.moves[k];
            let (out, into) = (Some((phase, None)), Some((phase, Some(0))));
            let (partner, role) = if m.from == i { (m.to, into) } else { (m.from, out) };
            let free = !base.moves.iter().any(|&o| touches(o, partner));
            if free && (base.changes[partner].is_none() || base.changes[partner] == role) {
                let mut other = base.clone();
                (other.changes[m.from], other.changes[m.to]) = (out, into);
                other.moves.push(k);
                other.moves.sort_unstable();
                all.push(other);
            }
        }
    }
    let ends = |p: &Plan| p.moves.iter().copied().filter(|&k| touches(k, i)).collect::<Vec<_>>();
    let differs = |o: &Plan| o.changes[i] != plan.changes[i] || ends(o) != ends(plan);
    all.retain(|o| o != plan && differs(o));
    all
}

/// One row against what was found: the cost of each other plan, whether a store was full in it, and the plan.
fn compare(
    input: &Input,
    problem: &Problem,
    (i, plan): (usize, &Plan),
    others: Vec<(f64, bool, Plan)>,
    sheet: &Sheet,
    row: &Row,
    report: &mut Report,
) -> Result<(), Refused> {
    let columns =
        ["worth_cny_per_year", "next_best_action", "next_best_format", "next_best_site_id", "next_best_phase"];
    let mut at = [0; 5];
    for (k, column) in at.iter_mut().zip(columns) {
        *k = sheet.needed(&[column])?;
    }
    let says = at.map(|k| row.shown(k));
    let Some(least) = others.iter().map(|o| o.0).min_by(f64::total_cmp) else {
        same(sheet, row, "reason", "the rules leave no other choice", report);
        same(sheet, row, "reason_zh", "规则不允许其他选择", report);
        says.iter().zip(columns).filter(|s| !s.0.is_empty()).for_each(|(s, column)| {
            report.wrong(&sheet.file, row.line, column, s, "nothing");
        });
        return Ok(());
    };
    // Where stores are full, the planner's flow leaves crumbs of a ten millionth of a car at every zone.
    let play = if others.iter().any(|o| o.1) { 1.0 } else { 0.0051 } + 1e-10 * least.abs();
    report.compared += 2;
    let worth = row.number(at[0]);
    if !worth.is_some_and(|w| (w - least).abs() <= play) {
        report.wrong(&sheet.file, row.line, columns[0], says[0], format!("{least:.2}"));
        return Ok(());
    }
    let words = |other: &Plan| words(input, problem, other, i);
    let best = others.iter().filter(|o| o.0 <= least + play);
    let fits = |o: &&(f64, bool, Plan)| words(&o.2).iter().zip(&says[1..]).all(|(a, b)| a == b);
    if !best.clone().any(|o| fits(&o)) {
        let right: Vec<String> = best.map(|o| words(&o.2).join(" ")).collect();
        report.wrong(&sheet.file, row.line, "the next best thing", says[1..].join(" "), right.join(" or "));
        return Ok(());
    }
    let (what, what_zh) = match says[1] {
        "keep" => ("keeping it", "保留"),
        "improve" => ("changing its format", "改变业态"),
        "open" if plan.action(problem, i) == "open" => ("opening it otherwise", "以其他方式开设"),
        "open" => ("opening it", "开设"),
        "close" => ("closing it", "关闭"),
        "stay_closed" => ("not opening it", "不开设"),
        _ => ("moving it", "迁址"),
    };
    let cost = format!("{:.0}", worth.unwrap_or_default());
    same(sheet, row, "reason", &format!("next best: {what} would cost the network {cost} a year"), report);
    same(sheet, row, "reason_zh", &format!("次优：{what_zh}，将使网络每年损失{cost}元"), report);
    Ok(())
}

/// Action, format in the end, the other site of a move, and the phase, as the table writes them.
fn words(input: &Input, problem: &Problem, other: &Plan, i: usize) -> [String; 4] {
    let action = other.action(problem, i);
    let end = problem.option(i, other.changes[i], problem.phases.len() - 1);
    let site = other.moves.iter().map(|&k| &problem.moves[k]).find_map(|m| match action {
        "move_out" if m.from == i => Some(m.to),
        "move_in" if m.to == i => Some(m.from),
        _ => None,
    });
    let code = |k: usize| input.sites[problem.stores[k].site].code.clone();
    [
        action.to_owned(),
        end.map_or_else(String::new, |o| input.formats[problem.stores[i].options[o].format].code.clone()),
        site.map_or_else(String::new, code),
        other.changes[i].map_or_else(String::new, |c| (c.0 + 1).to_string()),
    ]
}
