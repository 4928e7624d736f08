//! Dealers by the health of their channel: how many stand well, the worst five, every one with its intervals.

use super::grid;
use crate::report::number::Kind;
use crate::report::rows::{CHANNEL, League};
use crate::report::view::{Slot, View, t};
use crate::report::words::known;
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let rows = &view.facts.league;
    if let Some(gap) = view.gap("league.csv", rows.is_empty()) {
        return gap;
    }
    let count = |name: &'static str| Slot {
        name,
        key: format!("league.csv/count/{name}"),
        value: Some(rows.iter().filter(|r| r.tier == name).count() as f64),
        kind: Kind::Count,
    };
    let has = |m: &&crate::report::rows::ChannelMeasure| rows.iter().any(|r| (m.of)(r)[0].get().is_some());
    let lacking: Vec<&str> = CHANNEL.iter().filter(|m| !has(m)).map(|m| m.name).collect();
    let inverted = rows.iter().filter(|r| r.inverted.get() == Some(true)).count();
    html! {
        p.note { (view.sentence("league.total", &["red", "amber", "green"].map(count))) }
        h3 { (t("league.worst")) }
        ol.worst { @for row in worst(rows) { li { (one(view, row)) } } }
        @let watched: Vec<&League> = rows.iter().filter(|r| watched(r)).collect();
        h3 { (t("league.watch")) }
        @if watched.is_empty() { p.missing { (t("league.watch.none")) } }
        @else {
            ol.worst { @for row in watched.iter().take(WATCHED) { li { (one(view, row)) } } }
            @if watched.len() > WATCHED { p.note { (t("league.watch.more")) } }
        }
        @if !view.facts.league_regions.is_empty() {
            h3 { (t("league.regions")) }
            (grid("league_regions", "league.regions"))
        }
        h3 { (t("league.all")) }
        (grid("league", "league.all"))
        details {
            summary { (t("league.how")) }
            ul {
                @for name in ["turn", "coefficient", "aged", "effectiveness", "floor"] { li { (t(&format!("league.how.{name}"))) } }
                li { (t("league.how.tier")) }
                li { (t("league.how.held")) }
            }
            @if lacking.len() < CHANNEL.len() {
                p { (t("league.by_month")) }
                ul { @for name in CHANNEL.iter().map(|m| m.name).filter(|n| !lacking.contains(n)) { li { (t(&format!("league.how.{name}"))) } } }
                @if inverted > 0 { p { (view.sentence("league.inverted", &[Slot {
                    name: "dealers", key: "league.csv/count/inverted".into(), value: Some(inverted as f64), kind: Kind::Count,
                }])) } }
            }
            @if !lacking.is_empty() {
                p { (t("league.lacking")) }
                ul { @for name in &lacking { li { (t(&format!("league.lacking.{name}"))) } } }
            }
        }
        (view.source("league.csv"))
    }
}

/// Dealers of the watch list that are named; all stand in the table.
const WATCHED: usize = 10;

/// By how much a tier is bad.
fn rank(tier: &str) -> usize {
    ["red", "amber"].iter().position(|t| *t == tier).unwrap_or(2)
}

/// Whether what is seen is worse than what is held.
fn watched(row: &League) -> bool {
    !row.seen.is_empty() && rank(&row.seen) < rank(&row.tier)
}

/// The five that stand worst: by tier, then by the stock coefficient's lower end, then by how little they sell of what
/// the market model gives them.
fn worst(rows: &[League]) -> Vec<&League> {
    let mut sorted: Vec<&League> = rows.iter().collect();
    sorted.sort_by(|a, b| {
        let coefficient = |r: &League| r.coefficient_low_months.or_zero();
        rank(&a.tier)
            .cmp(&rank(&b.tier))
            .then(coefficient(b).total_cmp(&coefficient(a)))
            .then(a.effectiveness.or_zero().total_cmp(&b.effectiveness.or_zero()))
            .then(a.site_id.cmp(&b.site_id))
    });
    sorted.truncate(5);
    sorted
}

fn one(view: &View, row: &League) -> Markup {
    let slot = |name: &'static str, column: &str, value: Option<f64>, kind: Kind| Slot {
        name,
        key: format!("league.csv/{}/{column}", row.site_id),
        value,
        kind,
    };
    html! {
        strong { (row.site_id) } " "
        (view.sentence("league.one", &[
            slot("coefficient", "coefficient_months", row.coefficient_months.get(), Kind::Two),
            slot("low", "coefficient_low_months", row.coefficient_low_months.get(), Kind::Two),
            slot("high", "coefficient_high_months", row.coefficient_high_months.get(), Kind::Two),
            slot("aged", "aged_share", row.aged_share.get(), Kind::Share),
            slot("effectiveness", "effectiveness", row.effectiveness.get(), Kind::Share),
        ]))
        @for (k, word) in row.wrong.split_whitespace().map(|w| format!("league.wrong.{w}")).filter(|w| known(w)).enumerate() {
            @if k == 0 { " " (t("league.wrong")) " " } @else { ", " }
            (t(&word))
        }
    }
}
