//! Orders of the horizon: every limit, every part of the cost, and the bound from the prices of what stores share.

use super::bound::{Prices, bound};
use super::counts::Count;
use super::goods::Goods;
use super::network::Network;
use crate::verify::Folder;
use crate::verify::answer::{Answer, Grade, Refused, Report};
use crate::verify::interval::Interval;
use crate::verify::place::road;
use crate::verify::sheet::{Row, Sheet, is_rounding};
use crate::verify::summary::Step;
use std::collections::{BTreeMap, BTreeSet};

/// The file of the prices.
pub const CERTIFICATE: &str = "certificate_replenish.json";

/// Least expected demand a week of a store and model without cars.
const FAINT: f64 = 0.01;

/// A store and model in the horizon.
pub struct Cell {
    /// The store.
    pub site: usize,
    /// The model.
    pub model: usize,
    /// Expected demand by week.
    pub demand: Vec<f64>,
    /// Cars in the yard.
    pub stock: f64,
    /// Cars that arrive anyway, by week.
    pub due: Vec<f64>,
    /// Safety stock at the end of each week.
    pub safety: Vec<f64>,
    /// Stock wanted at the end.
    pub end: f64,
    /// Cars a week.
    pub rate: f64,
    /// Fair share: week of arrival, cars wanted, money per car of distance.
    pub fair: Option<(usize, f64, f64)>,
    /// Distance from the fair share counts money per car of the target.
    target: f64,
    held: f64,
}

/// Money of a model.
pub struct Money {
    /// A lost sale.
    pub lost: f64,
    /// A car short of safety stock, a week.
    pub safety: f64,
    /// A car short at the end.
    pub end: f64,
    /// A car in stock, a week.
    pub holding: f64,
    /// Price.
    pub price: f64,
    /// Carrier slots.
    pub slots: f64,
}

/// A group of stores that share carriers from a plant.
pub struct Group {
    plant: usize,
    members: BTreeSet<usize>,
    capacity: f64,
    cost: f64,
    least: f64,
}

/// The horizon's problem.
pub struct Horizon<'a> {
    /// The network.
    pub network: &'a Network<'a>,
    /// Weeks.
    pub weeks: usize,
    /// Weeks that are fixed.
    pub freeze: usize,
    /// Cars in a pack.
    pub pack: u32,
    /// Fewest cars of an order.
    pub least: u32,
    /// Where cars are pushed: money of a built car without a store.
    pub unallocated: Option<f64>,
    /// Share of each model's demand wanted served, and money of a sale lost beyond it.
    pub goal: Option<(f64, f64)>,
    /// Cells.
    pub cells: Vec<Cell>,
    /// Money by model.
    pub money: Vec<Money>,
    /// Freight of a car and weeks on the way, by plant and store.
    pub lanes: BTreeMap<(usize, usize), (f64, usize)>,
    /// Carriers.
    pub groups: Vec<Group>,
    /// Group of a plant and store.
    pub group: BTreeMap<(usize, usize), usize>,
}

/// Cost of a path of one cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    holding: f64,
    lost: f64,
    safety: f64,
    end: f64,
    fairness: f64,
}

/// Stock, lost sales and arrivals by week, and the cost.
struct Path {
    stock: Vec<f64>,
    lost: Vec<f64>,
    arrivals: Vec<f64>,
    cost: Parts,
}

impl<'a> Horizon<'a> {
    pub fn new(network: &'a Network<'a>, goods: &Goods) -> Self {
        let (input, s) = (network.input, &network.input.settings);
        let number = |key| s.number("replenishment", key);
        let money = input.models.iter().map(|m| {
            let lost = (m.margin + m.lost) as f64 / 100.0;
            Money {
                lost,
                safety: lost / 20.0,
                end: lost / 2.0,
                holding: m.holding as f64 / 100.0 * 7.0,
                price: m.price as f64 / 100.0,
                slots: m.slots,
            }
        });
        let mut horizon = Self {
            network,
            weeks: s.weeks(),
            freeze: number("freeze_weeks") as usize,
            pack: number("pack_cars") as u32,
            least: number("minimum_order_cars") as u32,
            unallocated: s.push.then(|| s.money("replenishment", "unallocated_cny_per_car") as f64 / 100.0),
            goal: Some(number("fill_goal"))
                .filter(|&g| g > 0.0)
                .map(|g| (g, s.money("replenishment", "fill_penalty_cny_per_car") as f64 / 100.0)),
            cells: Vec::new(),
            money: money.collect(),
            lanes: BTreeMap::new(),
            groups: Vec::new(),
            group: BTreeMap::new(),
        };
        horizon.carriers();
        horizon.roads();
        for &site in &network.open {
            for model in 0..input.models.len() {
                horizon.cells.extend(cell(network, goods, site, model, horizon.weeks));
            }
        }
        horizon.fair_shares();
        horizon
    }

