//! What a store can still take: free places and free credit, with the cars that arrive before a new order could.

use super::lead::mean_days;
use super::{Goods, Ground, NetworkState};
use crate::ids::{IdVec, SiteId};

/// Free places and credit of every open store.
#[derive(Clone, Debug)]
pub(super) struct Yards {
    /// Cars; `None` without limit.
    places: IdVec<SiteId, Option<f64>>,
    /// Money; `None` without limit.
    credit: IdVec<SiteId, Option<f64>>,
}

impl Yards {
    /// Limits less the fullest week: stock and arrivals at the beginning of each week until new orders arrive, less
    /// what the weeks before are expected to sell.
    pub(super) fn new(ground: &Ground, state: &NetworkState, goods: &Goods) -> Self {
        let scenario = ground.scenario;
        let (sites, lead) = (scenario.network.sites.len(), mean_days(ground));
        let weeks = scenario.settings.horizon_weeks;
        let mut fullest: IdVec<SiteId, Vec<(f64, f64)>> = IdVec::filled(Vec::new(), sites);
        for site in state.stores() {
            fullest[site] = vec![(0.0, 0.0); ((lead[site] / 7.0) as usize + 1).min(weeks)];
        }
        let (mut held, due) = (goods.held(), goods.due(weeks));
        for &cell in due.keys() {
            held.entry(cell).or_default();
        }
        for (&(site, model), &cars) in &held {
            let price = scenario.catalogue.models[model].price.major();
            let (mut stock, arrivals) = (f64::from(cars), due.get(&(site, model)));
            for (week, sum) in fullest[site].iter_mut().enumerate() {
                stock += arrivals.map_or(0.0, |a| f64::from(a[week]));
                sum.0 += stock;
                sum.1 += stock * price;
                stock = (stock - state.rate(&ground.forecast, site, model, week)).max(0.0);
            }
        }
        let most = |site: SiteId, of: fn(&(f64, f64)) -> f64| fullest[site].iter().map(of).fold(0.0, f64::max);
        // A limit of zero in the table means that there is none.
        let free = |limit: f64, used: f64| (limit > 0.0).then(|| (limit - used).max(0.0));
        let network = &scenario.network;
        Self {
            places: network.sites.iter().map(|(id, s)| free(f64::from(s.storage.get()), most(id, |x| x.0))).collect(),
            credit: network.sites.iter().map(|(id, s)| free(s.credit.major(), most(id, |x| x.1))).collect(),
        }
    }

    /// Whole free places; `None` without limit.
    pub(super) fn places(&self, site: SiteId) -> Option<u32> {
        self.places[site].map(|p| (p + 1e-9) as u32)
    }

    /// Free credit, money; `None` without limit.
    pub(super) fn credit(&self, site: SiteId) -> Option<f64> {
        self.credit[site]
    }

    /// Puts up to `cars` of a price into a yard; returns how many it takes.
    pub(super) fn take(&mut self, site: SiteId, price: f64, cars: u32) -> u32 {
        let paid = self.credit[site].filter(|_| price > 0.0).map_or(cars, |c| (c / price + 1e-9) as u32);
        let taken = cars.min(self.places(site).unwrap_or(cars)).min(paid);
        if let Some(places) = &mut self.places[site] {
            *places -= f64::from(taken);
        }
        if let Some(credit) = &mut self.credit[site] {
            *credit -= f64::from(taken) * price;
        }
        taken
    }
}
