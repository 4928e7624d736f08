//! Build slots that would pay if there were more of them.

use super::Found;
use super::view::View;
use crate::evaluation::monitor::{Place, Rule, binding_supply};
use crate::ids::{Id, ModelId};

pub(super) fn find(view: &View, found: &mut Found) {
    let data = view.made.problem.data();
    for (supply, slot_values) in data.supply.iter().zip(&view.made.plan.prices.slots) {
        let model = ModelId::at(supply.model);
        let facts = binding_supply::Facts {
            slot_values,
            price: view.ground.scenario.catalogue.models[model].price.major(),
            first_free: data.freeze,
        };
        let finding = binding_supply::check(&facts, view.band(Rule::BindingSupply, None, Some(model)));
        let plant = view.made.plants[supply.plant];
        let place = Place { model: Some(model.index()), source: Some(plant.index()), ..Place::default() };
        let week = finding.as_ref().map_or(0, |f| f.lead_weeks as usize);
        // The line that fills the dearest slots: where the scarce cars go.
        found.add(Rule::BindingSupply, place, finding, || {
            let lines = &view.made.plan.orders;
            view.dearest_order(|k| view.model_of(k) == model && lines[k].plant == supply.plant && lines[k].week == week)
        });
    }
}