    /// Carriers from every plant to the stores of every region without a freight of their own; the class that carries
    /// the usual week for least.
    fn carriers(&mut self) {
        let (network, input) = (self.network, self.network.input);
        let largest = input.models.iter().map(|m| m.slots).fold(0.0, f64::max);
        let classes: Vec<_> = input.carriers.iter().filter(|c| c.slots >= largest).collect();
        let mut regions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &site in &network.open {
            regions.entry(&input.zones[input.sites[site].zone].region).or_default().push(site);
        }
        for &plant in &network.plants {
            for members in regions.values() {
                let own = |s: &usize| input.lanes.get(&(plant, *s)).is_some_and(|l| l.cost.is_some());
                let members: Vec<usize> = members.iter().copied().filter(|s| !own(s)).collect();
                if members.is_empty() {
                    continue;
                }
                let km: f64 = members.iter().map(|&s| road(input, plant, s).mid()).sum::<f64>() / members.len() as f64;
                let load: f64 = members.iter().map(|&s| self.usual_load(plant, s)).sum();
                let choice = |c: &&crate::verify::input::Carrier| {
                    let trip = (c.per_trip + (c.per_km as f64 * km).round() as i64) as f64 / 100.0;
                    ((load / c.slots - 1e-9).ceil().max(1.0) * trip, trip / c.slots, trip)
                };
                let best = classes.iter().min_by(|a, b| {
                    let (a, b) = (choice(a), choice(b));
                    a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
                });
                let Some(class) = best else { continue };
                members.iter().for_each(|&s| {
                    self.group.insert((plant, s), self.groups.len());
                });
                self.groups.push(Group {
                    plant,
                    members: members.into_iter().collect(),
                    capacity: class.slots,
                    cost: choice(class).2,
                    least: class.least_load,
                });
            }
        }
    }

    /// Carrier slots of a store's usual week from a plant.
    fn usual_load(&self, plant: usize, site: usize) -> f64 {
        let network = self.network;
        let of_model = |m: usize| {
            let all: f64 = network.plants.iter().map(|&p| network.slots(p, m)).sum();
            let weeks = self.weeks as f64;
            let asked = network.asked(site, m, 0, weeks) / weeks * network.input.models[m].slots;
            if all > 0.0 { asked * network.slots(plant, m) / all } else { 0.0 }
        };
        (0..network.input.models.len()).map(of_model).sum()
    }

    /// A lane with a freight of its own pays that for a car; elsewhere the carrier is paid for the road, and a car pays
    /// the fixed part (and the road where there is no carrier).
    fn roads(&mut self) {
        let (network, s) = (self.network, &self.network.input.settings);
        let fixed = s.money("replenishment", "freight_fixed_cny");
        let per_km = s.money("replenishment", "freight_cny_per_km");
        for &plant in &network.plants {
            for &site in &network.open {
                let own = network.input.lanes.get(&(plant, site)).and_then(|l| l.cost);
                let carried = self.group.contains_key(&(plant, site));
                let km = if carried { 0.0 } else { road(network.input, plant, site).mid() };
                let cost = own.unwrap_or(fixed + (per_km as f64 * km).round() as i64);
                self.lanes.insert((plant, site), (cost as f64 / 100.0, network.lead_weeks(plant, site)));
            }
        }
    }

    /// Cars that a plant can build of a model in a week.
    pub fn slots(&self, plant: usize, model: usize, week: usize) -> u32 {
        self.network.input.supply.get(&(plant, model)).and_then(|s| s.get(week)).copied().unwrap_or(0)
    }

