//! What was read and assumed, how far each answer is proven, where it came from.

use crate::report::number::Kind;
use crate::report::view::{View, both, t};
use crate::report::words::known;
use maud::{Markup, html};
use serde_json::Value;

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    html! {
        h3 { (t("data.steps")) }
        (steps(view))
        p.note { (t("data.gapnote")) }
        div.two {
            div { h3 { (t("data.aggregated")) } (aggregated(view)) }
            div { h3 { (t("data.absent")) } (absent(view)) }
        }
        details.more { summary { (t("data.provenance")) } (provenance(view)) }
    }
}

/// Figures of a step that have a column of their own.
const OWN: [&str; 4] = ["status", "gap", "grade", "repeatable"];

fn steps(view: &View) -> Markup {
    let steps = &view.facts.summary.steps;
    if steps.is_empty() {
        return html! { p.missing { (t("data.none")) } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Answers" data-t-aria="data.steps" {
            table.steps {
                thead { tr { th scope="col" { (t("data.step")) } th scope="col" { (t("data.status")) } th.n scope="col" { (t("data.gap")) } th scope="col" { (t("data.grade")) } th scope="col" { (t("data.repeatable")) } th scope="col" { (t("data.figures")) } } }
                tbody { @for (name, step) in steps { tr {
                    th scope="row" { @let key = format!("step.{name}"); @if known(&key) { (t(&key)) } @else { (name) } }
                    td { (text(step.get("status"))) }
                    td.n { @if let Some(gap) = step.get("gap").and_then(Value::as_f64) { (view.num(&format!("summary.json/steps/{name}/gap"), Some(gap), Kind::Share)) } }
                    td { (text(step.get("grade"))) }
                    td { @match step.get("repeatable") { Some(Value::Bool(true)) => (t("table.yes")), Some(Value::Bool(false)) => (t("table.no")), _ => {} } }
                    td.figures { @for (figure, value) in step.as_object().into_iter().flatten().filter(|(f, v)| !OWN.contains(&f.as_str()) && !v.is_object() && !v.is_array()) {
                        span { code { (figure) } " " (figure_value(view, name, figure, value)) }
                    } }
                } } }
            }
        }
    }
}

fn figure_value(view: &View, step: &str, figure: &str, value: &Value) -> Markup {
    let key = format!("summary.json/steps/{step}/{figure}");
    match value.as_f64() {
        Some(v) if figure.contains("_cny") => view.num(&key, Some(v), Kind::Money),
        Some(v) if v.fract() == 0.0 => view.num(&key, Some(v), Kind::Whole),
        Some(v) => view.num(&key, Some(v), Kind::Two),
        None => text(Some(value)),
    }
}

fn text(value: Option<&Value>) -> Markup {
    match value {
        None | Some(Value::Null) => html! {},
        Some(Value::String(s)) => html! { (s) },
        Some(other) => html! { (other) },
    }
}

fn aggregated(view: &View) -> Markup {
    let remarks = &view.facts.summary.aggregated;
    html! {
        @if remarks.is_empty() { p.quiet { (t("data.none")) } } @else { ul { @for r in remarks { li { (both(&r.text, &r.text_zh)) } } } }
    }
}

fn absent(view: &View) -> Markup {
    let absent = &view.facts.absent;
    html! {
        @if absent.is_empty() { p.quiet { (t("data.absent.none")) } } @else {
            ul { @for a in absent { li { code { (a.file) } " – " @if let Some(fault) = &a.fault { (fault) } @else { (t("data.notwritten")) } } } }
        }
    }
}

/// Entries shown at most; a scenario may list hundreds of input files.
const ENTRIES: usize = 120;

fn provenance(view: &View) -> Markup {
    let mut entries = Vec::new();
    // What differs from run to run stays in provenance.json: the page is the same for the same input.
    let mut lasting = view.facts.provenance.clone();
    if let Some(map) = lasting.as_object_mut() {
        map.shift_remove("run");
    }
    flatten(&lasting, "", &mut entries);
    html! {
        @if entries.is_empty() { p.quiet { (t("data.none")) } } @else {
            div.scroll tabindex="0" role="region" aria-label="Provenance" data-t-aria="data.provenance" {
                table.provenance {
                    thead { tr { th scope="col" { (t("data.item")) } th scope="col" { (t("data.entry")) } } }
                    tbody { @for (name, value) in entries.iter().take(ENTRIES) { tr { th scope="row" { (name) } td { code { (value) } } } } }
                }
            }
            @if entries.len() > ENTRIES { p.quiet { "… " code { "provenance.json" } } }
        }
    }
}

fn flatten(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path} · {name}") };
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(k, v)| flatten(v, &under(k), out)),
        Value::Array(items) => {
            for (i, v) in items.iter().enumerate() {
                flatten(v, &under(&(i + 1).to_string()), out);
            }
        }
        Value::String(s) => out.push((path.to_owned(), s.clone())),
        other => out.push((path.to_owned(), other.to_string())),
    }
}
