//! Cars that will likely stand past an age limit, by their place in the line.

use super::Found;
use super::view::{View, cell};
use crate::evaluation::monitor::{Rule, ageing};

/// Discounts on cars over 90 and over 180 days, shares of the price (assumption; as the simulation grants them).
const DISCOUNT: (f64, f64) = (0.025, 0.08);

pub(super) fn find(view: &View, found: &mut Found) {
    for (site, model) in view.cells() {
        let ages_days = &view.ages[(site, model)];
        if ages_days.is_empty() {
            continue;
        }
        let weeks = view.weeks(site, model);
        let facts = ageing::Facts {
            ages_days,
            outlook: view.outlook(&weeks),
            price: view.ground.scenario.catalogue.models[model].price.major(),
            discount: DISCOUNT,
        };
        let likely = view.band(Rule::Ageing, Some(site), Some(model)).amber;
        let finding = ageing::check(&facts, view.limits.age_days, likely);
        found.add(Rule::Ageing, cell(site, model), finding, || view.relieving(site, model));
    }
}
