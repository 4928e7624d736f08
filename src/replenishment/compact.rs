//! The whole model in one piece, for instances small enough: the linear relaxation with its duals, or the
//! mixed-integer optimum as a plan.

use super::fairness::FairShare;
use super::formulation::{self, Compact};
use super::plan::{CarrierUse, CellPath, CostParts, OrderLine, Plan, PlannedTransfer, Reason, ShadowPrices};
use super::problem::{Error, Mode, Problem};
use super::relaxation;
use super::view::View;
use crate::lp::{self, Limits, Solution, Status};

pub use super::formulation::Shape;

/// An answer to the whole model.
#[derive(Clone, Debug)]
pub struct Whole {
    /// What the solver claims.
    pub status: Status,
    /// Cost of the answer, money.
    pub objective: f64,
    /// Proven lower bound, money.
    pub bound: f64,
    /// Cars ordered, `(cell, plant, week, cars)`; fractional in the relaxation.
    pub orders: Vec<(usize, usize, usize, f64)>,
    /// The answer as a plan; in the relaxation its order lines are left out, everything else is there.
    pub plan: Plan,
    /// Columns, rows and non-zeros of the programme.
    pub size: (usize, usize, usize),
}

/// Solves the whole model with inner transfers or without, as a linear relaxation or in whole cars.
///
/// # Errors
/// [`Error::Solver`] when the solver fails, [`Error::Impossible`] when no feasible point was found.
pub fn solve(problem: &Problem, shape: Shape, limits: &Limits) -> Result<Whole, Error> {
    let fair = FairShare::new(problem);
    let views: Vec<View> = (0..problem.data().cells.len()).map(|c| View::new(problem, c, &fair)).collect();
    let compact = formulation::build(problem, &views, &fair, shape);
    let solution = if shape.integer { lp::solve(&compact.lp, limits)? } else { relaxation::solve(&compact, limits)? };
    answer(problem, &views, &fair, &compact, &solution)
}

/// The same in one piece, whatever its size: the yardstick of `relaxation`.
///
/// # Errors
/// Those of [`solve`].
pub fn solve_in_one_piece(problem: &Problem, shape: Shape, limits: &Limits) -> Result<Whole, Error> {
    let fair = FairShare::new(problem);
    let views: Vec<View> = (0..problem.data().cells.len()).map(|c| View::new(problem, c, &fair)).collect();
    let compact = formulation::build(problem, &views, &fair, shape);
    let solution = lp::solve(&compact.lp, limits)?;
    answer(problem, &views, &fair, &compact, &solution)
}

fn answer(
    problem: &Problem,
    views: &[View],
    fair: &FairShare,
    compact: &Compact,
    solution: &Solution,
) -> Result<Whole, Error> {
    let shape = compact.shape;
    if !solution.has_point() {
        return Err(Error::Impossible(format!("the solver ended with {:?} and no plan", solution.status)));
    }
    let mut plan = read(problem, views, compact, solution);
    plan.fair_cover.clone_from(&fair.cover);
    plan.bound = solution.bound + compact.constant;
    plan.repeatable = !matches!(solution.status, Status::TimeLimit | Status::Interrupted);
    let orders = orders(problem, compact, solution);
    if shape.integer {
        plan.orders = lines(problem, &orders, &plan);
    }
    Ok(Whole {
        status: solution.status,
        objective: solution.objective + compact.constant,
        bound: plan.bound,
        orders,
        plan,
        size: (compact.lp.columns(), compact.lp.rows(), compact.lp.nonzeros()),
    })
}

/// Free orders of the answer.
fn orders(problem: &Problem, compact: &Compact, solution: &Solution) -> Vec<(usize, usize, usize, f64)> {
    let data = problem.data();
    let mut orders: Vec<_> = compact
        .orders
        .iter()
        .map(|&(c, _, offer, col)| {
            let cars = solution.value(col) * f64::from(data.cells[c].pack);
            (c, data.lanes[offer.lane].plant, offer.week, cars)
        })
        .filter(|o| o.3 > 1e-9)
        .collect();
    orders.sort_by_key(|o| (o.0, o.2, o.1));
    orders
}

