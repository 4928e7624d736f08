//! Tables that repeat the scenario's own, and the figures of summary.json that are counted rather than decided.

use super::Folder;
use super::answer::{Refused, Report};
use super::estimates::Estimates;
use super::input::{Input, Kind};
use super::interval::Interval;
use super::place::{compare, same};
use super::sheet::Sheet;
use super::summary::{FILE, Step};
use serde_json::{Value, json};

/// A cell that repeats something.
enum Cell<'a> {
    Text(&'static str, &'a str),
    Number(&'static str, f64, usize),
}

/// Compares sites.csv, formats.csv, models.csv and the names of zones.csv with the scenario.
pub fn tables(folder: &Folder, input: &Input, report: &mut Report) -> Result<(), Refused> {
    let format = |f: Option<usize>| f.map_or("", |f| input.formats[f].code.as_str());
    let kind = |k: Kind| match k {
        Kind::Plant => "plant",
        Kind::Hub => "hub",
        Kind::Dealer => "dealer",
        Kind::Candidate => "candidate",
    };
    let sites = input.sites.iter().map(|s| {
        let cells = vec![
            Cell::Text("name", &s.names[0]),
            Cell::Text("name_zh", &s.names[1]),
            Cell::Text("kind", kind(s.kind)),
            Cell::Text("format_id", format(s.format)),
            Cell::Text("zone_id", &input.zones[s.zone].code),
            Cell::Text("region", &input.zones[s.zone].region),
            Cell::Number("lat_deg", s.place.0, 6),
            Cell::Number("lon_deg", s.place.1, 6),
            Cell::Text("owner", &s.owner),
        ];
        (s.code.as_str(), cells)
    });
    table(folder, ("sites.csv", "site_id"), sites.collect(), report)?;
    let formats = input.formats.iter().map(|f| {
        let cells = vec![
            Cell::Text("name", &f.names[0]),
            Cell::Text("name_zh", &f.names[1]),
            Cell::Number("reach_min", f.reach, 3),
        ];
        (f.code.as_str(), cells)
    });
    table(folder, ("formats.csv", "format_id"), formats.collect(), report)?;
    let models = input.models.iter().map(|m| {
        let cells = vec![
            Cell::Text("name", &m.names[0]),
            Cell::Text("name_zh", &m.names[1]),
            Cell::Text("segment", &m.segment),
            Cell::Number("price_cny", m.price as f64 / 100.0, 2),
        ];
        (m.code.as_str(), cells)
    });
    table(folder, ("models.csv", "model_id"), models.collect(), report)?;
    let zones = input.zones.iter().map(|z| {
        let cells = vec![
            Cell::Text("name", &z.names[0]),
            Cell::Text("name_zh", &z.names[1]),
            Cell::Number("lat_deg", z.place.0, 6),
            Cell::Number("lon_deg", z.place.1, 6),
        ];
        (z.code.as_str(), cells)
    });
    if folder.maybe("zones.csv")?.is_some() {
        table(folder, ("zones.csv", "zone_id"), zones.collect(), report)?;
    }
    Ok(())
}

