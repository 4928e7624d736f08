//! Which zones a store reaches, how strongly it pulls, and where stores overlap or nobody reaches.

use super::{Leg, Network};
use crate::ids::{FormatId, Id, IdVec, SiteId, ZoneId};
use crate::units::Hours;

/// A store within reach of a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// The store site (dealer or candidate).
    pub site: SiteId,
    /// How far it is.
    pub leg: Leg,
}

/// For every zone, the store sites within the longest reach of any format; and the other way round.
#[derive(Clone, Debug)]
pub struct Coverage {
    by_zone: IdVec<ZoneId, Vec<Reach>>,
    by_site: IdVec<SiteId, Vec<(ZoneId, Leg)>>,
    half_time: Hours,
}

impl Coverage {
    /// Measures every zone against every store site. `half_time` is the travel that halves a store's pull.
    pub fn new(network: &Network, half_time: Hours) -> Self {
        let longest = network.formats.values().map(|f| f.reach.get()).fold(0.0, f64::max);
        let mut by_zone = IdVec::filled(Vec::new(), network.zones.len());
        let mut by_site = IdVec::filled(Vec::new(), network.sites.len());
        for (zone_id, zone) in network.zones.iter() {
            for (site, store) in network.stores() {
                if network.travel.matrix.is_none()
                    && network.travel.beyond(zone.place, store.place, Hours::new(longest))
                {
                    continue;
                }
                if let Some(leg) = network.zone_to_site(zone_id, site).filter(|l| l.time.get() <= longest) {
                    by_zone[zone_id].push(Reach { site, leg });
                    by_site[site].push((zone_id, leg));
                }
            }
        }
        Self { by_zone, by_site, half_time }
    }

    /// Store sites near a zone, in order of site.
    pub fn of_zone(&self, zone: ZoneId) -> &[Reach] {
        &self.by_zone[zone]
    }

    /// Zones near a site, in order of zone.
    pub fn of_site(&self, site: SiteId) -> &[(ZoneId, Leg)] {
        &self.by_site[site]
    }

    /// Pull of a store of this format at this distance: `attraction · 2^(-time / half_time)`, nothing beyond reach.
    pub fn pull(&self, network: &Network, format: FormatId, leg: Leg) -> f64 {
        let format = &network.formats[format];
        if leg.time > format.reach {
            return 0.0;
        }
        format.attraction * libm::exp2(-(leg.time / self.half_time))
    }

    /// Pull of every open store within reach of a zone.
    pub fn pulls(&self, network: &Network, zone: ZoneId, open: &OpenStores) -> Vec<(SiteId, f64)> {
        self.by_zone[zone]
            .iter()
            .filter_map(|r| open[r.site].map(|f| (r.site, self.pull(network, f, r.leg))))
            .filter(|p| p.1 > 0.0)
            .collect()
    }

    /// Shortest travel from a zone to an open store, when one is within reach.
    pub fn nearest(&self, zone: ZoneId, open: &OpenStores) -> Option<Reach> {
        self.by_zone[zone]
            .iter()
            .filter(|r| open[r.site].is_some())
            .min_by(|a, b| a.leg.time.get().total_cmp(&b.leg.time.get()).then(a.site.cmp(&b.site)))
            .copied()
    }

    /// How much stores get in each other's way in a zone: `1 − Σ share²`, 0 with one store, towards 1 with many.
    pub fn overlap(&self, network: &Network, zone: ZoneId, open: &OpenStores) -> f64 {
        let pulls = self.pulls(network, zone, open);
        let total: f64 = pulls.iter().map(|p| p.1).sum();
        if total > 0.0 { 1.0 - pulls.iter().map(|p| (p.1 / total).powi(2)).sum::<f64>() } else { 0.0 }
    }

    /// Zones from which no open store can be reached within `limit`.
    pub fn blind_spots(&self, open: &OpenStores, limit: Hours) -> Vec<ZoneId> {
        self.by_zone.ids().filter(|&z| self.nearest(z, open).is_none_or(|r| r.leg.time > limit)).collect()
    }
}

/// The format of every open store; `None` for sites that are closed or no stores.
pub type OpenStores = IdVec<SiteId, Option<FormatId>>;

/// Today's network: every dealer in its format.
pub fn open_today(network: &Network) -> OpenStores {
    network
        .sites
        .values()
        .map(|s| if s.kind == super::SiteKind::Dealer { s.format.or(Some(FormatId::at(0))) } else { None })
        .collect()
}
