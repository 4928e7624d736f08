//! What happens to each store, and why.

use super::grid;
use crate::report::view::{View, t};
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    view.gap("placement.csv", view.facts.placement.is_empty())
        .unwrap_or_else(|| html! { p.note { (t("placement.head")) } (grid("placement", "placement.head")) })
}
