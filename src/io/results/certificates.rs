//! What an independent program needs to check the decisions without believing them: estimates at full precision, sales at
//! full precision, and the multipliers that prove the bounds. One line a thing, so that files can be compared.

use crate::ids::Id;
use crate::placement::dealer::Problem;
use crate::placement::dealer::proof::{Decision, Node, Part, Rule};
use crate::planning::{Ground, Placement, Replenishment, Transfers};
use serde_json::{Value, json};
use std::fmt::Write;

/// File of the estimates.
pub const ESTIMATES: &str = "estimates.json";
/// File of the placement's certificate.
pub const PLACE: &str = "certificate_place.json";
/// File of the transfers' certificate.
pub const TRANSFER: &str = "certificate_transfer.json";
/// File of the orders' certificate.
pub const REPLENISH: &str = "certificate_replenish.json";

/// File with the hash of every other one; `sha256sum --check` reads it.
pub const CHECKSUMS: &str = "checksums.sha256";
/// Files that equal runs write differently, or that are drawn from the others at any time.
const UNSEALED: [&str; 3] = [CHECKSUMS, "provenance.json", "report.html"];

/// checksums.sha256 of a folder.
pub fn checksums(folder: &std::path::Path) -> Vec<u8> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = names.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.retain(|n| !UNSEALED.contains(&n.as_str()));
    names.sort_unstable();
    let mut text = String::new();
    for name in names {
        if let Ok(bytes) = std::fs::read(folder.join(&name)) {
            let _ = writeln!(text, "{}  {name}", crate::digest::sha256(&bytes));
        }
    }
    text.into_bytes()
}

/// A JSON object whose lists have one item a line.
struct Lines {
    text: String,
    started: bool,
}

impl Lines {
    fn new() -> Self {
        Self { text: "{".into(), started: false }
    }
    fn key(&mut self, key: &str) {
        let comma = if self.started { "," } else { "" };
        self.started = true;
        let _ = write!(self.text, "{comma}\n{}:", json!(key));
    }
    fn value(&mut self, key: &str, value: &Value) {
        self.key(key);
        let _ = write!(self.text, " {value}");
    }
    fn list(&mut self, key: &str, items: impl Iterator<Item = Value>) {
        self.key(key);
        self.text += " [";
        for (k, item) in items.enumerate() {
            let _ = write!(self.text, "{}\n{item}", if k > 0 { "," } else { "" });
        }
        self.text += "]";
    }
    fn finish(mut self) -> Vec<u8> {
        self.text += "\n}\n";
        self.text.into_bytes()
    }
}

/// estimates.json: the national forecast by model, the dealers' parts, and the scatter.
pub fn estimates(ground: &Ground) -> Vec<u8> {
    let (scenario, forecast) = (ground.scenario, &ground.forecast);
    let model = |m| scenario.catalogue.models[m].code.as_str();
    let mut lines = Lines::new();
    lines.value("first", &json!(forecast.monday(0).to_string()));
    lines.value("dispersion", &json!(forecast.dispersion));
    let national = forecast.national.iter().map(|(m, p)| json!({"model_id": model(m), "cars": p.mean}));
    lines.list("national", national);
    let shares = forecast.share.cells().filter(|c| *c.2 > 0.0);
    let shares = shares
        .map(|(s, m, share)| json!({"site_id": scenario.network.sites[s].code, "model_id": model(m), "share": share}));
    lines.list("shares", shares);
    lines.finish()
}

/// certificate_place.json: sales of both networks by phase, and the branch trees with their multipliers. Positions are
/// those of the lists of ids in the same file.
pub fn place(ground: &Ground, placement: &Placement) -> Vec<u8> {
    let (network, problem, plan) = (&ground.scenario.network, &placement.problem, &placement.plan);
    let store = |i: usize| network.sites[problem.stores[i].id].code.as_str();
    let mut lines = Lines::new();
    lines.list("stores", (0..problem.stores.len()).map(|i| json!(store(i))));
    lines.list("zones", problem.zones.iter().map(|z| json!(network.zones[z.id].code)));
    lines.list("formats", network.formats.values().map(|f| json!(f.code)));
    lines.list("moves", problem.moves.iter().map(|m| json!([store(m.from), store(m.to)])));
    lines.list("pairs", problem.conflicts.iter().map(|&(a, b)| json!([store(a), store(b)])));
    for (key, phases) in [("sales", &plan.service_by_phase), ("sales_today", &plan.service_today_by_phase)] {
        let rows = phases.iter().enumerate();
        let rows = rows.flat_map(|(t, list)| list.iter().map(move |&(i, j, cars)| json!([t, i, j, cars])));
        lines.list(key, rows);
    }
    lines.key("parts");
    lines.text += " [";
    for (k, part) in plan.proof.parts.iter().enumerate() {
        let mut own = Lines::new();
        own.value("stores", &json!(part.stores));
        own.list("rules", part.rules.iter().map(|r| rule(problem, r)));
        own.list("nodes", part.nodes.iter().map(|n| node(problem, part, n)));
        let comma = if k > 0 { "," } else { "" };
        let _ = write!(lines.text, "{comma}\n{}", String::from_utf8_lossy(&own.finish()).trim_end());
    }
    lines.text += "]";
    lines.finish()
}

