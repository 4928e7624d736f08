//! Transfers of the coming week: rules, amounts, and the bound from whole potentials.

use super::counts::Count;
use super::goods::{Goods, Yards, days_on_road};
use super::network::Network;
use crate::verify::Folder;
use crate::verify::answer::{Answer, Grade, Refused, Report};
use crate::verify::earth::great_circle;
use crate::verify::interval::Interval;
use crate::verify::place::road;
use crate::verify::sheet::{Sheet, is_rounding, shown};
use crate::verify::summary::Step;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The file of the potentials.
pub const CERTIFICATE: &str = "certificate_transfer.json";

/// Longest wait that a car is charged for, weeks.
const LONGEST_WAIT: f64 = 26.0;
/// Cars of a model that a store is offered whatever it holds.
const LEAST_OFFER: usize = 6;
/// What a move must bring beyond its cost, hundredths.
const LEAST: i64 = 1;

/// A car that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Car {
    /// From where.
    pub from: usize,
    /// Where to.
    pub to: usize,
    /// Which model.
    pub model: usize,
    /// Age in days.
    pub age: u32,
}

/// Money in hundredths; both neighbours where the value lies in the middle of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cents(i64, i64);

impl Cents {
    fn of(money: f64) -> Self {
        let play = 2e-12 * (1.0 + money.abs());
        Self(((money - play) * 100.0).round() as i64, ((money + play) * 100.0).round() as i64)
    }
    fn at(self, high: bool) -> i64 {
        if high { self.1 } else { self.0 }
    }
}

/// A store and model.
struct Cell {
    gain: Vec<Cents>,
    loss: Vec<Cents>,
    /// Cars old enough to leave.
    old: usize,
}

/// The week's problem.
struct Week {
    cells: BTreeMap<(usize, usize), Cell>,
    /// Most cars that leave a store.
    share: BTreeMap<usize, i64>,
    room: BTreeMap<usize, u32>,
    credit: BTreeMap<usize, f64>,
    /// Roads with their cost before lateness (money) and days.
    roads: BTreeMap<(usize, usize), (f64, f64)>,
}

/// The cars of transfers.csv, in its order; rows that cannot be understood are findings.
pub fn read(network: &Network, sheet: &Sheet, report: &mut Report) -> Result<Option<Vec<(u32, Car)>>, Refused> {
    let at = ["from_site_id", "to_site_id", "model_id", "age_days", "cars"].map(|n| sheet.needed(&[n]));
    let [from, to, model, age, cars] = at;
    let (from, to, model, age, cars) = (from?, to?, model?, age?, cars?);
    let site = |code: &str| network.input.sites.iter().position(|s| s.code == code);
    let mut moved = Vec::new();
    let mut sound = true;
    for row in &sheet.rows {
        let ends = (site(row.shown(from)), site(row.shown(to)));
        let which = network.input.models.iter().position(|m| m.code == row.shown(model));
        match (ends, which, row.shown(age).parse(), row.shown(cars)) {
            ((Some(from), Some(to)), Some(model), Ok(age), "1") => {
                moved.push((row.line, Car { from, to, model, age }));
            }
            _ => {
                report.wrong(&sheet.file, row.line, "no car of the scenario that moves", row.shown(from), "");
                sound = false;
            }
        }
    }
    Ok(sound.then_some(moved))
}

/// Verifies the transfers.
pub fn verify(
    folder: &Folder,
    network: &Network,
    (sheet, moved): (&Sheet, &[(u32, Car)]),
    step: Option<&Step<'_>>,
    report: &mut Report,
) -> Result<(), Refused> {
    let goods = Goods::of(network);
    let week = Week::new(network, &goods);
    let mut bad = rules(network, &goods, &week, moved);
    bad.sort_by_key(|b| b.0);
    for (line, what) in bad {
        report.wrong(&sheet.file, line, what, "", "");
    }
    let (mut value, mut cost) = (Interval::ZERO, Interval::ZERO);
    let (mut given, mut taken) = (BTreeMap::new(), BTreeMap::new());
    for (row, (line, car)) in sheet.rows.iter().zip(moved) {
        let Some(money) = week.amounts(network, car, &mut given, &mut taken) else {
            report.wrong(&sheet.file, *line, "a car that the store has no offer for, or no road", "", "");
            continue;
        };
        let km = road(network.input, car.from, car.to);
        for (column, right, decimals) in [("distance_km", km, 1), ("cost_cny", money[1], 2), ("value_cny", money[0], 2)]
        {
            let k = sheet.needed(&[column])?;
            report.compared += 1;
            if !is_rounding(row.shown(k), right, decimals) {
                report.wrong(&sheet.file, *line, column, row.shown(k), shown(right, decimals));
            }
        }
        if money[0].hi - money[1].lo < 0.01 - 1e-9 {
            let profit = format!("{:.2}", money[0].hi - money[1].lo);
            report.wrong(&sheet.file, *line, "the move does not pay", "", profit);
        }
        value = value + money[0];
        cost = cost + money[1];
    }
    if let Some(step) = step {
        headline(folder, network, &week, (value, cost, moved.len()), step, report)?;
    }
    Ok(())
}

