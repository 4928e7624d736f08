//! placement.csv, service.csv and zones.csv: every figure that follows from decisions and sales.

use super::money::{Sales, by_store};
use super::plan::Plan;
use super::problem::{Problem, Sure, leg};
use super::proof::Certificate;
use crate::verify::Folder;
use crate::verify::answer::{Refused, Report};
use crate::verify::input::Input;
use crate::verify::interval::Interval;
use crate::verify::sheet::{Row, Sheet, is_rounding, shown};
use std::collections::BTreeMap;

/// Compares the tables.
pub fn check(
    folder: &Folder,
    input: &Input,
    problem: &Problem,
    (plan, sheet): (&Plan, Option<&Sheet>),
    certificate: &Certificate,
    report: &mut Report,
) -> Result<(), Refused> {
    if let Some(sheet) = sheet {
        placement(input, problem, plan, sheet, certificate, report)?;
        super::alternatives::check(input, problem, plan, sheet, report)?;
    }
    if let Some(text) = folder.maybe("service.csv")? {
        let sheet = Sheet::parse("service.csv", &text, b',')?;
        service(input, problem, &certificate.sales, &sheet, report)?;
    }
    if let Some(text) = folder.maybe("zones.csv")? {
        let sheet = Sheet::parse("zones.csv", &text, b',')?;
        let today = Plan::today(problem);
        let both = [(&today, &certificate.sales_today), (plan, &certificate.sales)];
        zones(input, problem, both, &sheet, report)?;
    }
    Ok(())
}

/// Compares one number of a row.
pub fn compare(sheet: &Sheet, row: &Row, column: &str, right: Interval, decimals: usize, report: &mut Report) {
    let Some(k) = sheet.column(&[column]) else {
        report.wrong(&sheet.file, 0, format!("the column {column} is missing"), "", "");
        return;
    };
    report.compared += 1;
    if !is_rounding(row.shown(k), right, decimals) {
        report.wrong(&sheet.file, row.line, column, row.shown(k), shown(right, decimals));
    }
}

/// Compares one text of a row.
pub fn same(sheet: &Sheet, row: &Row, column: &str, right: &str, report: &mut Report) {
    let Some(k) = sheet.column(&[column]) else {
        report.wrong(&sheet.file, 0, format!("the column {column} is missing"), "", "");
        return;
    };
    report.compared += 1;
    if row.shown(k) != right {
        report.wrong(&sheet.file, row.line, column, format!("{:?}", row.shown(k)), format!("{right:?}"));
    }
}

fn placement(
    input: &Input,
    problem: &Problem,
    plan: &Plan,
    sheet: &Sheet,
    certificate: &Certificate,
    report: &mut Report,
) -> Result<(), Refused> {
    let id = sheet.needed(&["site_id"])?;
    let then = by_store(problem, plan, &certificate.sales);
    let now = by_store(problem, &Plan::today(problem), &certificate.sales_today);
    let last = plan.open(problem, problem.phases.len() - 1);
    for row in &sheet.rows {
        let found = problem.stores.iter().position(|s| input.sites[s.site].code == row.shown(id));
        let Some(i) = found else { continue };
        let store = &problem.stores[i];
        compare(sheet, row, "sales_today_per_year", Interval::point(now[i].1), 3, report);
        compare(sheet, row, "sales_plan_per_year", Interval::point(then[i].1), 3, report);
        compare(sheet, row, "capacity_per_year", store.options[last[i].unwrap_or(0)].capacity, 3, report);
        compare(sheet, row, "profit_today_cny_per_year", now[i].0, 2, report);
        compare(sheet, row, "profit_plan_cny_per_year", then[i].0, 2, report);
        let moved = |end: fn(&super::problem::Move) -> usize| {
            plan.moves.iter().map(|&k| &problem.moves[k]).find(|m| end(m) == i).map(|m| m.cost)
        };
        let once = match plan.changes[i] {
            None => Interval::ZERO,
            Some((_, None)) if moved(|m| m.from).is_some() => Interval::ZERO,
            Some((_, None)) => store.closing,
            Some((_, Some(o))) => moved(|m| m.to).unwrap_or(store.options[o].once),
        };
        compare(sheet, row, "one_off_cost_cny", once, 2, report);
    }
    Ok(())
}

