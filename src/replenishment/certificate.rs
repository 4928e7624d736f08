//! Checks a plan against the data alone: balance, supply, freeze, packs, storage, credit, runs, and every cost part
//! to the hundredth. Shares nothing with the algorithms but the problem and the plan.

use super::plan::{CostParts, Plan};
use super::problem::{Data, Lane, Mode, Problem};
use crate::units::Money;
use std::collections::{BTreeMap, BTreeSet};

/// Cars by which sums of fractional expectations may differ.
const CARS: f64 = 1e-6;

/// Everything wrong with a plan; empty when it keeps every hard limit and its accounts are right.
pub fn faults(problem: &Problem, plan: &Plan) -> Vec<String> {
    let data = problem.data();
    if plan.cells.len() != data.cells.len() {
        return vec![format!("{} paths for {} cells", plan.cells.len(), data.cells.len())];
    }
    let mut wrong = Vec::new();
    sizes(data, plan, &mut wrong);
    supply(data, plan, &mut wrong);
    balance(data, plan, &mut wrong);
    room(data, plan, &mut wrong);
    runs(data, plan, &mut wrong);
    costs(data, plan, &mut wrong);
    if plan.bound > plan.cost.total() + 1e-6 * (1.0 + plan.cost.total().abs()) {
        wrong.push(format!("the bound {} lies above the cost {}", plan.bound, plan.cost.total()));
    }
    wrong
}

/// Lanes by plant and dealer.
fn lanes(data: &Data) -> BTreeMap<(usize, usize), &Lane> {
    data.lanes.iter().map(|l| ((l.plant, l.dealer), l)).collect()
}

/// Freeze, fixed lines, forbidden weeks, packs and minimum orders.
fn sizes(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let (roads, mut lines) = (lanes(data), BTreeMap::new());
    for o in &plan.orders {
        let cell = &data.cells[o.cell];
        let at = format!("cell {} plant {} week {}", o.cell, o.plant, o.week);
        if lines.insert((o.cell, o.plant, o.week), o.cars).is_some() {
            wrong.push(format!("{at}: two lines"));
        }
        if roads.get(&(o.plant, cell.dealer)).is_none_or(|l| l.lead + o.week != o.arrives) {
            wrong.push(format!("{at}: arrives in week {}, which is not what the lane says", o.arrives));
        }
        if cell.fixed.iter().any(|f| f.plant == o.plant && f.week == o.week) {
            continue;
        }
        if o.week < data.freeze || cell.forbidden.contains(&o.week) {
            wrong.push(format!("{at}: an order where none may be"));
        }
        if o.cars % cell.pack != 0 || o.cars < cell.minimum_order {
            wrong.push(format!("{at}: {} cars, pack {}, minimum {}", o.cars, cell.pack, cell.minimum_order));
        }
    }
    for (c, cell) in data.cells.iter().enumerate() {
        for f in &cell.fixed {
            if lines.get(&(c, f.plant, f.week)).copied().unwrap_or(0) != f.cars {
                wrong.push(format!("cell {c} week {}: the fixed order of {} cars is not kept", f.week, f.cars));
            }
        }
    }
}

/// Cars of each plant, model and week within the build slots.
fn supply(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let mut used: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for o in &plan.orders {
        *used.entry((o.plant, data.cells[o.cell].model, o.week)).or_default() += u64::from(o.cars);
    }
    let slots: BTreeMap<_, _> = data.supply.iter().map(|s| ((s.plant, s.model), &s.slots)).collect();
    for ((plant, model, week), cars) in used {
        let most = slots.get(&(plant, model)).and_then(|s| s.get(week)).copied().unwrap_or(0);
        if cars > u64::from(most) {
            wrong.push(format!("plant {plant} model {model} week {week}: {cars} cars, {most} slots"));
        }
    }
}

/// Cars that reach each cell in each week, and cars handed on.
fn movements(data: &Data, plan: &Plan) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut inward: Vec<Vec<f64>> =
        data.cells.iter().map(|c| c.pipeline.iter().map(|&v| f64::from(v)).collect()).collect();
    let mut out = vec![vec![0.0; data.weeks]; data.cells.len()];
    for o in plan.orders.iter().filter(|o| o.arrives < data.weeks) {
        inward[o.cell][o.arrives] += f64::from(o.cars);
    }
    for t in &plan.transfers {
        out[t.from][t.week] += t.cars;
        if let Some(at) = arrival(data, t.from, t.to, t.week).filter(|&at| at < data.weeks) {
            inward[t.to][at] += t.cars;
        }
    }
    (inward, out)
}

