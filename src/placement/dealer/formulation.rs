//! The programme of the model: one function a constraint family, its doc line is the formula.

use super::Problem;
use crate::lp::{Col, Programme, Row};
use crate::network::SiteRule;
use crate::units::Money;

/// Money in the programme is counted in so many units of the currency, to keep coefficients near one.
pub(super) const SCALE: f64 = 10_000.0;

/// A family of constraints that can be loosened as a whole when no plan exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Region,
    Budget,
    MaxOpen,
    MaxClose,
    FewestStores,
    MostStores,
    Required,
    Distance,
}

impl Family {
    pub(super) const ALL: [Self; 8] = [
        Self::Region,
        Self::Budget,
        Self::MaxOpen,
        Self::MaxClose,
        Self::FewestStores,
        Self::MostStores,
        Self::Required,
        Self::Distance,
    ];
}

/// The columns of the programme under their names in the model.
pub(super) struct Columns {
    /// `y_if`, per store and option.
    pub open: Vec<Vec<Col>>,
    /// `x_ij`, per store and pull.
    pub sales: Vec<Vec<Col>>,
    /// `w_ab`, per move.
    pub moves: Vec<Col>,
}

pub(super) struct Formulation {
    pub programme: Programme,
    pub columns: Columns,
    /// Slack columns of the loosened families with the row they belong to.
    pub slack: Vec<(Family, Row, Col)>,
    /// Money of the network with every dealer closed, in units of the objective.
    pub constant: f64,
    loosened: Vec<Family>,
}

fn scaled(money: Money) -> f64 {
    money.major() / SCALE
}

impl Formulation {
    pub(super) fn new(problem: &Problem, loosened: &[Family]) -> Self {
        let mut programme = Programme::new();
        let columns = columns(problem, &mut programme, !loosened.is_empty());
        let constant =
            -problem.stores.iter().filter(|s| s.today.is_some()).map(|s| scaled(s.closing_cost)).sum::<f64>()
                / problem.years;
        let mut model = Self { programme, columns, slack: Vec::new(), constant, loosened: loosened.to_vec() };
        model.one_format(problem);
        model.capacity(problem);
        model.alone(problem);
        model.choice_start(problem);
        model.regions(problem);
        model.moves(problem);
        model.distance(problem);
        model.rules(problem);
        model.budget_and_counts(problem);
        model
    }

    /// Adds a row that belongs to a family, with slack when that family is loosened.
    fn family_row(&mut self, family: Family, lower: f64, upper: f64, mut terms: Vec<(Col, f64)>) {
        let mut slack = None;
        if self.loosened.contains(&family) {
            let bounds: f64 = [lower, upper].into_iter().filter(|b| b.is_finite()).map(f64::abs).sum();
            let size = 1.0 + bounds + terms.iter().map(|t| t.1.abs()).sum::<f64>();
            let col = self.programme.column(1.0, 0.0, size);
            terms.push((col, if upper.is_finite() { -1.0 } else { 1.0 }));
            slack = Some(col);
        }
        let row = self.programme.row(lower, upper, terms);
        if let Some(col) = slack {
            self.slack.push((family, row, col));
        }
    }

    /// `Σ_f y_if ≤ 1`
    fn one_format(&mut self, problem: &Problem) {
        for i in 0..problem.stores.len() {
            let terms: Vec<_> = self.is_open(i);
            self.programme.at_most(1.0, terms);
        }
    }

    fn is_open(&self, store: usize) -> Vec<(Col, f64)> {
        self.columns.open[store].iter().map(|&y| (y, 1.0)).collect()
    }

    /// `Σ_j x_ij ≤ Σ_f K_if y_if`
    fn capacity(&mut self, problem: &Problem) {
        for (i, store) in problem.stores.iter().enumerate() {
            let sold = self.columns.sales[i].iter().map(|&x| (x, 1.0));
            let room = self.columns.open[i].iter().zip(&store.options).map(|(&y, o)| (y, -o.capacity));
            let terms: Vec<_> = sold.chain(room).collect();
            self.programme.at_most(0.0, terms);
        }
    }

    /// `x_ij ≤ Σ_f g_j(e_ijf) y_if`
    fn alone(&mut self, problem: &Problem) {
        for (i, store) in problem.stores.iter().enumerate() {
            for (k, pull) in store.pulls.iter().enumerate() {
                let most = self.columns.open[i]
                    .iter()
                    .zip(&pull.by_option)
                    .map(|(&y, &e)| (y, -problem.captured(pull.zone, e)));
                let terms: Vec<_> = std::iter::once((self.columns.sales[i][k], 1.0)).chain(most).collect();
                self.programme.at_most(0.0, terms);
            }
        }
    }

