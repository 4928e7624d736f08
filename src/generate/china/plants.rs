//! Plants, hubs, carriers; which plant builds what.

use super::facts;
use super::models::MODELS;
use super::stores::{Zones, blank};
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{CarrierId, Id, IdVec, ZoneId};
use crate::network::{Carrier, Site, SiteKind};
use crate::units::{Money, Share, Vehicles, YearlyRate};

/// Zones of the hubs: Jinan, Zhengzhou, Changsha, Lanzhou (railway junctions without a plant).
const HUBS: [&str; 4] = ["370100", "410100", "430100", "620100"];

/// Carrier share that should be filled (A).
const MINIMUM_LOAD: f64 = 0.75;

/// All plants and hubs, without capacities.
pub(super) fn sites(zones: &Zones) -> Vec<Site> {
    let zone_of = |code: &str| zones.iter().find(|z| code.ends_with(&z.1.code)).map_or(ZoneId::at(0), |z| z.0);
    let plants = facts::plants().into_iter().map(|fact| {
        let (zone, place) = (zone_of(&fact.code), fact.place());
        blank(fact.code, fact.name, fact.name_zh, SiteKind::Plant, zone, place)
    });
    let hubs = HUBS.iter().map(|code| {
        let id = zone_of(code);
        let zone = &zones[id];
        let short = zone.name_zh.trim_end_matches('市');
        let (name, name_zh) = (format!("{} hub", zone.name), format!("{short}中转库"));
        let mut hub = blank(format!("H_{code}"), name, name_zh, SiteKind::Hub, id, zone.place);
        hub.capacity = YearlyRate::new(150_000.0);
        hub.storage = Vehicles::new(6_000);
        hub
    });
    let mut all: Vec<Site> = plants.chain(hubs).collect();
    for site in &mut all {
        site.service_hours = (0.0, 24.0);
        "Maker".clone_into(&mut site.owner);
    }
    all
}

/// The plants that build each model (positions in the plants' list): two for the best sellers, one for the others.
pub(super) fn builders(seed: u64, plants: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..plants).collect();
    let mut chance = Stream::new(seed, Purpose::Supply, [0, 1, 0]);
    for i in (1..plants).rev() {
        order.swap(i, chance.below(i + 1));
    }
    let mut ranks: Vec<usize> = (0..MODELS.len()).collect();
    ranks.sort_by(|&a, &b| MODELS[b].weight.total_cmp(&MODELS[a].weight).then(a.cmp(&b)));
    let mut built = vec![Vec::new(); MODELS.len()];
    for (rank, &model) in ranks.iter().enumerate() {
        built[model].push(order[rank % plants]);
        if rank < 2 * plants {
            built[model].push(order[(rank + plants / 2) % plants]);
        }
        built[model].sort_unstable();
    }
    built
}

/// The carriers table (A; 7 to 10 cars a carrier is published).
pub(super) fn carriers() -> IdVec<CarrierId, Carrier> {
    let carrier = |code: &str, name: &str, name_zh: &str, slots: f64, km: f64, trip: f64| Carrier {
        code: code.to_owned(),
        name: name.to_owned(),
        name_zh: name_zh.to_owned(),
        slots,
        cost_per_km: Money::from_major(km),
        cost_per_trip: Money::from_major(trip),
        minimum_load: Share::new(MINIMUM_LOAD),
        decks: Vec::new(),
        rehandling: false,
    };
    [
        carrier("K07", "Short carrier", "短途运输车", 7.0, 7.8, 600.0),
        carrier("K08", "Standard carrier", "标准运输车", 8.0, 8.6, 700.0),
        carrier("K10", "Long-haul carrier", "长途运输车", 10.0, 10.2, 1_000.0),
    ]
    .into_iter()
    .collect()
}