fn headline(
    folder: &Folder,
    network: &Network,
    week: &Week,
    (value, cost, moves): (Interval, Interval, usize),
    step: &Step<'_>,
    report: &mut Report,
) -> Result<(), Refused> {
    let profit = value - cost;
    let objective = profit - Interval::money(LEAST * moves as i64);
    step.number("moves", Interval::point(moves as f64), 0.0, report);
    step.money("value_cny", value, report);
    step.money("cost_cny", cost, report);
    step.money("profit_cny", profit, report);
    step.money("objective_cny", objective, report);
    let mut answer = Answer {
        step: "transfer",
        grade: Grade::C,
        objective: objective.mid(),
        bound: None,
        why: "rules and amounts recomputed; bound from whole potentials".into(),
    };
    match folder.maybe(CERTIFICATE)?.ok_or_else(|| "there is no certificate".to_owned()).and_then(|text| {
        let values = Values::parse(&text, network)?;
        bound(network, week, &values)
    }) {
        Err(why) => {
            report.wrong(CERTIFICATE, 0, format!("it proves no bound: {why}"), "", "");
            answer.why = why;
        }
        Ok(cents) => {
            let bound = (cents as f64 / 100.0).max(objective.hi);
            answer.bound = Some(bound);
            answer.grade = Grade::of_gap((bound - objective.lo).max(0.0) / objective.lo.abs().max(1.0));
            step.bound("bound_cny", bound, 1.0, 1e-9, report);
        }
    }
    step.grade(&answer, report);
    step.status(&answer, report);
    report.answers.push(answer);
    Ok(())
}

impl Week {
    fn new(network: &Network, goods: &Goods) -> Self {
        let (input, settings) = (network.input, &network.input.settings);
        let stores: BTreeSet<usize> = network.open.union(&network.today).copied().collect();
        let youngest = settings.number("transfer", "min_age_days") as u32;
        let yards = Yards::new(network, goods);
        let mut week = Self {
            cells: BTreeMap::new(),
            share: BTreeMap::new(),
            room: BTreeMap::new(),
            credit: BTreeMap::new(),
            roads: BTreeMap::new(),
        };
        for &site in &stores {
            let mut all = 0;
            for model in 0..input.models.len() {
                let lots = goods.stock.range((site, model, 0)..=(site, model, u32::MAX));
                let (cars, old) = lots.fold((0, 0), |(c, o), (k, n)| (c + n, o + if k.2 >= youngest { *n } else { 0 }));
                all += cars;
                let cell = cell(network, goods, (site, model), cars as usize, old as usize);
                week.cells.extend(cell.map(|c| ((site, model), c)));
            }
            let open = network.open.contains(&site);
            // The small addition keeps a tenth of thirty at three.
            let part = (settings.number("transfer", "max_share") * f64::from(all) + 1e-9).floor() as i64;
            week.share.insert(site, if open { part } else { i64::from(all) });
            week.room.extend(yards.places(site).map(|r| (site, r)));
            week.credit.extend(yards.credit(site).map(|c| (site, c)));
        }
        week.roads = roads(network, &stores);
        week
    }

    /// Value and cost of the next car on a road, money; `None` without a road or an offer.
    fn amounts(
        &self,
        network: &Network,
        car: &Car,
        given: &mut BTreeMap<(usize, usize), usize>,
        taken: &mut BTreeMap<(usize, usize), usize>,
    ) -> Option<[Interval; 2]> {
        let next = |of: &mut BTreeMap<(usize, usize), usize>, key| {
            let n = of.entry(key).or_insert(0);
            *n += 1;
            *n - 1
        };
        let (from, to) = ((car.from, car.model), (car.to, car.model));
        let loss = self.cells.get(&from)?.loss.get(next(given, from)).copied()?;
        let gain = self.cells.get(&to)?.gain.get(next(taken, to)).copied()?;
        let cost = self.cost(network, (car.from, car.to), car.model)?;
        let range = |lo: i64, hi: i64| Interval::money(lo).hull(Interval::money(hi));
        Some([range(gain.0 - loss.1, gain.1 - loss.0), range(cost.0, cost.1)])
    }

