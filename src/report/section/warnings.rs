//! What a planner should look at.

use super::grid;
use crate::report::number::Kind;
use crate::report::view::{Slot, View};
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let rows = &view.facts.warnings;
    let count = |name: &'static str| Slot {
        name,
        key: format!("warnings.csv/count/{name}"),
        value: Some(rows.iter().filter(|w| w.severity == name).count() as f64),
        kind: Kind::Count,
    };
    view.gap("warnings.csv", rows.is_empty()).unwrap_or_else(|| {
        html! {
            p.note { (view.sentence("warnings.total", &[count("red"), count("amber")])) }
            (grid("warnings", "nav.warnings"))
        }
    })
}
