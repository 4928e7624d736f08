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
    /// Cars a year of every zone that the shares of the market model apply to.
    pub registrations: IdVec<ZoneId, f64>,
    /// That as a multiple of the table's registrations, by region.
    pub factor: IdVec<RegionId, f64>,
    /// The forecast's first year against the market model's sales of today's network, whole nation; 1 when either is
    /// nothing.
    pub nation: f64,
}

impl Market {
    /// Compares the forecast of today's dealers with what the market model gives them.
    pub fn new(
        scenario: &Scenario,
        coverage: &Coverage,
        forecast: &Forecast,
        region: &IdVec<SiteId, RegionId>,
    ) -> Self {
        let network = &scenario.network;
        let regions = network.regions.len();
        let (mut modelled, mut sold) = (IdVec::filled(0.0, regions), IdVec::filled(0.0, regions));
        let open = open_today(network);
        let told: IdVec<SiteId, bool> =
            network.sites.ids().map(|s| forecast.share.row(s).iter().any(|&x| x > 0.0)).collect();
        let mut won = IdVec::filled(0.0, network.zones.len());
        for (id, zone) in network.zones.iter() {
            let pulls = coverage.pulls(network, id, &open);
            let pull: f64 = pulls.iter().map(|p| p.1).sum();
            let all = zone.registrations.get() * captured_share(pull, zone.rival_weight, scenario.settings.market.nest);
            // What a dealer without any sales would sell says nothing of the brand's standing.
            for (site, part) in pulls.into_iter().filter(|p| told[p.0]) {
                modelled[region[site]] += all * part / pull;
                won[id] += all * part / pull;
            }
        }
        for (site, model, &share) in forecast.share.cells() {
            let path = &forecast.national[model].mean;
            let weeks = path.len().min(52);
            let mean = path[..weeks].iter().sum::<f64>() / weeks.max(1) as f64;
            sold[region[site]] += share * mean * YEAR_WEEKS;
        }
        let all = |of: &IdVec<RegionId, f64>| of.values().sum::<f64>();
        let nation = if all(&modelled) > 0.0 && all(&sold) > 0.0 { all(&sold) / all(&modelled) } else { 1.0 };
        let own: IdVec<RegionId, f64> =
            network.regions.ids().map(|r| (sold[r] + LEAN * nation) / (modelled[r] + LEAN)).collect();
        // Zones buy across regional borders, and small regions lean: one factor more makes the nation's sum exact.
        let leaning: f64 = network.zones.iter().map(|(z, zone)| own[zone.region] * won[z]).sum();
        let rest = if leaning > 0.0 { nation * all(&modelled) / leaning } else { 1.0 };
        let factor: IdVec<RegionId, f64> = own.values().map(|f| f * rest).collect();
        let registrations = network.zones.values().map(|z| z.registrations.get() * factor[z.region]).collect();
        Self { registrations, factor, nation }
    }
}
