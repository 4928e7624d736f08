//! What the measures of dealer health are taken from: sales of the last weeks, today's stock, the market model.

use super::{Ground, NetworkState};
use crate::evaluation::health::channel::{Channel, channel, together};
use crate::evaluation::health::tier::{Memory, review};
use crate::evaluation::health::{Health, Record, health};
use crate::ids::{Id, IdVec, SiteId};
use crate::scenario::ChannelMonth;
use std::collections::BTreeMap;

/// Weeks of sales that a dealer is judged by.
const WINDOW: usize = 13;
/// Age from which a car counts as aged, days.
const AGED_DAYS: u32 = 90;

/// A dealer of today, its record, its health, and what the months of its channel say.
pub struct Standing {
    /// The dealer.
    pub site: SiteId,
    /// What was counted.
    pub record: Record,
    /// The measures of sales and stock.
    pub health: Health,
    /// The measures of the channel table.
    pub channel: Channel,
    /// How it stands, and what the next review is to know.
    pub memory: Memory,
}

/// Several dealers, measured as if they were one.
pub struct Together {
    /// How many.
    pub dealers: usize,
    /// Dealers by tier held: green, amber, red.
    pub tiers: [usize; 3],
    /// Dealers on the watch list.
    pub watched: usize,
    /// What was counted.
    pub record: Record,
    /// The measures of sales and stock.
    pub health: Health,
    /// The measures of the channel table.
    pub channel: Channel,
}

/// The league: every dealer of today, in order; the regions that have any; all together.
pub struct League {
    /// Dealers.
    pub dealers: Vec<Standing>,
    /// Regions by position, those without dealers left out.
    pub regions: Vec<(usize, Together)>,
    /// All.
    pub all: Together,
}

/// Months of the channel table that count: those of the year before today.
const MONTHS: i32 = 12;

/// Measures and judges the dealers of today, as the last review left them.
pub fn league(ground: &Ground, today: &NetworkState, before: &BTreeMap<SiteId, Memory>) -> League {
    let day = ground.scenario.today;
    let measured = measured(ground, today);
    let all: Vec<&Measured> = measured.iter().collect();
    let network = summed(&all);
    let months = network.1;
    let network = channel(&network.0, &months, day);
    let dealers: Vec<Standing> = measured
        .iter()
        .map(|m| {
            let (health, channel) = (health(&m.record), channel(&m.record, &m.months, day));
            let memory = review(before.get(&m.site), (&health, &channel), &network, day);
            Standing { site: m.site, record: m.record, health, channel, memory }
        })
        .collect();
    let mut by_region: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    measured.iter().enumerate().for_each(|(k, m)| {
        by_region.entry(ground.region[m.site].index()).or_default().push(k);
    });
    let of = |list: &[usize]| put_together(list, &measured, &dealers, day);
    let regions = by_region.into_iter().map(|(region, list)| (region, of(&list))).collect();
    let all = of(&(0..dealers.len()).collect::<Vec<_>>());
    League { dealers, regions, all }
}

fn put_together(list: &[usize], measured: &[Measured], dealers: &[Standing], day: jiff::civil::Date) -> Together {
    let (record, months) = summed(&list.iter().map(|k| &measured[*k]).collect::<Vec<_>>());
    let mut tiers = [0; 3];
    list.iter().for_each(|k| tiers[dealers[*k].memory.tier as usize] += 1);
    Together {
        dealers: list.len(),
        tiers,
        watched: list.iter().filter(|k| dealers[**k].memory.watched()).count(),
        health: health(&record),
        channel: channel(&record, &months, day),
        record,
    }
}

/// What is counted of a dealer.
struct Measured {
    site: SiteId,
    record: Record,
    months: Vec<ChannelMonth>,
}

/// Records and months added up.
fn summed(list: &[&Measured]) -> (Record, Vec<ChannelMonth>) {
    let mut sum = Record { days: list.first().map_or(0.0, |m| m.record.days), ..Record::default() };
    for m in list {
        sum.sold += m.record.sold;
        sum.stock += m.record.stock;
        sum.aged += m.record.aged;
        sum.holding += m.record.holding;
        sum.expected += m.record.expected;
    }
    let months: Vec<ChannelMonth> = list.iter().flat_map(|m| m.months.iter().copied()).collect();
    (sum, together(&months))
}

fn measured(ground: &Ground, today: &NetworkState) -> Vec<Measured> {
    let scenario = ground.scenario;
    let weeks = scenario.history.weeks().min(WINDOW);
    let from = scenario.history.weeks() - weeks;
    let sold = |site: SiteId| -> f64 {
        let of = |m| scenario.history.series(site, m)[from..].iter().map(|&s| f64::from(s)).sum::<f64>();
        scenario.catalogue.models.ids().map(of).sum()
    };
    let dealers: Vec<SiteId> = today.stores().collect();
    let all: f64 = dealers.iter().map(|&d| sold(d)).sum();
    let market: f64 = dealers.iter().map(|&d| today.sales[d]).sum();
    // Cars, aged cars and what they cost a day, by site.
    let mut stock: IdVec<SiteId, [f64; 3]> = IdVec::filled([0.0; 3], scenario.network.sites.len());
    for lot in &scenario.stock {
        let cars = f64::from(lot.cars);
        let sum = &mut stock[lot.site];
        sum[0] += cars;
        sum[1] += if lot.age_days > AGED_DAYS { cars } else { 0.0 };
        sum[2] += cars * scenario.catalogue.models[lot.model].holding_per_day.major();
    }
    let mut months: BTreeMap<SiteId, Vec<ChannelMonth>> = BTreeMap::new();
    for m in &scenario.channel {
        let since = (scenario.today - m.month.first_of_month()).get_days();
        if since > 0 && since <= MONTHS * 31 {
            months.entry(m.site).or_default().push(*m);
        }
    }
    dealers
        .into_iter()
        .map(|site| {
            let [cars, aged, holding] = stock[site];
            let days = weeks as f64 * 7.0;
            let expected = if market > 0.0 { all * today.sales[site] / market } else { 0.0 };
            let record = Record { sold: sold(site), days, stock: cars, aged, holding, expected };
            Measured { site, record, months: months.remove(&site).unwrap_or_default() }
        })
        .collect()
}
