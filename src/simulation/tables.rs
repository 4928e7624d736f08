//! A problem laid out for the kernel: cells are dealer × model, rows of the user's tables are put in a fixed order.

use super::problem::{Arc, Arrival, Lot, Model, Move, Parts, Problem};
use crate::stats::alias::Alias;
use crate::stats::poisson::Ladder;
use crate::stats::threshold::Threshold;

/// Customers of one calendar group: the pairs of zone and model with demand.
pub(super) struct Group {
    pub pairs: Vec<(u32, u32)>,
    pub base: Vec<f64>,
}

/// A neighbour that may give a car.
pub(super) struct Donor {
    pub dealer: u32,
    /// Donors of the same cost from this one on, if it is the first of them.
    pub same: u32,
    pub cost: i64,
}

fn donors(arcs: &[Arc]) -> Vec<Donor> {
    let arcs = sorted(arcs, |a| (a.cost, a.donor));
    let same = |k: usize| arcs[k..].iter().take_while(|a| a.cost == arcs[k].cost).count() as u32;
    arcs.iter().enumerate().map(|(k, a)| Donor { dealer: a.donor, same: same(k), cost: a.cost.minor() }).collect()
}

/// The outside in a column.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// Choice set of a zone, closed dealers included.
pub(super) struct ZoneTable {
    /// Alias columns: threshold, dealer below it, dealer above it ([`OUTSIDE`] included).
    pub columns: Vec<(u32, u32, u32)>,
    pub dealers: Vec<u32>,
    pub weights: Vec<f64>,
    pub outside: f64,
}

/// Money of a model in hundredths.
pub(super) struct ModelMoney {
    pub contribution: i64,
    pub lost: i64,
    /// Cost of any evening on the ground.
    pub holding: i64,
    /// `dearer[a]`: what a car's first `a` evenings cost beyond that; empty when age makes no difference.
    dearer: Vec<i64>,
    /// Discounts by age, the oldest first.
    discount: Vec<(i32, i64)>,
    /// Age below which there is none.
    full_price: i32,
}

impl ModelMoney {
    fn new(model: &Model, oldest: usize) -> Self {
        let holding = model.holding.first().map_or(0, |s| s.1.minor());
        let mut dearer = Vec::new();
        if model.holding.len() > 1 {
            let mut steps = model.holding.iter().peekable();
            let (mut rate, mut sum) = (0, 0);
            dearer.push(0);
            for age in 0..oldest {
                while let Some(step) = steps.next_if(|s| s.0 as usize <= age) {
                    rate = step.1.minor() - holding;
                }
                sum += rate;
                dearer.push(sum);
            }
        }
        let discount: Vec<_> =
            model.discount.iter().rev().map(|&(age, money)| (i32::from(age), money.minor())).collect();
        let full_price = discount.iter().rev().find(|d| d.1 != 0).map_or(i32::MAX, |d| d.0);
        Self {
            contribution: model.contribution.minor(),
            lost: model.lost_sale.minor(),
            holding,
            dearer,
            discount,
            full_price,
        }
    }

    /// Discount of a car of an age.
    #[inline]
    pub fn discount(&self, age: i32) -> i64 {
        if age < self.full_price { 0 } else { self.discount.iter().find(|d| d.0 <= age).map_or(0, |d| d.1) }
    }

    /// What the evenings between two ages cost beyond [`Self::holding`].
    #[inline]
    pub fn dearer(&self, from: i32, to: i32) -> i64 {
        if self.dearer.is_empty() { 0 } else { self.dearer[to as usize] - self.dearer[from as usize] }
    }
}

/// The problem as the kernel reads it.
pub(super) struct Tables<'a> {
    pub parts: &'a Parts,
    pub dealers: usize,
    pub models: usize,
    pub weeks: usize,
    pub groups: Vec<Group>,
    pub ladder: Ladder,
    pub zones: Vec<ZoneTable>,
    pub money: Vec<ModelMoney>,
    /// Models of each segment.
    pub segments: Vec<Vec<u32>>,
    /// Donors of each dealer, cheapest first.
    pub donors: Vec<Vec<Donor>>,
    pub open: Vec<bool>,
    /// Cars a donor keeps, by cell; empty without trades.
    pub reserve: Vec<u16>,
    pub leads: Vec<Threshold>,
    /// Days in the ring of orders under way.
    pub ring: usize,
    pub lots: Vec<Lot>,
    pub arrivals: Vec<Arrival>,
    pub moves: Vec<Move>,
}