    /// Plants that build a model at all.
    pub fn builders(&self, model: usize) -> impl Iterator<Item = usize> + '_ {
        self.network.plants.iter().copied().filter(move |&p| self.network.slots(p, model) > 0.0)
    }

    /// Week in which the first free order of a cell can arrive.
    fn first_arrival(&self, cell: &Cell) -> Option<usize> {
        let leads = self.builders(cell.model).map(|p| self.lanes[&(p, cell.site)].1);
        leads.min().map(|l| l + self.freeze).filter(|&w| w < self.weeks)
    }

    /// Where the stores of a model need more than the first free week brings, each is to have the same weeks of sales:
    /// the level up to which the week's slots fill the stores like water.
    fn fair_shares(&mut self) {
        let weight = self.network.input.settings.number("replenishment", "fairness_cny_per_car");
        for m in 0..self.network.input.models.len() {
            let cars: u32 = self.network.plants.iter().map(|&p| self.slots(p, m, self.freeze)).sum();
            let mine: Vec<(usize, usize)> = (0..self.cells.len())
                .filter(|&c| self.cells[c].model == m)
                .filter_map(|c| Some((c, self.first_arrival(&self.cells[c])?)))
                .collect();
            let need = |&(c, week): &(usize, usize)| {
                let cell = &self.cells[c];
                (cell.demand[..=week].iter().sum::<f64>() + cell.safety[week] - cell.held).max(0.0)
            };
            let stores = mine.iter().map(|&(c, _)| (self.cells[c].rate, self.cells[c].held));
            let stores: Vec<(f64, f64)> = stores.filter(|s| s.0 > 0.0).collect();
            if weight <= 0.0 || stores.is_empty() || mine.iter().map(need).sum::<f64>() <= f64::from(cars) {
                continue;
            }
            let level = water(&stores, f64::from(cars));
            for (c, week) in mine {
                let cell = &mut self.cells[c];
                cell.target = level * cell.rate;
                if cell.target > 0.0 {
                    cell.fair = Some((week, cell.target - cell.held, weight / cell.target));
                }
            }
        }
    }

    /// What a cell's orders (cars by week of arrival) lead to: a dealer sells while a car stands in the yard.
    fn walk(&self, cell: &Cell, orders: &[f64]) -> Path {
        let money = &self.money[cell.model];
        let mut path = Path { stock: Vec::new(), lost: Vec::new(), arrivals: Vec::new(), cost: Parts::default() };
        let mut stock = cell.stock;
        for t in 0..self.weeks {
            let arrivals = cell.due[t] + orders[t];
            stock += arrivals - cell.demand[t];
            let lost = (-stock).max(0.0);
            stock = stock.max(0.0);
            path.cost.lost += money.lost * lost;
            path.cost.holding += money.holding * stock;
            path.cost.safety += money.safety * (cell.safety[t] - stock).max(0.0);
            path.stock.push(stock);
            path.lost.push(lost);
            path.arrivals.push(arrivals);
        }
        path.cost.end = money.end * (cell.end - stock).max(0.0);
        if let Some((week, wanted, each)) = cell.fair {
            path.cost.fairness = each * (orders[week] - wanted).abs();
        }
        path
    }

    /// Storage and credit of a store and week: the limit, or what stands there anyway; `None` without limit.
    pub fn yards(&self) -> BTreeMap<(usize, usize), (Option<f64>, Option<f64>)> {
        let none = vec![0.0; self.weeks];
        let mut anyway: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        for cell in &self.cells {
            for (t, stock) in self.walk(cell, &none).stock.into_iter().enumerate() {
                let sum = anyway.entry((cell.site, t)).or_default();
                *sum = (sum.0 + stock, sum.1 + stock * self.money[cell.model].price);
            }
        }
        let limit = |limit: f64, anyway: f64| (limit > 0.0).then_some(limit.max(anyway));
        let all = anyway.into_iter().map(|((site, t), (cars, money))| {
            let s = &self.network.input.sites[site];
            ((site, t), (limit(f64::from(s.storage), cars), limit(s.credit as f64 / 100.0, money)))
        });
        all.collect()
    }

    /// Packs of the smallest order.
    pub fn fewest(&self) -> usize {
        self.least.div_ceil(self.pack).max(1) as usize
    }

    /// Cars of all free weeks that the plants can build.
    fn built(&self) -> f64 {
        let weeks = || self.freeze..self.weeks;
        let of_plant =
            |&p: &usize| -> u32 { (0..self.money.len()).flat_map(|m| weeks().map(move |w| self.slots(p, m, w))).sum() };
        f64::from(self.network.plants.iter().map(of_plant).sum::<u32>())
    }

    /// Demand of a model over the horizon.
    pub fn demand(&self, model: usize) -> f64 {
        self.cells.iter().filter(|c| c.model == model).flat_map(|c| &c.demand).sum()
    }

    /// What sales lost beyond the goal cost.
    fn missed(&self, paths: &[Path]) -> f64 {
        let Some((share, each)) = self.goal else { return 0.0 };
        let lost =
            |m: usize| -> f64 { self.cells.iter().zip(paths).filter(|x| x.0.model == m).flat_map(|x| &x.1.lost).sum() };
        (0..self.money.len()).map(|m| each * (lost(m) - (1.0 - share) * self.demand(m)).max(0.0)).sum()
    }

    /// Packs beyond its need that a cell may be pushed: all of the model's slots where they are few, else twice its
    /// demand, at least 40 cars.
    pub fn pushed(&self, cell: &Cell) -> usize {
        if self.unallocated.is_none() {
            return 0;
        }
        let slots = self.builders(cell.model).flat_map(|p| (0..self.weeks).map(move |w| (p, w)));
        let slots = f64::from(slots.map(|(p, w)| self.slots(p, cell.model, w)).sum::<u32>());
        let cars = if slots <= 256.0 { slots } else { (2.0 * cell.demand.iter().sum::<f64>()).ceil().max(40.0) };
        (cars / f64::from(self.pack)).ceil() as usize
    }

    /// Money of a car's carrier slots at the price of a full carrier.
    pub fn carried(&self, plant: usize, site: usize, model: usize) -> f64 {
        let group = self.group.get(&(plant, site)).map(|&g| &self.groups[g]);
        group.map_or(0.0, |g| g.cost / g.capacity * self.money[model].slots)
    }
}

