//! The market as this brand's own sales show it.
//!
//! Registrations and pulls say what today's network *should* sell; the history says what it does sell. What both say of
//! a region's dealers differs by a factor: how the brand stands there, and what the pulls do not know. Every decision
//! and the simulation work on registrations times that factor, so that today's network sells its own forecast.

use crate::demand::choice::captured_share;
use crate::demand::forecast::Forecast;
use crate::ids::{IdVec, RegionId, SiteId, ZoneId};
use crate::network::coverage::{Coverage, open_today};
use crate::scenario::Scenario;

/// Weeks in a year.
const YEAR_WEEKS: f64 = 365.0 / 7.0;
/// Cars a year by which a region's own factor leans on the nation's: a region that sells this many counts half.
const LEAN: f64 = 100.0;

/// Registrations as the history shows them.
#[derive(Clone, Debug)]
pub struct Market {
    /// Cars a year of every zone that the shares of the market model apply to, what-if factors included.
    pub registrations: IdVec<ZoneId, f64>,
    /// That as a multiple of the table's registrations, by region, without what-if factors.
    pub factor: IdVec<RegionId, f64>,
    /// The forecast's first year against the market model's sales of today's network, whole nation; 1 when either is
    /// nothing.
    pub nation: f64,
}

/// What the market model gives each store of today's network in each zone, cars a year.
pub(super) fn modelled_today(scenario: &Scenario, coverage: &Coverage) -> Vec<(ZoneId, SiteId, f64)> {
    let network = &scenario.network;
    let open = open_today(network);
    let mut sales = Vec::new();
    for (id, zone) in network.zones.iter() {
        let pulls = coverage.pulls(network, id, &open);
        let pull: f64 = pulls.iter().map(|p| p.1).sum();
        let all = zone.registrations.get() * captured_share(pull, zone.rival_weight, scenario.settings.market.nest);
        sales.extend(pulls.into_iter().map(|(site, part)| (id, site, all * part / pull)));
    }
    sales
}

impl Market {
    /// Compares the forecast of today's dealers with what the market model gives them: zone, store and cars a year.
    pub fn new(
        scenario: &Scenario,
        today: &[(ZoneId, SiteId, f64)],
        forecast: &Forecast,
        region: &IdVec<SiteId, RegionId>,
    ) -> Self {
        let network = &scenario.network;
        let regions = network.regions.len();
        let (mut modelled, mut sold) = (IdVec::filled(0.0, regions), IdVec::filled(0.0, regions));
        // The same with the what-if factors of the models.
        let mut wanted: IdVec<RegionId, f64> = IdVec::filled(0.0, regions);
        let told: IdVec<SiteId, bool> =
            network.sites.ids().map(|s| forecast.share.row(s).iter().any(|&x| x > 0.0)).collect();
        let mut won = IdVec::filled(0.0, network.zones.len());
        // What a dealer without any sales would sell says nothing of the brand's standing.
        for &(zone, site, cars) in today.iter().filter(|t| told[t.1]) {
            modelled[region[site]] += cars;
            won[zone] += cars;
        }
        for (site, model, &share) in forecast.share.cells() {
            let path = &forecast.national[model].mean;
            let weeks = path.len().min(52);
            let mean = path[..weeks].iter().sum::<f64>() / weeks.max(1) as f64;
            sold[region[site]] += share * mean * YEAR_WEEKS;
            wanted[region[site]] += scenario.catalogue.models[model].demand_factor * (share * mean * YEAR_WEEKS);
        }
        let all = |of: &IdVec<RegionId, f64>| of.values().sum::<f64>();
        let nation = if all(&modelled) > 0.0 && all(&sold) > 0.0 { all(&sold) / all(&modelled) } else { 1.0 };
        let own: IdVec<RegionId, f64> =
            network.regions.ids().map(|r| (sold[r] + LEAN * nation) / (modelled[r] + LEAN)).collect();
        // Zones buy across regional borders, and small regions lean: one factor more makes the nation's sum exact.
        let leaning: f64 = network.zones.iter().map(|(z, zone)| own[zone.region] * won[z]).sum();
        let rest = if leaning > 0.0 { nation * all(&modelled) / leaning } else { 1.0 };
        let factor: IdVec<RegionId, f64> = own.values().map(|f| f * rest).collect();
        let ratio = |wanted: f64, sold: f64| if sold > 0.0 { wanted / sold } else { 1.0 };
        let nation_mix = ratio(all(&wanted), all(&sold));
        let mix = |r: RegionId| if sold[r] > 0.0 { ratio(wanted[r], sold[r]) } else { nation_mix };
        let what_if = |z: &crate::network::Zone| factor[z.region] * mix(z.region) * z.demand_factor;
        let registrations = network.zones.values().map(|z| z.registrations.get() * what_if(z)).collect();
        Self { registrations, factor, nation }
    }
}

/// Multiplies a forecast by the what-if factors of models and zones: a dealer's by those of the zones that buy from it, in
/// proportion to what they buy.
pub(super) fn what_if(scenario: &Scenario, today: &[(ZoneId, SiteId, f64)], forecast: &mut Forecast) {
    let network = &scenario.network;
    let (mut plain, mut changed) = (IdVec::filled(0.0, network.sites.len()), IdVec::filled(0.0, network.sites.len()));
    for &(zone, site, cars) in today {
        plain[site] += cars;
        changed[site] += network.zones[zone].demand_factor * cars;
    }
    for model in scenario.catalogue.models.ids() {
        let mut all = 0.0;
        for site in network.sites.ids() {
            let ratio = if plain[site] > 0.0 { changed[site] / plain[site] } else { 1.0 };
            // Without any factor nothing changes, not by a last digit.
            let share = &mut forecast.share[(site, model)];
            *share *= ratio;
            all += *share;
        }
        let by_zones = if all > 0.0 && network.zones.values().any(|z| z.demand_factor != 1.0) { all } else { 1.0 };
        if by_zones != 1.0 {
            network.sites.ids().for_each(|site| forecast.share[(site, model)] /= by_zones);
        }
        let factor = by_zones * scenario.catalogue.models[model].demand_factor;
        let path = &mut forecast.national[model];
        for band in [&mut path.mean, &mut path.low, &mut path.high] {
            band.iter_mut().for_each(|x| *x *= factor);
        }
    }
}
