//! The customer's way: segment, offer, lead, dealer, car, delivery.

use crate::report::cell::Num;
use crate::report::number::Kind;
use crate::report::rows::{JourneyDesk, JourneyEffect, JourneySegment, Row};
use crate::report::view::{View, both, t};
use crate::report::words::known;
use maud::{Markup, html};

/// Desks that are shown: those where one more place is worth most.
const SHOWN: usize = 10;

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let count = |name, figure| view.figure(name, "journey", figure, Kind::Count);
    let money = |name, figure| view.figure(name, "journey", figure, Kind::Money);
    html! {
        p.note { (t("journey.label")) }
        ol.chain {
            li { b { (t("journey.segment")) } " " (view.sentence("journey.segment.say", &[
                count("customers", "customers"), count("segments", "segments"), count("active", "active"),
                money("value", "value_cny"),
            ])) }
            li { b { (t("journey.offer")) } " " (view.sentence("journey.offer.say", &[
                count("offers", "offers"), money("cost", "offers_cost_cny"), money("gain", "offers_gain_cny"),
            ])) }
            li { b { (t("journey.lead")) } " " (view.sentence("journey.lead.say", &[
                count("leads", "leads"), count("known", "leads_of_known"),
            ])) }
            li { b { (t("journey.dealer")) } " " (view.sentence("journey.dealer.say", &[count("assigned", "assigned")])) }
            li { b { (t("journey.car")) } " " (view.sentence("journey.car.say", &[
                count("stock", "stock"), count("road", "road"), count("order", "order"),
            ])) }
            li { b { (t("journey.delivery")) } " " (view.sentence("journey.delivery.say", &[
                view.figure("sales", "journey", "sales", Kind::Cars), money("margin", "margin_cny"),
                money("blind", "margin_blind_to_cars_cny"),
            ])) }
        }
        h3 { (t("journey.segments")) }
        (segments(view))
        (view.source("journey_segments.csv"))
        h3 { (t("journey.effect")) }
        p.note { (t("journey.effect.note")) }
        (effect(view))
        (view.source("journey_effect.csv"))
        h3 { (t("journey.desks")) }
        (desks(view))
        (view.source("journey_desks.csv"))
    }
}

fn head(keys: &[&str]) -> Markup {
    html! {
        thead { tr {
            @for (k, key) in keys.iter().enumerate() {
                @if k == 0 { th scope="col" { (t(key)) } } @else { th.n scope="col" { (t(key)) } }
            }
        } }
    }
}

fn table(label: &str, keys: &[&str], rows: &[Markup]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) data-t-aria=(label) {
            table.way { (head(keys)) tbody { @for row in rows { (row) } } }
        }
    }
}

/// A number of a table's row.
fn cell<T: Row>(view: &View, row: &str, column: &str, value: Num, kind: Kind) -> Markup {
    html! { td.n { (view.num(&format!("{}/{row}/{column}", T::FILE), value.get(), kind)) } }
}

fn segments(view: &View) -> Markup {
    let cell = |row: &JourneySegment, column: &str, value: Num, kind: Kind| {
        cell::<JourneySegment>(view, &row.segment, column, value, kind)
    };
    let one = |r: &JourneySegment| {
        html! {
            tr {
                th scope="row" {
                    @let key = format!("journey.tier.{}", r.segment);
                    @if r.segment == "new" { (t("journey.new")) }
                    @else if known(&key) { (t(&key)) }
                    @else { (t("journey.group")) " " (r.segment) }
                    @if !r.known_by.is_empty() {
                        span.range { @for (k, mark) in marks(r).iter().enumerate() { @if k > 0 { " · " } (t(mark)) } }
                    }
                }
                (cell(r, "customers", r.customers, Kind::Count))
                (cell(r, "active_customers", r.active_customers, Kind::Count))
                (cell(r, "value_cny", r.value_cny, Kind::Money))
                (cell(r, "offers", r.offers, Kind::Count))
                (cell(r, "offers_gain_cny", r.offers_gain_cny, Kind::Money))
                (cell(r, "leads", r.leads, Kind::Count))
                (cell(r, "assigned_leads", r.assigned_leads, Kind::Count))
                (cell(r, "stock_leads", r.stock_leads, Kind::Count))
                (cell(r, "delivery_days", r.delivery_days, Kind::One))
                (cell(r, "sales_cars", r.sales_cars, Kind::Cars))
                (cell(r, "margin_cny", r.margin_cny, Kind::Money))
            }
        }
    };
    let rows: Vec<Markup> = view.facts.segments.iter().map(one).collect();
    let keys = [
        "journey.segment",
        "journey.customers",
        "journey.active",
        "journey.value",
        "journey.offers",
        "journey.gain",
        "journey.leads",
        "journey.assigned",
        "journey.stock",
        "journey.days",
        "journey.sales",
        "journey.margin",
    ];
    table("journey.segments", &keys, &rows)
}

