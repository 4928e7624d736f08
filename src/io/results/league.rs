//! league.csv and league_regions.csv: the health of every dealer of today, and of regions as if each were one dealer, with 95 %
//! intervals.

use super::table::{Cell, Table};
use crate::evaluation::health::channel::Channel;
use crate::evaluation::health::{Figure, Health, Record};
use crate::planning::{Ground, League, Standing, Together};
use crate::report::rows::{self, Row};

/// Name of the row of all regions.
pub const ALL: &str = "all";

/// league.csv.
pub fn dealers(ground: &Ground, league: &League) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(rows::League::COLUMNS);
    for Standing { site, record, health, channel, memory } in &league.dealers {
        let wrong: Vec<&str> = memory.wrong.iter().map(|m| m.word()).collect();
        let (wrong, since) = (wrong.join(" "), memory.since.to_string());
        let head = [
            Cell::Text(&network.sites[*site].code),
            Cell::Text(&network.regions[ground.region[*site]].name),
            Cell::Text(memory.tier.word()),
            Cell::from(&since),
            memory.seen.map_or(Cell::Empty, |s| Cell::Text(s.0.word())),
            Cell::from(&wrong),
        ];
        table.row(head.into_iter().chain(measures(record, health, channel)));
    }
    table
}

/// league_regions.csv: a row a region, the last of all.
pub fn regions(ground: &Ground, league: &League) -> Table {
    let names = |k: usize| ground.scenario.network.regions[crate::ids::Id::at(k)].name.as_str();
    let mut table = Table::new(rows::LeagueRegion::COLUMNS);
    let own = league.regions.iter().map(|(k, t)| (names(*k), t));
    for (name, Together { dealers, tiers, watched, record, health, channel }) in own.chain([(ALL, &league.all)]) {
        let [green, amber, red] = tiers.map(Cell::from);
        let head = [Cell::Text(name), Cell::from(*dealers), green, amber, red, Cell::from(*watched)];
        table.row(head.into_iter().chain(measures(record, health, channel)));
    }
    table
}

/// What both tables tell of a dealer, or of several.
fn measures(record: &Record, health: &Health, channel: &Channel) -> Vec<Cell<'static>> {
    let ends = |f: Option<Figure>, digits: usize| {
        let cell = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::Empty, |x| Cell::Number(x, digits));
        [cell(f.map(|f| f.value)), cell(f.map(|f| f.low)), cell(f.map(|f| f.high))]
    };
    let counts = [Cell::Number(record.sold, 0), Cell::Number(record.stock, 0), Cell::Number(record.expected, 3)];
    let floor = health.floor_plan.map_or(Cell::Empty, |f| Cell::Number(f.value, 2));
    counts
        .into_iter()
        .chain(ends(health.turn_days, 3))
        .chain(ends(health.coefficient, 4))
        .chain(ends(health.aged_share, 4))
        .chain(ends(health.effectiveness, 4))
        .chain([floor])
        .chain(ends(channel.per_head, 2))
        .chain(ends(channel.lead_conversion, 4))
        .chain(ends(channel.test_drive, 4))
        .chain(ends(channel.absorption, 4))
        .chain(ends(channel.price_realisation, 4))
        .chain(ends(channel.retention, 4))
        .chain(ends(channel.satisfaction, 1))
        .chain([channel.inverted.map_or(Cell::Empty, Cell::from)])
        .collect()
}
