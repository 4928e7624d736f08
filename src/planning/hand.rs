//! The planner's hand: orders that are locked, forbidden or set, and last week's plan, which changes only at a cost.

use super::lead::lead_weeks;
use super::{Error, Ground};
use crate::ids::{Id, ModelId, SiteId};
use crate::replenishment::problem as room;
use crate::scenario::{Hand, OrderLock};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What a plan was made on, for one store and model, cars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Footing {
    /// In the yard when the plan began, transfers out taken off.
    pub stock: f64,
    /// On the road, to arrive within the horizon.
    pub due: f64,
    /// Expected to be asked for within the horizon.
    pub demand: f64,
    /// Expected in the yard at the end of the first week.
    pub stock_after: f64,
    /// Of those on the road, to arrive in the first week.
    pub due_first: f64,
    /// Of the demand, in the first week.
    pub demand_first: f64,
    /// Of that, expected to be sold.
    pub sold_first: f64,
}

/// Last week's plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Previous {
    /// Its first Monday.
    pub first: Date,
    /// Its weeks.
    pub weeks: usize,
    /// Cars by plant, store, model and the Monday of the week they leave in.
    pub orders: BTreeMap<(SiteId, SiteId, ModelId, Date), u32>,
    /// What it was made on.
    pub footing: BTreeMap<(SiteId, ModelId), Footing>,
}

impl Previous {
    /// Whole weeks from its first Monday to another.
    pub fn weeks_to(&self, monday: Date) -> i64 {
        let span = monday.since((jiff::Unit::Day, self.first)).expect("two days of the calendar");
        i64::from(span.get_days()).div_euclid(7)
    }
    /// Whether it planned the week of a Monday.
    pub fn knows(&self, monday: Date) -> bool {
        usize::try_from(self.weeks_to(monday)).is_ok_and(|w| w < self.weeks)
    }
}

/// Stores and models that an order is decided for.
pub(super) fn decided(ground: &Ground) -> BTreeSet<(SiteId, ModelId)> {
    ground.scenario.order_locks.iter().map(|l| (l.site, l.model)).collect()
}

/// What stands where in a problem.
struct Desk<'a> {
    ground: &'a Ground<'a>,
    plants: &'a [SiteId],
    data: &'a mut room::Data,
    cell: BTreeMap<(SiteId, ModelId), usize>,
    /// Slots left, by position in supply and week.
    left: Vec<Vec<u32>>,
}

/// Puts the planner's orders and last week's plan into a problem.
///
/// # Errors
/// [`Error::Unfit`] when a row locks an order and there is no last plan, sets one for a store that is not open, or when
/// what is locked and set is more than is built.
pub(super) fn apply(
    ground: &Ground,
    data: &mut room::Data,
    dealers: &[SiteId],
    plants: &[SiteId],
    previous: Option<&Previous>,
) -> Result<(), Error> {
    let cell = data.cells.iter().enumerate().map(|(c, x)| ((dealers[x.dealer], ModelId::at(x.model)), c)).collect();
    let left = data.supply.iter().map(|s| s.slots.clone()).collect();
    let mut desk = Desk { ground, plants, data, cell, left };
    let locks = &ground.scenario.order_locks;
    for lock in locks.iter().filter(|l| matches!(l.hand, Hand::Set(_))) {
        desk.set(lock)?;
    }
    for lock in locks {
        match (lock.hand, previous) {
            (Hand::Set(_), _) => {}
            (Hand::Forbid, _) => {
                if let Some(&c) = desk.cell.get(&(lock.site, lock.model)) {
                    desk.data.cells[c].forbidden.push(lock.week.index());
                }
            }
            (Hand::Lock, Some(previous)) => desk.keep(lock, previous)?,
            (Hand::Lock, None) => {
                return Err(Error::Unfit(
                    "order_locks.csv locks orders of last week's plan, but none is given: add --previous with its results folder, or write set with the number of cars"
                        .into(),
                ));
            }
        }
    }
    if let Some(previous) = previous {
        desk.remember(previous);
    }
    Ok(())
}