/// What sets a group apart, as words of the page.
fn marks(row: &JourneySegment) -> Vec<String> {
    row.known_by.split_whitespace().map(|m| format!("journey.mark.{m}")).filter(|key| known(key)).collect()
}

fn effect(view: &View) -> Markup {
    let cell = |row: &JourneyEffect, column: &str, value: Num, kind: Kind| {
        cell::<JourneyEffect>(view, &row.rule, column, value, kind)
    };
    let one = |r: &JourneyEffect| {
        let signed = |column: &str, value: Option<f64>| {
            view.signed(&format!("journey_effect.csv/{}/{column}", r.rule), value, Kind::Money)
        };
        let first = r.rule == "undirected";
        html! {
            tr {
                th scope="row" { (t(&format!("journey.rule.{}", r.rule))) }
                (cell(r, "taken_leads", r.taken_leads, Kind::Count))
                (cell(r, "prompt_share", r.prompt_share, Kind::Share))
                (cell(r, "wait_h", r.wait_h, Kind::Two))
                (cell(r, "sales_per_100", r.sales_per_100, Kind::Two))
                (cell(r, "margin_cny", r.margin_cny, Kind::Money))
                td.n {
                    @if first { "–" } @else {
                        (signed("gain_cny", r.gain_cny.get()))
                        span.range { (signed("gain_low_cny", r.gain_low_cny.get())) " … " (signed("gain_high_cny", r.gain_high_cny.get())) }
                    }
                }
            }
        }
    };
    let rows: Vec<Markup> = view.facts.effect.iter().map(one).collect();
    let keys = [
        "journey.rule",
        "journey.assigned",
        "journey.prompt",
        "journey.wait",
        "journey.per100",
        "journey.margin",
        "journey.gain.paired",
    ];
    table("journey.effect", &keys, &rows)
}

fn desks(view: &View) -> Markup {
    let mut sorted: Vec<&JourneyDesk> = view.facts.desks.iter().filter(|d| d.adviser_cny.get().is_some()).collect();
    sorted.sort_by(|a, b| b.adviser_cny.or_zero().total_cmp(&a.adviser_cny.or_zero()).then(a.site_id.cmp(&b.site_id)));
    sorted.truncate(SHOWN);
    if sorted.is_empty() {
        return html! { p.missing { (t("journey.desks.free")) } };
    }
    let cell = |row: &JourneyDesk, column: &str, value: Num, kind: Kind| {
        cell::<JourneyDesk>(view, &row.site_id, column, value, kind)
    };
    let rows: Vec<Markup> = sorted
        .iter()
        .map(|r| {
            html! {
                tr {
                    th scope="row" { (site(view, &r.site_id)) }
                    (cell(r, "advisers", r.advisers, Kind::Count))
                    (cell(r, "capacity_leads", r.capacity_leads, Kind::Count))
                    (cell(r, "leads", r.leads, Kind::Count))
                    (cell(r, "place_cny", r.place_cny, Kind::Money))
                    (cell(r, "adviser_cny", r.adviser_cny, Kind::Money))
                }
            }
        })
        .collect();
    let keys = [
        "journey.dealer",
        "journey.advisers",
        "journey.places",
        "journey.leads",
        "journey.place.worth",
        "journey.adviser.worth",
    ];
    table("journey.desks", &keys, &rows)
}

fn site(view: &View, id: &str) -> Markup {
    let named = view.site.get(id).map(|&k| &view.facts.sites[k]);
    html! { (id) @if let Some(site) = named { " " (both(&site.name, &site.name_zh)) } }
}
