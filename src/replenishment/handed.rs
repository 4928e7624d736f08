//! Transfers inside a whole plan: its orders stay, cars change hands between dealers where that pays.
//!
//! With the orders fixed the whole model is a flow of cars over weeks and ages; with whole demand and targets its
//! vertices are whole. Where they are not, the cars handed on are rounded down and the rest is solved again.

use super::compact;
use super::fairness::FairShare;
use super::formulation::{self, Compact, Shape};
use super::plan::{Plan, ShadowPrices};
use super::problem::{Data, Error, Problem};
use super::relaxation;
use super::view::View;
use crate::lp::{Limits, Solution, Status};
use std::collections::BTreeMap;

/// Rounds of rounding down.
const ROUNDS: usize = 3;
const SHAPE: Shape = Shape { integer: false, transfers: true, sell_first: false };

/// The whole model with transfers, relaxed, and its answer.
pub(super) struct Handed<'a> {
    compact: Compact<'a>,
    relaxed: Solution,
    /// Proven lower bound on any plan with transfers.
    pub(super) bound: f64,
    /// Values of limited things in the relaxation.
    pub(super) prices: ShadowPrices,
}

impl<'a> Handed<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        views: &'a [View],
        fair: &FairShare,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let compact = formulation::build(problem, views, fair, SHAPE);
        let relaxed = relaxation::solve(&compact, limits)?;
        if relaxed.status != Status::Optimal {
            return Err(Error::Impossible(format!("the relaxation with transfers ended with {:?}", relaxed.status)));
        }
        let bound = relaxed.bound + compact.constant;
        let prices = compact::prices(problem, &compact, &relaxed);
        Ok(Self { compact, relaxed, bound, prices })
    }

    /// The data as they are when cars change hands as the relaxation says, to the nearest whole car: what is given is
    /// asked for, what is taken is on its way.
    pub(super) fn shifted(&self, problem: &Problem) -> Data {
        let mut data = problem.data().clone();
        for &(arc, from, to, _, week, column) in &self.compact.transfers {
            let cars = self.relaxed.value(column).round();
            if cars > 0.0 {
                data.cells[from].demand[week] += cars;
                let arrival = week + data.transfers[arc].lead;
                data.cells[to].pipeline.get_mut(arrival).into_iter().for_each(|p| *p += cars as u32);
            }
        }
        data
    }

    /// A plan's orders with the cars that change hands beside them; `None` when its orders do not fit.
    pub(super) fn hand_on(
        &mut self,
        problem: &Problem,
        views: &[View],
        made: Plan,
        limits: &Limits,
    ) -> Result<Option<Plan>, Error> {
        fix_orders(problem, &mut self.compact, &made);
        let Some(solution) = whole_transfers(&mut self.compact, limits)? else { return Ok(None) };
        let mut plan = compact::read(problem, views, &self.compact, &solution);
        // Runs are whole in the plan at hand and its orders have not changed.
        plan.cost.carriers = made.cost.carriers;
        plan.carriers = made.carriers;
        plan.orders = made.orders;
        plan.transfers.iter_mut().for_each(|t| t.cars = t.cars.round());
        plan.bound = self.bound.min(plan.cost.total());
        plan.prices = self.prices.clone();
        plan.rounds = 1;
        Ok(Some(plan))
    }
}

/// Bounds every order column at the plan's packs.
fn fix_orders(problem: &Problem, compact: &mut Compact, made: &Plan) {
    let data = problem.data();
    let mut ordered: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for o in &made.orders {
        ordered.insert((o.cell, o.plant, o.week), o.cars);
    }
    for &(c, _, offer, column) in &compact.orders {
        let cars = ordered.get(&(c, data.lanes[offer.lane].plant, offer.week)).copied().unwrap_or(0);
        let packs = f64::from(cars / data.cells[c].pack);
        compact.lp.set_column_bounds(column, packs, packs);
    }
}

/// An optimum in which whole cars are handed on.
fn whole_transfers(compact: &mut Compact, limits: &Limits) -> Result<Option<Solution>, Error> {
    for round in 0..=ROUNDS {
        let solution = relaxation::solve(compact, limits)?;
        if solution.status != Status::Optimal {
            return Ok(None);
        }
        let columns: Vec<_> = compact.transfers.iter().map(|t| t.5).collect();
        if columns.iter().all(|&c| (solution.value(c) - solution.value(c).round()).abs() <= 1e-7) {
            return Ok(Some(solution));
        }
        for column in columns {
            let down = (solution.value(column) + 1e-7).floor();
            let least = if round + 1 >= ROUNDS { down } else { 0.0 };
            compact.lp.set_column_bounds(column, least, down);
        }
    }
    Ok(None)
}
