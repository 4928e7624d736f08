//! Puts the scenario together: places, then the market that fits them, then what is sold, stands and moves.

use super::candidates::candidates;
use super::demand::{self, DealerDemand, Tide};
use super::provinces::PROVINCES;
use super::stock::{self, HORIZON, Lot};
use super::stores::{self, Kind, kilometres, kind_of, settle};
use super::{market, plants};
use crate::generate::keyed::{Purpose, Stream};
use crate::ids::{FormatId, Id, IdVec, SiteId, ZoneId};
use crate::network::coverage::{Coverage, open_today};
use crate::network::{Leg, Network, Region, Site, SiteKind, Travel};
use crate::units::{Hours, Kilometres};
use jiff::civil::{Date, date};

/// The first day that is planned.
pub(super) const TODAY: Date = date(2026, 1, 5);
/// Travel that halves a store's pull, minutes (A).
pub(super) const HALF_TIME_MIN: f64 = 45.0;
/// Road length per length of the great circle (A).
pub(super) const CIRCUITY: f64 = 1.3;
/// Mean speed on the road, kilometres an hour (A).
pub(super) const SPEED_KMH: f64 = 60.0;

/// The whole scenario before it is text.
pub(super) struct World {
    /// Key of all draws.
    pub(super) seed: u64,
    /// Places; sites ascending by id.
    pub(super) network: Network,
    /// Positions of the dealers in the network, in the order of the demand and the lots.
    pub(super) dealers: Vec<SiteId>,
    /// Positions of the plants in the network.
    pub(super) plants: Vec<SiteId>,
    /// What the dealers sell in a usual year.
    #[cfg_attr(not(test), expect(dead_code, reason = "the moments of the sales are tested against it"))]
    pub(super) demand: Vec<DealerDemand>,
    /// Season, life cycles and common factors.
    pub(super) tide: Tide,
    /// Weekly sales, dealer by dealer, model by model.
    pub(super) sold: Vec<u16>,
    /// Unsold cars.
    pub(super) stock: Vec<Lot>,
    /// Cars under way.
    pub(super) in_transit: Vec<Lot>,
    /// Build slots by (plant, model).
    pub(super) supply: Vec<((usize, usize), [u32; HORIZON])>,
}

/// The network of these sites. The legs come from `libm` and are rounded to a metre and a hundredth of a second, so
/// that the coverage does not depend on a platform's sine.
fn network(zones: stores::Zones, mut sites: Vec<Site>) -> Network {
    sites.sort_by(|a, b| a.code.cmp(&b.code));
    let formats = stores::formats();
    let longest = formats.values().map(|f| f.reach.get()).fold(0.0, f64::max);
    let mut legs = std::collections::BTreeMap::new();
    for (z, zone) in zones.iter() {
        for (s, site) in sites.iter().enumerate().filter(|s| s.1.is_store()) {
            let km = libm::round(kilometres(zone.place, site.place) * CIRCUITY * 1000.0) / 1000.0;
            if km <= longest * SPEED_KMH {
                let leg = Leg { distance: Kilometres::new(km), time: Hours::new(km / SPEED_KMH) };
                legs.insert((z, SiteId::at(s)), leg);
            }
        }
    }
    Network {
        zones,
        regions: PROVINCES.iter().map(|p| Region { name: p.name.to_owned() }).collect(),
        sites: IdVec::from_vec(sites),
        formats,
        lanes: Vec::new(),
        carriers: plants::carriers(),
        travel: Travel { circuity: CIRCUITY, speed_kmh: SPEED_KMH, matrix: Some(legs) },
    }
}

fn half_time() -> Hours {
    Hours::new(HALF_TIME_MIN / 60.0)
}

/// Yearly cars of every site among today's stores.
pub(super) fn cars_by_site(network: &Network, coverage: &Coverage) -> Vec<f64> {
    let open = open_today(network);
    let mut cars = vec![0.0; network.sites.len()];
    for (z, zone) in network.zones.iter() {
        let pulls = coverage.pulls(network, z, &open);
        let total: f64 = pulls.iter().map(|p| p.1).sum();
        for (site, pull) in pulls {
            cars[site.index()] += market::won(zone, total) * pull / total;
        }
    }
    cars
}

/// Summed pull of today's stores on each zone.
fn pulls(network: &Network, coverage: &Coverage) -> Vec<f64> {
    let open = open_today(network);
    network.zones.ids().map(|z| coverage.pulls(network, z, &open).iter().map(|p| p.1).sum()).collect()
}

/// Yearly cars a new store would sell if nothing else changed.
fn cars_alone(network: &Network, coverage: &Coverage, pull: &[f64], site: SiteId) -> f64 {
    let format = network.sites[site].format.unwrap_or(FormatId::at(0));
    let of = |&(z, leg): &(ZoneId, Leg)| {
        let own = coverage.pull(network, format, leg);
        let total = pull[z.index()] + own;
        if own > 0.0 { market::won(&network.zones[z], total) * own / total } else { 0.0 }
    };
    coverage.of_site(site).iter().map(of).sum()
}

