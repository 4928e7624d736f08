//! Every fault of the data, found in one pass.

use super::problem::{Cell, Data, Fault, Mode};
use std::collections::BTreeMap;

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: String, text: impl Into<String>) {
        self.0.push(Fault { place, text: text.into() });
    }
    fn amount(&mut self, place: String, value: f64) {
        if !(value.is_finite() && value >= 0.0) {
            self.add(place, format!("{value} is not a finite number of at least 0"));
        }
    }
    fn share(&mut self, place: String, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            self.add(place, format!("{value} is not a share between 0 and 1"));
        }
    }
    fn position(&mut self, place: String, value: usize, count: usize) -> bool {
        if value >= count {
            self.add(place, format!("position {value} does not exist, there are {count}"));
        }
        value < count
    }
}

/// Everything wrong with the data, in the order of the fields.
pub(super) fn faults(data: &Data) -> Vec<Fault> {
    let mut f = Faults(Vec::new());
    if data.weeks == 0 {
        f.add("weeks".into(), "the horizon is empty; give at least one week");
    }
    if data.ages == 0 {
        f.add("ages".into(), "there is no age bucket; give at least one");
    }
    if let Mode::Push { unallocated } = data.mode {
        f.amount("mode.unallocated".into(), unallocated);
    }
    f.amount("nervousness".into(), data.nervousness);
    models(data, &mut f);
    for (d, dealer) in data.dealers.iter().enumerate() {
        dealer.storage.iter().for_each(|&v| f.amount(format!("dealers[{d}].storage"), v));
        dealer.credit.iter().for_each(|&v| f.amount(format!("dealers[{d}].credit"), v));
    }
    roads(data, &mut f);
    supply(data, &mut f);
    carriers(data, &mut f);
    cells(data, &mut f);
    f.0
}

fn models(data: &Data, f: &mut Faults) {
    for (m, model) in data.models.iter().enumerate() {
        let at = |field: &str| format!("models[{m}].{field}");
        for (field, value) in [
            ("slots", model.slots),
            ("price", model.price),
            ("lost_sale", model.lost_sale),
            ("safety_penalty", model.safety_penalty),
            ("end_penalty", model.end_penalty),
            ("fairness", model.fairness),
        ] {
            f.amount(at(field), value);
        }
        if model.holding.len() != data.ages {
            f.add(at("holding"), format!("{} entries for {} age buckets", model.holding.len(), data.ages));
        }
        model.holding.iter().enumerate().for_each(|(g, &h)| f.amount(at(&format!("holding[{g}]")), h));
        if let Some(g) = (1..model.holding.len()).find(|&g| model.holding[g] < model.holding[g - 1]) {
            f.add(
                at(&format!("holding[{g}]")),
                "falls with age; the oldest car would no longer be the one to sell first",
            );
        }
        if let Some(goal) = model.fill_goal {
            f.share(at("fill_goal.share"), goal.share);
            f.amount(at("fill_goal.penalty"), goal.penalty);
        }
    }
}

fn roads(data: &Data, f: &mut Faults) {
    let mut seen = BTreeMap::new();
    for (l, lane) in data.lanes.iter().enumerate() {
        f.position(format!("lanes[{l}].plant"), lane.plant, data.plants);
        f.position(format!("lanes[{l}].dealer"), lane.dealer, data.dealers.len());
        f.amount(format!("lanes[{l}].cost"), lane.cost);
        if let Some(first) = seen.insert((lane.plant, lane.dealer), l) {
            f.add(format!("lanes[{l}]"), format!("joins the same plant and dealer as lanes[{first}]"));
        }
    }
    for (a, arc) in data.transfers.iter().enumerate() {
        f.position(format!("transfers[{a}].from"), arc.from, data.dealers.len());
        f.position(format!("transfers[{a}].to"), arc.to, data.dealers.len());
        f.amount(format!("transfers[{a}].cost"), arc.cost);
        if arc.from == arc.to {
            f.add(format!("transfers[{a}]"), "leads from a dealer to itself");
        }
        if arc.lead == 0 {
            f.add(format!("transfers[{a}].lead"), "is 0; a transferred car arrives a week later at the earliest");
        }
    }
}

fn supply(data: &Data, f: &mut Faults) {
    let mut seen = BTreeMap::new();
    for (s, supply) in data.supply.iter().enumerate() {
        f.position(format!("supply[{s}].plant"), supply.plant, data.plants);
        f.position(format!("supply[{s}].model"), supply.model, data.models.len());
        if supply.slots.len() != data.weeks {
            f.add(format!("supply[{s}].slots"), format!("{} entries for {} weeks", supply.slots.len(), data.weeks));
        }
        if let Some(first) = seen.insert((supply.plant, supply.model), s) {
            f.add(format!("supply[{s}]"), format!("has the same plant and model as supply[{first}]"));
        }
    }
}

