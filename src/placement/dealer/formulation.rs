//! The programme of the model: one function a constraint family, its doc line is the formula.

use super::proof::{Decision, Rule};
use super::{Change, Network, Problem};
use crate::lp::{Col, NewRow, Programme};
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
    Move,
}

impl Family {
    /// Those that a planner can loosen.
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

/// What is loosened, and what that costs.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    pub families: Vec<Family>,
    /// Cost of a unit of slack; profit counts beside it when `profit` is set.
    pub price: f64,
    pub profit: bool,
}

pub(super) struct Formulation {
    pub programme: Programme,
    /// The name of every row.
    pub rules: Vec<Rule>,
    /// What may happen to each store, with the column that says so; a candidate that stays closed has none.
    pub choices: Vec<Vec<(Option<Change>, Col)>>,
    /// `x`, by phase, store and pull.
    pub sales: Vec<Vec<Vec<Col>>>,
    /// `w`, by phase and move.
    pub moves: Vec<Vec<Col>>,
    /// Slack columns of the loosened families.
    pub slack: Vec<(Family, Rule, Col)>,
    /// `(store, position of the pull)` of every zone.
    of_zone: Vec<Vec<(usize, usize)>>,
    loose: Option<Loose>,
}

fn scaled(money: Money) -> f64 {
    money.major() / SCALE
}

type Terms = Vec<(Col, f64)>;

impl Formulation {
    pub(super) fn new(problem: &Problem, loose: Option<Loose>) -> Self {
        let mut of_zone = vec![Vec::new(); problem.zones.len()];
        for (i, store) in problem.stores.iter().enumerate() {
            for (k, pull) in store.pulls.iter().enumerate() {
                of_zone[pull.zone].push((i, k));
            }
        }
        let mut model = Self {
            programme: Programme::new(),
            rules: Vec::new(),
            choices: Vec::new(),
            sales: Vec::new(),
            moves: Vec::new(),
            slack: Vec::new(),
            of_zone,
            loose,
        };
        model.columns(problem);
        model.one_choice(problem);
        model.regions(problem);
        model.required(problem);
        model.store_counts(problem);
        for phase in 0..problem.phases.len() {
            model.capacity(problem, phase);
            model.alone(problem, phase);
            model.choice_start(problem, phase);
            model.move_ends(problem, phase);
            model.distance(problem, phase);
            model.budget(problem, phase);
            model.openings_and_closings(problem, phase);
        }
        model
    }

    /// Objective: minus the yearly profit.
    fn columns(&mut self, problem: &Problem) {
        let worth = if self.loose.as_ref().is_none_or(|l| l.profit) { 1.0 } else { 0.0 };
        let once = |change: Option<Change>| change.map_or(0.0, |c| problem.phases[c.phase].discount / problem.years);
        for (i, store) in problem.stores.iter().enumerate() {
            let kept = |c: &Option<Change>| c.is_some() || store.today.is_some();
            let mut columns = Vec::new();
            for choice in problem.choices(i).into_iter().filter(kept) {
                let mut cost = once(choice) * scaled(problem.change_cost(i, choice));
                for (t, phase) in problem.phases.iter().enumerate() {
                    let option = problem.option(i, choice, t);
                    cost += option.map_or(0.0, |k| phase.weight * scaled(store.options[k].yearly_cost));
                }
                columns.push((choice, self.programme.binary(worth * cost)));
            }
            self.choices.push(columns);
        }
        for (t, phase) in problem.phases.iter().enumerate() {
            let sales = problem.stores.iter().map(|store| {
                let column = |p: &super::Pull| {
                    let most = p.by_option.iter().map(|&e| problem.captured(t, p.zone, e)).fold(0.0, f64::max);
                    (-worth * phase.weight * scaled(problem.zones[p.zone].margin), most)
                };
                store.pulls.iter().map(column).collect::<Vec<_>>()
            });
            let sales: Vec<Vec<(f64, f64)>> = sales.collect();
            let add = |programme: &mut Programme, s: &(f64, f64)| programme.column(s.0, 0.0, s.1);
            self.sales.push(sales.iter().map(|s| s.iter().map(|c| add(&mut self.programme, c)).collect()).collect());
            let difference = |k: usize| scaled(problem.move_difference(k)) * phase.discount / problem.years;
            self.moves.push((0..problem.moves.len()).map(|k| self.programme.binary(worth * difference(k))).collect());
        }
    }

