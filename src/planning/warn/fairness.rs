//! Dealers far below the fair cover where supply is short.

use super::Found;
use super::view::{View, cell};
use crate::evaluation::monitor::{Rule, fairness};

pub(super) fn find(view: &View, found: &mut Found) {
    let (data, plan) = (view.made.problem.data(), &view.made.plan);
    if plan.fair_cover.iter().all(Option::is_none) {
        return;
    }
    let mut first = vec![0; data.cells.len()];
    for line in plan.orders.iter().filter(|o| o.week == data.freeze) {
        first[line.cell] += line.cars;
    }
    for (c, cell_data) in data.cells.iter().enumerate() {
        let Some(fair_cover) = plan.fair_cover[cell_data.model].filter(|_| cell_data.rate > 0.0) else { continue };
        let held: u32 = cell_data.stock.iter().chain(&cell_data.pipeline).sum();
        let (site, model) = view.made.cell(c);
        let facts = fairness::Facts {
            position: f64::from(held + first[c]),
            rate: cell_data.rate,
            fair_cover,
            margin: view.ground.scenario.catalogue.models[model].margin.major(),
        };
        let finding = fairness::check(&facts, view.band(Rule::Fairness, Some(site), Some(model)));
        found.add(Rule::Fairness, cell(site, model), finding, || view.bringing(site, model));
    }
}