fn table(
    folder: &Folder,
    (file, key): (&str, &str),
    things: Vec<(&str, Vec<Cell<'_>>)>,
    report: &mut Report,
) -> Result<(), Refused> {
    let sheet = folder.sheet(file)?;
    let id = sheet.needed(&[key])?;
    let mut seen = vec![false; things.len()];
    for row in &sheet.rows {
        let Some(k) = things.iter().position(|t| t.0 == row.shown(id)) else {
            report.wrong(file, row.line, "not in the scenario", row.shown(id), "");
            continue;
        };
        if std::mem::replace(&mut seen[k], true) {
            report.wrong(file, row.line, "there twice", row.shown(id), "");
        }
        for cell in &things[k].1 {
            match cell {
                Cell::Text(column, right) => same(&sheet, row, column, right, report),
                Cell::Number(column, right, decimals) => {
                    // Shifted coordinates are undone by steps: a billionth of a degree of play.
                    let right = Interval::new(right - 1e-9, right + 1e-9);
                    compare(&sheet, row, column, right, *decimals, report);
                }
            }
        }
    }
    if let Some(k) = seen.iter().position(|s| !s) {
        report.wrong(file, 0, format!("{} is missing", things[k].0), "", "");
    }
    Ok(())
}

/// Compares what summary.json says of the scenario, the check and the forecast, and the figures it repeats.
pub fn summary(
    folder: &Folder,
    input: &Input,
    estimates: &Estimates,
    summary: &Value,
    report: &mut Report,
) -> Result<(), Refused> {
    let s = &input.settings;
    let count = |kind: Kind| input.sites.iter().filter(|x| x.kind == kind).count();
    let regions: std::collections::BTreeSet<&str> = input.zones.iter().map(|z| z.region.as_str()).collect();
    let dealer = |x: &(&(usize, usize), &Vec<u32>)| input.sites[x.0.0].kind == Kind::Dealer;
    let sold: u64 = input.sales.iter().filter(dealer).flat_map(|x| x.1).map(|&c| u64::from(c)).sum();
    for (path, right) in [
        ("/scenario/id", json!(s.id)),
        ("/scenario/name", json!(s.names[0])),
        ("/scenario/name_zh", json!(s.names[1])),
        ("/scenario/currency", json!("CNY")),
        ("/scenario/synthetic", json!(s.synthetic)),
        ("/scenario/today", json!(s.monday(0))),
        ("/size/zones", json!(input.zones.len())),
        ("/size/regions", json!(regions.len())),
        ("/size/sites", json!(input.sites.len())),
        ("/size/dealers", json!(count(Kind::Dealer))),
        ("/size/candidates", json!(count(Kind::Candidate))),
        ("/size/plants", json!(count(Kind::Plant))),
        ("/size/hubs", json!(count(Kind::Hub))),
        ("/size/models", json!(input.models.len())),
        ("/size/history_weeks", json!(input.history)),
        ("/size/horizon_weeks", json!(s.weeks())),
        ("/size/sold_cars_in_history", json!(sold)),
        ("/steps/check/files", json!(input.size.0)),
        ("/steps/check/rows", json!(input.size.1)),
    ] {
        report.compared += 1;
        let says = summary.pointer(path).unwrap_or(&Value::Null);
        if *says != right {
            report.wrong(FILE, 0, path.trim_start_matches('/').replace('/', "."), says, right);
        }
    }
    if let Some(step) = Step::of(summary, "forecast") {
        let weeks = s.weeks() as f64;
        let path = |p: &Vec<f64>, n: usize| p.iter().take(n).sum::<f64>();
        let week: f64 = estimates.national.iter().map(|p| path(p, s.weeks())).sum::<f64>() / weeks;
        let known = estimates.national.first().map_or(0, Vec::len).min(52);
        let year = estimates.national.iter().map(|p| path(p, known)).sum::<f64>() * 365.0 / (7.0 * known.max(1) as f64);
        step.number("weeks", Interval::point(weeks), 0.0, report);
        step.number("cars_per_week", Interval::point(week), 0.5e-3 + 1e-9 * week, report);
        step.number("cars_first_year", Interval::point(year), 0.05 + 1e-9 * year, report);
        step.number("dispersion", Interval::point(estimates.dispersion), 0.5e-6 + 1e-12, report);
        let (margin, holding) = estimates.average_car(input);
        step.money("margin_of_average_car_cny", margin, report);
        step.money("holding_of_average_car_cny", holding, report);
    }
    if let Some(text) = folder.maybe("kpi.csv")? {
        figures(&Sheet::parse("kpi.csv", &text, b',')?, summary, report)?;
    }
    Ok(())
}

/// The key figures of summary.json are those of kpi.csv.
fn figures(sheet: &Sheet, summary: &Value, report: &mut Report) -> Result<(), Refused> {
    let none = Vec::new();
    let list = summary.get("kpis").and_then(Value::as_array).unwrap_or(&none);
    let id = sheet.needed(&["kpi"]).or_else(|_| sheet.needed(&["id"]))?;
    if list.len() != sheet.rows.len() {
        report.wrong(FILE, 0, "kpis", list.len(), sheet.rows.len());
    }
    for (row, kpi) in sheet.rows.iter().zip(list) {
        report.compared += 1;
        if kpi.get("id").and_then(Value::as_str) != Some(row.shown(id)) {
            report.wrong(&sheet.file, row.line, "a key figure that summary.json does not have here", row.shown(id), "");
            continue;
        }
        for group in ["today", "plan", "difference"] {
            for part in ["mean", "low", "high"] {
                let Some(k) = sheet.column(&[format!("{group}_{part}").as_str()]) else { continue };
                report.compared += 1;
                let says = kpi.get(group).and_then(|g| g.get(part)).and_then(Value::as_f64);
                if says != row.number(k) {
                    let what = format!("{group}_{part} of {} against summary.json", row.shown(id));
                    let other = says.map_or_else(|| "nothing".into(), |x| x.to_string());
                    report.wrong(&sheet.file, row.line, what, row.shown(k), other);
                }
            }
        }
    }
    Ok(())
}
