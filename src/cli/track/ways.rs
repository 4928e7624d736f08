//! Redirections that move nothing: told, so that a wrong name is seen.

use crate::io::market::positions::Ways;
use crate::scenario::Scenario;
use serde_json::{Value, json};

/// Dealers named on the terminal.
const SHOWN: usize = 10;

/// Takes back the guess at a name that the scenario has.
pub(super) fn trust(ways: &mut Ways, scenario: &Scenario) {
    for (_, store) in scenario.network.stores() {
        if let Some(near) = ways.strangers.get_mut(&store.code) {
            *near = None;
        }
    }
}

/// The dealers without a car in the reports, as JSON.
pub(super) fn json(ways: &Ways) -> Value {
    let dealers: Vec<Value> =
        ways.strangers.iter().map(|(dealer, near)| json!({ "dealer_id": dealer, "near": near })).collect();
    json!({ "ways": ways.redirections.len(), "rows_without_cars": ways.idle, "dealers_without_cars": dealers })
}

/// A line, where there are any.
pub(super) fn text(ways: &Ways) -> String {
    if ways.idle == 0 {
        return String::new();
    }
    let name = |(dealer, near): (&String, &Option<String>)| match near {
        Some(near) => format!("{dealer} (did you mean {near}?)"),
        None => dealer.clone(),
    };
    let names: Vec<String> = ways.strangers.iter().take(SHOWN).map(name).collect();
    let more = if ways.strangers.len() > SHOWN { ", …" } else { "" };
    format!("redirections: {} rows name a dealer without a car in the reports: {}{more}\n", ways.idle, names.join(", "))
}
