//! The policies.

use super::chance::Table;
use super::knowledge::{Knowledge, Period};
use super::run::{Move, Seen};
use super::world::World;
use crate::replenishment::allocation::{Rule, Site, allocate};

/// Weeks of sales that rules of thumb look back on (17 weeks are 119 days).
const MEMORY: usize = 17;

/// A policy.
pub trait Planner {
    /// Cars ordered for each cell; `moving` is what planned moves bring next week.
    fn orders(&mut self, seen: &Seen, moving: &[u32], orders: &mut [u32]);
    /// Planned moves.
    fn moves(&mut self, _seen: &Seen, _moves: &mut Vec<Move>) {}
    /// What giving one car away now costs the donor, money; `None` where the policy does not trade.
    fn loss(&mut self, _seen: &Seen, _cell: usize) -> Option<f64> {
        None
    }
}

/// Customers of the past and of the weeks so far: what rules of thumb count.
#[derive(Clone, Copy, Debug)]
struct Door<'a> {
    past: &'a [u16],
    demand: &'a [u16],
    cells: usize,
}

impl Door<'_> {
    /// Mean and variance of a cell's weekly customers over the last weeks.
    fn recent(&self, week: usize, cell: usize) -> (f64, f64) {
        let learnt = self.past.len() / self.cells;
        let now = learnt + week + 1;
        let from = now.saturating_sub(MEMORY);
        let at = |w: usize| {
            let (table, w) = if w < learnt { (self.past, w) } else { (self.demand, w - learnt) };
            f64::from(table[w * self.cells + cell])
        };
        let n = (now - from) as f64;
        let mean = (from..now).map(at).sum::<f64>() / n;
        let variance = (from..now).map(|w| (at(w) - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        (mean, variance)
    }
}

/// How the volume that balanced days of supply share out is found.
#[derive(Clone, Copy, Debug)]
pub enum Volume<'a> {
    /// From the sales rate of the last 120 days, like the shares.
    Rate,
    /// From the forecast of the network.
    Forecast(&'a Knowledge),
}

/// Balanced days of supply: every model's volume goes where it makes the days of supply equal. No trades.
pub struct BalancedDays<'a> {
    door: Door<'a>,
    volume: Volume<'a>,
    /// Weeks of supply that the network's position is brought to, beyond the lead time's.
    cover: f64,
}

impl<'a> BalancedDays<'a> {
    /// With a cover of so many weeks.
    pub fn new(world: &World, past: &'a [u16], demand: &'a [u16], volume: Volume<'a>, cover: f64) -> Self {
        Self { door: Door { past, demand, cells: world.cells() }, volume, cover }
    }
}

impl Planner for BalancedDays<'_> {
    fn orders(&mut self, seen: &Seen, _: &[u32], orders: &mut [u32]) {
        let dealers = seen.world.dealers();
        for (m, row) in orders.chunks_mut(dealers).enumerate() {
            let sites: Vec<Site> = (0..dealers)
                .map(|d| {
                    let cell = m * dealers + d;
                    let rate = self.door.recent(seen.week, cell).0;
                    // The lead time's own demand is covered everywhere; what is balanced is the cover beyond it.
                    let position = f64::from(seen.position(cell));
                    Site { rate, position, potential: 0.0 }
                })
                .collect();
            let lead = (0..dealers).map(|d| seen.world.lead[d] as f64 * sites[d].rate).sum::<f64>();
            let rate: f64 = sites.iter().map(|s| s.rate).sum();
            let (level, cover) = match self.volume {
                Volume::Rate => (rate, lead / rate.max(1e-9)),
                Volume::Forecast(k) => {
                    let period = k.at(seen.week);
                    let longest = seen.world.longest();
                    let from = seen.week + 1;
                    let sum: f64 =
                        (0..dealers).map(|d| period.mean(m * dealers + d, dealers, from, from + longest)).sum();
                    (sum / longest as f64, lead / rate.max(1e-9))
                }
            };
            let held: f64 = sites.iter().map(|s| s.position).sum();
            let wanted = (level * (cover + self.cover) - held).round().max(0.0) as u32;
            row.copy_from_slice(&allocate(Rule::BalancedDaysOfSupply, &sites, wanted));
        }
    }
}

