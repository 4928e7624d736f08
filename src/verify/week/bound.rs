//! What any plan of orders costs at least: at prices of build slots, storage, credit and lost sales every store and model is
//! planned by itself as cheaply as it can be, in whole packs, a carrier counted by its slots at the price of a full one;
//! the sum less the prices' own limits is a bound (Lagrange), whatever the prices are.
//!
//! A store and model: between two stock-outs all costs follow from the cars arrived since the last one, so the states of
//! a week are the stretch's beginning and the packs ordered in it. More packs than the stretch can ever need (demand to
//! come, the largest safety stock or end target, the fair share) and one smallest order more only cost: without the last
//! of them no sale is lost and no target missed. Where cars are pushed, a slot's price may be below zero and more may pay: as many
//! more packs as a store may be pushed.

use super::orders::{Cell, Horizon};
use crate::verify::answer::{Refused, Report};
use crate::verify::interval::Interval;
use crate::verify::sheet::{Sheet, is_rounding};
use serde_json::Value;
use std::collections::BTreeMap;

/// Prices by week.
type Table<K> = BTreeMap<K, Vec<f64>>;

/// Prices of what stores share.
#[derive(Default)]
pub struct Prices {
    /// Money per car: plant and model.
    pub slots: Table<(usize, usize)>,
    /// Money per place: store.
    pub storage: Table<usize>,
    /// Money per money: store.
    pub credit: Table<usize>,
    /// Money per lost car above the model's own: model.
    pub fill: BTreeMap<usize, f64>,
}

impl Prices {
    /// Reads the certificate.
    pub fn parse(text: &str, horizon: &Horizon) -> Result<Self, String> {
        let (network, weeks) = (horizon.network, horizon.weeks);
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).ok_or_else(|| format!("{key} is no list"));
        let site = |row: &Value| {
            let code = row.get("site_id").and_then(Value::as_str);
            network.input.sites.iter().position(|s| Some(s.code.as_str()) == code).ok_or_else(|| format!("{row}"))
        };
        let model = |row: &Value| {
            let code = row.get("model_id").and_then(Value::as_str);
            network.input.models.iter().position(|m| Some(m.code.as_str()) == code).ok_or_else(|| format!("{row}"))
        };
        // A car that is built in any case may have a price below zero: what it costs without a store.
        let path = |row: &Value, least: f64| {
            let own = row.get("prices").and_then(Value::as_array).filter(|p| p.len() == weeks);
            let own = own.ok_or_else(|| format!("{row}: not one price a week"))?;
            let one = |p: &Value| p.as_f64().filter(|x| (least..1e12).contains(x));
            own.iter().map(one).collect::<Option<Vec<f64>>>().ok_or_else(|| format!("{row}: a price below {least}"))
        };
        let mut prices = Self::default();
        for row in list("slots")? {
            let least = horizon.unallocated.map_or(0.0, |each| -each);
            if prices.slots.insert((site(row)?, model(row)?), path(row, least)?).is_some() {
                return Err(format!("{row} is there twice"));
            }
        }
        for (key, table) in [("storage", &mut prices.storage), ("credit", &mut prices.credit)] {
            for row in list(key)? {
                if table.insert(site(row)?, path(row, 0.0)?).is_some() {
                    return Err(format!("{row} is there twice"));
                }
            }
        }
        let most = horizon.goal.map_or(0.0, |g| g.1);
        for row in list("fill")? {
            let price = row.get("price").and_then(Value::as_f64).filter(|x| (0.0..=most).contains(x));
            let price = price.ok_or_else(|| format!("{row}: a price that the goal does not have"))?;
            if prices.fill.insert(model(row)?, price).is_some() {
                return Err(format!("{row} is there twice"));
            }
        }
        Ok(prices)
    }

    fn slot(&self, plant: usize, model: usize, week: usize) -> f64 {
        self.slots.get(&(plant, model)).map_or(0.0, |p| p[week])
    }

    /// Money per car in the yard of a store at the end of a week.
    fn yard(&self, site: usize, price: f64, week: usize) -> f64 {
        let at = |t: &Table<usize>| t.get(&site).map_or(0.0, |p| p[week]);
        at(&self.storage) + price * at(&self.credit)
    }

    /// Compares shadow_prices.csv: the prices that are worth a line.
    pub fn check(&self, horizon: &Horizon, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
        let at = ["limit", "site_id", "model_id", "week_start", "relaxation_value_cny", "per"];
        let at = at.map(|n| sheet.needed(&[n]));
        let [limit, site, model, week, value, per] = at;
        let (limit, site, model, week, value, per) = (limit?, site?, model?, week?, value?, per?);
        let (input, mut left) = (horizon.network.input, BTreeMap::new());
        let mut all = |what: &'static str, unit: &'static str, s: Option<usize>, m: &str, path: &[f64]| {
            for (w, &p) in path.iter().enumerate().filter(|p| *p.1 > 0.005) {
                let place = s.map_or("", |s| input.sites[s].code.as_str());
                let key = [what, place, m, &input.settings.monday(w), unit].map(str::to_owned);
                left.insert(key, p);
            }
        };
        self.slots.iter().for_each(|(&(p, m), path)| all("build_slots", "car", Some(p), &input.models[m].code, path));
        self.storage.iter().for_each(|(&s, path)| all("storage", "car", Some(s), "", path));
        self.credit.iter().for_each(|(&s, path)| all("credit", "cny", Some(s), "", path));
        self.fill.iter().for_each(|(&m, &price)| all("fill_goal", "car", None, &input.models[m].code, &[price]));
        for row in &sheet.rows {
            report.compared += 1;
            let key = [limit, site, model, week, per].map(|k| row.shown(k).to_owned());
            match left.remove(&key) {
                Some(p) if is_rounding(row.shown(value), Interval::point(p), 4) => {}
                Some(p) => {
                    report.wrong(&sheet.file, row.line, "relaxation_value_cny", row.shown(value), format!("{p:.4}"))
                }
                None => {
                    report.wrong(&sheet.file, row.line, "a price that the certificate does not have", key.join(" "), "")
                }
            }
        }
        if let Some((key, p)) = left.first_key_value() {
            report.wrong(&sheet.file, 0, format!("{} is missing", key.join(" ")), "", format!("{p:.4}"));
        }
        Ok(())
    }
}