/// Whole order lines; the reason is what the cell's own path suffers without the cars.
fn lines(problem: &Problem, orders: &[(usize, usize, usize, f64)], plan: &Plan) -> Vec<OrderLine> {
    let data = problem.data();
    let mut lines = Vec::new();
    for (c, cell) in data.cells.iter().enumerate() {
        for fixed in cell.fixed.iter().filter(|f| f.cars > 0) {
            lines.push((c, fixed.plant, fixed.week, fixed.cars, Reason::Fixed));
        }
    }
    for &(c, plant, week, cars) in orders.iter().filter(|o| o.3 >= 0.5) {
        let lead = problem.lane(c, plant).map_or(0, |l| data.lanes[l].lead);
        let reason = reason(problem, plan, c, week + lead, cars.round());
        lines.push((c, plant, week, cars.round() as u32, reason));
    }
    lines.sort_by_key(|l| (l.0, l.2, l.1));
    let line = |(cell, plant, week, cars, reason)| OrderLine {
        cell,
        plant,
        week,
        arrives: week + problem.lane(cell, plant).map_or(0, |l| data.lanes[l].lead),
        cars,
        reason,
        worth: 0.0,
        limited: false,
    };
    lines.into_iter().map(line).collect()
}

/// What the path of a cell would suffer most with `cars` fewer from a week on.
fn reason(problem: &Problem, plan: &Plan, cell: usize, week: usize, cars: f64) -> Reason {
    let (c, model, path) = (&problem.data().cells[cell], problem.model_of(cell), &plan.cells[cell]);
    let (mut missing, mut lost, mut short) = (cars, 0.0, 0.0);
    for t in week..path.stock.len() {
        let now = (missing - path.stock[t]).max(0.0);
        lost += now.min(path.sales[t]) * model.lost_sale;
        missing -= now;
        let stock = (path.stock[t] - missing).max(0.0);
        short += ((c.safety[t] - stock).max(0.0) - path.short[t]).max(0.0) * model.safety_penalty;
    }
    let last = path.stock.last().copied().unwrap_or(0.0);
    let end = ((c.end_target - (last - missing).max(0.0)).max(0.0) - path.end_short).max(0.0) * model.end_penalty;
    if plan.transfers.iter().any(|t| t.from == cell && t.week >= week) && lost <= 0.0 {
        return Reason::Transfer;
    }
    let causes = [(Reason::DemandCover, lost), (Reason::SafetyStock, short), (Reason::EndTarget, end)];
    let mut found = (Reason::CarrierFill, 1e-9);
    for cause in causes {
        if cause.1 > found.1 {
            found = cause;
        }
    }
    found.0
}

/// Paths, transfers, runs, costs and duals.
pub(super) fn read(problem: &Problem, views: &[View], compact: &Compact, solution: &Solution) -> Plan {
    let data = problem.data();
    let v = |col| solution.value(col);
    let mut plan = Plan::default();
    let mut inbound = vec![vec![0.0; data.weeks]; data.cells.len()];
    for &(c, t, offer, col) in &compact.orders {
        let cars = v(col) * f64::from(data.cells[c].pack);
        inbound[c][t] += cars;
        plan.cost.shipping += cars * data.lanes[offer.lane].cost;
    }
    plan.cost.shipping += compact.constant;
    let ordered = inbound.clone();
    for &(a, from, to, age, week, col) in &compact.transfers {
        let cars = v(col);
        if cars > 1e-9 {
            plan.cost.transfers += cars * data.transfers[a].cost;
            plan.transfers.push(PlannedTransfer { from, to, week, age, cars });
            if let Some(arrival) = inbound[to].get_mut(week + data.transfers[a].lead) {
                *arrival += cars;
            }
        }
    }
    for (c, cell) in data.cells.iter().enumerate() {
        let model = problem.model_of(c);
        let mut path = CellPath { end_short: v(compact.end_short[c]), ..CellPath::default() };
        for t in 0..data.weeks {
            let stock = &compact.stock[c][t];
            plan.cost.holding += stock.iter().zip(&model.holding).map(|(&i, h)| h * v(i)).sum::<f64>();
            path.arrivals.push(views[c].standing[t] + inbound[c][t]);
            path.stock.push(stock.iter().map(|&i| v(i)).sum());
            path.lost.push(v(compact.lost[c][t]));
            path.sales.push(cell.demand[t] - v(compact.lost[c][t]));
            path.short.push(v(compact.short[c][t]));
            plan.cost.lost_sales += model.lost_sale * path.lost[t];
            plan.cost.safety += model.safety_penalty * path.short[t];
        }
        plan.cost.end += model.end_penalty * path.end_short;
        distances(&views[c], &ordered[c], &mut plan.cost);
        plan.cells.push(path);
    }
    for (&(k, week), &(n, under)) in &compact.runs {
        let (runs, under_load) = (v(n), v(under));
        if runs > 1e-9 {
            plan.cost.carriers += runs * data.carriers[k].cost + under_load * data.carriers[k].under_load;
            let slots = load(problem, compact, solution, k, week);
            plan.carriers.push(CarrierUse { carrier: k, week, slots, runs, under_load });
        }
    }
    totals(problem, &mut plan, solution, compact);
    plan.prices = prices(problem, compact, solution);
    plan
}