    /// Cost of a road for a car of a model: the move and the days it takes.
    fn cost(&self, network: &Network, road: (usize, usize), model: usize) -> Option<Cents> {
        let &(cost, days) = self.roads.get(&road)?;
        Some(Cents::of(cost + network.input.models[model].holding as f64 / 100.0 * days))
    }
}

/// Worth of the cars of a store and model; `None` where there are no cars and nothing is asked for.
fn cell(network: &Network, goods: &Goods, (site, model): (usize, usize), cars: usize, old: usize) -> Option<Cell> {
    let (m, open) = (&network.input.models[model], network.open.contains(&site));
    // A store that ends gives in any case.
    let (gives, takes) = network.input.sites[site].consent;
    let old = if gives || !open { old } else { 0 };
    let days = network.mean_days(site, Some(model));
    let cover = days / 7.0 + 1.0;
    let asked = |weeks: f64| if open { network.asked(site, model, 0, weeks) } else { 0.0 };
    let mean = asked(cover);
    if cars == 0 && mean <= 0.0 {
        return None;
    }
    // Only what arrives before a new order could.
    let road = goods.due.range((site, model, 0)..=(site, model, usize::MAX));
    let coming: u32 = road.filter(|a| a.0.2 as f64 * 7.0 <= days).map(|a| a.1).sum();
    let held = cars + coming as usize;
    let wanted = asked(cover + network.input.settings.number("replenishment", "end_cover_weeks"));
    let wanted = (wanted - 1e-9).ceil().max(0.0) as usize;
    let offered = if open { LEAST_OFFER.max(wanted.saturating_sub(held)) } else { 0 };
    let earned = (m.margin + m.lost) as f64 / 100.0;
    let week = m.holding as f64 / 100.0 * 7.0;
    let chance = Count::new(mean, network.estimates.dispersion).at_least(held + offered);
    let worth = |n: usize| {
        let wait = if mean > 0.0 { ((n + 1) as f64 * cover / mean).min(LONGEST_WAIT) } else { LONGEST_WAIT };
        Cents::of(chance[n] * earned - week * wait)
    };
    let loss = (0..cars).map(|n| worth(held - 1 - n)).collect();
    let gain = (0..if takes { offered } else { 0 }).map(|n| worth(held + n)).collect();
    Some(Cell { gain, loss, old })
}

/// Roads from any store to an open one within the radius.
fn roads(network: &Network, stores: &BTreeSet<usize>) -> BTreeMap<(usize, usize), (f64, f64)> {
    let (input, settings) = (network.input, &network.input.settings);
    let (radius, circuity) = (settings.number("transfer", "radius_km"), settings.number("travel", "circuity"));
    let (fixed, per_km) = (settings.money("transfer", "cost_fixed_cny"), settings.money("transfer", "cost_cny_per_km"));
    let mut roads = BTreeMap::new();
    for &from in stores {
        for &to in network.open.iter().filter(|t| **t != from) {
            let near = great_circle(input.sites[from].place, input.sites[to].place) * 0.99 * circuity;
            if near > radius {
                continue;
            }
            let km = road(input, from, to);
            if km.lo <= radius {
                let cost = fixed + (per_km as f64 * km.mid()).round() as i64;
                roads.insert((from, to), (cost as f64 / 100.0, days_on_road(km.mid())));
            }
        }
    }
    roads
}