/// Lower bound on the cost of every plan, with room for the rounding of its sums.
pub fn bound(horizon: &Horizon, prices: &Prices) -> f64 {
    let (mut sum, mut size) = (0.0, 0.0);
    let mut add = |x: f64| {
        sum += x;
        size += x.abs();
    };
    for cell in &horizon.cells {
        add(cheapest(horizon, cell, prices));
    }
    for (&(plant, model), path) in &prices.slots {
        for (w, p) in path.iter().enumerate().skip(horizon.freeze) {
            add(-p * f64::from(horizon.slots(plant, model, w)));
        }
    }
    for (&model, price) in &prices.fill {
        add(-price * (1.0 - horizon.goal.map_or(1.0, |g| g.0)) * horizon.demand(model));
    }
    for ((site, t), (storage, credit)) in horizon.yards() {
        let at = |table: &Table<usize>| table.get(&site).map_or(0.0, |p| p[t]);
        for (price, limit) in [(at(&prices.storage), storage), (at(&prices.credit), credit)] {
            // A price of what has no limit proves nothing.
            add(if price > 0.0 { -price * limit.unwrap_or(f64::INFINITY) } else { 0.0 });
        }
    }
    sum - 1e-11 * size
}

/// The least that a store and model can cost at the prices.
fn cheapest(horizon: &Horizon, cell: &Cell, prices: &Prices) -> f64 {
    let (weeks, pack) = (horizon.weeks, f64::from(horizon.pack));
    let money = &horizon.money[cell.model];
    let lost = money.lost + prices.fill.get(&cell.model).copied().unwrap_or(0.0);
    // Cost of a car by week of arrival, from the plant where that is least.
    let mut offers = vec![f64::INFINITY; weeks];
    for plant in horizon.builders(cell.model) {
        let (freight, lead) = horizon.lanes[&(plant, cell.site)];
        let each = freight + horizon.carried(plant, cell.site, cell.model);
        for w in horizon.freeze..weeks.saturating_sub(lead) {
            if horizon.slots(plant, cell.model, w) > 0 {
                offers[w + lead] = offers[w + lead].min(each + prices.slot(plant, cell.model, w));
            }
        }
    }
    let short = |t: usize, stock: f64| {
        let end = if t + 1 == weeks { money.end * (cell.end - stock).max(0.0) } else { 0.0 };
        money.safety * (cell.safety[t] - stock).max(0.0) + end
    };
    let fair = |t: usize, cars: f64| match cell.fair {
        Some((week, wanted, each)) if week == t => each * (cars - wanted).abs(),
        _ => 0.0,
    };
    let pushed = horizon.pushed(cell);
    // empty[t]: least cost with nothing in the yard at the beginning of week t.
    let mut empty = vec![f64::INFINITY; weeks + 1];
    let mut best = f64::INFINITY;
    for start in 0..=weeks {
        let before = if start == 0 { 0.0 } else { empty[start] };
        if start == weeks {
            best = best.min(before);
            break;
        }
        if before == f64::INFINITY {
            continue;
        }
        let count = most_packs(horizon, cell, start) + pushed + 1;
        let mut value = vec![f64::INFINITY; count];
        value[0] = before;
        let mut arrived = if start == 0 { cell.stock } else { 0.0 };
        let mut demanded = 0.0;
        for t in start..weeks {
            arrived += cell.due[t];
            demanded += cell.demand[t];
            order(
                &mut value,
                offers[t] * pack,
                |j| fair(t, j as f64 * pack),
                cell.fair.is_some_and(|f| f.0 == t),
                horizon.fewest(),
            );
            let yard = prices.yard(cell.site, money.price, t);
            for (k, v) in value.iter_mut().enumerate().filter(|v| *v.1 < f64::INFINITY) {
                let stock = arrived + k as f64 * pack - demanded;
                if stock <= 1e-9 {
                    let lost = lost * (-stock).max(0.0);
                    empty[t + 1] = empty[t + 1].min(*v + lost + short(t, 0.0));
                    *v = f64::INFINITY;
                } else {
                    *v += (money.holding + yard) * stock + short(t, stock);
                }
            }
        }
        best = value.into_iter().fold(best, f64::min);
    }
    best
}