/// Fairness and nervousness of the free orders by week of arrival.
fn distances(view: &View, ordered: &[f64], cost: &mut CostParts) {
    if let Some((week, wanted, money)) = view.fair {
        cost.fairness += money * (ordered[week] - wanted).abs();
    }
    if let Some((previous, money)) = &view.previous {
        cost.nervousness +=
            previous.iter().zip(ordered).map(|(p, x)| p.map_or(0.0, |p| money * (x - p).abs())).sum::<f64>();
    }
}

fn load(problem: &Problem, compact: &Compact, solution: &Solution, carrier: usize, week: usize) -> f64 {
    let data = problem.data();
    let mine = |lane| problem.carrier_of_lane(lane) == Some(carrier);
    let free = compact.orders.iter().filter(|o| o.2.week == week && mine(o.2.lane));
    let mut slots: f64 =
        free.map(|o| solution.value(o.3) * f64::from(data.cells[o.0].pack) * problem.model_of(o.0).slots).sum();
    for (c, cell) in data.cells.iter().enumerate() {
        for fixed in cell.fixed.iter().filter(|f| f.week == week) {
            if problem.lane(c, fixed.plant).is_some_and(mine) {
                slots += f64::from(fixed.cars) * problem.model_of(c).slots;
            }
        }
    }
    slots
}

/// Fill goals and cars without a dealer.
fn totals(problem: &Problem, plan: &mut Plan, solution: &Solution, compact: &Compact) {
    let data = problem.data();
    for (m, model) in data.models.iter().enumerate() {
        let Some(goal) = model.fill_goal else { continue };
        let (mut lost, mut demand) = (0.0, 0.0);
        for &c in problem.cells_of_model(m) {
            lost += plan.cells[c].lost.iter().sum::<f64>();
            demand += data.cells[c].demand.iter().sum::<f64>();
        }
        plan.cost.fill += goal.penalty * (lost - (1.0 - goal.share) * demand).max(0.0);
    }
    if let Mode::Push { unallocated } = data.mode {
        let mut idle: f64 =
            data.supply.iter().flat_map(|s| &s.slots[data.freeze.min(data.weeks)..]).map(|&v| f64::from(v)).sum();
        let fixed = data.cells.iter().flat_map(|c| &c.fixed).filter(|f| f.week >= data.freeze);
        idle -= fixed.map(|f| f64::from(f.cars)).sum::<f64>();
        idle -= compact.orders.iter().map(|o| solution.value(o.3) * f64::from(data.cells[o.0].pack)).sum::<f64>();
        plan.cost.unallocated = unallocated * idle;
    }
}

/// Duals as values: never negative where more can only help.
pub(super) fn prices(problem: &Problem, compact: &Compact, solution: &Solution) -> ShadowPrices {
    let data = problem.data();
    let table = |rows: usize| vec![vec![0.0; data.weeks]; rows];
    let mut prices = ShadowPrices {
        slots: table(data.supply.len()),
        storage: table(data.dealers.len()),
        credit: table(data.dealers.len()),
        fleet: table(data.carriers.len()),
        fill: vec![0.0; data.models.len()],
    };
    if solution.duals.is_empty() {
        return prices;
    }
    for (from, to) in [
        (&compact.slot_rows, &mut prices.slots),
        (&compact.storage_rows, &mut prices.storage),
        (&compact.credit_rows, &mut prices.credit),
    ] {
        for (&(i, t), &row) in from {
            to[i][t] = -solution.dual(row) + 0.0;
        }
    }
    for (&m, &row) in &compact.fill_rows {
        prices.fill[m] = -solution.dual(row) + 0.0;
    }
    for (&(k, week), &(n, _)) in &compact.runs {
        prices.fleet[k][week] = (-solution.reduced_costs[n.index()]).max(0.0) / data.carriers[k].capacity;
    }
    prices
}
