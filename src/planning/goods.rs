//! The cars that a plan starts from: in the yards by age, on the road by week of arrival.
//!
//! A store that moves takes its cars along. What is on the road to a store that ends goes on to the store it moves to,
//! else to the nearest open store that sells the model and has room for it; so does what the week's transfers leave in
//! the yard of a store that closes.

use super::yards::Yards;
use super::{Error, Ground, NetworkState};
use crate::ids::{Id, ModelId, SiteId, Week};
use crate::scenario::{InTransit, StockLot};
use crate::units::Money;
use std::collections::BTreeMap;

/// Kilometres that a carrier drives on a working day.
const KM_PER_DAY: f64 = 500.0;

/// Days on the road between two stores.
pub(super) fn days_on_road(km: f64) -> f64 {
    (km / KM_PER_DAY).ceil().max(1.0)
}

/// One car that the week's transfers move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// From where.
    pub from: SiteId,
    /// Where to.
    pub to: SiteId,
    /// Which.
    pub model: ModelId,
    /// Its age, days.
    pub age_days: u32,
    /// How many such cars.
    pub cars: u32,
}

/// Where cars were that go on to another store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cargo {
    /// In a yard, so many days old.
    Yard(u32),
    /// On the road, to arrive in this week.
    Road(Week),
}

/// Cars of a store that ends, and where they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redirected {
    /// The store that ends.
    pub from: SiteId,
    /// Where they go; `None` where no open store sells the model.
    pub to: Option<SiteId>,
    /// Which.
    pub model: ModelId,
    /// In the yard or on the road.
    pub cargo: Cargo,
    /// How many.
    pub cars: u32,
    /// What sending them on costs.
    pub cost: Money,
}

/// All cars of the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goods {
    /// In the yards.
    pub stock: Vec<StockLot>,
    /// On the road.
    pub arrivals: Vec<InTransit>,
    /// Those that were sent on.
    pub redirected: Vec<Redirected>,
}

impl Goods {
    /// The cars of today under a network: those of moving stores are at their new place, those on the road to a store
    /// that ends are on their way to another.
    pub fn of(ground: &Ground, state: &NetworkState) -> Self {
        let scenario = ground.scenario;
        let mut goods = Self { stock: scenario.stock.clone(), arrivals: Vec::new(), redirected: Vec::new() };
        for lot in &mut goods.stock {
            let Some(to) = state.moved_to(lot.site) else { continue };
            let (from, cargo) = (lot.site, Cargo::Yard(lot.age_days));
            goods.redirected.push(Redirected {
                from,
                to: Some(to),
                model: lot.model,
                cargo,
                cars: lot.cars,
                cost: Money::ZERO,
            });
            lot.site = to;
        }
        let (there, lost): (Vec<_>, Vec<_>) =
            scenario.in_transit.iter().copied().partition(|a| state.open[a.site].is_some());
        goods.arrivals = there;
        let mut heirs = Heirs::new(ground, state, &goods);
        for arrival in lost {
            for (to, cars) in heirs.of(arrival.site, arrival.model, arrival.cars) {
                goods.arrivals.extend(to.map(|site| InTransit { site, cars, ..arrival }));
                let cargo = Cargo::Road(arrival.week);
                let (from, model) = (arrival.site, arrival.model);
                goods.redirected.push(Redirected { from, to, model, cargo, cars, cost: Money::ZERO });
            }
        }
        goods
    }

    /// The cars after the week's transfers; what they leave at stores that close goes on too.
    ///
    /// # Errors
    /// [`Error::Unfit`] when a move takes a car that is not there or brings it to a store that is not open.
    pub fn after(mut self, ground: &Ground, state: &NetworkState, moves: &[Moved]) -> Result<Self, Error> {
        let scenario = ground.scenario;
        let code = |s: SiteId| &scenario.network.sites[s].code;
        for m in moves {
            let lot = self.stock.iter_mut().find(|l| (l.site, l.model, l.age_days) == (m.from, m.model, m.age_days));
            let Some(lot) = lot.filter(|l| l.cars >= m.cars && state.open[m.to].is_some()) else {
                return Err(Error::Unfit(format!(
                    "the transfer of {} {} of {} days from {} to {} does not fit this network and stock: run `forecourt transfer` again",
                    m.cars,
                    scenario.catalogue.models[m.model].code,
                    m.age_days,
                    code(m.from),
                    code(m.to)
                )));
            };
            lot.cars -= m.cars;
            self.arrivals.push(on_its_way(ground, m.from, m.to, m.model, m.cars));
        }
        let mut heirs = Heirs::new(ground, state, &self);
        let (stays, leaves): (Vec<_>, Vec<_>) =
            self.stock.into_iter().filter(|l| l.cars > 0).partition(|l| state.open[l.site].is_some());
        self.stock = stays;
        for lot in leaves {
            for (to, cars) in heirs.of(lot.site, lot.model, lot.cars) {
                let (from, model, cargo) = (lot.site, lot.model, Cargo::Yard(lot.age_days));
                let cost = to.map_or(Money::ZERO, |to| heirs.cost(from, to) * i64::from(cars));
                self.arrivals.extend(to.map(|to| on_its_way(ground, from, to, model, cars)));
                self.redirected.push(Redirected { from, to, model, cargo, cars, cost });
            }
        }
        Ok(self)
    }

