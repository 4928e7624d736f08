//! What every store sells in every week, and how far the plants are.

use crate::verify::estimates::Estimates;
use crate::verify::input::{Input, Kind};
use crate::verify::place::{Placed, road};
use std::collections::{BTreeMap, BTreeSet};

/// The plan's network with its demand.
pub struct Network<'a> {
    /// The tables.
    pub input: &'a Input,
    /// The forecast.
    pub estimates: &'a Estimates,
    /// Sites open in the plan.
    pub open: BTreeSet<usize>,
    /// Sites open today.
    pub today: BTreeSet<usize>,
    /// Stores that move, from where to where.
    pub moved: BTreeMap<usize, usize>,
    /// Part of each store in the national demand for each model.
    pub share: BTreeMap<(usize, usize), f64>,
    /// Plants by id.
    pub plants: Vec<usize>,
}

impl<'a> Network<'a> {
    /// The network of a placement.
    pub fn new(input: &'a Input, estimates: &'a Estimates, placed: &Placed) -> Self {
        let problem = &placed.problem;
        let last = placed.plan.open(problem, problem.phases.len() - 1);
        let site = |i: usize| problem.stores[i].site;
        let open: BTreeSet<usize> = (0..last.len()).filter(|&i| last[i].is_some()).map(site).collect();
        let today = (0..last.len()).filter(|&i| problem.stores[i].open).map(site).collect();
        let ends = |&k: &usize| (site(problem.moves[k].from), site(problem.moves[k].to));
        let sold: BTreeMap<usize, [f64; 2]> = (0..last.len()).map(|i| (site(i), placed.sold[i])).collect();
        let plants = (0..input.sites.len()).filter(|&k| input.sites[k].kind == Kind::Plant).collect();
        let share = shares(input, estimates, &open, &sold);
        let moved = placed.plan.moves.iter().map(ends).collect();
        Self { input, estimates, open, today, moved, share, plants }
    }

    /// Expected cars of a store and model in a forecast week.
    pub fn rate(&self, site: usize, model: usize, week: usize) -> f64 {
        let path = &self.estimates.national[model];
        self.share.get(&(site, model)).copied().unwrap_or(0.0) * path[week.min(path.len() - 1)]
    }

    /// Expected cars over so many weeks from a week.
    pub fn asked(&self, site: usize, model: usize, from: usize, weeks: f64) -> f64 {
        let whole = weeks as usize;
        let full: f64 = (0..whole).map(|w| self.rate(site, model, from + w)).sum();
        full + (weeks - whole as f64) * self.rate(site, model, from + whole)
    }

    /// Build slots of a plant for a model over the horizon.
    pub fn slots(&self, plant: usize, model: usize) -> f64 {
        self.input.supply.get(&(plant, model)).map_or(0.0, |s| s.iter().map(|&c| f64::from(c)).sum())
    }

    /// Days on the road from plant to store: the user's lane in whole days, else by distance.
    fn road_days(&self, plant: usize, store: usize) -> f64 {
        if let Some(lane) = self.input.lanes.get(&(plant, store)) {
            return (lane.hours / 24.0).ceil().max(1.0);
        }
        let km = road(self.input, plant, store).mid();
        [(500.0, 3.0), (1000.0, 5.0), (2000.0, 8.0)].into_iter().find(|s| km < s.0).map_or(12.0, |s| s.1)
    }

    fn build_weeks(&self) -> f64 {
        self.input.settings.number("replenishment", "build_weeks")
    }

    /// Whole weeks from build slot to store, at least one.
    pub fn lead_weeks(&self, plant: usize, store: usize) -> usize {
        let weeks = self.build_weeks() + (self.road_days(plant, store) / 7.0).ceil();
        (weeks as usize).max(1)
    }

    /// Weeks from order to arrival from the nearest plant that builds the model.
    pub fn nearest_weeks(&self, store: usize, model: usize) -> usize {
        let builds = self.plants.iter().filter(|&&p| self.slots(p, model) > 0.0);
        let least = builds.map(|&p| self.lead_weeks(p, store)).min();
        least.unwrap_or((self.build_weeks() as usize).max(1))
    }

    /// Mean days from order to arrival, plants weighed by their slots for the model (`None`: for all models).
    pub fn mean_days(&self, store: usize, model: Option<usize>) -> f64 {
        let models = model.map_or(0..self.input.models.len(), |m| m..m + 1);
        let weight = |p: usize| models.clone().map(|m| self.slots(p, m)).sum::<f64>();
        let all: f64 = self.plants.iter().map(|&p| weight(p)).sum();
        let build = 7.0 * self.build_weeks();
        if all <= 0.0 {
            return build.max(1.0);
        }
        let way: f64 = self.plants.iter().map(|&p| weight(p) * self.road_days(p, store)).sum();
        (build + way / all).max(1.0)
    }
}

/// A dealer that stays sells its part of the forecast times what the market model says it gains or loses; a new store
/// sells what the market model gives it in its region's taste. So does a dealer that has sold nothing yet.
fn shares(
    input: &Input,
    estimates: &Estimates,
    open: &BTreeSet<usize>,
    sold: &BTreeMap<usize, [f64; 2]>,
) -> BTreeMap<(usize, usize), f64> {
    let region = |s: usize| input.zones[input.sites[s].zone].region.as_str();
    let models = input.models.len();
    let known = |s: usize| (0..models).any(|m| estimates.share.get(&(s, m)).is_some_and(|x| *x > 0.0));
    let any = estimates.share.values().any(|x| *x > 0.0);
    let dealer = |s: usize| input.sites[s].kind == Kind::Dealer;
    let fresh = |s: usize| any && dealer(s) && !known(s);
    let today = |s: usize| sold.get(&s).map_or(0.0, |x| x[0]);
    let total = sold.keys().filter(|s| !fresh(**s)).map(|&s| today(s)).sum::<f64>().max(1e-9);
    let (mut size, mut liked) = (BTreeMap::new(), BTreeMap::new());
    for &s in sold.keys().filter(|s| !fresh(**s)) {
        *size.entry(region(s)).or_insert(0.0) += today(s) / total;
        for m in 0..models {
            *liked.entry((region(s), m)).or_insert(0.0) += estimates.share.get(&(s, m)).copied().unwrap_or(0.0);
        }
    }
    let taste = |s: usize, m: usize| {
        let (all, own) = (size.get(region(s)).copied().unwrap_or(0.0), liked.get(&(region(s), m)).copied());
        match own {
            Some(own) if all > 0.0 && own > 0.0 => own / all,
            _ => 1.0,
        }
    };
    let mut share = BTreeMap::new();
    for &s in open {
        let plan = sold.get(&s).map_or(0.0, |x| x[1]);
        for m in 0..models {
            let own = estimates.share.get(&(s, m)).copied().unwrap_or(0.0);
            let now = if fresh(s) { today(s) / total * taste(s, m) } else { own };
            let stays = dealer(s) && today(s) > 0.0;
            share.insert((s, m), if stays { now * plan / today(s) } else { plan / total * taste(s, m) });
        }
    }
    share
}