#[cfg(test)]
impl Horizon<'_> {
    /// Cost of the cheapest of all plans with fewer than `most` packs a store, model and week.
    pub fn enumerated(&self, most: usize) -> f64 {
        let choices: Vec<(usize, usize, usize)> = (0..self.cells.len())
            .flat_map(|c| self.network.plants.iter().map(move |&p| (c, p)))
            .flat_map(|(c, p)| (self.freeze..self.weeks).map(move |w| (c, p, w)))
            .filter(|&(c, p, w)| w + self.lanes[&(p, self.cells[c].site)].1 < self.weeks)
            .collect();
        let mut packs = vec![0; choices.len()];
        let mut least = f64::INFINITY;
        loop {
            least = self.cost_of(&choices, &packs).map_or(least, |cost| least.min(cost));
            let Some(k) = packs.iter().position(|n| n + 1 < most) else { return least };
            packs[..k].fill(0);
            packs[k] += 1;
        }
    }

    /// Cost of one plan; `None` when it breaks a limit.
    fn cost_of(&self, choices: &[(usize, usize, usize)], packs: &[usize]) -> Option<f64> {
        let mut orders = vec![vec![0.0; self.weeks]; self.cells.len()];
        let (mut built, mut load) = (BTreeMap::new(), BTreeMap::new());
        let mut cost = 0.0;
        for (&(c, p, w), &n) in choices.iter().zip(packs) {
            let (cell, cars) = (&self.cells[c], (n * self.pack as usize) as f64);
            if n > 0 && cars < f64::from(self.least) {
                return None;
            }
            let (freight, lead) = self.lanes[&(p, cell.site)];
            orders[c][w + lead] += cars;
            cost += freight * cars;
            *built.entry((p, cell.model, w)).or_insert(0.0) += cars;
            if let Some(&g) = self.group.get(&(p, cell.site)) {
                *load.entry((g, w)).or_insert(0.0) += cars * self.money[cell.model].slots;
            }
        }
        if built.iter().any(|(&(p, m, w), &cars)| cars > f64::from(self.slots(p, m, w))) {
            return None;
        }
        for ((g, _), slots) in load {
            let group = &self.groups[g];
            let runs = (slots / group.capacity - 1e-9_f64).ceil();
            let under = (group.least * group.capacity * runs - slots).max(0.0);
            cost += runs * group.cost + under * group.cost / group.capacity;
        }
        let paths: Vec<Path> = (0..self.cells.len()).map(|c| self.walk(&self.cells[c], &orders[c])).collect();
        for ((site, t), (storage, _)) in self.yards() {
            let here = self.cells.iter().zip(&paths).filter(|x| x.0.site == site).map(|x| x.1.stock[t]).sum::<f64>();
            if storage.is_some_and(|l| here > l + 1e-9) {
                return None;
            }
        }
        let sum = |p: &Parts| p.holding + p.lost + p.safety + p.end + p.fairness;
        let sent: f64 = built.values().sum();
        cost += self.missed(&paths) + self.unallocated.map_or(0.0, |each| each * (self.built() - sent));
        Some(cost + paths.iter().map(|p| sum(&p.cost)).sum::<f64>())
    }
}