impl<'a> Tables<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let parts = problem.parts();
        let (dealers, models) = (parts.dealers.len(), parts.models.len());
        let oldest = parts.days as usize + parts.stock.iter().map(|l| l.age_days as usize).max().unwrap_or(0) + 1;
        let leads: Vec<Threshold> = parts.lead_times.iter().map(|row| Threshold::new(row)).collect();
        let segments = parts.models.iter().map(|m| m.segment as usize + 1).max().unwrap_or(0);
        let mut by_segment = vec![Vec::new(); segments];
        for (m, model) in parts.models.iter().enumerate() {
            by_segment[model.segment as usize].push(m as u32);
        }
        let open: Vec<bool> = parts.dealers.iter().map(|d| d.open).collect();
        Self {
            parts,
            dealers,
            models,
            weeks: problem.weeks(),
            groups: groups(parts),
            ladder: Ladder::new(),
            zones: parts.zones.iter().map(zone_table).collect(),
            money: parts.models.iter().map(|m| ModelMoney::new(m, oldest)).collect(),
            segments: by_segment,
            donors: parts.dealers.iter().map(|d| donors(&d.donors)).collect(),
            reserve: reserve(parts, &open),
            ring: leads.iter().map(Threshold::largest).max().unwrap_or(0) as usize + 1,
            leads,
            lots: sorted(&parts.stock, |l| (l.dealer, l.model, std::cmp::Reverse(l.age_days), l.cars)),
            arrivals: sorted(&parts.pipeline, |a| (a.day, a.dealer, a.model, a.cars)),
            moves: sorted(&parts.moves, |m| (m.day, m.from, m.to, m.model, m.cars, m.cost)),
            open,
        }
    }

    pub fn cells(&self) -> usize {
        self.dealers * self.models
    }

    /// The cell of a model at a dealer.
    #[inline]
    pub fn cell(&self, dealer: u32, model: u32) -> usize {
        dealer as usize * self.models + model as usize
    }
}

fn sorted<T: Copy, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(key);
    rows
}

/// Closed dealers keep nothing back.
fn reserve(parts: &Parts, open: &[bool]) -> Vec<u16> {
    let mut reserve = parts.trade.reserve.clone();
    for (row, open) in reserve.chunks_mut(parts.models.len().max(1)).zip(open) {
        if !open {
            row.fill(0);
        }
    }
    reserve
}

fn groups(parts: &Parts) -> Vec<Group> {
    let mut groups: Vec<Group> =
        parts.day_factor.iter().map(|_| Group { pairs: Vec::new(), base: Vec::new() }).collect();
    for z in 0..parts.zones.len() {
        for (m, model) in parts.models.iter().enumerate() {
            let demand = parts.demand[z * parts.models.len() + m];
            if demand > 0.0 {
                let group = &mut groups[model.group as usize];
                group.pairs.push((z as u32, m as u32));
                group.base.push(demand);
            }
        }
    }
    groups
}

fn zone_table(zone: &super::problem::Zone) -> ZoneTable {
    let choices = sorted(&zone.choices, |c| c.dealer);
    let weights: Vec<f64> = choices.iter().map(|c| c.weight).collect();
    let mut all = weights.clone();
    if zone.outside > 0.0 {
        all.push(zone.outside);
    }
    let mut dealers: Vec<u32> = choices.iter().map(|c| c.dealer).collect();
    dealers.push(OUTSIDE);
    let alias = Alias::new(&all);
    let columns = alias.columns().iter().enumerate().map(|(k, &(threshold, other))| {
        // A threshold of 0 never answers its own column.
        let own = if threshold == 0 { other as usize } else { k };
        (threshold, dealers[own], dealers[other as usize])
    });
    let columns = columns.collect();
    dealers.pop();
    ZoneTable { columns, dealers, weights, outside: zone.outside }
}