fn service(input: &Input, problem: &Problem, sales: &Sales, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
    let (zone, site) = (sheet.needed(&["zone_id"])?, sheet.needed(&["site_id"])?);
    let last = problem.phases.len() - 1;
    let key = |i: usize, j: usize| (input.zones[j].code.as_str(), input.sites[problem.stores[i].site].code.as_str());
    let of_last = sales.range((last, 0, 0)..);
    let mut left: BTreeMap<_, _> = of_last.map(|(&(_, i, j), &cars)| (key(i, j), (i, j, cars))).collect();
    for row in &sheet.rows {
        match left.remove(&(row.shown(zone), row.shown(site))) {
            None => report.wrong(
                &sheet.file,
                row.line,
                "nobody of this zone buys there, or it is there twice",
                row.shown(zone),
                "",
            ),
            Some((i, j, cars)) => {
                compare(sheet, row, "cars_per_year", Interval::point(cars), 3, report);
                let minutes = leg(input, j, problem.stores[i].site).unwrap_or_default();
                compare(sheet, row, "travel_min", minutes, 1, report);
            }
        }
    }
    if let Some((key, _)) = left.first_key_value() {
        report.wrong(&sheet.file, 0, format!("the buyers of {} at {} are missing", key.0, key.1), "", "");
    }
    Ok(())
}

fn zones(
    input: &Input,
    problem: &Problem,
    both: [(&Plan, &Sales); 2],
    sheet: &Sheet,
    report: &mut Report,
) -> Result<(), Refused> {
    let id = sheet.needed(&["zone_id"])?;
    let last = problem.phases.len() - 1;
    let mut seen = vec![false; input.zones.len()];
    let mut sold = vec![[0.0; 2]; input.zones.len()];
    for (k, (_, sales)) in both.iter().enumerate() {
        sales.range((last, 0, 0)..).for_each(|(&(_, _, j), &cars)| sold[j][k] += cars);
    }
    let open = both.map(|(plan, _)| plan.open(problem, last));
    for row in &sheet.rows {
        let Some(j) = input.zones.iter().position(|z| z.code == row.shown(id)) else {
            report.wrong(&sheet.file, row.line, "no zone of the scenario", row.shown(id), "");
            continue;
        };
        if std::mem::replace(&mut seen[j], true) {
            report.wrong(&sheet.file, row.line, "the zone is there twice", row.shown(id), "");
        }
        let z = &input.zones[j];
        same(sheet, row, "region", &z.region, report);
        compare(sheet, row, "population_persons", Interval::point(z.people), 0, report);
        let market = Interval::point(z.registrations);
        compare(sheet, row, "registrations_per_year", Interval::point(z.registrations), 3, report);
        for (k, when) in ["today", "plan"].into_iter().enumerate() {
            let cars = Interval::point(sold[j][k]);
            compare(sheet, row, &format!("sales_{when}_per_year"), cars, 3, report);
            let share = if market.lo > 0.0 { cars / market } else { Interval::ZERO };
            compare(sheet, row, &format!("share_{when}"), share, 6, report);
            place_of(input, problem, (j, when), &open[k], sheet, row, report);
        }
    }
    if let Some(j) = seen.iter().position(|s| !s) {
        report.wrong(&sheet.file, 0, format!("zone {} is missing", input.zones[j].code), "", "");
    }
    Ok(())
}

/// Nearest open store, cover and overlap of a zone.
fn place_of(
    input: &Input,
    problem: &Problem,
    (j, when): (usize, &str),
    open: &[Option<usize>],
    sheet: &Sheet,
    row: &Row,
    report: &mut Report,
) {
    let reach = input.formats.iter().map(|f| f.reach).fold(0.0, f64::max);
    let stores = (0..open.len()).filter(|&i| open[i].is_some());
    let legs = stores.filter_map(|i| leg(input, j, problem.stores[i].site));
    let near = legs.filter(|m| Sure::within(*m, reach, false) != Sure::No).min_by(|a, b| a.mid().total_cmp(&b.mid()));
    match near {
        Some(minutes) => compare(sheet, row, &format!("nearest_{when}_min"), minutes, 1, report),
        None => same(sheet, row, &format!("nearest_{when}_min"), "", report),
    }
    let limit = input.settings.number("placement", "coverage_min");
    match near.map_or(Sure::No, |m| Sure::within(m, limit, false)) {
        Sure::Yes => same(sheet, row, &format!("covered_{when}"), "true", report),
        Sure::No => same(sheet, row, &format!("covered_{when}"), "false", report),
        Sure::Maybe => {}
    }
    let pulls: Vec<Interval> = problem.zones[j]
        .pulls
        .iter()
        .filter_map(|&(i, k)| open[i].map(|o| problem.stores[i].pulls[k].by_option[o]))
        .collect();
    let all: Interval = pulls.iter().copied().sum();
    let overlap =
        if all.lo > 0.0 { Interval::ONE - pulls.iter().map(|&e| (e / all) * (e / all)).sum() } else { Interval::ZERO };
    compare(sheet, row, &format!("overlap_{when}"), overlap, 4, report);
}
