//! What a network with given sales earns, and whether it can make them.

use super::plan::Plan;
use super::problem::Problem;
use super::rules::spent;
use crate::verify::interval::Interval;
use std::collections::BTreeMap;

/// Cars a year by phase, store and zone.
pub type Sales = BTreeMap<(usize, usize, usize), f64>;

/// Cars by which a limit may be passed, beside a millionth of it: the planner's sums are numbers of the machine.
const CARS: f64 = 1e-6;

fn above(cars: f64, limit: Interval) -> bool {
    cars > limit.hi * (1.0 + 1e-6) + CARS
}

/// The first limit that the sales pass, in words.
pub fn excess(problem: &Problem, plan: &Plan, sales: &Sales, names: &Names<'_>) -> Option<String> {
    for t in 0..problem.phases.len() {
        let open = plan.open(problem, t);
        let (mut by_store, mut by_zone) = (vec![0.0; open.len()], vec![0.0; problem.zones.len()]);
        for (&(_, i, j), &cars) in sales.range((t, 0, 0)..(t + 1, 0, 0)) {
            let pull = open[i].zip(problem.pull(i, j)).map(|(o, k)| problem.stores[i].pulls[k].by_option[o]);
            let alone = pull.map_or(Interval::ZERO, |e| problem.captured(t, j, e));
            if cars < 0.0 || above(cars, alone) {
                let (store, zone) = ((names.store)(i), (names.zone)(j));
                return Some(format!("{store} sells {cars} cars in {zone}, alone it would sell {:.6}", alone.hi));
            }
            by_store[i] += cars;
            by_zone[j] += cars;
        }
        for (i, option) in open.iter().enumerate() {
            let most = option.map_or(Interval::ZERO, |o| problem.stores[i].options[o].capacity);
            if above(by_store[i], most) {
                return Some(format!("{} sells {} cars, its capacity is {}", (names.store)(i), by_store[i], most.hi));
            }
        }
        for (j, &sold) in by_zone.iter().enumerate() {
            let most = problem.captured(t, j, problem.attraction(j, &open));
            if above(sold, most) {
                return Some(format!("{} buys {sold} cars, it wants {:.6}", (names.zone)(j), most.hi));
            }
        }
    }
    None
}

/// How stores and zones are called.
pub struct Names<'a> {
    /// A store's id.
    pub store: &'a dyn Fn(usize) -> String,
    /// A zone's id.
    pub zone: &'a dyn Fn(usize) -> String,
}

/// Where no store is full, buyers split by their pulls; where sales are less than that although there is room, money is
/// left on the table, and what is said about a network that nobody has optimised (today's) is too low. The first zone
/// with a buyer left who would reach a store with room, in words.
pub fn turned_away(problem: &Problem, plan: &Plan, sales: &Sales, names: &Names<'_>) -> Option<String> {
    for t in 0..problem.phases.len() {
        let open = plan.open(problem, t);
        let mut room: Vec<f64> =
            (0..open.len()).map(|i| open[i].map_or(0.0, |o| problem.stores[i].options[o].capacity.lo)).collect();
        let mut bought = vec![0.0; problem.zones.len()];
        for (&(_, i, j), &cars) in sales.range((t, 0, 0)..(t + 1, 0, 0)) {
            room[i] -= cars;
            bought[j] += cars;
        }
        for (j, zone) in problem.zones.iter().enumerate().filter(|z| z.1.margin.lo > 0.0) {
            let wanted = problem.captured(t, j, problem.attraction(j, &open));
            if bought[j] >= wanted.lo * (1.0 - 1e-7) - 1e-3 {
                continue;
            }
            let more = |&&(i, k): &&(usize, usize)| {
                let Some(o) = open[i] else { return false };
                let alone = problem.captured(t, j, problem.stores[i].pulls[k].by_option[o]);
                let sold = sales.get(&(t, i, j)).copied().unwrap_or(0.0);
                room[i] > 1e-3 && sold < alone.lo * (1.0 - 1e-7) - 1e-3
            };
            if let Some(&(i, _)) = zone.pulls.iter().find(more) {
                let (zone, store) = ((names.zone)(j), (names.store)(i));
                return Some(format!("{zone} buys {} of {:.3} cars although {store} has room", bought[j], wanted.lo));
            }
        }
    }
    None
}

/// Yearly profit, one-off money spread in.
pub fn profit(problem: &Problem, plan: &Plan, sales: &Sales) -> Interval {
    let mut total = Interval::ZERO;
    for (t, phase) in problem.phases.iter().enumerate() {
        let open = plan.open(problem, t);
        let year = |i: usize| open[i].map_or(Interval::ZERO, |o| problem.stores[i].options[o].yearly);
        let cost: Interval = (0..open.len()).map(year).sum();
        total = total + phase.weight * (earned(problem, sales, t, |_| true) - cost);
    }
    total - once_a_year(problem, plan)
}

/// Discounted one-off money of a year.
pub fn once_a_year(problem: &Problem, plan: &Plan) -> Interval {
    let one = |i: usize| {
        let (phase, _) = plan.changes[i]?;
        Some(problem.phases[phase].discount * (spent(problem, plan, i) / problem.years))
    };
    (0..plan.changes.len()).filter_map(one).sum()
}

/// Contribution of a phase's sales by the stores that are asked for.
fn earned(problem: &Problem, sales: &Sales, t: usize, of: impl Fn(usize) -> bool) -> Interval {
    let mine = sales.range((t, 0, 0)..(t + 1, 0, 0)).filter(|s| of(s.0.1));
    mine.map(|(&(_, _, j), &cars)| problem.zones[j].margin * Interval::point(cars)).sum()
}

/// Yearly profit of every store averaged over the years, and its sales of the last phase.
pub fn by_store(problem: &Problem, plan: &Plan, sales: &Sales) -> Vec<(Interval, f64)> {
    let mut sums = vec![(Interval::ZERO, 0.0); problem.stores.len()];
    let all: Interval = problem.phases.iter().map(|p| p.weight).sum();
    for (&(t, i, j), &cars) in sales {
        let part = problem.phases[t].weight * (problem.zones[j].margin * Interval::point(cars));
        sums[i].0 = sums[i].0 + part;
        sums[i].1 += if t + 1 == problem.phases.len() { cars } else { 0.0 };
    }
    for (t, phase) in problem.phases.iter().enumerate() {
        for (i, option) in plan.open(problem, t).into_iter().enumerate() {
            if let Some(o) = option {
                sums[i].0 = sums[i].0 - phase.weight * problem.stores[i].options[o].yearly;
            }
        }
    }
    sums.into_iter().map(|(money, cars)| (money / all, cars)).collect()
}
