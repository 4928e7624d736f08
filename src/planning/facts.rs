//! What the simulation does not see of a network.

use super::{Ground, NetworkState, Placement};
use crate::evaluation::NetworkFacts;
use crate::units::{Hours, Money};

/// Stores, their fixed cost, freight, coverage and overlap of a network; `one_off_per_year` is one-off money spread over the
/// planning years.
pub fn network_facts(
    ground: &Ground,
    placement: &Placement,
    state: &NetworkState,
    one_off_per_year: Money,
) -> NetworkFacts {
    let network = &ground.scenario.network;
    let fixed = placement
        .problem
        .stores
        .iter()
        .filter_map(|s| state.open[s.id].and_then(|f| s.options.iter().find(|o| o.format == f)))
        .map(|o| o.yearly_cost)
        .sum();
    let limit = Hours::new(ground.scenario.settings.placement.coverage_min / 60.0);
    let (mut people, mut covered, mut market, mut overlap) = (0.0, 0.0, 0.0, 0.0);
    for (id, zone) in network.zones.iter() {
        people += zone.population as f64;
        market += zone.registrations.get();
        overlap += zone.registrations.get() * ground.coverage.overlap(network, id, &state.open);
        if ground.coverage.nearest(id, &state.open).is_some_and(|r| r.leg.time <= limit) {
            covered += zone.population as f64;
        }
    }
    NetworkFacts {
        stores: state.stores().count(),
        fixed_cost: fixed,
        one_off_per_year,
        freight_per_car: super::freight_per_car(ground, state),
        coverage: if people > 0.0 { covered / people } else { 0.0 },
        overlap: if market > 0.0 { overlap / market } else { 0.0 },
    }
}
