//! The page's sections, a file each.

pub mod compare;
pub mod data;
pub mod decision;
pub mod journey;
pub mod kpi;
pub mod league;
pub mod map;
pub mod placement;
pub mod plots;
pub mod stock;
pub mod transfers;
pub mod warnings;

use maud::{Markup, html};

/// The place of a table that the script fills.
fn grid(id: &str, label: &str) -> Markup {
    html! { div.grid data-table=(id) data-label=(label) {} }
}