/// Models a store of this kind shows.
fn shown(kind: Kind, chance: &mut Stream) -> usize {
    match kind {
        Kind::Full => 48 + chance.below(13),
        Kind::City => 32 + chance.below(13),
        Kind::Satellite => 18 + chance.below(11),
    }
}

impl World {
    /// Draws everything from one seed.
    pub(super) fn new(seed: u64) -> Self {
        let network = Self::places(seed);
        let at = |kind| network.sites_of(kind).map(|s| s.0).collect::<Vec<SiteId>>();
        let (dealers, plant_ids) = (at(SiteKind::Dealer), at(SiteKind::Plant));
        let cars = cars_by_site(&network, &Coverage::new(&network, half_time()));
        let demand: Vec<DealerDemand> = dealers
            .iter()
            .enumerate()
            .map(|(d, &site)| {
                let shown =
                    shown(kind_of(&network.sites[site]), &mut Stream::new(seed, Purpose::Assortment, [d, 0, 1]));
                let province = network.zones[network.sites[site].zone].region.index();
                demand::mix(seed, d, province, cars[site.index()], shown)
            })
            .collect();
        let tide = Tide::new(seed, TODAY);
        let sold = tide.sales(&demand);
        let builders = plants::builders(seed, plant_ids.len());
        let places: Vec<&Site> = dealers.iter().map(|&s| &network.sites[s]).collect();
        let plant_sites: Vec<Site> = plant_ids.iter().map(|&s| network.sites[s].clone()).collect();
        let room: Vec<u32> = places.iter().map(|s| s.storage.get()).collect();
        let stock = stock::stock(seed, &tide, &demand, &room);
        let in_transit = stock::in_transit(seed, &tide, &demand, &places, &plant_sites, &builders);
        let supply = stock::supply(seed, &tide, TODAY, &demand, &builders);
        let mut world =
            Self { seed, network, dealers, plants: plant_ids, demand, tide, sold, stock, in_transit, supply };
        world.size_plants();
        world.raise_credit();
        world
    }

    /// Zones and all sites with sizes and costs.
    fn places(seed: u64) -> Network {
        let mut sites = stores::dealers(&market::zones(seed));
        let mut today = network(market::zones(seed), sites.clone());
        let coverage = Coverage::new(&today, half_time());
        let open = open_today(&today);
        market::calibrate(&mut today, &coverage, &open);
        let pull = pulls(&today, &coverage);
        let cars = cars_by_site(&today, &coverage);
        sites.sort_by(|a, b| a.code.cmp(&b.code));
        for (n, site) in sites.iter_mut().enumerate() {
            settle(seed, n, site, &today.zones[site.zone], cars[n]);
        }
        sites.extend(candidates(seed, &today.zones, &sites, &pull));
        sites.extend(plants::sites(&today.zones));
        let mut whole = network(today.zones, sites);
        let coverage = Coverage::new(&whole, half_time());
        let found: Vec<SiteId> = whole.sites_of(SiteKind::Candidate).map(|s| s.0).collect();
        for (n, id) in found.into_iter().enumerate() {
            let cars = cars_alone(&whole, &coverage, &pull, id);
            let zone = whole.zones[whole.sites[id].zone].clone();
            settle(seed, n, &mut whole.sites[id], &zone, cars);
        }
        whole
    }

    /// A plant can build a tenth more than its slots of a full week, all year.
    fn size_plants(&mut self) {
        for (p, &site) in self.plants.iter().enumerate() {
            let best = |w: usize| self.supply.iter().filter(|s| s.0.0 == p).map(|s| s.1[w]).sum::<u32>();
            let week = (0..HORIZON).map(best).max().unwrap_or(0);
            let yearly = super::models::round_to(f64::from(week) * 52.0 * 1.1, 1_000.0);
            self.network.sites[site].capacity = crate::units::YearlyRate::new(yearly);
            self.network.sites[site].storage = crate::units::Vehicles::new(week * 2);
        }
    }

    /// No dealer may stand above his credit line today: banks raised it before he bought.
    fn raise_credit(&mut self) {
        let mut owed = vec![0.0; self.dealers.len()];
        for lot in self.stock.iter().chain(&self.in_transit) {
            owed[lot.dealer] += f64::from(lot.cars) * super::models::MODELS[lot.model].price_cny;
        }
        for (d, &site) in self.dealers.iter().enumerate() {
            let least = libm::ceil(owed[d] * 1.05 / 100_000.0) * 100_000.0;
            let site = &mut self.network.sites[site];
            site.credit = site.credit.max(crate::units::Money::from_major(least));
        }
    }
}