/// Packs beyond which a stretch only costs, where none are pushed.
fn most_packs(horizon: &Horizon, cell: &Cell, start: usize) -> usize {
    let pack = f64::from(horizon.pack);
    let target = cell.safety[start..].iter().fold(cell.end, |m, s| m.max(*s));
    let mut arrived = if start == 0 { cell.stock } else { 0.0 };
    let (mut demanded, mut need) = (0.0, 0.0_f64);
    for t in start..horizon.weeks {
        arrived += cell.due[t];
        demanded += cell.demand[t];
        need = need.max(demanded + target - arrived);
    }
    let fair = cell.fair.map_or(0.0, |f| f.1.max(0.0));
    (need / pack).ceil() as usize + horizon.fewest() + (fair / pack).ceil() as usize
}

/// One week's orders: the least over how many of the packs come now, none or so many at least.
fn order(value: &mut [f64], each: f64, extra: impl Fn(usize) -> f64, matters: bool, least: usize) {
    if !matters {
        // Packs cost the same each: the cheapest state from which so many at least lead here.
        if each < f64::INFINITY {
            let before = value.to_vec();
            let mut lowest = f64::INFINITY;
            for k in least..value.len() {
                let from = k - least;
                lowest = lowest.min(before[from] - each * from as f64);
                value[k] = value[k].min(lowest + each * k as f64);
            }
        }
        return;
    }
    for k in (0..value.len()).rev() {
        let most = if each < f64::INFINITY { k } else { 0 };
        let price = |j: usize| if j == 0 { 0.0 } else { each * j as f64 };
        let sizes = (0..=most).filter(|&j| j == 0 || j >= least);
        value[k] = sizes.map(|j| value[k - j] + price(j) + extra(j)).fold(f64::INFINITY, f64::min);
    }
}
