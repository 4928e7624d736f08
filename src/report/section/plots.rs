//! What lies ahead: simulated weeks, forecasts, regions.

use super::grid;
use crate::report::cell::Num;
use crate::report::chart::{Frame, Series, lines};
use crate::report::embed::number;
use crate::report::number::Kind;
use crate::report::rows::{Forecast, Model, RegionKpi};
use crate::report::view::{View, both, short, t};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    html! { (fans(view)) (forecast(view)) (regions(view)) }
}

/// Weeks in order: by number where all are numbers, else as text (dates).
pub fn in_order<'a>(weeks: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut weeks: Vec<&str> = weeks.collect::<BTreeSet<_>>().into_iter().collect();
    if weeks.iter().all(|w| w.parse::<f64>().is_ok()) {
        weeks.sort_by(|a, b| a.parse::<f64>().unwrap_or(0.0).total_cmp(&b.parse::<f64>().unwrap_or(0.0)));
    }
    weeks
}

fn fans(view: &View) -> Markup {
    let rows = &view.facts.weeks;
    let weeks = in_order(rows.iter().map(|w| w.week.as_str()));
    let at: BTreeMap<_, _> =
        rows.iter().map(|w| ((w.network.as_str(), w.measure.as_str(), w.week.as_str()), w)).collect();
    let series = |network: &'static str, word: &'static str, measure: &str| {
        let of: Vec<_> = weeks.iter().map(|w| at.get(&(network, measure, *w))).collect();
        Series {
            class: network,
            word,
            line: of.iter().map(|w| w.and_then(|w| w.p50.get())).collect(),
            band: of.iter().map(|w| (w.and_then(|w| w.p05.get()), w.and_then(|w| w.p95.get()))).collect(),
        }
    };
    html! {
        h3 { (t("plot.weeks")) }
        @if let Some(gap) = view.gap("weeks.csv", rows.is_empty()) { (gap) } @else {
            div.three {
                @for (measure, word) in [("sales", "plot.sales"), ("stock", "plot.stock"), ("lost", "plot.lost")] {
                    figure {
                        figcaption { (t(word)) span.unit { (t("plot.cars")) } }
                        (lines(Frame { width: 380.0, height: 220.0 }, word, &weeks, &[series("today", "page.today", measure), series("plan", "page.plan", measure)]))
                    }
                }
            }
            (view.source("weeks.csv"))
        }
    }
}

/// Forecasts by model, and the weeks they speak of.
type Forecasts<'a> = (Vec<&'a str>, BTreeMap<&'a str, BTreeMap<&'a str, &'a Forecast>>);

fn by_model<'a>(view: &View<'a>) -> Forecasts<'a> {
    let rows = &view.facts.forecast;
    let mut of = BTreeMap::<&str, BTreeMap<&str, _>>::new();
    for f in rows {
        of.entry(&f.model_id).or_default().insert(&f.week_start, f);
    }
    (in_order(rows.iter().map(|f| f.week_start.as_str())), of)
}

/// Name of a forecast's line.
const LINE: &str = "plot.cars";

/// Every model's forecast for the script: only the first is drawn here. Mean, lower and upper end week by week.
pub fn forecasts(view: &View) -> Value {
    let (weeks, of) = by_model(view);
    let numbers = |at: &BTreeMap<&str, &Forecast>| {
        let column = |take: fn(&Forecast) -> Num| -> Value {
            weeks.iter().map(|w| at.get(w).map_or(Value::Null, |f| number(take(f)))).collect()
        };
        json!([column(|f| f.mean_cars), column(|f| f.low_cars), column(|f| f.high_cars)])
    };
    let models: Map<String, Value> = of.iter().map(|(id, at)| ((*id).to_owned(), numbers(at))).collect();
    json!({ "weeks": weeks, "word": LINE, "models": models })
}