impl Desk<'_> {
    /// Supplies of a cell's model that reach its store: position in supply, plant, weeks on the way; nearest first.
    fn sources(&self, site: SiteId, model: ModelId) -> Vec<(usize, usize)> {
        let mine = self.data.supply.iter().enumerate().filter(|s| s.1.model == model.index());
        let mut found: Vec<(usize, usize, usize)> = mine
            .map(|(s, supply)| (lead_weeks(self.ground, self.plants[supply.plant], site), supply.plant, s))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, plant, s)| (s, plant)).collect()
    }

    fn names(&self, lock: &OrderLock) -> String {
        let scenario = self.ground.scenario;
        format!(
            "{} {} in the week of {}",
            scenario.network.sites[lock.site].code,
            scenario.catalogue.models[lock.model].code,
            self.ground.forecast.monday(lock.week.index())
        )
    }

    /// So many cars, from the nearest plants that have slots.
    fn set(&mut self, lock: &OrderLock) -> Result<(), Error> {
        let Hand::Set(mut cars) = lock.hand else { return Ok(()) };
        let Some(&c) = self.cell.get(&(lock.site, lock.model)) else {
            let names = self.names(lock);
            return Err(Error::Unfit(format!(
                "order_locks.csv sets an order for {names}, but the store is not open in this network: take the row out, or keep the store (rule required in sites.csv)"
            )));
        };
        let week = lock.week.index();
        for (s, plant) in self.sources(lock.site, lock.model) {
            let taken = cars.min(self.left[s][week]);
            cars -= taken;
            self.left[s][week] -= taken;
            self.data.cells[c].fixed.push(room::Fixed { plant, week, cars: taken });
        }
        if cars > 0 {
            let names = self.names(lock);
            return Err(Error::Unfit(format!(
                "order_locks.csv: {cars} of the cars for {names} are more than is built: lower them, or raise the slots in supply.csv"
            )));
        }
        Ok(())
    }

    /// As last week's plan has it, plant by plant.
    fn keep(&mut self, lock: &OrderLock, previous: &Previous) -> Result<(), Error> {
        let Some(&c) = self.cell.get(&(lock.site, lock.model)) else { return Ok(()) };
        let week = lock.week.index();
        let monday = self.ground.forecast.monday(week);
        for (s, plant) in self.sources(lock.site, lock.model) {
            let key = (self.plants[plant], lock.site, lock.model, monday);
            let cars = previous.orders.get(&key).copied().unwrap_or(0);
            if cars > self.left[s][week] {
                return Err(Error::Unfit(format!(
                    "order_locks.csv locks {cars} cars for {}, but {} are built: raise the slots in supply.csv, or write set with fewer cars",
                    self.names(lock),
                    self.left[s][week]
                )));
            }
            self.left[s][week] -= cars;
            self.data.cells[c].fixed.push(room::Fixed { plant, week, cars });
        }
        Ok(())
    }

    /// Free cars of last week's plan by week of arrival, in the weeks that it knew.
    fn remember(&mut self, previous: &Previous) {
        let (ground, weeks, freeze) = (self.ground, self.data.weeks, self.data.freeze);
        self.data.nervousness = ground.scenario.settings.replenishment.nervousness.major();
        let mut wanted: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (&(plant, site, model, monday), &cars) in &previous.orders {
            let (Some(&c), Some(p)) = (self.cell.get(&(site, model)), self.plants.iter().position(|&x| x == plant))
            else {
                continue;
            };
            let week = (freeze..weeks).find(|&w| ground.forecast.monday(w) == monday);
            let stands = |w: usize| self.data.cells[c].fixed.iter().any(|f| f.plant == p && f.week == w);
            let Some(week) = week.filter(|&w| !stands(w)) else { continue };
            let arrives = week + lead_weeks(ground, plant, site);
            if let Some(sum) = wanted.entry(c).or_insert_with(|| vec![0; weeks]).get_mut(arrives) {
                *sum += cars;
            }
        }
        let sources: Vec<Option<usize>> = self
            .cell
            .iter()
            .map(|(&(site, model), &c)| (c, self.sources(site, model), site))
            .map(|(c, sources, site)| {
                let lead = sources.first().map(|s| lead_weeks(ground, self.plants[s.1], site));
                (c, lead)
            })
            .collect::<BTreeMap<usize, Option<usize>>>()
            .into_values()
            .collect();
        for (c, cell) in self.data.cells.iter_mut().enumerate() {
            let cars = wanted.remove(&c).unwrap_or_else(|| vec![0; weeks]);
            let lead = sources[c].unwrap_or(0);
            // An arrival stands for an order of its week less the lead; weeks whose orders the last plan did not know are
            // free to be planned.
            let known = |t: usize| {
                t.checked_sub(lead).is_some_and(|w| w >= freeze && previous.knows(ground.forecast.monday(w)))
            };
            cell.previous = Some(cars.into_iter().enumerate().map(|(t, n)| known(t).then_some(n)).collect());
        }
    }
}
