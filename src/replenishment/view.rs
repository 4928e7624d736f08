//! One dealer × model pair as the schedule algorithm sees it: what stands, what may be ordered, what things cost.

use super::fairness::FairShare;
use super::problem::{Mode, Problem};

/// A way to bring a car in stock in some week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Offer {
    /// Position in `supply`.
    pub(super) supply: usize,
    /// Position in `lanes`.
    pub(super) lane: usize,
    /// Week in which the car leaves the plant.
    pub(super) week: usize,
    /// Lane cost of a car plus its slots at the price of a full carrier, money.
    pub(super) cost: f64,
}

/// A cell with everything that does not change while prices do.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// Cars in stock at the start.
    pub(super) initial: f64,
    /// Cumulated demand: entry `t` is the demand of all weeks before `t`.
    pub(super) demand_before: Vec<f64>,
    /// Arrivals that stand (pipeline and fixed orders) by week.
    pub(super) standing: Vec<f64>,
    /// Rises of the holding cost: `(age, rise)` with `rise > 0`; a car of age at least `age` pays it each week.
    pub(super) rises: Vec<(usize, f64)>,
    /// Holding cost that the age of the initial stock causes whatever is ordered.
    pub(super) sunk: f64,
    pub(super) lost: f64,
    pub(super) safety_penalty: f64,
    /// By week.
    pub(super) safety: Vec<f64>,
    pub(super) end_penalty: f64,
    pub(super) end_target: f64,
    /// Cars in a pack.
    pub(super) pack: f64,
    /// Packs in the smallest order.
    pub(super) least: usize,
    /// Ways to order, by week of arrival.
    pub(super) offers: Vec<Vec<Offer>>,
    /// Fair share: week of arrival, wanted cars, money per car of distance.
    pub(super) fair: Option<(usize, f64, f64)>,
    /// Arrivals the last plan wanted, and money per car of change.
    pub(super) previous: Option<(Vec<Option<f64>>, f64)>,
    /// Packs by which a schedule may exceed its need (push mode).
    pub(super) spare: usize,
}

impl View {
    /// Looks at a cell.
    pub(super) fn new(problem: &Problem, cell: usize, fair: &FairShare) -> Self {
        let data = problem.data();
        let (c, model) = (&data.cells[cell], problem.model_of(cell));
        let mut demand_before = vec![0.0];
        demand_before.extend(c.demand.iter().scan(0.0, |sum, &d| {
            *sum += d;
            Some(*sum)
        }));
        let rises: Vec<_> = (0..data.ages)
            .map(|g| (g, model.holding[g] - if g == 0 { 0.0 } else { model.holding[g - 1] }))
            .filter(|r| r.1 > 0.0)
            .collect();
        let pack = c.pack as usize;
        let mut view = Self {
            initial: c.stock.iter().map(|&s| f64::from(s)).sum(),
            demand_before,
            standing: standing(problem, cell),
            sunk: 0.0,
            rises,
            lost: model.lost_sale,
            safety_penalty: model.safety_penalty,
            safety: c.safety.clone(),
            end_penalty: model.end_penalty,
            end_target: c.end_target,
            pack: c.pack as f64,
            least: (c.minimum_order as usize).div_ceil(pack).max(1),
            offers: offers(problem, cell),
            fair: fair.wish(problem, cell),
            previous: c
                .previous
                .as_ref()
                .filter(|_| data.nervousness > 0.0)
                .map(|p| (p.iter().map(|v| v.map(f64::from)).collect(), data.nervousness)),
            spare: 0,
        };
        view.sunk = sunk_ageing(&view, &c.stock);
        let wishes = view.fair.map_or(0.0, |f| f.1).max(0.0)
            + view.previous.as_ref().map_or(0.0, |p| p.0.iter().flatten().sum::<f64>());
        view.spare = (wishes / view.pack).ceil() as usize;
        if let Mode::Push { .. } = data.mode {
            view.spare += pushed(problem, cell);
        }
        view
    }

