//! From schedules to the plan in the planner's words: paths, costs by cause, the reason of every line.

use super::plan::{CarrierUse, CellPath, CostParts, OrderLine, Plan, Reason, ShadowPrices};
use super::prices::{Prices, Routed};
use super::problem::{Mode, Problem};
use super::view::View;
use super::whole::run_cost;

/// Expected stock and sales of a cell and what they cost: cars age in buckets, the oldest is sold first.
fn walk(problem: &Problem, cell: usize, view: &View, packs: &[u16]) -> (CellPath, CostParts) {
    let data = problem.data();
    let (c, model) = (&data.cells[cell], problem.model_of(cell));
    let mut buckets: Vec<f64> = c.stock.iter().map(|&s| f64::from(s)).collect();
    let (mut path, mut cost) = (CellPath::default(), CostParts::default());
    for t in 0..data.weeks {
        if let [.., before_last, last] = buckets.as_mut_slice() {
            *last += std::mem::take(before_last);
            let young = buckets.len() - 1;
            buckets[..young].rotate_right(1);
        }
        let arrived = view.standing[t] + f64::from(packs[t]) * view.pack;
        buckets[0] += arrived;
        let mut wanted = c.demand[t];
        for bucket in buckets.iter_mut().rev() {
            let sold = bucket.min(wanted);
            *bucket -= sold;
            wanted -= sold;
        }
        let stock = buckets.iter().sum::<f64>();
        let short = (c.safety[t] - stock).max(0.0);
        cost.holding += buckets.iter().zip(&model.holding).map(|(b, h)| b * h).sum::<f64>();
        cost.lost_sales += model.lost_sale * wanted;
        cost.safety += model.safety_penalty * short;
        path.arrivals.push(arrived);
        path.stock.push(stock);
        path.sales.push(c.demand[t] - wanted);
        path.lost.push(wanted);
        path.short.push(short);
    }
    path.end_short = (c.end_target - path.stock.last().copied().unwrap_or(0.0)).max(0.0);
    cost.end = model.end_penalty * path.end_short;
    for (t, &p) in packs.iter().enumerate() {
        let cars = f64::from(p) * view.pack;
        if let Some((_, wanted, money)) = view.fair.filter(|f| f.0 == t) {
            cost.fairness += money * (cars - wanted).abs();
        }
        if let Some((previous, money)) = &view.previous {
            cost.nervousness += previous[t].map_or(0.0, |p| money * (cars - p).abs());
        }
    }
    (path, cost)
}

fn add(sum: &mut CostParts, part: &CostParts) {
    sum.holding += part.holding;
    sum.lost_sales += part.lost_sales;
    sum.safety += part.safety;
    sum.end += part.end;
    sum.fairness += part.fairness;
    sum.nervousness += part.nervousness;
}

/// The plan of given schedules, without bound and prices.
pub(super) fn plan(problem: &Problem, views: &[View], routes: &[Routed], prices: &ShadowPrices) -> Plan {
    let data = problem.data();
    let mut plan = Plan { repeatable: true, ..Plan::default() };
    let mut load = vec![vec![0.0; data.weeks]; data.carriers.len()];
    let mut lost = vec![0.0; data.models.len()];
    let mut free: Vec<Vec<i64>> = data.supply.iter().map(|s| s.slots.iter().map(|&v| i64::from(v)).collect()).collect();
    for (c, cell) in data.cells.iter().enumerate() {
        let (path, cost) = walk(problem, c, &views[c], &routes[c].packs);
        add(&mut plan.cost, &cost);
        lost[cell.model] += path.lost.iter().sum::<f64>();
        plan.cells.push(path);
        for line in lines(problem, c, &views[c], &routes[c], prices) {
            let (Some(lane), slots) = (problem.lane(c, line.plant), problem.model_of(c).slots) else { continue };
            plan.cost.shipping += data.lanes[lane].cost * f64::from(line.cars);
            if let Some(k) = problem.carrier_of_lane(lane) {
                load[k][line.week] += f64::from(line.cars) * slots;
            }
            if let Some(s) = problem.sources(c).iter().find(|s| s.1 == lane) {
                free[s.0][line.week] -= i64::from(line.cars);
            }
            plan.orders.push(line);
        }
    }
    for (k, weeks) in load.iter().enumerate() {
        for (week, &slots) in weeks.iter().enumerate().filter(|w| *w.1 > 0.0) {
            let (runs, under_load, cost) = run_cost(problem, k, slots);
            plan.cost.carriers += cost;
            plan.carriers.push(CarrierUse { carrier: k, week, slots, runs, under_load });
        }
    }
    for (m, model) in data.models.iter().enumerate() {
        if let Some(goal) = model.fill_goal {
            let cells = problem.cells_of_model(m).iter();
            let demand: f64 = cells.map(|&c| data.cells[c].demand.iter().sum::<f64>()).sum();
            plan.cost.fill += goal.penalty * (lost[m] - (1.0 - goal.share) * demand).max(0.0);
        }
    }
    if let Mode::Push { unallocated } = data.mode {
        let idle: i64 = free.iter().flat_map(|s| &s[data.freeze.min(data.weeks)..]).sum();
        plan.cost.unallocated = unallocated * idle as f64;
    }
    plan
}

