//! Cars that come later than promised.

use super::Found;
use super::view::{View, cell};
use crate::evaluation::monitor::{Rule, late_pipeline};
use crate::ids::Id;

pub(super) fn find(view: &View, found: &mut Found) {
    let scenario = view.ground.scenario;
    if scenario.in_transit.iter().all(|a| a.promised.is_none()) {
        let text = if scenario.in_transit.is_empty() {
            "no cars are in transit: list them in in_transit.csv"
        } else {
            "no cars in transit have a promised week: fill promised_week_start in in_transit.csv"
        };
        return found.lack(Rule::LatePipeline, text);
    }
    for a in scenario.in_transit.iter().filter(|a| view.state.open[a.site].is_some()) {
        let Some(promised) = a.promised else { continue };
        let arrives = view.ground.forecast.monday(a.week.index());
        let overdue = (arrives - promised).get_days();
        if overdue <= 0 {
            continue;
        }
        let lead_days = view.lead[a.site];
        let weeks = view.weeks(a.site, a.model);
        // The dealer lives on its stock until these cars come, and a week longer should they be late once more.
        let until = view.outlook(&weeks).over(a.week.index() as f64 + 1.0);
        let before: u32 = scenario
            .in_transit
            .iter()
            .filter(|b| (b.site, b.model) == (a.site, a.model) && b.week < a.week)
            .map(|b| b.cars)
            .sum();
        let facts = late_pipeline::Facts {
            cars: f64::from(a.cars),
            days: lead_days + f64::from(overdue),
            lead_days,
            deviation_days: lead_days * scenario.settings.simulation.lead_time_cv,
            stock_out: until.above(view.stock(a.site, a.model) + f64::from(before)),
            lost_sale: view.earned(a.model),
        };
        let band = view.band(Rule::LatePipeline, Some(a.site), Some(a.model));
        let finding = late_pipeline::check(&facts, band);
        found.add(Rule::LatePipeline, cell(a.site, a.model), finding, || view.bringing(a.site, a.model));
    }
}
