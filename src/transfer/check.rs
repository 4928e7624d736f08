//! Every fault of the data, found in one pass.

use super::problem::{Data, Fault};
use std::collections::BTreeMap;

/// Money above this (units of the currency) is refused: hundredths must stay exact in a 64-bit float.
const LARGEST: f64 = 1e12;

/// Everything wrong with the data, in the order of the fields.
pub(super) fn faults(data: &Data) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |place: String, text: String| faults.push(Fault { place, text });
    let money = |v: f64| v.is_finite() && v.abs() <= LARGEST;
    for (m, &v) in data.lateness.iter().enumerate() {
        if !money(v) || v < 0.0 {
            add(format!("lateness[{m}]"), format!("{v} is not an amount of money of at least 0"));
        }
    }
    if data.price.len() != data.lateness.len() {
        add("price".into(), format!("{} entries for {} models", data.price.len(), data.lateness.len()));
    }
    for (m, &v) in data.price.iter().enumerate() {
        if !money(v) || v < 0.0 {
            add(format!("price[{m}]"), format!("{v} is not an amount of money of at least 0"));
        }
    }
    for (d, v) in data.dealers.iter().enumerate().filter_map(|(d, x)| Some((d, x.credit?))) {
        if !money(v) || v < 0.0 {
            add(format!("dealers[{d}].credit"), format!("{v} is not an amount of money of at least 0"));
        }
    }
    let mut seen = BTreeMap::new();
    for (c, cell) in data.cells.iter().enumerate() {
        if cell.dealer >= data.dealers.len() {
            add(format!("cells[{c}].dealer"), format!("position {} does not exist", cell.dealer));
        }
        if cell.model >= data.lateness.len() {
            add(format!("cells[{c}].model"), format!("position {} has no entry in lateness", cell.model));
        }
        if let Some(first) = seen.insert((cell.dealer, cell.model), c) {
            add(format!("cells[{c}]"), format!("has the same dealer and model as cells[{first}]"));
        }
        for (name, values, sign) in [("gain", &cell.gain, -1.0), ("loss", &cell.loss, 1.0)] {
            if let Some(k) = values.iter().position(|&v| !money(v)) {
                add(format!("cells[{c}].{name}[{k}]"), format!("{} is not an amount of money", values[k]));
            } else if let Some(k) = (1..values.len()).find(|&k| sign * (values[k] - values[k - 1]) < 0.0) {
                let text = if sign > 0.0 {
                    "falls; each further car given must cost at least as much"
                } else {
                    "rises; each further car taken must be worth at most as much"
                };
                add(format!("cells[{c}].{name}[{k}]"), text.into());
            }
        }
        if cell.loss.len() > cell.cars.len() {
            add(
                format!("cells[{c}].loss"),
                format!("{} values for {} cars in stock", cell.loss.len(), cell.cars.len()),
            );
        }
    }
    let mut roads = BTreeMap::new();
    for (a, arc) in data.arcs.iter().enumerate() {
        for (name, d) in [("from", arc.from), ("to", arc.to)] {
            if d >= data.dealers.len() {
                add(format!("arcs[{a}].{name}"), format!("position {d} does not exist"));
            }
        }
        if arc.from == arc.to {
            add(format!("arcs[{a}]"), "leads from a dealer to itself".into());
        }
        for (name, v) in [("cost", arc.cost), ("lead_days", arc.lead_days)] {
            if !money(v) || v < 0.0 {
                add(format!("arcs[{a}].{name}"), format!("{v} is not a finite number of at least 0"));
            }
        }
        if let Some(first) = roads.insert((arc.from, arc.to), a) {
            add(format!("arcs[{a}]"), format!("joins the same dealers as arcs[{first}]"));
        }
    }
    if !(0.0..=1.0).contains(&data.rules.share_of_stock) {
        add("rules.share_of_stock".into(), format!("{} is not a share between 0 and 1", data.rules.share_of_stock));
    }
    if !money(data.rules.least_profit) || data.rules.least_profit < 0.0 {
        add("rules.least_profit".into(), format!("{} is not an amount of at least 0", data.rules.least_profit));
    }
    faults
}