/// Order lines of a cell, fixed ones included, by week and plant.
fn lines(problem: &Problem, cell: usize, view: &View, route: &Routed, prices: &ShadowPrices) -> Vec<OrderLine> {
    let data = problem.data();
    let mut lines = Vec::new();
    for fixed in data.cells[cell].fixed.iter().filter(|f| f.cars > 0) {
        let lead = problem.lane(cell, fixed.plant).map_or(0, |l| data.lanes[l].lead);
        lines.push(OrderLine {
            cell,
            plant: fixed.plant,
            week: fixed.week,
            arrives: fixed.week + lead,
            cars: fixed.cars,
            reason: Reason::Fixed,
            worth: 0.0,
            limited: false,
        });
    }
    let ordered = route.packs.iter().enumerate().filter(|p| *p.1 > 0);
    let with = walk(problem, cell, view, &route.packs).1;
    for (t, &packs) in ordered {
        let offer = &view.offers[t][route.offers[t] as usize];
        let mut without = route.packs.clone();
        without[t] = 0;
        let (reason, saved) = reason(problem, &with, &walk(problem, cell, view, &without).1);
        let cars = f64::from(packs) * view.pack;
        let slot = prices.slots.get(offer.supply).and_then(|p| p.get(offer.week)).copied().unwrap_or(0.0);
        lines.push(OrderLine {
            cell,
            plant: data.lanes[offer.lane].plant,
            week: offer.week,
            arrives: t,
            cars: cars as u32,
            reason,
            worth: saved - offer.cost * cars,
            limited: slot > 1e-6 || stock_limited(problem, cell, t, prices),
        });
    }
    lines.sort_by_key(|l| (l.week, l.plant));
    lines
}

fn stock_limited(problem: &Problem, cell: usize, week: usize, prices: &ShadowPrices) -> bool {
    let dealer = problem.data().cells[cell].dealer;
    let binds = |table: &[Vec<f64>]| table.get(dealer).and_then(|p| p.get(week)).is_some_and(|&p| p > 1e-9);
    binds(&prices.storage) || binds(&prices.credit)
}

/// The cost that rises most without a line, and what all of them rise by.
fn reason(problem: &Problem, with: &CostParts, without: &CostParts) -> (Reason, f64) {
    let causes = [
        (Reason::DemandCover, without.lost_sales - with.lost_sales),
        (Reason::SafetyStock, without.safety - with.safety),
        (Reason::EndTarget, without.end - with.end),
        (Reason::FairShare, without.fairness - with.fairness),
        (Reason::KeepsPlan, without.nervousness - with.nervousness),
    ];
    let rest = match problem.data().mode {
        Mode::Push { .. } => Reason::PushedSupply,
        Mode::Pull if problem.data().carriers.is_empty() => Reason::PackRounding,
        Mode::Pull => Reason::CarrierFill,
    };
    let saved = causes.iter().map(|c| c.1).sum::<f64>() + without.holding - with.holding;
    let mut found = (rest, 1e-9);
    for cause in causes {
        if cause.1 > found.1 {
            found = cause;
        }
    }
    (found.0, saved)
}

/// Values of limited things, by position.
pub(super) fn shadow_prices(prices: &Prices) -> ShadowPrices {
    ShadowPrices {
        slots: prices.slots.clone(),
        storage: prices.storage.clone(),
        credit: prices.credit.clone(),
        fleet: prices.fleet.clone(),
        fill: prices.lost.clone(),
    }
}
