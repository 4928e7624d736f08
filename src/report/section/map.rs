//! The map with its switches, legend and side panel.

use super::grid;
use crate::report::map::{Map, PLANT, SHAPES, STEPS};
use crate::report::number::{self, Kind, Lang};
use crate::report::view::{View, both, short, t};
use crate::report::words::word;
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let Some(map) = Map::new(view) else { return html! { p.missing { (t("map.none")) } } };
    html! {
        div.controls {
            (choice("map.view", "view", &[("today", "page.today"), ("plan", "page.plan"), ("diff", "page.difference")], "plan"))
            (choice("map.metric", "metric", &[("share", "map.share"), ("cover", "map.cover"), ("overlap", "map.overlap")], "share"))
            @if !view.facts.transfers.is_empty() { (check("map.transfers", "arcs")) }
            (check("map.candidates", "candidates"))
            label.find { span.sr data-t="map.find" { (word("map.find", Lang::En)) } input #find type="search" list="places" autocomplete="off" placeholder="Find a store or zone" data-t-ph="map.find"; }
            datalist #places {}
        }
        div.mapbox {
            div.mapframe {
                (map.draw())
                div.zoom {
                    button type="button" data-zoom="in" aria-label="Zoom in" data-t-aria="map.zoomin" { "+" }
                    button type="button" data-zoom="out" aria-label="Zoom out" data-t-aria="map.zoomout" { "−" }
                    button type="button" data-zoom="reset" aria-label="Whole map" data-t-aria="map.reset" { "⤢" }
                }
                div #tip hidden {}
            }
            aside #panel aria-live="polite" { h3 { (t("panel.title")) } p.quiet { (t("panel.empty")) } p.quiet { (t("map.hint")) } }
        }
        (legend(view, &map))
        p.source { (t("map.outline")) " " (t("page.source")) (t("page.colon")) code { "zones.csv" } ", " code { "sites.csv" } ", " code { "placement.csv" } ", " code { "network.geojson" } }
        @if let Some(gap) = view.gap("zones.csv", view.facts.zones.is_empty()) { (gap) } @else {
            details.more { summary { (t("map.zones")) } (grid("zones", "map.zones")) }
        }
    }
}

fn choice(label: &str, name: &str, options: &[(&str, &str)], chosen: &str) -> Markup {
    html! {
        div.seg role="group" aria-label=(word(label, Lang::En)) data-t-aria=(label) data-choice=(name) {
            @for (value, key) in options {
                button type="button" data-value-of=(value) aria-pressed=(if *value == chosen { "true" } else { "false" }) data-t=(key) { (word(key, Lang::En)) }
            }
        }
    }
}

fn check(key: &str, name: &str) -> Markup {
    html! { label.check { input type="checkbox" data-show=(name); " " (t(key)) } }
}

fn legend(view: &View, map: &Map) -> Markup {
    html! {
        div.legend {
            div { p { (t("map.size")) } (sizes(map)) }
            div.only.share { p { (t("map.colour.share")) } (steps(map)) }
            div.only.diff { p { (t("map.colour.diff")) } (changes(map)) }
            div.only.cover { p { (t("map.colour.cover")) } p { span.key.covered {} (t("map.covered")) " " span.key.blind {} (t("map.blind")) span.change { " " span.key.gained {} (t("map.gained")) " " span.key.dropped {} (t("map.dropped")) } } }
            div.only.overlap { p { (t("map.colour.overlap")) } (overlaps()) }
            div { p { (t("col.format")) } p.keys { @for (i, f) in view.facts.formats.iter().enumerate() { span { (symbol(SHAPES[i.min(SHAPES.len() - 1)], "keep")) (both(&f.name, &f.name_zh)) } } span { (symbol(PLANT, "plant")) (t("map.plant")) } } }
            div { p { (t("col.action")) } p.keys { @for a in ["keep", "open", "close", "improve"] { span { (symbol(SHAPES[0], a)) (t(&format!("action.{a}"))) } } span { (symbol(SHAPES[0], "move_in")) (t("map.move")) } } }
        }
    }
}

fn symbol(shape: &str, class: &str) -> Markup {
    html! { svg.symbol viewBox="-6 -6 12 12" aria-hidden="true" { path class={ "s " (class) } d=(shape) {} } }
}

fn tick(v: f64, kind: Kind) -> Markup {
    html! { span.tick data-value=(v) data-kind=(kind.name()) { (number::show(v, kind, Lang::En, "")) } }
}

/// Three circles with round sizes.
fn sizes(map: &Map) -> Markup {
    if map.largest <= 0.0 {
        return html! {};
    }
    let power = 10f64.powf(map.largest.log10().floor());
    html! {
        p.sizes {
            @for v in [power, power / 5.0, power / 25.0] {
                @let r = map.radius(v);
                svg viewBox={ "0 0 " (short(2.0 * r + 2.0)) " " (short(2.0 * r + 2.0)) } width=(short(2.0 * r + 2.0)) height=(short(2.0 * r + 2.0)) aria-hidden="true" { circle.outline cx=(short(r + 1.0)) cy=(short(r + 1.0)) r=(short(r)) {} }
                (tick(v, Kind::Whole))
            }
        }
    }
}

fn steps(map: &Map) -> Markup {
    html! {
        p.ramp {
            @for i in 0..STEPS {
                span class={ "key q" (i) } {}
                @if let Some(v) = map.share.get(i) { (tick(*v, map.share_kind())) }
            }
        }
    }
}

fn changes(map: &Map) -> Markup {
    html! {
        p.ramp {
            span class="key d0" {} (tick(-0.6 * map.change, Kind::Points)) span class="key d1" {} (tick(-0.1 * map.change, Kind::Points))
            span class="key d2" {} (tick(0.1 * map.change, Kind::Points)) span class="key d3" {} (tick(0.6 * map.change, Kind::Points)) span class="key d4" {}
        }
    }
}

fn overlaps() -> Markup {
    html! { p.ramp { @for i in 0..STEPS { span class={ "key q" (i) } {} @if i + 1 < STEPS { (tick((i + 1) as f64 / STEPS as f64, Kind::Two)) } } } }
}