/// The level up to which so many cars fill stores of `(width, bottom)` like water.
fn water(stores: &[(f64, f64)], cars: f64) -> f64 {
    let full = |level: f64| stores.iter().map(|(r, p)| (level * r - p).max(0.0)).sum::<f64>();
    // The filling is a broken line: solve it exactly on the piece where it meets the cars.
    let mut corners: Vec<f64> = stores.iter().map(|(r, p)| p / r).collect();
    corners.sort_by(f64::total_cmp);
    let below = corners.iter().copied().filter(|&c| full(c) <= cars).fold(corners[0], f64::max);
    let under: Vec<_> = stores.iter().filter(|(r, p)| p / r <= below).collect();
    let (width, bottom) = under.iter().fold((0.0, 0.0), |(w, b), (r, p)| (w + r, b + p));
    (cars + bottom) / width
}

fn cell(network: &Network, goods: &Goods, site: usize, model: usize, weeks: usize) -> Option<Cell> {
    let demand: Vec<f64> = (0..weeks).map(|w| network.rate(site, model, w)).collect();
    let rate = demand.iter().sum::<f64>() / weeks as f64;
    let stock = f64::from(goods.held(site, model));
    let due: Vec<f64> = goods.arrivals(site, model, weeks).into_iter().map(f64::from).collect();
    let on_road = goods.due.range((site, model, 0)..=(site, model, usize::MAX)).next().is_some();
    if rate < FAINT && stock == 0.0 && !on_road {
        return None;
    }
    let s = &network.input.settings;
    let cover = network.nearest_weeks(site, model) as f64 + 1.0;
    let mut known: Option<(f64, f64)> = None;
    let safety = (1..=weeks).map(|from| {
        let mean = network.asked(site, model, from, cover);
        if let Some((_, safety)) = known.filter(|k| k.0 == mean) {
            return safety;
        }
        let level = Count::new(mean, network.estimates.dispersion).level(s.number("replenishment", "service"));
        known = Some((mean, (level - mean).max(0.0)));
        (level - mean).max(0.0)
    });
    Some(Cell {
        site,
        model,
        safety: safety.collect(),
        end: network.asked(site, model, weeks, s.number("replenishment", "end_cover_weeks")),
        rate,
        held: stock + due.iter().sum::<f64>(),
        demand,
        stock,
        due,
        fair: None,
        target: 0.0,
    })
}

/// One line of orders.csv.
struct Line<'r> {
    row: &'r Row,
    plant: usize,
    cell: usize,
    week: usize,
    cars: u32,
}

/// Verifies the orders.
pub fn verify(
    folder: &Folder,
    network: &Network,
    goods: &Goods,
    sheet: &Sheet,
    step: Option<&Step<'_>>,
    report: &mut Report,
) -> Result<(), Refused> {
    let horizon = Horizon::new(network, goods);
    let Some(lines) = lines(&horizon, sheet, report)? else { return Ok(()) };
    limits(&horizon, sheet, &lines, report);
    let mut orders: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for line in &lines {
        let cell = &horizon.cells[line.cell];
        let arrives = line.week + horizon.lanes[&(line.plant, cell.site)].1;
        let own = orders.entry(line.cell).or_insert_with(|| vec![0.0; horizon.weeks]);
        if let Some(cars) = own.get_mut(arrives) {
            *cars += f64::from(line.cars);
        }
    }
    let none = vec![0.0; horizon.weeks];
    let of = |c: usize| orders.get(&c).unwrap_or(&none);
    let paths: Vec<Path> = (0..horizon.cells.len()).map(|c| horizon.walk(&horizon.cells[c], of(c))).collect();
    yards(&horizon, &paths, report, sheet);
    reasons(&horizon, sheet, &lines, &|c| of(c).clone(), &paths, report)?;
    if let Some(text) = folder.maybe("dealer_weeks.csv")? {
        dealer_weeks(&horizon, &paths, &Sheet::parse("dealer_weeks.csv", &text, b',')?, report)?;
    }
    let prices = match folder.maybe(CERTIFICATE)? {
        Some(text) => Prices::parse(&text, &horizon),
        None => Err("there is no certificate".to_owned()),
    };
    if let (Ok(prices), Some(text)) = (&prices, folder.maybe("shadow_prices.csv")?) {
        prices.check(&horizon, &Sheet::parse("shadow_prices.csv", &text, b',')?, report)?;
    }
    if let Some(step) = step {
        headline(&horizon, &lines, &paths, prices, step, report);
    }
    Ok(())
}

