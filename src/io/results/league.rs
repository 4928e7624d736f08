//! league.csv: the health of every dealer of today, with 95 % intervals.

use super::table::{Cell, Table};
use crate::evaluation::health::Figure;
use crate::planning::{Ground, NetworkState, Standing, league};

/// The table.
pub fn table(ground: &Ground, today: &NetworkState) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(&[
        "site_id",
        "region",
        "tier",
        "sold_cars",
        "stock_cars",
        "expected_cars",
        "turn_days",
        "turn_low_days",
        "turn_high_days",
        "coefficient_months",
        "coefficient_low_months",
        "coefficient_high_months",
        "aged_share",
        "aged_low_share",
        "aged_high_share",
        "effectiveness",
        "effectiveness_low",
        "effectiveness_high",
        "floor_plan_cny_per_car",
        "per_head",
        "per_head_low",
        "per_head_high",
        "lead_conversion",
        "lead_conversion_low",
        "lead_conversion_high",
        "test_drive",
        "test_drive_low",
        "test_drive_high",
        "absorption",
        "absorption_low",
        "absorption_high",
        "price_realisation",
        "price_realisation_low",
        "price_realisation_high",
        "retention",
        "retention_low",
        "retention_high",
        "satisfaction",
        "satisfaction_low",
        "satisfaction_high",
        "inverted",
    ]);
    for Standing { site, record, health, channel } in league(ground, today) {
        let ends = |f: Option<Figure>, digits: usize| {
            let cell = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::Empty, |x| Cell::Number(x, digits));
            [cell(f.map(|f| f.value)), cell(f.map(|f| f.low)), cell(f.map(|f| f.high))]
        };
        let head = [
            Cell::Text(&network.sites[site].code),
            Cell::Text(&network.regions[ground.region[site]].name),
            Cell::Text(health.tier.word()),
            Cell::Number(record.sold, 0),
            Cell::Number(record.stock, 0),
            Cell::Number(record.expected, 3),
        ];
        let floor = health.floor_plan.map_or(Cell::Empty, |f| Cell::Number(f.value, 2));
        let cells = head
            .into_iter()
            .chain(ends(health.turn_days, 3))
            .chain(ends(health.coefficient, 5))
            .chain(ends(health.aged_share, 6))
            .chain(ends(health.effectiveness, 6))
            .chain([floor])
            .chain(ends(channel.per_head, 2))
            .chain(ends(channel.lead_conversion, 4))
            .chain(ends(channel.test_drive, 4))
            .chain(ends(channel.absorption, 4))
            .chain(ends(channel.price_realisation, 4))
            .chain(ends(channel.retention, 4))
            .chain(ends(channel.satisfaction, 1))
            .chain([channel.inverted.map_or(Cell::Empty, Cell::from)]);
        table.row(cells);
    }
    table
}
