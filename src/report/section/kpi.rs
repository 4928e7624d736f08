//! Both networks measured on the same futures, with intervals and a verdict each.

use crate::report::number::Kind;
use crate::report::rows::Kpi;
use crate::report::view::{View, short, t};
use crate::report::words::known;
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let kpis = &view.facts.kpis;
    if let Some(gap) = view.gap("kpi.csv", kpis.is_empty()).filter(|_| kpis.is_empty()) {
        return gap;
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Measures" data-t-aria="nav.kpi" {
            table.kpis {
                thead { tr {
                    th scope="col" { (t("kpi.measure")) }
                    th.n scope="col" { (t("page.today")) }
                    th.n scope="col" { (t("page.plan")) }
                    th.n scope="col" { (t("page.difference")) }
                    th scope="col" { (t("kpi.picture")) }
                    th scope="col" { (t("kpi.verdict")) }
                } }
                tbody { @for k in kpis { (row(view, k)) } }
            }
        }
        p.note { (t("kpi.note")) }
        (view.source("kpi.csv"))
    }
}

/// better | worse | undecided | same | changed (where no direction is better).
pub fn verdict(k: &Kpi) -> &'static str {
    let (Some(low), Some(high)) = (k.difference_low.get(), k.difference_high.get()) else { return "undecided" };
    match (k.better.as_str(), low > 0.0, high < 0.0) {
        ("high", true, _) | ("low", _, true) => "better",
        ("low", true, _) | ("high", _, true) => "worse",
        (_, true, _) | (_, _, true) => "changed",
        _ if low == 0.0 && high == 0.0 => "same",
        _ => "undecided",
    }
}

fn row(view: &View, k: &Kpi) -> Markup {
    let name = format!("kpi.{}", k.kpi);
    let unit = format!("unit.{}", k.unit);
    let cell = |side: &str, mean: Option<f64>, low: Option<f64>, high: Option<f64>, difference: bool| {
        let kind = Kind::of_unit(&k.unit, difference);
        let num = |end: &str, v| {
            let key = format!("kpi.csv/{}/{side}_{end}", k.kpi);
            if difference { view.signed(&key, v, kind) } else { view.num(&key, v, kind) }
        };
        html! {
            td.n {
                (num("mean", mean))
                @if low != high { span.range { (num("low", low)) " … " (num("high", high)) } }
            }
        }
    };
    let verdict = verdict(k);
    html! {
        tr class=(verdict) {
            th scope="row" {
                @if known(&name) { (t(&name)) } @else { (k.kpi) }
                @if k.unit != "cny" && k.unit != "share" { span.unit { @if known(&unit) { (t(&unit)) } @else { (k.unit) } } }
            }
            (cell("today", k.today_mean.get(), k.today_low.get(), k.today_high.get(), false))
            (cell("plan", k.plan_mean.get(), k.plan_low.get(), k.plan_high.get(), false))
            (cell("difference", k.difference_mean.get(), k.difference_low.get(), k.difference_high.get(), true))
            td.forest { (forest(k)) }
            td.verdict { span.mark aria-hidden="true" {} (t(&format!("kpi.{verdict}"))) }
        }
    }
}

/// The interval of the difference on an axis of its own around zero.
fn forest(k: &Kpi) -> Markup {
    let (Some(mean), Some(low), Some(high)) =
        (k.difference_mean.get(), k.difference_low.get(), k.difference_high.get())
    else {
        return html! {};
    };
    let reach = low.abs().max(high.abs()).max(mean.abs()).max(1e-12);
    let x = |v: f64| short(80.0 + 72.0 * v / reach);
    html! {
        svg viewBox="0 0 160 16" aria-hidden="true" {
            line.zero x1="80" x2="80" y1="0" y2="16" {}
            line.span x1=(x(low)) x2=(x(high)) y1="8" y2="8" {}
            circle.dot cx=(x(mean)) cy="8" r="3.5" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cell::Num;

    fn of(better: &str, low: f64, high: f64) -> &'static str {
        let k = Kpi {
            better: better.into(),
            difference_low: Num::from(low),
            difference_high: Num::from(high),
            ..Kpi::default()
        };
        verdict(&k)
    }

    #[test]
    fn a_verdict_needs_an_interval_away_from_zero() {
        assert_eq!(of("high", 1.0, 2.0), "better");
        assert_eq!(of("high", -2.0, -1.0), "worse");
        assert_eq!(of("low", -2.0, -1.0), "better");
        assert_eq!(of("low", 1.0, 2.0), "worse");
        assert_eq!(of("high", -1.0, 2.0), "undecided");
        assert_eq!(of("low", 0.0, 2.0), "undecided");
        assert_eq!(of("low", 0.0, 0.0), "same");
        assert_eq!(of("", 1.0, 2.0), "changed");
        assert_eq!(verdict(&Kpi::default()), "undecided");
    }
}