fn lines<'r>(horizon: &Horizon, sheet: &'r Sheet, report: &mut Report) -> Result<Option<Vec<Line<'r>>>, Refused> {
    let input = horizon.network.input;
    let at = ["plant_id", "site_id", "model_id", "week_start", "cars"].map(|n| sheet.needed(&[n]));
    let [plant, site, model, week, cars] = at;
    let (plant, site, model, week, cars) = (plant?, site?, model?, week?, cars?);
    let cell: BTreeMap<(usize, usize), usize> =
        horizon.cells.iter().enumerate().map(|(c, x)| ((x.site, x.model), c)).collect();
    let find = |code: &str| input.sites.iter().position(|s| s.code == code);
    let (mut all, mut sound, mut seen) = (Vec::new(), true, BTreeSet::new());
    for row in &sheet.rows {
        let from = find(row.shown(plant)).filter(|p| horizon.network.plants.contains(p));
        let which = input.models.iter().position(|m| m.code == row.shown(model));
        let to = find(row.shown(site)).zip(which).and_then(|k| cell.get(&k).copied());
        let when = (0..horizon.weeks).find(|&w| input.settings.monday(w) == row.shown(week));
        match (from, to, when, row.shown(cars).parse::<u32>()) {
            (Some(plant), Some(cell), Some(week), Ok(cars)) if cars > 0 => {
                if !seen.insert((plant, cell, week)) {
                    report.wrong(&sheet.file, row.line, "the plant, store, model and week are there twice", "", "");
                }
                all.push(Line { row, plant, cell, week, cars });
            }
            _ => {
                let what = "not cars from a plant to an open store that sells the model, in a planned week";
                report.wrong(&sheet.file, row.line, what, row.shown(site), "");
                sound = false;
            }
        }
    }
    Ok(sound.then_some(all))
}

