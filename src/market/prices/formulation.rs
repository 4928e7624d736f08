//! The programme of one group in the solver's form `A x + slack = b`. Columns: `s_0` of each region, then `s_i` and `t_i`
//! of each offer, then (elastic) the cars that are lacking.

use super::problem::{Group, Problem};
use std::collections::BTreeMap;

/// A limit in the solver's rows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    Cap(usize),
    Floor(usize),
    Stock(usize),
    Pool(usize),
}

/// Triplets and sides; rows in the order whole, limits, signs, cones.
pub(super) struct Formulation {
    pub cost: Vec<f64>,
    pub rows: Vec<usize>,
    pub columns: Vec<usize>,
    pub values: Vec<f64>,
    pub sides: Vec<f64>,
    /// Rows `whole`.
    pub equalities: usize,
    /// Limits and what their row was divided by.
    pub limits: Vec<(Limit, f64)>,
    /// Rows that keep the lacking cars above zero.
    pub signs: usize,
    /// Offers: one exponential cone each.
    pub cones: usize,
    /// What the objective was divided by, thousands.
    pub scale: f64,
    regions: BTreeMap<usize, usize>,
    lacking: usize,
}

/// Penalty of a lacking car in the scaled objective.
const PENALTY: f64 = 1e3;

impl Formulation {
    pub fn new(problem: &Problem, group: &Group, elastic: bool) -> Self {
        let mut regions = BTreeMap::new();
        for &i in &group.offers {
            let next = regions.len();
            regions.entry(problem.offers[i].region).or_insert(next);
        }
        let scale = group.offers.iter().map(|&i| weight(problem, i)).fold(1e-300, f64::max);
        let n = group.offers.len();
        let mut made = Self {
            cost: vec![0.0; regions.len() + 2 * n],
            rows: Vec::new(),
            columns: Vec::new(),
            values: Vec::new(),
            sides: Vec::new(),
            equalities: regions.len(),
            limits: Vec::new(),
            signs: 0,
            cones: n,
            scale,
            lacking: regions.len() + 2 * n,
            regions,
        };
        made.objective(problem, group);
        made.whole(problem, group);
        made.limits(problem, group, elastic);
        made.signs();
        made.entropy(problem, group);
        made
    }

    fn zero(&self, region: usize) -> usize {
        self.regions[&region]
    }
    /// Column of an offer's share; its `t` stands behind it.
    pub fn share(&self, position: usize) -> usize {
        self.regions.len() + 2 * position
    }
    /// Column of everything else's share.
    pub fn rest(&self, region: usize) -> usize {
        self.zero(region)
    }
    /// Columns of the lacking cars, in the order of the stock limits.
    pub fn lacking(&self) -> std::ops::Range<usize> {
        self.lacking..self.cost.len()
    }

    fn put(&mut self, row: usize, column: usize, value: f64) {
        self.rows.push(row);
        self.columns.push(column);
        self.values.push(value);
    }

    /// `max Σ w_i (s_i (v_i − α_i c_i) + t_i)`.
    fn objective(&mut self, problem: &Problem, group: &Group) {
        for (k, &i) in group.offers.iter().enumerate() {
            let w = weight(problem, i) / self.scale;
            let net = problem.value(i) - problem.offers[i].alpha * problem.offers[i].cost;
            let column = self.share(k);
            self.cost[column] = -w * net;
            self.cost[column + 1] = -w;
        }
    }

    /// `s_0 + Σ s_i = 1`.
    fn whole(&mut self, problem: &Problem, group: &Group) {
        self.sides = vec![1.0; self.regions.len()];
        (0..self.regions.len()).for_each(|r| self.put(r, r, 1.0));
        for (k, &i) in group.offers.iter().enumerate() {
            let (row, column) = (self.zero(problem.offers[i].region), self.share(k));
            self.put(row, column, 1.0);
        }
    }

    fn row(&mut self, limit: Limit, scale: f64, side: f64) -> usize {
        self.limits.push((limit, scale));
        self.sides.push(side / scale);
        self.sides.len() - 1
    }

    /// `s_0 e^{v − α u} − s_i <= 0`, `s_i − s_0 e^{v − α l} <= 0`, `N s_i <= K`, `Σ N s_i <= K`.
    fn limits(&mut self, problem: &Problem, group: &Group, elastic: bool) {
        for (k, &i) in group.offers.iter().enumerate() {
            let offer = &problem.offers[i];
            let (rest, column) = (self.zero(offer.region), self.share(k));
            for (price, sign) in [(offer.cap, 1.0), (offer.floor, -1.0)] {
                let Some(price) = price else { continue };
                let odds = libm::exp(problem.value(i) - offer.alpha * price);
                let scale = odds.max(1.0);
                let limit = if sign > 0.0 { Limit::Cap(i) } else { Limit::Floor(i) };
                let row = self.row(limit, scale, 0.0);
                self.put(row, rest, sign * odds / scale);
                self.put(row, column, -sign / scale);
            }
            if let Some(cars) = offer.stock {
                let buyers = problem.regions[offer.region].buyers;
                let row = self.row(Limit::Stock(i), buyers, cars);
                self.put(row, column, 1.0);
                self.lack(row, 1.0, elastic);
            }
        }
        let place: BTreeMap<usize, usize> = group.offers.iter().enumerate().map(|(k, &i)| (i, k)).collect();
        for &k in &group.pools {
            let pool = &problem.pools[k];
            let buyers = |i: usize| problem.regions[problem.offers[i].region].buyers;
            let scale = pool.offers.iter().map(|&i| buyers(i)).fold(1e-300, f64::max);
            let row = self.row(Limit::Pool(k), scale, pool.cars);
            for &i in &pool.offers {
                let column = self.share(place[&i]);
                self.put(row, column, buyers(i) / scale);
            }
            self.lack(row, 1.0, elastic);
        }
    }

    fn lack(&mut self, row: usize, by: f64, elastic: bool) {
        if elastic {
            self.cost.push(PENALTY);
            let column = self.cost.len() - 1;
            self.put(row, column, -by);
        }
    }

    /// Lacking cars are not negative.
    fn signs(&mut self) {
        for column in self.lacking() {
            let row = self.sides.len();
            self.put(row, column, -1.0);
            self.sides.push(0.0);
            self.signs += 1;
        }
    }

    /// `(t_i, s_i, s_0)` in the exponential cone: `t_i <= s_i ln(s_0/s_i)`.
    fn entropy(&mut self, problem: &Problem, group: &Group) {
        for (k, &i) in group.offers.iter().enumerate() {
            let (row, column) = (self.sides.len(), self.share(k));
            self.put(row, column + 1, -1.0);
            self.put(row + 1, column, -1.0);
            self.put(row + 2, self.zero(problem.offers[i].region), -1.0);
            self.sides.extend([0.0; 3]);
        }
    }
}

/// `N_r / α_i`, thousands.
fn weight(problem: &Problem, i: usize) -> f64 {
    problem.regions[problem.offers[i].region].buyers / problem.offers[i].alpha
}
