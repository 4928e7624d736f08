//! The plan in five sentences, with money and its interval.

use crate::report::facts::Facts;
use crate::report::number::{Kind, Lang};
use crate::report::rows::Kpi;
use crate::report::view::{Slot, View, both, t};
use crate::report::words::word;
use maud::{Markup, html};
use serde_json::Value;

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    html! {
        div.lead {
            (figures(view))
            ol.sentences {
                li { (network(view)) }
                li { (money(view)) }
                li { (cost(view)) }
                li { (customers(view)) }
                li { (week(view)) }
            }
        }
        (proof(view))
    }
}

fn kpi<'a>(facts: &'a Facts, id: &str) -> Option<&'a Kpi> {
    facts.kpis.iter().find(|k| k.kpi == id)
}

fn figures(view: &View) -> Markup {
    let pair = |id: &str, word: &str, kind: Kind| {
        kpi(view.facts, id).map(|k| {
            html! {
                div.fact {
                    p.what { (t(word)) }
                    p.value { (view.num(&format!("kpi.csv/{id}/today_mean"), k.today_mean.get(), kind)) span.to { " → " } (view.num(&format!("kpi.csv/{id}/plan_mean"), k.plan_mean.get(), kind)) }
                }
            }
        })
    };
    html! {
        div.facts {
            @if let Some(k) = kpi(view.facts, "profit") {
                div.fact.first {
                    p.what { (t("big.profit")) }
                    p.value { (view.signed("kpi.csv/profit/difference_mean", k.difference_mean.get(), Kind::Money)) }
                    p.range {
                        (t("big.interval")) " " (view.signed("kpi.csv/profit/difference_low", k.difference_low.get(), Kind::Money))
                        " " (t("big.to")) " " (view.signed("kpi.csv/profit/difference_high", k.difference_high.get(), Kind::Money))
                    }
                }
            }
            @for fact in [pair("stores", "big.stores", Kind::Count), pair("sales", "big.sales", Kind::Cars), pair("fill_rate", "big.fill", Kind::Share), pair("lost", "big.lost", Kind::Cars)].into_iter().flatten() { (fact) }
        }
    }
}

fn network(view: &View) -> Markup {
    if !view.facts.summary.has("place") {
        return view.sentence("say.network.none", &[]);
    }
    let count = |name: &'static str| view.figure(name, "place", name, Kind::Count);
    view.sentence(
        "say.network",
        &["opened", "closed", "moved", "improved", "kept", "stores_today", "stores_plan"].map(count),
    )
}

/// Which of the three sentences about money is true.
fn verdict(low: f64, high: f64) -> &'static str {
    match (low > 0.0, high < 0.0) {
        (true, _) => "say.gain",
        (_, true) => "say.loss",
        _ => "say.open",
    }
}

fn money(view: &View) -> Markup {
    let Some((k, mean, low, high)) = kpi(view.facts, "profit")
        .and_then(|k| Some((k, k.difference_mean.get()?, k.difference_low.get()?, k.difference_high.get()?)))
    else {
        return view.sentence("say.gain.none", &[]);
    };
    let key = verdict(low, high);
    // “… less” already says the sign; the table's value stays exact in the key's cell.
    let mean = if key == "say.loss" { -mean } else { mean };
    let name = if key == "say.loss" { "-difference_mean" } else { "difference_mean" };
    let slot = |place, column: &str, value| Slot {
        name: place,
        key: format!("kpi.csv/{}/{column}", k.kpi),
        value: Some(value),
        kind: Kind::Money,
    };
    view.sentence(
        key,
        &[
            view.figure("days", "simulate", "days", Kind::Whole),
            slot("mean", name, mean),
            slot("low", "difference_low", low),
            slot("high", "difference_high", high),
        ],
    )
}

fn cost(view: &View) -> Markup {
    if view.facts.summary.figure("place", "one_off_cost_cny").is_none() {
        return view.sentence("say.cost.none", &[]);
    }
    view.sentence(
        "say.cost",
        &[
            view.figure("one_off", "place", "one_off_cost_cny", Kind::Money),
            view.figure("before", "place", "profit_today_cny_per_year", Kind::Money),
            view.figure("after", "place", "profit_plan_cny_per_year", Kind::Money),
        ],
    )
}

fn customers(view: &View) -> Markup {
    let (Some(fill), Some(cover)) = (kpi(view.facts, "fill_rate"), kpi(view.facts, "coverage")) else {
        return view.sentence("say.customers.none", &[]);
    };
    let slot = |name, id: &str, column: &str, value: Option<f64>| Slot {
        name,
        key: format!("kpi.csv/{id}/{column}"),
        value,
        kind: Kind::Share,
    };
    view.sentence(
        "say.customers",
        &[
            slot("fill_today", "fill_rate", "today_mean", fill.today_mean.get()),
            slot("fill_plan", "fill_rate", "plan_mean", fill.plan_mean.get()),
            slot("cover_today", "coverage", "today_mean", cover.today_mean.get()),
            slot("cover_plan", "coverage", "plan_mean", cover.plan_mean.get()),
        ],
    )
}