    /// Weeks in the horizon.
    pub(super) fn weeks(&self) -> usize {
        self.standing.len()
    }

    /// Extra cost of `packs` arriving in a week beyond price: distance from the fair share and from the last plan.
    pub(super) fn extra(&self, week: usize, packs: usize) -> f64 {
        let cars = packs as f64 * self.pack;
        let fair = self.fair.filter(|f| f.0 == week).map_or(0.0, |f| f.2 * (cars - f.1).abs());
        fair + self.previous.as_ref().map_or(0.0, |(p, cost)| p[week].map_or(0.0, |p| cost * (cars - p).abs()))
    }

    /// Whether [`View::extra`] can differ from nothing in a week.
    pub(super) fn has_extra(&self, week: usize) -> bool {
        self.previous.is_some() || self.fair.is_some_and(|f| f.0 == week)
    }

    /// Cost of the initial age whatever is ordered, and of the initial interval.
    pub(super) fn sunk(&self) -> f64 {
        self.sunk
    }
}

/// Packs beyond its need that a cell may be pushed: all the model's slots where they are few; in large networks no
/// more than twice its demand, or 40 cars.
fn pushed(problem: &Problem, cell: usize) -> usize {
    let c = &problem.data().cells[cell];
    let slots = problem.sources(cell).iter().flat_map(|s| &problem.data().supply[s.0].slots);
    let slots: f64 = slots.map(|&v| f64::from(v)).sum();
    let cars = if slots <= 256.0 { slots } else { (2.0 * c.demand.iter().sum::<f64>()).ceil().max(40.0) };
    (cars / f64::from(c.pack)).ceil() as usize
}

/// Arrivals that stand, by week.
fn standing(problem: &Problem, cell: usize) -> Vec<f64> {
    let data = problem.data();
    let c = &data.cells[cell];
    let mut arrivals: Vec<f64> = c.pipeline.iter().map(|&v| f64::from(v)).collect();
    for fixed in &c.fixed {
        let lead = problem.lane(cell, fixed.plant).map_or(data.weeks, |l| data.lanes[l].lead);
        if let Some(cars) = arrivals.get_mut(fixed.week + lead) {
            *cars += f64::from(fixed.cars);
        }
    }
    arrivals
}

/// Free orders that can still arrive inside the horizon, by week of arrival, in the order of the plants.
fn offers(problem: &Problem, cell: usize) -> Vec<Vec<Offer>> {
    let data = problem.data();
    let c = &data.cells[cell];
    let mut offers = vec![Vec::new(); data.weeks];
    for &(supply, lane) in problem.sources(cell) {
        let road = &data.lanes[lane];
        let carrier = problem.carrier_of_lane(lane).map_or(0.0, |k| data.carriers[k].cost / data.carriers[k].capacity);
        let cost = road.cost + carrier * problem.model_of(cell).slots;
        for week in data.freeze..data.weeks.saturating_sub(road.lead) {
            let fixed = c.fixed.iter().any(|f| f.week == week && f.plant == road.plant);
            if !fixed && !c.forbidden.contains(&week) && data.supply[supply].slots[week] > 0 {
                offers[week + road.lead].push(Offer { supply, lane, week, cost });
            }
        }
    }
    offers
}

/// The rises that the initial stock pays before new cars can reach their ages: in week `t` a car of initial bucket
/// `q` has age at least `g` when `q + 1 + t >= g`; with the oldest sold first,
/// Σ_g rise_g Σ_{t<g} (cars of bucket >= g-1-t - demand through t)⁺.
fn sunk_ageing(view: &View, stock: &[u32]) -> f64 {
    let at_least = |q: usize| stock.iter().skip(q).map(|&s| f64::from(s)).sum::<f64>();
    let mut cost = 0.0;
    for &(g, rise) in &view.rises {
        for t in 0..g.min(view.weeks()) {
            cost += rise * (at_least(g - 1 - t) - view.demand_before[t + 1]).max(0.0);
        }
    }
    cost
}
