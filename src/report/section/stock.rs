//! Orders by model and week, the planned weeks, dealers and models.

use super::grid;
use super::plots::in_order;
use crate::report::chart::{Frame, Series, lines, tick, ticks};
use crate::report::number::Kind;
use crate::report::rows::DealerWeek;
use crate::report::view::{View, short, svg_t, t};
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Months of stock at which the trade warns, and at which it sounds the alarm.
pub const LINES: [(f64, &str); 2] = [(1.5, "plot.warn"), (2.5, "plot.alarm")];

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    html! {
        div.two { (horizon(view)) (coefficients(view)) }
        h3 { (t("stock.pivot")) }
        @if let Some(gap) = view.gap("orders.csv", view.facts.orders.is_empty()) { (gap) } @else {
            @let cars: f64 = view.facts.orders.iter().map(|o| o.cars.or_zero()).sum();
            p.note { (view.num("orders.csv/sum/cars", Some(cars), Kind::Cars)) " " (view.sentence("stock.total", &[super::super::view::Slot { name: "lines", key: "orders.csv/count/rows".into(), value: Some(view.facts.orders.len() as f64), kind: Kind::Count }])) }
            (grid("pivot", "stock.pivot"))
            h3 { (t("stock.lines")) }
            (grid("orders", "stock.lines"))
        }
        h3 { (t("stock.dealers")) }
        @if let Some(gap) = view.gap("dealers.csv", view.facts.dealers.is_empty()) { (gap) } @else { (grid("dealers", "stock.dealers")) }
        h3 { (t("stock.models")) }
        @if let Some(gap) = view.gap("models_kpi.csv", view.facts.models_kpi.is_empty()) { (gap) } @else { (grid("models", "stock.models")) }
    }
}

fn horizon(view: &View) -> Markup {
    let rows = &view.facts.dealer_weeks;
    let weeks = in_order(rows.iter().map(|w| w.week.as_str()));
    let sum = |of: fn(&DealerWeek) -> f64| {
        let mut sums = BTreeMap::<&str, f64>::new();
        for w in rows {
            *sums.entry(&w.week).or_default() += of(w);
        }
        weeks.iter().map(|w| sums.get(w).copied()).collect()
    };
    let series = [
        Series { class: "plan", word: "plot.stockline", line: sum(|w| w.stock_cars.or_zero()), band: vec![] },
        Series { class: "demand", word: "plot.demand.short", line: sum(|w| w.demand_cars.or_zero()), band: vec![] },
        Series { class: "today", word: "plot.arrivals", line: sum(|w| w.arrivals_cars.or_zero()), band: vec![] },
    ];
    html! {
        figure {
            figcaption { (t("plot.horizon")) span.unit { (t("plot.cars")) } }
            @if let Some(gap) = view.gap("dealer_weeks.csv", rows.is_empty()) { (gap) } @else {
                (lines(Frame { width: 560.0, height: 240.0 }, "plot.horizon", &weeks, &series))
                (view.source("dealer_weeks.csv"))
            }
        }
    }
}

/// Width of a class, in months, and the number of classes; the last one is open.
const CLASS: (f64, usize) = (0.25, 16);

/// Dealers in each class of the stock coefficient.
fn classes(view: &View, network: &str) -> [usize; CLASS.1] {
    let mut counts = [0; CLASS.1];
    for v in view.facts.dealers.iter().filter(|d| d.network == network).filter_map(|d| d.stock_coefficient.get()) {
        counts[((v / CLASS.0).max(0.0) as usize).min(CLASS.1 - 1)] += 1;
    }
    counts
}

fn coefficients(view: &View) -> Markup {
    let (today, plan) = (classes(view, "today"), classes(view, "plan"));
    let most = today.iter().chain(&plan).copied().max().unwrap_or(0);
    let marks = ticks(0.0, most as f64, 4);
    let top = marks[marks.len() - 1];
    let (x, y) = (|months: f64| 46.0 + 490.0 * months / 4.0, |n: f64| 218.0 - 194.0 * n / top);
    let mut outline = String::new();
    for (i, &n) in today.iter().enumerate() {
        let (a, b, h) = (x(i as f64 * CLASS.0), x((i + 1) as f64 * CLASS.0), y(n as f64));
        let _ = write!(outline, "{}{} {}H{}", if i == 0 { "M" } else { "L" }, short(a), short(h), short(b));
    }
    let above = |network: &str, line: f64| {
        let n = view
            .facts
            .dealers
            .iter()
            .filter(|d| d.network == network && d.stock_coefficient.get() > Some(line))
            .count();
        view.num(&format!("dealers.csv/above {line}/{network}"), Some(n as f64), Kind::Count)
    };
    html! {
        figure {
            figcaption { (t("plot.coefficient")) span.unit { (t("plot.dealers")) } }
            @if let Some(gap) = view.gap("dealers.csv", view.facts.dealers.is_empty()) { (gap) } @else {
                svg.chart viewBox="0 0 560 240" role="img" aria-label="Dealers by stock coefficient" data-t-aria="plot.coefficient" {
                    @for m in &marks {
                        line class=(if *m == 0.0 { "axis" } else { "grid" }) x1="46" x2="536" y1=(short(y(*m))) y2=(short(y(*m))) {}
                        (tick(40.0, y(*m) + 3.5, *m, Kind::Whole, "tick e"))
                    }
                    @for (i, &n) in plan.iter().enumerate() {
                        rect.bar x=(short(x(i as f64 * CLASS.0) + 1.0)) width=(short(x(CLASS.0) - x(0.0) - 2.0)) y=(short(y(n as f64))) height=(short(218.0 - y(n as f64))) {}
                    }
                    path class="line today" d=(outline) {}
                    @for m in 0..=4 { (tick(x(f64::from(m)), 234.0, f64::from(m), Kind::Whole, "tick m")) }
                    @for (line, word) in LINES {
                        line.limit x1=(short(x(line))) x2=(short(x(line))) y1="16" y2="218" {}
                        (svg_t(word, "limit", x(line) + 4.0, 24.0))
                    }
                }
                p.source {
                    span.key.today {} (t("page.today")) " " span.key.plan {} (t("page.plan")) " · "
                    @for (line, _) in LINES { "> " (line) ": " (above("today", line)) " → " (above("plan", line)) " · " }
                    (t("page.source")) (t("page.colon")) code { "dealers.csv" }
                }
            }
        }
    }
}