/// Week in which a transfer arrives; `None` without an arc.
fn arrival(data: &Data, from: usize, to: usize, week: usize) -> Option<usize> {
    let (i, j) = (data.cells[from].dealer, data.cells[to].dealer);
    data.transfers.iter().find(|a| a.from == i && a.to == j).map(|a| week + a.lead)
}

/// `stock = stock before + arrivals - sales - given`, `sales + lost = demand`, nothing negative.
fn balance(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let (inward, out) = movements(data, plan);
    for (c, (cell, path)) in data.cells.iter().zip(&plan.cells).enumerate() {
        let mut stock: f64 = cell.stock.iter().map(|&s| f64::from(s)).sum();
        for t in 0..data.weeks {
            stock += inward[c][t] - out[c][t] - path.sales[t];
            let gap = (path.stock[t] - stock).abs();
            let demand = (path.sales[t] + path.lost[t] - cell.demand[t]).abs();
            if gap > CARS || demand > CARS || (path.arrivals[t] - inward[c][t]).abs() > CARS {
                wrong.push(format!("cell {c} week {t}: the stock does not balance"));
            }
            if stock < -CARS || path.sales[t] < -CARS || path.lost[t] < -CARS {
                wrong.push(format!("cell {c} week {t}: a negative quantity"));
            }
        }
    }
}

/// Storage and credit; where the stock without any free order is above the limit, it is the limit.
fn room(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let idle: Vec<Vec<f64>> = data.cells.iter().map(|c| idle_stock(data, c)).collect();
    let mut held = vec![vec![[0.0_f64; 4]; data.weeks]; data.dealers.len()];
    for (c, cell) in data.cells.iter().enumerate() {
        let price = data.models[cell.model].price;
        for t in 0..data.weeks {
            let (now, anyway) = (plan.cells[c].stock[t], idle[c][t]);
            for (sum, v) in held[cell.dealer][t].iter_mut().zip([now, anyway, now * price, anyway * price]) {
                *sum += v;
            }
        }
    }
    for (d, dealer) in data.dealers.iter().enumerate() {
        for (t, &[cars, idle_cars, money, idle_money]) in held[d].iter().enumerate() {
            if dealer.storage.is_some_and(|limit| cars > limit.max(idle_cars) + CARS) {
                wrong.push(format!("dealer {d} week {t}: {cars} cars in stock, above storage"));
            }
            if dealer.credit.is_some_and(|limit| money > limit.max(idle_money) * (1.0 + 1e-9) + 0.01) {
                wrong.push(format!("dealer {d} week {t}: {money} in stock, above the credit line"));
            }
        }
    }
}

/// Stock of a cell that orders nothing freely.
fn idle_stock(data: &Data, cell: &super::problem::Cell) -> Vec<f64> {
    let mut inward: Vec<f64> = cell.pipeline.iter().map(|&v| f64::from(v)).collect();
    for f in &cell.fixed {
        let lane = data.lanes.iter().find(|l| l.plant == f.plant && l.dealer == cell.dealer);
        if let Some(v) = lane.and_then(|l| inward.get_mut(f.week + l.lead)) {
            *v += f64::from(f.cars);
        }
    }
    let mut stock: f64 = cell.stock.iter().map(|&s| f64::from(s)).sum();
    let mut path = Vec::new();
    for (arrived, demand) in inward.iter().zip(&cell.demand) {
        stock = (stock + arrived - demand).max(0.0);
        path.push(stock);
    }
    path
}

/// Slots loaded by carrier and week.
fn loads(data: &Data, plan: &Plan) -> BTreeMap<(usize, usize), f64> {
    let mut group = BTreeMap::new();
    for (k, carrier) in data.carriers.iter().enumerate() {
        group.extend(carrier.dealers.iter().map(|&d| ((carrier.plant, d), k)));
    }
    let mut loads = BTreeMap::new();
    for o in &plan.orders {
        let cell = &data.cells[o.cell];
        if let Some(&k) = group.get(&(o.plant, cell.dealer)) {
            *loads.entry((k, o.week)).or_insert(0.0) += f64::from(o.cars) * data.models[cell.model].slots;
        }
    }
    loads
}