    /// `Σ_i x_ij ≤ g_j(A') + g_j'(A') (A_j − A')` at geometric points `A'` from the weakest single pull to all together.
    fn choice_start(&mut self, problem: &Problem) {
        let mut weakest = vec![f64::INFINITY; problem.zones.len()];
        let mut all = vec![0.0; problem.zones.len()];
        for pull in problem.stores.iter().flat_map(|s| &s.pulls) {
            let most = pull.by_option.iter().copied().fold(0.0, f64::max);
            all[pull.zone] += most;
            weakest[pull.zone] = pull.by_option.iter().copied().filter(|&e| e > 0.0).fold(weakest[pull.zone], f64::min);
        }
        for zone in 0..problem.zones.len() {
            let mut at = weakest[zone];
            while at.is_finite() && at < all[zone] * 1.3 {
                let row = self.tangent(problem, zone, at);
                self.programme.row(row.0, row.1, row.2);
                at *= 1.3;
            }
        }
    }

    /// The tangent of a zone's choice limit at a summed pull, as bounds and terms of a row.
    pub(super) fn tangent(&self, problem: &Problem, zone: usize, at: f64) -> (f64, f64, Vec<(Col, f64)>) {
        let slope = problem.captured_slope(zone, at);
        let mut terms = Vec::new();
        for (i, store) in problem.stores.iter().enumerate() {
            if let Ok(k) = store.pulls.binary_search_by_key(&zone, |p| p.zone) {
                terms.push((self.columns.sales[i][k], 1.0));
                let pulls = self.columns.open[i].iter().zip(&store.pulls[k].by_option);
                terms.extend(pulls.filter(|p| *p.1 > 0.0).map(|(&y, &e)| (y, -slope * e)));
            }
        }
        (f64::NEG_INFINITY, problem.captured(zone, at) - slope * at, terms)
    }

    /// `u_j ≤ Σ y_if` within the coverage time; `Σ_{j∈r} P_j u_j ≥ φ_r Σ_{j∈r} P_j` (people in thousands)
    fn regions(&mut self, problem: &Problem) {
        for &(region, floor) in &problem.region_floor {
            let mut people = 0.0;
            let mut covered = Vec::new();
            for (zone, z) in problem.zones.iter().enumerate().filter(|(_, z)| z.region == region) {
                people += z.population / 1000.0;
                let near: Vec<(Col, f64)> = (0..problem.stores.len())
                    .filter(|&i| {
                        problem.stores[i].pulls.iter().any(|p| p.zone == zone && p.minutes <= problem.coverage_min)
                    })
                    .flat_map(|i| self.is_open(i))
                    .map(|(y, _)| (y, -1.0))
                    .collect();
                if !near.is_empty() {
                    let u = self.programme.column(0.0, 0.0, 1.0);
                    self.programme.at_most(0.0, std::iter::once((u, 1.0)).chain(near));
                    covered.push((u, z.population / 1000.0));
                }
            }
            if floor > 0.0 && people > 0.0 {
                // A hair below the floor, so that a floor equal to what the sites can do is not lost to rounding.
                self.family_row(Family::Region, floor * people * (1.0 - 1e-9), f64::INFINITY, covered);
            }
        }
    }

    /// `Σ_b w_ab + Σ_f y_af ≤ 1`; `Σ_a w_ab ≤ y_b,f(b)` with the format that `b` was costed for
    fn moves(&mut self, problem: &Problem) {
        for i in 0..problem.stores.len() {
            let of = |end: fn(&super::Move) -> usize| -> Vec<(Col, f64)> {
                problem
                    .moves
                    .iter()
                    .zip(&self.columns.moves)
                    .filter(|(m, _)| end(m) == i)
                    .map(|(_, &w)| (w, 1.0))
                    .collect()
            };
            let (out, into) = (of(|m| m.from), of(|m| m.to));
            if !out.is_empty() {
                let terms: Vec<_> = out.into_iter().chain(self.is_open(i)).collect();
                self.programme.at_most(1.0, terms);
            }
            if !into.is_empty() {
                let costed = self.columns.open[i][0];
                let terms: Vec<_> = into.into_iter().chain([(costed, -1.0)]).collect();
                self.programme.at_most(0.0, terms);
            }
        }
    }

    /// `Σ_f y_af + Σ_f y_bf ≤ 1`
    fn distance(&mut self, problem: &Problem) {
        for &(a, b) in &problem.conflicts {
            let terms: Vec<_> = self.is_open(a).into_iter().chain(self.is_open(b)).collect();
            self.family_row(Family::Distance, f64::NEG_INFINITY, 1.0, terms);
        }
    }

