//! The models in a dealer's stock against the models its customers will ask for in the coming month.

use super::Found;
use super::view::{MONTH, View};
use crate::evaluation::monitor::{Action, Place, Rule, mix};
use crate::ids::{Id, ModelId};

pub(super) fn find(view: &View, found: &mut Found) {
    let models = &view.ground.scenario.catalogue.models;
    for site in view.state.stores() {
        let facts: Vec<mix::Facts> = models
            .iter()
            .map(|(id, m)| mix::Facts {
                name: &m.code,
                stock: view.stock(site, id),
                demand: view.outlook(&view.weeks(site, id)).over(MONTH / 7.0).mean,
                margin: view.earned(id),
            })
            .collect();
        let finding = mix::check(&facts, view.band(Rule::Mix, Some(site), None));
        let place = Place { dealer: Some(site.index()), ..Place::default() };
        found.add(Rule::Mix, place, finding, || {
            // What brings the model that is missed most, else what takes the most plentiful one away.
            let (stock, demand) = facts.iter().fold((0.0, 0.0), |t, f| (t.0 + f.stock, t.1 + f.demand));
            let missing = |k: usize| stock * facts[k].demand / f64::max(demand, 1e-9) - facts[k].stock;
            let mut order: Vec<usize> = (0..facts.len()).collect();
            order.sort_by(|&a, &b| missing(b).total_cmp(&missing(a)).then(a.cmp(&b)));
            let bring = order.iter().filter(|&&k| missing(k) > 0.0).map(|&k| view.bringing(site, ModelId::at(k)));
            let relieve = order.iter().rev().filter(|&&k| missing(k) < 0.0);
            let relieve = relieve.map(|&k| view.relieving(site, ModelId::at(k)));
            bring.chain(relieve).find(|a| *a != Action::Decide).unwrap_or(Action::Decide)
        });
    }
}
