//! A problem laid out for the kernel: cells are model × dealer, rows of the user's tables are put in a fixed order.

use super::policy::Policy;
use super::problem::{Arc, Arrival, Lot, Model, Move, Parts, Problem};
use crate::stats::alias::Alias;
use crate::stats::poisson::Ladder;
use crate::stats::threshold::Threshold;

/// Customers of one calendar group: the pairs of zone and model with demand.
pub(super) struct Group {
    pub pairs: Vec<(u32, u32)>,
    pub base: Vec<f64>,
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
    /// `holding[a]`: cost of a car's first `a` evenings.
    pub holding: Vec<i64>,
    pub discount: Vec<(i32, i64)>,
}

impl ModelMoney {
    fn new(model: &Model, oldest: usize) -> Self {
        let mut holding = vec![0];
        let mut steps = model.holding.iter().peekable();
        let (mut rate, mut sum) = (0, 0);
        for age in 0..oldest {
            while let Some(step) = steps.next_if(|s| s.0 as usize <= age) {
                rate = step.1.minor();
            }
            sum += rate;
            holding.push(sum);
        }
        let discount = model.discount.iter().rev().map(|&(age, money)| (i32::from(age), money.minor())).collect();
        Self { contribution: model.contribution.minor(), lost: model.lost_sale.minor(), holding, discount }
    }
    /// Discount of a car of an age.
    pub fn discount(&self, age: i32) -> i64 {
        self.discount.iter().find(|d| d.0 <= age).map_or(0, |d| d.1)
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
    pub donors: Vec<Vec<Arc>>,
    pub open: Vec<bool>,
    /// Cars a donor keeps, by cell; empty without trades.
    pub reserve: Vec<i32>,
    pub leads: Vec<Threshold>,
    /// Days in the ring of orders under way.
    pub ring: usize,
    pub rate: Vec<f64>,
    /// Order-up-to (or S) by season and cell, and s by cell.
    pub high: Vec<i32>,
    pub low: Vec<i32>,
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
        let (high, low) = levels(parts, &open);
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
            donors: parts.dealers.iter().map(|d| sorted(&d.donors, |a| (a.cost, a.donor))).collect(),
            reserve: transposed(&parts.trade.reserve, dealers, models, |d, &r| if open[d] { i32::from(r) } else { 0 }),
            ring: leads.iter().map(Threshold::largest).max().unwrap_or(0) as usize + 1,
            leads,
            rate: transposed(&parts.rate, dealers, models, |_, &r| r),
            high,
            low,
            lots: sorted(&parts.stock, |l| (l.dealer, l.model, std::cmp::Reverse(l.age_days), l.cars)),
            arrivals: sorted(&parts.pipeline, |a| (a.day, a.dealer, a.model, a.cars)),
            moves: sorted(&parts.moves, |m| (m.day, m.from, m.to, m.model, m.cars, m.cost)),
            open,
        }
    }

    pub fn cells(&self) -> usize {
        self.dealers * self.models
    }
}

fn sorted<T: Copy, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(key);
    rows
}

/// Dealer × model to model × dealer.
fn transposed<T, U>(table: &[T], dealers: usize, models: usize, value: impl Fn(usize, &T) -> U) -> Vec<U> {
    if table.is_empty() {
        return Vec::new();
    }
    (0..models).flat_map(|m| (0..dealers).map(move |d| (m, d))).map(|(m, d)| value(d, &table[d * models + m])).collect()
}

/// Levels by cell; closed dealers never order.
fn levels(parts: &Parts, open: &[bool]) -> (Vec<i32>, Vec<i32>) {
    let (dealers, models) = (parts.dealers.len(), parts.models.len());
    const NEVER: i32 = i32::MIN / 4;
    match &parts.policy {
        Policy::OrderUpTo { levels, .. } => {
            let season = (dealers * models).max(1);
            let level = |d: usize, &v: &u16| if open[d] { i32::from(v) } else { NEVER };
            (levels.chunks(season).flat_map(|rows| transposed(rows, dealers, models, level)).collect(), Vec::new())
        }
        Policy::MinMax { low, high } => (
            transposed(high, dealers, models, |_, &v| v),
            transposed(low, dealers, models, |d, &v| if open[d] { v } else { NEVER }),
        ),
        Policy::BalancedDays | Policy::TurnAndEarn => (Vec::new(), Vec::new()),
    }
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