/// Whole runs that carry the load, within the fleet unless fixed orders need more.
fn runs(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let used: BTreeMap<_, _> = plan.carriers.iter().map(|u| ((u.carrier, u.week), u)).collect();
    let mut fixed_only = plan.clone();
    fixed_only.orders.retain(|o| data.cells[o.cell].fixed.iter().any(|f| f.plant == o.plant && f.week == o.week));
    let fixed = loads(data, &fixed_only);
    for ((k, week), load) in loads(data, plan) {
        let carrier = &data.carriers[k];
        let runs = used.get(&(k, week)).map_or(0.0, |u| u.runs);
        if load > runs * carrier.capacity + CARS || (runs - runs.round()).abs() > CARS {
            wrong.push(format!("carrier {k} week {week}: {load} slots on {runs} runs"));
        }
        let needed = fixed.get(&(k, week)).map_or(0.0, |l| (l / carrier.capacity - 1e-9).ceil());
        if carrier.fleet.is_some_and(|f| runs > f64::from(f).max(needed) + CARS) {
            wrong.push(format!("carrier {k} week {week}: {runs} runs, more than the fleet"));
        }
    }
}

/// Every part of the cost, recomputed and compared to the hundredth.
fn costs(data: &Data, plan: &Plan, wrong: &mut Vec<String>) {
    let found = recomputed(data, plan);
    for ((name, claimed), (_, right)) in plan.cost.named().into_iter().zip(found.named()) {
        let apart = (Money::from_major(claimed).minor() - Money::from_major(right).minor()).abs();
        // A sum of a million fractional terms may fall on either side of a rounding; no more than that.
        if apart as f64 > 1.0 + 1e-9 * right.abs() * 100.0 {
            wrong.push(format!("{name}: {claimed} is claimed, the plan gives {right}"));
        }
    }
}

/// The cost of a plan from its orders, transfers and sales.
pub fn recomputed(data: &Data, plan: &Plan) -> CostParts {
    let (roads, mut cost) = (lanes(data), CostParts::default());
    for o in &plan.orders {
        let lane = roads.get(&(o.plant, data.cells[o.cell].dealer));
        cost.shipping += lane.map_or(0.0, |l| l.cost * f64::from(o.cars));
    }
    for t in &plan.transfers {
        let (i, j) = (data.cells[t.from].dealer, data.cells[t.to].dealer);
        let arc = data.transfers.iter().find(|a| a.from == i && a.to == j);
        cost.transfers += arc.map_or(0.0, |a| a.cost * t.cars);
    }
    let loads = loads(data, plan);
    for used in &plan.carriers {
        let carrier = &data.carriers[used.carrier];
        let load = loads.get(&(used.carrier, used.week)).copied().unwrap_or(0.0);
        let under = (carrier.minimum_load * carrier.capacity * used.runs - load).max(0.0);
        cost.carriers += used.runs * carrier.cost + under * carrier.under_load;
    }
    stock_costs(data, plan, &mut cost);
    distances(data, plan, &mut cost);
    for (m, model) in data.models.iter().enumerate() {
        let Some(goal) = model.fill_goal else { continue };
        let mine = || data.cells.iter().zip(&plan.cells).filter(|x| x.0.model == m);
        let lost: f64 = mine().flat_map(|x| &x.1.lost).sum();
        let demand: f64 = mine().flat_map(|x| &x.0.demand).sum();
        cost.fill += goal.penalty * (lost - (1.0 - goal.share) * demand).max(0.0);
    }
    if let Mode::Push { unallocated } = data.mode {
        let built: i64 = data.supply.iter().flat_map(|s| s.slots.iter().skip(data.freeze)).map(|&v| i64::from(v)).sum();
        let sent: i64 = plan.orders.iter().filter(|o| o.week >= data.freeze).map(|o| i64::from(o.cars)).sum();
        cost.unallocated = unallocated * (built - sent) as f64;
    }
    cost
}

