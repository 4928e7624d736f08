//! Stock against a month's sales at the coming season. Forecast sales have the season in them already.

use super::Found;
use super::view::{MONTH, View, cell};
use crate::evaluation::monitor::{Rule, excess};

pub(super) fn find(view: &View, found: &mut Found) {
    for (site, model) in view.cells() {
        let stock = view.stock(site, model);
        // One car is no surplus, whatever its coefficient.
        if stock <= 1.0 {
            continue;
        }
        let weeks = view.weeks(site, model);
        let next_month = view.outlook(&weeks).over(MONTH / 7.0);
        let facts = excess::Facts {
            stock,
            month_sales: next_month.mean,
            season: (1.0, 1.0),
            next_month,
            holding_month: view.month_of_holding(model),
        };
        let band = view.band(Rule::Excess, Some(site), Some(model));
        found.add(Rule::Excess, cell(site, model), excess::check(&facts, band), || view.relieving(site, model));
    }
}