    fn row(&mut self, rule: Rule, lower: f64, upper: f64, terms: Terms) {
        self.rules.push(rule);
        self.programme.row(lower, upper, terms);
    }

    /// Adds a row that belongs to a family, with slack when that family is loosened.
    fn family_row(&mut self, family: Family, rule: Rule, lower: f64, upper: f64, mut terms: Terms) {
        if let Some(loose) = self.loose.as_ref().filter(|l| l.families.contains(&family)) {
            let bounds: f64 = [lower, upper].into_iter().filter(|b| b.is_finite()).map(f64::abs).sum();
            let size = 1.0 + bounds + terms.iter().map(|t| t.1.abs()).sum::<f64>();
            let col = self.programme.column(loose.price, 0.0, size);
            terms.push((col, if upper.is_finite() { -1.0 } else { 1.0 }));
            self.slack.push((family, rule, col));
        }
        self.row(rule, lower, upper, terms);
    }

    /// The choices of a store under which it is open in a phase, weighted.
    fn open_terms(&self, problem: &Problem, store: usize, phase: usize, weight: impl Fn(usize) -> f64) -> Terms {
        let term = |&(c, col): &(Option<Change>, Col)| Some((col, weight(problem.option(store, c, phase)?)));
        self.choices[store].iter().filter_map(term).filter(|t| t.1 != 0.0).collect()
    }

    fn is_open(&self, problem: &Problem, store: usize, phase: usize) -> Terms {
        self.open_terms(problem, store, phase, |_| 1.0)
    }

    /// `Σ_p y_ip = 1` for dealers, `≤ 1` for candidates
    fn one_choice(&mut self, problem: &Problem) {
        for store in 0..problem.stores.len() {
            let terms = self.choices[store].iter().map(|c| (c.1, 1.0)).collect();
            let fewest = if problem.stores[store].today.is_some() { 1.0 } else { f64::NEG_INFINITY };
            self.row(Rule::Choice { store }, fewest, 1.0, terms);
        }
    }

    /// `Σ_j x_ijt ≤ Σ_p K_i,p(t) y_ip`
    fn capacity(&mut self, problem: &Problem, phase: usize) {
        for (i, s) in problem.stores.iter().enumerate() {
            let mut terms = self.open_terms(problem, i, phase, |k| -s.options[k].capacity);
            terms.extend(self.sales[phase][i].iter().map(|&x| (x, 1.0)));
            self.row(Rule::Capacity { phase, store: i }, f64::NEG_INFINITY, 0.0, terms);
        }
    }

    /// `x_ijt ≤ Σ_p g_jt(e_ij,p(t)) y_ip`
    fn alone(&mut self, problem: &Problem, phase: usize) {
        for (i, s) in problem.stores.iter().enumerate() {
            for (k, pull) in s.pulls.iter().enumerate() {
                let most = |o: usize| -problem.captured(phase, pull.zone, pull.by_option[o]);
                let mut terms = self.open_terms(problem, i, phase, most);
                terms.push((self.sales[phase][i][k], 1.0));
                self.row(Rule::Alone { phase, store: i, pull: k }, f64::NEG_INFINITY, 0.0, terms);
            }
        }
    }

    /// Tangents at geometric points from the weakest single pull to all together.
    fn choice_start(&mut self, problem: &Problem, phase: usize) {
        for zone in 0..problem.zones.len() {
            let pulls = || self.of_zone[zone].iter().map(|&(i, k)| &problem.stores[i].pulls[k].by_option);
            let all: f64 = pulls().map(|b| b.iter().copied().fold(0.0, f64::max)).sum();
            let positive = pulls().flatten().copied().filter(|&e| e > 0.0);
            let mut at = positive.fold(f64::INFINITY, f64::min);
            while at.is_finite() && at < all * 1.7 {
                let row = self.tangent(problem, phase, zone, at);
                self.row(Rule::Tangent { phase, zone, at }, row.0, row.1, row.2);
                at *= 1.7;
            }
        }
    }

