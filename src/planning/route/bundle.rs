//! Cars of the week's orders and transfers as loads: by origin, destination, due date and size.

use super::{Errand, Line, Load, parts, week};
use crate::ids::{ModelId, SiteId};
use crate::planning::{Error, Ground, Replenishment, Transfers};
use crate::routing::loads::{Item, Loader, Policy};
use std::collections::BTreeMap;

type Wishes = BTreeMap<(SiteId, SiteId), BTreeMap<(ModelId, Errand), u32>>;

/// Cars of each pair of sites in loads that the largest carrier takes, largest cars first, each into the first load with room.
pub(super) fn loads(ground: &Ground, orders: &Replenishment, moves: &Transfers) -> Result<Vec<Load>, Error> {
    let scenario = ground.scenario;
    let mut room = Room::new(ground);
    let mut loads = Vec::new();
    for ((from, to), cars) in wishes(orders, moves) {
        let mut sorted: Vec<_> = cars.into_iter().filter(|c| c.1 > 0).collect();
        sorted.sort_by_key(|&((model, cause), _)| {
            (std::cmp::Reverse(parts(scenario.catalogue.models[model].carrier_slots)), model, cause)
        });
        let begin = loads.len();
        for ((model, cause), count) in sorted {
            let size = parts(scenario.catalogue.models[model].carrier_slots);
            let car = Load { from, to, lines: vec![Line { model, cause, cars: 1 }], slots: size };
            if !room.takes(ground, &car) {
                let code = &scenario.catalogue.models[model].code;
                return Err(Error::Unfit(format!("no carrier of carriers.csv has the slots that model {code} takes")));
            }
            for _ in 0..count {
                room.put(ground, &mut loads, begin, &car);
            }
        }
    }
    Ok(loads)
}

/// Orders of the first week that has any, and all transfers.
fn wishes(orders: &Replenishment, moves: &Transfers) -> Wishes {
    let mut wishes = Wishes::new();
    let first = orders.plan.orders.iter().filter(|o| o.cars > 0).map(|o| o.week).min();
    for o in orders.plan.orders.iter().filter(|o| Some(o.week) == first) {
        let (site, model) = orders.cell(o.cell);
        *wishes.entry((orders.plants[o.plant], site)).or_default().entry((model, Errand::Order)).or_default() += o.cars;
    }
    for m in &moves.plan.moves {
        let ((from, model), (to, _)) = (moves.cell(m.from), moves.cell(m.to));
        *wishes.entry((from, to)).or_default().entry((model, Errand::Transfer)).or_default() += 1;
    }
    wishes
}

/// What some carrier takes at once.
struct Room {
    /// Slots in parts, and what is known about loads where decks are.
    classes: Vec<(i64, Option<Loader>)>,
}

impl Room {
    fn new(ground: &Ground) -> Self {
        let class = |c: &crate::network::Carrier| {
            (parts(c.slots), week::decks(c).map(|decks| Loader::new(decks, Policy::Free)))
        };
        Self { classes: ground.scenario.network.carriers.values().map(class).collect() }
    }

    fn takes(&mut self, ground: &Ground, load: &Load) -> bool {
        self.classes.iter_mut().any(|(slots, loader)| {
            let item = |car| Item { car, on: 0, off: 1 };
            load.slots <= *slots
                && loader.as_mut().is_none_or(|l| {
                    let items: Vec<Item> = week::cars(ground, load).into_iter().map(item).collect();
                    l.moves(&items).is_some()
                })
        })
    }

    /// Puts one car into the first load from `begin` on that has room.
    fn put(&mut self, ground: &Ground, loads: &mut Vec<Load>, begin: usize, car: &Load) {
        for load in &mut loads[begin..] {
            let mut fuller = load.clone();
            fuller.slots += car.slots;
            let line = car.lines[0];
            match fuller.lines.iter_mut().find(|l| (l.model, l.cause) == (line.model, line.cause)) {
                Some(same) => same.cars += 1,
                None => fuller.lines.push(line),
            }
            if self.takes(ground, &fuller) {
                *load = fuller;
                return;
            }
        }
        loads.push(car.clone());
    }
}
