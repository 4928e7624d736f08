//! What the measures of dealer health are taken from: sales of the last weeks, today's stock, the market model.

use super::{Ground, NetworkState};
use crate::evaluation::health::{Channel, Health, Record, channel, health};
use crate::ids::SiteId;
use crate::scenario::ChannelMonth;

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
}

/// Months of the channel table that count: those of the year before today.
const MONTHS: i32 = 12;

/// Every dealer of today, in order.
pub fn league(ground: &Ground, today: &NetworkState) -> Vec<Standing> {
    let scenario = ground.scenario;
    let weeks = scenario.history.weeks().min(WINDOW);
    let from = scenario.history.weeks() - weeks;
    let sold = |site: SiteId| -> f64 {
        let of = |m| scenario.history.series(site, m)[from..].iter().map(|&s| f64::from(s)).sum::<f64>();
        scenario.catalogue.models.ids().map(of).sum()
    };
    let (dealers, day): (Vec<SiteId>, _) = (today.stores().collect(), scenario.today);
    let all: f64 = dealers.iter().map(|&d| sold(d)).sum();
    let market: f64 = dealers.iter().map(|&d| today.sales[d]).sum();
    dealers
        .into_iter()
        .map(|site| {
            let mut record = Record { sold: sold(site), days: weeks as f64 * 7.0, ..Record::default() };
            if market > 0.0 {
                record.expected = all * today.sales[site] / market;
            }
            for lot in scenario.stock.iter().filter(|l| l.site == site) {
                let cars = f64::from(lot.cars);
                record.stock += cars;
                record.aged += if lot.age_days > AGED_DAYS { cars } else { 0.0 };
                record.holding += cars * scenario.catalogue.models[lot.model].holding_per_day.major();
            }
            let year = |m: &&ChannelMonth| {
                let since = (day - m.month.first_of_month()).get_days();
                m.site == site && since > 0 && since <= MONTHS * 31
            };
            let months: Vec<ChannelMonth> = scenario.channel.iter().filter(year).copied().collect();
            Standing { site, record, health: health(&record), channel: channel(&record, &months, day) }
        })
        .collect()
}
