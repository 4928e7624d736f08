//! Demand until the next order can arrive against stock and what is on the way by then.

use super::Found;
use super::view::{View, cell};
use crate::evaluation::monitor::{Rule, stock_out};
use crate::ids::{Id, ModelId, SiteId};
use std::collections::BTreeMap;

/// Least expected demand a week, cars, for which running out is a warning.
const FAINT: f64 = 0.05;
/// Weeks between reviews.
const REVIEW: f64 = 1.0;

pub(super) fn find(view: &View, found: &mut Found) {
    let mut coming: BTreeMap<(SiteId, ModelId), u32> = BTreeMap::new();
    for a in &view.ground.scenario.in_transit {
        if a.week.index() as f64 * 7.0 <= view.lead[a.site] + 7.0 * REVIEW {
            *coming.entry((a.site, a.model)).or_default() += a.cars;
        }
    }
    let arrive = |k: &usize| view.made.plan.orders[*k].arrives as f64 * 7.0;
    for (site, model) in view.cells() {
        let weeks = view.weeks(site, model);
        if weeks.iter().sum::<f64>() <= FAINT * weeks.len() as f64 {
            continue;
        }
        let lead_weeks = view.lead[site] / 7.0;
        let mut on_road = coming.get(&(site, model)).copied().unwrap_or(0);
        if view.done {
            let lines = view.orders.get(&(site, model)).into_iter().flatten();
            let in_time = lines.filter(|k| arrive(k) <= view.lead[site] + 7.0 * REVIEW);
            on_road += in_time.map(|&k| view.made.plan.orders[k].cars).sum::<u32>();
        }
        let facts = stock_out::Facts {
            position: view.stock(site, model) + f64::from(on_road),
            demand: view.outlook(&weeks).over(lead_weeks + REVIEW),
            lead_weeks,
            review_weeks: REVIEW,
            lost_sale: view.earned(model),
        };
        let band = view.band(Rule::StockOut, Some(site), Some(model));
        found.add(Rule::StockOut, cell(site, model), stock_out::check(&facts, band), || view.bringing(site, model));
    }
}