/// Every rule that the cars break: line and words.
fn rules(network: &Network, goods: &Goods, week: &Week, moved: &[(u32, Car)]) -> Vec<(u32, String)> {
    let (input, youngest) = (network.input, network.input.settings.number("transfer", "min_age_days") as u32);
    let name = |s: usize| input.sites[s].code.as_str();
    let mut bad = Vec::new();
    let (mut left, mut out) = (goods.stock.clone(), BTreeMap::new());
    let mut into: BTreeMap<usize, (u32, f64)> = BTreeMap::new();
    for &(line, car) in moved {
        let cars = left.get_mut(&(car.from, car.model, car.age)).filter(|c| **c > 0);
        match cars {
            Some(cars) => *cars -= 1,
            None => bad.push((line, format!("{} has no such car left", name(car.from)))),
        }
        if car.age < youngest {
            bad.push((line, format!("{} days old, younger than min_age_days {youngest}", car.age)));
        }
        let consents =
            (input.sites[car.from].consent.0 || !network.open.contains(&car.from), input.sites[car.to].consent.1);
        if consents != (true, true) {
            bad.push((line, format!("{} does not give or {} does not take cars", name(car.from), name(car.to))));
        }
        if !network.open.contains(&car.to) {
            bad.push((line, format!("{} is not open in the plan", name(car.to))));
        }
        if !week.roads.contains_key(&(car.from, car.to)) {
            bad.push((line, format!("{} and {} are too far apart", name(car.from), name(car.to))));
        }
        *out.entry(car.from).or_insert(0_i64) += 1;
        let sum = into.entry(car.to).or_default();
        *sum = (sum.0 + 1, sum.1 + input.models[car.model].price as f64 / 100.0);
    }
    for &(line, car) in moved {
        let mut older = left.range((car.from, car.model, car.age + 1)..=(car.from, car.model, u32::MAX));
        if let Some((key, _)) = older.find(|l| *l.1 > 0) {
            bad.push((line, format!("a car of {} days stays while one of {} leaves", key.2, car.age)));
        }
    }
    let last = |of: &dyn Fn(&Car) -> bool| moved.iter().rev().find(|m| of(&m.1)).map_or(0, |m| m.0);
    for (&site, &cars) in &out {
        let most = week.share.get(&site).copied().unwrap_or(0);
        if cars > most {
            bad.push((last(&|c| c.from == site), format!("{} gives {cars} cars, it may give {most}", name(site))));
        }
    }
    for (&site, &(cars, money)) in &into {
        let at = || last(&|c| c.to == site);
        if week.room.get(&site).is_some_and(|r| cars > *r) {
            bad.push((at(), format!("{} takes {cars} cars, it has {} places", name(site), week.room[&site])));
        }
        if week.credit.get(&site).is_some_and(|c| money > c + 0.01) {
            bad.push((at(), format!("{} takes cars for {money}, its credit is {:.2}", name(site), week.credit[&site])));
        }
    }
    bad
}

/// Potentials in hundredths.
#[derive(Default)]
struct Values {
    share: BTreeMap<usize, i64>,
    room: BTreeMap<usize, i64>,
    giver: BTreeMap<(usize, usize), i64>,
    taker: BTreeMap<(usize, usize), i64>,
}

impl Values {
    fn parse(text: &str, network: &Network) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).ok_or_else(|| format!("{key} is no list"));
        let site = |row: &Value| {
            let code = row.get(0).and_then(Value::as_str);
            network.input.sites.iter().position(|s| Some(s.code.as_str()) == code).ok_or_else(|| format!("{row}"))
        };
        let cents = |row: &Value, at: usize| {
            let cents = row.get(at).and_then(Value::as_i64).filter(|c| c.abs() < 1 << 53);
            cents.ok_or_else(|| format!("{row}: no whole hundredths"))
        };
        let mut values = Self::default();
        for row in list("stores")? {
            let site = site(row)?;
            let twice = values.share.insert(site, cents(row, 1)?).is_some();
            if twice || values.room.insert(site, cents(row, 2)?).is_some() {
                return Err(format!("{row} is there twice"));
            }
        }
        for row in list("cells")? {
            let code = row.get(1).and_then(Value::as_str);
            let model = network.input.models.iter().position(|m| Some(m.code.as_str()) == code);
            let key = (site(row)?, model.ok_or_else(|| format!("{row}: no such model"))?);
            let twice = values.giver.insert(key, cents(row, 2)?).is_some();
            if twice || values.taker.insert(key, cents(row, 3)?).is_some() {
                return Err(format!("{row} is there twice"));
            }
        }
        Ok(values)
    }
}