/// certificate_transfer.json: whole potentials in hundredths: what one car more over the weekly share, one place more,
/// one car more that may leave, and one car more delivered would be worth.
pub fn transfer(ground: &Ground, made: &Transfers) -> Vec<u8> {
    let (values, scenario) = (&made.plan.values, ground.scenario);
    let mut lines = Lines::new();
    let store = |(d, site): (usize, &crate::ids::SiteId)| {
        let code = &scenario.network.sites[*site].code;
        json!([code, values.share[d].minor(), values.room[d].minor()])
    };
    lines.list("stores", made.dealers.iter().enumerate().map(store));
    let cell = |c: usize| {
        let (site, model) = made.cell(c);
        let codes = (&scenario.network.sites[site].code, &scenario.catalogue.models[model].code);
        json!([codes.0, codes.1, values.at_giver[c].minor(), values.at_taker[c].minor()])
    };
    lines.list("cells", (0..values.at_giver.len()).map(cell));
    lines.finish()
}

/// certificate_replenish.json: prices of build slots, storage and credit by week, at full precision; any prices prove a
/// bound, these the best one found.
pub fn replenish(ground: &Ground, made: &Replenishment) -> Vec<u8> {
    let (prices, scenario, data) = (&made.plan.prices, ground.scenario, made.problem.data());
    let priced = |path: &Vec<f64>| path.iter().any(|p| *p != 0.0);
    let mut lines = Lines::new();
    let slots = prices.slots.iter().zip(&data.supply).filter(|s| priced(s.0)).map(|(path, supply)| {
        let site = &scenario.network.sites[made.plants[supply.plant]].code;
        let model = &scenario.catalogue.models[crate::ids::ModelId::at(supply.model)].code;
        json!({"site_id": site, "model_id": model, "prices": path})
    });
    lines.list("slots", slots);
    for (key, table) in [("storage", &prices.storage), ("credit", &prices.credit)] {
        let rows = table.iter().enumerate().filter(|row| priced(row.1));
        let site = |d: usize| scenario.network.sites[made.dealers[d]].code.as_str();
        lines.list(key, rows.map(|(d, path)| json!({"site_id": site(d), "prices": path})));
    }
    let goals = prices.fill.iter().enumerate().filter(|goal| *goal.1 != 0.0);
    let model = |m: usize| scenario.catalogue.models[crate::ids::ModelId::at(m)].code.as_str();
    lines.list("fill", goals.map(|(m, price)| json!({"model_id": model(m), "price": price})));
    lines.finish()
}

fn rule(problem: &Problem, rule: &Rule) -> Value {
    match *rule {
        Rule::Choice { store } => json!(["choice", store]),
        Rule::Capacity { phase, store } => json!(["capacity", phase, store]),
        Rule::Alone { phase, store, pull } => json!(["alone", phase, store, problem.stores[store].pulls[pull].zone]),
        Rule::Tangent { phase, zone, at } => json!(["tangent", phase, zone, at]),
        Rule::Cover { zone } => json!(["cover", zone]),
        Rule::Region { floor } => {
            let region = problem.region_floor[floor].0;
            json!(["region", problem.zones.iter().position(|z| z.region == region)])
        }
        Rule::Leave { phase, store } => json!(["leave", phase, store]),
        Rule::Enter { phase, store } => json!(["enter", phase, store]),
        Rule::Distance { phase, pair } => json!(["distance", phase, pair]),
        Rule::Required { store } => json!(["required", store]),
        Rule::Budget { phase } => json!(["budget", phase]),
        Rule::MaxOpen { phase } => json!(["max_open", phase]),
        Rule::MaxClose { phase } => json!(["max_close", phase]),
        Rule::Fewest => json!(["fewest"]),
        Rule::Most => json!(["most"]),
    }
}

fn node(problem: &Problem, part: &Part, node: &Node) -> Value {
    match node {
        Node::Leaf(multipliers) => {
            // A store's choices are maximised over in any case: their multipliers say nothing.
            let counts = |r: usize| !matches!(part.rules[r], Rule::Choice { .. });
            let kept: Vec<Value> = multipliers.iter().filter(|m| counts(m.0)).map(|&(r, m)| json!([r, m])).collect();
            json!({"leaf": kept})
        }
        Node::Split { on, no, yes } => {
            let split = match *on {
                Decision::Store { store, change: None } => json!(["keep", store]),
                Decision::Store { store, change: Some(c) } => match c.to {
                    None => json!(["close", store, c.phase]),
                    Some(k) => json!(["open", store, c.phase, problem.stores[store].options[k].format.index()]),
                },
                Decision::Move { phase, index } => json!(["move", index, phase]),
            };
            json!({"split": split, "no": no, "yes": yes})
        }
    }
}