    /// `Σ_i x_ijt ≤ g_jt(A') + g_jt'(A') (A_jt − A')`
    pub(super) fn tangent(&self, problem: &Problem, phase: usize, zone: usize, at: f64) -> NewRow {
        let slope = problem.captured_slope(phase, zone, at);
        let mut terms = Vec::new();
        for &(i, k) in &self.of_zone[zone] {
            let pull = &problem.stores[i].pulls[k].by_option;
            terms.push((self.sales[phase][i][k], 1.0));
            terms.extend(self.open_terms(problem, i, phase, |o| -slope * pull[o]));
        }
        (f64::NEG_INFINITY, problem.captured(phase, zone, at) - slope * at, terms)
    }

    /// Summed pull and sales of every zone in a phase, at a point of the relaxation.
    pub(super) fn at_point(&self, problem: &Problem, phase: usize, values: &[f64]) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); problem.zones.len()];
        for (i, s) in problem.stores.iter().enumerate() {
            let mut weight = vec![0.0; s.options.len()];
            for &(c, col) in &self.choices[i] {
                if let Some(o) = problem.option(i, c, phase) {
                    weight[o] += values[col.index()];
                }
            }
            for (k, pull) in s.pulls.iter().enumerate() {
                let sum = &mut sums[pull.zone];
                sum.0 += pull.by_option.iter().zip(&weight).map(|(e, w)| e * w).sum::<f64>();
                sum.1 += values[self.sales[phase][i][k].index()];
            }
        }
        sums
    }

    /// `u_j ≤ Σ y` near by in the end; `Σ_{j∈r} P_j u_j ≥ φ_r Σ_{j∈r} P_j` (people in thousands)
    fn regions(&mut self, problem: &Problem) {
        let last = problem.last();
        for (index, &(region, floor)) in problem.region_floor.iter().enumerate().filter(|f| f.1.1 > 0.0) {
            let mut people = 0.0;
            let mut covered = Vec::new();
            for (zone, z) in problem.zones.iter().enumerate().filter(|(_, z)| z.region == region) {
                people += z.population / 1000.0;
                let near = |&&(i, k): &&(usize, usize)| problem.stores[i].pulls[k].minutes <= problem.coverage_min;
                let near: Vec<usize> = self.of_zone[zone].iter().filter(near).map(|p| p.0).collect();
                if !near.is_empty() {
                    let u = self.programme.column(0.0, 0.0, 1.0);
                    let mut terms: Terms = vec![(u, 1.0)];
                    terms.extend(near.iter().flat_map(|&i| self.open_terms(problem, i, last, |_| -1.0)));
                    self.row(Rule::Cover { zone }, f64::NEG_INFINITY, 0.0, terms);
                    covered.push((u, z.population / 1000.0));
                }
            }
            if people > 0.0 {
                // A hair below the floor, so that a floor equal to what the sites can do is not lost to rounding.
                let least = floor * people * (1.0 - 1e-9);
                self.family_row(Family::Region, Rule::Region { floor: index }, least, f64::INFINITY, covered);
            }
        }
    }

    /// `Σ_b w_abt ≤ y_a,close(t)`; `Σ_a w_abt ≤ y_b,open(t)` in the format that `b` was costed for
    fn move_ends(&mut self, problem: &Problem, phase: usize) {
        for store in 0..problem.stores.len() {
            for leaving in [true, false] {
                let here = |m: &super::Move| if leaving { m.from == store } else { m.to == store };
                let moves = problem.moves.iter().zip(&self.moves[phase]).filter(|(m, _)| here(m));
                let mut terms: Terms = moves.map(|(_, &w)| (w, 1.0)).collect();
                if terms.is_empty() {
                    continue;
                }
                let change = Some(Change { phase, to: (!leaving).then_some(0) });
                terms.extend(self.choices[store].iter().filter(|c| c.0 == change).map(|c| (c.1, -1.0)));
                let rule = if leaving { Rule::Leave { phase, store } } else { Rule::Enter { phase, store } };
                self.family_row(Family::Move, rule, f64::NEG_INFINITY, 0.0, terms);
            }
        }
    }

    /// `Σ_p y_ap + Σ_p y_bp ≤ 1` over the choices open in the phase
    fn distance(&mut self, problem: &Problem, phase: usize) {
        for (pair, &(a, b)) in problem.conflicts.iter().enumerate() {
            let mut terms = self.is_open(problem, a, phase);
            terms.extend(self.is_open(problem, b, phase));
            self.family_row(Family::Distance, Rule::Distance { phase, pair }, f64::NEG_INFINITY, 1.0, terms);
        }
    }

    /// required: `Σ_p y_ip ≥ 1` over the choices open in the end
    fn required(&mut self, problem: &Problem) {
        for store in 0..problem.stores.len() {
            if problem.stores[store].rule == SiteRule::Required {
                let terms = self.is_open(problem, store, problem.last());
                self.family_row(Family::Required, Rule::Required { store }, 1.0, f64::INFINITY, terms);
            }
        }
    }

    /// `fewest ≤ Σ y ≤ most` in the end
    fn store_counts(&mut self, problem: &Problem) {
        let last = problem.last();
        let all: Terms = (0..problem.stores.len()).flat_map(|i| self.is_open(problem, i, last)).collect();
        if let Some(fewest) = problem.store_count.0 {
            let fewest = f64::from(fewest);
            self.family_row(Family::FewestStores, Rule::Fewest, fewest, f64::INFINITY, all.clone());
        }
        if let Some(most) = problem.store_count.1 {
            self.family_row(Family::MostStores, Rule::Most, f64::NEG_INFINITY, f64::from(most), all);
        }
    }

    /// `Σ o y + Σ q y + Σ (v − q − o) w ≤ budget` over the changes of the phase
    fn budget(&mut self, problem: &Problem, phase: usize) {
        let Some(budget) = problem.budget else { return };
        let mut terms = Vec::new();
        for (i, choices) in self.choices.iter().enumerate() {
            let now = choices.iter().filter(|c| c.0.is_some_and(|c| c.phase == phase));
            terms.extend(now.map(|&(c, col)| (col, scaled(problem.change_cost(i, c)))));
        }
        terms.extend(self.moves[phase].iter().enumerate().map(|(k, &w)| (w, scaled(problem.move_difference(k)))));
        self.family_row(Family::Budget, Rule::Budget { phase }, f64::NEG_INFINITY, scaled(budget), terms);
    }

    /// `Σ openings ≤ …`, `Σ closings − Σ w ≤ …` of the phase
    fn openings_and_closings(&mut self, problem: &Problem, phase: usize) {
        let changes = |model: &Self, open: bool| -> Terms {
            let mut terms = Vec::new();
            for (_, choices) in problem.stores.iter().zip(&model.choices).filter(|(s, _)| s.today.is_none() == open) {
                let now = |c: Change| c.phase == phase && (open || c.to.is_none());
                terms.extend(choices.iter().filter(|c| c.0.is_some_and(now)).map(|c| (c.1, 1.0)));
            }
            terms
        };
        if let Some(most) = problem.max_open {
            let terms = changes(self, true);
            let rule = Rule::MaxOpen { phase };
            self.family_row(Family::MaxOpen, rule, f64::NEG_INFINITY, f64::from(most), terms);
        }
        if let Some(most) = problem.max_close {
            let mut terms = changes(self, false);
            terms.extend(self.moves[phase].iter().map(|&w| (w, -1.0)));
            let rule = Rule::MaxClose { phase };
            self.family_row(Family::MaxClose, rule, f64::NEG_INFINITY, f64::from(most), terms);
        }
    }

    /// The network of a point: the likeliest choice of every store, closings and openings paired.
    pub(super) fn read(&self, problem: &Problem, values: &[f64]) -> Network {
        let mut network = Network::today(problem);
        for (i, choices) in self.choices.iter().enumerate() {
            let sum: f64 = choices.iter().map(|c| values[c.1.index()]).sum();
            let mut best = if problem.stores[i].today.is_some() { f64::NEG_INFINITY } else { 1.0 - sum };
            for &(change, col) in choices {
                if values[col.index()] > best {
                    (network.changes[i], best) = (change, values[col.index()]);
                }
            }
        }
        let taken = |k: usize| self.moves.iter().any(|w| values[w[k].index()] > 0.5);
        network.moves = (0..problem.moves.len()).filter(|&k| taken(k) && network.fits(problem, k)).collect();
        network
    }

    /// The yes/no columns with the decisions they stand for.
    pub(super) fn decisions(&self) -> Vec<(Col, Decision)> {
        let mut all = Vec::new();
        for (store, choices) in self.choices.iter().enumerate() {
            all.extend(choices.iter().map(|&(change, col)| (col, Decision::Store { store, change })));
        }
        for (phase, moves) in self.moves.iter().enumerate() {
            all.extend(moves.iter().enumerate().map(|(index, &col)| (col, Decision::Move { phase, index })));
        }
        all
    }
}