/// Upper bound on the objective of any moves, hundredths: with `taker − giver ≤ cost + least` on every road and values of
/// shares and places not below zero, `Σ share · value + Σ room · value + Σ (giver − loss − share value)⁺ +
/// Σ (gain − room value − taker)⁺`. Credit lines are left out: without them more is possible, never less.
fn bound(network: &Network, week: &Week, values: &Values) -> Result<i64, String> {
    let name = |s: usize, m: usize| format!("{} {}", network.input.sites[s].code, network.input.models[m].code);
    let of = |map: &BTreeMap<usize, i64>, s: usize| map.get(&s).copied().unwrap_or(0);
    // A giver worth less than its first loss, a taker worth more than its first gain, changes no sum.
    let giver = |key: &(usize, usize)| {
        let first = week.cells[key].loss.first().map(|l| l.at(false));
        values.giver.get(key).copied().into_iter().chain(first).max().unwrap_or(0)
    };
    let taker = |key: &(usize, usize)| {
        let first = week.cells[key].gain.first().map(|g| g.at(true));
        values.taker.get(key).copied().into_iter().chain(first).min().unwrap_or(0)
    };
    if values.share.values().chain(values.room.values()).any(|v| *v < 0) {
        return Err("a share or a place has a value below zero".into());
    }
    for &(from, to) in week.roads.keys() {
        for model in 0..network.input.models.len() {
            let (a, b) = ((from, model), (to, model));
            let gives = week.cells.get(&a).is_some_and(|c| c.old > 0);
            let takes = week.cells.get(&b).is_some_and(|c| !c.gain.is_empty());
            if gives && takes {
                let cost = week.cost(network, (from, to), model).ok_or("a road without a cost")?.at(false);
                if taker(&b) - giver(&a) > cost + LEAST {
                    let (a, b) = (name(from, model), name(to, model));
                    return Err(format!("the potentials of {a} and {b} are farther apart than the road costs"));
                }
            }
        }
    }
    let mut sum: i128 = 0;
    for (&site, &share) in &week.share {
        sum += i128::from(of(&values.share, site)) * i128::from(share);
        let room = of(&values.room, site);
        match week.room.get(&site) {
            Some(&places) => sum += i128::from(room) * i128::from(places),
            None if room > 0 => return Err("a store without a limit has a value of places".into()),
            None => {}
        }
    }
    for (key, cell) in &week.cells {
        let (share, room) = (of(&values.share, key.0), of(&values.room, key.0));
        for loss in &cell.loss[..cell.old.min(cell.loss.len())] {
            sum += i128::from((giver(key) - loss.at(false) - share).max(0));
        }
        for gain in &cell.gain {
            sum += i128::from((gain.at(true) - room - taker(key)).max(0));
        }
    }
    i64::try_from(sum).map_err(|_| "the sum is too large".into())
}

/// The objective of the best set of moves of all, and the bounds of random potentials that fit the roads, hundredths.
#[cfg(test)]
pub fn enumerated(network: &Network, dice: &mut super::tests::Dice, tries: usize) -> (i64, Vec<i64>) {
    let goods = Goods::of(network);
    let week = Week::new(network, &goods);
    let roads: Vec<(usize, usize)> = week.roads.keys().copied().collect();
    // Cars on every road, oldest first where they leave.
    let mut cars = vec![0_usize; roads.len()];
    let mut best = 0;
    loop {
        best = best.max(objective(network, &goods, &week, &roads, &cars).unwrap_or(0));
        let Some(k) = cars.iter().position(|n| *n < 2) else { break };
        cars[..k].fill(0);
        cars[k] += 1;
    }
    let mut bounds = Vec::new();
    for _ in 0..tries {
        let mut values = Values::default();
        for s in 0..3 {
            values.share.insert(s, if dice.below(2) == 0 { 0 } else { dice.below(100_000) as i64 });
            values.room.insert(s, if week.room.contains_key(&s) { dice.below(50_000) as i64 } else { 0 });
        }
        for (key, cell) in &week.cells {
            let around = cell.loss.first().map_or(0, |l| l.0);
            values.giver.insert(*key, around + dice.below(300_000) as i64);
            let above = cell.gain.first().map_or(0, |g| g.1);
            values.taker.insert(*key, above - dice.below(300_000) as i64);
        }
        bounds.extend(bound(network, &week, &values));
    }
    (best, bounds)
}

/// Objective of so many cars of the first model on every road; `None` when a rule forbids them.
#[cfg(test)]
fn objective(network: &Network, goods: &Goods, week: &Week, roads: &[(usize, usize)], cars: &[usize]) -> Option<i64> {
    let mut left = goods.stock.clone();
    let (mut given, mut taken) = (BTreeMap::new(), BTreeMap::new());
    let (mut moved, mut sum) = (Vec::new(), 0);
    for (&(from, to), &n) in roads.iter().zip(cars) {
        for _ in 0..n {
            let mut lots = left.range_mut((from, 0, 0)..=(from, 0, u32::MAX)).rev();
            let (key, count) = lots.find(|l| *l.1 > 0)?;
            *count -= 1;
            let car = Car { from, to, model: 0, age: key.2 };
            let [value, cost] = week.amounts(network, &car, &mut given, &mut taken)?;
            sum += value.hundredths().0 - cost.hundredths().0 - LEAST;
            moved.push((0, car));
        }
    }
    rules(network, goods, week, &moved).is_empty().then_some(sum)
}