/// Holding by age with the oldest sold first, lost sales, safety stock, end targets.
fn stock_costs(data: &Data, plan: &Plan, cost: &mut CostParts) {
    // Cars that reach a cell in a week with the age bucket they come in.
    let mut coming: BTreeMap<(usize, usize), Vec<(usize, f64)>> = BTreeMap::new();
    let mut going: BTreeMap<(usize, usize), Vec<(usize, f64)>> = BTreeMap::new();
    let mut handed = vec![vec![0.0; data.weeks]; data.cells.len()];
    let oldest = data.ages - 1;
    for t in &plan.transfers {
        going.entry((t.from, t.week)).or_default().push((t.age, t.cars));
        if let Some(at) = arrival(data, t.from, t.to, t.week).filter(|&at| at < data.weeks) {
            coming.entry((t.to, at)).or_default().push(((t.age + at - t.week).min(oldest), t.cars));
            handed[t.to][at] += t.cars;
        }
    }
    for (c, (cell, path)) in data.cells.iter().zip(&plan.cells).enumerate() {
        let model = &data.models[cell.model];
        let mut age: Vec<f64> = cell.stock.iter().map(|&s| f64::from(s)).collect();
        for t in 0..data.weeks {
            let mut older = vec![0.0; data.ages];
            age.iter().enumerate().for_each(|(g, cars)| older[(g + 1).min(oldest)] += cars);
            older[0] += path.arrivals[t] - handed[c][t];
            coming.remove(&(c, t)).into_iter().flatten().for_each(|(g, cars)| older[g] += cars);
            going.remove(&(c, t)).into_iter().flatten().for_each(|(g, cars)| older[g] -= cars);
            let mut sold = path.sales[t];
            for g in (0..data.ages).rev() {
                let from_here = older[g].min(sold).max(0.0);
                older[g] -= from_here;
                sold -= from_here;
                cost.holding += model.holding[g] * older[g];
            }
            cost.lost_sales += model.lost_sale * path.lost[t];
            cost.safety += model.safety_penalty * (cell.safety[t] - path.stock[t]).max(0.0);
            age = older;
        }
        let last = path.stock.last().copied().unwrap_or(0.0);
        cost.end += model.end_penalty * (cell.end_target - last).max(0.0);
    }
}

/// Distance of the free orders from fair shares and from the last plan, by week of arrival.
fn distances(data: &Data, plan: &Plan, cost: &mut CostParts) {
    let mut free: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for o in &plan.orders {
        if !data.cells[o.cell].fixed.iter().any(|f| f.plant == o.plant && f.week == o.week) {
            *free.entry((o.cell, o.arrives)).or_default() += f64::from(o.cars);
        }
    }
    let mut leads = vec![Vec::new(); data.dealers.len()];
    data.lanes.iter().for_each(|l| leads[l.dealer].push((l.plant, l.lead)));
    let built: BTreeSet<(usize, usize)> = data.supply.iter().map(|s| (s.plant, s.model)).collect();
    let ordered = |c: usize, t: usize| free.get(&(c, t)).copied().unwrap_or(0.0);
    for (c, cell) in data.cells.iter().enumerate() {
        if let Some(previous) = cell.previous.as_ref().filter(|_| data.nervousness > 0.0) {
            let change = |(t, p): (usize, &Option<u32>)| p.map_or(0.0, |p| (ordered(c, t) - f64::from(p)).abs());
            cost.nervousness += data.nervousness * previous.iter().enumerate().map(change).sum::<f64>();
        }
        let Some(cover) = plan.fair_cover.get(cell.model).copied().flatten() else { continue };
        let target = cover * cell.rate;
        let mine = leads[cell.dealer].iter().filter(|l| built.contains(&(l.0, cell.model))).map(|l| l.1);
        let Some(week) = mine.min().map(|l| l + data.freeze).filter(|&w| w < data.weeks && target > 0.0) else {
            continue;
        };
        let fixed: u32 = cell.fixed.iter().map(|f| f.cars).sum();
        let held = f64::from(cell.stock.iter().sum::<u32>() + cell.pipeline.iter().sum::<u32>() + fixed);
        let weight = data.models[cell.model].fairness;
        cost.fairness += weight * (held + ordered(c, week) - target).abs() / target;
    }
}