fn carriers(data: &Data, f: &mut Faults) {
    let mut seen = BTreeMap::new();
    let largest = data.models.iter().map(|m| m.slots).fold(0.0, f64::max);
    for (k, carrier) in data.carriers.iter().enumerate() {
        f.position(format!("carriers[{k}].plant"), carrier.plant, data.plants);
        f.amount(format!("carriers[{k}].cost"), carrier.cost);
        f.amount(format!("carriers[{k}].under_load"), carrier.under_load);
        f.share(format!("carriers[{k}].minimum_load"), carrier.minimum_load);
        if !(carrier.capacity.is_finite() && carrier.capacity > 0.0 && carrier.capacity >= largest) {
            f.add(
                format!("carriers[{k}].capacity"),
                format!("{} slots cannot carry the largest model ({largest} slots)", carrier.capacity),
            );
        }
        for (i, &d) in carrier.dealers.iter().enumerate() {
            f.position(format!("carriers[{k}].dealers[{i}]"), d, data.dealers.len());
            if let Some(first) = seen.insert((carrier.plant, d), k) {
                f.add(format!("carriers[{k}].dealers[{i}]"), format!("is already served by carriers[{first}]"));
            }
        }
    }
}

fn cells(data: &Data, f: &mut Faults) {
    let lanes: BTreeMap<(usize, usize), usize> =
        data.lanes.iter().enumerate().map(|(l, x)| ((x.plant, x.dealer), l)).collect();
    let built: BTreeMap<(usize, usize), usize> =
        data.supply.iter().enumerate().map(|(s, x)| ((x.plant, x.model), s)).collect();
    let mut seen = BTreeMap::new();
    let mut used = BTreeMap::<(usize, usize), u64>::new();
    for (c, cell) in data.cells.iter().enumerate() {
        let at = |field: &str| format!("cells[{c}].{field}");
        let dealer = f.position(at("dealer"), cell.dealer, data.dealers.len());
        let model = f.position(at("model"), cell.model, data.models.len());
        if let Some(first) = seen.insert((cell.dealer, cell.model), c) {
            f.add(format!("cells[{c}]"), format!("has the same dealer and model as cells[{first}]"));
        }
        shape(data, cell, c, f);
        for (i, fixed) in cell.fixed.iter().enumerate() {
            let place = || at(&format!("fixed[{i}]"));
            if !f.position(at(&format!("fixed[{i}].week")), fixed.week, data.weeks) || !dealer || !model {
                continue;
            }
            if cell.fixed[..i].iter().any(|o| o.week == fixed.week && o.plant == fixed.plant) {
                f.add(place(), "stands twice for the same plant and week; add the cars up");
            }
            if !lanes.contains_key(&(fixed.plant, cell.dealer)) {
                f.add(place(), format!("there is no lane from plant {} to dealer {}", fixed.plant, cell.dealer));
            }
            match built.get(&(fixed.plant, cell.model)) {
                Some(&s) => *used.entry((s, fixed.week)).or_default() += u64::from(fixed.cars),
                None => f.add(place(), format!("plant {} does not build model {}", fixed.plant, cell.model)),
            }
        }
    }
    for ((s, week), cars) in used {
        let slots = data.supply[s].slots.get(week).copied().unwrap_or(0);
        if cars > u64::from(slots) {
            f.add(format!("supply[{s}].slots[{week}]"), format!("{slots} slots, but fixed orders take {cars} cars"));
        }
    }
}

fn shape(data: &Data, cell: &Cell, c: usize, f: &mut Faults) {
    let at = |field: &str| format!("cells[{c}].{field}");
    for (field, length, wanted) in [
        ("demand", cell.demand.len(), data.weeks),
        ("stock", cell.stock.len(), data.ages),
        ("pipeline", cell.pipeline.len(), data.weeks),
        ("safety", cell.safety.len(), data.weeks),
        ("previous", cell.previous.as_ref().map_or(data.weeks, Vec::len), data.weeks),
    ] {
        if length != wanted {
            f.add(at(field), format!("{length} entries, {wanted} are needed"));
        }
    }
    cell.demand.iter().enumerate().for_each(|(t, &v)| f.amount(at(&format!("demand[{t}]")), v));
    cell.safety.iter().enumerate().for_each(|(t, &v)| f.amount(at(&format!("safety[{t}]")), v));
    for (field, value) in [("end_target", cell.end_target), ("rate", cell.rate)] {
        f.amount(at(field), value);
    }
    if cell.pack == 0 {
        f.add(at("pack"), "is 0; write 1 for any number of cars");
    }
}
