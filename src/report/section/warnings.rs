//! What a planner should do, and look at.

use super::grid;
use crate::report::number::Kind;
use crate::report::view::{Slot, View, t};
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let rows = &view.facts.warnings;
    let count = |name: &'static str, value: usize| Slot {
        name,
        key: format!("warnings.csv/count/{name}"),
        value: Some(value as f64),
        kind: Kind::Count,
    };
    let severe = |name: &'static str| count(name, rows.iter().filter(|w| w.severity == name).count());
    let settled = rows.iter().filter(|w| w.severity != "pending" && w.after_plan == "settled").count();
    view.gap("warnings.csv", rows.is_empty()).unwrap_or_else(|| {
        html! {
            @if !view.facts.tasks.is_empty() {
                h3 { (t("tasks.head")) }
                p.note { (tasks(view)) }
                (grid("tasks", "tasks.head"))
            }
            h3 { (t("warnings.head")) }
            p.note { (view.sentence("warnings.total", &[severe("red"), severe("amber"), count("settled", settled)])) }
            (grid("warnings", "nav.warnings"))
        }
    })
}

fn tasks(view: &View) -> Markup {
    view.sentence(
        "tasks.total",
        &[
            view.figure("now", "warn", "tasks_now", Kind::Count),
            view.figure("tasks", "warn", "tasks", Kind::Count),
            view.figure("money", "warn", "tasks_now_cny", Kind::Money),
            view.figure("all", "warn", "tasks_cny", Kind::Money),
        ],
    )
}
