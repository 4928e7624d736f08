//! This plan beside others: figures with paired intervals, the tornado of profit, regret, decisions that differ.

use crate::report::compare::{Comparison, Figure, Gap, What};
use crate::report::number::Kind;
use crate::report::view::{View, short, t};
use crate::report::words::known;
use maud::{Markup, html};

/// Decisions that are listed.
const MOST: usize = 40;

/// Draws the section. Numbers carry their place in the comparison (`compare/figure/plan`), as `forecourt compare --json`
/// has it.
pub fn draw(view: &View, c: &Comparison) -> Markup {
    html! {
        p.note { (t("compare.first")) " " strong { (c.plans.first().map_or("", String::as_str)) } }
        @for (en, zh) in &c.notes { p.note { (crate::report::view::both(en, zh)) } }
        h3 { (t("compare.tornado")) }
        (tornado(view, c))
        h3 { (t("compare.figures")) }
        div.scroll tabindex="0" role="region" aria-label="Figures" data-t-aria="compare.figures" {
            table.kpis.beside {
                thead { tr {
                    th scope="col" { (t("kpi.measure")) }
                    @for name in &c.plans { th.n scope="col" { (name) } }
                    @for name in c.plans.iter().skip(1) { th.n scope="col" { (name) " − " (t("compare.base")) } }
                } }
                tbody { @for f in &c.figures { (row(view, f)) } }
            }
        }
        @if !c.regret.is_empty() {
            h3 { (t("compare.regret")) }
            (regret(view, c))
        }
        h3 { (t("compare.decisions")) }
        (decisions(view, c))
    }
}

fn name(id: &str) -> Markup {
    let keys = [format!("kpi.{id}"), format!("compare.{id}")];
    html! { @match keys.iter().find(|k| known(k)) { Some(key) => (t(key)), None => (id) } }
}

fn row(view: &View, f: &Figure) -> Markup {
    let plain = Kind::of_unit(&f.unit, false);
    let other = Kind::of_unit(&f.unit, true);
    html! {
        tr {
            th scope="row" { (name(&f.id)) }
            @for (k, g) in f.values.iter().enumerate() {
                td.n { (view.num(&format!("compare/{}/{k}/mean", f.id), g.map(|g| g.mean), plain)) }
            }
            @for (k, g) in f.differences.iter().enumerate().skip(1) {
                td.n {
                    @let at = |end: &str| format!("compare/{}/less {k}/{end}", f.id);
                    (view.signed(&at("mean"), g.map(|g| g.mean), other))
                    @if let Some((low, high)) = g.and_then(|g| g.ends).filter(|e| e.0 < e.1) {
                        span.range { (view.signed(&at("low"), Some(low), other)) " … " (view.signed(&at("high"), Some(high), other)) }
                    }
                }
            }
        }
    }
}

/// What each plan earns more or less than the first, largest first, on one axis.
fn tornado(view: &View, c: &Comparison) -> Markup {
    let Some(profit) = c.figures.iter().find(|f| f.id == "profit") else {
        return html! { p.note { (t("compare.none")) } };
    };
    let mut bars: Vec<(usize, Gap)> =
        profit.differences.iter().enumerate().skip(1).filter_map(|(k, g)| Some((k, (*g)?))).collect();
    bars.sort_by(|a, b| b.1.mean.abs().total_cmp(&a.1.mean.abs()));
    let ends = |g: &Gap| g.ends.unwrap_or((g.mean, g.mean));
    let reach = bars.iter().map(|b| ends(&b.1).0.abs().max(ends(&b.1).1.abs())).fold(1e-9, f64::max);
    let x = |v: f64| 120.0 + 116.0 * v / reach;
    html! {
        div.scroll tabindex="0" role="region" aria-label="Profit" data-t-aria="compare.tornado" {
            table.kpis.beside { tbody {
                @for (k, g) in &bars {
                    @let (low, high) = ends(g);
                    tr class=(if low > 0.0 { "better" } else if high < 0.0 { "worse" } else { "undecided" }) {
                        th scope="row" { (c.plans[*k]) }
                        td.n { (view.signed(&format!("compare/profit/less {k}/mean"), Some(g.mean), Kind::Money)) }
                        td.forest {
                            svg viewBox="0 0 240 16" aria-hidden="true" {
                                line.zero x1="120" x2="120" y1="0" y2="16" {}
                                rect.bar x=(short(x(g.mean.min(0.0)))) width=(short(x(g.mean.abs()) - 120.0)) y="4" height="8" {}
                                line.span x1=(short(x(low))) x2=(short(x(high))) y1="8" y2="8" {}
                            }
                        }
                    }
                }
            } }
        }
    }
}

fn regret(view: &View, c: &Comparison) -> Markup {
    let money = |k: usize, end: &str, v: Option<f64>| view.num(&format!("compare/regret/{k}/{end}"), v, Kind::Money);
    html! {
        div.scroll tabindex="0" role="region" aria-label="Regret" data-t-aria="compare.regret" {
            table.kpis.beside {
                thead { tr { th scope="col" {} @for word in ["compare.mean", "compare.worst", "compare.best"] { th.n scope="col" { (t(word)) } } } }
                tbody { @for (k, r) in c.regret.iter().enumerate() {
                    tr {
                        th scope="row" { (c.plans[k]) }
                        td.n {
                            (money(k, "mean", Some(r.mean)))
                            @if let Some((low, high)) = r.ends.filter(|e| e.0 < e.1) { span.range { (money(k, "low", Some(low))) " … " (money(k, "high", Some(high))) } }
                        }
                        td.n { (money(k, "worst", r.worst)) }
                        td.n { (view.num(&format!("compare/regret/{k}/best_in"), r.best_in, Kind::Share)) }
                    }
                } }
            }
        }
    }
}

/// A choice, its first word in both languages where it is an action.
fn shown(choice: &str) -> Markup {
    let (first, rest) = choice.split_once(' ').unwrap_or((choice, ""));
    let key = format!("action.{first}");
    html! {
        @if choice.is_empty() { "–" } @else if known(&key) { (t(&key)) " " (rest) } @else { (choice) }
    }
}

fn decisions(view: &View, c: &Comparison) -> Markup {
    let of = |what: What| c.decisions.iter().filter(move |d| d.what == what);
    html! {
        @for (what, word) in [(What::Placement, "compare.stores"), (What::Order, "compare.orders"), (What::Transfer, "compare.transfers")] {
            p.note { (t(word)) (t("page.colon")) (view.num(&format!("compare/{}/count/rows", what.name()), Some(of(what).count() as f64), Kind::Count)) }
            @if of(what).next().is_some() {
                div.scroll tabindex="0" role="region" aria-label="Decisions" data-t-aria="compare.decisions" {
                    table.kpis.beside {
                        thead { tr { th scope="col" {} @for name in &c.plans { th scope="col" { (name) } } } }
                        tbody { @for d in of(what).take(MOST) {
                            tr { th scope="row" { (d.id) } @for choice in &d.choices { td { (shown(choice)) } } }
                        } }
                    }
                }
            }
        }
    }
}
