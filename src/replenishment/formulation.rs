//! The whole model as one programme: every constraint of the model page, ages and transfers included. It serves
//! instances small enough for it, and as the yardstick of the decomposition. One function a constraint family.

use super::fairness::FairShare;
use super::problem::{Cell, Mode, Problem};
use super::view::{Offer, View};
use crate::lp::{Col, Programme, Row};
use std::collections::BTreeMap;

const INF: f64 = f64::INFINITY;

/// What to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whole cars and whole carrier runs; otherwise the linear relaxation.
    pub integer: bool,
    /// Whether cars may move between dealers.
    pub transfers: bool,
    /// Whether a dealer sells while a car stands in the yard. Without this rule the programme may refuse a customer
    /// today to keep the safety stock until a later customer takes the car.
    pub sell_first: bool,
}

/// A transfer column: arc, giving cell, taking cell, age bucket, week.
pub(super) type TransferColumn = (usize, usize, usize, usize, usize, Col);

/// The programme and where its parts stand.
pub(super) struct Compact<'a> {
    problem: &'a Problem,
    views: &'a [View],
    pub(super) shape: Shape,
    pub(super) lp: Programme,
    /// Packs ordered: `(cell, week of arrival, offer, column)`.
    pub(super) orders: Vec<(usize, usize, Offer, Col)>,
    /// End stock `[cell][week][age]`, sales likewise.
    pub(super) stock: Vec<Vec<Vec<Col>>>,
    pub(super) sales: Vec<Vec<Vec<Col>>>,
    pub(super) lost: Vec<Vec<Col>>,
    pub(super) short: Vec<Vec<Col>>,
    pub(super) end_short: Vec<Col>,
    pub(super) transfers: Vec<TransferColumn>,
    /// Runs and slots under the minimum load, by `(carrier, week)`.
    pub(super) runs: BTreeMap<(usize, usize), (Col, Col)>,
    /// The two rows of each run: load, minimum load.
    pub(super) run_rows: BTreeMap<(usize, usize), (Row, Row)>,
    pub(super) slot_rows: BTreeMap<(usize, usize), Row>,
    pub(super) storage_rows: BTreeMap<(usize, usize), Row>,
    pub(super) credit_rows: BTreeMap<(usize, usize), Row>,
    pub(super) fill_rows: BTreeMap<usize, Row>,
    /// Cost that no column carries (fixed orders on the road, distances that nothing can change).
    pub(super) constant: f64,
}

/// Builds the whole programme.
pub(super) fn build<'a>(problem: &'a Problem, views: &'a [View], fair: &FairShare, shape: Shape) -> Compact<'a> {
    let mut compact = Compact {
        problem,
        views,
        shape,
        lp: Programme::new(),
        orders: Vec::new(),
        stock: Vec::new(),
        sales: Vec::new(),
        lost: Vec::new(),
        short: Vec::new(),
        end_short: Vec::new(),
        transfers: Vec::new(),
        runs: BTreeMap::new(),
        run_rows: BTreeMap::new(),
        slot_rows: BTreeMap::new(),
        storage_rows: BTreeMap::new(),
        credit_rows: BTreeMap::new(),
        fill_rows: BTreeMap::new(),
        constant: 0.0,
    };
    compact.columns();
    compact.balance();
    compact.demand_and_targets();
    compact.sell_first();
    compact.slots();
    compact.carriers();
    compact.storage_and_credit();
    compact.order_sizes();
    compact.fairness(fair);
    compact.nervousness();
    compact.fill_goals();
    compact
}