/// Freeze, packs and build slots.
fn limits(horizon: &Horizon, sheet: &Sheet, lines: &[Line<'_>], report: &mut Report) {
    let mut used: BTreeMap<(usize, usize, usize), (u32, u32)> = BTreeMap::new();
    for line in lines {
        let at = line.row.line;
        report.compared += 2;
        if line.week < horizon.freeze {
            report.wrong(&sheet.file, at, "an order in a frozen week", line.week, format!("{} weeks", horizon.freeze));
        }
        if line.cars % horizon.pack != 0 {
            report.wrong(&sheet.file, at, "not whole packs", line.cars, horizon.pack);
        }
        if line.cars < horizon.least {
            report.wrong(&sheet.file, at, "fewer cars than the smallest order", line.cars, horizon.least);
        }
        let sum = used.entry((line.plant, horizon.cells[line.cell].model, line.week)).or_default();
        *sum = (sum.0 + line.cars, at);
    }
    for ((plant, model, week), (cars, at)) in used {
        let slots = horizon.slots(plant, model, week);
        report.compared += 1;
        if cars > slots {
            let code = &horizon.network.input.models[model].code;
            report.wrong(&sheet.file, at, format!("cars of {code} beyond the build slots of the week"), cars, slots);
        }
    }
}

/// Storage and credit.
fn yards(horizon: &Horizon, paths: &[Path], report: &mut Report, sheet: &Sheet) {
    let mut held: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
    for (cell, path) in horizon.cells.iter().zip(paths) {
        for (t, stock) in path.stock.iter().enumerate() {
            let sum = held.entry((cell.site, t)).or_default();
            *sum = (sum.0 + stock, sum.1 + stock * horizon.money[cell.model].price);
        }
    }
    for ((site, t), (storage, credit)) in horizon.yards() {
        let (cars, money) = held.get(&(site, t)).copied().unwrap_or_default();
        let code = &horizon.network.input.sites[site].code;
        report.compared += 2;
        for (what, value, limit) in [("cars", cars, storage), ("money", money, credit)] {
            if limit.is_some_and(|l| value > l * (1.0 + 1e-9) + 1e-6) {
                let what = format!("{what} in the yard of {code} at the end of week {t} beyond the limit");
                report.wrong(&sheet.file, 0, what, value, limit.unwrap_or(0.0));
            }
        }
    }
}

/// The worth of every line, and the cost that rises most without it.
fn reasons(
    horizon: &Horizon,
    sheet: &Sheet,
    lines: &[Line<'_>],
    orders: &dyn Fn(usize) -> Vec<f64>,
    paths: &[Path],
    report: &mut Report,
) -> Result<(), Refused> {
    let (reason, worth) = (sheet.needed(&["reason"])?, sheet.needed(&["worth_cny"])?);
    let rest = match horizon.unallocated {
        Some(_) => "pushed supply",
        None if horizon.groups.is_empty() => "pack rounding",
        None => "fills a carrier",
    };
    for line in lines {
        let cell = &horizon.cells[line.cell];
        let (freight, lead) = horizon.lanes[&(line.plant, cell.site)];
        let mut without = orders(line.cell);
        let Some(cars) = without.get_mut(line.week + lead) else { continue };
        *cars -= f64::from(line.cars);
        let (with, without) = (paths[line.cell].cost, horizon.walk(cell, &without).cost);
        let rises = [
            ("demand cover", without.lost - with.lost),
            ("safety stock", without.safety - with.safety),
            ("end target", without.end - with.end),
            ("fair share under short supply", without.fairness - with.fairness),
        ];
        let saved: f64 = rises.iter().map(|r| r.1).sum::<f64>() + without.holding - with.holding;
        let each = freight + horizon.carried(line.plant, cell.site, cell.model);
        let right = saved - each * f64::from(line.cars);
        report.compared += 2;
        let play = 1e-9 * (1.0 + saved.abs() + each * f64::from(line.cars));
        if !is_rounding(line.row.shown(worth), Interval::new(right - play, right + play), 2) {
            report.wrong(&sheet.file, line.row.line, "worth_cny", line.row.shown(worth), format!("{right:.2}"));
        }
        let most = rises.iter().map(|r| r.1).fold(1e-9, f64::max);
        let says = line.row.shown(reason);
        let fits = |r: &&(&str, f64)| r.0 == says && r.1 > 1e-9 && r.1 >= most - 1e-6 * (1.0 + most.abs());
        if !(rises.iter().any(|r| fits(&r)) || says == rest && most <= 1e-6) {
            let best = rises.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|r| r.1 > 1e-9).map_or(rest, |r| r.0);
            report.wrong(&sheet.file, line.row.line, "reason", says, best);
        }
    }
    Ok(())
}

fn dealer_weeks(horizon: &Horizon, paths: &[Path], sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
    let input = horizon.network.input;
    let [site, week, monday] = ["site_id", "week", "week_start"].map(|n| sheet.needed(&[n]));
    let (site, week, monday) = (site?, week?, monday?);
    let mut left: BTreeMap<(&str, usize), [f64; 4]> = BTreeMap::new();
    for &s in &horizon.network.open {
        (0..horizon.weeks).for_each(|w| {
            left.insert((&input.sites[s].code, w), [0.0; 4]);
        });
    }
    for (cell, path) in horizon.cells.iter().zip(paths) {
        for w in 0..horizon.weeks {
            let sum = left.entry((&input.sites[cell.site].code, w)).or_default();
            let values = [path.stock[w], cell.demand[w], path.arrivals[w], path.lost[w]];
            sum.iter_mut().zip(values).for_each(|(a, b)| *a += b);
        }
    }
    for row in &sheet.rows {
        let w = row.shown(week).parse::<usize>().unwrap_or(usize::MAX);
        let found = left.remove(&(row.shown(site), w));
        let Some(sums) = found.filter(|_| input.settings.monday(w) == row.shown(monday)) else {
            report.wrong(&sheet.file, row.line, "no store and week of the plan, or there twice", row.shown(site), "");
            continue;
        };
        for (column, right) in ["stock_cars", "demand_cars", "arrivals_cars", "lost_cars"].into_iter().zip(sums) {
            crate::verify::place::compare(sheet, row, column, Interval::point(right), 3, report);
        }
    }
    if let Some((key, _)) = left.first_key_value() {
        report.wrong(&sheet.file, 0, format!("{} week {} is missing", key.0, key.1), "", "");
    }
    Ok(())
}

/// Orders that cannot be checked have grade C, and must say so.
pub fn not_covered(step: Option<&Step<'_>>, report: &mut Report) {
    let Some(step) = step else { return };
    let answer = Answer {
        step: "replenish",
        grade: Grade::C,
        objective: step.figure("cost_cny").unwrap_or_default(),
        bound: None,
        why: "not recomputed".into(),
    };
    step.grade(&answer, report);
    report.answers.push(answer);
}

/// Every part of the cost, the bound and the grade.
fn headline(
    horizon: &Horizon,
    lines: &[Line<'_>],
    paths: &[Path],
    prices: Result<Prices, String>,
    step: &Step<'_>,
    report: &mut Report,
) {
    let mut load: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut shipping = 0.0;
    for line in lines {
        let cell = &horizon.cells[line.cell];
        shipping += horizon.lanes[&(line.plant, cell.site)].0 * f64::from(line.cars);
        if let Some(&g) = horizon.group.get(&(line.plant, cell.site)) {
            *load.entry((g, line.week)).or_default() += f64::from(line.cars) * horizon.money[cell.model].slots;
        }
    }
    let (mut carriers, mut runs) = (0.0, 0.0);
    for (&(g, _), &slots) in &load {
        let group = &horizon.groups[g];
        debug_assert!(group.members.iter().all(|s| horizon.group.get(&(group.plant, *s)) == Some(&g)));
        let needed = (slots / group.capacity - 1e-9).ceil().max(0.0);
        let under = (group.least * group.capacity * needed - slots).max(0.0);
        carriers += needed * group.cost + under * group.cost / group.capacity;
        runs += needed;
    }
    let cars: u32 = lines.iter().map(|l| l.cars).sum();
    let sum = |of: &dyn Fn(&Parts) -> f64| paths.iter().map(|p| of(&p.cost)).sum::<f64>();
    let parts = [
        ("shipping", shipping),
        ("carriers", carriers),
        ("transfers", 0.0),
        ("holding", sum(&|p| p.holding)),
        ("lost_sales", sum(&|p| p.lost)),
        ("safety", sum(&|p| p.safety)),
        ("fairness", sum(&|p| p.fairness)),
        ("end", sum(&|p| p.end)),
        ("fill", horizon.missed(paths)),
        ("unallocated", horizon.unallocated.map_or(0.0, |each| each * (horizon.built() - f64::from(cars)))),
        ("nervousness", 0.0),
    ];
    step.parts("cost_parts_cny", &parts, report);
    let total: f64 = parts.iter().map(|p| p.1).sum();
    let play = 1e-12 * (1.0 + total.abs());
    let cost = Interval::new(total - play, total + play);
    step.money("cost_cny", cost, report);
    step.number("cars_ordered", Interval::point(f64::from(cars)), 0.0, report);
    step.number("order_lines", Interval::point(lines.len() as f64), 0.0, report);
    step.number("carrier_runs", Interval::point(runs), 6e-4, report);
    let demand: f64 = horizon.cells.iter().flat_map(|c| &c.demand).sum();
    let lost: f64 = paths.iter().flat_map(|p| &p.lost).sum();
    let fill = if demand > 0.0 { (demand - lost) / demand } else { 1.0 };
    step.number("fill_rate", Interval::point(fill), 0.6e-6, report);
    let mut answer = Answer {
        step: "replenish",
        grade: Grade::C,
        objective: total,
        bound: None,
        why: "limits and every part of the cost recomputed; bound from prices of build slots, storage and credit"
            .into(),
    };
    match prices {
        Err(why) => {
            report.wrong(CERTIFICATE, 0, format!("it proves no bound: {why}"), "", "");
            answer.why = why;
        }
        Ok(prices) => {
            let proved = bound(horizon, &prices).min(total);
            answer.bound = Some(proved);
            answer.grade = Grade::of_gap((total - proved).max(0.0) / total.abs().max(1.0));
            step.bound("proved_bound_cny", proved, -1.0, 1e-9, report);
            step.between("bound_cny", proved, total, report);
        }
    }
    step.grade(&answer, report);
    report.answers.push(answer);
}