/// Every cell for itself, at the newsvendor fractile: (s, S) without a fixed cost of an order line, which is (S - 1, S).
/// Trades are greedy: the nearest dealer that has a car gives it.
pub struct BaseStock<'a> {
    door: Door<'a>,
    forecast: Option<&'a Knowledge>,
    /// Probability that a level is not exceeded.
    service: f64,
    trades: bool,
}

impl<'a> BaseStock<'a> {
    /// Levels at a service probability, from the last 17 weeks or, if given, from a forecast.
    pub fn new(
        world: &World,
        past: &'a [u16],
        demand: &'a [u16],
        forecast: Option<&'a Knowledge>,
        service: f64,
        trades: bool,
    ) -> Self {
        Self { door: Door { past, demand, cells: world.cells() }, forecast, service, trades }
    }
}

impl Planner for BaseStock<'_> {
    fn orders(&mut self, seen: &Seen, _: &[u32], orders: &mut [u32]) {
        let dealers = seen.world.dealers();
        for (cell, order) in orders.iter_mut().enumerate() {
            let lead = seen.world.lead[cell % dealers];
            let (mean, dispersion) = if let Some(k) = self.forecast {
                let period = k.at(seen.week);
                let mean = period.mean(cell, dealers, seen.week + 1, seen.week + 1 + lead);
                (mean, Period::dispersion(&period.cell, lead, mean))
            } else {
                let (rate, variance) = self.door.recent(seen.week, cell);
                // Weeks as independent draws of one law.
                let excess = ((variance - rate) / (rate * rate).max(1e-9)).max(0.0);
                (rate * lead as f64, excess / lead as f64)
            };
            let level = Table::new(mean, dispersion).quantile(self.service) as u32;
            *order = level.saturating_sub(seen.position(cell));
        }
    }
    fn loss(&mut self, _: &Seen, _: usize) -> Option<f64> {
        self.trades.then_some(0.0)
    }
}

/// The rolling plan: forecast, levels by pooling, trades and moves that pay.
pub struct Vmi<'a> {
    knowledge: &'a Knowledge,
    /// Penalty of a car short over holding for a week: the critical ratio is `ratio / (1 + ratio)`.
    ratio: f64,
    transfers: bool,
}

impl<'a> Vmi<'a> {
    /// With a penalty of `ratio` weeks of holding, and with or without transfers.
    pub fn new(knowledge: &'a Knowledge, ratio: f64, transfers: bool) -> Self {
        Self { knowledge, ratio, transfers }
    }

    /// What dealers that share order above their positions: `tables` are their demands, `all` the sum's, `rates` holding,
    /// penalty and cost of a trade.
    pub fn levels(tables: &[Table], all: &Table, positions: &[u32], rates: (f64, f64, f64)) -> Vec<u32> {
        pooled(tables, all, positions, rates)
    }

    /// Probability that demand over a dealer's lead time exceeds so many cars.
    fn short(&self, seen: &Seen, cell: usize, cars: u32) -> f64 {
        let dealers = seen.world.dealers();
        let lead = seen.world.lead[cell % dealers];
        let period = self.knowledge.at(seen.week);
        let mean = period.mean(cell, dealers, seen.week + 1, seen.week + 1 + lead);
        Table::new(mean, Period::dispersion(&period.cell, lead, mean)).above(cars as usize)
    }
}

/// Levels of dealers that share: raises the level whose fractile is lowest while
/// `c F_i(S_i) + (h + p - c) F_Σ(Σ S) < p`, and returns what is ordered above the positions.
pub(super) fn pooled(tables: &[Table], all: &Table, positions: &[u32], rates: (f64, f64, f64)) -> Vec<u32> {
    let (h, p, c) = (rates.0, rates.1, rates.2.min(rates.0 + rates.1));
    let mut level = positions.to_vec();
    loop {
        let fractile = |i: usize| tables[i].up_to(level[i] as usize);
        let Some(low) = (0..level.len()).min_by(|&a, &b| fractile(a).total_cmp(&fractile(b)).then(a.cmp(&b))) else {
            return level;
        };
        let total: u32 = level.iter().sum();
        if c * fractile(low) + (h + p - c) * all.up_to(total as usize) >= p {
            return level.iter().zip(positions).map(|(l, p)| l - p).collect();
        }
        level[low] += 1;
    }
}