fn week(view: &View) -> Markup {
    let s = &view.facts.summary;
    if !s.has("replenish") && !s.has("transfer") {
        return view.sentence("say.week.none", &[]);
    }
    let count = |name: &'static str, path: &str, value: Option<f64>| Slot {
        name,
        key: format!("summary.json/{path}"),
        value,
        kind: Kind::Count,
    };
    let cars: f64 = view.facts.transfers.iter().map(|m| m.cars.or_zero()).sum();
    let moved = Slot {
        name: "moved",
        key: "transfers.csv/sum/cars".into(),
        value: (!view.facts.lacks("transfers.csv")).then_some(cars),
        kind: Kind::Cars,
    };
    let number = |map: &serde_json::Map<String, serde_json::Value>, name: &str| {
        map.get(name).and_then(serde_json::Value::as_f64)
    };
    view.sentence(
        "say.week",
        &[
            view.figure("cars", "replenish", "cars_ordered", Kind::Cars),
            count("weeks", "size/horizon_weeks", number(&s.size, "horizon_weeks")),
            moved,
            view.figure("value", "transfer", "value_cny", Kind::Money),
            view.figure("cost", "transfer", "cost_cny", Kind::Money),
            count("red", "warnings_count/red", number(&s.warnings_count, "red")),
            count("amber", "warnings_count/amber", number(&s.warnings_count, "amber")),
            count("settled", "warnings_count/settled", number(&s.warnings_count, "settled")),
            count("now", "warnings_count/now", number(&s.warnings_count, "now")),
        ],
    )
}

fn proof(view: &View) -> Markup {
    let s = &view.facts.summary;
    let mut parts = Vec::new();
    for step in ["place", "replenish"].into_iter().filter(|step| s.figure(step, "gap").is_some()) {
        parts.push(view.sentence(&format!("say.proof.{step}"), &[view.figure("gap", step, "gap", Kind::Share)]));
    }
    if s.has("simulate") {
        let count = view.figure("replications", "simulate", "replications", Kind::Count);
        parts.push(view.sentence("say.proof.simulate", &[count]));
    }
    for (step, _) in s.steps.iter().filter(|s| s.1.get("repeatable").and_then(Value::as_bool) == Some(false)) {
        let say = |lang| word("say.proof.clock", lang).replace("{step}", word(&format!("step.{step}"), lang));
        parts.push(both(&say(Lang::En), &say(Lang::Zh)));
    }
    html! {
        @if !parts.is_empty() {
            p.proof { (t("say.proof")) (t("page.colon")) @for (i, part) in parts.iter().enumerate() { @if i > 0 { (t("page.semicolon")) } (part) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cell::Num;

    fn page(low: f64, mean: f64, high: f64) -> String {
        let n = Num::from;
        let k = Kpi {
            kpi: "profit".into(),
            difference_low: n(low),
            difference_mean: n(mean),
            difference_high: n(high),
            ..Kpi::default()
        };
        let facts = Facts { kpis: vec![k], ..Facts::default() };
        money(&View::new(&facts)).into_string()
    }

    #[test]
    fn the_sentence_about_money_is_honest() {
        assert!(page(1e6, 2e6, 3e6).contains("more than today"));
        assert!(page(-1e6, 2e6, 3e6).contains("contains zero"));
        assert!(page(-1e6, 0.0, 0.0).contains("contains zero"));
        let loss = page(-3e6, -2e6, -1e6);
        assert!(
            loss.contains("less than today") && loss.contains(">¥2.00 M<") && loss.contains(">−¥3.00 M<"),
            "{loss}"
        );
        assert!(loss.contains("少盈利"));
    }

    #[test]
    fn a_clock_that_stopped_a_step_is_named() {
        let summary = serde_json::from_str(r#"{"steps": {"place": {"gap": 0.01, "repeatable": false}}}"#).unwrap();
        let facts = Facts { summary, ..Facts::default() };
        let text = proof(&View::new(&facts)).into_string();
        assert!(text.contains("a time limit stopped Placement") && text.contains("选址因时间上限"), "{text}");
    }

    #[test]
    fn without_tables_the_sentences_say_so() {
        let facts = Facts::default();
        let text = draw(&View::new(&facts)).into_string();
        for phrase in [
            "No placement was computed",
            "were not simulated",
            "was not computed",
            "was not measured",
            "were not computed",
        ] {
            assert!(text.contains(phrase), "{phrase}");
        }
    }
}
