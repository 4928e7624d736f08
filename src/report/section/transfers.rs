//! Cars that move between dealers.

use super::grid;
use crate::report::number::Kind;
use crate::report::rows::Transfer;
use crate::report::view::{Slot, View};
use maud::{Markup, html};

/// Draws the section.
pub fn draw(view: &View) -> Markup {
    let rows = &view.facts.transfers;
    let sum = |of: fn(&Transfer) -> f64| Some(rows.iter().map(of).sum::<f64>());
    let slot = |name, key: &str, value, kind| Slot { name, key: format!("transfers.csv/{key}"), value, kind };
    view.gap("transfers.csv", rows.is_empty()).unwrap_or_else(|| {
        html! {
            p.note {
                (view.num("transfers.csv/sum/cars", sum(|m| m.cars.or_zero()), Kind::Cars)) " "
                (view.sentence("transfers.total", &[
                    slot("lines", "count/rows", Some(rows.len() as f64), Kind::Count),
                    slot("value", "sum/value_cny", sum(|m| m.value_cny.or_zero()), Kind::Money),
                    slot("cost", "sum/cost_cny", sum(|m| m.cost_cny.or_zero()), Kind::Money),
                ]))
            }
            (grid("transfers", "nav.transfers"))
        }
    })
}