impl Compact<'_> {
    /// Columns `x` (packs), `I`, `s`, `u`, `z`, `e`, `y`.
    fn columns(&mut self) {
        let data = self.problem.data();
        for (c, cell) in data.cells.iter().enumerate() {
            let model = self.problem.model_of(c);
            for (t, offers) in self.views[c].offers.iter().enumerate() {
                for offer in offers {
                    let cost = data.lanes[offer.lane].cost * f64::from(cell.pack);
                    let most = data.supply[offer.supply].slots[offer.week] / cell.pack;
                    let col = self.lp.column_of(self.shape.integer, cost, f64::from(most));
                    self.orders.push((c, t, *offer, col));
                }
            }
            let lp = &mut self.lp;
            let weeks = 0..data.weeks;
            self.stock
                .push(weeks.clone().map(|_| model.holding.iter().map(|&h| lp.column(h, 0.0, INF)).collect()).collect());
            self.sales
                .push(weeks.clone().map(|_| (0..data.ages).map(|_| lp.column(0.0, 0.0, INF)).collect()).collect());
            self.lost.push(cell.demand.iter().map(|&d| lp.column(model.lost_sale, 0.0, d)).collect());
            self.short.push(weeks.map(|_| lp.column(model.safety_penalty, 0.0, INF)).collect());
            self.end_short.push(lp.column(model.end_penalty, 0.0, INF));
        }
        if self.shape.transfers {
            self.transfer_columns();
        }
    }

    fn transfer_columns(&mut self) {
        let data = self.problem.data();
        let at: BTreeMap<_, _> = data.cells.iter().enumerate().map(|(c, x)| ((x.dealer, x.model), c)).collect();
        // With whole demand and targets, whole orders leave a flow whose vertices are whole by themselves.
        let fractional = |c: &Cell| c.demand.iter().chain(&c.safety).chain([&c.end_target]).any(|v| v.fract() != 0.0);
        let whole = self.shape.integer && data.cells.iter().any(fractional);
        for (a, arc) in data.transfers.iter().enumerate() {
            for &from in self.problem.cells_of_dealer(arc.from) {
                let Some(&to) = at.get(&(arc.to, data.cells[from].model)) else { continue };
                for t in 0..data.weeks {
                    for g in 0..data.ages {
                        let col = self.lp.column_of(whole, arc.cost, INF);
                        self.transfers.push((a, from, to, g, t, col));
                    }
                }
            }
        }
    }

    /// `I_gt + s_gt + Σ y out = Σ_{q→g} I_q,t-1 + transfers in, aged + [g = 0] arrivals`; the last bucket absorbs.
    fn balance(&mut self) {
        let data = self.problem.data();
        let (ages, weeks) = (data.ages, data.weeks);
        let mut moved: BTreeMap<(usize, usize, usize), Vec<(Col, f64)>> = BTreeMap::new();
        for &(a, from, to, g, t, col) in &self.transfers {
            moved.entry((from, t, g)).or_default().push((col, 1.0));
            let (lead, age) = (data.transfers[a].lead, (g + data.transfers[a].lead).min(ages - 1));
            if t + lead < weeks {
                moved.entry((to, t + lead, age)).or_default().push((col, -1.0));
            }
        }
        let mut fresh: BTreeMap<(usize, usize), Vec<(Col, f64)>> = BTreeMap::new();
        for &(c, t, _, col) in &self.orders {
            fresh.entry((c, t)).or_default().push((col, -f64::from(data.cells[c].pack)));
        }
        for (c, cell) in data.cells.iter().enumerate() {
            for t in 0..weeks {
                for g in 0..ages {
                    let mut terms = vec![(self.stock[c][t][g], 1.0), (self.sales[c][t][g], 1.0)];
                    let mut right = if g == 0 { self.views[c].standing[t] } else { 0.0 };
                    for q in (0..ages).filter(|&q| (q + 1).min(ages - 1) == g) {
                        match t {
                            0 => right += f64::from(cell.stock[q]),
                            _ => terms.push((self.stock[c][t - 1][q], -1.0)),
                        }
                    }
                    terms.extend(moved.remove(&(c, t, g)).into_iter().flatten());
                    if g == 0 {
                        terms.extend(fresh.remove(&(c, t)).into_iter().flatten());
                    }
                    self.lp.equal(right, terms);
                }
            }
        }
    }

    /// `Σ_g s + u = demand`; `Σ_g I + z >= safety`; `Σ_g I_last + e >= end target`.
    fn demand_and_targets(&mut self) {
        let data = self.problem.data();
        for (c, cell) in data.cells.iter().enumerate() {
            for t in 0..data.weeks {
                let sold = self.sales[c][t].iter().map(|&s| (s, 1.0));
                self.lp.equal(cell.demand[t], sold.chain([(self.lost[c][t], 1.0)]));
                let held = self.stock[c][t].iter().map(|&i| (i, 1.0));
                self.lp.at_least(cell.safety[t], held.chain([(self.short[c][t], 1.0)]));
            }
            let held = self.stock[c][data.weeks - 1].iter().map(|&i| (i, 1.0));
            self.lp.at_least(cell.end_target, held.chain([(self.end_short[c], 1.0)]));
        }
    }

    /// `u <= demand · b`, `Σ_g I <= most · (1 - b)` with `b` 0 or 1.
    fn sell_first(&mut self) {
        let data = self.problem.data();
        for (c, cell) in data.cells.iter().enumerate().filter(|_| self.shape.integer && self.shape.sell_first) {
            let slots = self.problem.sources(c).iter().flat_map(|s| &data.supply[s.0].slots);
            let view = &self.views[c];
            let most = view.initial + view.standing.iter().sum::<f64>() + slots.map(|&v| f64::from(v)).sum::<f64>();
            for t in (0..data.weeks).filter(|&t| cell.demand[t] > 0.0) {
                let out = self.lp.binary(0.0);
                self.lp.at_most(0.0, [(self.lost[c][t], 1.0), (out, -cell.demand[t])]);
                let held = self.stock[c][t].iter().map(|&i| (i, 1.0));
                self.lp.at_most(most, held.chain([(out, most)]));
            }
        }
    }

    /// `Σ_d x <= slots - fixed`; in push mode with the cars left over made explicit.
    fn slots(&mut self) {
        let data = self.problem.data();
        let mut terms: BTreeMap<(usize, usize), Vec<(Col, f64)>> = BTreeMap::new();
        for &(c, _, offer, col) in &self.orders {
            terms.entry((offer.supply, offer.week)).or_default().push((col, f64::from(data.cells[c].pack)));
        }
        let mut left: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (s, supply) in data.supply.iter().enumerate() {
            for w in data.freeze..data.weeks {
                left.insert((s, w), f64::from(supply.slots[w]));
            }
        }
        self.each_fixed(|_, s, _, week, cars| {
            left.entry((s, week)).and_modify(|l| *l -= cars);
        });
        for (key, cars) in left {
            let orders = terms.remove(&key).unwrap_or_default();
            let row = match data.mode {
                Mode::Pull => self.lp.at_most(cars, orders),
                Mode::Push { unallocated } => {
                    let over = self.lp.column(unallocated, 0.0, INF);
                    self.lp.equal(cars, orders.into_iter().chain([(over, 1.0)]))
                }
            };
            self.slot_rows.insert(key, row);
        }
    }

    /// Calls `f(cell, supply, lane, week, cars)` for every fixed order.
    fn each_fixed(&self, mut f: impl FnMut(usize, usize, usize, usize, f64)) {
        let data = self.problem.data();
        for (c, cell) in data.cells.iter().enumerate() {
            for fixed in &cell.fixed {
                let source = self.problem.sources(c).iter().find(|s| data.supply[s.0].plant == fixed.plant);
                if let Some(&(s, lane)) = source {
                    f(c, s, lane, fixed.week, f64::from(fixed.cars));
                }
            }
        }
    }

    /// `Σ a x + fixed <= C n`, `n <= fleet`; `v >= minimum load · C n - Σ a x`.
    fn carriers(&mut self) {
        let data = self.problem.data();
        let mut load: BTreeMap<(usize, usize), Vec<(Col, f64)>> = BTreeMap::new();
        for &(c, _, offer, col) in &self.orders {
            if let Some(k) = self.problem.carrier_of_lane(offer.lane) {
                let slots = self.problem.model_of(c).slots * f64::from(data.cells[c].pack);
                load.entry((k, offer.week)).or_default().push((col, slots));
            }
        }
        let (mut fixed, mut shipping) = (BTreeMap::<(usize, usize), f64>::new(), 0.0);
        self.each_fixed(|c, _, lane, week, cars| {
            shipping += data.lanes[lane].cost * cars;
            if let Some(k) = self.problem.carrier_of_lane(lane) {
                load.entry((k, week)).or_default();
                *fixed.entry((k, week)).or_default() += cars * self.problem.model_of(c).slots;
            }
        });
        self.constant += shipping;
        for ((k, week), terms) in load {
            let carrier = &data.carriers[k];
            let stands = fixed.get(&(k, week)).copied().unwrap_or(0.0);
            let needed = (stands / carrier.capacity - 1e-9).ceil().max(0.0);
            let most = carrier.fleet.map_or(INF, |f| f64::from(f).max(needed));
            let n = self.lp.column_of(self.shape.integer, carrier.cost, most);
            let v = self.lp.column(carrier.under_load, 0.0, INF);
            let negative = terms.iter().map(|&(c, a)| (c, -a)).chain([(n, carrier.capacity)]);
            let loaded = self.lp.at_least(stands, negative);
            let wanted = carrier.minimum_load * carrier.capacity;
            let filled = self.lp.at_least(-stands, terms.iter().copied().chain([(n, -wanted), (v, 1.0)]));
            self.run_rows.insert((k, week), (loaded, filled));
            self.runs.insert((k, week), (n, v));
        }
    }

    /// `Σ_mg I <= storage` and `Σ_mg price I <= credit`, or the stock that stands there anyway where that is more.
    fn storage_and_credit(&mut self) {
        let data = self.problem.data();
        let (storage, credit) = super::limits::stock_caps(self.problem, self.views);
        for (d, (places, money)) in storage.iter().zip(&credit).enumerate() {
            for t in 0..data.weeks {
                if let Some(&cap) = places.get(t) {
                    let held = self.held(d, t, |_| 1.0);
                    self.storage_rows.insert((d, t), self.lp.at_most(cap, held));
                }
                if let Some(&cap) = money.get(t) {
                    let held = self.held(d, t, |c| self.problem.model_of(c).price);
                    self.credit_rows.insert((d, t), self.lp.at_most(cap, held));
                }
            }
        }
    }

    /// A dealer's stock at the end of a week, each cell's cars with a weight.
    fn held(&self, dealer: usize, week: usize, weight: impl Fn(usize) -> f64) -> Vec<(Col, f64)> {
        let cells = self.problem.cells_of_dealer(dealer).iter();
        cells.flat_map(|&c| self.stock[c][week].iter().map(|&i| (i, weight(c))).collect::<Vec<_>>()).collect()
    }

    /// `least · b <= packs <= most · b` for orders with a minimum.
    fn order_sizes(&mut self) {
        for &(c, _, _, col) in self.orders.iter().filter(|_| self.shape.integer) {
            let least = self.views[c].least;
            if least > 1 {
                let most = self.lp.column_bounds(col).1;
                let open = self.lp.binary(0.0);
                self.lp.at_least(0.0, [(col, 1.0), (open, -(least as f64))]);
                self.lp.at_most(0.0, [(col, 1.0), (open, -most)]);
            }
        }
    }

    /// Packs that arrive at a cell in a week, as terms in cars.
    fn arriving(&self, cell: usize, week: usize) -> Vec<(Col, f64)> {
        let pack = self.views[cell].pack;
        self.orders.iter().filter(|o| o.0 == cell && o.1 == week).map(|o| (o.3, pack)).collect()
    }

    /// `|x - wanted| <= w` at `money` for each unit of `w`.
    fn distance(&mut self, terms: &[(Col, f64)], wanted: f64, money: f64) {
        let w = self.lp.column(money, 0.0, INF);
        self.lp.at_least(-wanted, terms.iter().map(|&(c, v)| (c, -v)).chain([(w, 1.0)]));
        self.lp.at_least(wanted, terms.iter().copied().chain([(w, 1.0)]));
    }

    /// `|P + x - τ r| <= w τ r` at `ρ w`.
    fn fairness(&mut self, fair: &FairShare) {
        for c in 0..self.views.len() {
            if let Some((week, wanted, money)) = fair.wish(self.problem, c) {
                let terms = self.arriving(c, week);
                self.distance(&terms, wanted, money);
            }
        }
    }

    /// `|x_t - previous_t|` at the cost of a change.
    fn nervousness(&mut self) {
        for c in 0..self.views.len() {
            let Some((previous, money)) = self.views[c].previous.clone() else { continue };
            for (t, wanted) in previous.iter().enumerate().filter_map(|(t, p)| Some((t, (*p)?))) {
                let terms = self.arriving(c, t);
                self.distance(&terms, wanted, money);
            }
        }
    }

    /// `Σ u - v <= (1 - goal) Σ demand` for each model with a goal.
    fn fill_goals(&mut self) {
        let data = self.problem.data();
        for (m, model) in data.models.iter().enumerate() {
            let Some(goal) = model.fill_goal else { continue };
            let cells = self.problem.cells_of_model(m);
            let demand: f64 = cells.iter().map(|&c| data.cells[c].demand.iter().sum::<f64>()).sum();
            let missed = self.lp.column(goal.penalty, 0.0, INF);
            let lost: Vec<_> = cells.iter().flat_map(|&c| self.lost[c].iter().map(|&u| (u, 1.0))).collect();
            let row = self.lp.at_most((1.0 - goal.share) * demand, lost.into_iter().chain([(missed, -1.0)]));
            self.fill_rows.insert(m, row);
        }
    }
}

/// A column that is whole where the model is.
trait ColumnOf {
    fn column_of(&mut self, whole: bool, cost: f64, most: f64) -> Col;
}

impl ColumnOf for Programme {
    fn column_of(&mut self, whole: bool, cost: f64, most: f64) -> Col {
        if whole { self.whole(cost, 0.0, most) } else { self.column(cost, 0.0, most) }
    }
}
