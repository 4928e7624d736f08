//! Carriers of the week that is carried out that leave under their minimum load.

use super::Found;
use super::view::View;
use crate::evaluation::monitor::{Place, Rule, carrier_load};
use crate::ids::Id;

pub(super) fn find(view: &View, found: &mut Found) {
    let (data, plan) = (view.made.problem.data(), &view.made.plan);
    if data.carriers.is_empty() {
        return found.lack(Rule::CarrierLoad, "there are no carriers: list a class in carriers.csv");
    }
    for run in plan.carriers.iter().filter(|r| r.week == data.freeze) {
        let group = &data.carriers[run.carrier];
        let facts = carrier_load::Facts {
            slots: run.slots,
            runs: run.runs,
            capacity: group.capacity,
            cost: group.cost,
            weeks: run.week as f64,
        };
        let Some(&dealer) = group.dealers.first() else { continue };
        let site = view.made.dealers[dealer];
        let finding = carrier_load::check(&facts, view.band(Rule::CarrierLoad, Some(site), None));
        let place = Place {
            source: Some(view.made.plants[group.plant].index()),
            region: Some(view.region(site).index()),
            ..Place::default()
        };
        // What a fuller carrier would take along or what could wait: the dearest line on board.
        found.add(Rule::CarrierLoad, place, finding, || {
            view.dearest_order(|k| {
                let line = &plan.orders[k];
                let dealer = data.cells[line.cell].dealer;
                line.plant == group.plant && line.week == run.week && group.dealers.contains(&dealer)
            })
        });
    }
}