fn forecast(view: &View) -> Markup {
    let rows = &view.facts.forecast;
    let name: BTreeMap<&str, &Model> = view.facts.models.iter().map(|m| (m.model_id.as_str(), m)).collect();
    let (weeks, of) = by_model(view);
    let picture = |of: &BTreeMap<&str, &Forecast>| {
        let at: Vec<_> = weeks.iter().map(|w| of.get(w)).collect();
        let series = Series {
            class: "plan",
            word: LINE,
            line: at.iter().map(|f| f.and_then(|f| f.mean_cars.get())).collect(),
            band: at.iter().map(|f| (f.and_then(|f| f.low_cars.get()), f.and_then(|f| f.high_cars.get()))).collect(),
        };
        lines(Frame { width: 560.0, height: 220.0 }, "plot.forecast", &weeks, &[series])
    };
    html! {
        h3 { (t("plot.forecast")) }
        @if let Some(gap) = view.gap("forecast.csv", rows.is_empty()) { (gap) } @else {
            div.two {
                figure {
                    label.pick { (t("plot.model")) " " select #model {
                        @for id in of.keys() { option value=(id) data-zh=(name.get(id).map_or("", |m| m.name_zh.as_str())) { (name.get(id).map_or(*id, |m| m.name.as_str())) } }
                    } }
                    @if let Some((id, of)) = of.first_key_value() { div.model data-model=(id) { (picture(of)) } }
                    (view.source("forecast.csv"))
                }
                div { h4 { (t("plot.backtest")) }
                    @if let Some(gap) = view.gap("forecast_backtest.csv", view.facts.backtest.is_empty()) { (gap) } @else { (grid("backtest", "plot.backtest")) }
                }
            }
        }
    }
}

/// Regions shown at most.
const REGIONS: usize = 40;

fn regions(view: &View) -> Markup {
    let rows = &view.facts.regions_kpi;
    let at: BTreeMap<_, _> = rows.iter().map(|r| ((r.region.as_str(), r.network.as_str()), r)).collect();
    let value = |region: &str, network: &str| at.get(&(region, network)).and_then(|r| r.contribution_cny.get());
    let mut names: Vec<&str> = rows.iter().map(|r| r.region.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    names.sort_by(|a, b| value(b, "plan").unwrap_or(f64::MIN).total_cmp(&value(a, "plan").unwrap_or(f64::MIN)));
    names.truncate(REGIONS);
    let all = || names.iter().flat_map(|r| [value(r, "today"), value(r, "plan")]).flatten();
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let x = |v: f64| 6.0 + 228.0 * (v - low) / (high - low).max(1e-9);
    html! {
        h3 { (t("plot.regions")) }
        @if let Some(gap) = view.gap("regions_kpi.csv", rows.is_empty()) { (gap) } @else {
            div.scroll tabindex="0" role="region" aria-label="Regions" data-t-aria="plot.regions" {
                table.regions {
                    thead { tr {
                        th scope="col" { (t("col.region")) }
                        th.picture scope="col" { span.key.today {} (t("page.today")) " " span.key.plan {} (t("page.plan")) }
                        th.n scope="col" { (t("page.today")) } th.n scope="col" { (t("page.plan")) }
                        th.n scope="col" { (t("col.fill_today")) } th.n scope="col" { (t("col.fill_plan")) }
                    } }
                    tbody { @for r in &names { tr {
                        th scope="row" { (both(r, "")) }
                        td.picture { (dumbbell(value(r, "today").map(x), value(r, "plan").map(x), x(0.0))) }
                        @for n in ["today", "plan"] { td.n { (view.num(&cell(r, n, "contribution_cny"), value(r, n), Kind::Money)) } }
                        @for n in ["today", "plan"] { td.n { (view.num(&cell(r, n, "fill_rate"), at.get(&(*r, n)).and_then(|k: &&RegionKpi| k.fill_rate.get()), Kind::Share)) } }
                    } } }
                }
            }
            (view.source("regions_kpi.csv"))
        }
    }
}

fn cell(region: &str, network: &str, column: &str) -> String {
    format!("regions_kpi.csv/{region}|{network}/{column}")
}

fn dumbbell(today: Option<f64>, plan: Option<f64>, zero: f64) -> Markup {
    html! {
        svg viewBox="0 0 240 14" aria-hidden="true" {
            line.zero x1=(short(zero)) x2=(short(zero)) y1="0" y2="14" {}
            @if let (Some(a), Some(b)) = (today, plan) { line.span x1=(short(a)) x2=(short(b)) y1="7" y2="7" {} }
            @if let Some(a) = today { circle.dot.today cx=(short(a)) cy="7" r="4" {} }
            @if let Some(b) = plan { circle.dot.plan cx=(short(b)) cy="7" r="4" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_stand_in_order() {
        assert_eq!(in_order(["10", "9", "1", "9"].into_iter()), ["1", "9", "10"]);
        assert_eq!(in_order(["2026-11-09", "2026-10-26"].into_iter()), ["2026-10-26", "2026-11-09"]);
    }
}