impl Planner for Vmi<'_> {
    fn orders(&mut self, seen: &Seen, moving: &[u32], orders: &mut [u32]) {
        let world = seen.world;
        let dealers = world.dealers();
        let period = self.knowledge.at(seen.week);
        let mut members = vec![Vec::new(); world.regions()];
        (0..dealers).for_each(|d| members[world.region[d]].push(d));
        for (m, model) in world.models.iter().enumerate() {
            for group in members.iter().filter(|g| !g.is_empty()) {
                let (mut tables, mut positions, mut mean_all) = (Vec::new(), Vec::new(), 0.0);
                let (mut lead_all, mut cost, mut links) = (0, 0.0, 0.0);
                for &d in group {
                    let (cell, lead) = (m * dealers + d, world.lead[d]);
                    let mean = period.mean(cell, dealers, seen.week + 1, seen.week + 1 + lead);
                    tables.push(Table::new(mean, Period::dispersion(&period.cell, lead, mean)));
                    positions.push(seen.position(cell) + moving[cell]);
                    mean_all += mean;
                    lead_all = lead_all.max(lead);
                    for link in world.links[d].iter().filter(|l| group.contains(&l.donor)) {
                        cost += link.cost;
                        links += 1.0;
                    }
                }
                let (h, p) = (model.holding, model.holding * self.ratio);
                let c = if self.transfers && links > 0.0 { cost / links } else { h + p };
                let all = Table::new(mean_all, Period::dispersion(&period.region, lead_all, mean_all));
                let add = pooled(&tables, &all, &positions, (h, p, c));
                group.iter().zip(add).for_each(|(&d, cars)| orders[m * dealers + d] = cars);
            }
        }
    }

    /// If the donor runs short later, it fetches a car itself while its region has one, else a customer is lost.
    fn loss(&mut self, seen: &Seen, cell: usize) -> Option<f64> {
        if !self.transfers {
            return None;
        }
        let world = seen.world;
        let dealers = world.dealers();
        let (m, donor) = (cell / dealers, cell % dealers);
        let lead = world.lead[donor];
        let (from, to) = (seen.week + 1, seen.week + 1 + lead);
        let period = self.knowledge.at(seen.week);
        let (mut mean, mut have) = (0.0, 0);
        for d in (0..dealers).filter(|&d| world.region[d] == world.region[donor]) {
            let c = m * dealers + d;
            mean += period.mean(c, dealers, from, to);
            have += seen.stock[c] + seen.within(c, lead);
        }
        let all = Table::new(mean, Period::dispersion(&period.region, lead, mean));
        let region_short = all.above(have.saturating_sub(1) as usize);
        let own = seen.stock[cell] + seen.within(cell, lead);
        let own_short = self.short(seen, cell, own.saturating_sub(1));
        let fetch = world.links[donor].first().map_or(world.models[m].lost, |l| l.cost.min(world.models[m].lost));
        let later = region_short * world.models[m].lost + (1.0 - region_short) * fetch;
        Some(own_short * later - world.models[m].holding)
    }
}

/// Knows every customer: a car arrives in the week in which it is sold.
pub struct Perfect<'a> {
    demand: &'a [u16],
}

impl<'a> Perfect<'a> {
    /// With the demand that will come.
    pub fn new(demand: &'a [u16]) -> Self {
        Self { demand }
    }
}

impl Planner for Perfect<'_> {
    fn orders(&mut self, seen: &Seen, _: &[u32], orders: &mut [u32]) {
        let (cells, dealers) = (seen.world.cells(), seen.world.dealers());
        let weeks = self.demand.len() / cells;
        for (cell, order) in orders.iter_mut().enumerate() {
            let until = (seen.week + 1 + seen.world.lead[cell % dealers]).min(weeks);
            let wanted: u32 = (seen.week + 1..until).map(|w| u32::from(self.demand[w * cells + cell])).sum();
            *order = wanted.saturating_sub(seen.position(cell));
        }
    }
}
