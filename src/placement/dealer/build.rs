//! The dealer problem of a scenario.

use super::problem::{Fault, Move, Phase, Problem, Pull, Store, StoreOption, Zone};
use crate::ids::{IdVec, SiteId, ZoneId};
use crate::network::coverage::Coverage;
use crate::network::{SiteKind, SiteRule};
use crate::scenario::Scenario;
use crate::scenario::settings::PlacementSettings;
use crate::units::Money;

/// What an average car is worth.
#[derive(Clone, Copy, Debug)]
pub struct Worth<'a> {
    /// Contribution with today's model mix, holding taken off.
    pub margin: Money,
    /// What bringing it to every store site costs.
    pub freight: &'a IdVec<SiteId, Money>,
}

impl Problem {
    /// Builds the problem from a scenario. `registrations` are the cars a year of every zone to which the market's
    /// shares apply. A buyer's car is brought to the buyer's own town: a zone's freight is that of its nearest site
    /// that may be open.
    pub fn new(
        scenario: &Scenario,
        coverage: &Coverage,
        registrations: &IdVec<ZoneId, f64>,
        worth: Worth,
    ) -> Result<Self, Vec<Fault>> {
        let network = &scenario.network;
        let settings = &scenario.settings.placement;
        let stores: Vec<Store> = network.stores().map(|(id, _)| store(scenario, coverage, id)).collect();
        let freight = zone_freight(network.zones.len(), &stores, worth.freight);
        let zone = |id: ZoneId, freight: Money| {
            let z = &network.zones[id];
            Zone {
                id,
                region: z.region,
                registrations: registrations[id],
                rival_weight: z.rival_weight,
                population: z.population as f64,
                margin: worth.margin - freight,
            }
        };
        let (moves, conflicts) = pairs(scenario, &stores);
        let mut problem = Self {
            zones: network.zones.ids().zip(freight).map(|(id, f)| zone(id, f)).collect(),
            stores,
            moves,
            conflicts,
            nest: scenario.settings.market.nest,
            phases: phases(settings),
            years: settings.years,
            budget: settings.budget,
            max_open: settings.max_open,
            max_close: settings.max_close,
            store_count: settings.stores,
            coverage_min: settings.coverage_min,
            region_floor: Vec::new(),
        };
        problem.region_floor = problem.attainable_floors(settings.coverage_floor);
        problem.check().map(|()| problem)
    }
}

/// The last phase takes what the others leave of the planning years; the market of a phase is that of its middle.
fn phases(settings: &PlacementSettings) -> Vec<Phase> {
    let count = settings.phases as usize;
    let length = settings.phase_years.min(settings.years / count as f64);
    let growth = 1.0 + settings.market_growth;
    let rate = 1.0 + settings.discount_rate;
    (0..count)
        .map(|t| {
            let from = t as f64 * length;
            let to = if t + 1 == count { settings.years } else { from + length };
            let middle = 0.5 * (from + to);
            Phase {
                weight: (to - from) / settings.years * power(rate, -middle),
                discount: power(rate, -from),
                market: power(growth, middle),
            }
        })
        .collect()
}

fn power(base: f64, exponent: f64) -> f64 {
    if base == 1.0 { 1.0 } else { libm::pow(base, exponent) }
}

/// Freight to the nearest site of every zone; the cheaper one of two at the same distance; none where no site is near.
fn zone_freight(zones: usize, stores: &[Store], freight: &IdVec<SiteId, Money>) -> Vec<Money> {
    let mut nearest: Vec<Option<(f64, Money)>> = vec![None; zones];
    for store in stores.iter().filter(|s| s.rule != SiteRule::Forbidden) {
        for pull in &store.pulls {
            let here = (pull.minutes, freight[store.id]);
            let best = &mut nearest[pull.zone];
            if best.is_none_or(|b| here.0 < b.0 || (here.0 == b.0 && here.1 < b.1)) {
                *best = Some(here);
            }
        }
    }
    nearest.into_iter().map(|n| n.map_or(Money::ZERO, |n| n.1)).collect()
}

fn store(scenario: &Scenario, coverage: &Coverage, id: SiteId) -> Store {
    let (network, settings) = (&scenario.network, &scenario.settings.placement);
    let site = &network.sites[id];
    let own = site.format.expect("a checked scenario gives every store a format");
    let base = &network.formats[own];
    let dealer = site.kind == SiteKind::Dealer;
    let mut formats = vec![own];
    if settings.change_format {
        formats.extend(network.formats.ids().filter(|&f| f != own));
    }
    let options: Vec<StoreOption> = formats
        .iter()
        .map(|&f| {
            let format = &network.formats[f];
            let scale = format.cost_factor / base.cost_factor;
            let one_off = match (dealer, f == own) {
                (true, true) => Money::ZERO,
                (true, false) => format.conversion_cost,
                (false, _) => site.opening_cost * scale,
            };
            StoreOption {
                format: f,
                capacity: site.capacity.get() * settings.utilisation * format.capacity_factor / base.capacity_factor,
                yearly_cost: site.fixed_cost * scale,
                one_off,
            }
        })
        .collect();
    let pulls = coverage
        .of_site(id)
        .iter()
        .map(|&(zone, leg)| Pull {
            zone: crate::ids::Id::index(zone),
            minutes: leg.time.get() * 60.0,
            by_option: formats.iter().map(|&f| coverage.pull(network, f, leg)).collect(),
        })
        .filter(|p| p.by_option.iter().any(|&e| e > 0.0))
        .collect();
    Store { id, today: dealer.then_some(0), rule: site.rule, options, closing_cost: site.closing_cost, pulls }
}

/// Possible moves, and pairs that stand too close to each other or in another owner's territory.
fn pairs(scenario: &Scenario, stores: &[Store]) -> (Vec<Move>, Vec<(usize, usize)>) {
    let network = &scenario.network;
    let settings = &scenario.settings.placement;
    let (mut moves, mut conflicts) = (Vec::new(), Vec::new());
    let reach = settings.move_radius_km.max(settings.min_distance_km).max(settings.territory_km);
    for (b, to) in stores.iter().enumerate().filter(|(_, s)| s.today.is_none()) {
        let target = &network.sites[to.id];
        for (a, from) in stores.iter().enumerate() {
            let source = &network.sites[from.id];
            let far = crate::network::travel::great_circle(source.place, target.place).get() * 0.99;
            if a == b || (from.today.is_none() && a > b) || far * network.travel.circuity > reach {
                continue;
            }
            let km = network.site_to_site(from.id, to.id).distance.get();
            let same_owner = target.owner.is_empty() || source.owner.is_empty() || target.owner == source.owner;
            let territory = from.today.is_some() && !same_owner && km < settings.territory_km;
            if km < settings.min_distance_km || territory {
                conflicts.push((a.min(b), a.max(b)));
            }
            if from.today.is_some() && same_owner && km <= settings.move_radius_km {
                moves.push(Move { from: a, to: b, cost: source.moving_cost });
            }
        }
    }
    conflicts.sort_unstable();
    moves.sort_by_key(|m| (m.from, m.to));
    (moves, conflicts)
}