    /// Cars in each yard.
    pub(super) fn held(&self) -> BTreeMap<(SiteId, ModelId), u32> {
        let mut held = BTreeMap::new();
        for lot in &self.stock {
            *held.entry((lot.site, lot.model)).or_default() += lot.cars;
        }
        held
    }

    /// Cars that arrive in each week of the horizon.
    pub(super) fn due(&self, weeks: usize) -> BTreeMap<(SiteId, ModelId), Vec<u32>> {
        let mut due = BTreeMap::new();
        for a in &self.arrivals {
            let arrivals = due.entry((a.site, a.model)).or_insert_with(|| vec![0; weeks]);
            if let Some(cars) = arrivals.get_mut(a.week.index()) {
                *cars += a.cars;
            }
        }
        due
    }
}

/// Cars that leave one store for another in the coming week.
fn on_its_way(ground: &Ground, from: SiteId, to: SiteId, model: ModelId, cars: u32) -> InTransit {
    let km = ground.scenario.network.site_to_site(from, to).distance.get();
    let week = Week::at((days_on_road(km) / 7.0) as usize);
    InTransit { site: to, model, week, cars, promised: None }
}

/// Who takes over the cars of stores that end.
struct Heirs<'a> {
    ground: &'a Ground<'a>,
    state: &'a NetworkState,
    yards: Yards,
    /// Open stores by their distance from a store that ends.
    near: BTreeMap<SiteId, Vec<SiteId>>,
}

impl<'a> Heirs<'a> {
    fn new(ground: &'a Ground<'a>, state: &'a NetworkState, goods: &Goods) -> Self {
        Self { ground, state, yards: Yards::new(ground, state, goods), near: BTreeMap::new() }
    }

    /// What a car costs on this road.
    fn cost(&self, from: SiteId, to: SiteId) -> Money {
        let settings = &self.ground.scenario.settings.transfer;
        settings.cost_fixed + settings.cost_per_km * self.ground.scenario.network.site_to_site(from, to).distance.get()
    }

    /// Where the cars go: all to the store it moves to; else to the nearest stores that sell the model, as many to each
    /// as it has room for, and what no store has room for to the nearest.
    fn of(&mut self, from: SiteId, model: ModelId, cars: u32) -> Vec<(Option<SiteId>, u32)> {
        if let Some(to) = self.state.moved_to(from) {
            return vec![(Some(to), cars)];
        }
        let (ground, state) = (self.ground, self.state);
        let near = self.near.entry(from).or_insert_with(|| {
            let road = |to: SiteId| ground.scenario.network.site_to_site(from, to).distance.get();
            let mut near: Vec<(f64, SiteId)> = state.stores().map(|to| (road(to), to)).collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.into_iter().map(|n| n.1).collect()
        });
        let sellers: Vec<SiteId> = near.iter().copied().filter(|&to| state.share[(to, model)] > 0.0).collect();
        let Some(&nearest) = sellers.first() else { return vec![(None, cars)] };
        let mut left = cars;
        let mut parts: Vec<(Option<SiteId>, u32)> = Vec::new();
        let price = ground.scenario.catalogue.models[model].price.major();
        for &to in &sellers {
            let taken = self.yards.take(to, price, left);
            left -= taken;
            if taken > 0 {
                parts.push((Some(to), taken));
            }
            if left == 0 {
                return parts;
            }
        }
        match parts.iter_mut().find(|p| p.0 == Some(nearest)) {
            Some(part) => part.1 += left,
            None => parts.push((Some(nearest), left)),
        }
        parts
    }
}
