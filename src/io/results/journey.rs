//! Tables of the customers' way: journey.csv, journey_segments.csv, journey_desks.csv, journey_effect.csv.

use super::table::{Cell, Table};
use crate::io::market::journey::Visitors;
use crate::planning::Ground;
use crate::planning::journey::{Journey, Source, Worth};
use crate::report::rows::{JourneyDesk, JourneyEffect, JourneyLead, JourneySegment, Row};
use jiff::Span;

/// Segments with fewer customers than this are not shown.
pub const FEWEST: usize = 5;
/// Name of the leads that nobody is known of.
pub const NEW: &str = "new";
/// Ways to direct leads, in the order of [`Journey::effect`].
pub const RULES: [&str; 4] = ["undirected", "blind", "plan", "live"];

fn word(source: Source) -> &'static str {
    match source {
        Source::Stock => "stock",
        Source::Road => "road",
        Source::Order => "order",
    }
}

/// journey.csv: a row a lead.
pub fn leads(ground: &Ground, from: &Visitors, worth: &Worth, made: &Journey) -> Table {
    let network = &ground.scenario.network;
    let mut table = Table::new(JourneyLead::COLUMNS);
    for (l, id) in from.people.lead_ids.iter().enumerate() {
        let customer = from.people.customer_of[l];
        let segment = customer.map_or(NEW, |c| made.segments[worth.segment_of[c]].name.as_str());
        let offer = customer.and_then(|c| Some(from.people.offers[worth.offers.choice[c]?].name.as_str()));
        let way = made.ways[l];
        let car = way.and_then(|w| w.car);
        let days = car.map(|c| c.days.ceil() as i64);
        let delivery = days.map(|d| ground.scenario.today.saturating_add(Span::new().days(d)).to_string());
        let number = |x: Option<f64>, decimals| x.map_or(Cell::Empty, |x| Cell::Number(x, decimals));
        table.row([
            Cell::from(id),
            Cell::from(&from.named_customer[l]),
            Cell::Text(segment),
            offer.map_or(Cell::Empty, Cell::Text),
            Cell::from(&from.models[l]),
            way.map_or(Cell::Empty, |w| Cell::Text(&network.sites[from.people.sites[w.dealer as usize]].code)),
            number(way.map(|w| w.minutes), 1),
            car.map_or(Cell::Empty, |c| Cell::Text(word(c.source))),
            car.and_then(|c| c.age).map_or(Cell::Empty, Cell::from),
            delivery.as_ref().map_or(Cell::Empty, Cell::from),
            number(way.map(|w| w.chance), 6),
            number(way.map(|w| w.worth), 2),
        ]);
    }
    table
}

/// journey_segments.csv: a row a segment, the last for leads of nobody known.
pub fn segments(made: &Journey) -> Table {
    let mut table = Table::new(JourneySegment::COLUMNS);
    for s in &made.segments {
        let new = s.name.is_empty();
        let name = if new { NEW } else { &s.name };
        if !new && s.customers < FEWEST {
            table.row(std::iter::once(Cell::Text(name)).chain((1..JourneySegment::COLUMNS.len()).map(|_| Cell::Empty)));
            continue;
        }
        let own = |cell: Cell<'static>| if new { Cell::Empty } else { cell };
        let marks: Vec<&str> = s.marks.iter().map(|m| m.code()).collect();
        let marks = marks.join(" ");
        table.row([
            Cell::Text(name),
            Cell::from(&marks),
            own(Cell::from(s.customers)),
            own(Cell::Number(s.active, 2)),
            own(Cell::Number(s.value, 2)),
            own(Cell::from(s.offers)),
            own(Cell::Number(s.offer_cost, 2)),
            own(Cell::Number(s.offer_gain, 2)),
            Cell::from(s.leads),
            Cell::from(s.assigned),
            Cell::Number(s.sales, 3),
            Cell::Number(s.margin, 2),
            Cell::from(s.cars[0]),
            Cell::from(s.cars[1]),
            Cell::from(s.cars[2]),
            Cell::Number(s.days, 2),
        ]);
    }
    table
}

/// journey_desks.csv: leads of every dealer, what one more place is worth at the margin, and, where that may be most, one more adviser
/// (solved again).
pub fn desks(ground: &Ground, from: &Visitors, made: &Journey) -> Table {
    let mut counts = vec![0_u32; from.people.desks.len()];
    made.ways.iter().flatten().for_each(|w| counts[w.dealer as usize] += 1);
    let mut table = Table::new(JourneyDesk::COLUMNS);
    for (d, desk) in from.people.desks.iter().enumerate() {
        let price = made.plan.price[d].max(0) as f64 / 100.0;
        table.row([
            Cell::Text(&ground.scenario.network.sites[from.people.sites[d]].code),
            Cell::from(desk.advisers),
            Cell::from(desk.capacity),
            Cell::from(counts[d]),
            // A desk without places has no price of its own.
            if desk.capacity > 0 { Cell::Number(price, 2) } else { Cell::Empty },
            made.adviser.get(&(d as u32)).map_or(Cell::Empty, |w| Cell::Number(*w, 2)),
        ]);
    }
    table
}

/// journey_effect.csv: the ways to direct leads on the same draws.
pub fn effect(made: &Journey) -> Table {
    let mut table = Table::new(JourneyEffect::COLUMNS);
    for (rule, o) in RULES.iter().zip(&made.effect) {
        let of = |i: &crate::stats::interval::Interval, n| [i.mean, i.low(), i.high()].map(|x| Cell::Number(x, n));
        let row = [Cell::Text(rule), Cell::Number(o.taken, 1), Cell::Number(o.prompt, 6)].into_iter();
        table.row(row.chain(of(&o.wait, 4)).chain(of(&o.conversion, 4)).chain(of(&o.margin, 2)).chain(of(&o.gain, 2)));
    }
    table
}