    /// required: `Σ_f y_if = 1`; forbidden: `= 0`
    fn rules(&mut self, problem: &Problem) {
        for (i, store) in problem.stores.iter().enumerate() {
            match store.rule {
                SiteRule::Free => {}
                SiteRule::Required => self.family_row(Family::Required, 1.0, f64::INFINITY, self.is_open(i)),
                SiteRule::Forbidden => {
                    let terms = self.is_open(i);
                    self.programme.at_most(0.0, terms);
                }
            }
        }
    }

    /// `one-off money ≤ budget`, `openings ≤ …`, `closings ≤ …`, `… ≤ stores ≤ …`
    fn budget_and_counts(&mut self, problem: &Problem) {
        let stores = || problem.stores.iter().enumerate();
        if let Some(budget) = problem.budget {
            let (mut terms, mut fixed) = (Vec::new(), 0.0);
            for (i, store) in stores() {
                let closing = if store.today.is_some() { scaled(store.closing_cost) } else { 0.0 };
                fixed += closing;
                let open = self.columns.open[i].iter().zip(&store.options);
                terms.extend(open.map(|(&y, o)| (y, scaled(o.one_off) - closing)));
            }
            terms.extend(problem.moves.iter().zip(&self.columns.moves).map(|(m, &w)| (w, move_cost(problem, *m))));
            self.family_row(Family::Budget, f64::NEG_INFINITY, scaled(budget) - fixed, terms);
        }
        if let Some(most) = problem.max_open {
            let terms = stores().filter(|s| s.1.today.is_none()).flat_map(|(i, _)| self.is_open(i)).collect();
            self.family_row(Family::MaxOpen, f64::NEG_INFINITY, f64::from(most), terms);
        }
        if let Some(most) = problem.max_close {
            let dealers: Vec<usize> = stores().filter(|s| s.1.today.is_some()).map(|s| s.0).collect();
            let stay = dealers.iter().flat_map(|&i| self.is_open(i));
            let terms = stay.chain(self.columns.moves.iter().map(|&w| (w, 1.0))).collect();
            self.family_row(Family::MaxClose, dealers.len() as f64 - f64::from(most), f64::INFINITY, terms);
        }
        let all: Vec<_> = stores().flat_map(|(i, _)| self.is_open(i)).collect();
        if let Some(fewest) = problem.store_count.0 {
            self.family_row(Family::FewestStores, f64::from(fewest), f64::INFINITY, all.clone());
        }
        if let Some(most) = problem.store_count.1 {
            self.family_row(Family::MostStores, f64::NEG_INFINITY, f64::from(most), all);
        }
    }

    /// The chosen option of every store and the moves taken, read from a point.
    pub(super) fn read(&self, values: &[f64]) -> (Vec<Option<usize>>, Vec<usize>) {
        let yes = |c: &Col| values[c.index()] > 0.5;
        let open = self.columns.open.iter().map(|ys| ys.iter().position(yes)).collect();
        let moves = self.columns.moves.iter().enumerate().filter(|(_, w)| yes(w)).map(|(k, _)| k).collect();
        (open, moves)
    }
}

/// `v_ab − q_a − o_b`
fn move_cost(problem: &Problem, m: super::Move) -> f64 {
    let opening = problem.stores[m.to].options[0].one_off;
    scaled(m.cost) - scaled(problem.stores[m.from].closing_cost) - scaled(opening)
}

/// Objective: minus the yearly profit. When families are loosened, only slack costs anything.
fn columns(problem: &Problem, programme: &mut Programme, elastic: bool) -> Columns {
    let weight = if elastic { 0.0 } else { 1.0 };
    let open = problem
        .stores
        .iter()
        .map(|store| {
            let closing = if store.today.is_some() { scaled(store.closing_cost) } else { 0.0 };
            let cost = |o: &super::StoreOption| scaled(o.yearly_cost) + (scaled(o.one_off) - closing) / problem.years;
            store.options.iter().map(|o| programme.binary(weight * cost(o))).collect()
        })
        .collect();
    let sales = problem
        .stores
        .iter()
        .map(|store| {
            let most = |p: &super::Pull| p.by_option.iter().map(|&e| problem.captured(p.zone, e)).fold(0.0, f64::max);
            store.pulls.iter().map(|p| programme.column(-weight * scaled(problem.margin), 0.0, most(p))).collect()
        })
        .collect();
    let moves =
        problem.moves.iter().map(|&m| programme.binary(weight * move_cost(problem, m) / problem.years)).collect();
    Columns { open, sales, moves }
}
